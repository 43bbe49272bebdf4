"""What is kept of calls: the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import dataclasses

import pytest

from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import CallId, DeskId, LanguageId, QueueId, SubjectId, UserId
from irmacall.errors import FactsRefused
from irmacall.store.facts import FactsStore
from irmacall.store.facts_table import CALLS
from tests.store.facts_places import NOON, Place, facts

EVERYTHING = facts(
    queued_at=NOON + 12.125,
    answered_at=NOON + 31.0625,
    queue=QueueId("algemeen"),
    queues=(QueueId("burgerzaken"), QueueId("algemeen")),
    menu_path=("welkom:1", "paspoort:0"),
    language=LanguageId("en"),
    subject=SubjectId("paspoort"),
    identified=True,
    agent=UserId("0123456789abcdef"),
    phones_rung=3,
    callback_of=CallId("pbx1-1782800000.7"),
    owners=(UserId("0123456789abcdef"), UserId("fedcba9876543210"), UserId("0123456789abcdef")),
    passed=2,
)


async def _all(store: FactsStore) -> list[CallFacts]:
    return await store.read(0, NOON * 2)


async def test_facts_come_back_as_they_were_put(facts_store: FactsStore) -> None:
    """Every fact of a call, present or absent, is read as it was told."""
    bare = facts(Outcome.LEFT)
    await facts_store.put([EVERYTHING, bare])
    assert {each.call: each for each in await _all(facts_store)} == {EVERYTHING.call: EVERYTHING, bare.call: bare}


async def test_every_outcome_can_be_kept(facts_store: FactsStore) -> None:
    """No way in which a call can end is unknown to the database."""
    put = [facts(outcome) for outcome in Outcome]
    await facts_store.put(put)
    assert {each.outcome for each in await _all(facts_store)} == set(Outcome)


def test_the_columns_are_exactly_the_facts() -> None:
    """There is no place for anything that core does not tell of a call, such as a name or a number."""
    assert {column.name for column in CALLS.columns} == {field.name for field in dataclasses.fields(CallFacts)}


async def test_facts_told_again_are_kept_once(facts_store: FactsStore) -> None:
    """The same call in another batch, beside new ones, and twice in one batch: one row, as it was first."""
    first, second = facts(), facts()
    await facts_store.put([first])
    await facts_store.put([dataclasses.replace(first, phones_rung=9), second, second])
    assert sorted(await _all(facts_store), key=lambda each: each.call) == [first, second]


async def test_two_daemons_may_put_the_same_at_once(place: Place) -> None:
    """An old leader and a new one both put what was left: every call is there once."""
    put = [facts() for _ in range(300)]
    async with place.prepared() as one, place.prepared() as other:
        await asyncio.gather(*(store.put(put[at : at + 100]) for at in (0, 100, 200) for store in (one, other)))
        assert sorted(each.call for each in await _all(one)) == sorted(each.call for each in put)


async def test_nothing_is_put_when_there_is_nothing(facts_store: FactsStore) -> None:
    """An empty batch is no error."""
    await facts_store.put([])
    assert await _all(facts_store) == []


async def test_what_cannot_be_kept_is_refused_with_its_batch(facts_store: FactsStore) -> None:
    """One call that no database can hold keeps the batch out, and says so in an error of its own."""
    good, bad = facts(), facts(call=CallId("half of a pair: \ud800"))
    with pytest.raises(FactsRefused):
        await facts_store.put([good, bad])
    assert await _all(facts_store) == []
    await facts_store.put([good])
    assert await _all(facts_store) == [good]


async def test_reading_goes_by_arrival_in_pages(facts_store: FactsStore) -> None:
    """The first moment counts, the last does not; pages miss none and repeat none, also of calls of one moment."""
    put = [facts(arrived_at=NOON + at // 3) for at in range(12)]
    await facts_store.put([*put, facts(arrived_at=NOON - 1), facts(arrived_at=NOON + 4)])
    read: list[CallFacts] = []
    while page := await facts_store.read(
        NOON, NOON + 4, after=(read[-1].arrived_at, read[-1].call) if read else None, limit=5
    ):
        assert len(page) <= 5
        read += page
    assert read == sorted(put, key=lambda each: (each.arrived_at, each.call))


async def test_old_calls_are_forgotten(facts_store: FactsStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """A purge takes what arrived before the moment, however many pieces that needs, and nothing else."""
    monkeypatch.setattr("irmacall.store.facts._PURGED_AT_ONCE", 10)
    kept = facts(arrived_at=NOON)
    await facts_store.put([*(facts(arrived_at=NOON - 1 - at) for at in range(25)), kept])
    assert await facts_store.purge(NOON) == 25
    assert await _all(facts_store) == [kept]
    assert await facts_store.purge(NOON) == 0


async def test_each_desk_has_its_own(place: Place) -> None:
    """Desks that share a database read and purge their own calls alone, also where two calls have one name."""
    other_desk = DeskId("elders")
    mine = facts()
    theirs = dataclasses.replace(mine, desk=other_desk)
    async with place.prepared() as here, place.prepared(other_desk) as there:
        await here.put([mine])
        await there.put([theirs])
        assert await here.purge(NOON + 1) == 1
        assert (await _all(here), await _all(there)) == ([], [theirs])


async def test_what_one_answered_is_hers_alone(facts_store: FactsStore) -> None:
    """How many calls, the seconds from answer to end, and the last ones; by when she answered, not when they came."""
    her, another = UserId("her"), UserId("another")

    def answered(at: float, by: UserId = her) -> CallFacts:
        return facts(arrived_at=NOON + at - 30, answered_at=NOON + at, ended_at=NOON + at + 100, agent=by)

    day_before, first, second, third = (answered(at) for at in (-1, 0, 200, 400))
    await facts_store.put([third, first, day_before, second, answered(300, another), facts(Outcome.LEFT)])
    assert await facts_store.had_by(her, NOON, NOON + 1000, 2) == (3, 300.0, [third, second])
    assert await facts_store.had_by(UserId("nobody"), NOON, NOON + 1000, 2) == (0, 0.0, [])


async def test_what_was_passed_on_to_one_is_hers_too(facts_store: FactsStore) -> None:
    """Also where she had it in the middle, and once where she had it twice; nobody whose name is nearly hers."""
    her, another = UserId("her"), UserId("another")

    def had(at: float, *owners: UserId) -> CallFacts:
        begun = NOON + at
        return facts(arrived_at=begun, answered_at=begun, ended_at=begun + 60, agent=another, owners=owners)

    passed, middle = had(10, another, her), had(20, another, her, another, her, another)
    strangers = [had(30 + at, UserId(name)) for at, name in enumerate(["he", "hers", '","her', "%", "h_r", "HER"])]
    await facts_store.put([passed, middle, had(90, another), had(-10, another, her), *strangers])
    assert await facts_store.had_by(her, NOON, NOON + 1000, 9) == (2, 120.0, [middle, passed])
    assert await facts_store.had_by(UserId('","her'), NOON, NOON + 1000, 9) == (1, 60.0, [strangers[2]])


async def test_a_call_that_one_answered_and_got_back_is_one(facts_store: FactsStore) -> None:
    """Whether its owners were kept or not."""
    her = UserId("her")
    again = (her, UserId("another"), her)
    await facts_store.put([facts(answered_at=NOON, agent=her, owners=owners) for owners in ((), again)])
    assert (await facts_store.had_by(her, NOON, NOON + 1000, 9))[0] == 2
