"""Runs `irmacall`: as a process of its own, as an operator does, or here, which is much quicker."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from unittest import mock

from irmacall.cli import main
from tests.settings.sample import Sample

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Ended:
    """How a command ended, and what it wrote."""

    code: int
    out: str
    err: str


def process(*words: str | Path, environment: dict[str, str] | None = None) -> Ended:
    """Run it as a process."""
    done = subprocess.run(
        [sys.executable, "-m", "irmacall", *map(str, words)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        cwd=ROOT,
        env={**_bare_environment(), **(environment or {})},
    )
    return Ended(done.returncode, done.stdout, done.stderr)


def here(*words: str | Path, stdin: str = "") -> Ended:
    """Run it in this process, with the same words and the same endings."""
    out, err = io.StringIO(), io.StringIO()
    with (
        redirect_stdout(out),
        redirect_stderr(err),
        mock.patch("sys.stdin", io.StringIO(stdin)),
        mock.patch.dict(os.environ, _bare_environment(), clear=True),
    ):
        try:
            code = main([str(word) for word in words])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
    return Ended(code, out.getvalue(), err.getvalue())


def on_site(sample: Sample, *words: str | Path, stdin: str = "") -> Ended:
    """Run it here on this site, with its secrets."""
    return here(*words, "--site", sample.file, "--credentials", sample.credentials, stdin=stdin)


def listed(sample: Sample) -> str:
    """What `user list` writes, with ID where somebody's own stands: nobody knows it beforehand."""
    return re.sub(r"\t[0-9a-f]{16}(?=\t|$)", "\tID", on_site(sample, "user", "list").out, flags=re.MULTILINE)


def _bare_environment() -> dict[str, str]:
    """Ours, without what would be taken for a site's."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("IRMACALL_", "CREDENTIALS_"))}
