"""The citizen's pages in a real Chromium, with the real yivi server and a real app."""

from __future__ import annotations

import asyncio
import json
import re
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from irmacall.core.ids import SubjectId
from irmacall.irma.client import IrmaClient
from irmacall.irma.wire import Status
from irmacall.web.citizen_ports import Begun, PageToken
from lab.identity.parts import prepare
from lab.wallet import AppSession, Wallet
from lab.yivi import Address, YiviServer
from tests.irma.asking import question
from tests.web.conftest import Public, free_port, running_public
from tests.web.doubles import CODE, NUMBER, MemoryCitizenDesk

IPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 Mobile/15E148 Safari/604.1"


class YiviDesk(MemoryCitizenDesk):
    """The double, with disclosures by the real server: what ends there changes the page."""

    def __init__(self, client: IrmaClient) -> None:
        super().__init__()
        self._client = client
        self._following: list[asyncio.Task[None]] = []

    async def stop(self) -> None:
        """Follow nothing any more."""
        for task in self._following:
            task.cancel()
        await asyncio.gather(*self._following, return_exceptions=True)

    async def begin(self, subject: SubjectId, earlier: PageToken | None = None) -> Begun:
        began = await super().begin(subject, earlier)
        session = await self._client.start(question(), f"tel:+31241234567,,{CODE}")

        async def follow() -> None:
            ended = await self._client.follow(session)
            if ended is Status.DONE:
                self.seal(began.page)
            else:
                self.become(began.page, state="failed", reason="refused")

        self._following.append(asyncio.create_task(follow(), name="follow"))
        return Begun(began.page, session.session_ptr, session.frontend_request)


