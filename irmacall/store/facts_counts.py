"""What the facts of many calls add up to: numbers for those who run the desk, never of one caller."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, case, func, select

from irmacall.core.facts import Outcome
from irmacall.core.ids import DeskId, QueueId
from irmacall.store.facts_table import CALLS

_QUARTER_S: Final = 900
"""Every zone's hours and days begin at a whole quarter of an hour since the epoch, so quarters add up to either."""


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """How many of those who waited were answered in time, as the trade counts it (80/20: 80 % within 20 s).

        answered within T  /  (answered + abandoned after T)

    T is in seconds from when she entered her first queue; a call counts for the queue that it was answered from, or
    left from. Who hung up within T (`abandoned_early`) counts neither way: she gave nobody the time. A call that
    ended otherwise than answered or abandoned is not in it (closed, turned away, left before any queue, refused,
    lost, asked to be called back), nor are the calls in which we call back: there the desk chose the moment.
    """

    seconds: float
    """T."""
    share: float
    """What is aimed at, between 0 and 1."""
    answered_in_time: int
    answered_late: int
    abandoned_early: int
    abandoned_late: int

    @property
    def counted(self) -> int:
        """Calls below the line."""
        return self.answered_in_time + self.answered_late + self.abandoned_late

    @property
    def level(self) -> float | None:
        """Between 0 and 1; None where no call counts."""
        return self.answered_in_time / self.counted if self.counted else None

    @property
    def met(self) -> bool | None:
        """Whether the aim was reached; None where no call counts."""
        return None if self.level is None else self.level >= self.share


class Period(enum.Enum):
    """What calls are counted by. An hour that a clock change repeats is two."""

    HOUR = "hour"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Count:
    """How many calls arrived in one period, came to this end, and had this queue last."""

    start: float
    """Of the period, in epoch seconds."""
    queue: QueueId | None
    outcome: Outcome
    calls: int
    identified: int
    """How many of them had an identity bound."""


def service_level(
    connection: Connection, desk: DeskId, queue: QueueId | None, span: tuple[float, float], aim: tuple[float, float]
) -> ServiceLevel:
    """Of those who began to wait in `span`, [since, until), in one queue or in all. `aim` is (seconds, share)."""
    seconds, share = aim
    end = case((CALLS.c.outcome == Outcome.ANSWERED.value, CALLS.c.answered_at), else_=CALLS.c.ended_at)
    in_time = case((end - CALLS.c.queued_at <= seconds, 1), else_=0)
    question = (
        select(CALLS.c.outcome, func.count(), func.sum(in_time))
        .where(CALLS.c.desk == desk, CALLS.c.queued_at >= span[0], CALLS.c.queued_at < span[1])
        .where(CALLS.c.outcome.in_([Outcome.ANSWERED.value, Outcome.ABANDONED.value]))
        .where(CALLS.c.callback_of.is_(None))
        .group_by(CALLS.c.outcome)
    )
    if queue is not None:
        question = question.where(CALLS.c.queue == queue)
    found = {outcome: (calls, int(early)) for outcome, calls, early in connection.execute(question)}
    answered, in_time_ = found.get(Outcome.ANSWERED.value, (0, 0))
    abandoned, early = found.get(Outcome.ABANDONED.value, (0, 0))
    return ServiceLevel(seconds, share, in_time_, answered - in_time_, early, abandoned - early)


def summary(
    connection: Connection, desk: DeskId, span: tuple[float, float], period: Period, zone: ZoneInfo
) -> list[Count]:
    """Calls that arrived in `span`, [since, until), by the zone's hours or days."""
    quarter = func.floor(CALLS.c.arrived_at / _QUARTER_S)
    identified = func.sum(case((CALLS.c.identified, 1), else_=0))
    question = (
        select(quarter, CALLS.c.queue, CALLS.c.outcome, func.count(), identified)
        .where(CALLS.c.desk == desk, CALLS.c.arrived_at >= span[0], CALLS.c.arrived_at < span[1])
        .group_by(quarter, CALLS.c.queue, CALLS.c.outcome)
    )
    return _added((tuple(row) for row in connection.execute(question)), period, zone)


def _added(rows: Iterable[tuple[float, str | None, str, int, int]], period: Period, zone: ZoneInfo) -> list[Count]:
    calls: Counter[tuple[float, str | None, str]] = Counter()
    identified: Counter[tuple[float, str | None, str]] = Counter()
    for quarter, queue, outcome, number, known in rows:
        key = (_start(float(quarter) * _QUARTER_S, period, zone), queue, outcome)
        calls[key] += number
        identified[key] += int(known)
    return [
        Count(start, None if queue is None else QueueId(queue), Outcome(outcome), calls[key], identified[key])
        for key in sorted(calls, key=lambda key: (key[0], key[1] or "", key[2]))
        for start, queue, outcome in [key]
    ]


def _start(at: float, period: Period, zone: ZoneInfo) -> float:
    """When the period of this moment began. `replace` keeps which of two equal hours it is (PEP 495)."""
    local = datetime.fromtimestamp(at, zone)
    if period is Period.HOUR:
        return local.replace(minute=0).timestamp()
    return local.replace(hour=0, minute=0, fold=0).timestamp()
