"""When something is due, although nothing happens."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

_LATE_SECONDS = 0.001


class Alarm:
    """Goes off once, at the moment it was last set to."""

    def __init__(self, clock: Callable[[], float], goes_off: Callable[[], None]) -> None:
        """`clock` tells the time, in the seconds that moments are given in."""
        self._clock, self._goes_off = clock, goes_off
        self._at: float | None = None
        self._timer: asyncio.TimerHandle | None = None

    def set(self, at: float | None) -> None:
        """Go off then and not before, or not at all; mostly it is set to that already."""
        if at == self._at:
            return
        self.silence()
        if at is not None:
            self._at = at
            # A moment late rather than early, which would cost a second turn: loops count in milliseconds.
            wait = max(0.0, at - self._clock()) + _LATE_SECONDS
            self._timer = asyncio.get_running_loop().call_later(wait, self._ring)

    def silence(self) -> None:
        """Do not go off."""
        if self._timer is not None:
            self._timer.cancel()
        self._timer = self._at = None

    def _ring(self) -> None:
        self._timer = self._at = None
        self._goes_off()
