"""The audit log: one line for everything that may be asked about later, and never the content of it.

Append-only, on SQLite, and chained: each line's hash covers its number, its text and the hash before it, so
that a line which was changed, left out or moved shows. Lines cut off at the end show as long as SQLite's own
counter stands; who can rewrite the whole file can rewrite that and the chain. So `head` is there to be noted
elsewhere now and then (a line in the journal will do): an older head that no longer fits tells on them.

An append is on the way of every reveal. What waits while one is written goes to disk in one transaction.
"""

from __future__ import annotations

import asyncio
import hashlib
import json
import sqlite3
from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Final, Self

from irmacall.core.ids import CallId, DeskId, GrantNumber, SeatId, UserId
from irmacall.errors import PeerError
from irmacall.store import schema
from irmacall.store.audit_search import Wanted, searched
from irmacall.store.sqlite import Database

GENESIS: Final = "0" * 64
"""What stands for the hash before the first line."""


class AuditKind(StrEnum):
    """What happened."""

    REVEAL = "reveal"
    """An identity was asked for by who may see it, and is shown unless a line REVEAL_FAILED follows."""
    REVEAL_FAILED = "reveal_failed"
    """The reveal of an earlier line was not shown after all."""
    REVEAL_REFUSED = "reveal_refused"
    """Somebody asked for an identity that was not hers to see."""
    GRANTED = "granted"
    """From now on this seat may see this caller: it has her on the line."""
    WITHDRAWN = "withdrawn"
    WITHDRAWN_FOREIGN_CHANNEL = "withdrawn_foreign_channel"
    DOUBTED = "doubted"
    """The citizen, or who has her on the line, said that an identity is not right: it is erased."""
    GLASS = "glass"
    """Management wants to see a caller whom another has on the line; `why` is her reason, as she wrote it."""
    GLASS_GRANTED = "glass_granted"
    """From now on, for a minute at the most, she may."""
    GLASS_OVER = "glass_over"
    GLASS_REFUSED = "glass_refused"
    """Her reason stands in an earlier line, and there was nothing that she may see."""
    CODE_WRONG = "code_wrong"
    PAIRING_ASKED = "pairing_asked"
    """The owner of a call has a number that its caller can type in, to identify herself yet."""
    PAIRING_TAKEN = "pairing_taken"
    PAIRING_WRONG = "pairing_wrong"
    PAIRING_STOPPED = "pairing_stopped"
    """Who typed it in says that it is not her call, or wants none of it."""
    PAIRING_BOUND = "pairing_bound"
    """An identity was bound to a call that went on."""
    PAIRING_SMS = "pairing_sms"
    IDENTITY_KEPT = "identity_kept"
    """A caller's line ended before anybody hung up on her: what she disclosed lies sealed, for her alone."""
    IDENTITY_BACK = "identity_back"
    """She came back to it in this call."""
    LOGIN = "login"
    LOGIN_FAILED = "login_failed"
    LOGIN_DELAYED = "login_delayed"
    LOGOUT = "logout"
    USER_ADDED = "user_added"
    USER_DISABLED = "user_disabled"
    USER_ENABLED = "user_enabled"
    PASSWORD_SET = "password_set"
    PHONE_PASSWORD_SET = "phone_password_set"
    GROUPS_SET = "groups_set"
    DEPARTMENT_SET = "department_set"
    EXTENSION_SET = "extension_set"
    USER_CHANGED = "user_changed"
    """Of one user several things at once: which, from what, to what."""
    SESSIONS_ENDED = "sessions_ended"
    """Somebody else ended one login of a user, or all of them."""
    AUDIT_READ = "audit_read"
    AUDIT_VERIFIED = "audit_verified"
    """Somebody asked whether every line stands as it was written."""
    PLAN_TAKEN = "plan_taken"
    """The site file was read anew, and new calls get what it says."""
    EMERGENCY_THROWN = "emergency_thrown"
    EMERGENCY_ENDED = "emergency_ended"
    AGENT_PAUSED = "agent_paused"
    """By somebody else: who, whom, and with which reason."""


@dataclass(frozen=True, slots=True)
class AuditLine:
    """One thing that happened. `at` is in seconds since the epoch; `why` is the rule, never the content."""

    at: float
    kind: AuditKind
    who: UserId | None = None
    seat: SeatId | None = None
    call: CallId | None = None
    desk: DeskId | None = None
    grant: GrantNumber | None = None
    why: str = ""


