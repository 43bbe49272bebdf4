"""The page on which the audit log is searched. What is sought is sent as a form: it belongs in no address."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aiohttp import web

from irmacall.web.admin import forms
from irmacall.web.admin.pages import AdminPages
from irmacall.web.admin.ports import AuditBook, AuditQuery, AuditState
from irmacall.web.routes import ADMINISTERING, Route

PAGE: Final = "/admin/audit"
_SOUGHT: Final = ("since", "until", "kind", "login", "call", "text")


class AuditPages:
    """The handlers, with what they need."""

    def __init__(self, book: AuditBook, pages: AdminPages) -> None:
        self._book = book
        self._pages = pages

    def routes(self) -> list[Route]:
        """All of them are for who administers, and for nobody else."""
        return [
            Route("GET", PAGE, ADMINISTERING, self.newest),
            Route("POST", PAGE, ADMINISTERING, self.sought),
            Route("POST", f"{PAGE}/verify", ADMINISTERING, self.verify),
        ]

    async def newest(self, request: web.Request) -> web.StreamResponse:
        """The newest lines, whatever they are."""
        return await self._found(request, {})

    async def sought(self, request: web.Request) -> web.StreamResponse:
        """The lines that were asked for, or those before them."""
        return await self._found(request, await self._pages.shell.form(request))

    async def verify(self, request: web.Request) -> web.StreamResponse:
        """Whether every line stands as it was written."""
        await self._pages.shell.form(request)
        return await self._found(request, {}, await self._book.verify(await self._pages.by(request)))

    async def _found(
        self, request: web.Request, fields: Mapping[str, str], verified: AuditState | None = None
    ) -> web.Response:
        kinds = tuple(self._book.kinds)
        query = forms.audit_query(fields, kinds, self._pages.timezone)
        page = await self._book.search(await self._pages.by(request), query)
        return await self._pages.draw(
            request,
            "audit",
            page=page,
            query=query,
            sought={name: fields.get(name, "") for name in _SOUGHT},
            is_narrow=query != AuditQuery(before=query.before),
            kinds=kinds,
            verified=verified,
        )
