"""The play's last call: who has no code is asked who she is; and who leads the team looks too, for a reason."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Page, expect

from lab.demo.gallery import Gallery
from lab.demo.municipality import ANYTHING_ELSE, MENU
from lab.demo.telling import step
from lab.people import AgentScreen, CitizenPage, OfficePage
from lab.phone import Phone, PhoneCall
from lab.sound import Heard
from lab.town import Town

CITIZEN = {"initials": "P.", "firstnames": "Petra", "prefix": "", "familyname": "Janssen", "surname": "Janssen"}
"""What she proves, beside what every made-up citizen does."""
NAME = "mevrouw Janssen"
REASON = "De beller dreigt, en de medewerker roept om hulp."


class AskedWhoSheIs:
    """An anonymous caller who identifies herself during the call. `picture`: takes one, by a name."""

    def __init__(
        self,
        town: Town,
        screen: AgentScreen,
        phone: Phone,
        gallery: Gallery,
        picture: Callable[[str, Page], Awaitable[None]],
    ) -> None:
        self._town, self._screen, self._phone = town, screen, phone
        self._gallery, self._picture = gallery, picture
        self._call: PhoneCall
        self._page: CitizenPage

    async def calls(self) -> None:
        """She has no code; the agent gives her a number for this call."""
        with step(
            f"A last citizen calls without a code, and {self._screen.agent.name} answers: nobody knows who she is"
        ):
            await self._screen.be_available()
            self._call = await self._town.lab.phone("citizen2").call(self._town.lab.number)
            await self._call.hears(Heard.SPEECH, 10)
            await self._call.key_in("#")
            await self._call.is_told(MENU)
            await self._call.key_in(ANYTHING_ELSE)
            await (await self._phone.rings(20)).answer()
            await self._screen.anonymous()
        with step("It is about a passport: she gives her a number of six digits, for this call alone"):
            page = self._screen.page
            await self._screen.press("identify")
            await page.select_option("#identify-what", "Paspoort of identiteitskaart")
            await page.click("#identify-ask")
            await expect(page.locator("#identify-number")).not_to_be_empty()
        await self._picture("agent-gives-a-number", page)

    async def is_known(self) -> None:
        """She types it in, reads whose call it is, and discloses."""
        number = await self._screen.page.inner_text("#identify-number")
        self._page = await CitizenPage.open(self._town)
        page = self._page.page
        with step("On her own page she types it in, and reads whose call it is before she shares anything"):
            await page.goto(f"{self._town.public_url}/nu")
            await self._gallery.show("citizen-number", page)
            await page.fill("#number", number)
            await page.press("#number", "Enter")
            await page.locator("#begin").wait_for()
        await self._picture("citizen-whose-call", page)
        await self._gallery.show("citizen-whose-call", page, "#begin")
        with step("She shares with her Yivi app: the agent's screen says who is on the line"):
            await self._page.disclose(await self._town.wallet(CITIZEN))
            await self._screen.shows(NAME)
            await self._page.state("talking")
        await self._picture("agent-knows-now", self._screen.page)

    async def is_looked_at(self, office: OfficePage) -> None:
        """Who leads the team breaks the glass; both see it at once."""
        leader = self._town.leader.name
        with step(
            f"{leader} looks too, which this municipality allows for a reason: agent and citizen see it at once"
        ):
            await office.go("/wallboard")
            await office.page.locator("a[data-part=glass]").first.click()
            await office.page.locator("#ask").wait_for()
            await self._gallery.show("management-glass", office.page, "#ask")
            await office.page.fill("#reason", REASON)
            await office.page.click("#ask button")
            await expect(office.page.locator("#card")).to_contain_text("Janssen")
            await expect(self._screen.page.locator("#onlooker")).to_contain_text(leader)
            await expect(self._page.page.locator("#seers li")).to_have_count(2)
        await self._picture("management-looks", office.page)
        await self._picture("agent-is-told", self._screen.page)
        await self._picture("citizen-is-told", self._page.page)

    async def is_over(self) -> None:
        """She says that she has done, and her page tells who saw what."""
        with step("She erases her data herself, and hangs up; her page says who saw what, until the hour is over"):
            await self._page.wipe()
            await self._call.hang_up()
            await self._screen.blank()
            await expect(self._page.page.locator("#sights li")).to_have_count(2)
        await self._picture("citizen-who-saw", self._page.page)
        await self._gallery.show("citizen-who-saw", self._page.page, "#sights li")
        await self._page.close()
