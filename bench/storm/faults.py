"""What strikes: the daemon, a redis, a node, a telephone and a socket, one after the other, each mended again."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Mapping

from bench.storm.ground import Ground
from bench.storm.script import Fault
from bench.storm.staff import Worker
from lab.redisd import RedisServer


class Faults:
    """Strikes until the storm is over."""

    def __init__(self, place: Ground, workers: list[Worker]) -> None:
        self._place, self._workers = place, workers
        self._dice = place.dice("faults")
        lab = place.lab
        self._known: Mapping[Fault, Callable[[float], Awaitable[None]]] = {
            Fault.DAEMON_KILLED: self._kill_daemon,
            Fault.DESK_REDIS_KILLED: lambda seconds: self._kill_redis(lab.desk_redis, seconds),
            Fault.VAULT_REDIS_KILLED: lambda seconds: self._kill_redis(lab.vault_redis, seconds),
            Fault.NODE_RESTARTED: self._restart_node,
            Fault.PHONE_FROZEN: self._freeze_phone,
            Fault.PHONE_UNREGISTERED: self._unregister_phone,
            Fault.ARI_CUT: self._cut,
        }

    async def strike(self, calm: float, least: float, most: float) -> None:
        """After `calm` seconds, one after the other, with a while between two."""
        if not await self._place.rest(calm):
            return
        while True:
            fault, seconds = self._dice.fault(), self._dice.seconds(0.2, 4.0)
            began = time.monotonic()
            print(f"  {fault}, {seconds:.1f} s", flush=True)
            await self._known[fault](seconds)
            self._place.faults.append((fault.value, began, time.monotonic()))
            if not await self._place.rest(self._dice.seconds(least, most)):
                return

    async def _kill_daemon(self, seconds: float) -> None:
        await self._place.town.daemon.kill()
        await self._place.rest(seconds)
        await self._place.town.daemon.start()

    async def _kill_redis(self, server: RedisServer, seconds: float) -> None:
        await server.kill()
        await self._place.rest(seconds)
        await server.start()

    async def _restart_node(self, seconds: float) -> None:
        node = self._dice.any_of(self._place.lab.nodes)
        await node.kill()
        await self._place.hang_up_everything(node.values.sip.host)
        await self._place.rest(seconds)
        await node.start()

    async def _freeze_phone(self, seconds: float) -> None:
        rack = self._place.lab.rack_of(self._dice.any_of(self._workers).person.endpoint)
        rack.freeze()
        try:
            await self._place.rest(seconds)
        finally:
            rack.wake()

    async def _unregister_phone(self, seconds: float) -> None:
        worker = self._dice.any_of(self._workers)
        await self._place.tried("unregister", worker.phone.unregister())
        await self._place.rest(seconds)
        while not await self._place.tried("register", worker.phone.register()):
            if not await self._place.rest(1.0):
                return

    async def _cut(self, seconds: float) -> None:
        relay = self._dice.any_of(self._place.relays)
        relay.refuse()
        relay.cut()
        await self._place.rest(seconds if self._dice.chance(0.7) else 0.0)
        relay.refuse(refused=False)
