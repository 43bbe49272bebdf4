"""The staff's app: who may come in, and the routes that each role has.

Every route has its roles (`routes`), or is one of the few that stand before the login; what is in no table is
refused.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware
from aiohttp_session import session_middleware

from irmacall.errors import Refused
from irmacall.web import crm, doors, looks, sessions
from irmacall.web.accounts import Accounts
from irmacall.web.addresses import ALLOWED, only_from
from irmacall.web.config import InForce
from irmacall.web.doors import BODY_LIMIT
from irmacall.web.guard import errors_to_answers
from irmacall.web.headers import content_security_policy, security_headers
from irmacall.web.hosts import only_as
from irmacall.web.login import Login
from irmacall.web.pages import Pages
from irmacall.web.ports import StaffDesk
from irmacall.web.routes import Route, Table
from irmacall.web.shell import Shell
from irmacall.web.telephone import Telephone
from irmacall.web.transfers import Transfers

OPEN: Final = frozenset({"/login", "/look", "/static", crm.PAGE})
"""What stands before the login, by its route's canonical path."""
TABLE: Final = web.AppKey("table", Table)

Part = Callable[[Shell], list[Route]]
"""Gives the routes of one part of the app, which draws its pages in the shell."""


def staff_app(desk: StaffDesk, accounts: Accounts, config: InForce, *parts: Part) -> web.Application:
    """The app for the staff's listener, of the telephone and of further parts. `config` is asked for each page."""
    begun, pages, table = config(), Pages(config, app="staff"), Table()
    shell = Shell(pages, accounts, begun.origin)
    login, telephone = Login(accounts, begun, pages), Telephone(desk, accounts, config, shell)
    app = web.Application(
        middlewares=[
            looks.looking(),
            errors_to_answers(pages.draw_error),
            only_from(begun.allow),
            only_as(begun.origin),
            session_middleware(sessions.AccountSessions(accounts)),
            _only_with_its_role(begun.origin, table),
        ],
        client_max_size=BODY_LIMIT,
    )
    app[ALLOWED], app[TABLE] = begun.allow, table
    login.add_to(app)
    shell.add_to(app)
    crm.add_page(app, pages, begun.crm_origin)
    for routes in (login.routes(), telephone.routes(), Transfers(desk).routes()):
        table.add(app, routes)
    for part in parts:
        table.add(app, part(shell))
    app.router.add_static("/static", begun.static)
    app.on_response_prepare.append(security_headers(content_security_policy()))
    app.on_shutdown.append(telephone.streams.close)
    return app


def _only_with_its_role(origin: str, table: Table) -> Middleware:
    """A middleware that lets nobody past without the route's role, nor an act without its token."""

    @web.middleware
    async def stand_guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        resource = request.match_info.route.resource
        where = resource.canonical if resource is not None else ""
        if where in OPEN:
            return await handler(request)
        user = await sessions.user_of(request)
        if user is None:
            if where == "/" or _wants_page(request):
                raise web.HTTPSeeOther("/login")
            raise web.HTTPUnauthorized
        looks.wear(looks.worn().taken_from(user.look))
        if where and not table.may(user.role, request.method, where):
            raise Refused("role")
        doors.must_not_be_cross_site_read(request)
        if request.method not in ("GET", "HEAD"):
            doors.must_be_same_origin(request, origin)
        return await handler(request)

    return stand_guard


def _wants_page(request: web.Request) -> bool:
    return request.method == "GET" and request.headers.get("Sec-Fetch-Mode") == "navigate"
