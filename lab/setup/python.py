"""The virtual environment: exactly what the lock names, verified by hash, and irmacall itself from this tree."""

from __future__ import annotations

import sys
from pathlib import Path

from lab import paths
from lab.setup.command import StepFailed, run
from lab.setup.stamp import fingerprint, stamp, stamped

LOCK = paths.CHECKOUT / "requirements" / "dev.txt"


def _key() -> str:
    if not LOCK.exists():
        raise StepFailed(f"{LOCK} is missing")
    described = [LOCK, paths.CHECKOUT / "setup.cfg", paths.CHECKOUT / "pyproject.toml"]
    return fingerprint(described, sys.version, str(paths.VENV))


def done() -> bool:
    """Whether the environment was made from the present lock by this Python."""
    return stamped(paths.VENV, _key())


def make() -> None:
    """Make it anew. A virtual environment knows its own path, so it is built in place and stamped last."""
    key = _key()  # Of the lock that is installed from, whatever becomes of it meanwhile.
    run([sys.executable, "-m", "venv", "--clear", paths.VENV])
    python = paths.VENV / "bin" / "python"
    pip: list[str | Path] = [python, "-m", "pip", "--disable-pip-version-check", "install", "--quiet"]
    run([*pip, "--require-hashes", "-r", LOCK])
    # The lock holds setuptools too: nothing is fetched that has no hash.
    run([*pip, "--no-deps", "--no-build-isolation", "-e", paths.CHECKOUT])
    stamp(paths.VENV, key)
