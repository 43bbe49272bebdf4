"""Reports over days, weeks and hours of the day, from the records."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from irmacall.core.figures import NOTHING, Figures
from irmacall.core.ids import QueueId
from irmacall.core.plan import Plan
from irmacall.errors import Refused
from irmacall.service.in_force import InForce
from irmacall.service.management.today import FactsReader, in_time
from irmacall.store.facts_asked import HOUR, By, Question, Tally
from irmacall.web.management.ports import MOST_DAYS, Aim, Place, QueueRow, ReportView, ReportWish, Row

_EPOCH: Final = date(1970, 1, 1)


class Reports:
    """Draws them up. Who does not lead can do so too: the records are the same for all."""

    def __init__(self, facts: FactsReader, in_force: InForce, *, clock: Callable[[], float] = time.time) -> None:
        self._facts = facts
        self._in_force = in_force
        self._clock = clock

    def today(self) -> date:
        """See `ManagementDesk.today`."""
        return datetime.fromtimestamp(self._clock(), self._zone()).date()

    def queues(self) -> list[Place]:
        """See `ManagementDesk.queues`."""
        return [Place(queue.id, queue.title) for queue in self._in_force.now.desk.queues]

    async def report(self, wish: ReportWish) -> ReportView:
        """See `ManagementDesk.report`."""
        days = (wish.last - wish.first).days + 1
        if not 1 <= days <= MOST_DAYS:
            raise Refused(f"a report is of 1 to {MOST_DAYS} days, not of {days}")
        plan, zone = self._in_force.now.plan, self._zone()
        since, until = _midnight(wish.first, zone), _midnight(wish.last + timedelta(days=1), zone)
        by = By.DAY if wish.grain != "hour" else By.HOUR if days == 1 else By.HOUR_OF_DAY
        tallies = await self._facts.figures(Question(plan.desk, since, until, zone, *in_time(plan)), by)
        wanted = [each for each in tallies if wish.queue in (None, each.queue)]
        return ReportView(
            wish=wish,
            rows=list(_rows(wish, wanted, by, zone)),
            queues=list(self._queues(plan, wanted)),
            total=sum((each.figures for each in wanted), NOTHING),
            kept_days=self._in_force.now.settings.records.days,
            odd_days=list(_odd_days(wish, zone)),
            aim=None if wish.queue is None else _aim(plan, wish.queue),
        )

    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self._in_force.now.plan.timezone)

    def _queues(self, plan: Plan, tallies: list[Tally]) -> Iterator[QueueRow]:
        """In the site's order; behind them those that the site has no longer."""
        titles = self._in_force.now.titles.queues
        found: dict[QueueId, Figures] = defaultdict(lambda: NOTHING)
        for each in tallies:
            if each.queue is not None:
                found[each.queue] += each.figures
        for queue in (*plan.queues, *sorted(found.keys() - plan.queues.keys())):
            if queue in found:
                yield QueueRow(titles.get(queue, queue), _aim(plan, queue), found[queue])


def _aim(plan: Plan, queue: QueueId) -> Aim:
    rules = plan.rules(queue).service_level
    return Aim(rules.share, rules.seconds)


def _rows(wish: ReportWish, tallies: list[Tally], by: By, zone: ZoneInfo) -> Iterator[Row]:
    """Every period of the span, those without calls too."""
    found: dict[int, Figures] = defaultdict(lambda: NOTHING)
    for each in tallies:
        found[each.key] += each.figures
    if by is By.HOUR:
        yield from _hours_of(wish.first, found, zone)
    elif by is By.HOUR_OF_DAY:
        for hour in range(24):
            yield Row(None, hour, again=False, figures=found[hour])
    else:
        yield from _days(wish, found)


def _days(wish: ReportWish, found: Mapping[int, Figures]) -> Iterator[Row]:
    day, step = wish.first, timedelta(days=1)
    while day <= wish.last:
        begun, together = day, NOTHING
        while day <= wish.last and (day == begun or (wish.grain == "week" and day.weekday() != 0)):
            together += found.get((day - _EPOCH).days, NOTHING)
            day += step
        yield Row(begun, None, again=False, figures=together)


def _hours_of(day: date, found: Mapping[int, Figures], zone: ZoneInfo) -> Iterator[Row]:
    """As the clock showed them: 23, 24 or 25."""
    at, end = round(_midnight(day, zone)), round(_midnight(day + timedelta(days=1), zone))
    seen: set[int] = set()
    while at < end:
        hour = datetime.fromtimestamp(at, UTC).astimezone(zone).hour
        yield Row(day, hour, again=hour in seen, figures=found.get(at, NOTHING))
        seen.add(hour)
        at += HOUR


def _odd_days(wish: ReportWish, zone: ZoneInfo) -> Iterator[tuple[date, int]]:
    for number in range((wish.last - wish.first).days + 1):
        day = wish.first + timedelta(days=number)
        hours = round((_midnight(day + timedelta(days=1), zone) - _midnight(day, zone)) / HOUR)
        if hours != 24:
            yield day, hours


def _midnight(day: date, zone: ZoneInfo) -> float:
    return datetime(day.year, day.month, day.day, tzinfo=zone).timestamp()
