"""What the redis form of the desk store does when its redis fails it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable

import pytest
from structlog.testing import capture_logs

from irmacall.core.ids import DeskId
from irmacall.errors import LeaseLost, PeerError, PeerUnavailable
from irmacall.store.desk_redis import RedisDeskStore
from irmacall.store.redis_link import RedisLink
from lab.redisd import RedisServer
from tests.store.leading import led
from tests.store.redis_server import TIMEOUT, link

CALL = ("call", "node1-1.1")
CALL_FIELD = b"call\0node1-1.1"
KEY = bytes(range(32))


@pytest.fixture
async def store(own_desk_redis: RedisServer) -> AsyncIterator[RedisDeskStore]:
    """A store on a redis that the test may ill-treat."""
    store = RedisDeskStore(link(own_desk_redis), KEY)
    yield store
    await store.close()


async def records(operator: RedisLink, desk: DeskId) -> dict[bytes, bytes]:
    """What lies in redis, as it lies there."""
    kept: dict[bytes, bytes] = await operator.ask("HGETALL", f"irmacall:{{{desk}}}:records")
    return kept


async def test_restart_loses_nothing(own_desk_redis: RedisServer, store: RedisDeskStore, desk: DeskId) -> None:
    """What was saved when redis was killed is there when it is back, and so are lease and fence."""
    lease = await led(store, desk)
    await store.save(lease, {("call", str(n)): b"%d" % n for n in range(100)})
    await own_desk_redis.kill()
    with pytest.raises(PeerUnavailable):
        await store.renew(lease)
    await own_desk_redis.start()
    assert await store.acquire(desk, "b", 30.0) is None
    lease = await store.renew(lease)
    assert len(await store.load(lease)) == 100
    await store.save(lease, {CALL: b"1"})
    await store.release(lease)
    assert (await led(store, desk, "b")).fence == lease.fence + 1


async def test_silent_redis_is_told_in_time(own_desk_redis: RedisServer, store: RedisDeskStore, desk: DeskId) -> None:
    """Every operation on a redis that holds its socket and says nothing ends within the time-out."""
    lease = await led(store, desk)
    own_desk_redis.program.freeze()
    for asked in (
        store.acquire(desk, "a", 30.0),
        store.renew(lease),
        store.load(lease),
        store.save(lease, {CALL: b"1"}),
        store.release(lease),
    ):
        began = time.monotonic()
        with pytest.raises(PeerUnavailable):
            await asked
        assert time.monotonic() - began < TIMEOUT + 1.0
    own_desk_redis.program.wake()
    # It now does what it was sent meanwhile: the acquire of the same holder, so this lease is the older one.
    with pytest.raises(LeaseLost):
        await store.save(lease, {CALL: b"late"})
    await led(store, desk)


async def test_deadline_of_a_slow_answer(own_desk_redis: RedisServer, store: RedisDeskStore, desk: DeskId) -> None:
    """However long redis takes to answer, the deadline counts from when it was asked."""
    for renewing in (False, True):
        lease = await led(store, desk)
        own_desk_redis.program.freeze()
        began = time.monotonic()
        asked = asyncio.create_task(store.renew(lease) if renewing else led(store, desk))
        await asyncio.sleep(0.2)
        own_desk_redis.program.wake()
        assert (await asked).deadline < began + 30.0 + 0.15


async def test_late_save_of_an_old_leader(own_desk_redis: RedisServer, store: RedisDeskStore, desk: DeskId) -> None:
    """A save that waited in a frozen redis does no harm, though it arrives after the next leader's."""
    old = await led(store, desk, "a", ttl=0.2)
    own_desk_redis.program.freeze()
    with pytest.raises(PeerUnavailable):
        await store.save(old, {CALL: b"old"})
    own_desk_redis.program.wake()
    await asyncio.sleep(0.25)  # until the lease has lapsed, which is no event
    new = await led(store, desk, "b")
    await store.save(new, {CALL: b"new"})
    with pytest.raises(LeaseLost):
        await store.save(old, {CALL: b"old"})
    assert await store.load(new) == {CALL: b"new"}


async def test_late_save_of_the_same_leader(own_desk_redis: RedisServer, store: RedisDeskStore, desk: DeskId) -> None:
    """A save that is done after a later one of the same leader changes nothing: the later one's word stands."""
    lease = await led(store, desk)
    for record in (b"1", b"2"):
        await store.save(lease, {CALL: record})
    late = RedisDeskStore(link(own_desk_redis), KEY)  # its first save is numbered as the leader's own first was
    with pytest.raises(PeerError, match="came first"):
        await late.save(lease, {CALL: b"1"}, [])
    await late.close()
    assert await store.load(lease) == {CALL: b"2"}


Forgery = Callable[[dict[bytes, bytes]], dict[bytes, bytes]]
"""What somebody writes in redis, who has read what was there."""


