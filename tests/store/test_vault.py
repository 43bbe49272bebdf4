"""What every form of the vault promises."""

from __future__ import annotations

import asyncio
import time

import pytest

from irmacall.core.ids import DeskId, SealedId
from irmacall.errors import ClockSkew, LeaseLost, VaultGone
from irmacall.store.vault import LARGEST_SKEW, LONGEST_LIFE, Vault

NAME = {"initials": "J.", "prefix": "de", "familyname": "Vriès-Ünal", "gender": "V"}


async def test_seal_and_open(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """What was sealed comes back, as often as the leader asks, with its expiry."""
    expires_at = time.time() + 600
    await vault.seal(desk, sealed_id, NAME, expires_at, 1)
    for _ in range(2):
        disclosed = await vault.open(desk, sealed_id, 1, time.time())
        assert disclosed.attributes == NAME
        assert disclosed.expires_at == pytest.approx(expires_at, abs=0.002)


async def test_disclosed_is_never_printed(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """A disclosure that ends up in a log line by accident shows no attribute there."""
    await vault.seal(desk, sealed_id, NAME, time.time() + 600, 1)
    assert "Vri" not in repr(await vault.open(desk, sealed_id, 1, time.time()))


async def test_another_desk_or_id(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """An identity is found under its own desk and id only."""
    await vault.seal(desk, sealed_id, NAME, time.time() + 600, 1)
    for place in ((DeskId(f"{desk}-other"), sealed_id), (desk, SealedId(f"{sealed_id}0"))):
        with pytest.raises(VaultGone):
            await vault.open(*place, 1, time.time())


async def test_seal_repeated(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """A seal that is sent again after a lost answer leaves the same identity."""
    for _ in range(2):
        await vault.seal(desk, sealed_id, NAME, time.time() + 600, 1)
    assert (await vault.open(desk, sealed_id, 1, time.time())).attributes == NAME


async def test_burned(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """What was burned is gone, for good: a seal that was still on its way does not bring it back."""
    other = SealedId(f"{sealed_id}-other")
    for place in (sealed_id, other):
        await vault.seal(desk, place, NAME, time.time() + 600, 1)
    for _ in range(2):
        await vault.burn(desk, [sealed_id, SealedId("never there")])
    with pytest.raises(VaultGone):
        await vault.open(desk, sealed_id, 1, time.time())
    with pytest.raises(VaultGone):
        await vault.seal(desk, sealed_id, NAME, time.time() + 600, 1)
    with pytest.raises(VaultGone):
        await vault.open(desk, sealed_id, 1, time.time())
    assert (await vault.open(desk, other, 1, time.time())).attributes == NAME


async def test_burn_of_nothing(vault: Vault, desk: DeskId) -> None:
    """To burn no identity at all is no error."""
    await vault.burn(desk, [])


async def test_old_leader(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """A fence below the highest that came by neither opens nor seals, but may still burn."""
    await vault.seal(desk, sealed_id, NAME, time.time() + 600, 4)
    await vault.claim(desk, 5)
    with pytest.raises(LeaseLost):
        await vault.open(desk, sealed_id, 4, time.time())
    with pytest.raises(LeaseLost):
        await vault.seal(desk, SealedId("late"), NAME, time.time() + 600, 4)
    assert (await vault.open(desk, sealed_id, 5, time.time())).attributes == NAME
    await vault.burn(desk, [sealed_id])
    with pytest.raises(VaultGone):
        await vault.open(desk, sealed_id, 5, time.time())


async def test_fence_is_remembered(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """Whoever came by with the highest fence, by whichever way, and nothing lowers it."""
    assert await vault.highest_fence(desk) == 0
    await vault.seal(desk, sealed_id, NAME, time.time() + 600, 3)
    assert await vault.highest_fence(desk) == 3
    await vault.open(desk, sealed_id, 9, time.time())
    assert await vault.highest_fence(desk) == 9
    with pytest.raises(LeaseLost):
        await vault.claim(desk, 8)
    assert await vault.highest_fence(desk) == 9
    await vault.claim(desk, 10)
    assert await vault.highest_fence(desk) == 10
    assert await vault.highest_fence(DeskId(f"{desk}-other")) == 0


async def test_claimant(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """Only a claim makes a claimant: a fence that came by with a seal tells nothing of what was there before."""
    await vault.seal(desk, sealed_id, NAME, time.time() + 600, 3)
    assert await vault.claimant(desk) == 0
    await vault.claim(desk, 3)
    assert await vault.claimant(desk) == 3
    assert await vault.claimant(DeskId(f"{desk}-other")) == 0


async def test_missing(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """What is not there is named; what is there is not."""
    burned, never = SealedId(f"{sealed_id}-burned"), SealedId(f"{sealed_id}-never")
    for place in (sealed_id, burned):
        await vault.seal(desk, place, NAME, time.time() + 600, 1)
    await vault.burn(desk, [burned])
    assert await vault.missing(desk, [sealed_id, burned, never]) == {burned, never}
    assert await vault.missing(desk, []) == frozenset()


async def test_race_of_two_leaders(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """However the requests of two leaders fall among each other, after the higher one the lower sees nothing."""
    await vault.seal(desk, sealed_id, NAME, time.time() + 600, 1)
    fences = [1 + n % 2 for n in range(40)]
    seen: list[int] = []

    async def look(fence: int) -> None:
        try:
            await vault.open(desk, sealed_id, fence, time.time())
        except LeaseLost:
            return
        seen.append(fence)

    await asyncio.gather(*map(look, fences))
    assert seen.count(2) == 20
    with pytest.raises(LeaseLost):
        await vault.open(desk, sealed_id, 1, time.time())


async def test_expires_by_itself(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """After its expiry an identity is gone though nobody burned it, also for a clock that is behind."""
    await vault.seal(desk, sealed_id, NAME, time.time() + 0.8, 1)
    await asyncio.sleep(0.9)
    with pytest.raises(VaultGone):
        await vault.open(desk, sealed_id, 1, time.time() - LARGEST_SKEW / 2)


async def test_expiry_by_our_clock(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """An identity that has expired by our clock is not opened, though the vault's own says it has not."""
    expires_at = time.time() + LARGEST_SKEW / 2
    await vault.seal(desk, sealed_id, NAME, expires_at, 1)
    with pytest.raises(VaultGone):
        await vault.open(desk, sealed_id, 1, expires_at)


async def test_sealed_too_late(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """What has expired already is not kept for a moment."""
    with pytest.raises(VaultGone):
        await vault.seal(desk, sealed_id, NAME, time.time(), 1)
    with pytest.raises(VaultGone):
        await vault.open(desk, sealed_id, 1, time.time())


async def test_never_longer_than_an_hour(vault: Vault, desk: DeskId, sealed_id: SealedId) -> None:
    """Whatever expiry is asked for, the identity's own is within the hour."""
    before = time.time()
    await vault.seal(desk, sealed_id, NAME, before + 86_400, 1)
    disclosed = await vault.open(desk, sealed_id, 1, time.time())
    assert before + LONGEST_LIFE - 0.002 <= disclosed.expires_at <= time.time() + LONGEST_LIFE


@pytest.mark.parametrize("off", [LARGEST_SKEW + 0.5, -LARGEST_SKEW - 0.5, -86_400.0])
async def test_clocks_apart(vault: Vault, desk: DeskId, sealed_id: SealedId, off: float) -> None:
    """A clock that is set back, or is more than two seconds off the vault's, opens nothing."""
    await vault.seal(desk, sealed_id, NAME, time.time() + 600, 1)
    with pytest.raises(ClockSkew):
        await vault.open(desk, sealed_id, 1, time.time() + off)
    assert (await vault.open(desk, sealed_id, 1, time.time() + LARGEST_SKEW / 2)).attributes == NAME


async def test_clocks_agree(vault: Vault) -> None:
    """On one machine the vault's clock is ours."""
    assert abs(await vault.clock_skew()) < 0.1
