"""The music of the rooms where callers wait, asked for once more a moment after somebody came.

The music of a holding bridge is a channel of Asterisk's own, which goes when the last who listened does, and of which
no event tells. Who comes in while it is going asks for music (`requests.music`), is told that it plays, and hears
nothing: seen with 22.10.1, once in some ten times that one caller left a room and came back at once. Where it plays,
asking once more changes nothing; where everybody has left again meanwhile it would play for nobody until the next one
who comes leaves, so it is taken back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from irmacall.ari.answers import Reply
from irmacall.ari.fields import Fields
from irmacall.ari.requests import Request, bridge_members, music, no_music
from irmacall.core.commands import HoldInQueue, NodeCommand
from irmacall.core.ids import BridgeId
from irmacall.core.transfer_commands import Regroup
from irmacall.errors import PeerError

log = structlog.get_logger("irmacall.ari")

AGAIN_S: Final = 0.4
"""So long after somebody came: Asterisk's own channel has gone by then, if it was going."""


class Music:
    """The rooms of one node into which somebody came a moment ago."""

    def __init__(self, ask: Callable[[Request], Awaitable[Reply]]) -> None:
        self._ask = ask
        self._rooms: dict[BridgeId, str] = {}
        self._came = asyncio.Event()

    def came(self, command: NodeCommand) -> None:
        """This command is done; it may have brought somebody into a room."""
        if isinstance(command, HoldInQueue):
            self._rooms[command.bridge] = command.music_class
        elif isinstance(command, Regroup) and command.to_music:
            self._rooms[command.room] = command.music_class
        if self._rooms:
            self._came.set()

    async def run(self) -> None:
        """Ask again, once for all who came meanwhile, until cancelled."""
        while True:
            await self._came.wait()
            await asyncio.sleep(AGAIN_S)
            self._came.clear()
            rooms, self._rooms = self._rooms, {}
            for bridge, music_class in rooms.items():
                await self._once_more(bridge, music_class)

    async def _once_more(self, bridge: BridgeId, music_class: str) -> None:
        look = bridge_members(bridge)
        try:
            await self._ask(music(bridge, music_class))
            # Looked at afterwards: whoever comes after this is asked for again herself.
            if not Fields.parse((await self._ask(look)).body, str(look))["channels"].texts():
                await self._ask(no_music(bridge))
        except PeerError as error:
            log.warning("music not asked for again", bridge=bridge, error=str(error))
