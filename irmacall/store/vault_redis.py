"""The vault in a redis of its own, which keeps nothing on disk.

Per desk, under one hash tag:

    irmacall:{<desk>}:seen            the highest fence that came by
    irmacall:{<desk>}:claimant        the fence of the leader that claimed it last
    irmacall:{<desk>}:key:<id>        a wrapped data key; deleting it is the erasure
    irmacall:{<desk>}:content:<id>    what that key encrypts
    irmacall:{<desk>}:burned:<id>     for a minute: this id is burned, whatever is still on its way

Fence, clock and content are looked at in one script, so that nothing can happen between the question whether
somebody may read and the reading. A script answers a list: a word, and what belongs to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from typing import Final, NoReturn, cast

from irmacall.core.ids import DeskId, SealedId
from irmacall.errors import LeaseLost, PeerError, VaultGone
from irmacall.store.redis_link import RedisLink
from irmacall.store.redis_rules import require_forgetful
from irmacall.store.sealing import Disclosed, Sealed, expiry_of, open_sealed, seal_attributes
from irmacall.store.vault import BURNED_FOR, LARGEST_SKEW, capped, checked_key, milliseconds, refuse_skew

_TIME: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
"""
_FENCE: Final = """
local fence, seen = tonumber(ARGV[1]), tonumber(redis.call('GET', KEYS[1]) or '0')
if fence < seen then return {'lost'} end
if fence > seen then redis.call('SET', KEYS[1], ARGV[1]) end
"""
_CONFIRM: Final = (
    _FENCE
    + _TIME
    + f"""
if math.abs(now - ARGV[2]) > {milliseconds(LARGEST_SKEW)} then return {{'skew', now}} end
"""
)
_OPEN: Final = _CONFIRM + "return {'open', now, redis.call('GET', KEYS[2]), redis.call('GET', KEYS[3])}"
# Both live until the expiry by redis' clock, or for what is left of it by ours: whichever is first.
_SEAL: Final = (
    _CONFIRM
    + """
local last = math.min(tonumber(ARGV[3]), now + ARGV[3] - ARGV[2])
if last <= now or redis.call('EXISTS', KEYS[4]) == 1 then return {'gone'} end
last = string.format('%.0f', last)
redis.call('SET', KEYS[2], ARGV[4], 'PXAT', last)
redis.call('SET', KEYS[3], ARGV[5], 'PXAT', last)
return {'sealed'}
"""
)
_BURN: Final = """
for i = 1, #KEYS, 3 do
  redis.call('DEL', KEYS[i], KEYS[i + 1])
  redis.call('SET', KEYS[i + 2], '', 'PX', ARGV[1])
end
return {'burned'}
"""
_CLAIM: Final = _FENCE + "redis.call('SET', KEYS[2], ARGV[1]) return {'claimed'}"
_MISSING: Final = """
local missing = {}
for i, key in ipairs(KEYS) do
  if redis.call('EXISTS', key) == 0 then missing[#missing + 1] = i - 1 end
end
return missing
"""
_GET: Final = "return redis.call('GET', KEYS[1])"


