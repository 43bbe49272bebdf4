"""Identifying during the call: an anonymous caller reads a number aloud no more than once, and her owner knows her.

Real yivi server, wallet, Asterisk, two telephones and Chromium; and an SMS gateway that is a real HTTP server.
"""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import expect

from lab.exchange import Exchange
from lab.people import AgentScreen, CitizenPage
from lab.phone import PhoneCall
from lab.sms import Gateway
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Desk, Sit
from tests.live.exchange import calls, municipality
from tests.live.scenes import NAME

HERS = "0612345656"
"""The number that her line calls with."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def gateway() -> AsyncIterator[Gateway]:
    """The municipality's SMS gateway. It learns its token from the site's credentials."""
    async with Gateway("") as gateway:
        yield gateway


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory, gateway: Gateway) -> AsyncIterator[Town]:
    """A municipality that can send texts."""
    exchange = Exchange(desk={"sms": {"url": gateway.url, "sender": "Voorbeeld"}})
    async with municipality(tmp_path_factory.mktemp("identify"), exchange, ("citizen1", "citizen2", HERS)) as town:
        gateway.token = (town.directory / "credentials" / "sms-token").read_text()
        yield town


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def wallet(town: Town) -> Wallet:
    """The app of J. de Vries."""
    return await town.wallet()


async def _talks(town: Town, desk: Desk) -> tuple[PhoneCall, PhoneCall]:
    """An anonymous caller whom this one has on the line: both telephones."""
    caller = await calls(town, HERS, "#")
    phone = await desk.phone.rings(20)
    await phone.answer()
    await desk.screen.anonymous()
    await phone.speak(440)
    await caller.hears(440, 10)
    return caller, phone


async def _asks(screen: AgentScreen) -> str:
    """She asks her caller to identify herself; the number that she reads aloud."""
    await screen.press("identify")
    await screen.page.select_option("#identify-what", "Paspoort of identiteitskaart")
    await screen.page.click("#identify-ask")
    await expect(screen.page.locator("#identify-number")).not_to_be_empty()
    return await screen.page.inner_text("#identify-number")


async def _types(page: CitizenPage, number: str) -> None:
    """Somebody goes to the short address, and types a number in."""
    await page.page.goto(f"{page.town.public_url}/nu")
    await page.page.fill("#number", number)
    await page.page.press("#number", "Enter")


async def _is_told(screen: AgentScreen, words: str) -> None:
    await expect(screen.page.locator("#identify-told")).to_contain_text(words, timeout=10_000)


async def test_an_anonymous_caller_is_identified_and_nobody_but_her_owner_sees_her(
    town: Town, wallet: Wallet, sit: Sit, gateway: Gateway
) -> None:
    """By voice or by SMS she has the number; another browser that types it in is refused; both talk on."""
    desk = await sit(0)
    caller, phone = await _talks(town, desk)
    other = await sit(1)
    number = await _asks(desk.screen)
    await desk.screen.press("identify-text")
    text = await gateway.came()
    assert text.to == "+31612345656"
    address = await desk.screen.page.inner_text("#identify-address")
    assert f"https://{address}" == f"{town.public_url}/nu"
    assert address in text.text
    assert number in text.text

    page, stranger = await CitizenPage.open(town), await CitizenPage.open(town)
    await _types(page, number)
    await expect(page.page.get_by_text("Het eindigt op 56")).to_be_visible()
    await _is_told(desk.screen, "Het nummer is ingetoetst")
    await _types(stranger, number)
    await expect(stranger.page.get_by_role("alert")).to_contain_text("Dit nummer klopt niet, is al gebruikt")

    assert await page.disclose(wallet) == f"{town.public_url}/bellen"
    await desk.screen.shows(NAME)
    await _is_told(desk.screen, "Gelukt")
    await page.state("talking")
    call, grant = await desk.screen.granted()
    assert not await other.screen.may_see(call, grant)
    await other.screen.blank()
    await caller.speak(660)
    await phone.hears(660, 10)

    await page.wipe()
    await desk.screen.anonymous()
    await caller.hang_up()
    await desk.screen.blank()
    for one in (page, stranger):
        await one.close()


async def test_if_she_is_passed_on_meanwhile_the_new_owner_gets_it(town: Town, wallet: Wallet, sit: Sit) -> None:
    """She typed the number in while one agent had her, and discloses when an official does."""
    desk = await sit(0)
    caller, _ = await _talks(town, desk)
    official = await sit(town.officials[0])
    number = await _asks(desk.screen)
    page = await CitizenPage.open(town)
    await _types(page, number)
    await _is_told(desk.screen, "Het nummer is ingetoetst")
    await desk.screen.pass_on("Ingrid", "Ingrid de Boer")
    ringing = await official.phone.rings(20)
    await caller.hears(Heard.MUSIC, 10)
    await ringing.answer()
    await official.screen.anonymous()
    await _is_told(official.screen, "Het nummer is ingetoetst")

    await page.disclose(wallet)
    await official.screen.shows(NAME)
    call, grant = await official.screen.granted()
    assert not await desk.screen.may_see(call, grant)
    await desk.screen.blank()
    await page.state("talking")
    await page.wipe()
    await caller.hang_up()
    await official.screen.blank()
    await page.close()
