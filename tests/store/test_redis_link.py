"""The one way to a redis server."""

from __future__ import annotations

import asyncio

from lab.redisd import RedisServer
from tests.store.redis_server import link


async def _ask_for_ever(server: RedisServer) -> None:
    connection = link(server)
    try:
        while True:
            await connection.ask("PING")
    finally:
        await connection.close()


async def test_a_cancellation_is_never_lost(vault_redis: RedisServer) -> None:
    """Whoever is cancelled while a request is under way, at whichever step of it, is cancelled."""
    for steps in range(60):
        asking = asyncio.create_task(_ask_for_ever(vault_redis))
        await asyncio.sleep(0.02)  # The connection stands: what differs is the step of a request.
        for _ in range(steps):
            await asyncio.sleep(0)
        asking.cancel()
        done, _ = await asyncio.wait({asking}, timeout=2)
        assert done, f"not cancelled after {steps} steps"
        assert asking.cancelled()
