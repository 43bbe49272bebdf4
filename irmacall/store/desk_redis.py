"""The desk's records in redis: for more than one daemon, and for restarts.

Per desk, under one hash tag so that the three live together in a cluster:

    irmacall:{<desk>}:lease     the holder's name; redis drops it when the lease lapses
    irmacall:{<desk>}:leader    a hash: the newest fence, its holder until it releases, its last save's number
    irmacall:{<desk>}:records   a hash: kind NUL id → the record, with its HMAC in front (see `authentic`)

Each operation is one script: it looks at the fence and acts on what it saw with nothing in between.

A save that we gave up on may still stand in the buffer of a redis that hangs, and be done after a later one
of ours that came over another connection. So saves of one leader go one at a time and carry a rising number,
and a save that comes after a later one changes nothing.
Source: https://redis.io/docs/latest/develop/programmability/eval-intro/ (atomicity).
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace
from typing import Final, cast

import structlog

from irmacall.core.ids import DeskId, RecordKey
from irmacall.errors import LeaseLost, PeerError
from irmacall.store.authentic import derived_key, protected, verified
from irmacall.store.desk import Lease
from irmacall.store.redis_link import RedisLink
from irmacall.store.redis_rules import require_durable

log = structlog.get_logger("irmacall.store")

_MOST_NAMED: Final = 10
"""Names of refused records in one line of the log."""
_ACQUIRE: Final = """
local held = redis.call('GET', KEYS[1])
if held and held ~= ARGV[1] then return false end
local newest = tonumber(redis.call('HGET', KEYS[2], 'fence') or '0')
local fence = string.format('%.0f', math.max(newest, tonumber(ARGV[3])) + 1)
redis.call('HSET', KEYS[2], 'fence', fence, 'holder', ARGV[1], 'saved', '0')
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return fence
"""

# Every script below is given holder and fence first, and does nothing for any but the newest leader.
_NEWEST: Final = """
local leader = redis.call('HMGET', KEYS[2], 'holder', 'fence')
if leader[1] ~= ARGV[1] or leader[2] ~= ARGV[2] then return false end
"""
_RENEW: Final = _NEWEST + "redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[3]) return 1"
_RELEASE: Final = _NEWEST + "redis.call('DEL', KEYS[1]) redis.call('HDEL', KEYS[2], 'holder') return 1"
_LOAD: Final = _NEWEST + "return redis.call('HGETALL', KEYS[3])"
_SAVE: Final = (
    _NEWEST
    + """
