"""The staff's app: log in, be available, see who calls while she is on the line.

Every route has a role, or is one of the few that stand before the login; what is not in the table is refused.
"""

from __future__ import annotations

import secrets
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from aiohttp_session import session_middleware

from irmacall.errors import PeerError, Refused
from irmacall.web import doors, painting, sessions
from irmacall.web.accounts import Accounts
from irmacall.web.addresses import ALLOWED, only_from
from irmacall.web.config import InForce
from irmacall.web.doors import BODY_LIMIT, CrossSite
from irmacall.web.guard import errors_to_answers
from irmacall.web.headers import content_security_policy, security_headers
from irmacall.web.hosts import only_as
from irmacall.web.pages import Pages
from irmacall.web.ports import StaffDesk
from irmacall.web.stream import Streams
from irmacall.web.throttle import Throttle
from irmacall.web.transfers import Transfers

LOGIN_COOKIE: Final = "__Host-irmacall-login"
"""Before there is a session, the login form's token is bound to this cookie."""
WRAP_UP_MORE: Final = 60.0
"""Seconds by which one press extends the time after a call."""
_OPEN: Final = {"/login", "/static"}
"""What stands before the login, by its route's canonical path."""
_WITH_A_PHONE: Final = frozenset({"agent", "official"})
_ROLES: Final = {
    "/": _WITH_A_PHONE,
    "/panel": _WITH_A_PHONE,
    "/card": _WITH_A_PHONE,
    "/stream": _WITH_A_PHONE,
    "/people": _WITH_A_PHONE,
    "/available": _WITH_A_PHONE,
    "/pause": _WITH_A_PHONE,
    "/wrap-up": _WITH_A_PHONE,
    "/transfer": _WITH_A_PHONE,
    "/act": _WITH_A_PHONE,
    "/hangup": _WITH_A_PHONE,
    "/here": _WITH_A_PHONE,
    "/logout": _WITH_A_PHONE,
}


def staff_app(desk: StaffDesk, accounts: Accounts, config: InForce) -> web.Application:
    """The app for the staff's listener. `config` is asked for each page and each pause."""
    begun, pages = config(), Pages(config, app="staff")
    staff = _Staff(desk, accounts, config, pages)
    app = web.Application(
        middlewares=[
            errors_to_answers(pages.draw_error),
            only_from(begun.allow),
            only_as(begun.origin),
            session_middleware(sessions.AccountSessions(accounts)),
            _only_with_its_role(begun.origin),
        ],
        client_max_size=BODY_LIMIT,
    )
    app[ALLOWED] = begun.allow
    app.router.add_get("/login", staff.login_page, allow_head=False)
    app.router.add_post("/login", staff.log_in)
    app.router.add_post("/logout", staff.log_out)
    app.router.add_get("/", staff.page, allow_head=False)
    app.router.add_get("/panel", staff.panel, allow_head=False)
    app.router.add_get("/card", staff.card, allow_head=False)
    app.router.add_get("/stream", staff.stream, allow_head=False)
    app.router.add_post("/available", staff.available)
    app.router.add_post("/pause", staff.pause)
    app.router.add_post("/wrap-up", staff.extend_wrap_up)
    transfers = Transfers(desk)
    app.router.add_get("/people", transfers.people, allow_head=False)
    app.router.add_post("/transfer", transfers.pass_on)
    app.router.add_post("/act", transfers.act)
    app.router.add_post("/hangup", transfers.hang_up)
    app.router.add_post("/here", staff.here)
    app.router.add_static("/static", begun.static)
    app.on_response_prepare.append(security_headers(content_security_policy()))
    app.on_shutdown.append(staff.streams.close)
    return app


def _only_with_its_role(origin: str) -> Middleware:
    """A middleware that lets nobody past without the route's role, nor an act without its token."""

    @web.middleware
    async def stand_guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        where = resource.canonical if resource is not None else ""
        if where in _OPEN:
            return await handler(request)
        user = await sessions.user_of(request)
        if user is None:
            if where == "/" and request.method == "GET":
                raise web.HTTPSeeOther("/login")
            raise web.HTTPUnauthorized
        if where and user.role not in _ROLES.get(where, frozenset()):
            raise Refused("role")
        doors.must_not_be_cross_site_read(request)
        if request.method not in ("GET", "HEAD"):
            doors.must_be_same_origin(request, origin)
        return await handler(request)

    return stand_guard


