"""The synthetic fortnight: the same each time, believable, and in real records."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from irmacall.core.facts import Outcome
from irmacall.core.figures import NOTHING
from irmacall.core.ids import NodeName, QueueId, UserId
from irmacall.store.facts_asked import By, Question
from lab.fortnight import Town, fill, fortnight, town_of
from tests.settings.sample import make_sample
from tests.store.facts_places import DESK, Place

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
GENERAL, PASSPORTS = QueueId("algemeen"), QueueId("burgerzaken")
AGENTS, OFFICIALS = (UserId("u1"), UserId("u2")), (UserId("o1"), UserId("o2"))
TOWN = Town(DESK, NodeName("pbx1"), (GENERAL, PASSPORTS), AGENTS, AMSTERDAM, OFFICIALS)
UNTIL = datetime(2026, 11, 2, 13, tzinfo=AMSTERDAM).timestamp()


def test_it_is_the_same_each_time_and_ends_now() -> None:
    """Another seed gives other calls; each call has a name of its own, and none is still going on."""
    calls = fortnight(TOWN, UNTIL)
    assert calls == fortnight(TOWN, UNTIL) != fortnight(TOWN, UNTIL, seed=2)
    assert len({call.call for call in calls}) == len(calls) > 1000
    assert max(call.ended_at for call in calls) < UNTIL
    days = {datetime.fromtimestamp(call.arrived_at, AMSTERDAM).date() for call in calls}
    assert min(days) >= date(2026, 11, 2) - timedelta(days=14)
    assert date(2026, 11, 2) in days


async def test_reports_of_it_look_like_an_offices(tmp_path: Path) -> None:
    """Most are answered, some in time and some late, some hang up; kept twice, they are there once."""
    calls = fortnight(TOWN, UNTIL)
    async with Place(tmp_path / "records.sqlite").opened() as store:
        await fill(store, calls)
        await fill(store, calls)
        asked = Question(DESK, UNTIL - 20 * 86_400, UNTIL, AMSTERDAM, {}, 20.0)
        tallies = await store.figures(asked, By.HOUR_OF_DAY)
    total = sum((tally.figures for tally in tallies), NOTHING)
    assert total.offered + total.unqueued == len(calls)
    assert total.level is not None
    assert 0.4 < total.level < 0.9
    assert 0.02 < total.abandoned / total.offered < 0.3
    offered = {hour: sum(each.figures.offered for each in tallies if each.key == hour) for hour in range(24)}
    assert max(offered, key=lambda hour: offered[hour]) in (9, 10)
    assert offered[20] == offered[3] == 0
    assert 0.05 < total.passed / total.answered < 0.25
    assert {call.outcome for call in calls} >= {Outcome.CLOSED, Outcome.LEFT, Outcome.CALLBACK}


def test_some_callers_are_passed_on_to_officials() -> None:
    """Who answered had her first, and nobody had her twice; without officials nobody is passed on."""
    calls = fortnight(TOWN, UNTIL)
    for call in calls:
        assert (call.agent is None) == (not call.owners)
        assert call.owners[:1] == (() if call.agent is None else (call.agent,))
        assert set(call.owners[1:]) <= set(OFFICIALS)
        assert call.passed == max(0, len(call.owners) - 1) == len(set(call.owners[1:]))
    assert {call.passed for call in calls} == {0, 1, 2}
    assert {call.passed for call in fortnight(replace(TOWN, officials=()), UNTIL)} == {0}


def test_a_sites_own_queues_are_called(tmp_path: Path) -> None:
    """As its file names them, and by its clock."""
    town = town_of(make_sample(tmp_path).load())
    assert (town.queues, town.zone.key) == ([GENERAL, PASSPORTS], "Europe/Amsterdam")
