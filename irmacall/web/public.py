"""The citizen's app: pick a subject, disclose, get a number and a code, and follow what happens.

The page's secret is in its cookie alone. Whoever shows it may see the code, renew it and erase; nobody else.
"""

from __future__ import annotations

import secrets
from typing import Final

from aiohttp import web

from irmacall.web import doors, i18n, live, looks
from irmacall.web.addresses import ALLOWED, only_from
from irmacall.web.citizen_ports import CitizenDesk, CitizenView, PageToken, SubjectView
from irmacall.web.config import InForce
from irmacall.web.doors import BODY_LIMIT, CrossSite
from irmacall.web.guard import errors_to_answers
from irmacall.web.headers import content_security_policy, security_headers
from irmacall.web.hosts import only_as
from irmacall.web.identify import Now
from irmacall.web.identify_ports import PairedDesk
from irmacall.web.page_cookie import give, page_of
from irmacall.web.pages import Pages
from irmacall.web.stream import Room, Streams
from irmacall.web.throttle import Throttle

_HAS_CODE_OR_CALL: Final = {"sealed", "in_call", "waiting", "talking", "dropped"}


def public_app(desk: CitizenDesk, config: InForce, paired: PairedDesk) -> web.Application:
    """The app for the public listener. `config` is asked for each page."""
    begun, pages = config(), Pages(config, app="public", desk=desk)
    middlewares = [
        looks.looking(),
        errors_to_answers(pages.draw_error),
        only_from(begun.allow),
        only_as(begun.origin),
    ]
    app = web.Application(middlewares=middlewares, client_max_size=BODY_LIMIT)
    app[ALLOWED] = begun.allow
    citizen = _Citizen(desk, config, pages)
    now = Now(paired, begun, pages)
    now.add_to(app)
    app.router.add_get("/", citizen.subjects, allow_head=False)
    app.router.add_get("/onderwerp/{subject}", citizen.subject, allow_head=False)
    app.router.add_post("/onderwerp/{subject}/begin", citizen.begin)
    app.router.add_get("/bellen", citizen.call_page, allow_head=False)
    app.router.add_get("/bellen/stand", citizen.state, allow_head=False)
    app.router.add_get("/bellen/stream", citizen.stream, allow_head=False)
    app.router.add_post("/bellen/code", citizen.renew)
    app.router.add_post("/bellen/wis", citizen.erase)
    app.router.add_post("/bellen/klopt-niet", citizen.doubt)
    app.router.add_post("/bellen/stop", citizen.cancel)
    app.router.add_post("/look", citizen.look)
    app.router.add_static("/static/", begun.static)
    app.on_response_prepare.append(security_headers(content_security_policy(begun.irma_origins)))
    app.on_shutdown.extend((citizen.streams.close, now.streams.close))
    return app


