"""Who works here: agents and officials with a screen and a telephone, who do with callers whatever can be done."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any, Final

import aiohttp

from bench.storm.ground import REFERS, Ground
from bench.storm.judge import Shown
from bench.storm.phonekeys import PhoneKeys
from bench.storm.script import Dice, Ring, Situation, Wish
from bench.storm.wishes import Wishes
from lab.errors import LabError
from lab.phone import PhoneCall
from lab.seats import Seat, logged_in
from lab.town import Agent

_CODES: Final = {Ring.BUSY: 486, Ring.REJECT: 603}
_GONE: Final = (aiohttp.ClientError, TimeoutError)


class Worker:
    """One of them. Her stream is followed through every end of the daemon, as her page does."""

    def __init__(self, place: Ground, person: Agent, seat: Seat, tone: int) -> None:
        self.place, self.person, self.seat = place, person, seat
        self._tone = tone
        self.phone = place.lab.agent_phone(person.endpoint)
        self._wishes = Wishes(place, seat, self._dice("wishes"))
        self._phone_keys = PhoneKeys(place, self.phone, person.endpoint, self._dice("phone keys"))
        self._talk: PhoneCall | None = None
        """The last that she answered."""

    def _dice(self, of: str) -> Dice:
        return self.place.dice(f"{self.person.login} {of}")

    def know(self, colleagues: Sequence[Worker]) -> None:
        """Whom she can pass callers to."""
        others = [each for each in colleagues if each is not self]
        self._wishes.people = [each.seat.user for each in others]
        self._phone_keys.extensions = [each.person.extension or "" for each in others] + ["9999"]

    async def follow(self) -> None:
        """Her stream; and after each time that it began anew, the card that she may have missed."""
        while not self.place.over.is_set():
            try:
                async with asyncio.TaskGroup() as group:
                    catching_up = group.create_task(self._catch_up())
                    await self.seat.follow()
                    catching_up.cancel()
            except* _GONE:
                self.place.done["stream", "gone"] += 1
            await self.place.rest(0.2)

    async def _catch_up(self) -> None:
        talking = (await self.seat.panel())["talking"]
        if talking and talking["grant"]:
            await self._card(talking["call"], talking["grant"])

    async def read_cards(self) -> None:
        """Ask for the card the moment that there is one."""
        while True:
            nudge = await self.seat.nudges.get()
            if nudge.kind == "card":
                await self.place.tried("card", self._card(nudge.call, nudge.grant))

    async def _card(self, call: str, grant: int) -> None:
        if await self.seat.card(call, grant) is not None:
            self.place.shown.append(Shown(self.person.endpoint, call, time.monotonic()))

    async def answer(self) -> None:
        """Her telephone rings, again and again."""
        dice = self._dice("rings")
        while not self.place.over.is_set():
            try:
                ringing = await self.phone.rings(1.0)
            except LabError:
                continue  # nobody called in this second
            self.place.stands(ringing, ringing.source.partition(":")[0])
            await self._take(ringing, dice.ring(), dice.seconds(0.1, 1.5))

    async def _take(self, ringing: PhoneCall, how: Ring, after: float) -> None:
        if how is Ring.LET_RING:
            return
        await self.place.rest(after)
        if how is not Ring.ANSWER:
            await self.place.tried(f"phone: {how}", ringing.reject(_CODES[how]))
        elif await self.place.tried("phone: answer", ringing.answer()):
            await self.place.tried("speak", ringing.speak(self._tone))
            self._talk = ringing

    async def act(self) -> None:
        """Look at her screen, now and then, and do what she likes with what is on it."""
        dice = self._dice("acts")
        while await self.place.rest(dice.seconds(0.3, 1.8)):
            try:
                panel = await self.seat.panel()
            except _GONE:
                continue  # the daemon is away
            if panel["talking"]:
                await self._do(panel["talking"], dice)
            elif panel["availability"] not in ("available", "ringing", "talking"):
                await self.place.tried("available", self.seat.available())

    async def _do(self, talking: Mapping[str, Any], dice: Dice) -> None:
        now = self._situation(talking)
        wish = dice.wish(now)
        if self._wishes.known(wish):
            await self._wishes.do(wish, talking, now)
        elif wish is not Wish.NOTHING and self._talk is not None and not self._talk.disconnected:
            await self._phone_keys.do(wish, self._talk)

    def _situation(self, talking: Mapping[str, Any]) -> Situation:
        acts = [name for name, (_, act, _) in talking["keys"].items() if act]
        on_node = None if self._talk is None else self._talk.source.partition(":")[0]
        refers = next(node for node in self.place.lab.nodes if node.name == REFERS)
        return Situation(
            keys=acts,
            consulting=talking["consult"] is not None,
            consulted=talking["title"] == "In overleg",
            refers=on_node == refers.values.sip.host,
            back=talking["back"] is not None,
        )

    async def watch_panel(self) -> None:
        """The control: what the server takes for a bare question of hers."""
        while await self.place.rest(0.25):
            began = time.monotonic()
            try:
                await self.seat.panel()
            except _GONE:
                continue
            self.place.control.append(time.monotonic() - began)


@asynccontextmanager
async def at_work(place: Ground) -> AsyncIterator[list[Worker]]:
    """Everybody is logged in, and their telephones are on at both nodes."""
    async with AsyncExitStack() as stack:
        workers = []
        for number, person in enumerate((*place.town.agents, *place.town.officials)):
            seat = await stack.enter_async_context(logged_in(place.town, person))
            workers.append(Worker(place, person, seat, 600 + 60 * number))
        for worker in workers:
            worker.know(workers)
            await worker.phone.register()
        yield workers
