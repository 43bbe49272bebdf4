"""Where identities are kept, sealed, for an hour at most; and the form of it that lives in memory.

An identity leaves the vault in one way: `open`, for the daemon that leads the desk now. The vault keeps the
highest fence that it saw of each desk and refuses every lower one, so that a daemon which slept past its lease
cannot show anybody's name when it wakes.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Mapping
from typing import Final, Protocol

from irmacall.core.ids import DeskId, SealedId
from irmacall.errors import ClockSkew, LeaseLost, VaultGone
from irmacall.store.sealing import KEY_BYTES, Disclosed, Sealed, expiry_of, open_sealed, seal_attributes

LONGEST_LIFE: Final = 3600.0
"""Seconds that an identity may be kept, whatever expiry is asked for."""
LARGEST_SKEW: Final = 2.0
"""Seconds that our clock and the vault's may differ before nothing is sealed or shown."""
BURNED_FOR: Final = 60.0
"""Seconds for which a burned id stays burned, so that a seal that was on its way meanwhile comes too late."""


class Vault(Protocol):
    """Keeps sealed identities. Times are in seconds since the epoch.

    Each method raises `PeerUnavailable` when the vault does not answer in time, and `PeerError` when it
    answers nonsense. To repeat any of them after a lost answer is harmless.
    """

    async def seal(
        self, desk: DeskId, sealed_id: SealedId, attributes: Mapping[str, str], expires_at: float, fence: int
    ) -> None:
        """Keep the attributes until `expires_at`, and never longer than an hour.

        Raises `LeaseLost` when a later leader was seen, `ClockSkew`, and `VaultGone` when the id was just
        burned or `expires_at` has passed.
        """

    async def open(self, desk: DeskId, sealed_id: SealedId, fence: int, now: float) -> Disclosed:
        """What was sealed. Raises `LeaseLost`, `ClockSkew`, or `VaultGone` (burned, expired, never there)."""

    async def burn(self, desk: DeskId, sealed_ids: Collection[SealedId]) -> None:
        """Erase these identities for good. Needs no fence: who may not read may still erase."""

    async def missing(self, desk: DeskId, sealed_ids: Collection[SealedId]) -> frozenset[SealedId]:
        """Those of these that are not there: burned, expired, or lost."""

    async def highest_fence(self, desk: DeskId) -> int:
        """The highest fence that the vault saw of this desk; 0 when it saw none."""

    async def claim(self, desk: DeskId, fence: int) -> None:
        """Refuse lower fences from now on, and remember whose vault this is. Raises `LeaseLost` for a lower one."""

    async def claimant(self, desk: DeskId) -> int:
        """The fence of the leader that claimed it last; 0: none did since the vault began, or began anew."""

    async def clock_skew(self) -> float:
        """Seconds that the vault's clock is ahead of ours (negative: behind), give or take half a request."""

    async def check_configuration(self) -> None:
        """Raises `SettingsError` when the vault would keep anything on disk."""

    async def close(self) -> None:
        """Close what was opened."""


def milliseconds(seconds: float) -> int:
    """The unit of redis' own expiry, which is also the one that is sealed."""
    return int(seconds * 1000)


def checked_key(key: bytes) -> bytes:
    """The key-encryption key, once it has the right length."""
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key-encryption key must have {KEY_BYTES} bytes, not {len(key)}")
    return key


def capped(expires_at: float, now: float) -> float:
    """The expiry, or an hour from now where that is earlier."""
    return min(expires_at, now + LONGEST_LIFE)


def refuse_skew(skew: float) -> None:
    """Raises `ClockSkew` when an expiry can no longer be trusted."""
    if abs(skew) > LARGEST_SKEW:
        raise ClockSkew(f"the vault's clock is {skew:+.1f} s off ours; at most {LARGEST_SKEW} s can be borne")


