"""A line within the CRM's page: her state, and by `postMessage` which call is at her screen, as a reference.

The page itself (`GET /crm`) is the same for everybody and holds nothing, so that it can stand before the login: in a
frame that gets no cookie it says so. Its script asks for the rest, and is refused like any other without its role.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal, Protocol

from aiohttp import web

from irmacall.core.ids import SeatId
from irmacall.web import headers, sessions, words
from irmacall.web.pages import Pages
from irmacall.web.ports import StaffDesk
from irmacall.web.routes import WITH_A_PHONE, Route
from irmacall.web.shell import Shell
from irmacall.web.telephone import shown_seat

PAGE: Final = "/crm"


@dataclass(frozen=True, slots=True)
class CrmCall:
    """The call of one seat, as a CRM may know of it."""

    event: Literal["ringing", "talking"]
    reference: str
    """The one that the webhook tells (`service.crm.Reference`), and never the call's own name."""


class CrmDesk(Protocol):
    """Knows which call a CRM may be told of."""

    def call_at(self, seat: SeatId) -> CrmCall | None:
        """The call that rings at this seat, or that it has on the line. Raises LeaseLost or PeerUnavailable."""


class CrmFrame:
    """The part of the staff's app that the frame's script asks. `origin` None: the site has no such frame."""

    def __init__(self, desk: StaffDesk, calls: CrmDesk, origin: str | None) -> None:
        self._desk = desk
        self._calls = calls
        self._origin = origin

    def __call__(self, shell: Shell) -> list[Route]:
        """Its route."""

        async def state(request: web.Request) -> web.StreamResponse:
            if self._origin is None:
                raise web.HTTPNotFound
            user, seat = await shell.user(request), await sessions.seat_of(request)
            panel = await self._desk.panel(seat, user.id)
            call = self._calls.call_at(seat)  # with nothing waited for in between: both are of one moment
            return web.json_response(
                {
                    "seat": shown_seat(seat),
                    "said": words.headline(panel),
                    "event": None if call is None else call.event,
                    "reference": None if call is None else call.reference,
                }
            )

        return [Route("GET", f"{PAGE}/state", WITH_A_PHONE, state)]


def add_page(app: web.Application, pages: Pages, origin: str | None) -> None:
    """Let the app answer with the page, to be framed by this origin's pages; without one there is no such page."""

    async def page(request: web.Request) -> web.StreamResponse:
        if origin is None:
            raise web.HTTPNotFound
        return headers.may_be_framed_by(origin, pages.draw("staff/crm.html", origin=origin))

    app.router.add_get(PAGE, page, allow_head=False)