class _Citizen:
    """The handlers, with what they need."""

    def __init__(self, desk: CitizenDesk, config: InForce, pages: Pages) -> None:
        begun = config()
        self._desk = desk
        self._config = config
        self._origin = begun.origin
        self._pages = pages
        self._begins = Throttle(begun.begins_per_minute)
        self._room = Room(begun.streams, begun.streams_per_address)
        self.streams = Streams()

    async def subjects(self, request: web.Request) -> web.StreamResponse:
        """What one can call about."""
        view = await self._view(request)
        going_on = view is not None and view.state in _HAS_CODE_OR_CALL
        return self._pages.draw("public/subjects.html", subjects=self._told(), going_on=going_on)

    async def subject(self, request: web.Request) -> web.StreamResponse:
        """One subject: what will be shared, with whom, for how long; and the button that begins."""
        subject = self._subject(request)
        view = await self._view(request)
        if view is not None and view.state in _HAS_CODE_OR_CALL and view.subject == subject.id:
            raise web.HTTPSeeOther("/bellen")  # the phone's browser came back from the app with a fresh page
        response = self._pages.draw("public/subject.html", subject=subject)
        if view is None:  # so that whatever this browser begins, twice at once too, is known to be of one browser
            give(response, PageToken(secrets.token_urlsafe(32)))
        return response

    async def begin(self, request: web.Request) -> web.StreamResponse:
        """Start a disclosure; its secret goes into the cookie, the session pointer to the page's script."""
        doors.must_be_same_origin(request, self._origin)
        await doors.json_object(request)
        subject = self._subject(request)
        self._begins.take(request.remote)
        begun = await self._desk.begin(subject.id, page_of(request))
        response = web.json_response(
            {"sessionPtr": dict(begun.session_ptr), "frontendRequest": dict(begun.frontend_request)}
        )
        give(response, begun.page)
        return response

    async def call_page(self, request: web.Request) -> web.StreamResponse:
        """Number and code, and what happens."""
        page = page_of(request)
        view = await self._view(request)
        if page is None or view is None or view.state == "unknown":
            raise web.HTTPSeeOther("/")
        return self._pages.draw("public/call.html", view=view, live=self._live(view), token=doors.token_for(page))

    async def state(self, request: web.Request) -> web.StreamResponse:
        """The same as data, for the page's script."""
        doors.must_not_be_cross_site_read(request)
        view = await self._view(request)
        return web.json_response({"state": "unknown"} if view is None else {**_as_json(view), **self._live(view)})

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Says "look again" whenever it is worth it, to a page that we know, for as long as we do."""
        doors.must_not_be_cross_site_read(request)
        page = page_of(request)
        if page is None or not await self._known(page):
            return web.json_response({"state": "unknown"}, status=404)
        with self._room.taken(request.remote, page):
            look = b"event: look\ndata:\n\n"
            changes = self._desk.changes(page)
            return await self.streams.serve(request, changes, lambda _: look, lambda: self._known(page))

    async def _known(self, page: PageToken) -> bool:
        return (await self._desk.view(page)).state != "unknown"

    async def renew(self, request: web.Request) -> web.StreamResponse:
        """A new code; the old one is void."""
        await self._desk.renew_code(await self._own_page(request))
        raise web.HTTPSeeOther("/bellen")

    async def erase(self, request: web.Request) -> web.StreamResponse:
        """Erase what was disclosed."""
        await self._desk.erase(await self._own_page(request))
        raise web.HTTPSeeOther("/bellen")

    async def doubt(self, request: web.Request) -> web.StreamResponse:
        """Something is not right: erase, and say so."""
        await self._desk.doubt(await self._own_page(request))
        raise web.HTTPSeeOther("/bellen")

    async def cancel(self, request: web.Request) -> web.StreamResponse:
        """Give up a disclosure that is going on."""
        await self._desk.cancel(await self._own_page(request))
        raise web.HTTPSeeOther("/")

    async def look(self, request: web.Request) -> web.StreamResponse:
        """In which language, and light or dark, she wants these pages."""
        response, _ = await looks.changed(request, self._origin)
        return response

    def _live(self, view: CitizenView) -> dict[str, object]:
        subject = next((subject for subject in self._told() if subject.id == view.subject), None)
        return live.told(view, subject, self._config().timezone)

    def _told(self) -> list[SubjectView]:
        """What one can call about, in the language of this request."""
        return [subject.told(i18n.spoken()) for subject in self._desk.subjects()]

    def _subject(self, request: web.Request) -> SubjectView:
        wanted = doors.identifier(request.match_info["subject"], "subject")
        for subject in self._told():
            if subject.id == wanted:
                return subject
        raise web.HTTPNotFound

    async def _view(self, request: web.Request) -> CitizenView | None:
        page = page_of(request)
        return None if page is None else await self._desk.view(page)

    async def _own_page(self, request: web.Request) -> PageToken:
        """The page that a form of ours was sent from. Raises CrossSite."""
        doors.must_be_same_origin(request, self._origin)
        fields = await doors.form(request)
        page = page_of(request)
        if page is None:
            raise CrossSite("no page")
        doors.must_carry(fields.get("token"), page)
        return page


def _as_json(view: CitizenView) -> dict[str, object]:
    return {
        "state": view.shown,
        "reason": view.reason,
        "code": view.code,
        "tel": view.tel,
        "number": view.number,
        "code_expires_at": view.code_expires_at,
        "expires_at": view.expires_at,
        "detail": view.detail,
    }
