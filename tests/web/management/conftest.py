"""The staff's app with management's part, and somebody of management who is logged in."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import aiohttp
import pytest
from playwright.async_api import BrowserContext, Page

from irmacall.web.config import WebConfig
from irmacall.web.management.pages import management
from tests.web.conftest import Staff, log_in, running_staff
from tests.web.doubles import PASSWORD
from tests.web.management.doubles import MemoryManagement

CONFIG = WebConfig("https://localhost", "gemeente Voorbeeld")


@dataclass
class Lead:
    """The running app, and the desk behind management's pages."""

    staff: Staff
    desk: MemoryManagement

    @property
    def origin(self) -> str:
        """Where it is."""
        return self.staff.origin


@pytest.fixture
async def lead(tls: ssl.SSLContext) -> AsyncIterator[Lead]:
    """The app on a busy morning."""
    desk = MemoryManagement()
    async with running_staff(tls, parts=[management(desk, lambda: CONFIG)]) as staff:
        yield Lead(staff, desk)


@pytest.fixture
async def maria(client: aiohttp.ClientSession, lead: Lead) -> aiohttp.ClientSession:
    """A team lead's client, logged in."""
    await log_in(client, lead.staff, "maria")
    return client


Opens = Callable[[str], Awaitable[Page]]


@pytest.fixture
async def opens(context: BrowserContext, lead: Lead) -> AsyncIterator[Opens]:
    """Opens a page as a team lead, who logs in the first time; no error on the console is forgiven."""
    errors: list[str] = []
    page = await context.new_page()
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security" in said.text else None)

    async def open_page(path: str) -> Page:
        if page.url == "about:blank":
            await page.goto(f"{lead.origin}/login")
            await page.get_by_label("Naam").fill("maria")
            await page.get_by_label("Wachtwoord").fill(PASSWORD)
            await page.get_by_role("button", name="Aanmelden").click()
            await page.wait_for_url("**/wallboard")
        if path != "/wallboard":
            await page.goto(f"{lead.origin}{path}")
        return page

    yield open_page
    assert not errors
