"""The way in for the staff, and out again."""

from __future__ import annotations

import logging
import re
import secrets
from typing import Final

from aiohttp import web

from irmacall.web import doors, sessions
from irmacall.web.accounts import Accounts
from irmacall.web.config import WebConfig
from irmacall.web.doors import CrossSite
from irmacall.web.pages import Pages
from irmacall.web.routes import EVERYBODY, Route
from irmacall.web.throttle import Throttle

log = logging.getLogger("irmacall.web")

COOKIE: Final = "__Host-irmacall-login"
"""Before there is a session, the login form's token is bound to this cookie."""
_BOUND: Final = re.compile(r"[A-Za-z0-9_-]{43}")


class Login:
    """The login form, and what it leads to."""

    def __init__(self, accounts: Accounts, begun: WebConfig, pages: Pages) -> None:
        self._accounts = accounts
        self._pages = pages
        self._origin = begun.origin
        self._logins = Throttle(begun.logins_per_minute)

    def add_to(self, app: web.Application) -> None:
        """What stands before the login."""
        app.router.add_get("/login", self.page, allow_head=False)
        app.router.add_post("/login", self.log_in)

    def routes(self) -> list[Route]:
        """What stands behind it."""
        return [Route("POST", "/logout", EVERYBODY, self.log_out)]

    async def page(self, request: web.Request) -> web.StreamResponse:
        """The form; for who is logged in already, the screen."""
        if await sessions.user_of(request) is not None:
            raise web.HTTPSeeOther("/")
        key = sessions.sent_key(request)
        return self._form(request, ended_by=None if key is None else self._accounts.ended_by(key))

    async def log_in(self, request: web.Request) -> web.StreamResponse:
        """Check the password; the same answer for an unknown login and a wrong password.

        A form that is bound to another cookie than this browser has now, as two tabs that were logged out at once
        have them, is answered with one that works. Who is in by another tab is led there: she may have a caller on
        the line, and a second login would end the first.
        """
        doors.must_be_same_origin(request, self._origin)
        fields = await doors.form(request)
        try:
            _must_be_this_browsers(request, fields.get("token"))
        except CrossSite as refused:
            if await sessions.user_of(request) is not None:
                raise web.HTTPSeeOther("/") from refused
            log.info("action=login.old_form why=%r", refused.why)
            return self._form(request, status=403, old=True)
        login, password = doors.text(fields, "login", 100), doors.text(fields, "password", 256)
        self._logins.take(request.remote)
        user = await self._accounts.verify(login, password, request.remote or "")
        if user is None:
            return self._form(request, status=401, failed=True)
        await sessions.log_in(request, self._accounts, user)
        response = web.Response(status=303, headers={"Location": "/"})
        response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        return response

    def _form(
        self,
        request: web.Request,
        status: int = 200,
        *,
        failed: bool = False,
        old: bool = False,
        ended_by: str | None = None,
    ) -> web.Response:
        bound = _bound(request) or secrets.token_urlsafe(32)  # the same in all tabs: none makes another's form old
        token = doors.token_for(bound)
        response = self._pages.draw(
            "staff/login.html", status=status, failed=failed, old=old, ended_by=ended_by, token=token
        )
        response.set_cookie(COOKIE, bound, path="/", secure=True, httponly=True, samesite="Strict")
        return response

    async def log_out(self, request: web.Request) -> web.StreamResponse:
        """Forget the login."""
        doors.must_carry((await doors.form(request)).get("token"), await sessions.key_of(request))
        await sessions.log_out(request)
        return web.Response(status=303, headers={"Location": "/login"})


def _must_be_this_browsers(request: web.Request, token: str | None) -> None:
    """Refuse a form that is bound to another cookie, or to none. Raises CrossSite."""
    bound = _bound(request)
    if bound is None:
        raise CrossSite("no login cookie")
    doors.must_carry(token, bound)


def _bound(request: web.Request) -> str | None:
    """What this browser's forms are bound to, where it has one already."""
    found = request.cookies.get(COOKIE, "")
    return found if _BOUND.fullmatch(found) else None
