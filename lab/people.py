"""What people do in their browsers: the citizen with her page and her app, the agent with her screen."""

from __future__ import annotations

import re
import ssl
from typing import Any

import aiohttp
from playwright.async_api import BrowserContext, Page, expect

from lab.errors import LabError
from lab.town import Agent, Town
from lab.wallet import Wallet

PATIENCE_MS = 10_000
_CODE = re.compile(r"[0-9]{3} [0-9]{3} [0-9]{4}")


class AgentScreen:
    """An agent's own browser, logged in on the staff's origin."""

    def __init__(self, town: Town, agent: Agent, context: BrowserContext, page: Page) -> None:
        self.town, self.agent, self.context, self.page = town, agent, context, page

    @classmethod
    async def open(
        cls, town: Town, agent: Agent, *, dark: bool = False, context: BrowserContext | None = None
    ) -> AgentScreen:
        """A new browser of hers (or this one), logged in. She is not available yet."""
        context = context or await (await town.lab.browser()).person(dark=dark)
        context.set_default_timeout(PATIENCE_MS)
        screen = cls(town, agent, context, await context.new_page())
        await screen.page.goto(f"{town.staff_url}/login")
        await screen.log_in()
        return screen

    async def log_in(self) -> None:
        """Fill in the login form."""
        await self.page.fill("input[name=login]", self.agent.login)
        await self.page.fill("input[name=password]", self.agent.password)
        await self.page.click("form[action='/login'] button")
        await self.page.wait_for_url(f"{self.town.staff_url}/")

    async def state(self, availability: str, patience_ms: float = PATIENCE_MS) -> None:
        """Wait until her screen says this: away, available, paused, unavailable, ringing or talking."""
        await expect(self.page.locator("#state")).to_have_attribute(
            "data-availability", availability, timeout=patience_ms
        )

    async def be_available(self) -> None:
        """Press the button, and wait until the desk has it; where somebody waits, her phone rings at once."""
        await self.page.click("#available")
        await expect(self.page.locator("#state")).to_have_attribute(
            "data-availability", re.compile("^(available|ringing)$"), timeout=PATIENCE_MS
        )

    async def pause(self) -> None:
        """Press the button, and wait until the desk has it."""
        await self.page.click("#pause")
        await self.state("paused")

    async def hang_up(self) -> None:
        """Press the button."""
        await self.page.click("#hangup")

    async def press(self, *keys: str) -> None:
        """Press these buttons in turn: hold, mute, swap, join, complete, cancel, back, hangup."""
        for key in keys:
            await self.page.click(f"#{key}")

    async def offers(self, *keys: str) -> None:
        """Wait until these buttons are there to be pressed."""
        for key in keys:
            await expect(self.page.locator(f"#{key}")).to_be_enabled(timeout=PATIENCE_MS)

    async def choose(self, text: str, name: str) -> None:
        """Open the panel for passing on, type this, and take the row of this name with the keyboard alone."""
        await self.press("transfer")
        await self.page.fill("#people", text)
        option = self.page.locator("#people-list [role=option]").filter(has_text=name)
        await expect(option).to_be_visible(timeout=PATIENCE_MS)
        for _ in range(await self.page.locator("#people-list [role=option]").count()):
            if await option.get_attribute("aria-selected") == "true":
                break
            await self.page.press("#people", "ArrowDown")
        await self.page.press("#people", "Enter")

    async def consult(self, text: str, name: str, note: str = "") -> None:
        """Ask this colleague first, found by this text."""
        await self._pass(text, name, note, "consult")

    async def pass_on(self, text: str, name: str, note: str = "", standing: str | None = None) -> None:
        """Pass the caller on to this colleague, queue or number. `standing`, of a queue: first, hers or last."""
        await self._pass(text, name, note, "blind", standing)

    async def _pass(self, text: str, name: str, note: str, how: str, standing: str | None = None) -> None:
        await self.choose(text, name)
        if standing is not None:
            await self.page.check(f"#standing input[value={standing}]")
        if note:
            await self.page.fill("#note", note)
        await self.press(how)

    async def consults(self, words: str) -> None:
        """Wait until the strip says this of whom she asks."""
        await expect(self.page.locator("#consulting")).to_contain_text(words, timeout=PATIENCE_MS)

    async def is_told(self, words: str) -> None:
        """Wait until the screen says this of what became of her wish to pass the caller on."""
        await expect(self.page.locator("#returned")).to_contain_text(words, timeout=PATIENCE_MS)

    async def was_passed(self, words: str) -> None:
        """Wait until the screen says by whom the caller was passed on."""
        await expect(self.page.locator("#passed-by")).to_contain_text(words, timeout=PATIENCE_MS)

    async def reads(self, note: str) -> None:
        """Wait until the card has this note in it."""
        await expect(self.page.locator("#card [data-card=note]")).to_have_text(note, timeout=PATIENCE_MS)

    async def shows(self, text: str) -> None:
        """Wait until the card is there with this in it."""
        await expect(self.page.locator("#card")).to_be_visible(timeout=PATIENCE_MS)
        await expect(self.page.locator("#card")).to_contain_text(text, timeout=PATIENCE_MS)

    async def blank(self) -> None:
        """Wait until no card is shown, and nothing of one is left in the page."""
        await expect(self.page.locator("#card")).to_be_hidden(timeout=PATIENCE_MS)
        await expect(self.page.locator("#card [data-card=name]")).to_be_empty(timeout=PATIENCE_MS)

    async def anonymous(self) -> None:
        """Wait until the screen says that the caller is anonymous."""
        await expect(self.page.locator("#anonymous")).to_be_visible(timeout=PATIENCE_MS)

    async def queue_has(self, title: str, count: int, patience: float = PATIENCE_MS / 1000) -> None:
        """Wait until the queue of this title has so many callers."""
        row = self.page.locator("#queues tr").filter(has_text=title)
        await expect(row.locator("td").first).to_have_text(str(count), timeout=patience * 1000)

    async def has_callbacks(self, count: int) -> None:
        """Wait until so many are to be called back."""
        await expect(self.page.locator("#callbacks > li")).to_have_count(count, timeout=PATIENCE_MS)

    async def ask(self, path: str) -> tuple[int, Any]:
        """What the server answers this session when it is asked directly, whatever the page shows."""
        cookies = await self.context.cookies(self.town.staff_url)
        header = "; ".join(f"{cookie['name']}={cookie['value']}" for cookie in cookies)
        # Not by Playwright's own client, which does not know the lab's authority.
        trust = ssl.create_default_context(cafile=str(self.town.lab.ca.root))
        patience = aiohttp.ClientTimeout(total=PATIENCE_MS / 1000)
        async with (
            aiohttp.ClientSession(headers={"Cookie": header}, timeout=patience) as client,
            client.get(f"{self.town.staff_url}{path}", ssl=trust, allow_redirects=False) as answer,
        ):
            return answer.status, await answer.json() if answer.ok and answer.status != 204 else None

    async def talks_with(self) -> tuple[str, int | None]:
        """The call that this seat has on the line, and its grant, if it may see the caller: what the panel says."""
        status, panel = await self.ask("/panel")
        assert status == 200, f"/panel: {status}"
        assert panel["talking"] is not None, "this seat talks to nobody"
        return panel["talking"]["call"], panel["talking"]["grant"]

    async def granted(self) -> tuple[str, int]:
        """The caller that this seat may see now, and the number of the grant: what its own page asks with."""
        call, grant = await self.talks_with()
        assert grant is not None, "this seat may not see its caller"
        return call, grant

    async def may_see(self, call: str, grant: int) -> bool:
        """Whether the server gives this session the card, asked directly; one that is not there gives nothing."""
        try:
            status, _ = await self.ask(f"/card?call={call}&grant={grant}")
        except aiohttp.ClientSSLError:
            raise  # That would be a fault of the lab's.
        except (aiohttp.ClientConnectionError, TimeoutError):
            return False
        return status == 200

    async def log_out(self) -> None:
        """Press the button, and wait for the page that follows."""
        await self.page.click("form[action='/logout'] button")
        await self.page.wait_for_url("**/login")

    async def close(self) -> None:
        """Close the browser, as one who walks away does."""
        await self.context.close()


