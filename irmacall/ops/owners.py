"""Whose a file is. What root makes in another's directory is that other's: a program that may not read its own
configuration, or a daemon that may not write its own users, would find out much later.
"""

from __future__ import annotations

import os
from pathlib import Path


def new_file(file: Path) -> int:
    """Make this file, readable for its owner alone, and open it for writing; the descriptor.

    Root gives it the owner and the group of its directory. Raises OSError, of which FileExistsError where there is
    one already: who owns the directory could have put a link there, which root must not follow.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        if os.geteuid() == 0:
            os.fchown(descriptor, *_owners(file.parent))
    except BaseException:
        os.close(descriptor)
        file.unlink()
        raise
    return descriptor


def new_directory(directory: Path) -> None:
    """Make this directory; root gives it the owner and the group of the one that it stands in. Raises OSError."""
    directory.mkdir()
    if os.geteuid() == 0:
        os.chown(directory, *_owners(directory.parent), follow_symlinks=False)


def _owners(directory: Path) -> tuple[int, int]:
    status = directory.stat()
    return status.st_uid, status.st_gid
