"""Where the facts of calls that are over are kept, and for how long."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from irmacall.settings import addresses, values
from irmacall.settings.reading import key

SQLITE: Final = "sqlite"
_SOCKET: Final = re.compile(r"postgresql:///[A-Za-z0-9_-]{1,63}(?:\?host=(/[A-Za-z0-9._/-]*))?")
_SERVER: Final = re.compile(r"postgresql://([A-Za-z0-9.:\[\]-]+)/[A-Za-z0-9_-]{1,63}")
_SOCKETS: Final = "/run/postgresql"
"""Where Debian's PostgreSQL has its socket."""
_PORT: Final = 5432


def database(value: object) -> str:
    """The site's own file, or a database of a PostgreSQL."""
    wanted = '"sqlite", or a PostgreSQL without its login: postgresql://host/database, or postgresql:///database'
    if value == SQLITE or (isinstance(value, str) and _SOCKET.fullmatch(value)):
        return str(value)
    server = _SERVER.fullmatch(value) if isinstance(value, str) else None
    if server is None:
        values.refuse(wanted)
    try:
        addresses.url("https")(f"https://{server[1]}")  # Hosts and ports are the same in every address.
    except values.Wrong:
        values.refuse(wanted)
    return server[0]


@dataclass(frozen=True, slots=True)
class RecordsSettings:
    """Facts are kept in a SQLite file beside the users', or in a PostgreSQL. `ca_file` None: the machine's own."""

    database: str = field(default=SQLITE, metadata=key(database))
    user: str = field(default="irmacall", metadata=key(values.account))
    ca_file: Path | None = field(default=None, metadata=key(values.path))
    days: int = field(default=90, metadata=key(values.whole(1, 3650)))

    @property
    def is_sqlite(self) -> bool:
        """Whether this is the file in the data directory."""
        return self.database == SQLITE

    @property
    def host(self) -> str:
        """The PostgreSQL's host, or the directory of its socket."""
        socket = _SOCKET.fullmatch(self.database)
        return (socket[1] or _SOCKETS) if socket else urlsplit(self.database).hostname or ""

    @property
    def port(self) -> int:
        """Its port."""
        return urlsplit(self.database).port or _PORT

    @property
    def name(self) -> str:
        """The database's own name."""
        return urlsplit(self.database).path.removeprefix("/")

    @property
    def has_password(self) -> bool:
        """Whether there is a password. By its socket, PostgreSQL knows us by our account on this machine."""
        return not self.is_sqlite and not self.host.startswith("/")

    @property
    def leaves_here(self) -> bool:
        """Whether what is sent to it leaves this machine, so that TLS is demanded."""
        return self.has_password and not addresses.is_loopback(self.host)
