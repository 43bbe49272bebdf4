"""What a test looks at in the files that a store made."""

from __future__ import annotations

import stat
from pathlib import Path


def contents(directory: Path) -> list[bytes]:
    """What is in each file of a directory."""
    return [path.read_bytes() for path in directory.iterdir()]


def modes(directory: Path) -> list[int]:
    """The permissions of each file of a directory."""
    return [stat.S_IMODE(path.stat().st_mode) for path in directory.iterdir()]
