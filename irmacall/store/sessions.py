"""Who is logged in where. A session's id is kept as its hash only: this file lets nobody in.

Times are in seconds since the epoch and given. A session ends 15 minutes after it was last used, and 12 hours
after it began whatever happens (OWASP ASVS 5.0, 7.3).
"""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from typing import Final

from irmacall.core.ids import SeatId, UserId
from irmacall.store.sqlite import Database
from irmacall.store.users import USER_COLUMNS, User, UserRow, user_of

_HANDLE_LENGTH: Final = 16
_RECORDS: Final = f"""
    SELECT hash, seat, created, last_seen, {USER_COLUMNS} FROM sessions JOIN users ON users.id = user_id
"""


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session as it is kept, and whose it is. `handle` names it without opening it."""

    handle: str
    user: User
    seat: SeatId
    created: float
    last_seen: float


class Sessions:
    """The sessions, in the users' file. Raises `PeerError` when the file fails us.

    `idle` and `absolute` are in seconds. That a session is used is written down at most every `idle` / 60.
    """

    def __init__(self, database: Database, *, idle: float = 900.0, absolute: float = 43_200.0) -> None:
        self._database = database
        self._idle = idle
        self._absolute = absolute

    async def load(self, session_id: str, now: float, *, used: bool = True) -> SessionRecord | None:
        """The session, if it is there, is not over and its user is not disabled: one visit to the file.

        `used` is false for what a page does by itself (a stream that reconnects): it keeps nobody logged in.
        """
        return await self._database.run(lambda db: self._load(db, session_hash(session_id), now, used))

    async def begin(self, session_id: str, user_id: UserId, seat: SeatId, now: float) -> None:
        """Keep a session that begins now, and the name of its seat.

        The session of a user who is disabled or gone is not kept: what she had just begun is over too.
        """
        await self._database.run(lambda db: _begin(db, session_hash(session_id), user_id, seat, now))

    async def delete(self, session_id: str) -> None:
        """End this session."""
        await self._delete("hash = ?", session_hash(session_id))

    async def delete_handle(self, user_id: UserId, handle: str) -> frozenset[SeatId]:
        """End the session of this user that was shown under this handle: its seat; none where it was over."""
        return await self._delete("user_id = ? AND substr(hash, 1, ?) = ?", user_id, _HANDLE_LENGTH, handle)

    async def delete_user(self, user_id: UserId) -> frozenset[SeatId]:
        """End every session of this user: the seats of those that there were."""
        return await self._delete("user_id = ?", user_id)

    async def sweep(self, now: float, at_work: Collection[SeatId]) -> frozenset[SeatId]:
        """Forget the sessions that are over (they are refused without it); the seats of those that are not.

        Who is at work uses her session.
        """
        return await self._database.run(lambda db: self._sweep(db, now, at_work))

    async def list_sessions(self, user_id: UserId, now: float) -> list[SessionRecord]:
        """The sessions of this user that are not over, the newest first."""
        records = await self._database.run(lambda db: _of_user(db, user_id))
        return [record for record in records if not self._is_over(record, now)]

    async def list_everybodys(self, now: float) -> list[SessionRecord]:
        """The sessions of all users that are not over, the newest first."""
        question = f"{_RECORDS} WHERE disabled = 0 ORDER BY created DESC"
        records = await self._database.run(lambda db: [_record(row) for row in db.execute(question)])
        return [record for record in records if not self._is_over(record, now)]

    def _load(self, db: sqlite3.Connection, key: str, now: float, used: bool) -> SessionRecord | None:
        record = _found(db, key)
        if record is None:
            return None
        if self._is_over(record, now):
            db.execute("DELETE FROM sessions WHERE hash = ?", (key,))
            return None
        if used and now - record.last_seen >= self._idle / 60:
            db.execute("UPDATE sessions SET last_seen = ? WHERE hash = ?", (now, key))
        return record

    def _sweep(self, db: sqlite3.Connection, now: float, at_work: Collection[SeatId]) -> frozenset[SeatId]:
        over = "abs(? - last_seen) >= ? OR abs(? - created) >= ?"
        db.execute(f"DELETE FROM sessions WHERE {over}", (now, self._idle, now, self._absolute))
        db.executemany("UPDATE sessions SET last_seen = ? WHERE seat = ?", [(now, seat) for seat in at_work])
        live = db.execute("SELECT seat FROM sessions JOIN users ON users.id = user_id WHERE disabled = 0")
        return frozenset(SeatId(seat) for (seat,) in live)

    def _is_over(self, record: SessionRecord, now: float) -> bool:
        # A clock that was set back makes a session older than it is, never younger.
        idle, age = abs(now - record.last_seen), abs(now - record.created)
        return idle >= self._idle or age >= self._absolute

    async def _delete(self, condition: str, *values: str | float) -> frozenset[SeatId]:
        ended = f"DELETE FROM sessions WHERE {condition} RETURNING seat"
        rows = await self._database.run(lambda db: db.execute(ended, values).fetchall())
        return frozenset(SeatId(seat) for (seat,) in rows)


def session_hash(session_id: str) -> str:
    """How a session's id is kept. It has 256 random bits, so a plain hash cannot be undone by guessing."""
    return hashlib.sha256(session_id.encode(errors="surrogatepass")).hexdigest()


def _found(db: sqlite3.Connection, key: str) -> SessionRecord | None:
    row = db.execute(f"{_RECORDS} WHERE hash = ? AND disabled = 0", (key,)).fetchone()
    return None if row is None else _record(row)


def _begin(db: sqlite3.Connection, key: str, user_id: UserId, seat: SeatId, now: float) -> None:
    put = """
        INSERT INTO sessions (hash, user_id, seat, created, last_seen)
        SELECT :key, id, :seat, :now, :now FROM users WHERE id = :user AND disabled = 0
    """
    db.execute(put, {"key": key, "user": user_id, "seat": seat, "now": now})


def _of_user(db: sqlite3.Connection, user_id: UserId) -> list[SessionRecord]:
    return [_record(row) for row in db.execute(f"{_RECORDS} WHERE user_id = ? ORDER BY created DESC", (user_id,))]


def _record(row: tuple[str, str, float, float, *UserRow]) -> SessionRecord:
    key, seat, created, last_seen = row[:4]
    return SessionRecord(key[:_HANDLE_LENGTH], user_of(row[4:]), SeatId(seat), created, last_seen)
