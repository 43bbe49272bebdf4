"""The two engines that a database of facts can have, each as safe as its kind can be."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sqlalchemy import Engine, QueuePool, create_engine, event

from irmacall.errors import SettingsError
from irmacall.store.sqlite import alone_with

STATEMENT_S: Final = 10
"""Seconds that PostgreSQL takes over one statement at the most."""
_CONNECT_S: Final = 5
_BUSY_S: Final = 5.0
"""Seconds to wait for another process that is writing in the SQLite file."""
_MACHINES_OWN: Final = Path("/etc/ssl/certs/ca-certificates.crt")
"""The certificate authorities that a Debian believes: the library in psycopg's wheel looks elsewhere."""


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """Where a PostgreSQL is: a host and its port, or the directory of its socket (`host` begins with a slash)."""

    host: str
    port: int
    database: str
    user: str
    password: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    tls: bool = True
    """Demand TLS, and a certificate of this host. A socket has none."""

    @property
    def shown(self) -> str:
        """For messages."""
        return f"PostgreSQL database {self.database} at {self.host}:{self.port}"


def sqlite_engine(path: Path) -> Engine:
    """One SQLite file, made when it is first asked for something."""
    engine = create_engine(
        "sqlite+pysqlite://",
        creator=lambda: _opened(path),
        poolclass=QueuePool,
        pool_size=1,
        max_overflow=0,
        hide_parameters=True,
    )
    # The driver would begin a transaction late and as a reader, which cannot always become a writer.
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    return engine


def postgresql_engine(server: PostgresServer) -> Engine:
    """A PostgreSQL of the site's. A connection that died while nobody used it is made anew without a word."""
    return create_engine(
        "postgresql+psycopg://",
        connect_args=_connecting(server),
        pool_size=1,
        max_overflow=0,
        pool_pre_ping=True,
        hide_parameters=True,
    )


def _opened(path: Path) -> sqlite3.Connection:
    """A connection that keeps what it was given through a loss of power, and leaves nothing of what was deleted."""
    try:
        with alone_with(path):
            return _connected(path)
    except OSError as error:
        raise SettingsError(f"{path} cannot be opened: {error.strerror}") from error


def _connected(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=_BUSY_S, isolation_level=None)
    try:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA secure_delete = ON")
        # Not every build of SQLite has it.
        connection.create_function("floor", 1, _floor, deterministic=True)
    except sqlite3.OperationalError:
        connection.close()
        raise
    except sqlite3.DatabaseError as error:
        connection.close()
        raise SettingsError(f"{path} is no database that we can use: {error}") from error
    return connection


def _floor(number: float | None) -> int | None:
    return None if number is None else int(number // 1)


def _connecting(server: PostgresServer) -> dict[str, object]:
    """What libpq is told (https://www.postgresql.org/docs/current/libpq-connect.html)."""
    options = f"-c statement_timeout={STATEMENT_S}s -c lock_timeout={STATEMENT_S}s"
    told: dict[str, object] = {
        "host": server.host,
        "port": server.port,
        "dbname": server.database,
        "user": server.user,
        "password": server.password,
        "application_name": "irmacall",
        "connect_timeout": _CONNECT_S,
        "tcp_user_timeout": STATEMENT_S * 1000,
        "keepalives_idle": 30,
        "gssencmode": "disable",
        "options": options,
        "sslmode": "prefer",
    }
    if server.tls:
        told |= {"sslmode": "verify-full", "sslrootcert": str(server.ca_file or _MACHINES_OWN)}
    return told
