"""Large buffers are mappings of their own."""

from __future__ import annotations

import mmap
import subprocess
import sys

_PROGRAM = """
import ctypes
from irmacall.service.memory import LARGE_BYTES, map_large_buffers
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
print(map_large_buffers())
libc.free(libc.malloc(2 * LARGE_BYTES))
print(libc.malloc(2 * LARGE_BYTES) % {page})
"""
_HEAD = 16
"""What malloc keeps before a chunk: a mapping of its own begins with that, on a page of its own."""


def test_a_large_buffer_is_mapped_also_after_one_was_freed() -> None:
    """The C library's guess of what is large stays what it was: the next large buffer begins a page too."""
    run = [sys.executable, "-c", _PROGRAM.format(page=mmap.PAGESIZE)]
    told = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    assert told == ["True", str(_HEAD)]
