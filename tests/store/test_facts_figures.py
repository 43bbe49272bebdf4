"""What the database counts is what the core's definition says, on both databases."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.figures import NOTHING, Figures, figures_of, moment_of
from irmacall.core.ids import CallId, QueueId, UserId
from irmacall.store.facts import FactsStore
from irmacall.store.facts_asked import DAY, AgentTally, By, Question, offsets
from tests.store.facts_places import DESK, NOON, facts, waited

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
GENERAL, PASSPORTS = QueueId("algemeen"), QueueId("burgerzaken")
IN_TIME = {GENERAL: 20.0, PASSPORTS: 60.0}


def _asked(since: float = NOON - DAY, until: float = NOON + DAY, but: Sequence[CallId] = ()) -> Question:
    return Question(DESK, since, until, AMSTERDAM, IN_TIME, 20.0, but)


def _at(text: str) -> float:
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)).timestamp()


def _day(at: float) -> int:
    return (datetime.fromtimestamp(at, AMSTERDAM).date() - date(1970, 1, 1)).days


def _some(number: int, since: float, seconds: float) -> list[CallFacts]:
    """Calls of every kind, at random and the same each time."""
    dice = random.Random(7)
    found = []
    for _ in range(number):
        arrived, outcome = since + dice.random() * seconds, dice.choice(list(Outcome))
        queued = None if dice.random() < 0.2 else arrived + 5
        begun = arrived if queued is None else queued
        answered = begun + dice.choice([3.0, 20.0, 20.5, 60.0, 200.0]) if outcome is Outcome.ANSWERED else None
        ended = (answered or begun) + dice.choice([2.0, 20.0, 61.0, 400.0])
        found.append(
            facts(
                outcome,
                arrived_at=arrived,
                queued_at=queued,
                answered_at=answered,
                ended_at=ended,
                queue=None if queued is None else dice.choice([GENERAL, PASSPORTS, QueueId("opgeheven")]),
                agent=UserId("els") if answered else None,
                callback_of=CallId("pbx1-1.1") if dice.random() < 0.15 else None,
                passed=dice.choice([0, 0, 1, 3]) if answered else 0,
            )
        )
    return found


async def test_the_database_counts_as_the_core_does(facts_store: FactsStore) -> None:
    """Of six hundred calls of every kind, each figure of each queue on each day is the sum of its calls' own."""
    calls = _some(600, _at("2026-10-23"), 4 * DAY)
    await facts_store.put(calls)
    since, until = _at("2026-10-23 12:00"), _at("2026-10-26 18:00")
    wanted: dict[tuple[int, QueueId | None], Figures] = defaultdict(lambda: NOTHING)
    for each in calls:
        if since <= moment_of(each) < until:
            wanted[_day(moment_of(each)), each.queue] += figures_of(each, IN_TIME.get(each.queue or GENERAL, 20.0))
    found = {(each.key, each.queue): each.figures for each in await facts_store.figures(_asked(since, until), By.DAY)}
    assert found.keys() == wanted.keys()
    for key, figures in wanted.items():
        assert _same(found[key], figures), key


def _same(one: Figures, other: Figures) -> bool:
    counts = [name for name in Figures.__slots__ if name not in ("waited", "talked", "longest")]
    same = all(getattr(one, name) == getattr(other, name) for name in counts)
    times = ((one.waited, other.waited), (one.talked, other.talked), (one.longest, other.longest))
    return same and all(mine == pytest.approx(theirs) for mine, theirs in times)


async def test_each_queue_has_a_time_of_its_own(facts_store: FactsStore) -> None:
    """Half a minute is late in one queue and in time in the other."""
    await facts_store.put([waited(Outcome.ANSWERED, 30.0), waited(Outcome.ANSWERED, 30.0, queue=PASSPORTS)])
    tallies = await facts_store.figures(_asked(), By.DAY)
    assert [(each.queue, each.figures.level) for each in tallies] == [(GENERAL, 0.0), (PASSPORTS, 1.0)]


