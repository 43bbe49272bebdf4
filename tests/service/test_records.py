"""The hand that writes facts: everything once, whatever the database does, and calls never wait for it."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from irmacall.core.events import FactsKept
from irmacall.core.facts import CallFacts, Outcome
from irmacall.errors import FactsRefused, PeerUnavailable, SettingsError
from irmacall.service import records
from irmacall.service.records import FactsKeeper, Records, RecordsWriter
from lab.network import Network, claim_network
from lab.postgres import PostgresServer
from tests.service.fakes import PATIENCE, FakeFacts, Heard
from tests.service.house import House, within
from tests.store import facts_places
from tests.store.facts_places import NOON, Place, database_of, facts

AWAY = PeerUnavailable("the database is away")


class Hand:
    """A writer at work, and what it told the desk."""

    def __init__(self, store: FactsKeeper, days: int = 90) -> None:
        self.kept: Heard[FactsKept] = Heard()
        self.writer = RecordsWriter(Records(store, days, lambda: NOON), self.kept.add)

    def keep(self, *several: CallFacts) -> None:
        """The desk commands that these are kept."""
        for each in several:
            self.writer.keep(each)

    async def has_kept(self, number: int) -> None:
        """So many calls were told to be kept."""
        async with asyncio.timeout(PATIENCE):
            while sum(len(event.calls) for event in self.kept.all) < number:
                await self.kept.number(len(self.kept.all) + 1)

    @property
    def told(self) -> Counter[str]:
        """How often the desk was told of each call."""
        return Counter(call for event in self.kept.all for call in event.calls)


@asynccontextmanager
async def at_work(store: FactsKeeper, days: int = 90) -> AsyncIterator[Hand]:
    """A term's hand, until the term is over. Its clock stands at noon."""
    hand = Hand(store, days)
    running = asyncio.create_task(hand.writer.run())
    try:
        yield hand
        assert not running.done(), "a hand that stops ends the term"
    finally:
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


@pytest.fixture
def store() -> FakeFacts:
    """A store in memory."""
    return FakeFacts()


# -- writing -----------------------------------------------------------------------------------------------


async def test_what_is_to_be_kept_is_kept_and_told(store: FakeFacts) -> None:
    """The database is made ready first, then has the call; and then the desk may forget it."""
    put = facts()
    async with at_work(store) as hand:
        hand.keep(put)
        await hand.has_kept(1)
        assert (store.kept, hand.writer.spooled) == ({put.call: put}, 0)
    assert hand.kept.all == [FactsKept((put.call,))]


