"""Tells agents' panels that something which they show has changed: soon, seldom, and not all of them at once.

What is an agent's own (her phone rings, she talks) is told within a twentieth of a second, and once for all that
happened meanwhile: a call begins and ends with several steps in a row.

A queue changes with every call, and every look at it costs the daemon something: told without measure, that is the
square of how busy a desk is. So a panel is told of queues every two seconds at most, and only some panels are told
in one moment: whatever is urgent then finds the daemon free. The last change is never lost: who is owed a look is
told as soon as it is her turn.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Collection
from typing import Final, Protocol

from irmacall.core.ids import QueueId, SeatId
from irmacall.service.screens import PANEL, Streams

HER_SECONDS: Final = 0.05
"""What happens to one agent within so long is told in one."""
CALM_SECONDS: Final = 2.0
"""So much lies between two times that one panel is told."""
MOMENT_SECONDS: Final = 0.1
LOOKS_A_MOMENT: Final = 10
"""So many panels are told in one moment: 100 a second; of five hundred, each every five seconds."""


class Timer(Protocol):
    """Something that will be called back."""

    def cancel(self) -> None:
        """It will not."""


class Clock(Protocol):
    """What a running loop has."""

    def time(self) -> float:
        """Seconds, from any beginning."""

    def call_at(self, when: float, callback: Callable[[], None]) -> Timer:
        """Call back at that time."""


class Panels:
    """The panels of one term. `shows`: whether this seat shows one of these queues (None: any at all)."""

    def __init__(
        self,
        seats: Streams[SeatId],
        shows: Callable[[SeatId, Collection[QueueId] | None], bool],
        clock: Clock | None = None,
    ) -> None:
        """`clock`: the running loop, unless given."""
        self._seats = seats
        self._shows = shows
        self._clock = clock
        self._changed: set[QueueId] | None = set()
        """Since it was last seen whom that concerns; None: every queue."""
        self._owed: dict[SeatId, None] = {}
        """Who is to be told, in their turn."""
        self._told_at: dict[SeatId, float] = {}
        self._later: Timer | None = None
        self._hers: dict[SeatId, None] = {}
        """Whose own state has changed."""
        self._hers_later: Timer | None = None
        self._closed = False

    def changed(self, queues: Collection[QueueId] | None) -> None:
        """Something that is shown of these queues has changed; None: of all."""
        if queues is None:
            self._changed = None
        elif self._changed is not None:
            self._changed.update(queues)
        if self._later is None and not self._closed:
            self._tell()

    def hers(self, seat: SeatId) -> None:
        """Something of this seat's own has changed."""
        self._hers[seat] = None
        if self._hers_later is None and not self._closed:
            clock = self._time()
            self._hers_later = clock.call_at(clock.time() + HER_SECONDS, self._tell_hers)

    def close(self) -> None:
        """Nobody is told anything any more."""
        self._closed = True
        for later in (self._later, self._hers_later):
            if later is not None:
                later.cancel()

    def _time(self) -> Clock:
        return self._clock or asyncio.get_running_loop()

    def _tell_hers(self) -> None:
        """She looks at the whole of her panel, and so is owed no look at the queues."""
        hers, self._hers, self._hers_later = self._hers, {}, None
        now = self._time().time()
        for seat in hers:
            self._owed.pop(seat, None)
            self._told_at[seat] = now
            self._seats.nudge(seat, PANEL)

    def _tell(self) -> None:
        clock = self._time()
        now = clock.time()
        self._note_who_is_owed()
        turns = [seat for seat in self._owed if now - self._told_at.get(seat, -math.inf) >= CALM_SECONDS]
        for seat in turns[:LOOKS_A_MOMENT]:
            del self._owed[seat]
            self._told_at[seat] = now
            self._seats.nudge(seat, PANEL)
        self._later = None
        if self._owed or turns:  # Also with nobody owed now: whoever was just told is not told again in this moment.
            self._later = clock.call_at(now + MOMENT_SECONDS, self._tell)

    def _note_who_is_owed(self) -> None:
        open_now = self._seats.names()
        for gone in [seat for seat in self._told_at if seat not in open_now]:
            del self._told_at[gone]
        for gone in [seat for seat in self._owed if seat not in open_now]:
            del self._owed[gone]
        if self._changed is None or self._changed:
            self._owed.update((seat, None) for seat in open_now if self._shows(seat, self._changed))
        self._changed = set()
