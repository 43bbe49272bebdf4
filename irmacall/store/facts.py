"""What is kept of calls that are over, for as long as the site says: the facts of each, once.

Nothing in it is of the caller: `core.facts.CallFacts` says what there is, and the columns are exactly that.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Connection, Insert, delete, exists, func, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite

from irmacall.core.facts import CallFacts
from irmacall.core.ids import CallId, DeskId, QueueId, UserId
from irmacall.store import facts_counts, facts_figures, migrating
from irmacall.store.facts_asked import AgentTally, By, Question, Tally
from irmacall.store.facts_counts import Count, Period, ServiceLevel
from irmacall.store.facts_database import FactsDatabase
from irmacall.store.facts_table import CALLS, facts_of, row_of

_PURGED_AT_ONCE: Final = 1000
_MIGRATION_S: Final = 300.0
_LONGEST_WAIT_S: Final = 86_400.0
"""Nobody waits longer for an answer."""


class FactsStore:
    """The facts of one desk's calls. Each method raises PeerError when the database fails us.

    Two daemons of a desk may use one PostgreSQL at the same time.
    """

    def __init__(self, database: FactsDatabase, desk: DeskId) -> None:
        self._database = database
        self._desk = desk

    async def check(self) -> str:
        """What the database is, in words; nothing in it is changed.

        Raises SettingsError when it was made by a newer irmacall, or is a file that cannot be one.
        """
        found = await self._database.run(migrating.version)
        state = "empty: who leads makes what it needs" if found is None else f"version {found}"
        return f"{self._database.shown}, {state}"

    async def prepare(self) -> None:
        """Make of the database what today's program needs. For who leads; harmless where it is done already."""
        await self._database.run(migrating.migrate, _MIGRATION_S)

    async def put(self, facts: Sequence[CallFacts]) -> None:
        """Keep these, all or none. What is kept already stays as it is.

        Raises FactsRefused when the database will not have one of them.
        """
        rows = [row_of(each) for each in facts]
        if rows:
            await self._database.run(lambda connection: _put(connection, rows))

    async def purge(self, before: float) -> int:
        """Forget the calls that arrived before this moment, and tell how many there were.

        In pieces, between which facts can be put.
        """
        forgotten = 0
        while True:
            piece = await self._database.run(lambda connection: _purge(connection, self._desk, before))
            forgotten += piece
            if piece < _PURGED_AT_ONCE:
                return forgotten

    async def read(
        self, since: float, until: float, *, after: tuple[float, CallId] | None = None, limit: int = 1000
    ) -> list[CallFacts]:
        """Calls that arrived in [since, until), in that order. `after`: the last one read, (arrived_at, call)."""
        question = (
            select(CALLS)
            .where(CALLS.c.desk == self._desk, CALLS.c.arrived_at >= since, CALLS.c.arrived_at < until)
            .order_by(CALLS.c.arrived_at, CALLS.c.call)
            .limit(limit)
        )
        if after is not None:
            question = question.where(tuple_(CALLS.c.arrived_at, CALLS.c.call) > after)
        return await self._database.run(
            lambda connection: [facts_of(row) for row in connection.execute(question).mappings()]
        )

    async def had_by(self, user: UserId, since: float, until: float, most: int) -> tuple[int, float, list[CallFacts]]:
        """Calls answered in [since, until) that she had on the line, whoever answered them first.

        How many, the seconds from answer to end, and the last ones. `most`: so many of them, newest first.
        """
        return await self._database.run(
            lambda connection: _had_by(connection, self._desk, user, (since, until), most)
        )

    async def service_level(
        self, queue: QueueId | None, since: float, until: float, seconds: float, share: float
    ) -> ServiceLevel:
        """Of those who began to wait in [since, until), in one queue or in all; `ServiceLevel` has the definition."""
        return await self._database.run(
            lambda connection: facts_counts.service_level(
                connection, self._desk, queue, (since, until), (seconds, share)
            )
        )

    async def summary(self, since: float, until: float, period: Period, zone: ZoneInfo) -> list[Count]:
        """Calls that arrived in [since, until), by period, queue and outcome, in that order."""
        return await self._database.run(
            lambda connection: facts_counts.summary(connection, self._desk, (since, until), period, zone)
        )

    async def figures(self, asked: Question, by: By) -> list[Tally]:
        """What the calls in question add up to, by period and queue; `core.figures` has the definitions."""
        return await self._database.run(lambda connection: facts_figures.figures(connection, asked, by))

    async def of_agents(self, asked: Question) -> dict[UserId, AgentTally]:
        """What each agent answered of the calls in question."""
        return await self._database.run(lambda connection: facts_figures.of_agents(connection, asked))

    async def close(self) -> None:
        """Close the database."""
        await self._database.close()


def _put(connection: Connection, rows: list[dict[str, object]]) -> None:
    statement: Insert
    if connection.dialect.name == "sqlite":
        statement = sqlite.insert(CALLS).on_conflict_do_nothing()
    else:
        statement = postgresql.insert(CALLS).on_conflict_do_nothing()
    connection.execute(statement, rows)


def _purge(connection: Connection, desk: DeskId, before: float) -> int:
    old = select(CALLS.c.call).where(CALLS.c.desk == desk, CALLS.c.arrived_at < before).limit(_PURGED_AT_ONCE)
    return connection.execute(delete(CALLS).where(CALLS.c.desk == desk, CALLS.c.call.in_(old))).rowcount


def _had_by(
    connection: Connection, desk: DeskId, user: UserId, span: tuple[float, float], most: int
) -> tuple[int, float, list[CallFacts]]:
    # A call is not answered before it arrived: by that the index finds the day's.
    hers = (
        (CALLS.c.desk == desk)
        & (CALLS.c.arrived_at >= span[0] - _LONGEST_WAIT_S)
        & ((CALLS.c.agent == user) | _owned_by(connection, user))
        & (CALLS.c.answered_at >= span[0])
        & (CALLS.c.answered_at < span[1])
    )
    added = select(func.count(), func.sum(CALLS.c.ended_at - CALLS.c.answered_at)).where(hers)
    number, seconds = connection.execute(added).one()
    last = select(CALLS).where(hers).order_by(CALLS.c.answered_at.desc(), CALLS.c.call.desc()).limit(most)
    return number, float(seconds or 0.0), [facts_of(row) for row in connection.execute(last).mappings()]


def _owned_by(connection: Connection, user: UserId) -> ColumnElement[bool]:
    """Whether she is one of the owners: the whole of an element, however names may look like one another."""
    sqlite = connection.dialect.name == "sqlite"
    each = (func.json_each if sqlite else func.json_array_elements_text)(CALLS.c.owners).table_valued("value")
    return exists().select_from(each).where(each.c.value == user)
