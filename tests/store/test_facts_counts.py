"""What many calls add up to, on both databases."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest

from irmacall.core.facts import Outcome
from irmacall.core.ids import CallId, QueueId
from irmacall.store.facts import FactsStore
from irmacall.store.facts_counts import Count, Period
from tests.store.facts_places import NOON, facts, waited

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
GENERAL, PASSPORTS = QueueId("algemeen"), QueueId("burgerzaken")


def _at(text: str) -> float:
    """A moment by the Dutch clock, in epoch seconds; with an offset where that is needed to tell."""
    moment = datetime.fromisoformat(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=AMSTERDAM)).timestamp()


async def test_the_service_level_is_the_trades(facts_store: FactsStore) -> None:
    """Answered in 20 s over answered and abandoned after 20 s: 4 of 6, with whoever hung up sooner left out."""
    await facts_store.put(
        [
            *(waited(Outcome.ANSWERED, seconds) for seconds in (0.0, 5.5, 19.9, 20.0)),
            waited(Outcome.ANSWERED, 21.0),
            waited(Outcome.ABANDONED, 60.0),
            waited(Outcome.ABANDONED, 3.0),
            waited(Outcome.ABANDONED, 20.0),
        ]
    )
    level = await facts_store.service_level(None, NOON, NOON + 1, 20, 0.8)
    found = (level.answered_in_time, level.answered_late, level.abandoned_early, level.abandoned_late)
    assert found == (4, 1, 2, 1)
    assert (level.counted, level.level, level.met) == (6, 4 / 6, False)
    assert (await facts_store.service_level(None, NOON, NOON + 1, 60, 0.8)).met


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.ANSWERED, Outcome.ABANDONED}, key=str))
async def test_the_service_level_leaves_the_rest_out(facts_store: FactsStore, outcome: Outcome) -> None:
    """A call that ended in any other way counts neither way, though it waited long."""
    await facts_store.put([waited(Outcome.ANSWERED, 1.0), waited(outcome, 100.0)])
    level = await facts_store.service_level(None, NOON, NOON + 1, 20, 0.8)
    assert (level.counted, level.level) == (1, 1.0)


async def test_calls_in_which_we_call_back_are_left_out(facts_store: FactsStore) -> None:
    """The desk chose that moment, so nobody waited as one waits on the line."""
    await facts_store.put([waited(Outcome.ANSWERED, 1.0, callback_of=CallId("pbx1-1.1"))])
    level = await facts_store.service_level(None, NOON, NOON + 1, 20, 0.8)
    assert (level.counted, level.level, level.met) == (0, None, None)


async def test_the_service_level_is_of_one_queue_and_one_span(facts_store: FactsStore) -> None:
    """Calls of another queue, and those that began to wait outside the span, are not in it."""
    await facts_store.put(
        [
            waited(Outcome.ANSWERED, 1.0),
            waited(Outcome.ABANDONED, 100.0, queue=PASSPORTS),
            waited(Outcome.ABANDONED, 100.0, queued_at=NOON - 1),
            waited(Outcome.ABANDONED, 100.0, queued_at=NOON + 10),
        ]
    )
    assert (await facts_store.service_level(GENERAL, NOON, NOON + 10, 20, 0.8)).level == 1.0
    assert (await facts_store.service_level(None, NOON, NOON + 10, 20, 0.8)).level == 0.5


async def test_calls_are_counted_by_the_hour(facts_store: FactsStore) -> None:
    """Each hour, queue and outcome has its number of calls, and how many of those were identified."""
    await facts_store.put(
        [
            facts(queue=GENERAL, identified=True),
            facts(queue=GENERAL, arrived_at=NOON + 3599.9),
            facts(queue=GENERAL, arrived_at=NOON + 3600),
            facts(Outcome.ABANDONED, queue=PASSPORTS, arrived_at=NOON + 900),
            facts(Outcome.CLOSED),
            facts(Outcome.CLOSED, arrived_at=NOON + 7200),
        ]
    )
    assert await facts_store.summary(NOON, NOON + 7200, Period.HOUR, AMSTERDAM) == [
        Count(NOON, None, Outcome.CLOSED, 1, 0),
        Count(NOON, GENERAL, Outcome.ANSWERED, 2, 1),
        Count(NOON, PASSPORTS, Outcome.ABANDONED, 1, 0),
        Count(NOON + 3600, GENERAL, Outcome.ANSWERED, 1, 0),
    ]


async def test_a_day_is_the_desks_own(facts_store: FactsStore) -> None:
    """Half an hour before and after a Dutch midnight are two days, though they are one day in UTC."""
    late, early = _at("2026-07-01 23:30"), _at("2026-07-02 00:30")
    await facts_store.put([facts(arrived_at=late), facts(arrived_at=early)])
    counts = await facts_store.summary(late, early + 1, Period.DAY, AMSTERDAM)
    assert [each.start for each in counts] == [_at("2026-07-01"), _at("2026-07-02")]


async def test_the_hour_that_comes_twice_is_two(facts_store: FactsStore) -> None:
    """In the night that winter time begins, half past two comes twice, an hour apart, in one day of 25 hours."""
    summer, winter = _at("2026-10-25 02:30+02:00"), _at("2026-10-25 02:30+01:00")
    night = (_at("2026-10-25"), _at("2026-10-26"))
    await facts_store.put([facts(arrived_at=summer), facts(arrived_at=winter)])
    hours = await facts_store.summary(*night, Period.HOUR, AMSTERDAM)
    assert [each.start for each in hours] == [_at("2026-10-25 02:00+02:00"), _at("2026-10-25 02:00+01:00")]
    days = await facts_store.summary(*night, Period.DAY, AMSTERDAM)
    assert [(each.start, each.calls) for each in days] == [(night[0], 2)]


async def test_the_hour_that_is_skipped_is_none(facts_store: FactsStore) -> None:
    """In the night that summer time begins, three o'clock follows one o'clock's hour."""
    before, after = _at("2026-03-29 01:45+01:00"), _at("2026-03-29 03:15+02:00")
    await facts_store.put([facts(arrived_at=before), facts(arrived_at=after)])
    hours = await facts_store.summary(before, after + 1, Period.HOUR, AMSTERDAM)
    assert [each.start for each in hours] == [_at("2026-03-29 01:00+01:00"), _at("2026-03-29 03:00+02:00")]