class MemoryVault:
    """The embedded form: for one daemon, and gone with it. `clock` is the vault's own idea of the time."""

    def __init__(self, key: bytes, clock: Callable[[], float] = time.time) -> None:
        self._key = checked_key(key)
        self._clock = clock
        self._kept: dict[tuple[DeskId, SealedId], Sealed] = {}
        self._wipes: dict[tuple[DeskId, SealedId], asyncio.TimerHandle] = {}
        self._burned: dict[tuple[DeskId, SealedId], asyncio.TimerHandle] = {}
        self._fences: dict[DeskId, int] = {}
        self._claimants: dict[DeskId, int] = {}

    async def seal(
        self, desk: DeskId, sealed_id: SealedId, attributes: Mapping[str, str], expires_at: float, fence: int
    ) -> None:
        """See `Vault.seal`."""
        self._confirm(desk, fence)
        place, now = (desk, sealed_id), self._clock()
        last = capped(expires_at, now)
        if last <= now or place in self._burned:
            raise VaultGone("expired or burned before it was sealed")
        self._wipe(place)
        self._kept[place] = seal_attributes(self._key, desk, sealed_id, attributes, milliseconds(last))
        self._wipes[place] = asyncio.get_running_loop().call_later(last - now, self._wipe, place)

    async def open(self, desk: DeskId, sealed_id: SealedId, fence: int, now: float) -> Disclosed:
        """See `Vault.open`."""
        self._confirm(desk, fence)
        refuse_skew(self._clock() - now)
        sealed = self._kept.get((desk, sealed_id))
        if sealed is None or expiry_of(sealed.content) <= milliseconds(max(now, self._clock())):
            raise VaultGone("burned, expired, or never sealed here")
        return open_sealed(self._key, desk, sealed_id, sealed)

    async def burn(self, desk: DeskId, sealed_ids: Collection[SealedId]) -> None:
        """See `Vault.burn`."""
        for sealed_id in sealed_ids:
            place = (desk, sealed_id)
            self._wipe(place)
            self._forget_burning(place)
            timer = asyncio.get_running_loop().call_later(BURNED_FOR, self._forget_burning, place)
            self._burned[place] = timer

    async def missing(self, desk: DeskId, sealed_ids: Collection[SealedId]) -> frozenset[SealedId]:
        """See `Vault.missing`."""
        return frozenset(sealed_id for sealed_id in sealed_ids if (desk, sealed_id) not in self._kept)

    async def highest_fence(self, desk: DeskId) -> int:
        """See `Vault.highest_fence`."""
        return self._fences.get(desk, 0)

    async def claim(self, desk: DeskId, fence: int) -> None:
        """See `Vault.claim`."""
        self._confirm(desk, fence)
        self._claimants[desk] = fence

    async def claimant(self, desk: DeskId) -> int:
        """See `Vault.claimant`."""
        return self._claimants.get(desk, 0)

    async def clock_skew(self) -> float:
        """See `Vault.clock_skew`: this vault's clock is ours."""
        return 0.0

    async def check_configuration(self) -> None:
        """Memory keeps nothing on disk."""

    async def close(self) -> None:
        """Forget everything, as a redis without a disk does when it stops."""
        for timer in (*self._wipes.values(), *self._burned.values()):
            timer.cancel()
        self._kept.clear()

    def _confirm(self, desk: DeskId, fence: int) -> None:
        if fence < self._fences.get(desk, 0):
            raise LeaseLost(f"desk {desk}: fence {fence} is lower than what the vault has seen")
        self._fences[desk] = fence

    def _wipe(self, place: tuple[DeskId, SealedId]) -> None:
        """Drop both halves. CPython cannot prove the memory zeroed, but without this nothing is reachable."""
        self._kept.pop(place, None)
        timer = self._wipes.pop(place, None)
        if timer is not None:
            timer.cancel()

    def _forget_burning(self, place: tuple[DeskId, SealedId]) -> None:
        timer = self._burned.pop(place, None)
        if timer is not None:
            timer.cancel()
