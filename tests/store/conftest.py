"""Both forms of both stores, and the redis servers that the redis forms need."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from irmacall.core.ids import DeskId, SealedId
from irmacall.store.desk import DeskStore, MemoryDeskStore
from irmacall.store.desk_redis import RedisDeskStore
from irmacall.store.facts import FactsStore
from irmacall.store.passwords import Hashing
from irmacall.store.redis_link import RedisLink
from irmacall.store.sqlite import Database
from irmacall.store.users import Users, open_users
from irmacall.store.vault import MemoryVault, Vault
from irmacall.store.vault_redis import RedisVault
from lab.network import Network, claim_network
from lab.postgres import PostgresServer
from lab.redisd import RedisServer, Role
from tests.store import facts_places
from tests.store.facts_places import Place
from tests.store.redis_server import PATIENT, link, running

KEY = bytes(range(32))


@pytest.fixture(scope="session")
def network() -> Iterator[Network]:
    """Addresses for this session's redis servers, which no other session has."""
    network = claim_network()
    yield network
    network.release()


@pytest.fixture(scope="session")
async def desk_redis(network: Network, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RedisServer]:
    """The desk's redis, shared by tests that let it live; each uses a desk of its own."""
    async with running(Role.DESK, network, tmp_path_factory.mktemp("desk")) as server:
        yield server


@pytest.fixture(scope="session")
async def vault_redis(network: Network, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RedisServer]:
    """The vault's redis, shared likewise."""
    async with running(Role.VAULT, network, tmp_path_factory.mktemp("vault")) as server:
        yield server


@pytest.fixture
async def own_desk_redis(network: Network, tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A desk's redis that a test may stop, freeze or restart."""
    async with running(Role.DESK, network, tmp_path / "desk") as server:
        yield server


@pytest.fixture
async def desk_link(own_desk_redis: RedisServer) -> AsyncIterator[RedisLink]:
    """The same redis, for what only its operator can do to it."""
    redis = link(own_desk_redis)
    yield redis
    await redis.close()


@pytest.fixture
async def own_vault_redis(network: Network, tmp_path: Path) -> AsyncIterator[RedisServer]:
    """A vault's redis that a test may stop, freeze or restart."""
    async with running(Role.VAULT, network, tmp_path / "vault") as server:
        yield server


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty users' file."""
    database = await open_users(tmp_path / "users.db")
    yield database
    await database.close()


@pytest.fixture
def users(database: Database) -> Users:
    """The users in it, with hashes that cost little."""
    return Users(database, Hashing(PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)))


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
        stores = [RedisDeskStore(link(desk_redis, PATIENT), KEY) for _ in range(2)]
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
    store: Vault = MemoryVault(KEY) if request.param == "memory" else RedisVault(link(vault_redis, PATIENT), KEY)
    yield store
    await store.close()


@pytest.fixture(scope="session")
async def postgres(network: Network, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PostgresServer]:
    """A PostgreSQL, shared by tests that let it live; each has a database of its own."""
    async with facts_places.running(network, tmp_path_factory.mktemp("postgres")) as server:
        yield server


@pytest.fixture
async def own_postgres(network: Network, tmp_path: Path) -> AsyncIterator[PostgresServer]:
    """A PostgreSQL that a test may stop, kill or freeze."""
    async with facts_places.running(network, tmp_path) as server:
        yield server


@pytest.fixture
def postgres_place(postgres: PostgresServer) -> Place:
    """An empty database of PostgreSQL."""
    return Place(facts_places.new_database(postgres))


@pytest.fixture
def sqlite_place(tmp_path: Path) -> Place:
    """A SQLite file that is still to be made."""
    return Place(tmp_path / "records.sqlite")


@pytest.fixture(params=["sqlite", "postgres"])
def place(request: pytest.FixtureRequest) -> Place:
    """An empty database for facts, of either kind."""
    found = request.getfixturevalue(f"{request.param}_place")
    assert isinstance(found, Place)
    return found


@pytest.fixture
async def facts_store(place: Place) -> AsyncIterator[FactsStore]:
    """The facts' store as a leader has it."""
    async with place.prepared() as store:
        yield store