class _Staff:
    """The handlers, with what they need."""

    def __init__(self, desk: StaffDesk, accounts: Accounts, config: InForce, pages: Pages) -> None:
        self._desk = desk
        self._accounts = accounts
        self._config = config
        self._pages = pages
        self._origin = config().origin
        self._logins = Throttle(config().logins_per_minute)
        self.streams = Streams()

    # -- before the login ----------------------------------------------------------------------------------

    async def login_page(self, request: web.Request) -> web.StreamResponse:
        """The form; for who is logged in already, the screen."""
        if await sessions.user_of(request) is not None:
            raise web.HTTPSeeOther("/")
        return self._login_form()

    async def log_in(self, request: web.Request) -> web.StreamResponse:
        """Check the password; the same answer for an unknown login and a wrong password."""
        doors.must_be_same_origin(request, self._origin)
        fields = await doors.form(request)
        bound = request.cookies.get(LOGIN_COOKIE)
        if bound is None:
            raise CrossSite("no login cookie")
        doors.must_carry(fields.get("token"), bound)
        login, password = doors.text(fields, "login", 100), doors.text(fields, "password", 256)
        self._logins.take(request.remote)
        user = await self._accounts.verify(login, password, request.remote or "")
        if user is None:
            return self._login_form(failed=True)
        await sessions.log_in(request, self._accounts, user)
        response = web.Response(status=303, headers={"Location": "/"})
        response.del_cookie(LOGIN_COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        return response

    def _login_form(self, failed: bool = False) -> web.Response:
        bound = secrets.token_urlsafe(32)
        response = self._pages.draw(
            "staff/login.html", status=401 if failed else 200, failed=failed, token=doors.token_for(bound)
        )
        response.set_cookie(LOGIN_COOKIE, bound, path="/", secure=True, httponly=True, samesite="Strict")
        return response

    # -- after it ------------------------------------------------------------------------------------------

    async def log_out(self, request: web.Request) -> web.StreamResponse:
        """Forget the login."""
        doors.must_carry((await doors.form(request)).get("token"), await sessions.key_of(request))
        await sessions.log_out(request)
        return web.Response(status=303, headers={"Location": "/login"})

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The screen of who has a phone, without anybody on it: its script asks for that."""
        user = await sessions.user_of(request)
        token = doors.token_for(await sessions.key_of(request))
        return self._pages.draw("staff/agent.html", user=user, token=token)

    async def panel(self, request: web.Request) -> web.StreamResponse:
        """All but the identity."""
        user = await sessions.user_of(request)
        assert user is not None
        seen = await self._desk.panel(await sessions.seat_of(request), user.id)
        return web.json_response(painting.panel(seen, self._config().pause_reasons))

    async def card(self, request: web.Request) -> web.StreamResponse:
        """Who is on the line, for the seat that has her on the line; 403 without content for anybody else."""
        call = painting.call_of(doors.identifier(request.query.get("call"), "call"))
        grant = painting.grant_of(doors.number(request.query.get("grant"), "grant"))
        user = await sessions.user_of(request)
        assert user is not None
        try:
            card = await self._desk.reveal(await sessions.seat_of(request), user.id, call, grant)
        except Refused:
            return web.Response(status=403)
        except PeerError:  # burned, expired, lost or unreachable: the same to the screen, which goes on without
            return web.Response(status=503)
        return web.json_response(painting.card(card, self._config().timezone))

    async def stream(self, request: web.Request) -> web.StreamResponse:
        """Nudges and beats for this seat, while the login lasts."""
        user, key, seat = (
            await sessions.user_of(request),
            await sessions.key_of(request),
            await sessions.seat_of(request),
        )

        async def may_go_on() -> bool:
            return await self._accounts.session_user(key, active=False) == user

        return await self.streams.serve(request, self._desk.changes(seat), painting.nudge, may_go_on)

    async def available(self, request: web.Request) -> web.StreamResponse:
        """She takes calls, on this screen."""
        await sessions.given(request)
        user = await sessions.user_of(request)
        assert user is not None
        await self._desk.claim(user.id, await sessions.seat_of(request))
        # A claim may have waited for a node; where the login ended meanwhile, asking for it ends the seat too.
        await self._accounts.session_user(await sessions.key_of(request), active=False)
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