async def test_the_hour_that_comes_twice_is_two_and_of_the_day_one(facts_store: FactsStore) -> None:
    """In the night that winter time begins: each by itself in the day's own hours, together in the hours of days."""
    summer, winter = _at("2026-10-25 02:30+02:00"), _at("2026-10-25 02:30+01:00")
    await facts_store.put(
        [waited(Outcome.ANSWERED, 1.0, queued_at=at, answered_at=at + 1) for at in (summer, winter)]
    )
    asked = _asked(_at("2026-10-25"), _at("2026-10-26"))
    hours = await facts_store.figures(asked, By.HOUR)
    assert [each.key for each in hours] == [_at("2026-10-25 02:00+02:00"), _at("2026-10-25 02:00+01:00")]
    [together] = await facts_store.figures(asked, By.HOUR_OF_DAY)
    assert (together.key, together.figures.answered) == (2, 2)
    [day] = await facts_store.figures(asked, By.DAY)
    assert (day.key, day.figures.answered) == (_day(summer), 2)


async def test_the_hour_that_is_skipped_has_no_calls(facts_store: FactsStore) -> None:
    """In the night that summer time begins, what follows one o'clock's hour is three o'clock's."""
    moments = [_at("2026-03-29 01:59:59+01:00"), _at("2026-03-29 03:00+02:00")]
    await facts_store.put([facts(Outcome.CLOSED, arrived_at=at, ended_at=at + 9) for at in moments])
    asked = _asked(_at("2026-03-29"), _at("2026-03-30"))
    assert [each.key for each in await facts_store.figures(asked, By.HOUR_OF_DAY)] == [1, 3]
    assert [each.key for each in await facts_store.figures(asked, By.HOUR)] == [moments[0] - 3599, moments[1]]


async def test_quarters_of_an_hour_are_counted(facts_store: FactsStore) -> None:
    """For the wallboard's picture of today; the moment is when she began to wait."""
    moments = (NOON + 899, NOON + 900, NOON + 901)
    await facts_store.put([waited(Outcome.ANSWERED, 1.0, queued_at=at, answered_at=at + 1) for at in moments])
    tallies = await facts_store.figures(_asked(), By.QUARTER)
    assert [(each.key, each.figures.offered) for each in tallies] == [(NOON, 1), (NOON + 900, 2)]


async def test_calls_can_be_left_out_by_name(facts_store: FactsStore) -> None:
    """What the desk still remembers itself is not counted twice."""
    kept, known = waited(Outcome.ANSWERED, 1.0), waited(Outcome.ANSWERED, 1.0)
    await facts_store.put([kept, known])
    [tally] = await facts_store.figures(_asked(but=[known.call]), By.DAY)
    assert tally.figures.answered == 1


async def test_each_agents_calls_are_counted(facts_store: FactsStore) -> None:
    """With how long she talked; a call that nobody answered is nobody's."""
    els, bo = UserId("els"), UserId("bo")
    await facts_store.put(
        [
            waited(Outcome.ANSWERED, 10.0, agent=els, ended_at=NOON + 110),
            waited(Outcome.ANSWERED, 10.0, agent=els, ended_at=NOON + 30, callback_of=CallId("pbx1-1.1")),
            waited(Outcome.ANSWERED, 10.0, agent=bo, ended_at=NOON + 15),
            waited(Outcome.ABANDONED, 10.0),
        ]
    )
    assert await facts_store.of_agents(_asked()) == {els: AgentTally(2, 120.0), bo: AgentTally(1, 5.0)}


def test_a_zone_says_when_its_clock_changes() -> None:
    """To the second, for a year with both changes; a zone that has none has one distance."""
    since, until = _at("2026-01-01"), _at("2027-01-01")
    changes = [_at("2026-03-29 03:00+02:00"), _at("2026-10-25 02:00+01:00")]
    assert offsets(AMSTERDAM, since, until) == [(changes[0], 3600.0), (changes[1], 7200.0), (until, 3600.0)]
    assert offsets(ZoneInfo("Asia/Kolkata"), since, until) == [(until, 19800.0)]
