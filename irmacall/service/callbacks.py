"""The numbers that somebody is to be called on, during one term: noted sealed, opened for one request, forgotten.

They are of those who asked to be called back, and of those outside to whom a caller is passed on.

They are saved among the desk's records, by the same fenced saves, but core never sees them: it knows their names.
"""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Callable, Collection, Mapping
from typing import Final, Protocol

import structlog

from irmacall.core.commands import KeepNumber, TryNumber
from irmacall.core.events import NumberKept, NumberRefused, NumberUnfit
from irmacall.core.ids import ChannelId, DeskId, NodeName, NumberId, RecordKey
from irmacall.core.numbers import normalise
from irmacall.core.state import Desk
from irmacall.core.transfer import ToOutside
from irmacall.errors import LeaseLost, PeerError
from irmacall.store.desk import DeskStore, Lease
from irmacall.store.numbers import open_number, seal_number

log = structlog.get_logger("irmacall.callbacks")

KIND: Final = "number"
"""Of the records that hold numbers."""
RETRY_SECONDS: Final = 0.2
_GIVEN: Final = "given-"
"""How the names of numbers begin to which callers are passed on: many may be passed to one telephone."""


NumberOf = Callable[[NumberId], str | None]
"""Gives the number of this name; None where it is kept no longer."""


class Line(Protocol):
    """What must be known of a node's Asterisk and lines (see `ari.client.Node`)."""

    async def caller_number(self, channel: ChannelId) -> str | None:
        """The number that this caller calls with; None where it is none. Raises PeerError."""

    def may_call(self, number: str) -> bool:
        """Whether a line of this node may call this number."""


def _who_may_call(number: str, first: NodeName, lines: Mapping[NodeName, Line]) -> NodeName | None:
    """A node with a line that may call this number; the first one, if that can be. None: nobody may."""
    able = [node for node, line in lines.items() if line.may_call(number)]
    return first if first in able else min(able, default=None)


def needed(desk: Desk) -> set[NumberId]:
    """The numbers that somebody is still to be called on, or that are being called."""
    promised = {each.number for each in desk.callbacks.values()}
    rung = {leg.number for call in desk.calls.values() for leg in call.phones}
    handed = (call.handover for call in desk.calls.values() if call.handover is not None)
    next_ = {to.number for each in handed for to in each.then if isinstance(to, ToOutside)}
    return {number for number in promised | rung | next_ if number is not None}


class Numbers:
    """One term's numbers. `records`: what was saved before this term, numbers among them."""

    def __init__(
        self,
        desk: DeskId,
        key: bytes,
        store: DeskStore,
        lease: Callable[[], Lease],
        tell: Callable[[NumberKept | NumberRefused | NumberUnfit], None],
        records: Mapping[RecordKey, bytes],
    ) -> None:
        self._desk = desk
        self._key = key
        self._store = store
        self._lease = lease
        self._tell = tell
        self._stray: set[RecordKey] = set()
        """What may have been saved though nobody was told so: goes with the next save."""
        self._sealed = {NumberId(name): sealed for (kind, name), sealed in records.items() if kind == KIND}

    def number_of(self, name: NumberId) -> str | None:
        """The number of this name; None where it is kept no longer. Raises PeerError where it cannot be opened."""
        sealed = self._sealed.get(name)
        return None if sealed is None else open_number(self._key, self._desk, name, sealed)

    async def keep(self, wanted: KeepNumber, lines: Mapping[NodeName, Line]) -> None:
        """Note a number, if it is one that can be called, and say which; ends when that is saved."""
        number = await self._told(wanted, lines)
        node = self._who_calls(number, wanted.node, lines)
        if number is None or node is None:
            self._tell(NumberRefused(wanted.call, wanted.asked))
            return
        name = NumberId(secrets.token_hex(16))
        sealed = seal_number(self._key, self._desk, name, number)
        self._sealed[name] = sealed  # Before the save: who asks for the same telephone meanwhile is refused.
        await self._save({(KIND, name): sealed}, ())
        self._tell(NumberKept(wanted.call, name, node, wanted.asked))

    async def keep_given(self, number: str) -> NumberId:
        """Note the number of somebody outside to whom a caller is passed on; ends when that is saved.

        The number is in E.164, and it is known that it may be called. Raises PeerError: who waits for it has a caller
        on the line, and asks again.
        """
        name = NumberId(_GIVEN + secrets.token_hex(16))
        sealed = seal_number(self._key, self._desk, name, number)
        try:
            await self._store.save(self._lease(), {(KIND, name): sealed}, ())
        except BaseException:
            self._stray.add((KIND, name))
            raise
        self._sealed[name] = sealed
        return name

    async def find(self, wanted: TryNumber, lines: Mapping[NodeName, Line]) -> None:
        """Say so where nobody can be called on the number that she calls with; nothing of it is kept."""
        if self._who_calls(await self._hers(wanted, lines), wanted.node, lines) is None:
            self._tell(NumberUnfit(wanted.call, wanted.asked))

    def _who_calls(self, number: str | None, first: NodeName, lines: Mapping[NodeName, Line]) -> NodeName | None:
        """A node that can call this number back; None where none may, or it is to be called for somebody already.

        Nobody's telephone is rung for many callers. Without a pause, so that nobody can note the same number between
        this and what is noted upon it.
        """
        promised = (name for name in self._sealed if not name.startswith(_GIVEN))
        if number is None or any(self.number_of(name) == number for name in promised):
            return None
        return _who_may_call(number, first, lines)

    async def _told(self, wanted: KeepNumber, lines: Mapping[NodeName, Line]) -> str | None:
        if wanted.typed is not None:
            return normalise(wanted.typed.plain())
        return await self._hers(wanted, lines)

    async def _hers(self, wanted: KeepNumber | TryNumber, lines: Mapping[NodeName, Line]) -> str | None:
        """The number that she calls with; None where it is none, or her node does not tell it."""
        try:
            return await lines[wanted.node].caller_number(wanted.channel)
        except PeerError as error:
            log.warning("number not known", call=wanted.call, error=str(error))
            return None

    async def drop(self, name: NumberId) -> None:
        """Forget a number; ends when nothing of it is saved."""
        self._sealed.pop(name, None)
        await self._save({}, [(KIND, name)])

    async def drop_all_but(self, needed: Collection[NumberId]) -> None:
        """Forget what no callback or call needs: what it was for was not saved by the daemon before us."""
        for name in [name for name in self._sealed if name not in needed]:
            await self.drop(name)

    async def _save(self, puts: Mapping[RecordKey, bytes], deletes: Collection[RecordKey]) -> None:
        while True:
            strays = frozenset(self._stray)
            try:
                await self._store.save(self._lease(), puts, {*deletes, *strays})
                self._stray -= strays
                return
            except LeaseLost:
                raise
            except PeerError as error:
                log.warning("number not saved, trying again", error=str(error))
                await asyncio.sleep(RETRY_SECONDS)
