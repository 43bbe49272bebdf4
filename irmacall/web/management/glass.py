"""The routes of break-glass: a page that asks a reason, shows a caller for a minute, and is blank again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web

from irmacall.core.ids import UserId
from irmacall.errors import PeerError, Refused
from irmacall.web import doors, painting, sessions
from irmacall.web.config import InForce
from irmacall.web.management.glass_ports import REASON_LEAST, REASON_MOST, GlassDesk, is_reason
from irmacall.web.routes import MANAGING, Route
from irmacall.web.shell import Shell
from irmacall.web.telephone import shown_seat

_SHOWN: Final = ("call", "grant", "name", "gender", "age", "scheme", "issuer", "demo", "others")
"""Of a card: no greeting, two words, note, or way into the CRM, since she does not speak with this caller."""


def glass(desk: GlassDesk, config: InForce) -> Callable[[Shell], list[Route]]:
    """This part of the staff's app (see `staff.Part`)."""

    def routes(shell: Shell) -> list[Route]:
        return _Glass(desk, config, shell).routes()

    return routes


class _Glass:
    """The handlers, with what they need."""

    def __init__(self, desk: GlassDesk, config: InForce, shell: Shell) -> None:
        self._desk = desk
        self._config = config
        self._shell = shell

    def routes(self) -> list[Route]:
        """Each for management alone."""
        return [
            Route("GET", "/glass", MANAGING, self.page),
            Route("GET", "/glass/state", MANAGING, self.state),
            Route("GET", "/glass/card", MANAGING, self.card),
            Route("POST", "/glass", MANAGING, self.ask),
            Route("POST", "/glass/end", MANAGING, self.end),
        ]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Whose caller it is, and the question why. 404: there is no such agent, or the desk does not allow it."""
        user, seat = _agent(request), await sessions.seat_of(request)
        seen = await self._desk.look_at(user, seat)
        if seen is None:
            raise web.HTTPNotFound
        return await self._shell.draw(
            request,
            "management/glass.html",
            agent=user,
            name=seen.name,
            least=REASON_LEAST,
            most=REASON_MOST,
            seat=shown_seat(seat),
        )

    async def state(self, request: web.Request) -> web.StreamResponse:
        """The call that there is to look at, without who calls."""
        seen = await self._desk.look_at(_agent(request), await sessions.seat_of(request))
        if seen is None:
            raise web.HTTPNotFound
        return web.json_response(
            {
                "call": seen.call,
                "queue": seen.queue,
                "seconds": round(seen.seconds, 1),
                "taken": seen.taken,
                "grant": seen.grant,
                "left": round(seen.left, 1),
            }
        )

    async def ask(self, request: web.Request) -> web.StreamResponse:
        """Break the glass: with a reason, which is written down first. 403 where there is nothing to see."""
        fields = await sessions.given(request)
        call = painting.call_of(doors.identifier(doors.text(fields, "call", 128), "call"))
        reason = " ".join(doors.text(fields, "reason", REASON_MOST).split())
        if not is_reason(reason):
            raise doors.Malformed("field reason")
        user = await self._shell.user(request)
        await self._desk.ask(await sessions.seat_of(request), user.id, call, reason)
        # Her reason had to be written first; where her login ended meanwhile, asking for it ends the look too.
        await self._shell.look_again(request)
        return web.Response(status=204)

    async def end(self, request: web.Request) -> web.StreamResponse:
        """She has seen enough."""
        call = doors.identifier(doors.text(await sessions.given(request), "call", 128), "call")
        await self._desk.leave(await sessions.seat_of(request), painting.call_of(call))
        return web.Response(status=204)

    async def card(self, request: web.Request) -> web.StreamResponse:
        """Who is on the line, while she may look; 403 without content for anybody else, and afterwards."""
        call = painting.call_of(doors.identifier(request.query.get("call"), "call"))
        grant = painting.grant_of(doors.number(request.query.get("grant"), "grant"))
        user = await self._shell.user(request)
        try:
            card, left = await self._desk.reveal_by_glass(await sessions.seat_of(request), user.id, call, grant)
        except Refused:
            return web.Response(status=403)
        except PeerError:  # burned, expired, lost or unreachable: the same to the screen
            return web.Response(status=503)
        told = painting.card(card, self._config().timezone)
        return web.json_response({**{name: told[name] for name in _SHOWN}, "left": round(left, 1)})


def _agent(request: web.Request) -> UserId:
    return UserId(doors.identifier(request.query.get("user"), "user"))
