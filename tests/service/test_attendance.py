"""Screens that are gone: noticed after a while, told once, and not on a standby."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any, cast

from irmacall.core.agent import Agent, Availability
from irmacall.core.events import SeatUnwatched
from irmacall.core.ids import Endpoint, SeatId, UserId
from irmacall.errors import PeerUnavailable
from irmacall.service.attendance import GRACE_SECONDS, Attendance
from irmacall.service.screens import Screens

SEAT = SeatId("seat1")


class _Desk:
    """A leader with one available agent; `told` is what the desk heard."""

    def __init__(self) -> None:
        self.leads, self.now = True, 0.0
        self.screens = Screens()
        self.told: list[Any] = []
        agent = Agent(UserId("els"), Endpoint("phone1"), SEAT, Availability.AVAILABLE)
        self._term = SimpleNamespace(desk=SimpleNamespace(agents={agent.user: agent}), tell=self.told.append)
        self.attendance = Attendance(cast("Any", self), self.screens, steady=lambda: self.now)

    def term(self) -> Any:
        """As Leadership does."""
        if not self.leads:
            raise PeerUnavailable("standing by")
        return self._term

    def later(self, seconds: float) -> None:
        """Look again then."""
        self.now += seconds
        self.attendance.look()


def test_a_screen_that_stays_away_is_told_after_the_grace() -> None:
    """Not at once, and not while it is there."""
    desk = _Desk()
    desk.later(0)
    desk.later(GRACE_SECONDS - 1)
    assert desk.told == []
    desk.later(1)
    assert desk.told == [SeatUnwatched(SEAT)]


def test_a_screen_that_comes_back_begins_anew() -> None:
    """A reload in between costs nothing."""
    desk = _Desk()
    desk.later(0)
    with desk.screens.seats.mailbox(SEAT):
        desk.later(GRACE_SECONDS)
    desk.later(1)
    desk.later(GRACE_SECONDS - 1)
    assert desk.told == []


def test_a_new_leader_counts_from_its_own_beginning() -> None:
    """While nobody led, no screen could have a stream."""
    desk = _Desk()
    desk.later(0)
    desk.leads = False
    desk.later(GRACE_SECONDS)
    desk.leads = True
    desk.later(1)
    assert desk.told == []
