"""The desk's records and the lease that says who may change them; and the form of both that lives in memory.

A desk has one leader at a time: the daemon that holds its lease. Each new lease has a higher fence (a fencing
number), and every load and save carries it, so that a daemon that slept past its lease can change nothing
any more, however late its request arrives. The fence is kept when the lease lapses.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from typing import Protocol

from irmacall.core.ids import DeskId, RecordKey
from irmacall.errors import LeaseLost


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to lead `desk`, until `deadline` unless it is renewed.

    `deadline` is in seconds of the monotonic clock, counted from before the request was sent: it is never
    later than the moment at which another daemon can get the lease. `ttl` is in seconds too.
    """

    desk: DeskId
    holder: str
    fence: int
    ttl: float
    deadline: float

    def stands_at(self, now: float) -> bool:
        """Whether the holder may still act, at `now` on the monotonic clock."""
        return now < self.deadline


class DeskStore(Protocol):
    """Where the records of desks are saved. Records are bytes, opaque to the store.

    Each method raises `PeerUnavailable` when the store does not answer in time, and `PeerError` when it
    answers that it cannot. To repeat any of them after a lost answer is harmless.
    """

    async def check_configuration(self) -> None:
        """Raises `SettingsError` when a record that was saved might not survive the store's crash."""

    async def acquire(self, desk: DeskId, holder: str, ttl: float, floor: int = 0) -> Lease | None:
        """Take the lease of a desk; None while another holds it.

        `holder` names one life of one daemon, not a machine: a restarted daemon is a new holder. The new
        fence is one above the highest of this store and `floor` (what the vault knows).
        """

    async def holder(self, desk: DeskId) -> str | None:
        """Who holds the lease now, by the name that it gave; None: nobody. To be told, and never to be acted on."""

    async def renew(self, lease: Lease) -> Lease:
        """The same lease with a later deadline. Raises `LeaseLost` once another has taken it."""

    async def release(self, lease: Lease) -> None:
        """Give the lease up, so that a standby need not wait for it to lapse. Nothing if it is not ours."""

    async def load(self, lease: Lease) -> dict[RecordKey, bytes]:
        """All records of the desk. Raises `LeaseLost` when a later lease was given out.

        A record that was not saved through this protocol is left out and removed, and its name is logged as an error.
        """

    async def save(self, lease: Lease, puts: Mapping[RecordKey, bytes], deletes: Collection[RecordKey] = ()) -> None:
        """Write some records and remove others, all or nothing; costs what changed, not what there is.

        The records are durable when this returns. Raises `LeaseLost` when a later lease was given out.
        """

    async def close(self) -> None:
        """Close what was opened. The lease is not released."""


class MemoryDeskStore:
    """The embedded form: for one daemon, and gone with it."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._newest: dict[DeskId, Lease] = {}
        self._fences: dict[DeskId, int] = {}
        self._records: dict[DeskId, dict[RecordKey, bytes]] = {}

    async def check_configuration(self) -> None:
        """Memory promises nothing that has to be checked."""

    async def acquire(self, desk: DeskId, holder: str, ttl: float, floor: int = 0) -> Lease | None:
        """See `DeskStore.acquire`."""
        now = self._clock()
        newest = self._newest.get(desk)
        if newest is not None and newest.holder != holder and newest.stands_at(now):
            return None
        fence = max(self._fences.get(desk, 0), floor) + 1
        self._fences[desk] = fence
        self._newest[desk] = Lease(desk, holder, fence, ttl, now + ttl)
        return self._newest[desk]

    async def holder(self, desk: DeskId) -> str | None:
        """See `DeskStore.holder`."""
        newest = self._newest.get(desk)
        return newest.holder if newest is not None and newest.stands_at(self._clock()) else None

    async def renew(self, lease: Lease) -> Lease:
        """See `DeskStore.renew`."""
        self._confirm(lease)
        renewed = replace(lease, deadline=self._clock() + lease.ttl)
        self._newest[lease.desk] = renewed
        return renewed

    async def release(self, lease: Lease) -> None:
        """See `DeskStore.release`."""
        newest = self._newest.get(lease.desk)
        if newest is not None and (newest.holder, newest.fence) == (lease.holder, lease.fence):
            del self._newest[lease.desk]

    async def load(self, lease: Lease) -> dict[RecordKey, bytes]:
        """See `DeskStore.load`."""
        self._confirm(lease)
        return dict(self._records.get(lease.desk, {}))

    async def save(self, lease: Lease, puts: Mapping[RecordKey, bytes], deletes: Collection[RecordKey] = ()) -> None:
        """See `DeskStore.save`."""
        self._confirm(lease)
        records = self._records.setdefault(lease.desk, {})
        records.update(puts)
        for key in deletes:
            records.pop(key, None)

    async def close(self) -> None:
        """Nothing was opened."""

    def _confirm(self, lease: Lease) -> None:
        newest = self._newest.get(lease.desk)
        if newest is None or (newest.holder, newest.fence) != (lease.holder, lease.fence):
            raise LeaseLost(f"desk {lease.desk}: fence {lease.fence} is no longer the newest")
