"""The database of facts, SQLite or PostgreSQL, reached by one thread of its own.

Both drivers block, as SQLite itself does, and what is asked of them here is written in batches and never waited for
by a call. So one thread asks, one request after another, each in a transaction (as `store.sqlite` does for the other
files), and Alembic and both databases go the same way. An asyncio driver for each would bring greenlets and two ways
to be cancelled, for nothing that is needed here.

No request waits for ever: PostgreSQL ends a statement by itself, and when it answers nothing at all (its machine
hangs) its socket is cut after `_ANSWER_S`.
"""

from __future__ import annotations

import asyncio
import os
import socket
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final, Self, TypeVar

import psycopg
from sqlalchemy import Connection, Engine, event
from sqlalchemy.exc import DataError, DBAPIError, IntegrityError, StatementError

from irmacall.errors import FactsRefused, PeerError, PeerUnavailable
from irmacall.store.facts_engines import STATEMENT_S, PostgresServer, postgresql_engine, sqlite_engine

Answer = TypeVar("Answer")

_ANSWER_S: Final = STATEMENT_S + 5.0
_CLOSE_S: Final = 2.0
_LONGEST: Final = 300
"""Characters that are shown of what a server says."""


class FactsDatabase:
    """An open database, or one that is away: it is connected to whenever it is asked for something."""

    def __init__(self, engine: Engine, shown: str) -> None:
        self.shown = shown
        self._engine = engine
        self._cord = _Cord() if engine.dialect.name == "postgresql" else None
        if self._cord is not None:
            event.listen(engine, "connect", self._cord.tied, insert=True)
            event.listen(engine, "close", self._cord.untied)
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="facts")

    @classmethod
    def at(cls, place: Path | PostgresServer) -> Self:
        """In this SQLite file, or on this server."""
        if isinstance(place, Path):
            return cls(sqlite_engine(place), place.name)
        return cls(postgresql_engine(place), place.shown)

    async def run(self, work: Callable[[Connection], Answer], seconds: float | None = None) -> Answer:
        """What `work` answers, done in one transaction.

        Raises FactsRefused for rows that the database will not have, PeerUnavailable when it does not answer (in so
        many seconds), and PeerError when it will not do it.
        """
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._thread, self._done, work, seconds or _ANSWER_S)

    async def close(self) -> None:
        """Close it, after what was asked before; what is not answered soon is cut off."""
        ended = asyncio.get_running_loop().run_in_executor(self._thread, self._engine.dispose)
        try:
            async with asyncio.timeout(_CLOSE_S):
                await asyncio.shield(ended)
        except TimeoutError:
            if self._cord is not None:
                self._cord.cut()
            await ended
        self._thread.shutdown(wait=False)

    def _done(self, work: Callable[[Connection], Answer], seconds: float) -> Answer:
        try:
            with _at_most(seconds, self._cord), self._engine.begin() as connection:
                return work(connection)
        except (IntegrityError, DataError) as error:
            raise FactsRefused(f"{self.shown}: {_words(error)}") from error
        except UnicodeError as error:
            raise FactsRefused(f"{self.shown}: half of a surrogate pair is no text") from error
        except DBAPIError as error:
            kind = PeerUnavailable if error.connection_invalidated or _is_away(error) else PeerError
            raise kind(f"{self.shown}: {_words(error)}") from error
        except StatementError as error:  # it never came to the database
            raise FactsRefused(f"{self.shown}: {type(error.orig).__name__}") from error


class _Cord:
    """A second hold on the connection's socket, by which another thread ends a wait that would have no end.

    There is one connection at a time, so there is one cord. It is a descriptor of its own: one that was closed may be
    somebody else's by the time that it is cut.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._socket: socket.socket | None = None

    def tied(self, connection: Any, _record: object) -> None:
        """There is a new connection."""
        with self._lock:
            self._let_go()
            self._socket = socket.socket(fileno=os.dup(connection.fileno()))

    def untied(self, _connection: object, _record: object) -> None:
        """The connection is about to be closed."""
        with self._lock:
            self._let_go()

    def cut(self) -> None:
        """End the connection, whoever waits on it."""
        with self._lock:
            if self._socket is not None:
                with suppress(OSError):  # the other side has ended it just now
                    self._socket.shutdown(socket.SHUT_RDWR)

    def _let_go(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None


@contextmanager
def _at_most(seconds: float, cord: _Cord | None) -> Iterator[None]:
    if cord is None:
        yield
        return
    timer = threading.Timer(seconds, cord.cut)
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()


def _is_away(error: DBAPIError) -> bool:
    """Whether it may come back by itself: no connection, a standby, a full disk, a lock that another holds."""
    may_mend = (psycopg.OperationalError, psycopg.errors.ReadOnlySqlTransaction, sqlite3.OperationalError)
    return isinstance(error.orig, may_mend)


def _words(error: DBAPIError) -> str:
    """What the driver says of it, on one line. There is no content in it: parameters are not shown."""
    if isinstance(error.orig, sqlite3.Error):
        return getattr(error.orig, "sqlite_errorname", type(error.orig).__name__)
    if isinstance(error.orig, psycopg.Error) and error.orig.sqlstate:
        return f"{type(error.orig).__name__} ({error.orig.sqlstate})"
    # libpq: `connection to server at "…", port … failed: FATAL:  why`, and a hint on the next line.
    first, *_ = str(error.orig).splitlines()
    why = first.rpartition(" failed: ")[2] if " failed: " in first else str(error.orig)
    return " ".join(why.removeprefix("FATAL:").split())[:_LONGEST]
