"""The play's second act: a caller without the app is served as well, by the menu, the queues, and one who is free."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

from lab.demo.municipality import APPOINTMENTS, MENU, PATIENCE_S
from lab.demo.telling import step
from lab.people import AgentScreen
from lab.phone import Phone, PhoneCall
from lab.sound import Heard
from lab.town import Town


class SecondCaller:
    """Somebody without a code, who calls while the only agent talks. `picture`: takes one, by a name."""

    def __init__(self, town: Town, screen: AgentScreen, picture: Callable[[str, Page], Awaitable[None]]) -> None:
        self._town, self._screen, self._picture = town, screen, picture
        self._call: PhoneCall

    async def waits(self) -> None:
        """She chooses, is told her place, and is moved to another queue when she has waited enough in the first."""
        with step("Meanwhile another citizen calls, who has no app: she presses # and hears the menu"):
            self._call = await self._town.lab.phone("citizen2").call(self._town.lab.number)
            await self._call.hears(Heard.SPEECH, 10)
            await self._call.key_in("#")
            await self._call.is_told(MENU)
        with step(f"She presses {APPOINTMENTS}, for an appointment, and is told that she is first in line"):
            await self._call.key_in(APPOINTMENTS)
            await self._call.is_told("waiting-none")
            await self._screen.queue_has("Afspraken", 1)
        await self._picture("agent-somebody-waits", self._screen.page)
        with step(
            f"After {PATIENCE_S} seconds nobody was free for appointments: she waits in another queue, as first"
        ):
            await self._screen.queue_has("Publiekszaken", 1, PATIENCE_S + 10)
            await self._call.hears(Heard.MUSIC)
        await self._picture("agent-overflow", self._screen.page)

    async def is_served(self, phone: Phone) -> None:
        """The agent is free again, and her phone rings for her."""
        with step("The agent is free: her phone rings for the one who waited. There is nothing of her to see"):
            ringing = await phone.rings(20)
            await ringing.answer()
            await self._screen.anonymous()
        await self._picture("agent-anonymous", self._screen.page)
        with step("They talk, and she hangs up. The agent has a minute to write down what follows from it"):
            await ringing.speak(440)
            await self._call.hears(440)
            await self._call.hang_up()
            await self._screen.state("wrap-up")
