"""A process that is frozen does nothing more, from the moment that `freeze` returns."""

from __future__ import annotations

import mmap
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from lab.frozen import freeze, stands_still, wake
from lab.process import TIED

_COUNTS = """
import mmap, pathlib, sys, threading
file = pathlib.Path(sys.argv[1]).open("r+b")
shared = mmap.mmap(file.fileno(), 8)
def count(at):
    while True:
        shared[at] = (shared[at] + 1) % 256
for at in range(8):
    threading.Thread(target=count, args=(at,), daemon=at < 7).start()
print("counts", flush=True)
"""
_BURNS = "print('burns', flush=True)\nwhile True: pass"


@contextmanager
def running(*argv: str) -> Iterator[int]:
    """A Python program that has said its first line; killed at the end."""
    with subprocess.Popen([*TIED, sys.executable, "-c", *argv], stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline()
            yield process.pid
        finally:
            process.kill()


def test_nothing_runs_once_it_is_frozen(tmp_path: Path) -> None:
    """Of a process with eight busy threads none counts on after `freeze`, with no processor to spare."""
    counts = tmp_path / "counts"
    counts.write_bytes(bytes(8))
    with running(_COUNTS, str(counts)) as pid, running(_BURNS), running(_BURNS), counts.open("rb") as file:
        shared = mmap.mmap(file.fileno(), 8, access=mmap.ACCESS_READ)
        for _ in range(30):
            freeze(pid)
            before = shared[:]
            assert stands_still(pid)
            for _ in range(2000):
                assert shared[:] == before
            wake(pid)
            began = time.monotonic()
            while shared[:] == before:  # it goes on: nobody else writes there
                assert time.monotonic() < began + 10
        shared.close()


def test_who_died_is_told() -> None:
    """A process that is gone cannot be frozen, and is not said to stand still."""
    with running("print('short')") as pid:
        pass
    with pytest.raises(ProcessLookupError):
        freeze(pid)
    with pytest.raises(ProcessLookupError):
        stands_still(pid)