if tonumber(redis.call('HGET', KEYS[2], 'saved')) >= tonumber(ARGV[3]) then return 0 end
redis.call('HSET', KEYS[2], 'saved', ARGV[3])
local puts = tonumber(ARGV[4])
for i = 5, 3 + 2 * puts, 2 do redis.call('HSET', KEYS[3], ARGV[i], ARGV[i + 1]) end
for i = 5 + 2 * puts, #ARGV do redis.call('HDEL', KEYS[3], ARGV[i]) end
return 1
"""
)


class RedisDeskStore:
    """The form for real: see `DeskStore` for what each method promises.

    `key` is the vault's key-encryption key: nobody without it can have written a record that is loaded.
    """

    def __init__(self, link: RedisLink, key: bytes, clock: Callable[[], float] = time.monotonic) -> None:
        self._link = link
        self._key = derived_key(key)
        self._clock = clock
        self._saving = asyncio.Lock()
        self._numbers = itertools.count(1)
        self._acquire = link.script(_ACQUIRE)
        self._renew = link.script(_RENEW)
        self._release = link.script(_RELEASE)
        self._load = link.script(_LOAD)
        self._save = link.script(_SAVE)

    async def check_configuration(self) -> None:
        """See `DeskStore.check_configuration`."""
        await require_durable(self._link)

    async def acquire(self, desk: DeskId, holder: str, ttl: float, floor: int = 0) -> Lease | None:
        """See `DeskStore.acquire`."""
        asked = self._clock()
        fence = await self._link.run(self._acquire, _keys(desk), [holder, _milliseconds(ttl), str(floor)])
        return None if fence is None else Lease(desk, holder, int(fence), ttl, asked + ttl)

    async def holder(self, desk: DeskId) -> str | None:
        """See `DeskStore.holder`."""
        found = await self._link.ask("GET", _keys(desk)[0])
        return None if found is None else cast(bytes, found).decode(errors="replace")

    async def renew(self, lease: Lease) -> Lease:
        """See `DeskStore.renew`."""
        asked = self._clock()
        arguments = [*_proof(lease), _milliseconds(lease.ttl)]
        _confirmed(lease, await self._link.run(self._renew, _keys(lease.desk), arguments))
        return replace(lease, deadline=asked + lease.ttl)

    async def release(self, lease: Lease) -> None:
        """See `DeskStore.release`."""
        await self._link.run(self._release, _keys(lease.desk), _proof(lease))

    async def load(self, lease: Lease) -> dict[RecordKey, bytes]:
        """See `DeskStore.load`."""
        answer = _confirmed(lease, await self._link.run(self._load, _keys(lease.desk), _proof(lease)))
        flat = cast(list[bytes], answer)
        kept = dict(zip(flat[::2], flat[1::2], strict=True))
        read = {field: verified(self._key, lease.desk, field, value) for field, value in kept.items()}
        await self._refuse(lease, [field for field, record in read.items() if record is None])
        return {_record_key(field): record for field, record in read.items() if record is not None}

    async def save(self, lease: Lease, puts: Mapping[RecordKey, bytes], deletes: Collection[RecordKey] = ()) -> None:
        """See `DeskStore.save`."""
        fields = {_field(key): record for key, record in puts.items()}
        ours = {field: protected(self._key, lease.desk, field, record) for field, record in fields.items()}
        await self._write(lease, ours, [_field(key) for key in deletes])

    async def _refuse(self, lease: Lease, fields: Sequence[bytes]) -> None:
        """These are not ours, or of another key. Calls whose records they were are served on, anonymously."""
        if fields:
            names = [repr(field.partition(b"\0")[::2]) for field in fields[:_MOST_NAMED]]
            log.error(
                "records refused: not written with our vault-key", desk=lease.desk, count=len(fields), names=names
            )
            await self._write(lease, {}, fields)

    async def _write(self, lease: Lease, puts: Mapping[bytes, bytes], deletes: Sequence[bytes]) -> None:
        flat = [part for put in puts.items() for part in put]
        async with self._saving:
            proof = [*_proof(lease), str(next(self._numbers)), str(len(puts))]
            arguments: list[str | bytes] = [*proof, *flat, *deletes]
            answer = await self._link.run(self._save, _keys(lease.desk), arguments)
        if _confirmed(lease, answer) == 0:
            raise PeerError(f"desk {lease.desk}: another save of this leader came first")

    async def close(self) -> None:
        """See `DeskStore.close`."""
        await self._link.close()


def _keys(desk: DeskId) -> list[str]:
    return [f"irmacall:{{{desk}}}:{what}" for what in ("lease", "leader", "records")]


def _proof(lease: Lease) -> list[str]:
    return [lease.holder, str(lease.fence)]


def _confirmed(lease: Lease, answer: object) -> object:
    """The script's answer; redis says nil where the script found another leader."""
    if answer is None:
        raise LeaseLost(f"desk {lease.desk}: fence {lease.fence} is no longer the newest")
    return answer


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


def _field(key: RecordKey) -> bytes:
    kind, name = key
    assert "\0" not in kind, "NUL parts the kind from the id"
    return f"{kind}\0{name}".encode()


def _record_key(field: bytes) -> RecordKey:
    kind, _, name = field.decode().partition("\0")
    return (kind, name)
