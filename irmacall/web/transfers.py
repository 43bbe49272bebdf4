"""The staff's routes for a call that somebody has on the line: to whom it can be passed, and what is done with it."""

from __future__ import annotations

import re
from typing import Final, get_args

from aiohttp import web

from irmacall.core.ids import QueueId, UserId
from irmacall.web import doors, painting, passing, sessions
from irmacall.web.doors import Malformed
from irmacall.web.ports import NOTE_LENGTH, ActName, PassOn, StaffDesk, Standing
from irmacall.web.routes import WITH_A_PHONE, Route

SEARCH_LENGTH: Final = 60
"""Characters that one can search with."""
_ACTS: Final[tuple[ActName, ...]] = get_args(ActName)
_STANDINGS: Final[tuple[Standing, ...]] = get_args(Standing)
_DIALLED: Final = re.compile(r"\+?[0-9]{1,20}")


class Transfers:
    """The handlers, with the desk that they ask. A refusal is an answer of 403: the page says it in words."""

    def __init__(self, desk: StaffDesk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """What can be done with a call."""
        return [
            Route("GET", "/people", WITH_A_PHONE, self.people),
            Route("POST", "/transfer", WITH_A_PHONE, self.pass_on),
            Route("POST", "/act", WITH_A_PHONE, self.act),
            Route("POST", "/hangup", WITH_A_PHONE, self.hang_up),
            Route("POST", "/doubt", WITH_A_PHONE, self.doubt),
        ]

    async def people(self, request: web.Request) -> web.StreamResponse:
        """To whom a caller can be passed, of those whom the text `q` finds."""
        sought = request.query.get("q")
        if sought is None or len(sought) > SEARCH_LENGTH or not sought.isprintable():
            raise Malformed("q")
        user = await sessions.known_user(request)
        return web.json_response(passing.targets(await self._desk.targets(user.id, sought)))

    async def pass_on(self, request: web.Request) -> web.StreamResponse:
        """Pass the caller on, or ask somebody about her first."""
        fields = await sessions.given(request)
        call = doors.identifier(doors.text(fields, "call", 128), "call")
        wish = _wish(fields)
        user = await sessions.known_user(request)
        await self._desk.pass_on(await sessions.seat_of(request), user.id, painting.call_of(call), wish)
        return web.Response(status=204)

    async def act(self, request: web.Request) -> web.StreamResponse:
        """Hold, mute, swap and so on."""
        fields = await sessions.given(request)
        call = doors.identifier(doors.text(fields, "call", 128), "call")
        act = doors.choice(fields, "act", _ACTS)
        await self._desk.act(await sessions.seat_of(request), painting.call_of(call), act)
        return web.Response(status=204)

    async def hang_up(self, request: web.Request) -> web.StreamResponse:
        """She ends the call."""
        call = doors.identifier(doors.text(await sessions.given(request), "call", 128), "call")
        await self._desk.hang_up(await sessions.seat_of(request), painting.call_of(call))
        return web.Response(status=204)

    async def doubt(self, request: web.Request) -> web.StreamResponse:
        """The card is not of who is on the line: it is erased."""
        fields = await sessions.given(request)
        call = doors.identifier(doors.text(fields, "call", 128), "call")
        grant = doors.number(doors.text(fields, "grant", 20), "grant")
        await self._desk.doubt(await sessions.seat_of(request), painting.call_of(call), painting.grant_of(grant))
        return web.Response(status=204)


def _wish(fields: dict[str, object]) -> PassOn:
    """What is wanted, of exactly one target. Raises Malformed."""
    if sum(name in fields for name in ("user", "queue", "number")) != 1:
        raise Malformed("target")
    consult = fields.get("consult", False)
    if not isinstance(consult, bool) or (consult and "queue" in fields):
        raise Malformed("field consult")
    return PassOn(
        user=UserId(_named(fields, "user")) if "user" in fields else None,
        queue=QueueId(_named(fields, "queue")) if "queue" in fields else None,
        number=_number(fields) if "number" in fields else None,
        standing=doors.choice(fields, "standing", _STANDINGS) if "standing" in fields else "hers",
        consult=consult,
        note=doors.lines(fields, "note", NOTE_LENGTH),
    )


def _named(fields: dict[str, object], name: str) -> str:
    return doors.identifier(doors.text(fields, name, 128), name)


def _number(fields: dict[str, object]) -> str:
    found = doors.text(fields, "number", 21)
    if not _DIALLED.fullmatch(found):
        raise Malformed("field number")
    return found
