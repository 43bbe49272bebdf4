"""What somebody with a phone did today, by the records of calls (see `web.today`)."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Protocol
from zoneinfo import ZoneInfo

from irmacall.core.facts import CallFacts
from irmacall.core.ids import UserId
from irmacall.service.in_force import InForce
from irmacall.web.clocks import clock
from irmacall.web.today import DayView, DoneView


class FactsReader(Protocol):
    """What must be known of the records (see `store.facts.FactsStore`)."""

    async def had_by(
        self, user: UserId, since: float, until: float, most: int
    ) -> tuple[int, float, Sequence[CallFacts]]:
        """See `store.facts.FactsStore.had_by`. Raises PeerError."""


class People(Protocol):
    """What must be known of colleagues (see `service.directory.Directory`)."""

    async def names(self, users: Iterable[UserId | None]) -> Mapping[UserId, str]:
        """What colleagues call them, as far as it is known. Raises nothing."""


class Day:
    """Answers for each user about herself."""

    def __init__(
        self, facts: FactsReader, force: InForce, people: People, clock: Callable[[], float] = time.time
    ) -> None:
        self._facts = facts
        self._force = force
        self._people = people
        self._clock = clock

    async def today(self, user: UserId, most: int) -> DayView:
        """See `web.today.DayDesk`: the day of the desk's own zone."""
        rules, now = self._force.now, self._clock()
        zone = ZoneInfo(rules.desk.timezone)
        midnight = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
        number, seconds, calls = await self._facts.had_by(user, midnight.timestamp(), now, most)
        names = await self._people.names(after for call in calls for after in call.passed_on_to(user))
        queues, subjects = rules.titles.queues, rules.titles.subjects
        return DayView(
            number,
            seconds,
            [
                DoneView(
                    clock=clock(call.answered_at, zone),
                    queue="" if call.queue is None else queues.get(call.queue, call.queue),
                    subject=None if call.subject is None else subjects.get(call.subject, call.subject),
                    seconds=call.ended_at - call.answered_at,
                    callback=call.callback_of is not None,
                    passed_on_to=tuple(names[after] for after in call.passed_on_to(user) if after in names),
                )
                for call in calls
                if call.answered_at is not None
            ],
        )
