"""Today's figures: asked of the records once in a few seconds, however many wallboards there are.

The records' database may be slow, or away, and nobody waits for it here: what was counted last is shown with its age.
Calls that the database may not have yet are counted from the desk, and left out there, so that none counts twice.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from zoneinfo import ZoneInfo

import structlog

from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.figures import NOTHING, Figures, figures_of, moment_of
from irmacall.core.ids import QueueId, UserId
from irmacall.core.plan import Plan
from irmacall.core.state import Desk
from irmacall.errors import PeerError
from irmacall.store.facts_asked import MOST_SKIPPED, QUARTER, AgentTally, By, Question, Tally

log = structlog.get_logger("irmacall.management")

FRESH_SECONDS: Final = 4.0
"""So long an answer will do."""
PATIENCE_SECONDS: Final = 1.0
"""So long a wallboard waits for a new one."""


class FactsReader(Protocol):
    """What must be known of the records (see `store.facts.FactsStore`). Each raises PeerError."""

    async def figures(self, asked: Question, by: By) -> list[Tally]:
        """What the calls in question add up to."""

    async def of_agents(self, asked: Question) -> dict[UserId, AgentTally]:
        """What each agent answered of them."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What was counted at one moment (epoch seconds) of the day that it was in."""

    at: float
    queues: Mapping[QueueId | None, Figures]
    quarters: Mapping[int, Figures]
    """By the beginning of each, in epoch seconds."""
    agents: Mapping[UserId, AgentTally]

    @property
    def all(self) -> Figures:
        """Of all queues, and of those who never waited in one."""
        return sum(self.queues.values(), NOTHING)


class Today:
    """Today's figures of the desk that is led here. `desk` raises PeerUnavailable on a standby."""

    def __init__(
        self,
        facts: FactsReader,
        desk: Callable[[], Desk],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._facts = facts
        self._desk = desk
        self._clock = clock
        self._counted: Counted | None = None
        self._counting: asyncio.Task[None] | None = None
        self._failed_at: float | None = None

    async def counted(self) -> Counted | None:
        """The newest figures that can be had soon; None: none of today yet."""
        now = self._clock()
        if not self._will_do(now):
            if self._counting is None or self._counting.done():
                self._counting = asyncio.create_task(self._count(self._desk()), name="figures of today")
            counting = self._counting
            await asyncio.wait([counting], timeout=PATIENCE_SECONDS)
            if counting.done():
                counting.result()
        found = self._counted
        # Those of yesterday are of no use after midnight.
        return found if found is not None and found.at >= day_of(now, self._zone())[0] else None

    async def close(self) -> None:
        """Nobody wants to know any more."""
        if self._counting is not None:
            self._counting.cancel()
            with suppress(asyncio.CancelledError):
                await self._counting

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._desk().plan.timezone)

    def _will_do(self, now: float) -> bool:
        tried = (None if self._counted is None else self._counted.at, self._failed_at)
        return any(at is not None and 0 <= now - at < FRESH_SECONDS for at in tried)

    async def _count(self, desk: Desk) -> None:
        now = self._clock()
        since, until = day_of(now, ZoneInfo(desk.plan.timezone))
        pending = list(itertools.islice(desk.facts.values(), MOST_SKIPPED))
        asked = _asked(desk.plan, since, until, pending)
        try:
            tallies, agents = await self._facts.figures(asked, By.QUARTER), await self._facts.of_agents(asked)
        except PeerError as error:
            if self._failed_at is None:
                log.warning("no figures of today", error=str(error))
            self._failed_at = now
            return
        self._failed_at = None
        more = [each for each in pending if since <= moment_of(each) < until]
        self._counted = _added(now, tallies, agents, more, asked)


def _asked(plan: Plan, since: float, until: float, pending: list[CallFacts]) -> Question:
    but = [each.call for each in pending]
    return Question(plan.desk, since, until, ZoneInfo(plan.timezone), *in_time(plan), but)


def in_time(plan: Plan) -> tuple[Mapping[QueueId, float], float]:
    """T of each queue, and of one that the site has no longer, in seconds."""
    times = {queue: rules.service_level.seconds for queue, rules in plan.queues.items()}
    return times, times[plan.default_queue]


def _added(
    now: float, tallies: list[Tally], agents: Mapping[UserId, AgentTally], more: list[CallFacts], asked: Question
) -> Counted:
    queues: dict[QueueId | None, Figures] = defaultdict(lambda: NOTHING)
    quarters: dict[int, Figures] = defaultdict(lambda: NOTHING)
    for tally in tallies:
        queues[tally.queue] += tally.figures
        quarters[tally.key] += tally.figures
    people = dict(agents)
    for each in more:
        told = figures_of(each, asked.time_of(each.queue))
        queues[each.queue] += told
        quarters[int(moment_of(each) // QUARTER) * QUARTER] += told
        if each.agent is not None and each.outcome is Outcome.ANSWERED and each.answered_at is not None:
            had = people.get(each.agent, AgentTally(0, 0.0))
            talked = max(0.0, each.ended_at - each.answered_at)
            people[each.agent] = AgentTally(had.answered + 1, had.talked + talked)
    return Counted(now, dict(queues), dict(quarters), people)


def day_of(now: float, zone: ZoneInfo) -> tuple[float, float]:
    """From the midnight before until the one after, by this clock; some days have 23 or 25 hours."""
    midnight = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0, fold=0)
    after = (midnight.replace(tzinfo=None) + timedelta(days=1)).replace(tzinfo=zone)
    return midnight.timestamp(), after.timestamp()
