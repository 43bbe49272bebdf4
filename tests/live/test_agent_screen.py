"""A screen that cannot be trusted to be current is blank by itself, and shows again only what it asked for anew."""

from __future__ import annotations

import asyncio
import base64
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

import pytest_asyncio
from playwright.async_api import CDPSession, expect

from lab.cable import Cable
from lab.desktop import Desktop
from lab.people import AgentScreen
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import talking

NAME = "mevrouw De Vries"
FAMILY = "Vries"

BLANK_WITHIN = 5.0
"""Seconds. The promise is 3 after the last sign of life; the rest is for a machine that is busy with other tests."""


@pytest_asyncio.fixture(loop_scope="session")
async def plug() -> AsyncIterator[Cable]:
    """The agent's network."""
    async with Cable() as plug:
        yield plug


@pytest_asyncio.fixture(loop_scope="session")
async def desktop(town: Town, plug: Cable) -> AsyncIterator[Desktop]:
    """The agent's computer, on that network."""
    desktop = Desktop(town.lab.directory / "desktop", town.lab.ca.spki_hash, proxy=plug.proxy)
    await desktop.start()
    yield desktop
    await desktop.stop()


@asynccontextmanager
async def asked_anew(screen: AgentScreen) -> AsyncIterator[None]:
    """What is shown at the end was asked for meanwhile."""
    asked: list[str] = []
    screen.context.on("request", lambda request: asked.append(request.url))
    yield
    await screen.shows(NAME)
    assert any("/card?" in url for url in asked), "it shows what it had kept"


async def blank_by_itself(screen: AgentScreen) -> None:
    """In time nothing of the name is left in the page."""
    async with asyncio.timeout(BLANK_WITHIN):
        await screen.blank()
    assert FAMILY not in await screen.page.content()


async def test_what_is_not_looked_at_is_blank(
    town: Town, wallet: Wallet, plug: Cable, desktop: Desktop, sit: Sit
) -> None:
    """Hidden, frozen, cut off, left or closed, her screen is blank though she owns the call; back, it asks."""
    talk = await talking(town, wallet, sit, name=NAME, context=desktop.context)
    screen = talk.desk.screen

    await desktop.look_at(None)
    await blank_by_itself(screen)
    async with asked_anew(screen):
        await desktop.look_at(screen.page)

    await desktop.look_at(None)
    await desktop.freeze(screen.page)
    await blank_by_itself(screen)
    async with asked_anew(screen):
        await desktop.thaw(screen.page)

    plug.pull()
    await blank_by_itself(screen)
    await expect(screen.page.get_by_role("alert")).to_contain_text("Geen verbinding")
    assert await screen.may_see(talk.call, talk.grant), "the server took it away, and not the screen"
    async with asked_anew(screen):
        plug.plug_in()

    await screen.page.goto(town.public_url)
    async with asked_anew(screen):
        await screen.page.go_back()

    closed, screen.page = screen.page, await screen.context.new_page()
    await closed.close()
    async with asked_anew(screen):
        await screen.page.goto(town.staff_url)
    assert await screen.granted() == (talk.call, talk.grant), "none of this was a matter of the desk's"

    await desktop.look_at(None)
    await desktop.freeze(screen.page)
    await talk.line.hang_up()
    await talk.page.state("erased")
    await desktop.thaw(screen.page)
    await screen.state("available")
    await blank_by_itself(screen)
    await screen.page.goto(town.public_url)
    await screen.page.go_back()
    await screen.state("available")
    await blank_by_itself(screen)
    await talk.page.close()


async def test_logged_out_in_the_middle_of_a_call(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Her login takes the card with it, also behind the back button; who logs in again and sits down has it back."""
    talk = await talking(town, wallet, sit, name=NAME)
    screen = talk.desk.screen
    cookies = await screen.context.cookies()

    await screen.log_out()
    assert (await screen.ask(f"/card?call={talk.call}&grant={talk.grant}"))[0] == 401
    await screen.page.go_back()
    await screen.page.wait_for_url("**/login")
    assert FAMILY not in await screen.page.content()
    await screen.context.clear_cookies()
    await screen.context.add_cookies(cast("Any", cookies))  # as one who copied them would
    assert not await screen.may_see(talk.call, talk.grant)
    await talk.goes_on()

    await screen.page.goto(f"{town.staff_url}/login")
    await screen.log_in()
    await screen.page.click("#available")
    await talk.card_is_back(NAME)
    await talk.over()


class HeldCard:
    """The next answer to /card, kept on its way to the page. The server has sent it; the page has it not."""

    def __init__(self, devtools: CDPSession) -> None:
        self._devtools = devtools
        self._caught: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        devtools.on("Fetch.requestPaused", lambda event: self._caught.set_result(event["requestId"]))

    @classmethod
    async def of(cls, screen: AgentScreen) -> HeldCard:
        """Keep what this screen asks for next."""
        held = cls(await screen.context.new_cdp_session(screen.page))
        patterns = [{"urlPattern": "*/card?*", "requestStage": "Response"}]
        await held._devtools.send("Fetch.enable", {"patterns": patterns})
        return held

    async def decoded(self) -> str:
        """Wait for it; what stands in it."""
        async with asyncio.timeout(10):
            request = {"requestId": await self._caught}
        answer = await self._devtools.send("Fetch.getResponseBody", request)
        return base64.b64decode(answer["body"]).decode() if answer["base64Encoded"] else str(answer["body"])

    async def release(self) -> None:
        """Let it through, and all that follow it."""
        await self._devtools.send("Fetch.disable")
        await self._devtools.detach()


async def test_an_answer_that_comes_after_the_blank_never_paints(town: Town, wallet: Wallet, sit: Sit) -> None:
    """The server gave the name while she had the caller; it reaches her page after the hang-up, and is dropped."""
    talk = await talking(town, wallet, sit, name=NAME)
    screen = talk.desk.screen
    held = await HeldCard.of(screen)
    await screen.page.reload(wait_until="commit")
    assert FAMILY in await held.decoded()
    painted = await screen.page.evaluate_handle(
        """() => { const seen = []; new MutationObserver(() => seen.push(document.body.textContent))
             .observe(document.body, { subtree: true, childList: true, attributes: true }); return seen; }"""
    )

    await talk.line.hang_up()
    await screen.state("available")
    await held.release()
    await screen.pause()
    await screen.be_available()
    assert FAMILY not in " ".join(await painted.json_value())
    await talk.over()
