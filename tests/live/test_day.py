"""A day in the life: 200 calls over two Asterisk nodes, and what is left of them when it is over."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import DeskId
from irmacall.store.facts import FactsStore
from irmacall.store.facts_database import FactsDatabase
from lab.exchange import Exchange
from lab.lab import AGENTS, Lab
from lab.lab import LINES as LINES_OF_LAB
from lab.load.callers import Ending, begin
from lab.people import identified
from lab.seats import seated
from lab.town import Town
from tests.live.conftest import left_over
from tests.live.scenes import until
from tests.live.workday import Answered, Citizen, Worker, crowd

CALLERS, LINES, CALLS_EACH, IDENTIFIED = 91, 3, 6, 3
"""At each node, by sipp; citizens' own telephones, the calls of each, and how many of those have a good code."""
RATE = 1.1
"""Calls a second at each node: more than the agents can take, so that lines grow and patience ends."""
EXCHANGE = Exchange(
    desk={"start": {"menu": "hoofd"}},
    queues={"publiekszaken": {"patience": 10, "impatient": {"queue": "burgerzaken"}}, "burgerzaken": {"wrap_up": 1}},
    tables={
        "menu": [
            {
                "id": "hoofd",
                "sound": "please-hold",
                "tries": 1,
                "otherwise": {"queue": "publiekszaken"},
                "choices": [{"key": "1", "queue": "burgerzaken"}, {"key": "2", "queue": "publiekszaken"}],
            }
        ]
    },
)
TIMES = {"ring": 4, "first_digit": 2, "next_digit": 2, "choice": 0.5, "dropped": 0}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A municipality with two nodes."""
    directory = tmp_path_factory.mktemp("day")
    async with (
        # One less of each than a rack of telephones can have calls: one that has just ended may still count as one.
        Lab(directory, nodes=2, agents=AGENTS[:3], lines=LINES_OF_LAB[:LINES]) as lab,
        Town(lab, times=TIMES, exchange=EXCHANGE, log_level="info", patience=30) as town,
    ):
        yield town


async def test_two_hundred_calls(town: Town) -> None:
    """Every call is in the records once, as the telephones saw it; no phone rang twice at once; nothing is left."""
    seed = random.SystemRandom().randrange(10**6)
    print(f"seed {seed}")  # shown where this fails
    chance = random.Random(seed)
    wallet = await town.wallet()
    codes = [(await identified(town, wallet))[1] for _ in range(IDENTIFIED)]
    async with AsyncExitStack() as stack:
        workers = [
            Worker(
                await stack.enter_async_context(seated(town, agent)),
                town.lab.agent_phone(agent.endpoint),
                random.Random(chance.random()),
            )
            for agent in town.agents
        ]
        endings = await _day(town, workers, codes, chance)
        records = await _records(town, sum(endings.values()))
        await _nothing_left(town, workers)
    _same(records, endings, workers)


async def _day(town: Town, workers: Sequence[Worker], codes: Sequence[str], chance: random.Random) -> Counter[Ending]:
    """All of it, until the last caller is gone; how the calls ended for those who called."""
    lab = town.lab
    citizens = [
        Citizen(
            [lab.phone(line, node) for node in range(len(lab.nodes))],
            lab.number,
            random.Random(chance.random()),
            [codes[number], "1234567890", "", "#1", "", "#2"],
        )
        for number, line in enumerate(lab.lines)
    ]
    async with asyncio.TaskGroup() as group:
        shift = [group.create_task(worker.work(), name=worker.phone.user) for worker in workers]
        loads = [
            await begin(lab, crowd(chance, 1000 * (node + 1), CALLERS), node=node, rate=RATE)
            for node in range(len(lab.nodes))
        ]
        await asyncio.gather(*(citizen.call() for citizen in citizens))
        saw = [each for load in loads for each in await load.over(240)]
        await until(lambda: _quiet(town), "Asterisk holds nothing of any call", 30)
        for task in shift:
            task.cancel()
    return Counter(each.ending for each in saw) + Counter(end for citizen in citizens for end in citizen.endings)


async def _records(town: Town, wanted: int) -> list[CallFacts]:
    """The facts that are kept, when there are as many as there were calls."""
    database = FactsDatabase.at(town.data / "records.sqlite")
    store = FactsStore(database, DeskId(town.lab.desk))
    found: list[CallFacts] = []

    async def all_kept() -> bool:
        found[:] = await store.read(0, time.time() + 60)
        return len(found) >= wanted

    try:
        await until(all_kept, f"{wanted} calls are in the records", 30)
        return found
    finally:
        await store.close()


async def _quiet(town: Town) -> bool:
    return not await left_over(town)


async def _nothing_left(town: Town, workers: Sequence[Worker]) -> None:
    """No talk bridge, nobody in a waiting bridge, and no call or line on any panel or in the desk."""
    for node in town.lab.nodes:
        bridges = [line.split() for line in (await node.cli("bridge show all")).splitlines() if "irmacall" in line]
        assert all(members == "0" for _, _, members, *_ in bridges), bridges
    for worker in workers:
        panel = await worker.seat.panel()
        assert not any(queue["count"] for queue in panel["waiting"])
        assert panel["ringing"] is None
        assert panel["talking"] is None
    status = town.irmacall("status", "status")
    await status.start()
    await status.wait()
    assert "calls: none" in status.written()
    assert "waiting: nobody" in status.written()


def _same(records: Sequence[CallFacts], endings: Counter[Ending], workers: Sequence[Worker]) -> None:
    """What is kept is what the telephones saw."""
    total = 2 * CALLERS + LINES * CALLS_EACH
    assert sum(endings.values()) == len(records) == len({each.call for each in records}) == total
    outcomes = Counter(each.outcome for each in records)
    assert outcomes[Outcome.LOST] == endings[Ending.REFUSED] == 0
    assert min(Counter(each.node for each in records).values()) >= CALLERS
    assert sum(each.identified for each in records) == IDENTIFIED
    # Nobody but an agent ends a call here: whoever was hung up has talked.
    assert endings[Ending.DISMISSED] <= outcomes[Outcome.ANSWERED]
    left = outcomes[Outcome.ABANDONED] + outcomes[Outcome.LEFT]
    assert left + outcomes[Outcome.ANSWERED] == total, outcomes
    assert left <= endings[Ending.LEFT]
    for worker in workers:
        mine = sorted(
            (each for each in records if each.agent == worker.seat.user), key=lambda each: each.answered_at or 0.0
        )
        unseen, unkept = _unmatched(mine, worker.answered)
        assert (unseen, unkept) == ([], []), sorted(
            [(each.answered_at, each.ended_at, each.call) for each in mine]
            + [(talk.since, talk.until, "") for talk in worker.answered],
            key=lambda row: row[0] or 0.0,
        )
        assert worker.doubled == 0
    acts = Counter(act for worker in workers for act in worker.acts)
    assert all(acts[act] for act in ("answer", "reject", "vanish", "pause")), acts


def _unmatched(records: Sequence[CallFacts], answered: Sequence[Answered]) -> tuple[list[CallFacts], list[Answered]]:
    """Records of talks that her telephone did not have; talks of a second or more that it had, without a record."""
    talks = list(answered)
    unseen = []
    for record in records:
        assert record.answered_at is not None
        at: float = record.answered_at
        # One talk at a time is all that a telephone has: the one in which the desk says that they were connected.
        near = [talk for talk in talks if talk.since - 0.5 <= at <= talk.until + 0.5]
        seen = min(near, key=lambda talk: abs(talk.since - at), default=None)
        if seen is None:
            unseen.append(record)
        else:
            talks.remove(seen)
    return unseen, [talk for talk in talks if talk.until - talk.since > 1.0]
