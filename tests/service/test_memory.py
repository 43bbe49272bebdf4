"""Large buffers are mappings of their own."""

from __future__ import annotations

import mmap
import subprocess
import sys

_PROGRAM = """
import ctypes
from irmacall.service.memory import map_large_buffers
libc = ctypes.CDLL(None)
libc.malloc.restype, libc.free.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
print(map_large_buffers())
libc.free(libc.malloc({large}))
print(libc.malloc({large}) % {page})
"""
_HEAD = 16
"""What malloc keeps before a chunk: a mapping of its own begins with that, on a page of its own."""
_LARGE = 16 * 1024 * 1024
"""Bytes. More than is free in what the program used before (to compile its modules, say): malloc fills that first."""


def test_a_large_buffer_is_mapped_also_after_one_was_freed() -> None:
    """The C library's guess of what is large stays what it was: the next large buffer begins a page too."""
    run = [sys.executable, "-c", _PROGRAM.format(large=_LARGE, page=mmap.PAGESIZE)]
    told = subprocess.run(run, check=True, capture_output=True, text=True).stdout.split()
    assert told == ["True", str(_HEAD)]