def _another_calls(kept: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {CALL_FIELD: kept[b"call\0node1-2.2"]}


def _plain(kept: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {CALL_FIELD: b"a name"}


def _altered(kept: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {CALL_FIELD: kept[CALL_FIELD] + b" "}


def _renamed(kept: dict[bytes, bytes]) -> dict[bytes, bytes]:
    return {b"\xff\0near": kept[CALL_FIELD], CALL_FIELD: b""}


@pytest.mark.parametrize("forge", [_another_calls, _plain, _altered, _renamed])
async def test_what_somebody_else_wrote_is_left_out_removed_and_named(
    store: RedisDeskStore, desk_link: RedisLink, desk: DeskId, forge: Forgery
) -> None:
    """The rest is loaded; the log says which records were refused, and nothing of what is in them."""
    lease = await led(store, desk)
    other = ("call", "node1-2.2")
    await store.save(lease, {CALL: b"anna's", other: b"bo's"})
    forged = forge(await records(desk_link, desk))
    for field, value in forged.items():
        await desk_link.ask("HSET", f"irmacall:{{{desk}}}:records", field, value)  # type: ignore[arg-type]
    with capture_logs() as logged:
        assert await store.load(lease) == {other: b"bo's"}
    [line] = logged
    assert (line["log_level"], line["count"]) == ("error", len(forged))
    assert repr((b"call", b"node1-1.1")) in line["names"]
    assert not any(secret in str(line) for secret in ("a name", "anna's", "bo's"))
    assert set(await records(desk_link, desk)) == {b"call\0node1-2.2"}
    await store.save(lease, {CALL: b"anna's again"})
    assert await store.load(lease) == {CALL: b"anna's again", other: b"bo's"}


async def test_who_has_another_key_loads_nothing(
    own_desk_redis: RedisServer, store: RedisDeskStore, desk: DeskId
) -> None:
    """Nor do we load what he wrote."""
    lease = await led(store, desk)
    await store.save(lease, {CALL: b"ours"})
    stranger = RedisDeskStore(link(own_desk_redis), bytes(32))
    lease = await led(stranger, desk)
    assert await stranger.load(lease) == {}
    await stranger.save(lease, {CALL: b"his"})
    assert await store.load(await led(store, desk)) == {}
    await stranger.close()


async def test_save_after_one_that_was_given_up(
    own_desk_redis: RedisServer, store: RedisDeskStore, desk: DeskId
) -> None:
    """When redis hangs, a save is given up on and the next one succeeds, the next one's records are what stays."""
    lease = await led(store, desk)
    for n in range(3):
        own_desk_redis.program.freeze()
        with pytest.raises(PeerUnavailable):
            await store.save(lease, {CALL: b"given up", ("call", "other"): b"%d" % n})
        saving = asyncio.create_task(store.save(lease, {CALL: b"%d" % n}))
        await asyncio.sleep(0)
        own_desk_redis.program.wake()
        await saving
        assert (await store.load(lease))[CALL] == b"%d" % n


async def test_cancelled_request_spoils_no_answer(
    own_desk_redis: RedisServer, store: RedisDeskStore, desk: DeskId
) -> None:
    """When who asked is gone, the answer that comes late is nobody else's."""
    lease = await led(store, desk)
    await store.save(lease, {CALL: b"1"})
    own_desk_redis.program.freeze()
    asked = [asyncio.create_task(store.load(lease)) for _ in range(5)]
    await asyncio.sleep(0)
    for task in asked:
        task.cancel()
    await asyncio.gather(*asked, return_exceptions=True)
    own_desk_redis.program.wake()
    for _ in range(20):
        assert (await store.renew(lease)).fence == lease.fence
        assert await store.load(lease) == {CALL: b"1"}


async def test_forgotten_desk(desk_link: RedisLink, store: RedisDeskStore, desk: DeskId) -> None:
    """A redis that lost everything is no reason to write half a desk: whoever led it leads no longer."""
    lease = await led(store, desk)
    await desk_link.ask("FLUSHALL")
    with pytest.raises(LeaseLost):
        await store.save(lease, {CALL: b"1"})
    with pytest.raises(LeaseLost):
        await store.renew(lease)


async def test_full_redis_refuses_the_whole_save(desk_link: RedisLink, store: RedisDeskStore, desk: DeskId) -> None:
    """When redis has no memory left a save fails as a whole, with a message that holds nothing of it."""
    lease = await led(store, desk)
    await desk_link.ask("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(PeerError, match="OutOfMemory") as failure:
        await store.save(lease, {CALL: b"canary", ("call", "2"): b"canary"})
    assert "canary" not in str(failure.value)
    await desk_link.ask("CONFIG", "SET", "maxmemory", "0")
    assert await store.load(lease) == {}


async def test_cost_of_a_save_is_what_changed(store: RedisDeskStore, desk: DeskId) -> None:
    """One record saved in a desk of 20,000 takes about as long as in an empty one."""
    lease = await led(store, desk)

    async def typical() -> float:
        times = []
        for _ in range(60):
            began = time.perf_counter()
            await store.save(lease, {CALL: b"x" * 300})
            times.append(time.perf_counter() - began)
        return sorted(times)[30]

    small = await typical()
    for start in range(0, 20_000, 2_000):
        await store.save(lease, {("call", str(n)): b"x" * 300 for n in range(start, start + 2_000)})
    assert await typical() < 4 * small + 0.002
