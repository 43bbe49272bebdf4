"""What plays of the exchange share: agents who need no browser, callers who press keys, and what is kept of calls."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import DeskId
from irmacall.store.facts import FactsStore
from irmacall.store.facts_database import FactsDatabase
from lab import prompts, sound
from lab.exchange import Exchange
from lab.lab import LINES, Lab
from lab.phone import Phone, PhoneCall
from lab.process import says
from lab.seats import Seat, seated
from lab.town import Town
from tests.live.scenes import until
from tests.live.search import Search

TIMES = {"ring": 4, "first_digit": 3, "next_digit": 1, "choice": 0.5, "dropped": 0}
"""Shorter than an operator's, so that what waits for them is soon over. Who hangs up is erased at once."""


@asynccontextmanager
async def municipality(directory: Path, exchange: Exchange, lines: Sequence[str] = LINES) -> AsyncIterator[Town]:
    """One that does this with its callers; its daemon serves the telephone already."""
    async with Lab(directory, lines=lines) as lab, Town(lab, times=TIMES, exchange=exchange) as town:
        await served(town)
        yield town


async def served(town: Town) -> None:
    """Wait until the daemon, just started, leads and has Asterisk: keys that come earlier, nobody hears."""
    await says("action=node.ready")(town.daemon)


@dataclass
class Clerk:
    """An agent at work: her telephone, and what her screen would ask of the server."""

    seat: Seat
    phone: Phone

    async def answers(self, deadline: float = 15) -> PhoneCall:
        """Her phone rings, and she picks up."""
        ringing = await self.phone.rings(deadline)
        await ringing.answer()
        await ringing.connected.wait()
        return ringing

    async def shows(self, availability: str, deadline: float = 15) -> None:
        """Wait until her screen says this of her."""

        async def said() -> bool:
            return bool((await self.seat.panel())["availability"] == availability)

        await until(said, f"{self.seat.agent.name} is {availability}", deadline)


@asynccontextmanager
async def at_work(town: Town, number: int, *, available: bool = True) -> AsyncIterator[Clerk]:
    """The agent of this number is logged in, and her phone is on."""
    agent = town.agents[number]
    phone = town.lab.phone(agent.endpoint)
    await phone.register()
    async with seated(town, agent) as seat:
        if available:
            await seat.available()
        yield Clerk(seat, phone)
        await seat.pause()  # or the next play's callers would ring a phone that is gone
    await phone.unregister()


async def calls(town: Town, line: str, keys: str = "") -> PhoneCall:
    """A caller on this line: she is answered, and presses these keys at once."""
    call = await town.lab.phone(line).call(town.lab.number)
    await call.connected.wait(20)
    if keys:
        await call.key_in(keys)
    return call


def was_told(call: PhoneCall, prompt: str) -> bool:
    """Whether this prompt was heard at any time of the call."""
    return prompts.find(sound.recorded(call.recording, 600), prompt) is not None


async def operator(town: Town, *words: str) -> str:
    """What `irmacall` answers to these words."""
    command = town.irmacall(words[0], *words)
    await command.start()
    assert await command.wait() == 0, command.written()
    return command.written()


async def talk(one: PhoneCall, other: PhoneCall) -> None:
    """Each hears the other."""
    await one.speak(440)
    await other.hears(440, 10)
    await other.speak(880)
    await one.hears(880, 10)


async def over(*calls: PhoneCall) -> None:
    """They hang up, and it is over."""
    for call in calls:
        await call.hang_up()
        await call.disconnected.wait()


@dataclass
class Kept:
    """The records of calls: each play reads those that came since it asked last."""

    town: Town
    _read: set[str] = field(default_factory=set)

    async def of(self, count: int) -> list[CallFacts]:
        """The facts of the next calls that are over, so many, in the order in which they came. No more came."""
        new: list[CallFacts] = []
        store = FactsStore(FactsDatabase.at(self.town.data / "records.sqlite"), DeskId(self.town.lab.desk))

        async def all_kept() -> bool:
            new[:] = [each for each in await store.read(0, time.time() + 60) if each.call not in self._read]
            return len(new) >= count

        try:
            await until(all_kept, f"{count} more calls are in the records")
        finally:
            await store.close()
        self._read |= {each.call for each in new}
        assert len(new) == count, new
        return sorted(new, key=lambda each: each.arrived_at)

    async def outcomes(self, *expected: Outcome) -> list[CallFacts]:
        """The facts of the next calls, which ended so."""
        found = await self.of(len(expected))
        assert [each.outcome for each in found] == list(expected), found
        return found

    def holds(self, words: Iterable[str]) -> bool:
        """Whether one of these words stands anywhere in the files of the records."""
        search = Search(self.town, words)
        files = list(self.town.data.glob("records.sqlite*"))
        assert files
        return any(search.holds(file.read_bytes()) for file in files)
