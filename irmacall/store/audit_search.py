"""Finding lines of the audit log: over a connection of its own that can only read, so that no reveal waits for it.

The log has no index but its numbers: it grows, and is seldom searched. So a question looks at so many lines, newest
first, and tells how far it came; who wants older ones asks on from there.
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Collection
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from irmacall.core.ids import CallId, UserId
from irmacall.errors import PeerError

LOOKED_AT: Final = 50_000
"""Lines that one question looks at, at the most: a fraction of a second."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which lines: those to which all that is given applies. Times are in seconds since the epoch.

    `kinds` and `text` empty: any. `user`: she did it, or it names her login or id, as what is done to a user does;
    None: anybody. `text`: stands in the line's reason, in capitals or not. `before`: older than this line's number.
    """

    since: float | None = None
    until: float | None = None
    kinds: frozenset[str] = frozenset()
    user: tuple[UserId, str] | None = None
    call: CallId | None = None
    text: str = ""
    before: int | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class Rows:
    """Numbers and texts of lines, the newest first; how far was looked, and whether there is nothing older."""

    lines: list[tuple[int, str]]
    oldest: int
    is_all: bool


def searched(path: Path, wanted: Wanted) -> Rows:
    """The lines that are wanted. Blocks. Raises `PeerError` when the file fails us."""
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as db:
            db.create_function("folded", 1, str.casefold, deterministic=True)
            db.create_function("named", 2, _named, deterministic=True)
            return _rows(db, wanted)
    except sqlite3.Error as error:
        raise PeerError(f"{path.name} cannot be read: {error}") from error


def _rows(db: sqlite3.Connection, wanted: Wanted) -> Rows:
    newest = db.execute("SELECT coalesce(max(seq), 0) FROM audit").fetchone()[0]
    below = newest + 1 if wanted.before is None else min(wanted.before, newest + 1)
    floor = max(0, below - 1 - LOOKED_AT)
    condition, values = _condition(wanted)
    question = f"SELECT seq, line FROM audit WHERE seq < ? AND seq > ?{condition} ORDER BY seq DESC LIMIT ?"
    rows = db.execute(question, (below, floor, *values, wanted.limit + 1)).fetchall()
    if len(rows) > wanted.limit:
        kept = rows[: wanted.limit]
        return Rows(kept, kept[-1][0], is_all=False)
    return Rows(rows, floor + 1, is_all=floor == 0)


def _condition(wanted: Wanted) -> tuple[str, list[str]]:
    conditions, values = [""], list[str]()

    def put(condition: str, *given: str) -> None:
        conditions.append(condition)
        values.extend(given)

    if wanted.since is not None:
        put("json_extract(line, '$.at') >= ?", _at(wanted.since))
    if wanted.until is not None:
        put("json_extract(line, '$.at') < ?", _at(wanted.until))
    if wanted.kinds:
        put(f"json_extract(line, '$.kind') IN ({_marks(wanted.kinds)})", *sorted(wanted.kinds))
    if wanted.user is not None:
        user, login = wanted.user
        named = "named(json_extract(line, '$.why'), ?)"
        put(f"(json_extract(line, '$.who') = ? OR {named} OR {named})", user, login, user)
    if wanted.call is not None:
        put("json_extract(line, '$.call') = ?", wanted.call)
    if wanted.text:
        put("instr(folded(json_extract(line, '$.why')), ?)", wanted.text.casefold())
    return " AND ".join(conditions), values


def _named(why: str, login: str) -> bool:
    """Whether this login stands in it as a word of its own."""
    return re.search(rf"(?<![\w@.-]){re.escape(login)}(?![\w@-]|\.\w)", why) is not None


def _marks(of: Collection[str]) -> str:
    return ", ".join("?" * len(of))


def _at(moment: float) -> str:
    """As a line has it: of one length and one zone, so that texts stand in the order of their moments."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="milliseconds")
