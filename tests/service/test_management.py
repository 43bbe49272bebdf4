"""What management's screens show and do, on a desk that works and records that are real."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from irmacall.core.call import Stage
from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import DeskId, QueueId, SeatId, SoundName, UserId
from irmacall.core.state import Desk
from irmacall.core.wallboard import Doing
from irmacall.errors import PeerUnavailable, Refused
from irmacall.service.management import today as todays
from irmacall.service.management.desk import Management
from irmacall.service.management.reports import Reports
from irmacall.service.management.samples import KEPT, Samples
from irmacall.service.management.today import Today, day_of
from irmacall.store.facts import FactsStore
from irmacall.store.facts_asked import AgentTally, By, Question, Tally
from irmacall.store.users import Role, User
from irmacall.web.management import painting
from irmacall.web.management.ports import GRAINS, EmergencyWish, ReportWish
from irmacall.web.management.spreadsheet import spreadsheet
from irmacall.web.words import sentence
from tests.core.plays import ELS, code, phone_of, seat_of
from tests.service.house import within
from tests.service.office import Office
from tests.service.site import Operated, operated
from tests.store.facts_places import Place, facts, waited

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
GENERAL, PASSPORTS = QueueId("algemeen"), QueueId("burgerzaken")
CHIEF = UserId("chef")
NOON = datetime(2026, 7, 1, 12, tzinfo=AMSTERDAM).timestamp()


@dataclass
class Clock:
    """A clock that stands still until it is set."""

    now: float = NOON

    def __call__(self) -> float:
        return self.now


@dataclass
class Slow:
    """Records that count how often they are asked, and can be held up or be away."""

    store: FactsStore
    asked: list[Question] = field(default_factory=list)
    go_on: asyncio.Event = field(default_factory=asyncio.Event)
    away: bool = False

    def __post_init__(self) -> None:
        self.go_on.set()

    async def figures(self, asked: Question, by: By) -> list[Tally]:
        self.asked.append(asked)
        await self.go_on.wait()
        if self.away:
            raise PeerUnavailable("records: away")
        return await self.store.figures(asked, by)

    async def of_agents(self, asked: Question) -> dict[UserId, AgentTally]:
        return await self.store.of_agents(asked)


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Operated]:
    """A daemon that leads."""
    async with operated(tmp_path) as daemon:
        yield daemon


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[Slow]:
    """Records on SQLite."""
    async with Place(tmp_path / "records.sqlite").prepared() as store:
        yield Slow(store)


@dataclass
class Lead:
    """Management of a daemon, and whose sessions it ended."""

    daemon: Operated
    records: Slow
    ended: list[UserId] = field(default_factory=list)

    def __post_init__(self) -> None:
        house = self.daemon.house
        self.desk = Management(
            house.leadership,
            self.daemon.in_force,
            house.directory,
            self.records,
            self.daemon.emergencies,
            house.audit,
            self._end,
        )

    async def _end(self, user: UserId, by: UserId) -> frozenset[SeatId]:
        self.ended.append(user)
        return frozenset({seat_of(user)})


@pytest.fixture
def lead(daemon: Operated, records: Slow) -> Lead:
    """Management of this daemon."""
    daemon.house.people.has(
        User(ELS, "els", "Els de Boer", Role.AGENT, phone_of(ELS), "medewerker", False),
        User(CHIEF, "chef", "Samira Bakker", Role.MANAGEMENT, None, "teamleider", False),
    )
    return Lead(daemon, records)


# -- the wallboard -----------------------------------------------------------------------------------------


async def test_the_board_shows_the_desk_by_names_and_titles(lead: Lead) -> None:
    """Every queue by its title with its aim; an agent by her name with what she does; and nothing of her caller."""
    call, _ = await lead.daemon.house.talks()
    board = await lead.desk.board()
    assert [queue.queue for queue in board.queues] == list(lead.daemon.decided.queues)
    assert all(queue.title and queue.aim.seconds for queue in board.queues)
    [els] = board.agents
    assert (els.name, els.doing, els.queue) == ("Els de Boer", Doing.TALKING, "Burgerzaken")
    assert [node.name for node in board.nodes] == ["near"]
    assert board.nodes[0].there
    assert str(call) not in repr(board)
    assert not {"Vries", "sealed", "page1"} & set(repr(board).replace("'", " ").split())


async def test_no_answer_has_anything_of_a_caller(lead: Lead) -> None:
    """Somebody who is known is on the line, and hangs up: no page or file has anything of her."""
    house = lead.daemon.house
    call, grant = await house.talks()
    revealed = await house.term.door.reveal(seat_of(ELS), ELS, call, grant)
    assert revealed.identity is not None
    told = [json.dumps(painting.board(await lead.desk.board(), "Europe/Amsterdam")), repr(await lead.desk.agent(ELS))]
    await house.hangs_up(call)
    await house.eventually(lambda: call in house.facts.kept)
    await lead.records.store.put(list(house.facts.kept.values()))
    today = lead.desk.today()
    for grain in GRAINS:
        report = await lead.desk.report(ReportWish(today, today, grain))
        assert report.total.answered == 1
        told += [repr(report), spreadsheet(report, None).decode()]
    told.append(json.dumps(painting.board(await lead.desk.board(), "Europe/Amsterdam")))
    for canary in ("Vries", code(1), "sealed1", "page1", call, seat_of(ELS), phone_of(ELS)):
        assert not [text for text in told if canary in text], canary


async def test_an_agent_is_paused_by_who_is_named(lead: Lead) -> None:
    """Her caller stays, her own panel says who did it, and so does one line of the audit log."""
    call, _ = await lead.daemon.house.talks()
    assert await lead.desk.pause(ELS, "Overleg", CHIEF) is None
    assert lead.daemon.house.term.desk.calls[call].stage is Stage.TALKING
    els = await lead.desk.agent(ELS)
    assert els is not None
    assert (els.doing, els.pausing, els.paused_by) == (Doing.TALKING, True, "Samira Bakker")
    assert await lead.daemon.noted("agent_paused") == [f"els ({ELS}): Overleg"]
    assert lead.daemon.house.audit_log.lines.all[-1].who == CHIEF
    with pytest.raises(Refused, match="reason"):
        await lead.desk.pause(ELS, "zomaar", CHIEF)
    assert await lead.desk.pause(UserId("niemand"), "Overleg", CHIEF) == "gone"


async def test_nobody_is_logged_out_while_she_has_a_call(lead: Lead) -> None:
    """After it she is: her sessions end, her seat is free, and the audit log says who did it."""
    call, _ = await lead.daemon.house.talks()
    assert await lead.desk.log_out(ELS, CHIEF) == "on-the-line"
    assert lead.ended == []
    await lead.daemon.house.hangs_up(call)
    assert await lead.desk.log_out(ELS, CHIEF) is None
    assert (lead.ended, lead.daemon.house.term.desk.agents[ELS].seat) == ([ELS], None)
    assert await lead.daemon.noted("sessions_ended") == [f"els ({ELS}): from the wallboard"]
    assert await lead.desk.agent(ELS) is None
    assert await lead.desk.log_out(ELS, CHIEF) == "gone"


async def test_the_emergency_switch_is_thrown_and_ended(lead: Lead) -> None:
    """To a queue that can be chosen, with who did it; the board shows it; what cannot be is refused."""
    choices = lead.desk.emergency_choices()
    assert PASSPORTS in {place.id for place in choices.queues}
    assert "emergency" in {place.id for place in choices.messages}
    await lead.desk.throw_emergency(EmergencyWish(PASSPORTS, None, 30, "brand"), CHIEF, "Samira Bakker")
    board = await lead.desk.board()
    assert board.emergency is not None
    assert (board.emergency.to, board.emergency.is_queue) == ("Burgerzaken", True)
    with pytest.raises(Refused):
        await lead.desk.throw_emergency(EmergencyWish(PASSPORTS, SoundName("busy"), 30), CHIEF, "Samira Bakker")
    assert await lead.desk.end_emergency(CHIEF, "Samira Bakker")
    assert not await lead.desk.end_emergency(CHIEF, "Samira Bakker")
    assert lead.desk.emergency() is None
    assert await lead.daemon.noted("emergency_ended") == ["by Samira Bakker"]
    assert {line.who for line in lead.daemon.house.audit_log.lines.all if "emergency" in line.kind} == {CHIEF}


async def test_her_own_screen_says_who_paused_her(lead: Lead) -> None:
    """By name, and no longer once she is available again."""
    house = lead.daemon.house
    office = Office(house)
    await house.comes()
    await lead.desk.pause(ELS, "Overleg", CHIEF)
    panel = await office.panel()
    assert (panel.availability, panel.reason, panel.paused_by) == ("paused", "Overleg", "Samira Bakker")
    assert sentence(panel) == "Samira Bakker heeft u op pauze gezet. U krijgt geen gesprekken."
    await office.staff.claim(ELS, seat_of(ELS))
    assert (await office.panel()).paused_by is None


# -- today -------------------------------------------------------------------------------------------------


def _desk(daemon: Operated, *pending: CallFacts) -> Desk:
    desk = daemon.house.term.desk
    desk.facts.update({each.call: each for each in pending})
    return desk


async def test_what_the_records_have_not_yet_is_counted_once(daemon: Operated, records: Slow) -> None:
    """A call that the desk still remembers counts from there, whether the records have it by now or not."""
    kept, both, new = (waited(Outcome.ANSWERED, 5.0, agent=ELS, desk=DeskId(daemon.decided.desk)) for _ in range(3))
    await records.store.put([kept, both])
    found = await Today(records, lambda: _desk(daemon, both, new), clock=Clock()).counted()
    assert found is not None
    assert (found.all.answered, found.queues[GENERAL].answered, found.agents[ELS].answered) == (3, 3, 3)
    assert [each.answered for each in found.quarters.values()] == [3]


async def test_twenty_wallboards_cost_one_question(daemon: Operated, records: Slow) -> None:
    """At the same time and in the seconds after it; then it is asked again."""
    clock = Clock()
    today = Today(records, lambda: _desk(daemon), clock=clock)
    await asyncio.gather(*(today.counted() for _ in range(20)))
    clock.now += 3
    await today.counted()
    assert len(records.asked) == 1
    clock.now += 3
    await today.counted()
    assert len(records.asked) == 2


async def test_nobody_waits_for_records_that_are_slow_or_away(
    daemon: Operated, records: Slow, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The last figures are shown with their age; with none of today yet, none are."""
    clock = Clock()
    today = Today(records, lambda: _desk(daemon), clock=clock)
    records.away = True
    assert await today.counted() is None
    records.away = False
    clock.now += 5
    counted = await today.counted()
    assert counted is not None
    clock.now += 60
    monkeypatch.setattr(todays, "PATIENCE_SECONDS", 0.01)
    records.go_on.clear()
    assert await within(today.counted()) is counted
    records.go_on.set()
    clock.now += 86_400
    records.away = True
    assert await within(today.counted()) is None
    await today.close()


