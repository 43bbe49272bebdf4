"""What stands for the measurement: one Asterisk, the daemon with a limit on calls, and agents who are enough.

Two of them and two citizens have real telephones: they talk from before the first caller until after the last.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.overload.callers import STAY
from bench.setup import sipp
from bench.setup.ground import EXCHANGE, TIMES, contact, line
from bench.setup.seats import seats
from bench.setup.sipp import Sipp
from irmacall.core.facts import CallFacts
from irmacall.core.ids import DeskId
from irmacall.store.facts import FactsStore
from irmacall.store.facts_database import FactsDatabase
from lab.lab import Lab
from lab.paths import VAR
from lab.phone import PhoneCall
from lab.process import says
from lab.seats import seated
from lab.town import Town

LIMIT: Final = 10
"""Calls a second: what fits into the places, each taken for `STAY`."""
PLACES: Final = round(LIMIT * STAY)
TALKERS: Final = ("agent1", "agent2")
"""They take places too."""
PHONES: Final = 80
_CALLERS_AT, _PHONES_AT = (120, 121, 122), 130
_TONES = itertools.cycle((440, 494, 554, 622, 698, 784))


@dataclass(frozen=True, slots=True)
class Ground:
    """All of it. `phones`: of the agents who take the callers. `talks`: (citizen, agent)."""

    lab: Lab
    town: Town
    phones: Sipp
    talks: list[tuple[PhoneCall, PhoneCall]]

    def callers_at(self, number: int) -> str:
        """From where the callers of this phase (from 0) call: those of the one before may still be there."""
        return self.lab.network.address(_CALLERS_AT[number])

    @property
    def pids(self) -> dict[str, int]:
        """The processes whose cost is counted."""
        return {"asterisk": self.lab.nodes[0].program.pid, "daemon": self.town.daemon.pid}

    async def unhurt(self) -> int:
        """How many of the long talks still stand, and are heard on both sides."""
        return sum([await _heard(citizen, agent) for citizen, agent in self.talks])

    async def channels(self) -> int:
        """How many Asterisk has now."""
        return int((await self.lab.nodes[0].cli("core show channels count")).split()[0])

    async def facts(self, count: int) -> list[CallFacts]:
        """What is kept of the calls that are over, when so many are, or after some seconds whatever is."""
        store = FactsStore(FactsDatabase.at(self.town.data / "records.sqlite"), DeskId(self.lab.desk))
        end = time.monotonic() + 15
        try:
            while len(found := await store.read(0, time.time() + 60, limit=100_000)) < count:
                if time.monotonic() > end:
                    break
                await asyncio.sleep(0.5)
        finally:
            await store.close()
        return found


@asynccontextmanager
async def ground() -> AsyncIterator[Ground]:
    """The ground, when every agent is available and the long talks go on."""
    crowd = [f"phone{number}" for number in range(PHONES)]
    limits = {"calls": PLACES + len(TALKERS), "cpu": 0, "lag": 0}  # what the machine bears is the setup bench's
    async with Lab(VAR / "bench-overload", agents=[*TALKERS, *crowd]) as lab:
        await _configure(lab, crowd)
        phones = await sipp.phones(lab, "phones", lab.network.address(_PHONES_AT))
        async with Town(lab, log_level="info", exchange=EXCHANGE, times=TIMES, overload=limits) as town:
            await says("action=node.ready")(town.daemon)
            async with AsyncExitStack() as stack:
                talks = [await stack.enter_async_context(_talk(town, number)) for number in range(len(TALKERS))]
                await _reached(lab, len(crowd))
                await stack.enter_async_context(seats(town, crowd, 0))
                yield Ground(lab, town, phones, talks)


async def _configure(lab: Lab, crowd: list[str]) -> None:
    """The callers' line, and where the crowd's phones are."""
    node = lab.nodes[0]
    addresses = ",".join(lab.network.address(at) for at in _CALLERS_AT)
    lines = [line("bench", addresses, "irmacall-from-outside")]
    lines += [contact(phone, lab.network.address(_PHONES_AT)) for phone in crowd]
    (node.directory / "etc/pjsip.d/bench.conf").write_text("\n".join(lines))
    await node.restart()


async def _reached(lab: Lab, phones: int) -> None:
    """Asterisk asks each phone within a quarter of a minute whether it is there."""
    async with asyncio.timeout(60):
        while (await lab.nodes[0].cli("pjsip show contacts")).count(" Avail ") < phones:  # noqa: ASYNC110
            await asyncio.sleep(0.5)


@asynccontextmanager
async def _talk(town: Town, number: int) -> AsyncIterator[tuple[PhoneCall, PhoneCall]]:
    """A citizen and an agent who talk, as long as nobody else comes between."""
    agent = town.agents[number]
    phone = town.lab.phone(agent.endpoint)
    await phone.register()
    async with seated(town, agent) as seat:
        await seat.available()
        citizen = await town.lab.phone(f"citizen{number + 1}").call(town.lab.number)
        await citizen.connected.wait(10)
        await citizen.key_in("#1")
        ringing = await phone.rings(20)
        await ringing.answer()
        await ringing.connected.wait()
        yield citizen, ringing
        await seat.pause()
        await citizen.hang_up()
        await citizen.disconnected.wait()
    await phone.unregister()


async def _heard(citizen: PhoneCall, agent: PhoneCall) -> bool:
    """Each says a tone that was not in the air before, and the other hears it. Raises LabError where not."""
    if citizen.disconnected or agent.disconnected:
        return False
    there, back = next(_TONES), next(_TONES)
    await agent.speak(there)
    await citizen.speak(back)
    await citizen.hears(there, 15)
    await agent.hears(back, 15)
    return True
