"""The line in a frame of the CRM's page: who may frame it, what it shows, and what that page is told."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import pytest
from playwright.async_api import Browser, BrowserContext, expect

from irmacall.core.ids import SeatId
from irmacall.web.crm import CrmCall, CrmFrame
from irmacall.web.staff import TABLE
from lab.crm_page import CrmPage, message, told
from tests.web.conftest import Staff, available, free_port, log_in, running_staff
from tests.web.doubles import CALL, NUMBER, MemoryStaffDesk, card
from tests.web.test_accessibility import RULES

NAME = "Xanthippe"
REFERENCE = "9f86d081884c7d659a2feaa0c55ad015"
ANOTHER = "60303ae22b998861bce3b28f33eec1be"


class MemoryCrm:
    """The call that a CRM may know of, as a test says it."""

    def __init__(self) -> None:
        self.call: CrmCall | None = None

    def call_at(self, seat: SeatId) -> CrmCall | None:
        return self.call


@dataclass
class Beside:
    """The staff's app, what its frame is told, and a CRM's page that has it in a frame."""

    staff: Staff
    calls: MemoryCrm
    crm: str
    """The CRM's origin, which the site names."""
    stranger: str
    """Another origin of the same site, whose page is the same."""

    def rings(self, reference: str = REFERENCE) -> None:
        """Her phone rings."""
        self.calls.call = CrmCall("ringing", reference)
        self.staff.desk.ring(self._seat)

    def talks(self, reference: str = REFERENCE) -> None:
        """She has somebody on the line who is known."""
        self.calls.call = CrmCall("talking", reference)
        self.staff.desk.grant(self._seat, card(1, NAME))

    def ends(self) -> None:
        """She has her no longer."""
        self.calls.call = None
        self.staff.desk.withdraw(self._seat)

    @property
    def _seat(self) -> SeatId:
        return self.staff.desk.only


@asynccontextmanager
async def _beside(tls: ssl.SSLContext, host: str) -> AsyncIterator[Beside]:
    calls, desk = MemoryCrm(), MemoryStaffDesk()
    async with CrmPage(tls, host, free_port()) as crm, CrmPage(tls, host, free_port()) as stranger:
        parts = [CrmFrame(desk, calls, crm.origin)]
        async with running_staff(tls, parts=parts, crm_origin=crm.origin, desk=desk) as staff:
            crm.staff = stranger.staff = staff.origin
            yield Beside(staff, calls, crm.origin, stranger.origin)


@pytest.fixture
async def beside(tls: ssl.SSLContext) -> AsyncIterator[Beside]:
    """Three origins of one site: the staff's, the CRM's and a stranger's."""
    async with _beside(tls, "localhost") as running:
        yield running


async def test_the_crms_page_is_told_of_each_call(context: BrowserContext, beside: Beside) -> None:
    """Exactly its steps, one call after the other, by the webhook's reference; no name, number or call's own name."""
    async with available(context, beside.staff, "anna"):
        page = await context.new_page()
        await page.goto(beside.crm)
        line = page.frame_locator("iframe").get_by_role("status")
        await expect(line).to_have_text("Beschikbaar")
        beside.rings()
        await expect(line).to_have_text("Er komt een gesprek")
        beside.talks()
        await expect(line).to_have_text("In gesprek")
        await told(page, 3)
        beside.rings(ANOTHER)
        await told(page, 5)
        beside.ends()
        await expect(line).to_have_text("Beschikbaar")
        messages = await told(page, 6)
        assert messages == [
            message("ended"),
            message("ringing", REFERENCE),
            message("talking", REFERENCE),
            message("ended", REFERENCE),
            message("ringing", ANOTHER),
            message("ended", ANOTHER),
        ]
        frame = await page.frames[1].content()
        for canary in (NAME, "Vries", CALL, NUMBER):
            assert canary not in json.dumps(messages) + frame


async def test_the_frame_is_no_screen(context: BrowserContext, beside: Beside) -> None:
    """Without a tab of the telephone the frame opens no stream in its place, and says that it hears nothing."""
    async with available(context, beside.staff, "anna") as telephone:
        page = await context.new_page()
        await page.goto(beside.crm)
        line = page.frame_locator("iframe").get_by_role("status")
        await expect(line).to_have_text("Beschikbaar")
        beside.talks()
        await told(page, 2)
        await telephone.goto("about:blank")
        await expect(line).to_have_text("Geen verbinding. Is het telefoonscherm open?", timeout=10_000)
        ears, seat = beside.staff.desk.ears, beside.staff.desk.only
        async with asyncio.timeout(10):  # whoever left is gone with the next beat
            while ears.listening(seat):
                ears.left.clear()
                await ears.left.wait()
        assert (await told(page, 3))[2:] == [message("offline")]
        await telephone.goto(beside.staff.origin)
        assert (await told(page, 4))[3:] == [message("talking", REFERENCE)]
        await expect(line).to_have_text("In gesprek")


async def test_who_is_not_logged_in_is_told_to(context: BrowserContext, beside: Beside) -> None:
    """The frame says where, and follows as soon as she is."""
    page = await context.new_page()
    await page.goto(beside.crm)
    line = page.frame_locator("iframe").get_by_role("status")
    await expect(line).to_have_text("Meld u aan in het telefoonscherm.")
    assert await told(page, 1) == [message("offline")]
    async with available(context, beside.staff, "anna"):
        await page.bring_to_front()
        await expect(line).to_have_text("Beschikbaar", timeout=10_000)
        assert await told(page, 2) == [message("offline"), message("ended")]


