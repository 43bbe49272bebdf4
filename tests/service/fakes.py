"""Stand-ins for the peers of a daemon. What one has heard is a `Heard`, whose `until` waits for it."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Generic, Never, Self, TypeVar

from irmacall.ari.lag import Lag
from irmacall.core.commands import NodeCommand
from irmacall.core.events import (
    NodeEvent,
    NodeSnapshot,
)
from irmacall.core.facts import CallFacts
from irmacall.core.ids import (
    CallId,
    ChannelId,
    DeskId,
    Endpoint,
    RecordKey,
    SealedId,
    UserId,
)
from irmacall.store.audit import AuditLine
from irmacall.store.desk import Lease, MemoryDeskStore
from irmacall.store.sealing import Disclosed
from irmacall.store.users import User
from irmacall.store.vault import MemoryVault
from tests.core.leader import PLAN

T = TypeVar("T")
PATIENCE = 5.0
"""Seconds after which a test that waits has failed."""
KEY = bytes(range(32))


class Heard(Generic[T]):
    """What a fake was told, in order."""

    def __init__(self) -> None:
        self.all: list[T] = []
        self._more = asyncio.Event()

    def add(self, one: T) -> None:
        """It was told this."""
        self.all.append(one)
        self._more.set()

    async def until(self, wanted: Callable[[T], bool]) -> T:
        """The first that is wanted, as soon as it is there."""
        async with asyncio.timeout(PATIENCE):
            while True:
                self._more.clear()
                for one in self.all:
                    if wanted(one):
                        return one
                await self._more.wait()

    async def number(self, count: int) -> list[T]:
        """All of them, as soon as there are so many."""
        async with asyncio.timeout(PATIENCE):
            while len(self.all) < count:
                self._more.clear()
                await self._more.wait()
        return self.all


class Faults:
    """What goes wrong next, by the name of the method: one exception a call, and `always` after those."""

    def __init__(self) -> None:
        self.once: dict[str, list[Exception]] = defaultdict(list)
        self.always: dict[str, Exception] = {}

    def strike(self, method: str) -> None:
        """Fail, if it is this method's turn to."""
        if self.once[method]:
            raise self.once[method].pop(0)
        if method in self.always:
            raise self.always[method]


class Gate:
    """Open, or held by a test."""

    def __init__(self) -> None:
        self._open = asyncio.Event()
        self._open.set()

    def hold(self) -> None:
        """Whoever comes now waits."""
        self._open.clear()

    def release(self) -> None:
        """Let everybody through."""
        self._open.set()

    async def passed(self) -> None:
        """Wait until it is open."""
        await self._open.wait()


class HeldStore(MemoryDeskStore):
    """A desk's store whose saves can be held, and which can fail."""

    def __init__(self) -> None:
        super().__init__()
        self.gate, self.renewing, self.faults = Gate(), Gate(), Faults()
        self.begun: Heard[frozenset[RecordKey]] = Heard()
        self.saved: Heard[frozenset[RecordKey]] = Heard()
        self.called: Heard[str] = Heard()

    async def acquire(self, desk: DeskId, holder: str, ttl: float, floor: int = 0) -> Lease | None:
        """See `DeskStore.acquire`."""
        self.called.add("acquire")
        self.faults.strike("acquire")
        return await super().acquire(desk, holder, ttl, floor)

    async def holder(self, desk: DeskId) -> str | None:
        """See `DeskStore.holder`."""
        self.faults.strike("holder")
        return await super().holder(desk)

    async def load(self, lease: Lease) -> dict[RecordKey, bytes]:
        """See `DeskStore.load`."""
        self.called.add("load")
        self.faults.strike("load")
        return await super().load(lease)

    async def renew(self, lease: Lease) -> Lease:
        """See `DeskStore.renew`."""
        self.called.add("renew")
        self.faults.strike("renew")
        await self.renewing.passed()
        return await super().renew(lease)

    async def release(self, lease: Lease) -> None:
        """See `DeskStore.release`."""
        self.called.add("release")
        self.faults.strike("release")
        await super().release(lease)

    async def save(self, lease: Lease, puts: Mapping[RecordKey, bytes], deletes: Collection[RecordKey] = ()) -> None:
        """See `DeskStore.save`."""
        keys = frozenset(puts) | frozenset(deletes)
        self.begun.add(keys)
        self.faults.strike("save")
        await self.gate.passed()
        await super().save(lease, puts, deletes)
        self.saved.add(keys)


