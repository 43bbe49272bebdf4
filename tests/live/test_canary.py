"""A citizen with a name that nobody else has calls with codes that we know: where do they turn up?"""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest_asyncio
from playwright.async_api import BrowserContext, Page, expect

from irmacall.core.code import LENGTH
from lab.desktop import Desktop
from lab.people import CitizenPage, identified
from lab.phone import PhoneCall
from lab.town import Town
from tests.heap import heap
from tests.live.conftest import Desk, Sit
from tests.live.scenes import until
from tests.live.search import Search, overheard

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


@dataclass(frozen=True, slots=True)
class Canary:
    """A citizen whose name nobody else has, with a code of hers that is void and one that is not."""

    page: CitizenPage
    name: str
    void: str
    code: str
    search: Search

    @classmethod
    async def discloses(cls, town: Town) -> Canary:
        """She shares her name, and asks for another code."""
        name = f"Kanarie{secrets.token_hex(6)}"
        page, void = await identified(town, await town.wallet({"familyname": name, "prefix": ""}))
        await page.page.get_by_role("button", name="Vraag een nieuwe code").click()
        await expect(page.page.locator("#code")).not_to_have_text(f"{void[:3]} {void[3:6]} {void[6:]}")
        code = await page.code()
        assert len(code) == LENGTH
        return cls(page, name, void, code, Search(town, [name, void, code]))

    async def waits(self, town: Town) -> PhoneCall:
        """She keys the void code, slips in the other, keys it well, and waits for an agent."""
        slip = self.code[:-1] + str((int(self.code[-1]) + 1) % 10)
        call = await town.lab.phone("citizen1").call(town.lab.number)
        await call.is_told("welcome", 20)
        for wrong in (self.void, slip):
            await call.key_in(wrong)
            await call.is_told("code-again", 20)
        await call.key_in(self.code)
        await self.page.state("waiting")
        return call

    async def is_nowhere(self) -> None:
        """Neither name nor code stands anywhere but where it should."""
        assert await self.search.everywhere() == []

    async def forgotten(self, page: Page) -> bool:
        """Whether no script of this page keeps one of the words."""
        return not self.search.holds(await heap(page))


@dataclass(frozen=True, slots=True)
class Taps:
    """What was listened to from the beginning: both redis' commands, and the URLs that browsers asked for."""

    to_desk: list[str]
    to_vault: list[str]
    asked: list[str] = field(default_factory=list)

    def watch(self, *contexts: BrowserContext) -> None:
        """Every URL that these browsers ask for from now on."""
        for context in contexts:
            context.on("request", lambda request: self.asked.append(request.url))

    def heard(self) -> str:
        """All of it."""
        return "\n".join([*self.to_desk, *self.to_vault, *self.asked])

    def were_on(self, granted: str) -> None:
        """Each was listening, and to this very call."""
        assert granted in "\n".join(self.to_desk)
        assert "content:" in "\n".join(self.to_vault)
        assert any("/card?" in url for url in self.asked)


@asynccontextmanager
async def tapped(town: Town) -> AsyncIterator[Taps]:
    """Asterisk talks, and we listen to what both redis are told."""
    lab = town.lab
    async with talkative(town), overheard(lab.desk_redis.url) as to_desk, overheard(lab.vault_redis.url) as to_vault:
        yield Taps(to_desk, to_vault)


async def answers(desk: Desk, canary: Canary) -> tuple[PhoneCall, str]:
    """The agent takes the call: the name is on her card, and nowhere else on her screen. Her phone, and the call."""
    screen, ringing = desk.screen, await desk.phone.rings(30)
    await ringing.answer()
    await expect(screen.page.locator("#card")).to_be_visible(timeout=10_000)
    # Not by an expectation of its text: Playwright keeps in the page what it looked for, and looked at.
    assert canary.name in await screen.page.evaluate("document.getElementById('card').textContent")
    assert not canary.search.holds(str(await screen.page.locator("#crm").get_attribute("href")))
    assert not canary.search.holds(str(await screen.ask("/panel")))
    granted, _ = await screen.granted()
    return ringing, granted


async def would_be_found(town: Town, granted: str) -> None:
    """The control: the call's own number stands in many places, and the search names them."""
    control = " ".join(await Search(town, [granted]).everywhere())
    for place in ("daemon.log", "audit.sqlite", ".aof", "redis DESK", _FULL, ": channels"):
        assert place in control


async def ends(desk: Desk, canary: Canary, ringing: PhoneCall) -> None:
    """The agent hangs up: her page shows and keeps the name no more, while what a test put there is kept."""
    page = desk.screen.page
    await page.evaluate("window.keptBy = 'a test that looks for this word'")
    await ringing.hang_up()
    await canary.page.state("erased")
    await desk.screen.blank()
    assert not canary.search.holds(await page.content())
    assert "a test that looks for this word" in await heap(page)
    await until(lambda: canary.forgotten(page), "the page's memory has lost her name", 5 + 5)


async def test_name_and_code_turn_up_nowhere(town: Town, computer: Desktop, sit: Sit) -> None:
    """While she waits, talks and has hung up, only her page, the card and the vault know them."""
    async with tapped(town) as taps:
        canary = await Canary.discloses(town)
        call = await canary.waits(town)
        await canary.is_nowhere()

        desk = await sit(0, computer.context)
        taps.watch(canary.page.context, computer.context)
        ringing, granted = await answers(desk, canary)
        await canary.is_nowhere()
        await would_be_found(town, granted)

        await ends(desk, canary, ringing)
        await call.disconnected.wait()
        await canary.is_nowhere()
        assert not canary.search.holds(taps.heard())
        await canary.page.close()
    taps.were_on(granted)
    log = town.lab.nodes[0].log
    assert "INVITE sip:" in (log / "console.log").read_text() + (log / _FULL).read_text()
