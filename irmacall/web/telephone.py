"""The staff's routes of who has a phone: be available, see who calls while she is on the line."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from irmacall.core.ids import SeatId
from irmacall.errors import PeerError, Refused
from irmacall.web import doors, painting, sessions
from irmacall.web.accounts import Accounts
from irmacall.web.config import InForce
from irmacall.web.ports import StaffDesk
from irmacall.web.routes import EVERYBODY, WITH_A_PHONE, Route
from irmacall.web.shell import Shell, home
from irmacall.web.stream import Streams

WRAP_UP_MORE: Final = 60.0
"""Seconds by which one press extends the time after a call."""


class Telephone:
    """The handlers, with what they need."""

    def __init__(self, desk: StaffDesk, accounts: Accounts, config: InForce, shell: Shell) -> None:
        self._desk = desk
        self._accounts = accounts
        self._config = config
        self._shell = shell
        self.streams = Streams()

    def routes(self) -> list[Route]:
        """The stream is everybody's: it says no more than that something changed."""
        return [
            Route("GET", "/", EVERYBODY, self.page),
            Route("GET", "/panel", WITH_A_PHONE, self.panel),
            Route("GET", "/card", WITH_A_PHONE, self.card),
            Route("GET", "/stream", EVERYBODY, self.stream),
            Route("POST", "/available", WITH_A_PHONE, self.available),
            Route("POST", "/pause", WITH_A_PHONE, self.pause),
            Route("POST", "/wrap-up", WITH_A_PHONE, self.extend_wrap_up),
            Route("POST", "/here", EVERYBODY, self.here),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The screen of who has a phone, without anybody on it: its script asks for that. Others have their own."""
        begin = home(await self._shell.user(request))
        if begin != "/":
            raise web.HTTPSeeOther(begin)
        return await self._shell.draw(request, "staff/agent.html", seat=shown_seat(await sessions.seat_of(request)))

    async def panel(self, request: web.Request) -> web.StreamResponse:
        """All but the identity."""
        user = await self._shell.user(request)
        seat = await sessions.seat_of(request)
        seen = await self._desk.panel(seat, user.id)
        return web.json_response({**painting.panel(seen, self._config().pause_reasons), "seat": shown_seat(seat)})

    async def card(self, request: web.Request) -> web.StreamResponse:
        """Who is on the line, for the seat that has her on the line; 403 without content for anybody else."""
        call = painting.call_of(doors.identifier(request.query.get("call"), "call"))
        grant = painting.grant_of(doors.number(request.query.get("grant"), "grant"))
        user = await self._shell.user(request)
        try:
            card = await self._desk.reveal(await sessions.seat_of(request), user.id, call, grant)
        except Refused:
            return web.Response(status=403)
        except PeerError:  # burned, expired, lost or unreachable: the same to the screen, which goes on without
            return web.Response(status=503)
        return web.json_response(painting.card(card, self._config().timezone))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Nudges and beats for this seat, while the login lasts.

        `seat`: as the page knows it. A page of an earlier login is told nothing: it must be drawn anew.
        """
        user, key, seat = (
            await sessions.user_of(request),
            await sessions.key_of(request),
            await sessions.seat_of(request),
        )
        if request.query.get("seat", shown_seat(seat)) != shown_seat(seat):
            raise web.HTTPConflict

        async def may_go_on() -> bool:
            found = await self._accounts.session_user(key, active=False)
            return found is not None and user is not None and (found.id, found.role) == (user.id, user.role)

        return await self.streams.serve(request, self._desk.changes(seat), painting.nudge, may_go_on)

    async def available(self, request: web.Request) -> web.StreamResponse:
        """She takes calls, on this screen."""
        await sessions.given(request)
        user = await self._shell.user(request)
        await self._desk.claim(user.id, await sessions.seat_of(request))
        # A claim may have waited for a node; where the login ended meanwhile, asking for it ends the seat too.
        await self._shell.look_again(request)
        return web.Response(status=204)

    async def pause(self, request: web.Request) -> web.StreamResponse:
        """She takes no calls for now, and says why."""
        fields = await sessions.given(request)
        reason = doors.text(fields, "reason", 60)
        if reason not in self._config().pause_reasons:
            raise doors.Malformed("field reason")
        await self._desk.pause(await sessions.seat_of(request), reason)
        return web.Response(status=204)

    async def extend_wrap_up(self, request: web.Request) -> web.StreamResponse:
        """She needs a minute more after her last call; `/available` ends it early."""
        await sessions.given(request)
        await self._desk.extend_wrap_up(await sessions.seat_of(request), WRAP_UP_MORE)
        return web.Response(status=204)

    async def here(self, request: web.Request) -> web.StreamResponse:
        """She is at the screen: the login's idle time begins anew."""
        await sessions.given(request)
        return web.Response(status=204)


def shown_seat(seat: SeatId) -> str:
    """What a page knows of its seat: enough to tell it from another's, too little to name it."""
    return seat[:12]
