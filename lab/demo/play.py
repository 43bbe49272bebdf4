"""The play: a citizen proves who she is, calls, is answered by name, and is forgotten."""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.async_api import Page

from lab.demo.fifth import Office
from lab.demo.fourth import PassedOn
from lab.demo.gallery import Gallery
from lab.demo.second import SecondCaller
from lab.demo.sixth import AskedWhoSheIs
from lab.demo.telling import say, step
from lab.demo.third import CalledBack
from lab.people import AgentScreen, CitizenPage
from lab.phone import Phone, PhoneCall
from lab.sound import Heard
from lab.town import Town


class Play:
    """One performance. Its pictures go to `pictures`, numbered in the order in which they were taken."""

    def __init__(self, town: Town, pictures: Path) -> None:
        self._town, self._pictures = town, pictures
        self._gallery = Gallery(pictures)
        self._taken = 0

    async def perform(self) -> None:
        """All of it, from the citizen's first page to the wiped one. Raises what went wrong."""
        await self._days_before()
        phone, screen = await self._agent_comes()
        page, code = await self._citizen_discloses()
        call = await self._citizen_calls(code)
        ringing = await self._phone_rings(phone, screen, call)
        await self._they_talk(ringing, screen, page, call)
        second = SecondCaller(self._town, screen, self._picture)
        await second.waits()
        await self._it_is_over(screen, page, call)
        await page.close()
        await second.is_served(phone)
        third = CalledBack(self._town, screen, self._picture)
        await third.asks()
        await third.is_called(phone)
        fourth = PassedOn(self._town, screen, phone, self._gallery, self._picture)
        await fourth.begins()
        await fourth.is_asked()
        await fourth.is_passed_on()
        await fourth.is_over()
        await self._last_call(screen, phone)
        await screen.log_out()
        await screen.close()
        await phone.unregister()

    async def _days_before(self) -> None:
        with step("Two weeks of made-up calls are in the records, so that reports have something to tell"):
            site, credentials = str(self._town.site), str(self._town.site.parent / "credentials")
            argv = [sys.executable, "-m", "lab.fortnight", "--site", site, "--credentials", credentials]
            filling = self._town.lab.program("fortnight", argv)
            await filling.start()
            assert await filling.wait() == 0, filling.written()

    async def _agent_comes(self) -> tuple[Phone, AgentScreen]:
        agent = self._town.agents[0]
        phone = self._town.lab.phone(agent.endpoint)
        with step(f"{agent.name} puts her phone on, logs in and says that she is available"):
            await phone.register()
            screen = await AgentScreen.open(self._town, agent)
            await screen.be_available()
        await self._picture("agent-available", screen.page)
        await self._gallery.show("agent-available", screen.page, "#queues tr")
        return phone, screen

    async def _citizen_discloses(self) -> tuple[CitizenPage, str]:
        wallet = await self._town.wallet()
        page = await CitizenPage.open(self._town)
        await self._picture("citizen-subjects", page.page)
        await self._gallery.show("citizen-subjects", page.page)
        with step("A citizen picks a subject and reads what she will share"):
            await page.choose("paspoort")
        await self._picture("citizen-what-is-shared", page.page)
        await self._gallery.show("citizen-what-is-shared", page.page)
        with step("She scans the QR code with her Yivi app, and keys the app's four digits into the page"):
            session = await wallet.open(await page.begin())
            await self._picture("citizen-qr", page.page)
            digits = await session.pairing_code()
            await page.page.fill("#digits", digits[:3])
            await self._picture("citizen-pairing", page.page)
            await page.page.fill("#digits", digits)
            link = (await session.outcome()).client_return_url
        with step("The page shows number and code; the app got a link that dials both"):
            code = await page.code()
            assert link.endswith(f",,{code}"), "the app's link is not the page's"
        await self._picture("citizen-code", page.page)
        await self._gallery.show("citizen-code", page.page)
        return page, code

    async def _citizen_calls(self, code: str) -> PhoneCall:
        line = self._town.lab.phone("citizen1")
        with step("She calls. Asterisk answers and welcomes her; her phone keys in the code"):
            call = await line.call(self._town.lab.number, digits_after=code, pause=2.0)
            await call.connected.wait()
            await call.hears(Heard.SPEECH)
        return call

    async def _phone_rings(self, phone: Phone, screen: AgentScreen, call: PhoneCall) -> PhoneCall:
        with step("The agent's phone rings. Her screen says from which queue, and not who it is"):
            ringing = await phone.rings(20)
            await screen.state("ringing")
            await screen.blank()
        with step("Meanwhile the citizen hears music"):
            await call.hears(Heard.MUSIC)
        await self._picture("agent-ringing", screen.page)
        await self._gallery.show("agent-ringing", screen.page, "#ringing:not([hidden])")
        return ringing

    async def _they_talk(self, ringing: PhoneCall, screen: AgentScreen, page: CitizenPage, call: PhoneCall) -> None:
        with step("She answers: now her screen shows who is on the line"):
            await ringing.answer()
            await screen.shows("De Vries")
            await screen.state("talking")
        await self._picture("agent-card", screen.page)
        await self._gallery.show("agent-card", screen.page, "#card:not([hidden])")
        say(f'           "{await screen.page.inner_text("[data-card=greeting]")}"')
        with step("They hear each other, and the citizen's page says who may see her data"):
            await ringing.speak(440)
            await call.hears(440)
            await page.state("talking")
        await self._picture("citizen-talking", page.page)
        await self._gallery.show("citizen-talking", page.page, "[data-state=talking]")

    async def _it_is_over(self, screen: AgentScreen, page: CitizenPage, call: PhoneCall) -> None:
        with step("The citizen hangs up: the screen is blank"):
            await call.hang_up()
            await screen.blank()
        with step("Nobody sees her data now: her page says that they are kept for five minutes, if she was cut off"):
            await page.state("dropped")
        await self._picture("citizen-cut-off", page.page)
        await self._gallery.show("citizen-cut-off", page.page, "[data-state=dropped]")
        with step("She had done, and presses the button that erases them at once"):
            await page.wipe()
        await self._picture("citizen-erased", page.page)
        await self._gallery.show("citizen-erased", page.page)

    async def _last_call(self, screen: AgentScreen, phone: Phone) -> None:
        last = AskedWhoSheIs(self._town, screen, phone, self._gallery, self._picture)
        await last.calls()
        await last.is_known()
        office = Office(self._town, self._gallery, self._picture)
        leader = await office.looks_at_the_day()
        await last.is_looked_at(leader)
        await leader.close()
        await last.is_over()
        await office.administers()

    async def _picture(self, name: str, page: Page) -> None:
        self._taken += 1
        await page.screenshot(path=self._pictures / f"{self._taken:02}-{name}.png", full_page=True)
