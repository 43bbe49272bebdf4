"""The page about who is logged in."""

from __future__ import annotations

import re
from typing import Final

from aiohttp import web

from irmacall.web import sessions
from irmacall.web.admin import forms
from irmacall.web.admin.pages import AdminPages, see
from irmacall.web.admin.ports import SessionsBook
from irmacall.web.doors import Malformed
from irmacall.web.routes import ADMINISTERING, Route

LIST: Final = "/admin/sessions"
_HANDLE: Final = re.compile(r"[0-9a-f]{16}")


class SessionPages:
    """The handlers, with what they need."""

    def __init__(self, book: SessionsBook, pages: AdminPages) -> None:
        self._book = book
        self._pages = pages

    def routes(self) -> list[Route]:
        """All of them are for who administers, and for nobody else."""
        return [
            Route("GET", LIST, ADMINISTERING, self.listed),
            Route("POST", f"{LIST}/end", ADMINISTERING, self.end),
            Route("POST", f"{LIST}/end-all", ADMINISTERING, self.end_all),
        ]

    async def listed(self, request: web.Request) -> web.StreamResponse:
        """All that are not over."""
        found = await self._book.sessions(await sessions.key_of(request))
        several = {each.user for each in found if sum(other.user == each.user for other in found) > 1}
        return await self._pages.draw(request, "sessions", sessions=found, several=several)

    async def end(self, request: web.Request) -> web.StreamResponse:
        """End one."""
        fields = await self._pages.shell.form(request)
        user, handle = forms.named_user(fields), fields.get("handle", "")
        if not _HANDLE.fullmatch(handle):
            raise Malformed("field handle")
        ended = await self._book.end(await self._pages.by(request), user, handle)
        return see(LIST, "ended" if ended else "none-ended")

    async def end_all(self, request: web.Request) -> web.StreamResponse:
        """End all of one user."""
        user = forms.named_user(await self._pages.shell.form(request))
        ended = await self._book.end_all(await self._pages.by(request), user)
        return see(LIST, "ended" if ended else "none-ended")
