"""Whether available agents have their screens before them: a phone that rings beside none helps nobody."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable
from typing import Final

import structlog

from irmacall.core.agent import Agent, Availability
from irmacall.core.events import SeatUnwatched
from irmacall.core.ids import SeatId
from irmacall.errors import PeerUnavailable
from irmacall.service.leadership import Leadership
from irmacall.service.screens import Screens

log = structlog.get_logger("irmacall.attendance")

LOOK_SECONDS: Final = 5.0
GRACE_SECONDS: Final = 30.0
"""A page that is reloaded, or a network that stutters, is back long before."""


class Attendance:
    """Notices the seats whose stream has been gone for a while, and tells the desk once."""

    def __init__(
        self, leadership: Leadership, screens: Screens, *, steady: Callable[[], float] = time.monotonic
    ) -> None:
        self._leadership = leadership
        self._screens = screens
        self._steady = steady
        self._gone: dict[SeatId, float] = {}

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            self.look()

    def look(self) -> None:
        """Count from now on for every screen that is gone; a new leader begins counting anew."""
        try:
            term = self._leadership.term()
        except PeerUnavailable:
            self._gone.clear()
            return
        now, unseen = self._steady(), self._unseen(term.desk.agents.values())
        self._gone = {seat: self._gone.get(seat, now) for seat in unseen}
        for seat, since in self._gone.items():
            if now - since >= GRACE_SECONDS:
                log.info("screen gone", action="seat.unwatched", seat=seat)
                term.tell(SeatUnwatched(seat))

    def _unseen(self, agents: Iterable[Agent]) -> list[SeatId]:
        available = (agent.seat for agent in agents if agent.availability is Availability.AVAILABLE)
        return [seat for seat in available if seat is not None and not self._screens.seats.watched(seat)]