async def test_many_go_in_batches(store: FakeFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    """What came while a batch was written goes with the next ones, none of which is larger than may be."""
    monkeypatch.setattr(records, "AT_ONCE", 10)
    put = [facts() for _ in range(35)]
    async with at_work(store) as hand:
        store.gate.hold()
        hand.keep(put[0])
        await store.put_.number(1)
        hand.keep(*put[1:])
        store.gate.release()
        await hand.has_kept(35)
    assert [len(batch) for batch in store.put_.all] == [1, 10, 10, 10, 4]
    assert set(store.kept) == {each.call for each in put}


async def test_the_same_told_again_is_written_once(store: FakeFacts) -> None:
    """A command that is repeated while its facts still wait makes no second row, and no second answer."""
    first, second = facts(), facts()
    async with at_work(store) as hand:
        hand.keep(first, second, first, second)
        await hand.has_kept(2)
    assert store.put_.all == [(first.call, second.call)]


async def test_an_answer_to_a_term_that_is_over_is_asked_again_by_the_next(store: FakeFacts) -> None:
    """A term ends while its batch is written: the next one is told the same, and nothing is there twice."""
    put = facts()
    async with at_work(store) as hand:
        store.gate.hold()
        hand.keep(put)
        await store.put_.number(1)
    store.gate.release()
    assert hand.kept.all == []
    async with at_work(store) as following:
        following.keep(put)
        await following.has_kept(1)
    assert store.kept == {put.call: put}


# -- a database that is away -------------------------------------------------------------------------------


@pytest.fixture
def logged() -> Iterator[list[dict[str, object]]]:
    """What is logged meanwhile."""
    with capture_logs() as lines:
        yield lines  # type: ignore[misc]


async def test_an_outage_is_told_once_and_its_end_once(store: FakeFacts, logged: list[dict[str, object]]) -> None:
    """However often it is tried, there is one warning, and one line when it is back, with how many waited."""
    async with at_work(store) as hand:
        store.faults.always["put"] = AWAY
        hand.keep(*(facts() for _ in range(5)))
        await store.put_.number(6)
        assert hand.writer.spooled == 5
        assert hand.kept.all == []
        del store.faults.always["put"]
        await hand.has_kept(5)
    assert [(line["log_level"], line.get("waiting")) for line in logged] == [("warning", 5), ("info", 0)]


async def test_tries_are_further_and_further_apart(store: FakeFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second try comes soon, each later one after twice the time, and none after longer than the longest."""
    waits: Heard[float] = Heard()

    async def sleeps(seconds: float) -> None:
        waits.add(seconds)

    monkeypatch.setattr(records, "RETRY_SECONDS", 0.5)
    monkeypatch.setattr(records, "LONGEST_WAIT", 30.0)
    store.faults.once["prepare"] = [AWAY] * 9
    hand = Hand(store)
    with monkeypatch.context() as patched:
        patched.setattr(asyncio, "sleep", sleeps)
        await within(hand.writer._insist(store.prepare))
    assert waits.all == [0.5, 1, 2, 4, 8, 16, 30, 30, 30]


@pytest.mark.parametrize("error", [AWAY, SettingsError("made by a newer irmacall"), RuntimeError("a defect")])
async def test_nothing_that_fails_ends_the_term(store: FakeFacts, error: Exception) -> None:
    """Preparing, writing and erasing may each fail in any way: what is to be kept is kept in the end."""
    for method in ("prepare", "put", "purge"):
        store.faults.once[method] = [error, error]
    put = facts()
    async with at_work(store) as hand:
        hand.keep(put)
        await hand.has_kept(1)
    assert store.kept == {put.call: put}


async def test_one_that_is_refused_keeps_nobody_else_out(store: FakeFacts, logged: list[dict[str, object]]) -> None:
    """A call that the database will never have is set aside and told by its name; the desk still remembers it."""
    good, bad, later = [facts() for _ in range(3)], facts(), facts()

    class Picky(FakeFacts):
        async def put(self, facts: Sequence[CallFacts]) -> None:
            if bad in facts:
                raise FactsRefused("will not have it")
            await super().put(facts)

    picky = Picky()
    async with at_work(picky) as hand:
        hand.keep(good[0], bad, *good[1:])
        await hand.has_kept(3)
        hand.keep(later)
        await hand.has_kept(4)
        assert hand.writer.spooled == 1
    assert set(picky.kept) == {each.call for each in [*good, later]}
    assert [line.get("call") for line in logged if line["log_level"] == "error"] == [bad.call]


# -- keeping no longer than the site says ------------------------------------------------------------------


async def test_old_facts_are_erased_when_a_term_begins_and_daily(
    store: FakeFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With 30 days, what came before that is gone at once, again after a day, and what is younger stays."""
    monkeypatch.setattr(records, "DAY_SECONDS", 0.01)
    old, young = facts(arrived_at=NOON - 0.31), facts(arrived_at=NOON - 0.29)
    store.kept = {each.call: each for each in (old, young)}
    async with at_work(store, days=30):
        await store.purged.number(3)
    assert store.purged.all[:3] == [pytest.approx(NOON - 0.3)] * 3
    assert list(store.kept) == [young.call]


async def test_erasing_that_fails_is_tried_again_and_holds_nothing_up(
    store: FakeFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A database that lets nothing be erased is asked again before the day is over, and written to meanwhile."""
    monkeypatch.setattr(records, "PURGE_AGAIN_SECONDS", 0.005)
    store.faults.always["purge"] = AWAY
    async with at_work(store) as hand:
        await store.purged.number(3)
        hand.keep(facts())
        await hand.has_kept(1)


# -- in a term ---------------------------------------------------------------------------------------------


async def test_a_call_that_ends_is_in_the_records_and_no_longer_in_the_desk(house: House) -> None:
    """What the desk knew of the call is kept, and then the desk's store has no trace of it."""
    call, _ = await house.talks()
    await house.hangs_up(call)
    await house.eventually(lambda: call in house.facts.kept and call not in house.term.desk.facts)
    kept = house.facts.kept[call]
    assert (kept.outcome, kept.identified, kept.desk) == (Outcome.ANSWERED, True, house.plan.desk)


async def test_who_leads_next_writes_what_was_left(house: House) -> None:
    """While the database is away the facts are the desk's: a daemon that begins to lead writes them."""
    house.facts.faults.always["put"] = AWAY
    call, _ = await house.talks()
    await house.hangs_up(call)
    await house.eventually(lambda: call in house.term.desk.facts)
    fence = house.term.lease.fence
    house.node.fail(PeerUnavailable("the term ends"))
    term = await house.confirmed(fence)
    assert call in term.desk.facts
    del house.facts.faults.always["put"]
    await house.eventually(lambda: call in house.facts.kept and call not in term.desk.facts)


# -- on a real PostgreSQL ----------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def network() -> Iterator[Network]:
    """Addresses for a PostgreSQL."""
    network = claim_network()
    yield network
    network.release()


@pytest.fixture
async def postgres(network: Network, tmp_path: Path) -> AsyncIterator[PostgresServer]:
    """A PostgreSQL that a test may kill."""
    async with facts_places.running(network, tmp_path) as server:
        yield server


async def _until_warned(logged: list[dict[str, object]], times: int) -> None:
    async with asyncio.timeout(PATIENCE):
        while sum(line["log_level"] == "warning" for line in logged) < times:  # noqa: ASYNC110  # a log tells nobody
            await asyncio.sleep(0.001)


async def test_a_database_that_dies_in_the_middle_has_every_call_once(
    postgres: PostgresServer, monkeypatch: pytest.MonkeyPatch, logged: list[dict[str, object]]
) -> None:
    """Killed twice while 600 calls are written in small batches: afterwards all are there, each once, each told."""
    monkeypatch.setattr(records, "AT_ONCE", 7)
    put = [facts() for _ in range(600)]
    async with Place(database_of(postgres)).opened() as store, at_work(store) as hand:
        for at in (0, 200):
            before = sum(hand.told.values())
            hand.keep(*put[at : at + 199])
            await hand.has_kept(before + 20)
            await postgres.kill()
            hand.keep(put[at + 199])  # So that it is away while there is something to write.
            await _until_warned(logged, at // 200 + 1)
            await postgres.restart()
        hand.keep(*put[400:])
        await hand.has_kept(600)
        found = await store.read(0, NOON * 2)
        assert hand.writer.spooled == 0
    assert sorted(each.call for each in found) == sorted(each.call for each in put)
    assert hand.told == Counter({each.call: 1 for each in put})
    assert [line["log_level"] for line in logged] == ["warning", "info"] * 2


async def test_a_database_that_comes_later_is_waited_for(postgres: PostgresServer) -> None:
    """A leader that begins before its PostgreSQL is there makes it ready and writes, as soon as it is."""
    await postgres.stop()
    put = [facts() for _ in range(3)]
    async with Place(database_of(postgres)).opened() as store, at_work(store) as hand:
        hand.keep(*put)
        assert hand.writer.spooled == 3
        await postgres.restart()
        await hand.has_kept(3)
        assert len(await store.read(0, NOON * 2)) == 3
