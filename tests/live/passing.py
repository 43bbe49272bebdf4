"""What plays of passing on share: people at work with a screen and a telephone, and all that a caller hears."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final, cast

import aiohttp
from redis.asyncio import Redis

from lab import sound
from lab.exchange import Exchange
from lab.lab import Lab
from lab.phone import Listening, Phone, PhoneCall
from lab.seats import Seat, Shows, logged_in
from lab.sound import Heard, Stretch
from lab.town import Agent, Town
from tests.live.exchange import calls, served
from tests.live.scenes import until

CALLER: Final = 440
"""The tone (Hz) that the caller says."""
VOICES: Final = (700, 900, 1100, 1300, 1500)
"""Those of who works here, in the order of `House`, and of one more."""
RING_S: Final = 5
"""As short as a site may have it: so long rings the phone of whom a caller is passed to."""
SILENCE_S: Final = 2.0
"""No caller hears silence for longer, whatever happens to her."""
_LONG_ENOUGH_S: Final = 0.6
NODE: Final = "node1"
NOTE: Final = "Vraagt naar haar dakkapel."
EXCHANGE: Final = Exchange(
    queues={"burgerzaken": {"extension": "2900"}},
    transfer={"ring": RING_S, "outside": ["+3124"]},
)
ENTER: Final = "#"
"""What a caller keys in to wait in the queue at once."""


@asynccontextmanager
async def municipality(directory: Path, **transfer: object) -> AsyncIterator[Town]:
    """One on whose node phones may pass callers on. `transfer`: more keys of [desk.transfer]."""
    exchange = replace(EXCHANGE, transfer={**EXCHANGE.transfer, **transfer})
    async with (
        Lab(directory, phone_transfers=(NODE,)) as lab,
        Town(lab, times={"dropped": 0}, exchange=exchange) as town,
    ):
        await served(town)
        yield town


@dataclass
class Person:
    """Somebody at work: what her screen would ask, and her telephone."""

    seat: Seat
    phone: Phone
    voice: int
    """What she says on it, in Hz."""

    async def answers(self, deadline: float = 15) -> PhoneCall:
        """Her phone rings, she picks up, and can be heard."""
        return await self.takes(await self.phone.rings(deadline))

    async def takes(self, ringing: PhoneCall) -> PhoneCall:
        """She picks up, and can be heard."""
        await ringing.answer()
        await ringing.connected.wait()
        await ringing.speak(self.voice)
        return ringing

    async def shows(self, wanted: Callable[[Shows], bool], what: str) -> Shows:
        """Wait until the call that she has on the line looks so on her screen; that call."""

        def talks(panel: Shows) -> bool:
            return panel["talking"] is not None and wanted(panel["talking"])

        found: Shows = (await self.seat.shows(talks, what))["talking"]
        return found

    async def owns(self, call: str | None = None) -> Shows:
        """Wait until she has the caller on the line, with nobody else; what her screen shows of that."""

        def hers(talking: Shows) -> bool:
            return bool(talking["hers"]) and talking["consult"] is None and call in (None, talking["call"])

        return await self.shows(hers, "has the caller on the line")

    async def asks(self, words: str) -> Shows:
        """Wait until her screen says this of whom she asks."""
        return await self.shows(lambda talking: words in (talking["consult"] or {"told": ""})["told"], words)

    async def is_told(self, words: str) -> None:
        """Wait until her screen says this of what became of her wish to pass the caller on."""
        await self.shows(lambda talking: words in talking["returned"], words)

    async def is_asked(self, by: Person) -> None:
        """Wait until she talks with this colleague, and is shown nothing of the caller."""
        talking = await self.shows(lambda seen: not seen["hers"], "is asked")
        assert by.seat.agent.name in talking["unknown"]
        assert talking["grant"] is None

    async def rings_for(self, title: str) -> None:
        """Wait until her screen says this of what rings."""
        await self.seat.shows(
            lambda panel: panel["ringing"] is not None and panel["ringing"]["title"] == title, title
        )

    async def is_free(self) -> None:
        """Wait until her screen shows no call."""
        await self.seat.shows(lambda panel: panel["talking"] is None and panel["ringing"] is None, "no call")

    async def reads(self, note: str) -> tuple[str, int]:
        """Wait until she may see her caller, of whom this note tells; the call and the grant."""
        talking = await self.shows(lambda seen: bool(seen["hers"] and seen["grant"]), "may see her caller")
        card = await self.seat.card(talking["call"], talking["grant"])
        assert card is not None
        assert card["note"] == note
        return talking["call"], talking["grant"]

    async def is_refused(self, call: str, grant: int) -> None:
        """The server gives her nothing of this caller, whatever she asks it with."""
        for number in range(max(0, grant - 3), grant + 3):
            assert await self.seat.card(call, number) is None, (self.seat.agent.name, call, number)


@dataclass
class House:
    """Who works here: two agents and two officials."""

    town: Town
    people: Sequence[Person]

    @property
    def samira(self) -> Person:
        """The agent who answers callers, where a play does not say otherwise."""
        return self.people[0]

    @property
    def willem(self) -> Person:
        """Another agent, who takes no calls before he is asked to."""
        return self.people[1]

    @property
    def ingrid(self) -> Person:
        """An official."""
        return self.people[2]

    @property
    def karel(self) -> Person:
        """Another one."""
        return self.people[3]

    async def begins(self) -> None:
        """One agent takes calls, and both officials can be asked."""
        await self.willem.seat.pause()
        for person in (self.samira, self.ingrid, self.karel):
            await person.seat.available()

    async def killed(self) -> None:
        """The daemon is killed (`kill -9`), and another one leads."""
        await self.town.daemon.kill()
        await self.returns()

    async def returns(self) -> None:
        """A new daemon leads, and has Asterisk."""
        await self.town.daemon.start()
        await served(self.town)

    async def talk(self, line: str = "citizen1", agent: Person | None = None) -> Talk:
        """A caller whom nobody knows, and this agent (or the first) talk with each other."""
        agent = agent or self.samira
        caller = await calls(self.town, line, ENTER)
        phone = await agent.answers()
        await caller.speak(CALLER)
        await caller.hears(agent.voice, 10)
        ear = caller.listening(*VOICES)
        await hear(caller, CALLER, phone, agent.voice)
        return Talk(agent, caller, phone, (await agent.owns())["call"], ear)


@asynccontextmanager
async def house(town: Town) -> AsyncIterator[House]:
    """All of them are logged in, with their telephones on. They look at their screens whatever the daemon does."""
    everybody = zip((*town.agents[:2], *town.officials), VOICES[:4], strict=True)
    async with AsyncExitStack() as stack:
        yield House(town, [await stack.enter_async_context(at_work(town, *each)) for each in everybody])


@asynccontextmanager
async def at_work(town: Town, person: Agent, voice: int) -> AsyncIterator[Person]:
    """One of them."""
    phone = town.lab.phone(person.endpoint)
    await phone.register()
    async with logged_in(town, person) as seat:
        watching = asyncio.create_task(_watch(seat), name=f"screen of {person.login}")
        try:
            yield Person(seat, phone, voice)
        finally:
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
    await phone.unregister()


async def _watch(seat: Seat) -> None:
    """Her stream, opened again whenever it ends, as her page does."""
    while True:
        with contextlib.suppress(aiohttp.ClientError):
            await seat.follow()
        await asyncio.sleep(0.1)


@dataclass
class Talk:
    """A caller and who has her on the line first; all that the caller hears is listened to."""

    agent: Person
    caller: PhoneCall
    phone: PhoneCall
    """The agent's."""
    call: str
    ear: Listening

    async def consults(self, whom: Person, note: str = "") -> None:
        """Her agent asks this one first."""
        await self.agent.seat.transfer(self.call, user=whom.seat.user, consult=True, note=note)

    async def passes(self, whom: Person, note: str = "") -> None:
        """Her agent passes her on without a word before."""
        await self.agent.seat.transfer(self.call, user=whom.seat.user, note=note)

    async def act(self, *acts: str) -> None:
        """Her agent presses these keys."""
        for act in acts:
            await self.agent.seat.act(self.call, act)

    async def is_back(self) -> None:
        """Caller and agent hear each other again."""
        await self.agent.owns(self.call)
        await hear(self.caller, CALLER, self.phone, self.agent.voice)

    async def asked(self, whom: Person) -> PhoneCall:
        """Her agent asks this one first, who answers: those two hear each other, and the caller hears music."""
        await self.consults(whom, NOTE)
        asked = await whom.answers()
        await whom.is_asked(self.agent)
        await hear(self.phone, self.agent.voice, asked, whom.voice)
        await hears_music(self.caller)
        return asked

    async def heard_only(self, *voices: int) -> None:
        """The caller heard these and music, nobody else, and no silence to speak of, from the first word on."""
        timeline = await self.ear.timeline()
        told = ", ".join(map(str, timeline))
        assert sound.longest(timeline, Heard.SILENCE) <= SILENCE_S, told
        assert {tone for stretch in timeline for tone in stretch.tones} <= set(voices), told

    async def over(self) -> None:
        """The caller hangs up, and her agent is free."""
        await self.caller.hang_up()
        await self.caller.disconnected.wait()
        await self.agent.is_free()