def test_a_day_may_have_another_number_of_hours() -> None:
    """From midnight to midnight by the desk's clock, where that clock changes too."""
    for day, hours in (("2026-03-29", 23), ("2026-10-25", 25), ("2026-07-01", 24)):
        begun = datetime.fromisoformat(day).replace(tzinfo=AMSTERDAM)
        since, until = day_of(begun.replace(hour=14).timestamp(), AMSTERDAM)
        assert (since, until - since) == (begun.timestamp(), hours * 3600)


async def test_who_waits_is_looked_at_now_and_then(daemon: Operated) -> None:
    """A standby sees nothing, and says so in its place; only the last hours are kept."""
    clock, leads = Clock(), True

    def desk() -> Desk:
        if not leads:
            raise PeerUnavailable("standby")
        return daemon.house.term.desk

    samples = Samples(desk, clock=clock)
    await daemon.house.discloses()
    await daemon.house.calls()
    samples.look()
    leads = False
    clock.now += 20
    samples.look()
    assert [(each.at, each.waiting) for each in samples.seen()] == [(NOON, 1), (NOON + 20, None)]
    for _ in range(KEPT):
        samples.look()
    assert len(samples.seen()) == KEPT


# -- reports -----------------------------------------------------------------------------------------------


async def _report(daemon: Operated, records: Slow, calls: Sequence[CallFacts], **wish: Any) -> Any:
    await records.store.put(calls)
    return await Reports(records, daemon.in_force, clock=Clock()).report(ReportWish(**wish))


