"""What every form of the desk store promises."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence

import pytest

from irmacall.core.ids import DeskId
from irmacall.errors import LeaseLost
from irmacall.store.desk import DeskStore, Lease
from tests.store.leading import led

CALL, AGENT = ("call", "node1-1700000000.1"), ("agent", "jansen")


async def taken(store: DeskStore, desk: DeskId, holder: str) -> Lease:
    """The lease of a desk, as soon as its holder's lapses; it must within 5 s."""
    for _ in range(500):
        lease = await store.acquire(desk, holder, 30.0)
        if lease is not None:
            return lease
        await asyncio.sleep(0.01)
    raise AssertionError("the lease never lapsed")


async def test_one_leads(desk_stores: Sequence[DeskStore], desk: DeskId) -> None:
    """While one holds the lease another gets none, however often it asks."""
    first, second = desk_stores
    assert await led(first, desk, "a")
    assert [await second.acquire(desk, "b", 30.0) for _ in range(3)] == [None] * 3


async def test_who_holds_the_lease_is_told(desk_stores: Sequence[DeskStore], desk: DeskId) -> None:
    """To everybody who asks, by the name that it gave, and only while it holds it."""
    first, second = desk_stores
    assert await second.holder(desk) is None
    lease = await led(first, desk, "kcc1, process 7 a")
    assert [await store.holder(desk) for store in desk_stores] == ["kcc1, process 7 a"] * 2
    await first.release(lease)
    assert await second.holder(desk) is None


async def test_desks_share_nothing(desk_store: DeskStore, desk: DeskId) -> None:
    """Two desks have their own leader, fence and records."""
    other = DeskId(f"{desk}-other")
    here, there = await led(desk_store, desk, "a"), await led(desk_store, other, "b")
    await desk_store.save(here, {CALL: b"here"})
    assert await desk_store.load(there) == {}
    assert (here.fence, there.fence) == (1, 1)


async def test_deadline_is_counted_from_before_the_request(desk_store: DeskStore, desk: DeskId) -> None:
    """The holder's deadline is never later than the store's, for a new and for a renewed lease."""
    before = time.monotonic()
    lease = await led(desk_store, desk, ttl=3.0)
    after = time.monotonic()
    assert before + 3.0 <= lease.deadline <= after + 3.0
    renewed = await desk_store.renew(lease)
    assert after + 3.0 <= renewed.deadline <= time.monotonic() + 3.0
    assert renewed.stands_at(after)
    assert not renewed.stands_at(renewed.deadline)


async def test_fence_rises_over_a_lapse(desk_stores: Sequence[DeskStore], desk: DeskId) -> None:
    """A lease that lapses leaves its fence behind: the next is higher, and the old one can do nothing."""
    first, second = desk_stores
    old = await led(first, desk, "a", ttl=0.05)
    await first.save(old, {CALL: b"1"})
    new = await taken(second, desk, "b")
    assert new.fence > old.fence
    await second.save(new, {CALL: b"2"})
    with pytest.raises(LeaseLost):
        await first.save(old, {CALL: b"late"})
    with pytest.raises(LeaseLost):
        await first.renew(old)
    with pytest.raises(LeaseLost):
        await first.load(old)
    assert await second.load(new) == {CALL: b"2"}


async def test_late_release_takes_nothing_from_the_next(desk_stores: Sequence[DeskStore], desk: DeskId) -> None:
    """A daemon that releases what it lost long ago does not harm the one that leads now."""
    first, second = desk_stores
    old = await led(first, desk, "a", ttl=0.05)
    new = await taken(second, desk, "b")
    await first.release(old)
    assert await first.acquire(desk, "a", 30.0) is None
    await second.save(new, {CALL: b"2"})


async def test_lapsed_but_not_taken_can_be_renewed(desk_stores: Sequence[DeskStore], desk: DeskId) -> None:
    """A leader whose lease lapsed while nobody else came leads on, with the same fence."""
    first, second = desk_stores
    lease = await led(first, desk, "a", ttl=0.05)
    await asyncio.sleep(0.1)  # a lapse is no event, and to ask whether it came would be to take the lease
    renewed = await first.renew(Lease(desk, "a", lease.fence, 30.0, lease.deadline))
    assert renewed.fence == lease.fence
    assert await second.acquire(desk, "b", 30.0) is None


async def test_released_at_once(desk_stores: Sequence[DeskStore], desk: DeskId) -> None:
    """After a release another leads at once, and the one that released may save no more."""
    first, second = desk_stores
    lease = await led(first, desk, "a")
    await first.release(lease)
    await first.release(lease)
    with pytest.raises(LeaseLost):
        await first.save(lease, {CALL: b"late"})
    assert (await led(second, desk, "b")).fence > lease.fence


async def test_same_holder_again(desk_store: DeskStore, desk: DeskId) -> None:
    """A holder that did not hear the answer to its acquire asks again, and only the newest answer counts."""
    unheard = await led(desk_store, desk, "a")
    heard = await led(desk_store, desk, "a")
    assert heard.fence > unheard.fence
    with pytest.raises(LeaseLost):
        await desk_store.save(unheard, {CALL: b"1"})
    await desk_store.save(heard, {CALL: b"2"})


async def test_floor(desk_store: DeskStore, desk: DeskId) -> None:
    """The fence is above the highest of what the store and what the vault knows."""
    high = await desk_store.acquire(desk, "a", 30.0, floor=41)
    assert high is not None
    assert high.fence == 42
    again = await desk_store.acquire(desk, "a", 30.0, floor=7)
    assert again is not None
    assert again.fence == 43


async def test_save_changes_what_it_names(desk_store: DeskStore, desk: DeskId) -> None:
    """A save writes and removes the records that it names, and leaves the others as they were."""
    lease = await led(desk_store, desk)
    await desk_store.save(lease, {CALL: b"1", AGENT: b"\x00\xff binary"}, [])
    await desk_store.save(lease, {("queue", "a\0b é"): b""}, [CALL, ("call", "never there")])
    assert await desk_store.load(lease) == {AGENT: b"\x00\xff binary", ("queue", "a\0b é"): b""}


async def test_save_repeated(desk_store: DeskStore, desk: DeskId) -> None:
    """A save that is sent again after a lost answer changes nothing more."""
    lease = await led(desk_store, desk)
    await desk_store.save(lease, {AGENT: b"free"})
    for _ in range(2):
        await desk_store.save(lease, {CALL: b"1"}, [AGENT])
    assert await desk_store.load(lease) == {CALL: b"1"}


async def test_many_records_in_one_save(desk_store: DeskStore, desk: DeskId) -> None:
    """One save may hold many thousands of records: nothing in it is limited to a stack or a frame."""
    lease = await led(desk_store, desk)
    many = {("call", str(n)): b"x" * 100 for n in range(12_000)}
    await desk_store.save(lease, many)
    assert await desk_store.load(lease) == many
    await desk_store.save(lease, {}, list(many))
    assert await desk_store.load(lease) == {}


async def test_race_for_the_lease(desk_stores: Sequence[DeskStore], desk: DeskId) -> None:
    """Of twenty that ask at the same moment, one leads."""
    asked = (desk_stores[n % 2].acquire(desk, f"daemon{n}", 30.0) for n in range(20))
    leases = [lease for lease in await asyncio.gather(*asked) if lease is not None]
    assert len(leases) == 1
    assert leases[0].fence == 1
