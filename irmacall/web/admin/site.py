"""The page that shows the site file in force: each setting with the key that rules it, and what a reload would do."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from aiohttp import web

from irmacall.errors import SettingsError
from irmacall.web.admin import settings
from irmacall.web.admin.pages import AdminPages
from irmacall.web.admin.ports import HoursView, ReloadedView, SiteBook, TableView
from irmacall.web.i18n import N_, _
from irmacall.web.routes import ADMINISTERING, Route

PAGE: Final = "/admin/site"
_WHY: Final = {
    "always": N_("altijd open"),
    "weekday": N_("de gewone week"),
    "holiday": N_("feestdag"),
    "exception": N_("uitzondering van vandaag"),
}


class SitePages:
    """The handlers, with what they need."""

    def __init__(self, book: SiteBook, pages: AdminPages) -> None:
        self._book = book
        self._pages = pages

    def routes(self) -> list[Route]:
        """All of them are for who administers, and for nobody else."""
        return [
            Route("GET", PAGE, ADMINISTERING, self.site),
            Route("POST", f"{PAGE}/reload", ADMINISTERING, self.reload),
        ]

    async def site(self, request: web.Request) -> web.StreamResponse:
        """What is in force, and what the file on disk says."""
        return await self._draw(request)

    async def reload(self, request: web.Request) -> web.StreamResponse:
        """Do what `irmacall reload` does, and tell what became of it."""
        await self._pages.shell.form(request)
        try:
            done = await self._book.reload(await self._pages.by(request))
        except SettingsError as wrong:
            return await self._draw(request, 422, refused=str(wrong).splitlines())
        return await self._draw(request, reloaded=done)

    async def _draw(
        self,
        request: web.Request,
        status: int = 200,
        *,
        reloaded: ReloadedView | None = None,
        refused: Sequence[str] = (),
    ) -> web.Response:
        site = await self._book.site()
        return await self._pages.draw(
            request,
            "site",
            status,
            site=site,
            groups=list(_by_kind(site.tables)),
            label=settings.label,
            value=settings.value,
            why=_why,
            reloaded=reloaded,
            refused=refused,
        )


def _by_kind(tables: Sequence[TableView]) -> Iterator[tuple[str, str, list[TableView]]]:
    """The kind, its heading and its tables, in the order in which people look for them."""
    kinds = [*settings.TABLES, *(each.kind for each in tables if each.kind not in settings.TABLES)]
    for kind in dict.fromkeys(kinds):
        found = [each for each in tables if each.kind == kind]
        if found:
            yield kind, settings.table(kind), found


def _why(hours: HoursView) -> str:
    """By which rule it is open or closed today, and what that says of today."""
    told = _(_WHY[hours.why])
    if hours.why == "always":
        return told
    named = f"{told} ({hours.holiday})" if hours.holiday else told
    return f"{named}: {', '.join(hours.spans) or _('gesloten')}"
