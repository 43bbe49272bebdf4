"""When sharing does not succeed, the citizen reads why and how to call without it, and nothing of her is kept."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest_asyncio
from playwright.async_api import expect
from redis.asyncio import Redis

from lab.identity.parts import prepare
from lab.identity.scheme import OTHER_SCHEME
from lab.people import CitizenPage
from lab.town import Town
from lab.wallet import Wallet
from tests.irma.houses import serve
from tests.live.conftest import Sit

SUBJECT = "paspoort"
ANYWAY = "U kunt ook bellen zonder uw gegevens te delen."


@asynccontextmanager
async def nothing_kept(town: Town) -> AsyncIterator[None]:
    """Neither the vault nor the desk has a disclosure afterwards that it did not have before."""
    before = await _kept(town)
    yield
    assert await _kept(town) == before


async def _kept(town: Town) -> set[str]:
    """The names of what the vault holds (and held, until lately), and of the disclosures that the desk knows."""
    async with Redis.from_url(town.lab.vault_redis.url, decode_responses=True) as vault:
        sealed = {str(key) for key in await vault.keys("*:key:*") + await vault.keys("*:content:*")}
    async with Redis.from_url(town.lab.desk_redis.url, decode_responses=True) as desk:
        records = [str(field) for key in await desk.keys("*:records") for field in await desk.hkeys(key)]
    return sealed | {name for name in records if name.startswith("disclosure")}


@pytest_asyncio.fixture(loop_scope="session")
async def page(town: Town) -> AsyncIterator[CitizenPage]:
    """A citizen who has read what she will share."""
    page = await CitizenPage.open(town)
    await page.choose(SUBJECT)
    yield page
    await page.close()


async def ends_with(page: CitizenPage, title: str) -> None:
    """She reads this, may try again, and is told how to call without Yivi."""
    told = page.page.locator("section:visible, div:visible > section:visible").filter(
        has=page.page.get_by_role("heading", name=title)
    )
    await expect(told.first).to_be_visible(timeout=20_000)
    await expect(told.first).to_contain_text("Wij hebben niets bewaard.")
    await expect(told.first).to_contain_text(ANYWAY)
    await expect(told.first.locator("a[href^='tel:']")).to_have_text(page.town.lab.number)


async def again(page: CitizenPage) -> None:
    """She follows the link to try once more, and picks her subject."""
    await page.page.get_by_role("link", name="Opnieuw proberen").locator("visible=true").click()
    await page.choose(SUBJECT)


async def test_the_server_is_away_when_she_begins(town: Town, wallet: Wallet, page: CitizenPage) -> None:
    """She is told that Yivi does not work now; when it does, the same page brings her to a code."""
    async with nothing_kept(town):
        await town.yivi.kill()
        try:
            await page.page.click("#begin")
            await ends_with(page, "Yivi werkt nu niet")
        finally:
            await town.yivi.start()
    await again(page)
    await page.disclose(wallet)
    await page.code()
    await page.page.get_by_role("button", name="Wis mijn gegevens nu").click()
    await page.state("erased")


async def test_the_server_dies_between_done_and_the_result(town: Town, wallet: Wallet, page: CitizenPage) -> None:
    """The app has shared, but what it shared is lost before we had it: no code, and a number to call."""
    async with nothing_kept(town):
        session = await wallet.open(await page.begin(), "ask")
        await page.page.fill("#digits", await session.pairing_code())
        await session.asked()
        town.daemon.freeze()
        try:
            await wallet.answer(session, "accept")
            assert (await session.outcome()).succeeded
            await town.yivi.kill()
        finally:
            town.daemon.wake()
        await expect(page.page.get_by_text(ANYWAY).locator("visible=true")).to_be_visible()
        await page.page.goto(f"{town.public_url}/bellen")
        await page.state("disclosing")
        await expect(page.page.get_by_text(ANYWAY).locator("visible=true")).to_be_visible()
        await town.yivi.start()
        await page.state("failed")
        await ends_with(page, "Yivi werkt nu niet")


async def test_what_she_has_cannot_be_used(town: Town, page: CitizenPage) -> None:
    """A credential that has expired, and one of a scheme that is not ours, give no code but a way to go on."""
    async with nothing_kept(town):
        parts = await asyncio.to_thread(prepare)
        expired = await town.wallet()
        async with serve(parts, parts.binaries.lateissuer, town.directory / "late") as late:
            await expired.issue(late, valid_until=_this_week())
        session = await expired.open(await page.begin(), "accept")
        await page.page.fill("#digits", await session.pairing_code())
        assert (await session.outcome()).kind == "rejected"
        await ends_with(page, "Wij kunnen deze gegevens niet gebruiken")

        await again(page)
        other = await town.wallet(scheme=OTHER_SCHEME)
        session = await other.open(await page.begin(), "accept")
        await page.page.fill("#digits", await session.pairing_code())
        assert not (await session.outcome()).succeeded
        await ends_with(page, "U hebt niets gedeeld")


def _this_week() -> int:
    """The start of the week, in Unix time: IRMA counts in weeks."""
    week = 7 * 86400
    return int(time.time()) // week * week


async def test_she_does_not_want_to(town: Town, wallet: Wallet, page: CitizenPage, sit: Sit) -> None:
    """Refused in the app, or begun anew: nothing is kept, the session before is dead, and she is served anyway."""
    async with nothing_kept(town):
        await page.disclose(wallet, accept=False)
        await ends_with(page, "U hebt niets gedeeld")
        await again(page)
        first = await page.begin()
        await page.choose(SUBJECT)
        await page.begin()
        assert not (await wallet.disclose(first)).succeeded

    desk = await sit(0)
    call = await town.lab.phone("citizen1").call(town.lab.number)
    ringing = await desk.phone.rings(30)
    await ringing.answer()
    await desk.screen.anonymous()
    await call.hang_up()
    await desk.screen.state("available")
