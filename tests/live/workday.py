"""Who takes part in a day: agents who answer, reject, let it ring, pause and vanish; callers on real telephones."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from irmacall.core.code import make_code
from lab.errors import LabError
from lab.load.callers import Caller, Ending
from lab.phone import Phone, PhoneCall, PhoneEverywhere
from lab.seats import Seat

TO_EPOCH = time.time() - time.monotonic()
"""Telephones tell moments by the monotonic clock, records by the epoch's."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A call that an agent's telephone took off the hook: from when until when, in epoch seconds."""

    since: float
    until: float


@dataclass
class Worker:
    """An agent at her desk for a day. `rung` is what her telephone saw."""

    seat: Seat
    phone: PhoneEverywhere
    chance: random.Random
    rung: list[PhoneCall] = field(default_factory=list)
    acts: list[str] = field(default_factory=list)

    @property
    def answered(self) -> list[Answered]:
        """The calls that were taken off the hook, all of them over."""
        return [
            Answered(call.connected.at + TO_EPOCH, call.disconnected.at + TO_EPOCH)
            for call in self.rung
            if call.connected
        ]

    @property
    def doubled(self) -> int:
        """How often her telephone rang while it had a call."""
        return sum(after.ringing.at < call.disconnected.at for call, after in itertools.pairwise(self.rung))

    async def work(self) -> None:
        """Until she is sent home."""
        await self.phone.register()
        await self.seat.available()
        while True:
            call = await self.phone.rings(3600)
            self.rung.append(call)
            act = self.chance.choices(("answer", "reject", "ignore", "vanish"), (82, 8, 4, 6))[0]
            self.acts.append(act)
            try:
                await getattr(self, f"_{act}")(call)
            except LabError:
                await call.disconnected.wait(5)  # It was too late for what she did: the caller had hung up.
            if self.chance.random() < 0.1:
                self.acts.append("pause")
                await self.seat.pause()
                await asyncio.sleep(self.chance.uniform(0.5, 2))
            await self.seat.available()

    async def _answer(self, call: PhoneCall) -> None:
        await call.answer()
        if not await _either(call):
            return
        try:
            await call.disconnected.wait(self.chance.uniform(0.5, 4))
        except LabError:  # the caller is still there: it is the agent who hangs up
            await call.hang_up()
            await call.disconnected.wait()

    async def _reject(self, call: PhoneCall) -> None:
        await call.reject()
        await call.disconnected.wait()

    async def _ignore(self, call: PhoneCall) -> None:
        await call.disconnected.wait(60)

    async def _vanish(self, call: PhoneCall) -> None:
        """Her telephone leaves the network while it rings, and is back after a moment."""
        await self.phone.unregister()
        await call.disconnected.wait(60)
        await asyncio.sleep(self.chance.uniform(0.5, 2))
        await self.phone.register()


async def _either(call: PhoneCall) -> bool:
    """Whether the call that she answered stands; it may have ended in the same instant."""
    waits = [asyncio.create_task(moment.wait(10)) for moment in (call.connected, call.disconnected)]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()
    await asyncio.gather(*waits, return_exceptions=True)
    return bool(call.connected)


@dataclass
class Citizen:
    """Somebody on a telephone of her own, who calls again and again, with these keys; the first time with a code."""

    phones: Sequence[Phone]
    number: str
    chance: random.Random
    codes: Sequence[str]
    endings: list[Ending] = field(default_factory=list)

    async def call(self) -> None:
        """All her calls, each at one node or the other."""
        for code in self.codes:
            call = await self.chance.choice(self.phones).call(self.number)
            await call.connected.wait(20)
            await asyncio.sleep(self.chance.uniform(0.3, 1.5))
            if code and not call.disconnected:
                # By SIP INFO where the code is good: on a stalled machine Asterisk may tell telephone events twice,
                # which costs a caller a try (docs/telephony.md), and here every good code is counted.
                await call.key_in(code, info=code == self.codes[0])
            try:
                await call.disconnected.wait(self.chance.uniform(5, 15))
                self.endings.append(Ending.DISMISSED)
            except LabError:  # nobody ended it: her patience is over
                self.endings.append(Ending.LEFT)
                await call.hang_up()
                await call.disconnected.wait()


def crowd(chance: random.Random, first: int, size: int) -> list[Caller]:
    """So many who call once: with nothing, no code, a choice ahead of the menu, or a code that nobody has."""
    unknown = [make_code(chance.randrange(10**9)) for _ in range(8)]
    keys = ["", "#", "#1", "#2", "#9", *unknown]
    weights = [3, 3, 6, 6, 1, *(0.25 for _ in unknown)]
    return [
        Caller(f"06{first + at:08}", chance.uniform(0.3, 25), chance.choices(keys, weights)[0]) for at in range(size)
    ]
