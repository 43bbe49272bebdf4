"""The table of calls that are over, as today's program knows it: its columns are exactly the facts of a call.

How a database gets there stands in `migrations/`; a test holds the two together. Times are epoch seconds in
double precision, as everywhere in this program: SQLite knows no other, and PostgreSQL has `to_timestamp`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import JSON, Boolean, Column, Double, Index, Integer, MetaData, Table, Text
from sqlalchemy.engine import RowMapping

from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import CallId, DeskId, LanguageId, NodeName, QueueId, SubjectId, UserId

METADATA: Final = MetaData()

CALLS: Final = Table(
    "calls",
    METADATA,
    # Desks may share a database, and the name of a call is its node's own.
    Column("desk", Text, primary_key=True),
    Column("call", Text, primary_key=True),
    Column("node", Text, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("arrived_at", Double, nullable=False),
    Column("ended_at", Double, nullable=False),
    Column("queued_at", Double),
    Column("answered_at", Double),
    Column("queue", Text),
    Column("queues", JSON, nullable=False),
    Column("menu_path", JSON, nullable=False),
    Column("language", Text, nullable=False),
    Column("subject", Text),
    Column("identified", Boolean, nullable=False),
    Column("agent", Text),
    Column("phones_rung", Integer, nullable=False),
    Column("callback_of", Text),
    # Rows of before these were kept read as the defaults.
    Column("owners", JSON, nullable=False, server_default="[]"),
    Column("passed", Integer, nullable=False, server_default="0"),
    Index("calls_by_arrival", "desk", "arrived_at"),
    Index("calls_by_wait", "desk", "queued_at"),
)


def row_of(facts: CallFacts) -> dict[str, object]:
    """The row of one call."""
    row = {column.name: getattr(facts, column.name) for column in CALLS.columns}
    lists = {name: [*getattr(facts, name)] for name in ("queues", "menu_path", "owners")}
    return {**row, **lists, "outcome": facts.outcome.value}


def facts_of(row: RowMapping | Mapping[str, Any]) -> CallFacts:
    """The facts of one row."""
    return CallFacts(
        call=CallId(row["call"]),
        desk=DeskId(row["desk"]),
        node=NodeName(row["node"]),
        outcome=Outcome(row["outcome"]),
        arrived_at=row["arrived_at"],
        ended_at=row["ended_at"],
        queued_at=row["queued_at"],
        answered_at=row["answered_at"],
        queue=None if row["queue"] is None else QueueId(row["queue"]),
        queues=tuple(QueueId(queue) for queue in row["queues"]),
        menu_path=tuple(row["menu_path"]),
        language=LanguageId(row["language"]),
        subject=None if row["subject"] is None else SubjectId(row["subject"]),
        identified=row["identified"],
        agent=None if row["agent"] is None else UserId(row["agent"]),
        phones_rung=row["phones_rung"],
        callback_of=None if row["callback_of"] is None else CallId(row["callback_of"]),
        owners=tuple(UserId(user) for user in row["owners"]),
        passed=row["passed"],
    )