@pytest.fixture(scope="module")
async def yivi(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[YiviServer]:
    """The real server, where a browser takes plain http for safe."""
    parts = await asyncio.to_thread(prepare)
    requestors, apps = Address("127.0.0.1", free_port()), Address("127.0.0.1", free_port())
    server = YiviServer(parts.binaries.yivi, parts.schemes, tmp_path_factory.mktemp("yivi"), requestors, apps)
    await server.start()
    yield server
    await server.stop()


@pytest.fixture(scope="module")
async def wallet(yivi: YiviServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Wallet]:
    """The citizen's app, with her personal data."""
    parts = await asyncio.to_thread(prepare)
    async with Wallet(parts.binaries.wallet, parts.public, tmp_path_factory.mktemp("wallet")) as app:
        await app.issue(yivi)
        yield app


@pytest.fixture
async def public(tls: ssl.SSLContext, yivi: YiviServer) -> AsyncIterator[Public]:
    """The public app before the real yivi server."""
    client = IrmaClient(yivi.url, yivi.token)
    desk = YiviDesk(client)
    async with running_public(tls, (yivi.app_url,), desk=desk) as running:
        yield running
    await desk.stop()
    await client.close()


async def _open(context: BrowserContext, public: Public, path: str = "/") -> tuple[Page, list[str]]:
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("console", lambda said: errors.append(said.text) if "Content Security Policy" in said.text else None)
    await page.goto(public.origin + path)
    return page, errors


async def _begin(page: Page) -> dict[str, Any]:
    async with page.expect_response("**/begin") as begun:
        await page.get_by_role("button", name="Ga verder met Yivi").click()
    pointer: dict[str, Any] = json.loads(await (await begun.value).text())["sessionPtr"]
    return pointer


async def _pair(page: Page, wallet: Wallet, pointer: dict[str, Any], answer: Any = "accept") -> AppSession:
    await expect(page.locator("#qr")).to_be_visible()
    session = await wallet.open(pointer, answer)
    digits = await session.pairing_code()
    await expect(page.locator("#digits")).to_be_focused()
    await page.keyboard.type(digits)
    return session


async def _pasted(context: BrowserContext) -> str:
    """What the clipboard holds; our own pages may not read it."""
    elsewhere = await context.new_page()
    await elsewhere.set_content("<input autofocus aria-label='hier'>")
    await elsewhere.get_by_label("hier").press("Control+V")
    return await elsewhere.get_by_label("hier").input_value()


def _only(public: Public) -> PageToken:
    (page,) = public.desk.pages
    return page


async def test_from_the_first_page_to_the_code(context: BrowserContext, public: Public, wallet: Wallet) -> None:
    """Pick a subject, read, scan, type the four digits, accept: number and code are there, and can be copied."""
    await context.grant_permissions(["clipboard-write"])
    page, errors = await _open(context, public)
    await page.get_by_role("link", name="Paspoort").click()
    session = await _pair(page, wallet, await _begin(page))
    assert (await session.outcome()).succeeded
    await page.wait_for_url("**/bellen")
    await expect(page.locator("#live")).to_contain_text("Uw code is klaar")
    await expect(page.locator("#number")).to_have_text(NUMBER)
    await expect(page.locator("#code")).to_have_text("012 345 6784")
    await expect(page.locator("#tel")).to_have_attribute("href", f"tel:+31241234567,,{CODE}")
    await page.get_by_role("button", name="Kopieer code").click()
    await expect(page.locator("#copied")).to_have_text("De code is gekopieerd.")
    assert await _pasted(context) == CODE
    assert not errors


async def test_wrong_digits_are_asked_again(context: BrowserContext, public: Public, wallet: Wallet) -> None:
    """Four digits that the app does not show are refused on the page, and the right ones go on."""
    page, _ = await _open(context, public, "/onderwerp/paspoort")
    pointer = await _begin(page)
    await expect(page.locator("#qr")).to_be_visible()
    session = await wallet.open(pointer)
    digits = await session.pairing_code()
    await page.locator("#digits").fill(f"{(int(digits) + 1) % 10000:04}")
    await expect(page.get_by_role("alert")).to_have_text("Deze cijfers zijn niet goed. Kijk nog eens in de app.")
    await page.locator("#digits").fill(digits)
    await page.wait_for_url("**/bellen")


async def test_she_refuses_in_the_app(context: BrowserContext, public: Public, wallet: Wallet) -> None:
    """The page says that nothing was shared, and how to go on without."""
    page, _ = await _open(context, public, "/onderwerp/paspoort")
    await _pair(page, wallet, await _begin(page), "refuse")
    await expect(page.get_by_role("heading", name="U hebt niets gedeeld")).to_be_visible()
    await expect(page.get_by_role("link", name="Opnieuw proberen")).to_be_visible()
    assert CODE not in await page.content()


async def test_the_yivi_server_is_away(context: BrowserContext, public: Public) -> None:
    """A clear page with the number to call without Yivi."""
    public.desk.away = True
    page, _ = await _open(context, public, "/onderwerp/paspoort")
    await page.get_by_role("button", name="Ga verder met Yivi").click()
    await expect(page.get_by_role("heading", name="Yivi werkt nu niet")).to_be_visible()
    await expect(page.get_by_role("link", name=NUMBER)).to_be_visible()


async def test_on_a_phone_the_app_opens(browser: Browser, public: Public, wallet: Wallet) -> None:
    """On the phone itself there is a button and no pairing; the page goes on when she comes back to it."""
    context = await browser.new_context(
        ignore_https_errors=True, user_agent=IPHONE, viewport={"width": 390, "height": 844}, locale="nl-NL"
    )
    page, errors = await _open(context, public, "/onderwerp/paspoort")
    pointer = await _begin(page)
    link = page.get_by_role("link", name="Open Yivi-app")
    await expect(link).to_have_attribute("href", re.compile("^https://open.yivi.app/-/session#"))
    outcome = await wallet.disclose(pointer)
    assert outcome.client_return_url == f"tel:+31241234567,,{CODE}"
    await page.wait_for_url("**/bellen")
    await expect(page.locator("#code")).to_be_visible()
    assert not errors
    await context.close()


@pytest.mark.parametrize(
    ("state", "said"),
    [
        ("in_call", "u komt zo in de wachtrij"),
        ("waiting", "U staat in de wachtrij"),
        ("talking", "U bent verbonden"),
        ("erased", "Uw gegevens zijn gewist"),
    ],
)
async def test_the_page_follows_the_call(
    context: BrowserContext, public: Public, wallet: Wallet, state: str, said: str
) -> None:
    """What happens to the call is told as it happens, and the code is gone once it is used."""
    page, _ = await _open(context, public, "/onderwerp/paspoort")
    await _pair(page, wallet, await _begin(page))
    await expect(page.locator("#code")).to_be_visible()
    public.desk.become(_only(public), state=state, code=None, tel=None)
    await expect(page.locator("#live")).to_contain_text(said)
    await expect(page.locator("#code")).to_be_hidden()
    assert CODE not in await page.content()


async def test_she_wipes_her_data(context: BrowserContext, public: Public, wallet: Wallet) -> None:
    """The button works, and the page says so."""
    page, _ = await _open(context, public, "/onderwerp/paspoort")
    await _pair(page, wallet, await _begin(page))
    await page.get_by_role("button", name="Wis mijn gegevens nu").click()
    await expect(page.locator("#live")).to_contain_text("Uw gegevens zijn gewist")
    assert public.desk.calls == ["erase"]


async def test_a_page_that_never_began_is_led_away(context: BrowserContext, public: Public) -> None:
    """The live page without a disclosure is the first page."""
    page, _ = await _open(context, public, "/bellen")
    assert page.url == f"{public.origin}/"


def test_the_bundle_is_built() -> None:
    """What the pages ask for is there, and calls no other host for code, fonts or styles."""
    built = Path(__file__).parents[2] / "irmacall/web/static/build"
    assert {"theme.css", "disclose.js", "LICENSES.txt"} <= {file.name for file in built.iterdir()}
    theme = (built / "theme.css").read_text()
    assert "url(http" not in theme
    assert "@import" not in theme
