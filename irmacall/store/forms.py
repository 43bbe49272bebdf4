"""Which form of a store a site asked for: `memory://`, or the URL of a redis."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from irmacall.store.desk import DeskStore, MemoryDeskStore
from irmacall.store.desk_redis import RedisDeskStore
from irmacall.store.redis_link import RedisLink
from irmacall.store.vault import MemoryVault, Vault
from irmacall.store.vault_redis import RedisVault

MEMORY: Final = "memory://"


def desk_store(
    url: str, key: bytes, *, password: str | None = None, timeout: float = 1.0, ca_file: Path | None = None
) -> DeskStore:
    """The store of desks at `url`; `timeout` is in seconds and for a whole request. `key` is the vault's."""
    if url == MEMORY:
        return MemoryDeskStore()
    return RedisDeskStore(RedisLink(url, password=password, timeout=timeout, ca_file=ca_file), key)


def vault(
    url: str, key: bytes, *, password: str | None = None, timeout: float = 1.0, ca_file: Path | None = None
) -> Vault:
    """The vault at `url`. `key` is the key-encryption key: 32 bytes from the credentials."""
    if url == MEMORY:
        return MemoryVault(key)
    return RedisVault(RedisLink(url, password=password, timeout=timeout, ca_file=ca_file), key)
