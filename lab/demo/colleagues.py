"""The telephones of who works here, at the keyboard's command: whoever tries the demo needs none of her own."""

from __future__ import annotations

from typing import Final

from lab.demo.telling import say
from lab.errors import LabError
from lab.phone import Phone, PhoneCall
from lab.town import Agent, Town

RINGS_S: Final = 30
"""So long a phone waits for a call before it is said that none came."""
_AT_ONCE_S: Final = 1
"""The same, where it rings already, or has just stopped."""
_LONGEST_S: Final = 86_400


class Colleague:
    """An agent or official with her telephone, which is on from when it is first asked for."""

    def __init__(self, town: Town, who: Agent) -> None:
        self.who, self._town = who, town
        self._phone: Phone | None = None
        self._call: PhoneCall | None = None
        self._waits = False

    async def phone_on(self) -> None:
        """Put it on; not before it is asked for: there is room for one, and it may be somebody's own."""
        if self._phone is None:
            phone = self._town.lab.phone(self.who.endpoint)
            await phone.register()
            self._phone = phone
        say(f"  the phone of {self.who.name} ({self.who.endpoint}) is on")

    async def get_ready(self) -> None:
        """Wait for a call from now on, which `pick_up` does. Raises LabError where it is waited for already."""
        if self._waits:
            raise LabError("it waits for a call already")
        if self._phone is None:
            await self.phone_on()
        self._waits = True
        say(f"  it waits for a call, {RINGS_S} s; you may type on")

    async def pick_up(self) -> None:
        """Answer the next call, and tell of its end. Raises LabError where none comes."""
        assert self._phone is not None
        try:
            call = self._call = await self._phone.rings(RINGS_S)
        finally:
            self._waits = False
        await call.answer()
        say(f"  {self.who.name} answered")
        await call.disconnected.wait(_LONGEST_S)
        say(f"  {self.who.name} has nobody on the line any more")

    async def hang_up(self) -> None:
        """End what she has on the line, or refuse what rings. Raises LabError where that is nobody."""
        if self._waits or self._talks or self._phone is None or self._phone.silent:
            call = self.call
            await call.hang_up()
        else:
            call = await self._phone.rings(_AT_ONCE_S)
            await call.reject()
        await call.disconnected.wait()

    @property
    def _talks(self) -> bool:
        return self._call is not None and not self._call.disconnected

    @property
    def call(self) -> PhoneCall:
        """What she has on the line. Raises LabError where that is nobody."""
        if self._call is None or not self._talks:
            raise LabError(f"{self.who.name} has nobody on the line")
        return self._call
