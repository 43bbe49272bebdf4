"""Two weeks of calls that nobody made: facts for reports and pictures, the same each time.

    python -m lab.fortnight --site site.toml --credentials DIR

puts them into the records of that site, up to now. Office hours have a busy morning and a calmer afternoon, Monday
is the busiest day, and who calls out of hours is told so. No people are in it: facts have none.
"""

from __future__ import annotations

import argparse
import asyncio
import random
import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import CallId, DeskId, NodeName, QueueId, UserId
from irmacall.errors import IrmacallError
from irmacall.service.facts import facts_store
from irmacall.settings import Purpose, Settings, load
from irmacall.store.facts import FactsStore

DAYS: Final = 14
_AN_HOUR: Final = {8: 14, 9: 34, 10: 38, 11: 30, 12: 18, 13: 22, 14: 24, 15: 20, 16: 12, 19: 1}
"""Calls in each hour of an ordinary weekday; the office is open from half past eight until five."""
_OF_A_DAY: Final = (1.4, 1.1, 0.9, 1.05, 0.8, 0.05, 0.03)
"""How busy each weekday is, from Monday on."""
_PASSED_ON: Final = 0.12
"""Of those who are answered."""
_AT_ONCE: Final = 500


@dataclass(frozen=True, slots=True)
class Town:
    """Whose calls these are. `queues`: the busiest first."""

    desk: DeskId
    node: NodeName
    queues: Sequence[QueueId]
    agents: Sequence[UserId]
    zone: ZoneInfo
    officials: Sequence[UserId] = ()
    """To whom callers are passed on."""


def fortnight(town: Town, until: float, *, seed: int = 1) -> list[CallFacts]:
    """Calls of the fourteen days before `until` (epoch seconds) and of that day up to it, in the order in which they
    came. The same for the same day and seed."""
    last = datetime.fromtimestamp(until, town.zone).date()
    days = (last - timedelta(days=number) for number in range(DAYS, -1, -1))
    found = [call for day in days for call in _day(town, day, random.Random(f"{seed} {day}"))]
    return [call for call in found if call.ended_at < until]


def _day(town: Town, day: date, dice: random.Random) -> Iterator[CallFacts]:
    for hour, usual in _AN_HOUR.items():
        calls = round(usual * _OF_A_DAY[day.weekday()] * dice.uniform(0.75, 1.25))
        begun = datetime(day.year, day.month, day.day, hour, tzinfo=town.zone).timestamp()
        for at in sorted(dice.uniform(begun, begun + 3600) for _ in range(calls)):
            yield _call(town, at, dice, is_open=day.weekday() < 5 and begun + 1800 * (hour == 8) <= at and hour < 17)


def _call(town: Town, at: float, dice: random.Random, *, is_open: bool) -> CallFacts:
    call = CallId(f"{town.node}-{at:.3f}.{dice.randrange(10_000)}")
    if not is_open:
        return CallFacts(call, town.desk, town.node, Outcome.CLOSED, at, at + 12)
    if dice.random() < 0.05:
        return CallFacts(call, town.desk, town.node, Outcome.LEFT, at, at + dice.uniform(3, 15))
    queue = dice.choices(town.queues, [1 / (1 + number) for number in range(len(town.queues))])[0]
    queued, busy = at + dice.uniform(8, 25), 2.2 if 9 <= datetime.fromtimestamp(at, town.zone).hour < 11 else 1.0
    waits, patience = dice.expovariate(1 / (14 * busy)), dice.expovariate(1 / 240)
    shared = {"queued_at": queued, "queue": queue, "queues": (queue,), "identified": dice.random() < 0.4}
    if waits > patience:
        outcome = Outcome.CALLBACK if dice.random() < 0.15 else Outcome.ABANDONED
        return CallFacts(call, town.desk, town.node, outcome, at, queued + patience, **shared)  # type: ignore[arg-type]
    answered = queued + waits
    ended = answered + min(1800.0, dice.lognormvariate(5.1, 0.7))
    agent = dice.choice(town.agents)
    owners = _owners(town, agent, dice)
    return CallFacts(
        call,
        town.desk,
        town.node,
        Outcome.ANSWERED,
        at,
        ended,
        answered_at=answered,
        agent=agent,
        phones_rung=len(owners),
        owners=owners,
        passed=len(owners) - 1,
        **shared,  # type: ignore[arg-type]
    )


def _owners(town: Town, first: UserId, dice: random.Random) -> tuple[UserId, ...]:
    """One call of eight is passed on to an official, and a few of those to another."""
    if not town.officials or dice.random() >= _PASSED_ON:
        return (first,)
    return (first, *dice.sample(town.officials, 1 if len(town.officials) == 1 or dice.random() < 0.9 else 2))


async def fill(store: FactsStore, calls: Sequence[CallFacts]) -> None:
    """Keep these. To do so twice is harmless."""
    await store.prepare()
    for begin in range(0, len(calls), _AT_ONCE):
        await store.put(calls[begin : begin + _AT_ONCE])


def town_of(settings: Settings) -> Town:
    """The town that a site file describes, with agents that are nobody's."""
    [desk] = settings.desks
    queues = [QueueId(queue.id) for queue in desk.queues]
    agents = [UserId(f"fortnight-{number}") for number in range(1, 7)]
    officials = [UserId(f"fortnight-official-{number}") for number in range(1, 4)]
    node = NodeName(settings.nodes[0].name)
    return Town(DeskId(desk.id), node, queues, agents, ZoneInfo(desk.timezone), officials)


async def _run(settings: Settings) -> int:
    store = facts_store(settings, settings.desks[0])
    try:
        calls = fortnight(town_of(settings), time.time())
        await fill(store, calls)
    finally:
        await store.close()
    return len(calls)


def main() -> None:
    """Fill the records of one site."""
    parser = argparse.ArgumentParser(prog="python -m lab.fortnight", description=__doc__)
    parser.add_argument("--site", type=Path, required=True)
    parser.add_argument("--credentials", type=Path)
    given = parser.parse_args()
    try:
        settings = load(given.site, given.credentials, {}, Purpose.CHECK)
        print(f"{asyncio.run(_run(settings))} calls of {DAYS} days and today are in {settings.desks[0].id}'s records")
    except IrmacallError as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main()
