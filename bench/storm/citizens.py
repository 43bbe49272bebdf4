"""Who calls: most disclose first, some do not; they wait, talk with whoever takes them, and hang up."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field

from bench.citizen import disclosed, press
from bench.storm.fate import LONGEST_SILENCE, Ended
from bench.storm.ground import OUTSIDER, Ground
from lab.errors import LabError
from lab.phone import Listening, PhoneCall
from lab.sound import Heard as Sound


@dataclass(slots=True)
class Heard:
    """One call of a citizen: what she heard (a recording), and when it began and ended."""

    line: str
    call: PhoneCall
    listening: Listening
    connected: float = 0.0
    hung_up: bool = False
    """By herself."""


@dataclass
class Citizens:
    """All of them, and every call that they made."""

    place: Ground
    calls: list[Heard] = field(default_factory=list)

    async def ended(self) -> list[Ended]:
        """What their telephones saw and heard, of all calls that are over; it takes a while to listen to them."""
        return [await self._ended(made) for made in self.calls if made.call.disconnected]

    async def _ended(self, made: Heard) -> Ended:
        try:
            heard = await made.listening.timeline()
        except LabError:
            self.place.done["listen", "not recorded"] += 1
            heard = []
        silences = [
            (made.connected + stretch.began, stretch.seconds)
            for stretch in heard
            if stretch.what is Sound.SILENCE and stretch.seconds > LONGEST_SILENCE
        ]
        return Ended(made.line, made.connected, made.call.disconnected.at, made.hung_up, silences)

    async def live(self, line: str) -> None:
        """One call after the other on this line, until the storm is over."""
        dice = self.place.dice(line)
        while await self.place.rest(dice.seconds(0.3, 2.0)):
            known, node, patience = dice.chance(0.85), dice.any_of((0, 1)), dice.seconds(6.0, 45.0)
            await self.place.tried("call", self._call(line, known, node, patience))

    async def _call(self, line: str, known: bool, node: int, patience: float) -> None:
        code = await self._code(line) if known else "#"
        lab = self.place.lab
        call = await lab.phone(line, node).call(lab.number)
        self.place.stands(call, lab.nodes[node].values.sip.host)
        try:
            await call.connected.wait(15)
            made = Heard(line, call, call.listening(), call.connected.at)
            self.calls.append(made)
            await press(call, code)
            await self._talk(made, patience)
        finally:
            await call.hang_up()

    async def _talk(self, made: Heard, patience: float) -> None:
        """Until she has had enough, or the call is over."""
        gone = asyncio.ensure_future(made.call.disconnected.wait(patience + 10))
        storm = asyncio.ensure_future(self.place.over.wait())
        await asyncio.wait({gone, storm}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
        made.hung_up = not made.call.disconnected
        for waiting in (gone, storm):
            waiting.cancel()
        await asyncio.gather(gone, storm, return_exceptions=True)

    async def _code(self, line: str) -> str:
        """A disclosure of her own; without one she waits as who has no code."""
        async with asyncio.timeout(10):
            try:
                return await disclosed(self.place.town, self.place.wallets[line])
            except AssertionError as late:  # the page's stream ended: the daemon was killed
                raise LabError("no code") from late


async def outsider(place: Ground) -> None:
    """Somebody elsewhere, to whom callers are passed on: she mostly answers."""
    dice, phone = place.dice("outsider"), await place.lab.outsider(OUTSIDER)
    while not place.over.is_set():
        try:
            ringing = await phone.rings(1.0)
        except LabError:
            continue  # nobody called in this second
        place.stands(ringing, ringing.source.partition(":")[0])
        await place.rest(dice.seconds(0.2, 2.0))
        if dice.chance(0.3):
            await place.tried("outsider rejects", ringing.reject())
            continue
        await place.tried("outsider answers", ringing.answer())
        await place.tried("outsider speaks", ringing.speak(990))
        await place.rest(dice.seconds(1.0, 8.0))
        await place.tried("outsider hangs up", ringing.hang_up())
