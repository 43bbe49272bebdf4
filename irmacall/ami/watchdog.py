"""Sees to it that nobody waits for a daemon that is gone: a small process of its own, beside the daemons.

Whoever leads a desk changes a global variable of every node, the desk's own, every two seconds. While its value has
stood still for `patience` seconds by our own clock, callers who were waiting in Stasis for that desk are sent to the
dialplan, which serves them anonymously. It never originates a call, and doing it twice does no harm.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Never

import structlog

from irmacall.ami.client import Ami, AmiSettings, connected
from irmacall.ami.stranded import LiveChannel, find_stranded
from irmacall.core.dialplan import anonymous_context, leader_variable
from irmacall.core.ids import DeskId
from irmacall.errors import PeerError

PATIENCE_SECONDS: Final = 30.0
LOOK_SECONDS: Final = 1.0
RECONNECT_SECONDS: Final = 2.0

log = structlog.get_logger("irmacall.watchdog")


@dataclass(slots=True)
class _Beat:
    """The last that was seen of a desk's leader, and when it changed (the loop's clock)."""

    value: str | None = None
    changed_at: float = 0.0


class Watch:
    """One node, watched for these desks. Keeps its patience with each over reconnects: a manager that was away says
    nothing of the leader.
    """

    def __init__(
        self,
        settings: AmiSettings,
        desks: Iterable[DeskId],
        patience: float = PATIENCE_SECONDS,
        look: float = LOOK_SECONDS,
    ) -> None:
        self._settings = settings
        self._patience = patience
        self._look = look
        self._beats = {desk: _Beat() for desk in desks}

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
            leaderless = {desk for desk in self._beats if await self._leaderless(ami, desk)}
            if leaderless:
                await self._free_the_stranded(ami, leaderless)
            await asyncio.sleep(self._look)

    async def _leaderless(self, ami: Ami, desk: DeskId) -> bool:
        value = (await ami.ask("Getvar", Variable=leader_variable(desk))).get("value", "")
        beat, now = self._beats[desk], asyncio.get_running_loop().time()
        if value != beat.value:
            beat.value, beat.changed_at = value, now
        return now - beat.changed_at >= self._patience

    async def _free_the_stranded(self, ami: Ami, leaderless: set[DeskId]) -> None:
        channels = await ami.list("CoreShowChannels")
        stranded = find_stranded((LiveChannel.read(channel) for channel in channels), leaderless)
        # A leader may have come while we looked.
        for caller, desk in stranded.callers:
            if await self._leaderless(ami, desk):
                await self._try(ami, "Redirect", caller, Context=anonymous_context(desk), Exten="s", Priority="1")
        for leg, desk in stranded.legs:
            if await self._leaderless(ami, desk):
                await self._try(ami, "Hangup", leg)

    async def _try(self, ami: Ami, action: str, channel: str, **headers: str) -> None:
        # Refused: the channel has gone since we looked, and no other need wait for that.
        try:
            await ami.ask(action, Channel=channel, **headers)
            log.info("watchdog.freed", node=self._settings.name, action=action, channel=channel)
        except PeerError as error:
            log.info("watchdog.refused", node=self._settings.name, action=action, channel=channel, error=str(error))


async def watch_all(
    nodes: Sequence[AmiSettings], desks: Sequence[DeskId], patience: float = PATIENCE_SECONDS
) -> None:
    """Watch every node of a site for every desk, until cancelled. `patience`: seconds without a leader."""
    async with asyncio.TaskGroup() as group:
        for node in nodes:
            group.create_task(Watch(node, desks, patience).run(), name=f"watch {node.name}")
