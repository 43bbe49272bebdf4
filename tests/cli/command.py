"""Runs `irmacall` as an operator does: a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from tests.settings.sample import Sample

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


def irmacall(*words: str | Path, stdin: str = "", environment: dict[str, str] | None = None) -> Ended:
    """Run it with these words."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("IRMACALL_", "CREDENTIALS_"))}
    done = subprocess.run(
        [sys.executable, "-m", "irmacall", *map(str, words)],
        input=stdin,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env={**kept, **(environment or {})},
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def on_site(sample: Sample, *words: str | Path, stdin: str = "") -> Ended:
    """Run it on this site, with its secrets."""
    return irmacall(*words, "--site", sample.file, "--credentials", sample.credentials, stdin=stdin)