class HeldVault(MemoryVault):
    """A vault of which each method can fail, whose opening can be held, and which can be restarted."""

    def __init__(self) -> None:
        super().__init__(KEY)
        self.gate, self.faults = Gate(), Faults()
        self.skew = 0.0
        self.called: Heard[tuple[str, frozenset[SealedId]]] = Heard()

    async def seal(
        self, desk: DeskId, sealed_id: SealedId, attributes: Mapping[str, str], expires_at: float, fence: int
    ) -> None:
        """See `Vault.seal`."""
        self._called("seal", sealed_id)
        await self.gate.passed()
        await super().seal(desk, sealed_id, attributes, expires_at, fence)

    async def open(self, desk: DeskId, sealed_id: SealedId, fence: int, now: float) -> Disclosed:
        """See `Vault.open`."""
        self._called("open", sealed_id)
        await self.gate.passed()
        return await super().open(desk, sealed_id, fence, now)

    async def burn(self, desk: DeskId, sealed_ids: Collection[SealedId]) -> None:
        """See `Vault.burn`."""
        self._called("burn", *sealed_ids)
        await super().burn(desk, sealed_ids)

    async def missing(self, desk: DeskId, sealed_ids: Collection[SealedId]) -> frozenset[SealedId]:
        """See `Vault.missing`."""
        self._called("missing", *sealed_ids)
        return await super().missing(desk, sealed_ids)

    async def claim(self, desk: DeskId, fence: int) -> None:
        """See `Vault.claim`."""
        self._called("claim")
        await super().claim(desk, fence)

    async def clock_skew(self) -> float:
        """See `Vault.clock_skew`."""
        self._called("clock_skew")
        return self.skew

    async def highest_fence(self, desk: DeskId) -> int:
        """See `Vault.highest_fence`."""
        self._called("highest_fence")
        return await super().highest_fence(desk)

    def restart(self) -> None:
        """Everything is lost, as with a redis that keeps nothing on disk."""
        self._kept.clear()
        self._claimants.clear()
        self._fences.clear()

    async def holds(self, sealed: SealedId) -> bool:
        """Whether this identity is there."""
        return not await super().missing(PLAN.desk, [sealed])

    def _called(self, method: str, *sealed: SealedId) -> None:
        self.called.add((method, frozenset(sealed)))
        self.faults.strike(method)


class FakeFacts:
    """A store of facts that keeps them in memory, as the real one would, and can fail."""

    def __init__(self) -> None:
        self.gate, self.faults = Gate(), Faults()
        self.prepared = False
        self.kept: dict[CallId, CallFacts] = {}
        self.put_: Heard[tuple[CallId, ...]] = Heard()
        """Every batch that was asked for, kept or not."""
        self.purged: Heard[float] = Heard()

    async def prepare(self) -> None:
        """See `FactsStore.prepare`."""
        self.faults.strike("prepare")
        self.prepared = True

    async def put(self, facts: Sequence[CallFacts]) -> None:
        """See `FactsStore.put`."""
        self.put_.add(tuple(each.call for each in facts))
        assert self.prepared
        await self.gate.passed()
        self.faults.strike("put")
        for each in facts:
            self.kept.setdefault(each.call, each)

    async def purge(self, before: float) -> int:
        """See `FactsStore.purge`."""
        self.purged.add(before)
        self.faults.strike("purge")
        old = [call for call, facts in self.kept.items() if facts.arrived_at < before]
        for call in old:
            del self.kept[call]
        return len(old)


