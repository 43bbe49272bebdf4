"""One daemon's service in memory: a store and a vault that can be held and can fail, nodes that only note.

async with House().leads() as house:
    call = await house.talks()
    house.store.gate.hold()
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Coroutine, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Self, TypeVar, cast

from irmacall.ari.client import Node
from irmacall.core.call import Stage
from irmacall.core.code import Digits
from irmacall.core.events import (
    BridgeEntered,
    CallerArrived,
    DisclosureSealed,
    Event,
    HangUpBegan,
    KeysPressed,
    LegAnswered,
    LegEntered,
    NodeSnapshot,
    PhoneCalled,
    PhoneRegistered,
    SeatClaimed,
)
from irmacall.core.ids import (
    CallId,
    ChannelId,
    GrantNumber,
    NodeName,
    PageId,
    SealedId,
    UserId,
    leg_channel,
    talk_bridge,
)
from irmacall.core.plan import Plan
from irmacall.service import identity
from irmacall.service.audit import AuditWriter
from irmacall.service.callbacks import NumberOf
from irmacall.service.crm import Crm
from irmacall.service.directory import Directory, Reach
from irmacall.service.leadership import Leadership
from irmacall.service.records import Records
from irmacall.service.screens import Screens
from irmacall.service.term import Peers, Term
from irmacall.store.audit import AuditLog
from tests.core.leader import NEAR, PASSPORT, PLAN, hash_of
from tests.core.plays import ELS, HOUR, code, phone_of, seat_of
from tests.service.fakes import PATIENCE, FakeAudit, FakeFacts, FakeNode, FakePeople, Heard, HeldStore, HeldVault

T = TypeVar("T")


def named(number: int) -> dict[str, str]:
    """What the `number`-th citizen disclosed."""
    fields = {"initials": "A.", "prefix": "de", "familyname": f"Vries{number}", "gender": "V"}
    return identity.packed(fields, scheme="demo", issuer="gemeente", started_at=time.time(), demo=True)


class House:
    """One daemon, but for its doors to the outside."""

    def __init__(
        self,
        *,
        ttl: float = 3.0,
        plan: Plan = PLAN,
        nodes: Collection[NodeName] = (NEAR,),
        crm: Crm | None = None,
    ) -> None:
        self.plan = plan
        self.store, self.vault, self.audit_log, self.screens = HeldStore(), HeldVault(), FakeAudit(), Screens()
        self.audit = AuditWriter(cast(AuditLog, self.audit_log), plan.desk)
        self.snapshots = {name: NodeSnapshot(name) for name in nodes}
        self.opened: Heard[FakeNode] = Heard()
        self.facts, self.people, self.reach = FakeFacts(), FakePeople(), Reach()
        records, self.directory = Records(self.facts, 90), Directory(self.people)
        self.peers = Peers(
            self.store,
            self.vault,
            self.screens,
            self.audit,
            self._nodes,
            records,
            bytes(32),
            self.directory,
            lambda: self.reach,
            crm=crm,
        )
        self.leadership = Leadership(plan, self.peers, ttl)

    def _nodes(self, _: NumberOf) -> Mapping[NodeName, Node]:
        nodes = {name: FakeNode(snapshot) for name, snapshot in self.snapshots.items()}
        for node in nodes.values():
            self.opened.add(node)
        return cast(Mapping[NodeName, Node], nodes)

    @property
    def term(self) -> Term:
        """The term that runs now."""
        return self.leadership.term()

    @property
    def node(self) -> FakeNode:
        """The node that was opened last."""
        return self.opened.all[-1]

    @asynccontextmanager
    async def leads(self, *others: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[Self]:
        """The daemon runs, and leads when the body begins."""
        works = (self.leadership.run, self.audit.run, *others)
        tasks = [asyncio.create_task(work()) for work in works]
        try:
            await self.confirmed()
            yield self
        finally:
            self._release()  # Also where a test failed that held something.
            for task in tasks:
                task.cancel()
            for task in tasks:
                with suppress(asyncio.CancelledError):
                    await task
            await self.vault.close()

    def _release(self) -> None:
        for held in (self.store.gate, self.store.renewing, self.vault.gate, self.audit_log.gate):
            held.release()
        for node in self.opened.all:
            node.release()

    async def confirmed(self, fence: int = 0) -> Term:
        """The term after `fence`, as soon as it has heard of its nodes."""
        async with asyncio.timeout(PATIENCE):
            while True:
                await self.leadership.leading.wait()
                term = self.leadership._term
                if term is not None and term.lease.fence > fence and term.desk.confirmed >= set(self.snapshots):
                    return term
                await asyncio.sleep(0.001)  # There is nothing to wait for: it is the desk's own state.

    # -- what happens ------------------------------------------------------------------------------------

    async def happens(self, *events: Event) -> None:
        """These are decided, in order, though perhaps not saved yet."""
        for event in events:
            self.term.tell(event)
        while not self.term._inbox.empty():  # noqa: ASYNC110  # deciding is a step of the loop, and tells nobody
            await asyncio.sleep(0)

    async def discloses(self, number: int = 1) -> PageId:
        """A citizen's disclosure lies in the vault under the `number`-th code."""
        sealed, page, now = SealedId(f"sealed{number}"), PageId(f"page{number}"), time.time()
        await self.vault.seal(self.plan.desk, sealed, named(number), now + HOUR, self.term.lease.fence)
        hashed = hash_of(Digits(code(number)))
        await self.happens(DisclosureSealed(sealed, page, hashed, PASSPORT, now, now + HOUR))
        return page

    async def comes(self, user: UserId = ELS) -> None:
        """An agent's phone registers, and she goes available."""
        await self.happens(
            PhoneRegistered(NEAR, phone_of(user), online=True), SeatClaimed(user, seat_of(user), phone_of(user))
        )

    async def calls(self, number: int = 1) -> CallId:
        """A citizen calls and keys her code."""
        channel = ChannelId(f"near-{number}")
        await self.happens(CallerArrived(NEAR, channel), KeysPressed(NEAR, channel, Digits(code(number))))
        return CallId(channel)

    async def rings(self, number: int = 1, user: UserId = ELS) -> CallId:
        """An identified call that rings at this agent's phone."""
        await self.discloses(number)
        await self.comes(user)
        call = await self.calls(number)
        leg = leg_channel(call, 1)
        await self.happens(PhoneCalled(NEAR, phone_of(user), leg), LegEntered(NEAR, leg))
        return call

    async def connects(self, number: int = 1, user: UserId = ELS) -> CallId:
        """The phone was answered, and Asterisk was asked to bring the two together."""
        call = await self.rings(number, user)
        await self.happens(LegAnswered(NEAR, leg_channel(call, 1)))
        return call

    async def joins(self, call: CallId) -> None:
        """Both are in the bridge."""
        leg, caller, bridge = leg_channel(call, 1), ChannelId(call), talk_bridge(call)
        await self.happens(
            BridgeEntered(NEAR, bridge, leg, frozenset({leg})),
            BridgeEntered(NEAR, bridge, caller, frozenset({leg, caller})),
        )

    async def talks(self, number: int = 1, user: UserId = ELS) -> tuple[CallId, GrantNumber]:
        """A call that this agent has on the line, and her grant."""
        call = await self.connects(number, user)
        await self.joins(call)
        assert self.term.desk.calls[call].stage is Stage.TALKING
        granted = self.term.desk.calls[call].granted
        assert granted is not None
        await self.eventually(lambda: self.term.grants.may_see(granted.seat, call, granted.number) is not None)
        return call, granted.number

    async def hangs_up(self, call: CallId) -> None:
        """The caller leaves."""
        await self.happens(HangUpBegan(NEAR, ChannelId(call)))

    async def eventually(self, true: Callable[[], bool]) -> None:
        """Wait for what no fake is told of."""
        async with asyncio.timeout(PATIENCE):
            while not true():  # noqa: ASYNC110 - the state of a desk has no event of its own
                await asyncio.sleep(0.001)


async def within(awaited: Awaitable[T]) -> T:
    """The answer, or a test that failed."""
    async with asyncio.timeout(PATIENCE):
        return await awaited
