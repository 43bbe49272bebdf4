"""Panels are told that a queue changed: at once the first time, then seldom, a few at a time, never too little."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Collection
from contextlib import ExitStack
from dataclasses import dataclass, field, replace

import pytest

from irmacall.core.events import PlanChanged, SeatClaimed
from irmacall.core.ids import GroupId, QueueId, SeatId
from irmacall.core.lines import Group
from irmacall.service.panels import CALM_SECONDS, HER_SECONDS, LOOKS_A_MOMENT, MOMENT_SECONDS, Panels
from irmacall.service.screens import PANEL, Streams
from irmacall.web.ports import Nudge
from tests.core.leader import GENERAL, PASSPORTS, PLAN
from tests.core.plays import BO, ELS, phone_of, seat_of
from tests.service.house import House

KCC, OFFICE = GroupId("kcc"), GroupId("balie")
GROUPS = {KCC: Group(KCC, frozenset({GENERAL})), OFFICE: Group(OFFICE, frozenset({PASSPORTS}))}


@dataclass
class _Timer:
    cancelled: bool = False

    def cancel(self) -> None:
        self.cancelled = True


@dataclass
class _Clock:
    """Time that passes when a test says so."""

    now: float = 1000.0
    _waiting: list[tuple[float, int, Callable[[], None], _Timer]] = field(default_factory=list)
    _number: itertools.count[int] = field(default_factory=itertools.count)

    def time(self) -> float:
        return self.now

    def call_at(self, when: float, callback: Callable[[], None]) -> _Timer:
        timer = _Timer()
        heapq.heappush(self._waiting, (when, next(self._number), callback, timer))
        return timer

    def passes(self, seconds: float) -> None:
        """All that is due in this time is called, each at its own moment."""
        end = self.now + seconds
        while self._waiting and self._waiting[0][0] <= end:
            self.now, _, callback, timer = heapq.heappop(self._waiting)
            if not timer.cancelled:
                callback()
        self.now = end

    @property
    def still(self) -> bool:
        """Nothing waits to be called."""
        return all(timer.cancelled for *_, timer in self._waiting)


class _Told(Streams[SeatId]):
    """Streams that note when whom is told."""

    def __init__(self, clock: _Clock) -> None:
        super().__init__()
        self.told: list[tuple[float, SeatId]] = []
        self._clock = clock

    def nudge(self, name: SeatId, nudge: Nudge) -> None:
        assert nudge == PANEL
        self.told.append((self._clock.now, name))

    @property
    def times(self) -> Counter[SeatId]:
        """How often each was told."""
        return Counter(seat for _, seat in self.told)


class _Office:
    """Seats that are watched, each of which shows the queues that `shows` says, or all."""

    def __init__(self, seats: int, shows: dict[SeatId, set[QueueId]] | None = None) -> None:
        self.clock = _Clock()
        self.streams = _Told(self.clock)
        self.shown = shows or {}
        self.panels = Panels(self.streams, self._shows, self.clock)
        self.open = ExitStack()
        for seat in shows or [SeatId(f"seat{number}") for number in range(seats)]:
            self.open.enter_context(self.streams.mailbox(seat))

    def _shows(self, seat: SeatId, queues: Collection[QueueId] | None) -> bool:
        return queues is None or seat not in self.shown or bool(self.shown[seat] & set(queues))


def test_the_first_change_is_told_at_once_and_the_last_is_never_lost() -> None:
    """A hundred changes in half a second are two nudges: the first now, one that says the rest a while later."""
    office = _Office(1)
    for _ in range(100):
        office.panels.changed({GENERAL})
        office.clock.passes(0.005)
    office.clock.passes(60)
    assert [round(at - 1000, 3) for at, _ in office.streams.told] == [0.0, pytest.approx(CALM_SECONDS, abs=0.11)]
    assert office.clock.still


def test_five_calls_a_second_cost_a_hundred_agents_a_look_every_two_seconds_each() -> None:
    """And never more than a few of them in one moment, in turn: nobody waits for longer than the round."""
    office = _Office(100)
    for _ in range(10 * 5):
        office.panels.changed({GENERAL})
        office.clock.passes(0.2)
    office.clock.passes(4)
    times = office.streams.times
    assert len(times) == 100
    assert max(times.values()) <= 6
    assert min(times.values()) >= 5
    moments = Counter(round(at, 3) for at, _ in office.streams.told)
    assert max(moments.values()) == LOOKS_A_MOMENT


def test_five_hundred_agents_take_their_turns() -> None:
    """A hundred looks a second in all, and after the last change everybody has looked once more."""
    office = _Office(500)
    for _ in range(100):
        office.panels.changed(None)
        office.clock.passes(0.1)
    told = office.streams.times
    assert 95 * 10 <= sum(told.values()) <= 100 * 10 + LOOKS_A_MOMENT
    assert max(told.values()) - min(told.values()) <= 1
    office.clock.passes(500 / LOOKS_A_MOMENT * MOMENT_SECONDS + CALM_SECONDS)
    since = Counter(seat for at, seat in office.streams.told if at >= 1000 + 99 * 0.1)
    assert len(since) == 500
    assert office.clock.still


def test_only_who_shows_the_queue_is_told() -> None:
    """Also where two queues change within one second."""
    els, bo, cem = seat_of(ELS), seat_of(BO), SeatId("seat-cem")
    office = _Office(0, {els: {GENERAL}, bo: {PASSPORTS}, cem: {GENERAL, PASSPORTS}})
    office.panels.changed({GENERAL})
    assert office.streams.times == Counter([els, cem])
    office.panels.changed({PASSPORTS})
    office.panels.changed({PASSPORTS})
    office.clock.passes(5)
    assert office.streams.times == Counter([els, cem, bo, cem])
    office.panels.changed(None)
    assert office.streams.times == Counter([els, cem, bo, cem, els, bo, cem])


def test_who_left_is_owed_nothing() -> None:
    """And is forgotten: streams come and go all day."""
    office = _Office(30)
    office.panels.changed({GENERAL})
    office.panels.changed({GENERAL})
    office.open.close()
    office.clock.passes(5)
    assert len(office.streams.told) == LOOKS_A_MOMENT
    assert (office.panels._told_at, office.panels._owed) == ({}, {})
    assert office.clock.still


def test_nobody_is_told_once_the_term_is_over() -> None:
    """What was still to be told is dropped with the streams, and nothing is told after it."""
    office = _Office(30)
    office.panels.changed({GENERAL})
    office.panels.hers(next(iter(office.streams.names())))
    office.panels.close()
    office.panels.changed({GENERAL})
    office.panels.hers(next(iter(office.streams.names())))
    office.clock.passes(5)
    assert len(office.streams.told) == LOOKS_A_MOMENT
    assert office.clock.still


def test_what_is_her_own_is_told_soon_and_once() -> None:
    """Her phone rings, is busy and is answered within a moment: one look, at which she sees the queues too."""
    office = _Office(2)
    mine, other = office.streams.names()
    office.panels.changed({GENERAL})
    office.clock.passes(CALM_SECONDS)
    office.streams.told.clear()
    office.panels.hers(mine)
    office.clock.passes(HER_SECONDS / 2)
    office.panels.hers(mine)
    assert office.streams.told == []
    office.clock.passes(HER_SECONDS / 2)
    office.panels.changed({GENERAL})
    office.panels.hers(mine)
    assert office.streams.times == Counter([mine, other])
    office.clock.passes(HER_SECONDS)
    assert office.streams.times == Counter([mine, mine, other])
    office.clock.passes(5)
    assert office.streams.times == Counter([mine, mine, other])
    assert office.clock.still


async def test_the_desk_tells_whose_queue_it_is_and_who_holds_no_seat() -> None:
    """A caller in one queue concerns those who serve it, and a session of which the desk knows no group."""
    nobody = SeatId("not-available-yet")
    async with House().leads() as house:
        await house.happens(PlanChanged(replace(PLAN, groups=GROUPS)))
        for user, group in ((ELS, KCC), (BO, OFFICE)):
            await house.happens(SeatClaimed(user, seat_of(user), phone_of(user), frozenset({group})))
        shows = house.term._shows
        seats = (seat_of(ELS), seat_of(BO), nobody)
        assert [shows(seat, {GENERAL}) for seat in seats] == [True, False, True]
        assert [shows(seat, {PASSPORTS}) for seat in seats] == [False, True, True]
        assert [shows(seat, {QueueId("dropped")}) for seat in seats] == [True, False, True]  # The default queue's.
        assert all(shows(seat, None) for seat in seats)


async def test_a_caller_in_her_queue_nudges_the_agents_panel() -> None:
    """All the way from the telephone to the stream; and what is her own is told at once, whatever was told before."""
    async with House().leads() as house:
        await house.term.ask(SeatClaimed(ELS, seat_of(ELS), phone_of(ELS)))
        with house.screens.seats.mailbox(seat_of(ELS)) as box:
            await house.discloses()
            await house.calls()
            await house.eventually(lambda: "panel" in box._waiting)
            box._waiting.clear()
            await house.happens(SeatClaimed(ELS, seat_of(ELS), phone_of(ELS)))
            await house.eventually(lambda: "panel" in box._waiting)
