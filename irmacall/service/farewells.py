"""Who ended somebody's login, told in the browser that it was in, and for a while only. Kept in memory alone."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from typing import Final

from irmacall.core.ids import SeatId

KEPT_SECONDS: Final = 3600.0
MOST: Final = 1000


class Farewells:
    """By the seat of the login that was ended."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._said: dict[SeatId, tuple[str, float]] = {}

    def say(self, seats: Collection[SeatId], name: str) -> None:
        """Somebody of this name ended these; the oldest are forgotten where there are too many."""
        for seat in seats:
            self._said.pop(seat, None)
            self._said[seat] = (name, self._clock())
        while len(self._said) > MOST:
            del self._said[next(iter(self._said))]

    def of(self, seat: SeatId) -> str | None:
        """Who ended this one lately."""
        name, at = self._said.get(seat, ("", float("-inf")))
        return name if self._clock() - at < KEPT_SECONDS else None
