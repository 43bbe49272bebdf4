"""The lab's redis servers, for tests that need the real one."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Final

from irmacall.store.redis_link import RedisLink
from lab.network import Network
from lab.redisd import RedisServer, Role

TIMEOUT: Final = 0.5
"""Seconds within which a store says that it cannot, where a test is about that."""
PATIENT: Final = 5.0
"""Seconds for the tests that are not: they share the machine with whatever else runs."""
_numbers = itertools.count()


def link(server: RedisServer, timeout: float = TIMEOUT) -> RedisLink:
    """A new connection pool to it, as a daemon of its own would have."""
    return RedisLink(server.url, timeout=timeout)


@asynccontextmanager
async def running(role: Role, network: Network, directory: Path) -> AsyncIterator[RedisServer]:
    """A started redis-server on an address of its own; afterwards it is gone."""
    address = network.address(1 + next(_numbers) % 254)
    server = RedisServer(role, address, directory / "redis", directory / "redis.log")
    await server.start()
    try:
        yield server
    finally:
        await server.kill()
        server.close()
