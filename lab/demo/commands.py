"""What one may type while the demo stays up: the lab's own wallet and phones, for who has none at hand."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import Awaitable, Callable

from lab.demo.telling import say
from lab.errors import LabError
from lab.people import identified
from lab.phone import PhoneCall
from lab.town import Town

HELP = """  disclose        a made-up citizen shares her name on the page; prints her code
  call [CODE]     her phone dials the number, with the code or without one
  answer          the first agent's phone answers (log in as her on the screen, and be available)
  hang up         the citizen hangs up
  quit            end the demo, as Ctrl-C does"""


class Commands:
    """The lab's citizen and the first agent's phone, at the keyboard's command."""

    def __init__(self, town: Town, ended: asyncio.Event) -> None:
        self._town, self._ended = town, ended
        self._call: PhoneCall | None = None
        self._acts: dict[str, Callable[[str], Awaitable[None]]] = {
            "disclose": self._disclose,
            "call": self._dial,
            "answer": self._answer,
            "hang": self._hang_up,
            "quit": self._quit,
        }

    async def run(self) -> None:
        """Do what is typed, until the input or the demo ends. An input that is no terminal is left alone."""
        if not sys.stdin.isatty():
            return
        agent = self._town.agents[0]
        await self._town.lab.phone(agent.endpoint).register()
        loop = asyncio.get_running_loop()
        reader = asyncio.StreamReader()
        await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(reader), sys.stdin)
        while line := await reader.readline():
            await self._do(line.decode(errors="replace").split())

    async def _do(self, words: list[str]) -> None:
        act = self._acts.get(words[0]) if words else None
        if act is None:
            say(HELP)
            return
        try:
            await act(words[1] if len(words) > 1 else "")
        except (LabError, AssertionError) as error:
            say(f"  that did not work: {error}")

    async def _disclose(self, _: str) -> None:
        page, code = await identified(self._town, await self._town.wallet())
        say(f"  her code is {code}")
        await page.close()

    async def _dial(self, code: str) -> None:
        line = self._town.lab.phone("citizen1")
        self._call = await line.call(self._town.lab.number, digits_after=code, pause=2.0)
        await self._call.connected.wait()
        say("  connected; she hears the welcome")

    async def _answer(self, _: str) -> None:
        ringing = await self._town.lab.phone(self._town.agents[0].endpoint).rings(30)
        await ringing.answer()
        say("  answered")

    async def _hang_up(self, _: str) -> None:
        if self._call is None:
            say("  nobody is calling")
        else:
            await self._call.hang_up()

    async def _quit(self, _: str) -> None:
        self._ended.set()
