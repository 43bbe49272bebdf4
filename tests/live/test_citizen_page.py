"""The citizen's page until the end of her call: what it tells and whom, and what she can take back."""

from __future__ import annotations

import json

from playwright.async_api import Page, expect

from lab.people import CitizenPage, identified
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import called, talking, waiting

WIPE = "Wis mijn gegevens nu"


async def wipe(page: CitizenPage) -> None:
    """She presses the button, and reads that it is done."""
    await expect(page.page.get_by_role("button", name=WIPE)).to_be_visible()
    await page.wipe()
    await expect(page.page.locator("#live")).to_contain_text("Uw gegevens zijn gewist")


async def another_tab(page: CitizenPage) -> CitizenPage:
    """A second tab of the same browser."""
    tab = await page.context.new_page()
    await tab.goto(f"{page.town.public_url}/bellen")
    return CitizenPage(page.town, page.context, tab)


async def told_of(page: Page) -> str:
    """What the server tells this browser of its call, asked directly."""
    return json.dumps(await page.evaluate("fetch('/bellen/stand').then((answer) => answer.json())"))


async def test_every_tab_of_hers_follows_and_no_other_browser_does(town: Town, wallet: Wallet, sit: Sit) -> None:
    """A reload and a second tab show the same code and all that follows; who else opens the page learns nothing."""
    page, code = await identified(town, wallet)
    tab, stranger = await another_tab(page), await CitizenPage.open(town)
    await page.page.reload()
    assert await page.code() == await tab.code() == code

    await stranger.page.goto(f"{town.public_url}/bellen")
    assert stranger.page.url == f"{town.public_url}/"
    assert await told_of(stranger.page) == '{"state": "unknown"}'
    assert await page.page.evaluate("document.cookie") == "", "no script can read the page's secret"

    call = await called(town, line=1, code=code)
    for one in (page, tab):
        await one.state("waiting")
        assert code not in (await one.page.content()) + await told_of(one.page)
    desk = await sit(0)
    ringing = await desk.phone.rings(30)
    await ringing.answer()
    for one in (page, tab):
        await one.state("talking")
    await tab.page.reload()
    await tab.state("talking")
    await call.hang_up()
    for one in (page, tab):
        await one.state("erased")
    assert await told_of(stranger.page) == '{"state": "unknown"}'
    await desk.screen.state("available")
    await page.close()
    await stranger.close()


async def test_she_wipes_while_she_waits(town: Town, wallet: Wallet, sit: Sit) -> None:
    """She keeps her place in the queue, and whoever answers sees nobody."""
    page, call = await waiting(town, wallet, line=1)
    await wipe(page)
    desk = await sit(0)
    ringing = await desk.phone.rings(30)
    await ringing.answer()
    await desk.screen.anonymous()
    await desk.screen.blank()
    await ringing.speak(660)
    await call.hears(660)
    await call.hang_up()
    await desk.screen.state("available")
    await page.close()


async def test_she_wipes_while_she_talks(town: Town, wallet: Wallet, sit: Sit) -> None:
    """The card is gone and refused, the agent is told why, and both talk on."""
    talk = await talking(town, wallet, sit)
    await wipe(talk.page)
    screen = talk.desk.screen
    await screen.anonymous()
    await screen.blank()
    await expect(screen.page.get_by_role("alert")).to_contain_text("ingetrokken")
    assert not await screen.may_see(talk.call, talk.grant)
    await talk.goes_on()
    await talk.over()
    await screen.state("available")
