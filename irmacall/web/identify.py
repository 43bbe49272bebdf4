"""The page /nu: a caller types in the number that she was told, sees which call it is, and discloses for that call.

Its secret is in a cookie of its own. A number works for the first browser that types it in; wrong ones are counted,
for each address and in all, and too many must wait. Until Yivi begins, none of it needs a script.
"""

from __future__ import annotations

import re
import secrets
from typing import Final

from aiohttp import web

from irmacall.core.pairing import LENGTH
from irmacall.web import doors, i18n
from irmacall.web.config import WebConfig
from irmacall.web.doors import CrossSite
from irmacall.web.identify_ports import NowToken, PairedDesk, PairedView
from irmacall.web.page_cookie import give, page_of
from irmacall.web.pages import Pages
from irmacall.web.stream import Room, Streams
from irmacall.web.throttle import Throttle

COOKIE: Final = "__Host-irmacall-now"
_COOKIE_SECONDS: Final = 900
_TOKEN: Final = re.compile(r"[A-Za-z0-9_-]{43}")
_NUMBER: Final = re.compile(rf"[0-9]{{{LENGTH}}}")
_BETWEEN: Final = re.compile(r"[\s.-]")
"""What people type between digits."""
WRONG_OF_ONE: Final = 5
"""Wrong numbers in a minute, of one address."""
WRONG_IN_ALL: Final = 10
"""The same of everybody: a number lives five minutes and there are a million, so that who guesses at full tilt from
everywhere hits a given call's one time in 16,000."""


class Now:
    """The handlers, with what they need."""

    def __init__(self, desk: PairedDesk, begun: WebConfig, pages: Pages) -> None:
        self._desk = desk
        self._origin = begun.origin
        self._pages = pages
        self._begins = Throttle(begun.begins_per_minute)
        self._wrong = Throttle(WRONG_OF_ONE)
        self._wrong_in_all = Throttle(WRONG_IN_ALL)
        self._room = Room(begun.streams, begun.streams_per_address)
        self.streams = Streams()

    def add_to(self, app: web.Application) -> None:
        """Let the app answer these."""
        app.router.add_get("/nu", self.page, allow_head=False)
        app.router.add_post("/nu", self.take)
        app.router.add_post("/nu/begin", self.begin)
        app.router.add_post("/nu/stop", self.stop)
        app.router.add_get("/nu/stand", self.state, allow_head=False)
        app.router.add_get("/nu/stream", self.stream, allow_head=False)

    async def page(self, request: web.Request) -> web.StreamResponse:
        """Where the number is typed in; and once it is, which call it is of, and what would be shared."""
        page = _page(request)
        if page is None:
            page = NowToken(secrets.token_urlsafe(32))
        return await self._draw(page)

    async def _draw(self, page: NowToken, status: int = 200, *, wrong: bool = False) -> web.Response:
        view, token = await self._desk.paired(page), doors.token_for(page)
        if view.state == "none":
            response = self._pages.draw("public/identify.html", status, token=token, wrong=wrong)
        else:
            subject = None if view.subject is None else view.subject.told(i18n.spoken())
            response = self._pages.draw("public/identify_share.html", status, view=view, subject=subject, token=token)
        response.set_cookie(
            COOKIE, page, max_age=_COOKIE_SECONDS, path="/", secure=True, httponly=True, samesite="Lax"
        )
        return response

    async def take(self, request: web.Request) -> web.StreamResponse:
        """A number was typed in. What is no number at all is no guess, and counts as none."""
        page, fields = await self._own(request)
        number = _BETWEEN.sub("", doors.lines(fields, "number", 20))  # nothing at all is told of as a wrong one is
        if not _NUMBER.fullmatch(number):
            return await self._draw(page, 422, wrong=True)
        self._wrong.must_have(request.remote)
        self._wrong_in_all.must_have(None)
        if not await self._desk.take(page, number):
            self._wrong.take(request.remote)
            self._wrong_in_all.take(None)
            return await self._draw(page, 422, wrong=True)
        raise web.HTTPSeeOther("/nu")

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """Start the disclosure; its own page's secret goes into that page's cookie."""
        doors.must_be_same_origin(request, self._origin)
        await doors.json_object(request)
        page = _page(request)
        if page is None:
            raise CrossSite("no page")
        self._begins.take(request.remote)
        begun = await self._desk.begin_paired(page, page_of(request))
        response = web.json_response(
            {"sessionPtr": dict(begun.session_ptr), "frontendRequest": dict(begun.frontend_request)}
        )
        give(response, begun.page)
        return response

    async def stop(self, request: web.Request) -> web.StreamResponse:
        """She did not call, or wants none of it."""
        page, _ = await self._own(request)
        await self._desk.stop_paired(page)
        return self._pages.draw("public/identify_stopped.html")

    async def state(self, request: web.Request) -> web.StreamResponse:
        """How far it is, for the page's script."""
        doors.must_not_be_cross_site_read(request)
        page = _page(request)
        view = PairedView("none") if page is None else await self._desk.paired(page)
        return web.json_response({"state": view.state})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Says "look again" whenever it is worth it, to a page that has typed in a number."""
        doors.must_not_be_cross_site_read(request)
        page = _page(request)
        if page is None or (await self._desk.paired(page)).state == "none":
            return web.json_response({"state": "none"}, status=404)
        with self._room.taken(request.remote, page):
            look = b"event: look\ndata:\n\n"

            async def known() -> bool:
                return (await self._desk.paired(page)).state != "none"

            return await self.streams.serve(request, self._desk.paired_changes(page), lambda _: look, known)

    async def _own(self, request: web.Request) -> tuple[NowToken, dict[str, str]]:
        """The page that a form of ours was sent from, and its fields. Raises CrossSite."""
        doors.must_be_same_origin(request, self._origin)
        fields, page = await doors.form(request), _page(request)
        if page is None:
            raise CrossSite("no page")
        doors.must_carry(fields.get("token"), page)
        return page, fields


def _page(request: web.Request) -> NowToken | None:
    found = request.cookies.get(COOKIE)
    return NowToken(found) if found is not None and _TOKEN.fullmatch(found) else None
