"""Both forms of both stores, and the redis servers that the redis forms need."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from irmacall.core.ids import DeskId, SealedId
from irmacall.store.desk import DeskStore, MemoryDeskStore
from irmacall.store.desk_redis import RedisDeskStore
from irmacall.store.redis_link import RedisLink
from irmacall.store.vault import MemoryVault, Vault
from irmacall.store.vault_redis import RedisVault
from lab.process import Program, says

KEY = bytes(range(32))
DESK_ROLE = ("--appendonly", "yes", "--appendfsync", "always", "--save", "")
VAULT_ROLE = ("--appendonly", "no", "--save", "", "--slowlog-max-len", "0")
TIMEOUT = 0.5
"""Seconds within which a store answers, or says that it cannot."""


@dataclass
class RedisServer:
    """A real redis-server on a socket in a directory of its own, so that it can be stopped and started."""

    program: Program
    socket: Path

    def link(self, password: str | None = None) -> RedisLink:
        """A new connection pool to it, as a daemon of its own would have."""
        return RedisLink(f"unix://{self.socket}", password=password, timeout=TIMEOUT)


def redis_server(directory: Path, *options: str) -> RedisServer:
    """A redis-server that is not started yet."""
    socket = directory / "redis.sock"
    argv = ["redis-server", "--port", "0", "--unixsocket", str(socket), "--dir", str(directory), *options]
    program = Program("redis", argv, directory / "redis.log", ready=says("ready to accept connections"))
    return RedisServer(program, socket)


@asynccontextmanager
async def running(directory: Path, *options: str) -> AsyncIterator[RedisServer]:
    """A started redis-server; afterwards it is gone."""
    server = redis_server(directory, *options)
    await server.program.start()
    try:
        yield server
    finally:
        await server.program.kill()


@pytest.fixture(scope="session")
async def desk_redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RedisServer]:
    """The desk's redis, shared by tests that let it live; each uses a desk of its own."""
    async with running(tmp_path_factory.mktemp("desk"), *DESK_ROLE) as server:
        yield server


@pytest.fixture(scope="session")
async def vault_redis(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RedisServer]:
    """The vault's redis, shared likewise."""
    async with running(tmp_path_factory.mktemp("vault"), *VAULT_ROLE) as server:
        yield server


@pytest.fixture
async def own_desk_redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A desk's redis that a test may stop, freeze or restart."""
    async with running(tmp_path, *DESK_ROLE) as server:
        yield server


@pytest.fixture
async def own_vault_redis(tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A vault's redis that a test may stop, freeze or restart."""
    async with running(tmp_path, *VAULT_ROLE) as server:
        yield server


@pytest.fixture
def desk() -> DeskId:
    """A desk that no other test knows."""
    return DeskId(f"desk-{secrets.token_hex(4)}")


@pytest.fixture
def sealed_id() -> SealedId:
    """A place in the vault that no other test knows."""
    return SealedId(secrets.token_hex(8))


@pytest.fixture(params=["memory", "redis"])
async def desk_stores(request: pytest.FixtureRequest, desk_redis: RedisServer) -> AsyncIterator[Sequence[DeskStore]]:
    """The store of desks as two daemons see it (memory has one daemon: twice the same)."""
    if request.param == "memory":
        yield [MemoryDeskStore()] * 2
        return
    async with AsyncExitStack() as stack:
        stores = [RedisDeskStore(desk_redis.link()) for _ in range(2)]
        for store in stores:
            stack.push_async_callback(store.close)
        yield stores


@pytest.fixture
def desk_store(desk_stores: Sequence[DeskStore]) -> DeskStore:
    """The store of desks as one daemon sees it."""
    return desk_stores[0]


@pytest.fixture(params=["memory", "redis"])
async def vault(request: pytest.FixtureRequest, vault_redis: RedisServer) -> AsyncIterator[Vault]:
    """The vault."""
    store: Vault = MemoryVault(KEY) if request.param == "memory" else RedisVault(vault_redis.link(), KEY)
    yield store
    await store.close()