def _at(text: str, **more: Any) -> CallFacts:
    at = datetime.fromisoformat(text)
    at = at if at.tzinfo else at.replace(tzinfo=AMSTERDAM)
    moment = at.timestamp()
    return waited(Outcome.ANSWERED, 0.0, queued_at=moment, arrived_at=moment, answered_at=moment + 5, **more)


async def test_every_day_has_its_row(daemon: Operated, records: Slow) -> None:
    """Those without calls too; the first and last day are in it, their neighbours are not."""
    calls = [_at(f"2026-07-0{day} 09:00") for day in (1, 2, 2, 4, 5)]
    found = await _report(daemon, records, calls, first=date(2026, 7, 2), last=date(2026, 7, 4), grain="day")
    assert [(row.start, row.figures.answered) for row in found.rows] == [
        (date(2026, 7, 2), 2),
        (date(2026, 7, 3), 0),
        (date(2026, 7, 4), 1),
    ]
    assert (found.total.answered, [(row.title, row.figures.answered) for row in found.queues]) == (
        3,
        [("Algemeen", 3)],
    )


async def test_weeks_begin_on_monday_and_may_be_cut_off(daemon: Operated, records: Slow) -> None:
    """A span from Thursday to Tuesday is of two weeks, each with its own first day."""
    calls = [_at(f"2026-07-0{day} 09:00") for day in (2, 5, 6, 7)]
    found = await _report(daemon, records, calls, first=date(2026, 7, 2), last=date(2026, 7, 7), grain="week")
    assert [(row.start, row.figures.answered) for row in found.rows] == [(date(2026, 7, 2), 2), (date(2026, 7, 6), 2)]