async def hear(one: PhoneCall, voice: int, other: PhoneCall, other_voice: int) -> None:
    """Each hears the other say her tone."""
    await asyncio.gather(hears_all(one, other_voice), hears_all(other, voice))


async def hears_all(call: PhoneCall, *voices: int) -> None:
    """Wait until these, and no others, are heard together."""
    await _hears(call, lambda stretch: stretch.tones == set(voices), f"{voices} Hz")


async def hears_music(call: PhoneCall) -> None:
    """Wait until music is heard."""
    await _hears(call, lambda stretch: stretch.what is Heard.MUSIC, "music")


async def _hears(call: PhoneCall, wanted: Callable[[Stretch], bool], what: str) -> None:
    first = sound.recorded_so_far(call.recording)

    async def heard() -> bool:
        if sound.recorded_so_far(call.recording) < first + _LONG_ENOUGH_S * sound.RATE:
            return False
        last = sound.timeline(sound.recorded(call.recording, _LONG_ENOUGH_S), (*VOICES, CALLER))
        return all(wanted(stretch) for stretch in last)

    await until(heard, f"call {call.number} hears {what}")


async def hears_nothing_of(call: PhoneCall, voice: int) -> None:
    """This is in nothing of what is heard for a moment."""
    await _hears(call, lambda stretch: voice not in stretch.tones, f"nothing of {voice} Hz")


async def sealed(town: Town) -> list[bytes]:
    """What lies sealed in the vault: identities and notes, by their names."""
    async with Redis.from_url(town.lab.vault_redis.url) as redis:
        return [key for key in cast(list[bytes], await redis.keys("*")) if b":key:" in key or b":content:" in key]


async def nothing_sealed(town: Town) -> None:
    """Wait until nothing is."""

    async def empty() -> bool:
        return not await sealed(town)

    await until(empty, "nothing lies in the vault")
