"""The lease that most tests of a desk's store begin with."""

from __future__ import annotations

from irmacall.core.ids import DeskId
from irmacall.store.desk import DeskStore, Lease


async def led(store: DeskStore, desk: DeskId, holder: str = "a", ttl: float = 30.0) -> Lease:
    """A lease that must be had at once."""
    lease = await store.acquire(desk, holder, ttl)
    assert lease is not None
    return lease
