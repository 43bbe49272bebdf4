"""Which redis may have which role."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from irmacall.core.ids import DeskId, SealedId
from irmacall.errors import SettingsError
from irmacall.store.desk_redis import RedisDeskStore
from irmacall.store.redis_link import RedisLink
from irmacall.store.redis_rules import require_durable, require_forgetful
from irmacall.store.vault_redis import RedisVault
from lab.redisd import RedisServer
from tests.store.redis_server import link


@pytest.fixture
async def vault_link(own_vault_redis: RedisServer) -> AsyncIterator[RedisLink]:
    """A redis that is right for a vault."""
    redis = link(own_vault_redis)
    yield redis
    await redis.close()


@pytest.mark.parametrize(
    ("name", "value"),
    [("appendfsync", "everysec"), ("appendonly", "no"), ("maxmemory-policy", "allkeys-lru")],
)
async def test_desk_must_be_durable(desk_link: RedisLink, name: str, value: str) -> None:
    """A desk's redis that could lose what it acknowledged is refused, by the name of the setting."""
    await require_durable(desk_link)
    await desk_link.ask("CONFIG", "SET", name, value)
    with pytest.raises(SettingsError, match=name):
        await require_durable(desk_link)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("save", "3600 1"),
        ("appendonly", "yes"),
        ("maxmemory-policy", "volatile-ttl"),
        ("slowlog-max-len", "128"),
    ],
)
async def test_vault_must_forget(vault_link: RedisLink, name: str, value: str) -> None:
    """A vault's redis that keeps anything anywhere is refused, by the name of the setting."""
    await require_forgetful(vault_link)
    await vault_link.ask("CONFIG", "SET", name, value)
    with pytest.raises(SettingsError, match=name):
        await require_forgetful(vault_link)


async def test_slow_log_that_never_writes(vault_link: RedisLink) -> None:
    """A slow log that is switched off by its threshold is as good as an empty one."""
    await vault_link.ask("CONFIG", "SET", "slowlog-max-len", "128")
    await vault_link.ask("CONFIG", "SET", "slowlog-log-slower-than", "-1")
    await require_forgetful(vault_link)


async def test_replica_is_no_vault(vault_link: RedisLink) -> None:
    """A vault is no replica of another redis."""
    await vault_link.ask("REPLICAOF", "127.0.0.1", "1")
    with pytest.raises(SettingsError, match="role"):
        await require_forgetful(vault_link)


async def test_vault_has_no_replica(
    own_vault_redis: RedisServer, vault_link: RedisLink, desk_link: RedisLink
) -> None:
    """A vault has no replica either: the copy would be where nobody asked about disks."""
    await vault_link.ask("CONFIG", "SET", "repl-diskless-sync-delay", "0")
    await desk_link.ask("CONFIG", "SET", "masterauth", own_vault_redis.password)
    await desk_link.ask("REPLICAOF", own_vault_redis.host, "6379")
    patient = RedisLink(own_vault_redis.url, timeout=15.0)
    assert await patient.ask("WAIT", "1", "10000") == 1
    await patient.close()
    with pytest.raises(SettingsError, match="connected_slaves"):
        await require_forgetful(vault_link)


async def test_roles_exclude_each_other(desk_link: RedisLink, vault_link: RedisLink) -> None:
    """No one redis can have both roles."""
    with pytest.raises(SettingsError):
        await require_durable(vault_link)
    with pytest.raises(SettingsError):
        await require_forgetful(desk_link)


async def test_hidden_configuration(vault_link: RedisLink) -> None:
    """A redis that does not let us look is refused with what to allow."""
    await vault_link.ask("ACL", "SETUSER", "default", "-config")
    with pytest.raises(SettingsError, match="CONFIG GET"):
        await require_forgetful(vault_link)


def documented_rights(role: str) -> list[str]:
    """What docs/storage.md says that our user of this redis needs."""
    page = (Path(__file__).parents[2] / "docs" / "storage.md").read_text()
    (line,) = [line for line in page.splitlines() if line.startswith(f"* {role}: `+")]
    return line.split("`")[1].split()


async def test_documented_rights_of_the_vault(own_vault_redis: RedisServer, vault_link: RedisLink) -> None:
    """A user with no more rights than the documentation asks for can do everything that a vault does."""
    rights = documented_rights("vault")
    await vault_link.ask("ACL", "SETUSER", "irmacall", "on", ">secret", "~irmacall:*", *rights)
    vault = RedisVault(RedisLink(f"redis://irmacall@{own_vault_redis.host}:6379/0", password="secret"), bytes(32))
    desk, place = DeskId("gemeente"), SealedId("a1")
    await vault.check_configuration()
    await vault.claim(desk, 3)
    await vault.seal(desk, place, {"familyname": "x"}, time.time() + 60, await vault.highest_fence(desk))
    assert (await vault.open(desk, place, 3, time.time())).attributes == {"familyname": "x"}
    assert abs(await vault.clock_skew()) < 1.0
    assert await vault.claimant(desk) == 3
    assert await vault.missing(desk, [place]) == frozenset()
    await vault.burn(desk, [place])
    await vault.close()


async def test_documented_rights_of_the_desk(own_desk_redis: RedisServer, desk_link: RedisLink) -> None:
    """Likewise the user of the desk's redis."""
    rights = documented_rights("desk")
    await desk_link.ask("ACL", "SETUSER", "irmacall", "on", ">secret", "~irmacall:*", *rights)
    store = RedisDeskStore(RedisLink(f"redis://irmacall@{own_desk_redis.host}:6379/0", password="secret"), bytes(32))
    await store.check_configuration()
    lease = await store.acquire(DeskId("gemeente"), "a", 30.0)
    assert lease is not None
    await store.save(lease, {("call", "1"): b"x"}, [("call", "2")])
    assert await store.load(await store.renew(lease)) == {("call", "1"): b"x"}
    await store.release(lease)
    await store.close()
