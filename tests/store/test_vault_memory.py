"""What only the memory form of the vault has to show: that it forgets without being asked."""

from __future__ import annotations

import asyncio
import gc
import time

from irmacall.core.ids import DeskId, SealedId
from irmacall.store.sealing import Sealed
from irmacall.store.vault import MemoryVault


def left(vault: MemoryVault) -> int:
    """How many sealed identities can still be reached from the vault."""
    return sum(isinstance(thing, Sealed) for held in gc.get_referents(vault) for thing in reached(held))


def reached(thing: object) -> list[object]:
    """What a container of the vault holds."""
    return list(thing.values()) if isinstance(thing, dict) else []


async def test_wiped_at_expiry(desk: DeskId) -> None:
    """An identity that nobody reads or burns is dropped at its expiry, though nobody asks for it."""
    vault = MemoryVault(bytes(32))
    await vault.seal(desk, SealedId("short"), {"familyname": "x"}, time.time() + 0.2, 1)
    await vault.seal(desk, SealedId("long"), {"familyname": "x"}, time.time() + 600, 1)
    assert left(vault) == 2
    await asyncio.sleep(0.4)
    assert left(vault) == 1
    await vault.close()


async def test_wiped_by_burn_and_close(desk: DeskId) -> None:
    """A burn drops one, closing drops all."""
    vault = MemoryVault(bytes(32))
    for place in "abc":
        await vault.seal(desk, SealedId(place), {"familyname": "x"}, time.time() + 600, 1)
    await vault.burn(desk, [SealedId("a")])
    assert left(vault) == 2
    await vault.close()
    assert left(vault) == 0
