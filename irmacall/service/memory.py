"""What the C library is told of memory, so that a thousand open screens cost what they must and no more."""

from __future__ import annotations

import ctypes
from typing import Final

import structlog

log = structlog.get_logger("irmacall")

_M_MMAP_THRESHOLD: Final = -3
"""Of mallopt(3)."""
LARGE_BYTES: Final = 128 * 1024
"""The C library's own first guess of what is large."""


def map_large_buffers() -> bool:
    """Let each large buffer be a mapping of its own, for good; whether the C library knows how.

    uvloop gives each TLS connection a buffer of 256 kB, of which it uses a few. In a mapping of its own, the kernel
    provides no more than these. But glibc takes such a size to be ordinary once the first of them was freed, and cuts
    the next ones from memory that was used before, all of which then counts: some 20 kB for each open screen.
    (mallopt(3), M_MMAP_THRESHOLD: "dynamic adjustment … is disabled" by setting it.)
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:  # another C library (musl has none), which guesses nothing
        log.debug("no mallopt", action="memory.left")
        return False
    return bool(mallopt(_M_MMAP_THRESHOLD, LARGE_BYTES))
