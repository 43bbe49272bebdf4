"""What somebody does with a caller by her telephone's keys: hold, REFER, a second call, star codes, hanging up."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bench.storm.ground import Ground
from bench.storm.script import STAR_ACTS, Dice, Wish
from lab.phone import PhoneCall, PhoneEverywhere

_KEY_S = 0.4
"""A key and the pause behind it last no longer."""


class PhoneKeys:
    """One telephone's."""

    def __init__(self, place: Ground, phone: PhoneEverywhere, endpoint: str, dice: Dice) -> None:
        self._place, self._phone, self._endpoint, self._dice = place, phone, endpoint, dice
        self.extensions: Sequence[str] = ()
        """What she can dial; the last is nobody's."""
        self._known: Mapping[Wish, Callable[[PhoneCall], Awaitable[None]]] = {
            Wish.PHONE_HOLD: self._hold,
            Wish.REFER_BLIND: self._refer,
            Wish.REFER_ATTENDED: self._attended,
            Wish.STAR_BLIND: lambda call: self._key_in(call, f"*1{self._extension()}#"),
            Wish.STAR_CONSULT: lambda call: self._key_in(call, f"*2{self._extension()}#"),
            Wish.STAR_ACT: lambda call: self._key_in(call, self._dice.any_of(STAR_ACTS)),
            Wish.HANG_UP_PHONE: lambda call: call.hang_up(),
        }

    async def do(self, wish: Wish, call: PhoneCall) -> None:
        """Do this in her call."""
        await self._place.tried(wish.value, self._known[wish](call))

    def _extension(self) -> str:
        return self._dice.any_of(self.extensions)

    async def _key_in(self, call: PhoneCall, keys: str) -> None:
        began = time.monotonic()
        self._place.keyed.append((self._endpoint, began, began + len(keys) * _KEY_S))
        await call.key_in(keys)

    async def _hold(self, call: PhoneCall) -> None:
        await call.hold()
        await self._place.rest(self._dice.seconds(0.5, 3.0))
        await call.unhold()

    async def _refer(self, call: PhoneCall) -> None:
        await call.refer(self._phone.at(call).uri(self._extension()))

    async def _attended(self, call: PhoneCall) -> None:
        """Hold, dial a colleague, and bring both together, or think better of it."""
        account, complete = self._phone.at(call), self._dice.chance(0.7)
        await call.hold()
        second = self._place.stands(await account.call(self._extension()), account.host)
        try:
            await self._place.rest(self._dice.seconds(0.5, 5.0))
            if complete and not second.disconnected and not call.disconnected:
                await call.refer_to_call(second)
                await self._place.rest(3.0)
        finally:
            await second.hang_up()
        if not call.disconnected:
            await call.unhold()
