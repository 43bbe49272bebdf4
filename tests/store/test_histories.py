"""Over random histories the memory form does what the redis form does, answer for answer."""

from __future__ import annotations

import secrets
import time
from collections.abc import Awaitable

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from irmacall.core.ids import DeskId, SealedId
from irmacall.errors import IrmacallError
from irmacall.store.desk import DeskStore, Lease, MemoryDeskStore
from irmacall.store.desk_redis import RedisDeskStore
from irmacall.store.sealing import Disclosed
from irmacall.store.vault import MemoryVault, Vault
from irmacall.store.vault_redis import RedisVault
from lab.redisd import RedisServer
from tests.store.redis_server import PATIENT, link

KEY = bytes(32)
SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])

RECORD_KEYS = st.tuples(st.sampled_from(["call", "agent"]), st.sampled_from(["1", "2", "3"]))
LEASE_STEPS = st.one_of(
    st.tuples(st.just("acquire"), st.sampled_from("ab"), st.integers(0, 5)),
    st.tuples(st.just("lapse")),
    st.tuples(st.sampled_from(["renew", "release", "load"]), st.integers(0, 9)),
    st.tuples(
        st.just("save"),
        st.integers(0, 9),
        st.dictionaries(RECORD_KEYS, st.binary(max_size=3), max_size=3),
        st.lists(RECORD_KEYS, max_size=2),
    ),
)
IDS = st.sampled_from([SealedId("x"), SealedId("y")])
FENCES = st.integers(0, 4)
VAULT_STEPS = st.one_of(
    st.tuples(st.just("seal"), IDS, st.sampled_from([-1.0, 600.0]), FENCES, st.text(max_size=5)),
    st.tuples(st.just("open"), IDS, FENCES, st.sampled_from([0.0, 0.0, 1.0, 5.0, -5.0])),
    st.tuples(st.just("burn"), st.lists(IDS, max_size=2)),
    st.tuples(st.just("claim"), FENCES),
    st.tuples(st.just("claimant")),
    st.tuples(st.just("missing"), st.lists(IDS, max_size=3)),
    st.tuples(st.just("highest")),
)


async def outcome(asked: Awaitable[object]) -> object:
    """What came of it, in a form that is the same for both stores."""
    try:
        answer = await asked
    except IrmacallError as error:
        return type(error)
    match answer:
        case Lease():
            return (answer.holder, answer.fence)
        case Disclosed():
            return dict(answer.attributes)
    return answer


class DeskPlay:
    """One store in one history: the leases that were handed out so far, to be used in any order."""

    def __init__(self, store: DeskStore, desk: DeskId) -> None:
        self.store, self.desk = store, desk
        self.leases: list[Lease] = []

    async def step(self, step: tuple[object, ...]) -> object:
        """Do one step and say what came of it."""
        match step:
            case ("acquire", str(holder), int(floor)):
                lease = await self.store.acquire(self.desk, holder, 30.0, floor)
                self.leases += [lease] if lease else []
                return lease and (lease.holder, lease.fence)
            case (str(), int(), *_) if not self.leases:
                return None
            case ("save", int(n), dict(puts), list(deletes)):
                return await outcome(self.store.save(self._lease(n), puts, deletes))
            case ("renew", int(n)):
                return await outcome(self.store.renew(self._lease(n)))
            case ("release", int(n)):
                return await outcome(self.store.release(self._lease(n)))
            case ("load", int(n)):
                return await outcome(self.store.load(self._lease(n)))
        return None

    def _lease(self, n: int) -> Lease:
        return self.leases[n % len(self.leases)]


@SETTINGS
@given(history=st.lists(LEASE_STEPS, max_size=25))
async def test_desk_histories(desk_redis: RedisServer, history: list[tuple[object, ...]]) -> None:
    """Leases, lapses, loads and saves of two daemons, old leases too: both forms answer alike."""
    desk, now = DeskId(secrets.token_hex(8)), [0.0]
    connection = link(desk_redis, PATIENT)
    memory = DeskPlay(MemoryDeskStore(clock=lambda: now[0]), desk)
    redis = DeskPlay(RedisDeskStore(connection, KEY), desk)
    try:
        for step in history:
            if step == ("lapse",):
                now[0] += 31.0
                await connection.ask("DEL", f"irmacall:{{{desk}}}:lease")  # what redis itself does at that time
            assert await memory.step(step) == await redis.step(step), step
    finally:
        await connection.close()


async def vault_step(vault: Vault, desk: DeskId, step: tuple[object, ...]) -> object:
    """Do one step with a vault and say what came of it."""
    match step:
        case ("seal", str(place), float(life), int(fence), str(name)):
            sealing = vault.seal(desk, SealedId(place), {"familyname": name}, time.time() + life, fence)
            return await outcome(sealing)
        case ("open", str(place), int(fence), float(off)):
            return await outcome(vault.open(desk, SealedId(place), fence, time.time() + off))
        case ("burn", list(places)):
            return await outcome(vault.burn(desk, places))
        case ("claim", int(fence)):
            return await outcome(vault.claim(desk, fence))
        case ("claimant",):
            return await outcome(vault.claimant(desk))
        case ("missing", list(places)):
            return await outcome(vault.missing(desk, places))
    return await outcome(vault.highest_fence(desk))


@SETTINGS
@given(history=st.lists(VAULT_STEPS, max_size=25))
async def test_vault_histories(vault_redis: RedisServer, history: list[tuple[object, ...]]) -> None:
    """Seals, reads and burns under all fences and with clocks that are off: both forms answer alike."""
    desk = DeskId(secrets.token_hex(8))
    memory, redis = MemoryVault(KEY), RedisVault(link(vault_redis, PATIENT), KEY)
    try:
        for step in history:
            assert await vault_step(memory, desk, step) == await vault_step(redis, desk, step), step
    finally:
        await memory.close()
        await redis.close()