async def test_one_day_by_the_hour_is_as_its_clock_was(daemon: Operated, records: Slow) -> None:
    """The hour that comes twice has two rows, the one that is skipped none; it is said which days those are."""
    autumn, spring = date(2026, 10, 25), date(2026, 3, 29)
    calls = [_at("2026-10-25T02:30:00+02:00"), _at("2026-10-25T02:30:00+01:00"), _at("2026-10-25T02:31:00+01:00")]
    found = await _report(daemon, records, calls, first=autumn, last=autumn, grain="hour")
    assert [(row.hour, row.again, row.figures.answered) for row in found.rows][:5] == [
        (0, False, 0),
        (1, False, 0),
        (2, False, 1),
        (2, True, 2),
        (3, False, 0),
    ]
    assert (len(found.rows), found.odd_days) == (25, [(autumn, 25)])
    found = await _report(daemon, records, [_at("2026-03-29 03:10")], first=spring, last=spring, grain="hour")
    assert [row.hour for row in found.rows] == [0, 1, *range(3, 24)]
    assert found.odd_days == [(spring, 23)]


async def test_the_hours_of_more_days_are_taken_together(daemon: Operated, records: Slow) -> None:
    """Twenty-four rows, each of all days."""
    calls = [_at("2026-07-01 09:10"), _at("2026-07-02 09:50"), _at("2026-07-02 23:50")]
    found = await _report(daemon, records, calls, first=date(2026, 7, 1), last=date(2026, 7, 2), grain="hour")
    told = {row.hour: row.figures.answered for row in found.rows if row.figures.answered}
    assert (len(found.rows), told) == (24, {9: 2, 23: 1})


async def test_a_report_can_be_of_one_queue(daemon: Operated, records: Slow) -> None:
    """With its own aim; calls that waited in none are not in it, and are in the report of all."""
    calls = [_at("2026-07-01 09:00"), _at("2026-07-01 09:00", queue=PASSPORTS)]
    calls.append(facts(Outcome.CLOSED, arrived_at=NOON, ended_at=NOON + 9))
    day = {"first": date(2026, 7, 1), "last": date(2026, 7, 1), "grain": "day"}
    found = await _report(daemon, records, calls, **day, queue=PASSPORTS)
    assert (found.total.offered, found.total.unqueued, found.aim is not None) == (1, 0, True)
    found = await _report(daemon, records, [], **day)
    assert (found.total.offered, found.total.unqueued, found.aim) == (2, 1, None)


@pytest.mark.parametrize(("first", "last"), [("2026-07-02", "2026-07-01"), ("2025-01-01", "2026-02-05")])
async def test_a_span_that_is_too_long_or_turned_round_is_refused(
    daemon: Operated, records: Slow, first: str, last: str
) -> None:
    """Before the records are asked anything."""
    wish = ReportWish(date.fromisoformat(first), date.fromisoformat(last), "day")
    with pytest.raises(Refused, match="1 to 400 days"):
        await Reports(records, daemon.in_force).report(wish)
    assert records.asked == []
