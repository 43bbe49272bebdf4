"""Which sounds an Asterisk has: it looks through its directory `sounds` whenever it is asked."""

from __future__ import annotations

from typing import Final

from irmacall.ari.fields import Fields
from irmacall.ari.opening import do
from irmacall.ari.pool import Pool
from irmacall.ari.requests import Request, path
from irmacall.core.ids import LanguageId
from irmacall.errors import PeerError

_NONE: Final = "No sounds found"
"""How its 404 begins where it has none in this language; where its module is not loaded it has other words."""


async def sounds_of(pool: Pool, language: LanguageId) -> frozenset[str]:
    """The names of all that it can play in this language. Raises PeerError, PeerUnavailable."""
    request = Request("GET", path("sounds"), (("lang", language),), also=frozenset({404}))
    reply = await do(pool, request)
    found = Fields.parse(reply.body, "sounds")
    if reply.status != 404:
        return frozenset(sound["id"].text() for sound in found)
    if found["message"].text().startswith(_NONE):
        return frozenset()
    raise PeerError("it has no res_ari_sounds.so: `irmacall render`, and restart that Asterisk")
