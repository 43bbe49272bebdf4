"""A citizen with a name that nobody else has calls with codes that we know: where do they turn up?"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from irmacall.core.code import LENGTH
from lab.desktop import Desktop
from lab.people import identified
from lab.town import Town
from tests.live.conftest import Sit
from tests.live.scenes import until
from tests.live.search import Search, heap, overheard

_FULL = "canary.log"
_TALKATIVE = (
    "core set verbose 5",
    "core set debug 5",
    f"logger add channel {_FULL} verbose,debug,notice,warning,error,dtmf,security",
    "module load res_pjsip_logger.so",
    "pjsip set logger on",
)
_QUIET = (
    "pjsip set logger off",
    "module unload res_pjsip_logger.so",
    f"logger remove channel {_FULL}",
    "core set debug 0",
    "core set verbose 0",
)


@pytest_asyncio.fixture(loop_scope="session")
async def computer(town: Town) -> AsyncIterator[Desktop]:
    """The agent's own computer, with a profile on disk."""
    desktop = Desktop(town.lab.directory / "desktop", town.lab.ca.spki_hash)
    await desktop.start()
    yield desktop
    await desktop.stop()


@asynccontextmanager
async def talkative(town: Town) -> AsyncIterator[None]:
    """Asterisk writes all that it can: every SIP message, every key, every step."""
    node = town.lab.nodes[0]
    for order in _TALKATIVE:
        await node.cli(order)
    try:
        yield
    finally:
        for order in _QUIET:
            await node.cli(order)


def addresses(*contexts: BrowserContext) -> list[str]:
    """Every URL that these browsers ask for from now on."""
    asked: list[str] = []
    for context in contexts:
        context.on("request", lambda request: asked.append(request.url))
    return asked


async def forgotten(page: Page, search: Search) -> bool:
    """Whether no script of this page keeps one of the words."""
    return not search.holds(await heap(page))


async def test_name_and_code_turn_up_nowhere(town: Town, computer: Desktop, sit: Sit) -> None:
    """While she waits, talks and has hung up, only her page, the card and the vault know them."""
    lab, node = town.lab, town.lab.nodes[0]
    name = f"Kanarie{secrets.token_hex(6)}"
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(talkative(town))
        to_desk = await stack.enter_async_context(overheard(lab.desk_redis.url))
        to_vault = await stack.enter_async_context(overheard(lab.vault_redis.url))
        page, first = await identified(town, await town.wallet({"familyname": name, "prefix": ""}))
        await page.page.get_by_role("button", name="Vraag een nieuwe code").click()
        await expect(page.page.locator("#code")).not_to_have_text(f"{first[:3]} {first[3:6]} {first[6:]}")
        code = await page.code()
        assert len(code) == LENGTH
        search = Search(town, [name, first, code])
        slip = code[:-1] + str((int(code[-1]) + 1) % 10)

        call = await lab.phone("citizen1").call(lab.number)
        await call.is_told("welcome", 20)
        for wrong in (first, slip):
            await call.key_in(wrong, info=True)
            await call.is_told("code-again", 20)
        await call.key_in(code, info=True)
        await page.state("waiting")
        assert await search.everywhere() == []

        desk = await sit(0, computer.context)
        asked = addresses(page.context, computer.context)
        ringing = await desk.phone.rings(30)
        await ringing.answer()
        await expect(desk.screen.page.locator("#card")).to_be_visible(timeout=10_000)
        # Not by an expectation of its text: Playwright keeps in the page what it looked for, and looked at.
        assert name in await desk.screen.page.evaluate("document.getElementById('card').textContent")
        granted, _ = await desk.screen.granted()
        assert not search.holds(str(await desk.screen.page.locator("#crm").get_attribute("href")))
        assert not search.holds(str(await desk.screen.ask("/panel")))
        assert await search.everywhere() == []

        control = " ".join(await Search(town, [granted]).everywhere())
        for place in ("daemon.log", "audit.sqlite", ".aof", "redis DESK", _FULL, ": channels"):
            assert place in control, "the call's own number is there, and would be found"

        await desk.screen.page.evaluate("window.keptBy = 'a test that looks for this word'")
        await ringing.hang_up()
        await page.state("erased")
        await desk.screen.blank()
        assert not search.holds(await desk.screen.page.content())
        assert "a test that looks for this word" in await heap(desk.screen.page)
        await until(lambda: forgotten(desk.screen.page, search), "the page's memory has lost her name", 5 + 5)
        await call.disconnected.wait()
        assert await search.everywhere() == []

        assert not search.holds("\n".join(asked))
        assert not search.holds("\n".join(to_desk + to_vault))
        await page.close()

    # Each of these was listening, and to this very call.
    assert granted in "\n".join(to_desk)
    assert "content:" in "\n".join(to_vault)
    assert any("/card?" in url for url in asked)
    assert "INVITE sip:" in (node.log / "console.log").read_text() + (node.log / _FULL).read_text()
