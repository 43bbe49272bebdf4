"""Run another program for a step, and show what it said only when it fails."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path


class StepFailed(Exception):
    """A step of the set-up failed; the message shows the end of what its program said."""


def run(argv: Sequence[str | Path], *, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> str:
    """What the program wrote. Raises StepFailed, with the end of that, when it exits with another status than 0."""
    words = [str(word) for word in argv]
    done = subprocess.run(
        words, cwd=cwd, env=env, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    said = done.stdout.decode(errors="replace")
    if done.returncode:
        raise StepFailed(f"{' '.join(words)[:200]}: exit status {done.returncode}\n{said[-4000:]}")
    return said