class FakePeople:
    """Who there is, in a file that counts how often it is read and can fail."""

    def __init__(self) -> None:
        self.users: dict[UserId, User] = {}
        self.faults = Faults()
        self.read: Heard[str] = Heard()

    def has(self, *users: User) -> None:
        """They are there, as they are now."""
        self.users.update({user.id: user for user in users})

    async def list_users(self) -> list[User]:
        """See `Users.list_users`."""
        self.read.add("everybody")
        self.faults.strike("list_users")
        return sorted(self.users.values(), key=lambda user: user.login)

    async def get(self, user_id: UserId) -> User | None:
        """See `Users.get`."""
        self.faults.strike("get")
        return self.users.get(user_id)


class FakeAudit:
    """An audit log that can be held and can fail."""

    def __init__(self) -> None:
        self.gate, self.faults = Gate(), Faults()
        self.asked: Heard[AuditLine] = Heard()
        self.lines: Heard[AuditLine] = Heard()

    async def append(self, line: AuditLine) -> int:
        """See `AuditLog.append`."""
        self.asked.add(line)
        self.faults.strike("append")
        await self.gate.passed()
        self.lines.add(line)
        return len(self.lines.all)


class FakeNode:
    """A node that does nothing but tell what a test lets it tell, and note what it is asked."""

    def __init__(self, snapshot: NodeSnapshot) -> None:
        self.name = snapshot.node
        self.snapshot = snapshot
        self.asked: Heard[NodeCommand] = Heard()
        self.done: Heard[NodeCommand] = Heard()
        self.beats: Heard[str] = Heard()
        self.followed: Heard[Endpoint] = Heard()
        self.following = Gate()
        self.lag, self.is_here = Lag(), False
        self.refuses: dict[type, Exception] = {}
        self.hangs: dict[CallId | None, Gate] = defaultdict(Gate)
        self.faults = Faults()
        self.closing = Gate()
        self.number: str | None = None
        """That everybody calls with."""
        self.calls_out: tuple[str, ...] = ()
        """The beginnings of the numbers that its lines may call."""
        self._failing: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.closing.passed()

    def release(self) -> None:
        """Nothing is held any more."""
        self.closing.release()
        for gate in self.hangs.values():
            gate.release()

    async def refuse(self, percent: int, until: int) -> None:
        """Nobody is ever to be refused here: a test's node is neither late nor full."""
        raise AssertionError(f"{percent} of 100 callers are to be refused until {until}")

    async def limit(self, calls: int, until: int) -> None:
        """See `Node.limit`: the dialplan's affair."""

    def fail(self, error: Exception) -> None:
        """`run` raises this."""
        self._failing.set_exception(error)

    async def run(self, sink: Callable[[NodeEvent], None]) -> Never:
        """See `Node.run`. It takes its time to be cancelled while it is held."""
        sink(self.snapshot)
        try:
            await self._failing
            raise AssertionError("a future that never returns")
        finally:
            await self.closing.passed()

    async def perform(self, command: NodeCommand) -> None:
        """See `Node.perform`."""
        self.asked.add(command)
        await self.hangs[command.call].passed()
        if type(command) in self.refuses:
            raise self.refuses[type(command)]
        self.done.add(command)

    async def caller_number(self, channel: ChannelId) -> str | None:
        """See `Node.caller_number`."""
        self.faults.strike("caller_number")
        return self.number

    def may_call(self, number: str) -> bool:
        """See `Node.may_call`."""
        return number.startswith(self.calls_out)

    async def show_leader(self, beat: str) -> None:
        """See `Node.show_leader`."""
        self.beats.add(beat)
        self.faults.strike("show_leader")

    async def follow(self, endpoints: Collection[Endpoint]) -> None:
        """See `Node.follow`."""
        for endpoint in endpoints:
            self.followed.add(endpoint)
        await self.following.passed()
        self.faults.strike("follow")

    async def asked_for(self, kind: type[T], call: CallId | None = None) -> T:
        """The first command of this kind (of this call), as soon as it is asked."""
        found = await self.asked.until(lambda c: isinstance(c, kind) and (call is None or c.call == call))
        assert isinstance(found, kind)
        return found
