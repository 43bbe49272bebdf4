"""One SQLite file, written by one thread of its own, with its migrations.

SQLite blocks, and a connection belongs to the thread that made it: so every file has an executor of one
thread, and what is asked of it runs there, one request after another, each in a transaction. Write-ahead
logging with `synchronous=FULL`: what was answered survives a loss of power
(https://www.sqlite.org/pragma.html#pragma_synchronous). Other processes may use the file at the same time.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final, Self, TypeVar

from irmacall.errors import PeerError, SettingsError

Answer = TypeVar("Answer")

_WAIT_S: Final = 5.0
"""Seconds to wait for another process that is writing, such as `irmacall user add`."""


class Database:
    """An open SQLite file. `migrations[n]` takes it from version n to n + 1; none is ever changed."""

    def __init__(self, path: Path, thread: ThreadPoolExecutor, connection: sqlite3.Connection) -> None:
        self.path = path
        self._thread = thread
        self._connection = connection

    @classmethod
    async def open(cls, path: Path, migrations: Sequence[str]) -> Self:
        """Open or make the file. Raises `SettingsError` when it cannot be, or is of a newer irmacall."""
        thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix=path.stem)
        try:
            connection = await asyncio.get_running_loop().run_in_executor(thread, _opened, path, migrations)
        except BaseException:
            thread.shutdown(wait=False)
            raise
        return cls(path, thread, connection)

    async def run(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """What `work` answers, done in one transaction. Raises `PeerError` when the file fails us."""
        return await asyncio.get_running_loop().run_in_executor(self._thread, self.run_here, work)

    def submit(self, work: Callable[[], None]) -> None:
        """Have the file's thread do `work` after what it was asked before."""
        self._thread.submit(work)

    def run_here(self, work: Callable[[sqlite3.Connection], Answer]) -> Answer:
        """As `run`, for who is in the file's thread already."""
        try:
            with _transaction(self._connection):
                return work(self._connection)
        except sqlite3.IntegrityError:
            raise  # ours: a rule of the table, which the caller knows what to make of
        except sqlite3.Error as error:
            fault = getattr(error, "sqlite_errorname", type(error).__name__)
            raise PeerError(f"{self.path.name}: {fault}") from error

    async def close(self) -> None:
        """Close the file, after what was asked before."""
        await asyncio.get_running_loop().run_in_executor(self._thread, self._connection.close)
        self._thread.shutdown(wait=False)


@contextmanager
def _transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Begin as a writer, so that nothing that was read can change before it is written."""
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")
    except BaseException:
        # Some failures (a full disk) have rolled back already.
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


@contextmanager
def alone_with(path: Path) -> Iterator[None]:
    """Open a file of SQLite's here, one at a time on this machine; it is there, and ours alone to read.

    Who finds it while another makes it a write-ahead log would be told at once that it is locked. The lock is one of
    its directory (flock(2)), which nobody else asks for. Raises OSError.
    """
    held = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(held, fcntl.LOCK_EX)
        # Made by us first, because SQLite would make it readable for everyone; its -wal and -shm follow. One that is
        # there is not touched: to close a file that SQLite has open too takes its locks away (fcntl(2)).
        with suppress(FileExistsError):
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
        yield
    finally:
        os.close(held)


def _opened(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    try:
        with alone_with(path):
            return _connected(path, migrations)
    except OSError as error:
        raise SettingsError(f"{path} cannot be opened: {error}") from error


def _connected(path: Path, migrations: Sequence[str]) -> sqlite3.Connection:
    try:
        connection = sqlite3.connect(path, timeout=_WAIT_S, isolation_level=None)
    except sqlite3.Error as error:
        raise SettingsError(f"{path} cannot be opened: {error}") from error
    try:
        _prepare(connection, path, migrations)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA foreign_keys = ON")
        # What is deleted (a session, a password's hash) is overwritten in the file too.
        connection.execute("PRAGMA secure_delete = ON")
        with _transaction(connection):
            _migrate(connection, path, migrations)
    except sqlite3.Error as error:
        raise SettingsError(f"{path} is no database that we can use: {error}") from error


def _migrate(connection: sqlite3.Connection, path: Path, migrations: Sequence[str]) -> None:
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if version > len(migrations):
        raise SettingsError(f"{path} was written by a newer irmacall (version {version})")
    for script in migrations[version:]:
        for statement in statements(script):
            connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {len(migrations)}")


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit our transaction first."""
    statement = ""
    for line in script.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""
    assert not statement.strip(), "a migration ends with a semicolon"
