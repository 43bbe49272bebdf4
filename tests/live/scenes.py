"""What several tests begin with: a caller whom the desk identifies, and an agent who talks with her.

And what several of them ask afterwards: do both still hear each other, has the card come back, under a later grant.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from playwright.async_api import BrowserContext

from lab.errors import LabError
from lab.people import CitizenPage, identified
from lab.phone import PhoneCall
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Desk, Sit, left_over

NAME = "mevrouw De Vries"
"""What a screen shows of the citizen with the session's app."""

_TONES = itertools.cycle((440, 494, 554, 622, 698, 784))


@dataclass(slots=True)
class Talk:
    """An identified caller who talks with an agent whose screen shows her."""

    page: CitizenPage
    line: PhoneCall
    desk: Desk
    phone: PhoneCall
    call: str
    grant: int

    async def goes_on(self) -> None:
        """Each says a tone that was not in the air before, and the other hears it."""
        there, back = next(_TONES), next(_TONES)
        await self.phone.speak(there)
        await self.line.speak(back)
        await self.line.hears(there, 15)
        await self.phone.hears(back, 15)

    async def card_is_back(self, name: str = NAME) -> None:
        """Her screen shows the caller again, under a later grant; the one from before opens nothing any more."""
        await self.desk.screen.shows(name)
        call, grant = await self.desk.screen.granted()
        assert call == self.call
        assert grant > self.grant
        assert not await self.desk.screen.may_see(self.call, self.grant)
        assert await self.desk.screen.may_see(call, grant)
        self.grant = grant

    async def over(self) -> None:
        """The caller hangs up, and nothing of her is left on any screen."""
        await self.line.hang_up()
        await self.desk.screen.blank()
        await self.page.state("erased")
        await self.page.close()


async def called(town: Town, *, line: int, code: str = "") -> PhoneCall:
    """A caller who hears the welcome and keys in her code."""
    call = await town.lab.phone(f"citizen{line}").call(town.lab.number)
    await call.hears(Heard.SPEECH, 10)
    await press(call, code)
    return call


async def press(call: PhoneCall, code: str) -> None:
    """Key in her code, as telephone events (RFC 4733)."""
    await call.key_in(code)


async def talking(
    town: Town,
    wallet: Wallet,
    sit: Sit,
    *,
    agent: int = 0,
    line: int = 1,
    name: str = NAME,
    context: BrowserContext | None = None,
) -> Talk:
    """This agent sits down, an identified citizen calls, and they talk; `name`: what the screen then shows.

    `context`: the agent's browser, where it must be a special one.
    """
    desk = await sit(agent, context)
    page, code = await identified(town, wallet)
    caller = await called(town, line=line, code=code)
    phone = await desk.phone.rings(20)
    await phone.answer()
    await desk.screen.shows(name)
    return Talk(page, caller, desk, phone, *await desk.screen.granted())


async def waiting(town: Town, wallet: Wallet, *, line: int) -> tuple[CitizenPage, PhoneCall]:
    """An identified caller who hears the queue's music, and whose page says that she waits."""
    page, code = await identified(town, wallet)
    call = await called(town, line=line, code=code)
    await call.hears(Heard.MUSIC, 20)
    await page.state("waiting")
    return page, call


async def anonymous(town: Town, *, line: int) -> PhoneCall:
    """A caller without a code, who cuts the welcome short and hears the queue's music."""
    call = await town.lab.phone(f"citizen{line}").call(town.lab.number)
    await call.connected.wait(20)
    await call.key_in("#")
    await call.hears(Heard.MUSIC, 20)
    return call


async def call_of(town: Town, *, line: int) -> str:
    """The id of the call on this line, as Asterisk has it."""
    found: list[str] = []

    async def seen() -> bool:
        channels = await town.lab.nodes[0].cli("core show channels concise")
        fields = [channel.split("!") for channel in channels.splitlines()]
        found[:] = [each[-1] for each in fields if each[0].startswith(f"PJSIP/citizen{line}-")]
        return bool(found)

    await until(seen, f"line {line} has a call")
    return found[0]


async def nothing_left(town: Town) -> None:
    """Wait until Asterisk has no channel and no talk bridge."""

    async def empty() -> bool:
        return not await left_over(town)

    await until(empty, "no channel is left")


async def until(true: Callable[[], Awaitable[bool]], what: str, deadline: float = 15.0) -> None:
    """Wait for what is only told when asked."""
    try:
        async with asyncio.timeout(deadline):
            while not await true():  # noqa: ASYNC110
                await asyncio.sleep(0.05)
    except TimeoutError:
        raise LabError(f"not within {deadline} s: {what}") from None
