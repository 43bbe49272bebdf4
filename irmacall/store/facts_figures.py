"""What many calls add up to, counted by the database: `core.figures` has the definition, and a test holds the two
together.

A span is counted by the zone's own clock. Between two changes of that clock its distance from UTC stands still, so
each moment becomes a local one by adding a constant: a few constants in one question, on both databases alike, and an
answer of a few rows for each day, however many calls there were.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Row, and_, case, func, literal, or_, select

from irmacall.core.facts import Outcome
from irmacall.core.figures import Figures
from irmacall.core.ids import QueueId, UserId
from irmacall.store.facts_asked import DAY, HOUR, MOST_SKIPPED, QUARTER, AgentTally, By, Question, Tally, offsets
from irmacall.store.facts_table import CALLS

_COUNTS: Final = 10
"""So many of the columns of `_sums` are counts; the others are seconds."""
_MOMENT: Final = func.coalesce(CALLS.c.queued_at, CALLS.c.arrived_at)
_ANSWERED: Final = CALLS.c.outcome == Outcome.ANSWERED.value
_OFFERED: Final = and_(CALLS.c.callback_of.is_(None), CALLS.c.queued_at.is_not(None))
_END: Final = case((and_(_ANSWERED, CALLS.c.answered_at.is_not(None)), CALLS.c.answered_at), else_=CALLS.c.ended_at)
_WAIT: Final = _END - CALLS.c.queued_at


def figures(connection: Connection, asked: Question, by: By) -> list[Tally]:
    """By period and queue, in that order."""
    key, queue = _key(asked, by).label("key"), CALLS.c.queue
    question = select(key, queue, *_sums(asked)).where(*_where(asked)).group_by(key, queue)
    tallies = [_tally(row, asked, by) for row in connection.execute(question)]
    return sorted(tallies, key=lambda each: (each.key, each.queue or ""))


def of_agents(connection: Connection, asked: Question) -> dict[UserId, AgentTally]:
    """By who answered: callers, and those who were called back."""
    question = (
        select(CALLS.c.agent, func.count(), func.sum(_not_negative(CALLS.c.ended_at - CALLS.c.answered_at)))
        .where(*_where(asked), _ANSWERED, CALLS.c.agent.is_not(None), CALLS.c.answered_at.is_not(None))
        .group_by(CALLS.c.agent)
    )
    return {UserId(agent): AgentTally(calls, talked) for agent, calls, talked in connection.execute(question)}


def _where(asked: Question) -> tuple[ColumnElement[bool], ...]:
    """Each half of the span's condition has an index of its own."""
    queued = and_(CALLS.c.queued_at >= asked.since, CALLS.c.queued_at < asked.until)
    came = and_(CALLS.c.queued_at.is_(None), CALLS.c.arrived_at >= asked.since, CALLS.c.arrived_at < asked.until)
    where = (CALLS.c.desk == asked.desk, or_(queued, came))
    return (*where, CALLS.c.call.not_in(asked.but[:MOST_SKIPPED])) if asked.but else where


def _sums(asked: Question) -> Iterator[ColumnElement[Any]]:
    """A column for each field of `Figures`, in its order."""
    early = _in_time(asked) >= _WAIT
    abandoned = CALLS.c.outcome == Outcome.ABANDONED.value
    callback = CALLS.c.outcome == Outcome.CALLBACK.value
    called = CALLS.c.callback_of.is_not(None)
    known = (Outcome.ANSWERED.value, Outcome.ABANDONED.value, Outcome.CALLBACK.value)
    yield _count(_OFFERED, _ANSWERED, early)
    yield _count(_OFFERED, _ANSWERED, ~early)
    yield _count(_OFFERED, abandoned, early)
    yield _count(_OFFERED, abandoned, ~early)
    yield _count(_OFFERED, callback)
    yield _count(_OFFERED, CALLS.c.outcome.not_in(known))
    yield _count(CALLS.c.callback_of.is_(None), CALLS.c.queued_at.is_(None))
    yield _count(called, _ANSWERED)
    yield _count(called, CALLS.c.outcome == Outcome.UNREACHED.value)
    yield _count(CALLS.c.passed > 0)
    yield func.sum(case((and_(_OFFERED, _ANSWERED), _not_negative(_WAIT)), else_=0.0))
    talked = and_(_ANSWERED, or_(called, _OFFERED), CALLS.c.answered_at.is_not(None))
    yield func.sum(case((talked, _not_negative(CALLS.c.ended_at - CALLS.c.answered_at)), else_=0.0))
    yield func.max(case((_OFFERED, _not_negative(_WAIT)), else_=0.0))


def _count(*conditions: ColumnElement[bool]) -> ColumnElement[Any]:
    return func.sum(case((and_(*conditions), 1), else_=0))


def _not_negative(seconds: ColumnElement[Any]) -> ColumnElement[Any]:
    return case((seconds > 0, seconds), else_=0.0)


def _in_time(asked: Question) -> ColumnElement[Any]:
    if not asked.in_time:
        return literal(float(asked.otherwise))
    each = {str(queue): float(seconds) for queue, seconds in asked.in_time.items()}
    return case(each, value=CALLS.c.queue, else_=float(asked.otherwise))


def _key(asked: Question, by: By) -> ColumnElement[Any]:
    if by is By.QUARTER:
        return func.floor(_MOMENT / QUARTER)
    local = _MOMENT + _offset(asked)
    if by is By.DAY:
        return func.floor(local / DAY)
    if by is By.HOUR:  # The distance tells the two apart that the clock has twice.
        return func.floor(local / HOUR) * HOUR - _offset(asked)
    return func.floor(local / HOUR) - 24 * func.floor(local / DAY)


def _offset(asked: Question) -> ColumnElement[Any]:
    """The zone's distance from UTC at a call's moment, in seconds."""
    *earlier, (_, last) = offsets(asked.zone, asked.since, asked.until)
    if not earlier:
        return literal(last)
    return case(*((until > _MOMENT, distance) for until, distance in earlier), else_=last)


def _tally(row: Row[Any], asked: Question, by: By) -> Tally:
    key, queue, *sums = tuple(row)
    whole = round(float(key)) * (QUARTER if by is By.QUARTER else 1)
    counts, times = (int(count) for count in sums[:_COUNTS]), (float(seconds) for seconds in sums[_COUNTS:])
    return Tally(whole, None if queue is None else QueueId(queue), Figures(*counts, *times))