class OfficePage:
    """The browser of who leads the team, or administers: she has pages and no telephone."""

    def __init__(self, town: Town, context: BrowserContext, page: Page) -> None:
        self.town, self.context, self.page = town, context, page

    @classmethod
    async def open(cls, town: Town, person: Agent, first: str) -> OfficePage:
        """A new browser of hers, logged in, at her `first` page."""
        context = await (await town.lab.browser()).person()
        context.set_default_timeout(PATIENCE_MS)
        office = cls(town, context, await context.new_page())
        await office.page.goto(f"{town.staff_url}/login")
        await office.page.fill("input[name=login]", person.login)
        await office.page.fill("input[name=password]", person.password)
        await office.page.click("form[action='/login'] button")
        await office.page.wait_for_url(f"{town.staff_url}{first}")
        return office

    async def go(self, path: str) -> None:
        """To another of her pages."""
        await self.page.goto(f"{self.town.staff_url}{path}")

    async def close(self) -> None:
        """Close the browser."""
        await self.context.close()


class CitizenPage:
    """A citizen's own browser on the public origin."""

    def __init__(self, town: Town, context: BrowserContext, page: Page) -> None:
        self.town, self.context, self.page = town, context, page

    @classmethod
    async def open(cls, town: Town) -> CitizenPage:
        """A new browser of hers, at the first page."""
        context = await (await town.lab.browser()).person(height=900)
        context.set_default_timeout(PATIENCE_MS)
        page = await context.new_page()
        await page.goto(town.public_url)
        return cls(town, context, page)

    async def choose(self, subject: str) -> None:
        """Go to the page of this subject, where she reads what will be shared."""
        await self.page.goto(f"{self.town.public_url}/onderwerp/{subject}")

    async def begin(self) -> dict[str, Any]:
        """Go on with Yivi; what the QR code on the page holds."""
        async with self.page.expect_response("**/begin") as begun:
            await self.page.click("#begin")
        pointer: dict[str, Any] = (await (await begun.value).json())["sessionPtr"]
        await expect(self.page.locator("#qr")).to_be_visible(timeout=PATIENCE_MS)
        return pointer

    async def disclose(self, wallet: Wallet, *, accept: bool = True) -> str:
        """Scan the page's QR code, key the app's digits into the page, and answer; the app's `tel:` link."""
        session = await wallet.open(await self.begin(), "accept" if accept else "refuse")
        await self.page.fill("#digits", await session.pairing_code())
        return (await session.outcome()).client_return_url

    async def code(self) -> str:
        """The code that the page shows, once it does."""
        await self.page.wait_for_url("**/bellen")
        await expect(self.page.locator("#code")).to_have_text(_CODE, timeout=PATIENCE_MS)
        return (await self.page.inner_text("#code")).replace(" ", "")

    async def state(self, state: str) -> None:
        """Wait until the page says this: sealed, in_call, waiting, talking, dropped, erased, failed, …"""
        await expect(self.page.locator("#page")).to_have_attribute("data-state", state, timeout=PATIENCE_MS)

    async def says(self) -> str:
        """What the page tells her in words now, and that it has lost its server if it has."""
        return " ".join([await self.page.inner_text(part) for part in ("#live", "#lost")]).strip()

    async def renew(self) -> str:
        """Press the button for a new code; the code that the page shows then. Raises LabError."""
        button = self.page.locator("form[action='/bellen/code'] button:visible")
        if not await button.count():
            raise LabError("her page has no code to give now")
        async with self.page.expect_event("load"):
            await button.click()
        return await self.code()

    async def wipe(self) -> None:
        """Press the button that wipes her data, and wait until the page says that it is done. Raises LabError."""
        button = self.page.locator("form[action='/bellen/wis'] button")
        if not await button.is_visible():
            raise LabError("her page has nothing to wipe any more")
        await button.click()
        await self.state("erased")

    async def close(self) -> None:
        """Close the browser."""
        await self.context.close()


async def identified(town: Town, wallet: Wallet, subject: str = "paspoort") -> tuple[CitizenPage, str]:
    """A citizen who has disclosed: her page, and her code."""
    page = await CitizenPage.open(town)
    await page.choose(subject)
    await page.disclose(wallet)
    return page, await page.code()
