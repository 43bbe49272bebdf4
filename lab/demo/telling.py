"""What the terminal says: a line for each step, with the seconds since the beginning."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

_BEGAN = time.monotonic()


def say(text: str) -> None:
    """One line."""
    print(text, flush=True)


@contextmanager
def step(text: str) -> Iterator[None]:
    """A step of the play: said when it has happened, or that it failed."""
    try:
        yield
    except BaseException:
        print(f"  ✗ {time.monotonic() - _BEGAN:6.1f} s  {text}", file=sys.stderr, flush=True)
        raise
    say(f"  ✓ {time.monotonic() - _BEGAN:6.1f} s  {text}")
