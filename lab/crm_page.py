"""A page of the CRM for the lab, which has the telephone's line in a frame and keeps what that tells it."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from typing import Final, Self

from aiohttp import web
from playwright.async_api import Page

from lab.listening import listening

_PAGE: Final = """<!doctype html><html lang="nl"><title>CRM</title><h1>Contact</h1>
<iframe src="%(staff)s/crm" title="Telefoon" width="360" height="48"></iframe>
<script>window.told = []; window.addEventListener("message", (event) =>
{ if (event.origin === "%(staff)s") told.push(event.data); else told.push("of another"); });</script></html>"""


@dataclass
class CrmPage:
    """Stands at an origin of its own while the context lasts, and keeps what `staff`'s frame in it tells."""

    tls: ssl.SSLContext
    host: str
    port: int
    staff: str = ""

    @property
    def origin(self) -> str:
        """What the site names it by."""
        return f"https://{self.host}:{self.port}"

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/", self._show)
        self._runner = await listening(app, self.port, tls=self.tls)
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    async def _show(self, _: web.Request) -> web.Response:
        return web.Response(text=_PAGE % {"staff": self.staff}, content_type="text/html")


async def told(page: Page, number: int) -> list[dict[str, str | None]]:
    """All that a browser's page of the CRM was told, once it is so much."""
    await page.wait_for_function("(number) => told.length >= number", arg=number)
    messages: list[dict[str, str | None]] = await page.evaluate("told")
    return messages


def message(event: str, reference: str | None = None) -> dict[str, str | None]:
    """What the frame tells (docs/crm.md)."""
    return {"source": "irmacall", "event": event, "reference": reference}
