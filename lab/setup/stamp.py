"""Was it made already, and from these very inputs? Directories that appear whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

_STAMP = ".irmacall-stamp"


def fingerprint(paths: Iterable[Path], *more: str) -> str:
    """One word for the content of these files and whatever else the result depends on."""
    digest = hashlib.sha256("\0".join(more).encode())
    for path in sorted(paths):
        digest.update(b"\0" + path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def stamped(directory: Path, key: str) -> bool:
    """Whether `directory` was made from what `key` stands for."""
    stamp = directory / _STAMP
    return stamp.is_file() and stamp.read_text() == key


def stamp(directory: Path, key: str) -> None:
    """Note in `directory` what it was made from. The last act of making it."""
    (directory / _STAMP).write_text(key)


@contextmanager
def made_whole(directory: Path, key: str) -> Iterator[Path]:
    """A fresh directory that takes the place of `directory` when the block ends well, and vanishes if not."""
    directory.parent.mkdir(parents=True, exist_ok=True)
    fresh = Path(tempfile.mkdtemp(prefix=f"{directory.name}.", dir=directory.parent))
    try:
        fresh.chmod(0o755)
        yield fresh
        stamp(fresh, key)
        old = fresh.with_name(fresh.name + ".old")
        if directory.exists():
            directory.rename(old)
        fresh.rename(directory)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """Only one process at a time is inside; the others wait and say so."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(lock, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            print("setup: another set-up is under way; waiting for it", flush=True)
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
