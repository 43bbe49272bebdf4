"""Sees to it that nobody waits for a daemon that is gone: a small process of its own, beside the daemons.

Whoever leads changes a global variable of every node every two seconds. While its value has stood still for
`patience` seconds by our own clock, callers who were waiting in Stasis are sent to the dialplan, which serves
them anonymously. It never originates a call, and doing it twice does no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Final, Never

import structlog

from irmacall.ami.client import Ami, AmiSettings, connected
from irmacall.ami.stranded import LiveChannel, find_stranded
from irmacall.errors import PeerError

LEADER_VARIABLE: Final = "IRMACALL_LEADER"
"""What the leader changes through ARI (irmacall/ari/client.py)."""

CONTEXT: Final = "irmacall-anonymous"
PATIENCE_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 1.0
RECONNECT_SECONDS: Final = 2.0

log = structlog.get_logger("irmacall.watchdog")


class Watch:
    """One node, watched. Keeps its patience over reconnects: a manager that was away says nothing of the leader."""

    def __init__(self, settings: AmiSettings, patience: float = PATIENCE_SECONDS, look: float = LOOK_SECONDS) -> None:
        self._settings = settings
        self._patience = patience
        self._look = look
        self._beat: str | None = None
        self._changed_at = 0.0

    async def run(self) -> Never:
        """Watch for ever, over every loss of the connection."""
        while True:
            try:
                async with connected(self._settings) as ami:
                    log.info("watchdog.connected", node=self._settings.name)
                    await self._keep_looking(ami)
            except PeerError as error:
                log.warning("watchdog.lost", node=self._settings.name, error=str(error))
            await asyncio.sleep(min(RECONNECT_SECONDS, self._look * 2))

    async def _keep_looking(self, ami: Ami) -> Never:
        while True:
            if await self._leaderless(ami):
                await self._free_the_stranded(ami)
            await asyncio.sleep(self._look)

    async def _leaderless(self, ami: Ami) -> bool:
        beat = (await ami.ask("Getvar", Variable=LEADER_VARIABLE)).get("value", "")
        now = asyncio.get_running_loop().time()
        if beat != self._beat:
            self._beat, self._changed_at = beat, now
        return now - self._changed_at >= self._patience

    async def _free_the_stranded(self, ami: Ami) -> None:
        channels = await ami.list("CoreShowChannels")
        stranded = find_stranded(LiveChannel.read(channel) for channel in channels)
        for caller in stranded.callers:
            # A leader may have come while we looked.
            if not await self._leaderless(ami):
                return
            await self._try(ami, "Redirect", caller, Context=CONTEXT, Exten="s", Priority="1")
        for leg in stranded.legs:
            await self._try(ami, "Hangup", leg)

    async def _try(self, ami: Ami, action: str, channel: str, **headers: str) -> None:
        # Refused: the channel has gone since we looked, and no other need wait for that.
        try:
            await ami.ask(action, Channel=channel, **headers)
            log.info("watchdog.freed", node=self._settings.name, action=action, channel=channel)
        except PeerError as error:
            log.info("watchdog.refused", node=self._settings.name, action=action, channel=channel, error=str(error))


async def watch_all(nodes: Sequence[AmiSettings], patience: float = PATIENCE_SECONDS) -> None:
    """Watch every node of a site, until cancelled. `patience`: seconds without a leader."""
    async with asyncio.TaskGroup() as group:
        for node in nodes:
            group.create_task(Watch(node, patience).run(), name=f"watch {node.name}")
