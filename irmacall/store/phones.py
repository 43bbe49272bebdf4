"""The passwords of the agents' phones: made by us, shown once, kept as the digest that SIP itself uses."""

from __future__ import annotations

import hashlib
import secrets
from typing import Final

from irmacall.core.ids import Endpoint
from irmacall.errors import Refused
from irmacall.store.sqlite import Database

REALM: Final = "asterisk"
"""Asterisk's default realm; a digest is of one realm only."""
_PASSWORD_BYTES: Final = 24


def sip_digest(endpoint: Endpoint, password: str) -> str:
    """HA1: what Asterisk keeps instead of a password (RFC 3261, 22.4; RFC 7616, 3.4.2, with MD5).

    SIP allows nothing better with the phones that there are. Who has it can register as this phone, so it
    is a secret too; but a random password of 192 bits cannot be found back from it.
    """
    text = f"{endpoint}:{REALM}:{password}".encode()
    return hashlib.md5(text, usedforsecurity=False).hexdigest()


class Phones:
    """The phones' digests, in the users' file. Raises `PeerError` when the file fails us."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def add_phone(self, endpoint: Endpoint) -> str:
        """A new password for this phone, told now and never again. An earlier one is void.

        Raises `Refused` for a name that could be something else in Asterisk's files.
        """
        if not endpoint.isascii() or not endpoint.replace("-", "").replace("_", "").isalnum():
            raise Refused("a phone's name has ASCII letters, digits, - and _ only")
        password = secrets.token_urlsafe(_PASSWORD_BYTES)
        put = "INSERT OR REPLACE INTO phones (endpoint, digest) VALUES (?, ?)"
        values = (endpoint, sip_digest(endpoint, password))
        await self._database.run(lambda db: db.execute(put, values).rowcount)
        return password

    async def remove_phone(self, endpoint: Endpoint) -> None:
        """Forget this phone; nothing if there is none."""
        forget = "DELETE FROM phones WHERE endpoint = ?"
        await self._database.run(lambda db: db.execute(forget, (endpoint,)).rowcount)

    async def digests(self) -> dict[Endpoint, str]:
        """The digest (HA1) of each phone, for Asterisk's configuration."""
        rows = await self._database.run(
            lambda db: db.execute("SELECT endpoint, digest FROM phones ORDER BY endpoint").fetchall()
        )
        return {Endpoint(endpoint): digest for endpoint, digest in rows}
