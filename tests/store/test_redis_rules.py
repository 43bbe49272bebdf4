"""Which redis may have which role."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from irmacall.errors import SettingsError
from irmacall.store.redis_link import RedisLink
from irmacall.store.redis_rules import require_durable, require_forgetful
from lab.redisd import RedisServer
from tests.store.redis_server import link


@pytest.fixture
async def desk_link(own_desk_redis: RedisServer) -> AsyncIterator[RedisLink]:
    """A redis that is right for desks."""
    redis = link(own_desk_redis)
    yield redis
    await redis.close()


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
