"""What a redis must be for its role: the desk's never forgets, the vault's never writes down.

Read from the running server (CONFIG GET, INFO), since that is what counts; a configuration file can differ.
"""

from __future__ import annotations

from irmacall.errors import PeerError, PeerUnavailable, SettingsError
from irmacall.store.redis_link import RedisLink


async def require_durable(link: RedisLink) -> None:
    """Raises `SettingsError` unless a save that was answered survives a crash of this redis."""
    found = await _configuration(link, "appendonly", "appendfsync", "maxmemory-policy")
    _require("the desk's redis", found, "appendonly", "yes")
    _require("the desk's redis", found, "appendfsync", "always")
    _require("the desk's redis", found, "maxmemory-policy", "noeviction")


async def require_forgetful(link: RedisLink) -> None:
    """Raises `SettingsError` if this redis keeps anything on disk, or a copy that outlives an erasure.

    Eviction is refused for the sake of the fence. The slow log would keep the arguments of a slow seal in
    memory after the identity was burned. A replica holds a copy on a disk that we cannot ask about.
    """
    found = await _configuration(
        link, "save", "appendonly", "maxmemory-policy", "slowlog-max-len", "slowlog-log-slower-than"
    )
    _require("the vault's redis", found, "save", "")
    _require("the vault's redis", found, "appendonly", "no")
    _require("the vault's redis", found, "maxmemory-policy", "noeviction")
    if not found["slowlog-log-slower-than"].startswith("-"):
        _require("the vault's redis", found, "slowlog-max-len", "0")
    await _require_alone(link)


async def _require_alone(link: RedisLink) -> None:
    answer: dict[str, object] = await link.ask("INFO", "replication")
    facts = {name: str(value) for name, value in answer.items()}
    _require("the vault's redis", facts, "role", "master")
    _require("the vault's redis", facts, "connected_slaves", "0")


async def _configuration(link: RedisLink, *names: str) -> dict[str, str]:
    """The running configuration; a server that hides it cannot be trusted with either role."""
    try:
        flat: list[bytes] = await link.ask("CONFIG", "GET", *names)
    except PeerUnavailable:
        raise
    except PeerError as error:
        raise SettingsError(f"without CONFIG GET this redis cannot be judged: allow it to us ({error})") from error
    words = [word.decode() for word in flat]
    return dict(zip(words[::2], words[1::2], strict=True))


def _require(whose: str, found: dict[str, str], name: str, wanted: str) -> None:
    value = found.get(name)
    if value != wanted:
        raise SettingsError(f"{whose} has {name} = {value!r}; it must be {wanted!r}")
