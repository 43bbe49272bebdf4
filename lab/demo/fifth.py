"""The play's fifth act: who leads the team looks at the whole, and who administers looks after it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

from lab.demo.gallery import Gallery
from lab.demo.telling import step
from lab.people import OfficePage
from lab.town import Town

ADMINISTERED = ("users", "sessions", "site", "audit", "nodes")
"""The administrator's pages."""


class Office:
    """Two people without a telephone. `picture`: takes one, by a name; `gallery`: takes all forms of a page."""

    def __init__(self, town: Town, gallery: Gallery, picture: Callable[[str, Page], Awaitable[None]]) -> None:
        self._town, self._gallery, self._picture = town, gallery, picture

    async def looks_at_the_day(self) -> OfficePage:
        """The wallboard, and the reports; her browser."""
        leader = self._town.leader
        with step(f"{leader.name}, who leads the team, sees on her wallboard who waits, who talks, and how it went"):
            office = await OfficePage.open(self._town, leader, "/wallboard")
            await office.page.locator("#board, main table").first.wait_for()
        await self._picture("management-wallboard", office.page)
        await self._gallery.show("management-wallboard", office.page, "main table")
        with step("Her reports tell of days, weeks and hours, as charts, as tables and for a spreadsheet"):
            await office.go("/reports")
        await self._picture("management-reports", office.page)
        await self._gallery.show("management-reports", office.page)
        await office.go("/wallboard/emergency")
        await self._gallery.show("management-emergency", office.page)
        return office

    async def administers(self) -> None:
        """Users, sessions, the site in force, the audit log, the servers."""
        administrator = self._town.administrator
        with step(f"{administrator.name}, who administers, has users, sessions, the audit log and the servers"):
            office = await OfficePage.open(self._town, administrator, "/admin/users")
            for name in ADMINISTERED:
                await office.go(f"/admin/{name}")
                await self._gallery.show(f"admin-{name}", office.page)
        await office.go("/admin/users")
        await self._picture("admin-users", office.page)
        await office.close()