@dataclass(frozen=True, slots=True)
class Head:
    """The last line's number and hash: whoever keeps a copy can prove later that nothing before it changed."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Found:
    """A page of lines, the newest first, with their numbers. `oldest`: the last number that was looked at."""

    lines: list[tuple[int, AuditLine]]
    oldest: int
    is_all: bool
    """Whether no older line can be one that is wanted."""


class AuditLog:
    """The open log. Make it with `open`; several processes may append to one file."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._waiting: deque[tuple[str, Future[int]]] = deque()

    @classmethod
    async def open(cls, path: Path) -> Self:
        """Open or make the log. Raises `SettingsError` when it cannot be."""
        return cls(await Database.open(path, schema.AUDIT))

    async def append(self, line: AuditLine) -> int:
        """Write a line, and return its number when it is on disk. Raises `PeerError` when it is not there."""
        written: Future[int] = Future()
        self._waiting.append((canonical(line), written))
        self._database.submit(self._write_waiting)
        return await asyncio.wrap_future(written)

    async def verify(self, noted: Head | None = None) -> int | None:
        """The number of the first line that is not as it was written; None when all are.

        With a head that was noted elsewhere, the log must still hold it. Appends go on meanwhile.
        """
        return await asyncio.to_thread(_verified, self._database.path, noted)

    async def head(self) -> Head:
        """The last line's number and hash."""
        return await self._database.run(_head)

    async def lines(self, after: int = 0, limit: int = 100) -> list[tuple[int, AuditLine]]:
        """The lines that follow line `after`, with their numbers."""
        question = "SELECT seq, line FROM audit WHERE seq > ? ORDER BY seq LIMIT ?"
        rows = await self._database.run(lambda db: db.execute(question, (after, limit)).fetchall())
        return [(seq, _parsed(text)) for seq, text in rows]

    async def search(self, wanted: Wanted) -> Found:
        """Lines from the newest to the oldest, as `audit_search` finds them. Appends go on meanwhile."""
        rows = await asyncio.to_thread(searched, self._database.path, wanted)
        return Found([(seq, _parsed(text)) for seq, text in rows.lines], rows.oldest, rows.is_all)

    async def close(self) -> None:
        """Close the file, after what was asked before."""
        await self._database.close()

    def _take(self) -> list[tuple[str, Future[int]]]:
        """The lines that wait, less those whose asker was cancelled before their turn came."""
        waiting = [self._waiting.popleft() for _ in range(len(self._waiting))]
        return [line for line in waiting if line[1].set_running_or_notify_cancel()]

    def _write_waiting(self) -> None:
        """In the file's thread: write all that waits at once, then tell all who wait."""
        batch = self._take()
        if not batch:
            return  # written along with an earlier one, or nobody waits any more
        try:
            last = self._database.run_here(lambda db: _extend(db, [text for text, _ in batch]))
        except (PeerError, sqlite3.Error) as error:
            for _, written in batch:
                written.set_exception(error)
            return
        for seq, (_, written) in enumerate(batch, last - len(batch) + 1):
            written.set_result(seq)


def canonical(line: AuditLine) -> str:
    """The one text of a line: JSON with sorted keys and no spaces, its time in UTC to the millisecond."""
    fields = asdict(line)
    fields["at"] = datetime.fromtimestamp(line.at, UTC).isoformat(timespec="milliseconds")
    return json.dumps(fields, sort_keys=True, separators=(",", ":"))


def _parsed(text: str) -> AuditLine:
    fields = json.loads(text)
    fields["at"] = datetime.fromisoformat(fields["at"]).timestamp()
    fields["kind"] = AuditKind(fields["kind"])
    return AuditLine(**fields)


def _chained(previous: str, seq: int, text: str) -> str:
    return hashlib.sha256(f"{previous}\n{seq}\n{text}".encode()).hexdigest()


def _head(db: sqlite3.Connection) -> Head:
    row = db.execute("SELECT seq, hash FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return Head(*row) if row else Head(0, GENESIS)


def _extend(db: sqlite3.Connection, texts: Sequence[str]) -> int:
    """Add lines behind the last one, whoever wrote that; the number of the last one added."""
    head = _head(db)
    for text in texts:
        seq = head.seq + 1
        head = Head(seq, _chained(head.hash, seq, text))
        db.execute("INSERT INTO audit (seq, line, hash) VALUES (?, ?, ?)", (seq, text, head.hash))
    return head.seq


def _verified(path: Path, noted: Head | None) -> int | None:
    """Read a snapshot of the whole log over a connection of its own, which holds nobody up."""
    connection = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, isolation_level=None)
    try:
        connection.execute("BEGIN")
        return _first_broken(connection, noted)
    except sqlite3.Error as error:
        raise PeerError(f"{path.name} cannot be read: {type(error).__name__}") from error
    finally:
        connection.close()


def _first_broken(db: sqlite3.Connection, noted: Head | None) -> int | None:
    previous, wanted = GENESIS, 1
    for seq, text, found in db.execute("SELECT seq, line, hash FROM audit ORDER BY seq"):
        if found != _chained(previous, seq, text):
            return wanted
        if noted is not None and noted.seq == seq and noted.hash != found:
            return wanted
        previous, wanted = found, wanted + 1
    return wanted if _last_number(db, noted) >= wanted else None


def _last_number(db: sqlite3.Connection, noted: Head | None) -> int:
    """How many lines there must be, by SQLite's counter and by what was noted."""
    counted = db.execute("SELECT seq FROM sqlite_sequence WHERE name = 'audit'").fetchone()
    return max(counted[0] if counted else 0, noted.seq if noted else 0)
