"""What somebody does with a caller on her screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from bench.storm.ground import OUTSIDER, Ground
from bench.storm.script import Dice, Situation, Wish
from lab.exchange import TITLES
from lab.seats import Seat

_NOTES: Final = ("", "", "Wil weten hoe het met haar aanvraag staat.")
_STANDINGS: Final = ("first", "hers", "last")
Talking = Mapping[str, Any]


class Wishes:
    """One screen's. Each refusal is counted by its status."""

    def __init__(self, place: Ground, seat: Seat, dice: Dice) -> None:
        self._place, self._seat, self._dice = place, seat, dice
        self.people: Sequence[str] = ()
        """Users to whom she can pass callers."""
        self._passes: Mapping[Wish, Callable[[Talking], Awaitable[None]]] = {
            Wish.BLIND_PERSON: lambda now: self._pass(now, user=self._person()),
            Wish.BLIND_QUEUE: lambda now: self._pass(now, queue=self._queue(), standing=self._standing()),
            Wish.BLIND_OUTSIDE: lambda now: self._pass(now, number=OUTSIDER),
            Wish.CONSULT_PERSON: lambda now: self._pass(now, user=self._person(), consult=True),
            Wish.CONSULT_OUTSIDE: lambda now: self._pass(now, number=OUTSIDER, consult=True),
            Wish.BACK: lambda now: self._pass(now, user=now["back"]),
            Wish.HANG_UP_SCREEN: lambda now: self._seat.hang_up(now["call"]),
        }

    def known(self, wish: Wish) -> bool:
        """Whether that is done on the screen."""
        return wish is Wish.ACT or wish in self._passes

    async def do(self, wish: Wish, talking: Talking, now: Situation) -> None:
        """Do this with the caller whom she has on the line."""
        if wish is not Wish.ACT:
            await self._place.tried(wish.value, self._passes[wish](talking))
        elif (key := self._dice.key(now.keys)) is not None:
            act = talking["keys"][key][1]
            if act == "mute":
                self._place.muted.add(talking["call"])
            await self._place.tried(act, self._seat.act(talking["call"], act))

    async def _pass(self, talking: Talking, **to: Any) -> None:
        await self._seat.transfer(talking["call"], note=self._dice.any_of(_NOTES), **to)

    def _person(self) -> str:
        return self._dice.any_of(self.people)

    def _queue(self) -> str:
        return self._dice.any_of(TITLES)

    def _standing(self) -> str:
        return self._dice.any_of(_STANDINGS)
