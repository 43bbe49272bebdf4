"""The play's third act: a caller would rather not wait, keeps her place without her telephone, and is called back."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from playwright.async_api import Page

from irmacall.core.waiting import WANTS_CALLBACK
from lab.demo.municipality import ANYTHING_ELSE, HERS, HERS_AS_KEYED, MENU
from lab.demo.telling import step
from lab.people import AgentScreen
from lab.phone import Phone
from lab.sound import Heard
from lab.town import Town


class CalledBack:
    """Somebody who calls while the only agent finishes her last call. `picture`: takes one, by a name."""

    def __init__(self, town: Town, screen: AgentScreen, picture: Callable[[str, Page], Awaitable[None]]) -> None:
        self._town, self._screen, self._picture = town, screen, picture

    async def asks(self) -> None:
        """She chooses, hears that she may be called back, keys in her number, and hangs up."""
        with step(f"A third citizen presses {ANYTHING_ELSE} in the menu; in line she asks to be called back"):
            call = await self._town.lab.phone("citizen3").call(self._town.lab.number)
            await call.hears(Heard.SPEECH, 10)
            await call.key_in("#")
            await call.is_told(MENU)
            await call.key_in(ANYTHING_ELSE)
            await self._screen.queue_has("Publiekszaken", 1)
            await call.key_in(WANTS_CALLBACK)
            await call.is_told("callback-other", 20)
        with step("She keys in her number and hangs up: her place in line stays"):
            await call.key_in(f"{HERS_AS_KEYED}#")
            await call.is_told("callback-noted")
            await call.hang_up()
            await self._screen.has_callbacks(1)
        await self._picture("agent-wrap-up", self._screen.page)

    async def is_called(self, phone: Phone) -> None:
        """The agent says that she is done: she is asked first, and then the citizen's telephone rings."""
        telephone = await self._town.lab.outsider(HERS)
        with step("The agent is done: her phone rings first, and her screen says that it is a callback"):
            await self._screen.be_available()
            ringing = await phone.rings(20)
            await self._screen.state("ringing")
        await self._picture("agent-callback", self._screen.page)
        with step("She answers, and now the citizen's telephone rings. Nobody proved who picks up: no name is shown"):
            await ringing.answer()
            back = await telephone.rings(20)
            await back.answer()
            await self._screen.anonymous()
            await ringing.speak(440)
            await back.hears(440)
            await back.hang_up()
            await self._screen.state("wrap-up")
