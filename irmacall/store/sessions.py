"""Who is logged in where. A session's id is kept as its hash only: this file lets nobody in.

Times are in seconds since the epoch and given. A session ends 15 minutes after it was last used, and 12 hours
after it began whatever happens (OWASP ASVS 5.0, 7.3).
"""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass
from typing import Final

from irmacall.core.ids import UserId
from irmacall.store.sqlite import Database

_HANDLE_LENGTH: Final = 16


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session as it is kept. `content` is the web's own (JSON); `handle` names it without opening it."""

    handle: str
    user_id: UserId | None
    content: str
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
        """The session, if it is there, is not over and its user is not disabled.

        `used` is false for what a page does by itself (a stream that reconnects): it keeps nobody logged in.
        """
        return await self._database.run(lambda db: self._load(db, session_hash(session_id), now, used))

    async def save(self, session_id: str, user_id: UserId | None, content: str, now: float) -> None:
        """Keep a session that begins now, or what changed in one that is there; its age stays its age.

        The session of a user who is disabled or gone is not kept: what she had just begun is over too.
        """
        await self._database.run(lambda db: _save(db, session_hash(session_id), user_id, content, now))

    async def delete(self, session_id: str) -> None:
        """End this session."""
        await self._delete("hash = ?", session_hash(session_id))

    async def delete_handle(self, user_id: UserId, handle: str) -> None:
        """End the session of this user that `list_sessions` showed under this handle."""
        await self._delete("user_id = ? AND substr(hash, 1, ?) = ?", user_id, _HANDLE_LENGTH, handle)

    async def delete_user(self, user_id: UserId) -> None:
        """End every session of this user."""
        await self._delete("user_id = ?", user_id)

    async def delete_ended(self, now: float) -> None:
        """Forget the sessions that are over; they are refused without it."""
        await self._delete("last_seen <= ? OR created <= ?", now - self._idle, now - self._absolute)

    async def list_sessions(self, user_id: UserId, now: float) -> list[SessionRecord]:
        """The sessions of this user that are not over, the newest first."""
        records = await self._database.run(lambda db: _of_user(db, user_id))
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

    def _is_over(self, record: SessionRecord, now: float) -> bool:
        # A clock that was set back makes a session older than it is, never younger.
        idle, age = abs(now - record.last_seen), abs(now - record.created)
        return idle >= self._idle or age >= self._absolute

    async def _delete(self, condition: str, *values: str | float) -> None:
        await self._database.run(lambda db: db.execute(f"DELETE FROM sessions WHERE {condition}", values).rowcount)


def session_hash(session_id: str) -> str:
    """How a session's id is kept. It has 256 random bits, so a plain hash cannot be undone by guessing."""
    return hashlib.sha256(session_id.encode(errors="surrogatepass")).hexdigest()


def _found(db: sqlite3.Connection, key: str) -> SessionRecord | None:
    question = """
        SELECT hash, user_id, content, created, last_seen
        FROM sessions LEFT JOIN users ON users.id = user_id
        WHERE hash = ? AND coalesce(disabled, 0) = 0
    """
    row = db.execute(question, (key,)).fetchone()
    return None if row is None else _record(row)


def _save(db: sqlite3.Connection, key: str, user_id: UserId | None, content: str, now: float) -> None:
    put = """
        INSERT INTO sessions (hash, user_id, content, created, last_seen)
        SELECT :key, :user, :content, :now, :now
        WHERE :user IS NULL OR EXISTS (SELECT 1 FROM users WHERE id = :user AND disabled = 0)
        ON CONFLICT (hash) DO UPDATE
        SET user_id = excluded.user_id, content = excluded.content, last_seen = excluded.last_seen
    """
    db.execute(put, {"key": key, "user": user_id, "content": content, "now": now})


def _of_user(db: sqlite3.Connection, user_id: UserId) -> list[SessionRecord]:
    columns = "hash, user_id, content, created, last_seen"
    question = f"SELECT {columns} FROM sessions WHERE user_id = ? ORDER BY created DESC"
    return [_record(row) for row in db.execute(question, (user_id,))]


def _record(row: tuple[str, str | None, str, float, float]) -> SessionRecord:
    key, user_id, content, created, last_seen = row
    user = None if user_id is None else UserId(user_id)
    return SessionRecord(key[:_HANDLE_LENGTH], user, content, created, last_seen)
