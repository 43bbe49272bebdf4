"""What all of the administrator's pages have in common: where they stand, whose time they tell, what is done."""

from __future__ import annotations

from aiohttp import web

from irmacall.core.ids import UserId
from irmacall.web.admin import words
from irmacall.web.config import InForce
from irmacall.web.i18n import _
from irmacall.web.shell import Shell


class AdminPages:
    """Draws the pages of `templates/admin/`. `config` is asked for each of them."""

    def __init__(self, shell: Shell, config: InForce) -> None:
        self.shell = shell
        self._config = config

    async def draw(self, request: web.Request, template: str, status: int = 200, **given: object) -> web.Response:
        """One page, with what its template asks of `words`, and the success that its address names."""
        return await self.shell.draw(
            request,
            f"admin/{template}.html",
            status,
            words=words,
            moment=lambda at: words.day_and_time(at, self.timezone),
            second=lambda at: words.day_and_time(at, self.timezone, seconds=True),
            done=_done(request),
            **given,
        )

    @property
    def timezone(self) -> str:
        """The site's."""
        return self._config().timezone

    async def by(self, request: web.Request) -> UserId:
        """Who asks."""
        return (await self.shell.user(request)).id


def see(path: str, done: str = "") -> web.Response:
    """What was asked for is done: look there. `done`: one of `words.DONE`."""
    return web.Response(status=303, headers={"Location": f"{path}?done={done}" if done else path})


def _done(request: web.Request) -> str:
    """The sentence for it; an address that somebody made up says nothing."""
    found = words.DONE.get(request.query.get("done", "")) if request.method == "GET" else None
    return "" if found is None else _(found)
