"""What every page behind the staff's login stands in: who is logged in, where she can go, how it looks."""

from __future__ import annotations

from typing import Final

from aiohttp import web

from irmacall.web import doors, looks, sessions
from irmacall.web.accounts import Accounts, User
from irmacall.web.i18n import N_
from irmacall.web.pages import Pages
from irmacall.web.routes import ADMIN, MANAGEMENT

NAVIGATION: Final = {
    MANAGEMENT: (("/wallboard", N_("Wandbord")), ("/reports", N_("Rapporten"))),
    ADMIN: (
        ("/admin/users", N_("Gebruikers")),
        ("/admin/sessions", N_("Sessies")),
        ("/admin/site", N_("Inrichting")),
        ("/admin/audit", N_("Logboek")),
        ("/admin/nodes", N_("Servers")),
    ),
}
"""By role: the pages that she can go to, the first of which is where she begins. Who has a phone has one page."""


class Shell:
    """Draws pages for whoever is logged in, and reads the forms on them."""

    def __init__(self, pages: Pages, accounts: Accounts, origin: str) -> None:
        self._pages = pages
        self._accounts = accounts
        self.origin = origin
        """The exact origin that the staff's browsers use."""

    def add_to(self, app: web.Application) -> None:
        """What each page has, the login's too."""
        app.router.add_post("/look", self.look)

    async def draw(self, request: web.Request, template: str, status: int = 200, **given: object) -> web.Response:
        """One page that extends `staff/shell.html`: with `user`, `token` and `navigation`, and what is given."""
        user = await self.user(request)
        token = doors.token_for(await sessions.key_of(request))
        navigation = NAVIGATION.get(user.role, ())
        here = request.path
        return self._pages.draw(
            template, status, user=user, token=token, navigation=navigation, here=here, home=home(user), **given
        )

    async def user(self, request: web.Request) -> User:
        """Who is logged in."""
        return await sessions.known_user(request)

    async def look_again(self, request: web.Request) -> None:
        """Ask whether her login stands still: where it does not, that ends all that it was for."""
        await self._accounts.session_user(await sessions.key_of(request), active=False)

    async def form(self, request: web.Request, most: int = doors.FIELDS) -> dict[str, str]:
        """The fields of a form on one of our pages. Raises CrossSite without its login's token, or Malformed."""
        fields = await doors.form(request, most)
        doors.must_carry(fields.pop("token", None), await sessions.key_of(request))
        return fields

    async def look(self, request: web.Request) -> web.StreamResponse:
        """Remember how she wants her pages: in this browser, and with her account where she is logged in."""
        user = await sessions.user_of(request)
        if user is not None:
            looks.wear(looks.worn().taken_from(user.look))
        response, look = await looks.changed(request, self.origin)
        if user is not None:
            await self._accounts.keep_look(user.id, look.as_text())
        return response


def home(user: User) -> str:
    """Where she begins."""
    return NAVIGATION.get(user.role, (("/", ""),))[0][0]