async def test_a_crm_of_another_site_is_told_nothing(context: BrowserContext, tls: ssl.SSLContext) -> None:
    """Its frame gets none of our cookies, whoever is logged in: there is no call in it, and no harm."""
    async with _beside(tls, "127.0.0.1") as beside, available(context, beside.staff, "anna"):
        page = await context.new_page()
        await page.goto(beside.crm)
        line = page.frame_locator("iframe").get_by_role("status")
        await expect(line).to_have_text("Meld u aan in het telefoonscherm.")
        beside.rings()
        await page.wait_for_event(
            "response", lambda answer: answer.url.endswith("/crm/state")
        )  # it asked again, in vain
        assert await told(page, 1) == [message("offline")]


async def test_no_other_origin_may_frame_it(context: BrowserContext, beside: Beside) -> None:
    """Not even one of the same site, that has all her cookies: it gets no page, and no message."""
    async with available(context, beside.staff, "anna"):
        page = await context.new_page()
        async with page.expect_event("console", lambda said: "frame-ancestors" in said.text):
            await page.goto(beside.stranger)
        beside.rings()
        other = await context.new_page()
        await other.goto(beside.crm)
        await told(other, 1)
        assert page.frames[1].url.startswith("chrome-error:")
        assert await page.evaluate("told") == []


async def test_no_other_page_may_be_framed(client: aiohttp.ClientSession, beside: Beside) -> None:
    """Of all that the app answers, a refusal included, one answer names the CRM; every other names nobody."""
    await log_in(client, beside.staff)
    app = beside.staff.runner.app
    paths = {path for _, path in app[TABLE].routes} | {"/login", "/look", "/nowhere", "/static/crm.js"}
    assert "/crm/state" in paths
    for path in sorted(paths):
        async with client.get(beside.staff.origin + path, allow_redirects=False) as answer:
            assert answer.headers["X-Frame-Options"] == "DENY", path
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], path
    async with client.get(f"{beside.staff.origin}/crm") as answer:
        assert answer.status == 200
        assert "X-Frame-Options" not in answer.headers
        policy = answer.headers["Content-Security-Policy"]
        assert f"frame-ancestors {beside.crm};" in policy
        assert policy.count("frame-ancestors") == 1
        assert policy.startswith("default-src 'none'; ")
        assert "require-trusted-types-for 'script'" in policy


async def test_the_page_holds_nothing_of_a_login(client: aiohttp.ClientSession, beside: Beside) -> None:
    """It is the same for everybody, so that it can stand before the login, and keeps no login alive."""
    async with client.get(f"{beside.staff.origin}/crm") as before:
        page = await before.text()
    await log_in(client, beside.staff)
    beside.staff.accounts.acts.clear()
    headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-site"}
    async with client.get(f"{beside.staff.origin}/crm", headers=headers) as after:
        assert await after.text() == page
    async with client.get(f"{beside.staff.origin}/crm/state") as state:
        assert state.status == 200
    assert True not in beside.staff.accounts.acts


@pytest.mark.parametrize(("login", "status"), [(None, 401), ("maria", 403), ("noor", 403), ("willem", 200)])
async def test_the_state_is_for_who_has_a_phone(
    client: aiohttp.ClientSession, beside: Beside, login: str | None, status: int
) -> None:
    """And not for a page of another origin, be it the CRM's own."""
    if login is not None:
        await log_in(client, beside.staff, login)
    async with client.get(f"{beside.staff.origin}/crm/state") as answer:
        assert answer.status == status
    async with client.get(f"{beside.staff.origin}/crm/state", headers={"Sec-Fetch-Site": "same-site"}) as crms:
        assert crms.status == (401 if login is None else 403)


@pytest.mark.parametrize("path", ["/crm", "/crm/state"])
async def test_without_a_crm_there_is_no_such_page(
    client: aiohttp.ClientSession, tls: ssl.SSLContext, path: str
) -> None:
    """A site that names no origin has nothing that can be framed."""
    desk = MemoryStaffDesk()
    async with running_staff(tls, parts=[CrmFrame(desk, MemoryCrm(), None)], desk=desk) as staff:
        await log_in(client, staff)
        async with client.get(staff.origin + path) as answer:
            assert answer.status == 404
            assert answer.headers["X-Frame-Options"] == "DENY"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_line_is_for_everybody(
    browser: Browser, beside: Beside, axe: str, scheme: str, tmp_path: Path
) -> None:
    """axe-core finds nothing, nothing is to be pressed, and the line fits its frame, also at twice the size."""
    context = await browser.new_context(
        ignore_https_errors=True,
        color_scheme="dark" if scheme == "dark" else "light",
        viewport={"width": 320, "height": 96},
        locale="nl-NL",
    )
    page = await context.new_page()
    await page.goto(f"{beside.staff.origin}/crm")
    await expect(page.get_by_role("status")).to_have_text("Meld u aan in het telefoonscherm.")
    session = await context.new_cdp_session(page)
    await session.send("Runtime.evaluate", {"expression": axe})
    found = await page.evaluate(
        "async (rules) => (await axe.run(document, { runOnly: rules })).violations.map((v) => v.id)", RULES
    )
    assert found == []
    assert await page.locator("a, button, input, select, textarea, [tabindex]").count() == 0
    assert await page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert await page.evaluate("document.documentElement.scrollHeight <= innerHeight")
    await page.screenshot(path=tmp_path / "line.png")
    await context.close()
