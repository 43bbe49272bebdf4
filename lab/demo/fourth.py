"""The play's fourth act: an agent asks an official about her caller, and passes her on, identity and all."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from playwright.async_api import Page
from redis.asyncio import Redis

from lab.demo.gallery import Gallery
from lab.demo.telling import say, step
from lab.people import AgentScreen, CitizenPage, identified
from lab.phone import Phone, PhoneCall
from lab.sound import Heard
from lab.town import Town

CITIZEN = {"initials": "A.", "firstnames": "Anna", "prefix": "van", "familyname": "Dijk", "surname": "van Dijk"}
"""What she proves, beside what every made-up citizen does."""
NAME = "mevrouw Van Dijk"
NOTE = "Wil een container op de stoep voor haar verbouwing. Vraagt of zij een vergunning nodig heeft."
HERS = ("granted", "reveal", "withdrawn")
"""What the audit log says of one who had a caller on the line, in this order."""
_SOUGHT = "vergun"
"""What the agent types: the beginning of a department."""
_LAST = "40"
"""So many lines of the audit log have all of her call among them."""
_ANSWERS_S = 20


class PassedOn:
    """Somebody whom the agent cannot help, and the official who can. `picture`: takes one, by a name."""

    def __init__(
        self,
        town: Town,
        screen: AgentScreen,
        phone: Phone,
        gallery: Gallery,
        picture: Callable[[str, Page], Awaitable[None]],
    ) -> None:
        self._town, self._gallery, self._picture = town, gallery, picture
        self._agent, self._phone = screen, phone
        self._official: AgentScreen
        self._desk_phone: Phone
        self._hers: PhoneCall
        """The agent's part of the call."""
        self._theirs: PhoneCall
        """The official's."""
        self._call: PhoneCall
        self._page: CitizenPage
        self._name = ""
        """How irmacall calls the call."""

    async def begins(self) -> None:
        """An official comes, and a citizen who proved who she is talks with the agent."""
        official = self._town.officials[0]
        self._desk_phone = self._town.lab.phone(official.endpoint)
        with step(f"{official.name} of {official.department} comes too: an official, who serves no queue"):
            await self._desk_phone.register()
            self._official = await AgentScreen.open(self._town, official)
            await self._official.be_available()
        await self._picture("official-available", self._official.page)
        with step(f"A fourth citizen has shown who she is, calls about waste, and {self._agent.agent.name} answers"):
            wallet = await self._town.wallet(CITIZEN)
            self._page, code = await identified(self._town, wallet, "afval")
            await self._agent.be_available()
            self._call = await self._town.lab.phone("citizen1").call(
                self._town.lab.number, digits_after=code, pause=2.0
            )
            self._hers = await self._phone.rings(_ANSWERS_S)
            await self._hers.answer()
            await self._agent.shows(NAME)
            self._name, _ = await self._agent.granted()

    async def is_asked(self) -> None:
        """The agent asks the official, who is told so and sees nothing of the caller."""
        agent, official = self._agent, self._official
        with step("She cannot help with a permit: she types a few letters, and finds a colleague who is free"):
            await agent.press("transfer")
            await agent.page.fill("#people", _SOUGHT)
            await agent.page.get_by_role("option", name=official.agent.name).wait_for()
        await self._picture("agent-finds", agent.page)
        with step("She takes her with the keyboard, and writes why she passes the caller on"):
            await agent.page.press("#people", "Enter")
            await agent.page.fill("#note", NOTE)
        with step(f"She asks first: the phone of {official.agent.name} rings, and the caller hears music"):
            await agent.press("consult")
            self._theirs = await self._desk_phone.rings(_ANSWERS_S)
            await self._call.hears(Heard.MUSIC, 10)
            await official.blank()
        with step("They talk about her, and she hears nothing but music. Who is asked sees nothing of her"):
            await self._theirs.answer()
            await agent.consults(official.agent.name)
            await self._hers.speak(440)
            await self._theirs.hears(440)
            await self._call.hears(Heard.MUSIC)
            await agent.shows(NAME)
            await official.blank()
        await self._picture("agent-asks", agent.page)
        await self._picture("official-is-asked", official.page)

    async def is_passed_on(self) -> None:
        """The agent completes: the official is the only one who sees the caller."""
        agent, official = self._agent, self._official
        with step("She passes her on: her own screen is blank, and the official's shows caller, note and by whom"):
            await agent.press("complete")
            await official.shows(NAME)
            await official.reads(NOTE)
            await official.was_passed(agent.agent.name)
            await agent.blank()
            await agent.state("wrap-up")
        await self._picture("agent-passed-on", agent.page)
        await self._picture("official-card", official.page)
        await self._gallery.show("official-card", official.page, "#card:not([hidden])")
        with step("The caller hears the official now"):
            await self._theirs.speak(880)
            await self._call.hears(880)

    async def is_over(self) -> None:
        """The official hangs up, nothing is left of the caller, and what the audit log has of her call is told."""
        with step("The official hangs up: no screen shows her, her page says that all is erased, the vault is empty"):
            await self._theirs.hang_up()
            await self._call.disconnected.wait()
            await self._official.blank()
            await self._page.state("erased")
            assert not await self._sealed(), "something of her is left in the vault"
        with step("What the audit log keeps of her call, by `irmacall audit list`: who could see her, and when"):
            lines = await self._audited()
            told = list(dict.fromkeys((who, kind) for _, _, kind, who, *_ in lines))  # each tab asked for itself
            people = (self._agent.agent.login, self._official.agent.login)
            assert told == [(who, kind) for who in people for kind in HERS], f"the audit log tells otherwise: {told}"
        for line in lines:
            say("           " + "  ".join(line))
        await self._page.close()
        await self._official.log_out()
        await self._official.close()
        await self._desk_phone.unregister()

    async def _sealed(self) -> Sequence[str]:
        """The names of what lies in the vault: identities and notes."""
        async with Redis.from_url(self._town.lab.vault_redis.url, decode_responses=True) as redis:
            names = await redis.keys("*")
        return [name for name in map(str, names) if ":key:" in name or ":content:" in name]

    async def _audited(self) -> Sequence[Sequence[str]]:
        """The fields of the lines about her call, as an operator reads them."""
        listing = self._town.irmacall("audit", "audit", "list", "--last", _LAST)
        await listing.start()
        assert await listing.wait() == 0, listing.written()
        lines = [line.split("\t") for line in listing.written().splitlines()]
        return [line for line in lines if self._name in line]