class RedisVault:
    """The form for real: see `Vault` for what each method promises."""

    def __init__(self, link: RedisLink, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._link = link
        self._key = checked_key(key)
        self._clock = clock
        self._seal = link.script(_SEAL)
        self._open = link.script(_OPEN)
        self._burn = link.script(_BURN)
        self._missing = link.script(_MISSING)
        self._claim = link.script(_CLAIM)
        self._get = link.script(_GET)
        self._time = link.script(_TIME + "return now")

    async def check_configuration(self) -> None:
        """See `Vault.check_configuration`."""
        await require_forgetful(self._link)

    async def seal(
        self, desk: DeskId, sealed_id: SealedId, attributes: Mapping[str, str], expires_at: float, fence: int
    ) -> None:
        """See `Vault.seal`."""
        now = self._clock()
        expires_ms = milliseconds(capped(expires_at, now))
        sealed = seal_attributes(self._key, desk, sealed_id, attributes, expires_ms)
        keys = [_seen_key(desk), *_places(desk, sealed_id)]
        times = [str(milliseconds(now)), str(expires_ms)]
        answer = await self._link.run(self._seal, keys, [str(fence), *times, sealed.wrapped_key, sealed.content])
        if answer != [b"sealed"]:
            _refuse(desk, fence, now, answer)

    async def open(self, desk: DeskId, sealed_id: SealedId, fence: int, now: float) -> Disclosed:
        """See `Vault.open`."""
        keys = [_seen_key(desk), *_places(desk, sealed_id)[:2]]
        answer = await self._link.run(self._open, keys, [str(fence), str(milliseconds(now))])
        if answer[0] != b"open":
            _refuse(desk, fence, now, answer)
        _, vault_ms, wrapped_key, content = cast(tuple[bytes, int, bytes | None, bytes | None], answer)
        if wrapped_key is None or content is None:
            raise VaultGone("burned, expired, or never sealed here")
        if expiry_of(content) <= max(milliseconds(now), vault_ms):
            raise VaultGone("expired")
        return open_sealed(self._key, desk, sealed_id, Sealed(wrapped_key, content))

    async def burn(self, desk: DeskId, sealed_ids: Collection[SealedId]) -> None:
        """See `Vault.burn`."""
        keys = [place for sealed_id in sealed_ids for place in _places(desk, sealed_id)]
        if keys:
            await self._link.run(self._burn, keys, [str(milliseconds(BURNED_FOR))])

    async def missing(self, desk: DeskId, sealed_ids: Collection[SealedId]) -> frozenset[SealedId]:
        """See `Vault.missing`."""
        asked = list(sealed_ids)
        keys = [_places(desk, sealed_id)[0] for sealed_id in asked]
        return frozenset(asked[i] for i in await self._link.run(self._missing, keys, []))

    async def highest_fence(self, desk: DeskId) -> int:
        """See `Vault.highest_fence`."""
        return int(await self._link.run(self._get, [_seen_key(desk)], []) or 0)

    async def claim(self, desk: DeskId, fence: int) -> None:
        """See `Vault.claim`."""
        answer = await self._link.run(self._claim, [_seen_key(desk), _claimant_key(desk)], [str(fence)])
        if answer != [b"claimed"]:
            _refuse(desk, fence, 0.0, answer)

    async def claimant(self, desk: DeskId) -> int:
        """See `Vault.claimant`."""
        return int(await self._link.run(self._get, [_claimant_key(desk)], []) or 0)

    async def clock_skew(self) -> float:
        """See `Vault.clock_skew`."""
        before = self._clock()
        vault_ms = int(await self._link.run(self._time, [], []))
        return vault_ms / 1000 - (before + self._clock()) / 2

    async def close(self) -> None:
        """See `Vault.close`."""
        await self._link.close()


def _seen_key(desk: DeskId) -> str:
    return f"irmacall:{{{desk}}}:seen"


def _claimant_key(desk: DeskId) -> str:
    return f"irmacall:{{{desk}}}:claimant"


def _places(desk: DeskId, sealed_id: SealedId) -> list[str]:
    return [f"irmacall:{{{desk}}}:{what}:{sealed_id}" for what in ("key", "content", "burned")]


def _refuse(desk: DeskId, fence: int, now: float, answer: list[bytes | int]) -> NoReturn:
    """Raise what the script's word means."""
    match answer:
        case [b"lost"]:
            raise LeaseLost(f"desk {desk}: fence {fence} is lower than what the vault has seen")
        case [b"skew", int(vault_ms)]:
            refuse_skew(vault_ms / 1000 - now)
        case [b"gone"]:
            raise VaultGone("expired or burned before it was sealed")
    raise PeerError("the vault answered something that its script cannot answer")
