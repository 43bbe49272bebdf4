"""One term of leadership: from a lease taken to a lease lost.

Events go into one inbox and are decided one after the other. What takes away acts at once; what was changed is saved,
and only then does what was decided act. Decisions made while a save is on its way go into the next one. What is only
noted acts at once, and is saved with what comes next.

    inbox ─▶ decide ─▶ withdraw, burn ─▶ save (fenced) ─▶ grant, nudge, lanes ─▶ nodes ─▶ inbox
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection, Coroutine, Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field

import structlog

from irmacall.ari.client import Node
from irmacall.core import commands as C
from irmacall.core.desk import decide
from irmacall.core.disclosure import Seal
from irmacall.core.events import Event, IdentityLost, LeadershipBegan, TimePassed
from irmacall.core.glass import Looks
from irmacall.core.ids import Endpoint, GrantNumber, NodeName, QueueId, RecordKey, SealedId, SeatId
from irmacall.core.ownership import Grants
from irmacall.core.state import Decision, Desk
from irmacall.core.transfer_commands import FindTarget
from irmacall.core.views import serves
from irmacall.errors import LeaseLost, PeerError, PeerUnavailable
from irmacall.service.alarm import Alarm
from irmacall.service.audit import AuditWriter
from irmacall.service.callbacks import NumberOf, Numbers, needed
from irmacall.service.crm import Crm
from irmacall.service.custody import Custody
from irmacall.service.directory import Directory, Reach
from irmacall.service.lanes import Lanes
from irmacall.service.panels import Panels
from irmacall.service.records import Records, RecordsWriter
from irmacall.service.reveal import Door
from irmacall.service.saving import Saving, answer
from irmacall.service.screens import PANEL, Screens
from irmacall.service.strain import NodeLimits, Strain
from irmacall.service.targets import Targets
from irmacall.store.desk import DeskStore, Lease
from irmacall.store.vault import Vault
from irmacall.web.ports import Nudge

log = structlog.get_logger("irmacall.term")

BEAT_SECONDS = 2.0
"""How often a node is shown that a leader is there."""
FOLLOWED_WITHIN_S = 0.5
"""So long a seat, or a transfer, waits for word of a phone of which nobody has heard yet."""
_OVER = "this daemon leads the desk no longer"


@dataclass(frozen=True, slots=True)
class Peers:
    """What a term works with and does not own."""

    store: DeskStore
    vault: Vault
    screens: Screens
    audit: AuditWriter
    nodes: Callable[[NumberOf], Mapping[NodeName, Node]]
    """Makes the nodes' adapters anew: a new term begins with new sockets. They are told who knows the numbers."""
    records: Records
    numbers_key: bytes = field(repr=False)
    """Seals the numbers that somebody is to be called on (see `store.numbers`)."""
    directory: Directory
    """Who there is to pass a caller to."""
    reach: Callable[[], Reach] = Reach
    """What else a caller can be passed to, by the site file in force."""
    limits: NodeLimits = field(default_factory=NodeLimits)
    """What each node may bear before new callers are refused."""
    unburned: set[SealedId] = field(default_factory=set)
    """What this daemon has still to erase: an erasure outlives the term in which it was decided."""
    clock: Callable[[], float] = time.time
    crm: Crm | None = None
    """Tells the municipality's CRM of calls, where it has one."""


class Term:
    """The leader's work. `run` ends only by raising: LeaseLost, or what went wrong."""

    def __init__(
        self, desk: Desk, lease: Lease, peers: Peers, numbers: Mapping[RecordKey, bytes] | None = None
    ) -> None:
        """`numbers`: the saved records that core does not know (see `callbacks`)."""
        self.desk = desk
        self.lease = lease
        self.grants = Grants()
        self.looks = Looks()
        self._peers = peers
        self._inbox: asyncio.Queue[tuple[Event, asyncio.Future[None] | None]] = asyncio.Queue()
        self._saving = Saving(desk, peers.store, lease=lambda: self.lease, leads=self.leads, act=self._act)
        self._granted_by: dict[GrantNumber, str] = {}
        """What brought about each grant that is not saved yet: for the audit log."""
        self._alarm = Alarm(peers.clock, lambda: self.tell(TimePassed()))
        self._debug = log.bind().debug
        self._wake_at: float | None = None
        self._over = False
        self.nodes: Mapping[NodeName, Node] = {}
        self.strain: Strain | None = None
        self.records = RecordsWriter(peers.records, self.tell)
        self._panels = Panels(peers.screens.seats, self._shows)
        self._group: asyncio.TaskGroup | None = None
        self._numbers = Numbers(
            desk.plan.desk, peers.numbers_key, peers.store, lambda: self.lease, self.tell, numbers or {}
        )
        self.targets = Targets(self, peers.directory, peers.reach, self._numbers)
        self.custody = Custody(
            peers.vault,
            desk.plan.desk,
            lease.fence,
            self._kept,
            lambda sealed: self.tell(IdentityLost(sealed)),
            unburned=peers.unburned,
        )
        self.door = Door(
            desk.plan.desk,
            self.grants,
            self.looks,
            peers.vault,
            peers.audit,
            lease=lambda: self.lease,
            lost=lambda sealed: self.tell(IdentityLost(sealed)),
            seen=self.tell,
            is_call=lambda call: call in self.desk.calls,
        )

    def _kept(self) -> list[SealedId]:
        """What should lie in the vault now."""
        known = self.desk.disclosures.values()
        identities = [each.sealed for each in known if each.seal is not Seal.ERASED]
        return identities + [call.note for call in self.desk.calls.values() if call.note is not None]

    def _shows(self, seat: SeatId, queues: Collection[QueueId] | None) -> bool:
        """A session that holds no seat yet may show any queue: what groups she is in, the desk does not know."""
        user = self.desk.agent_of_seat.get(seat)
        offers = None if user is None else self.desk.profile_of.get(user)
        return queues is None or offers is None or any(serves(self.desk, offers, queue) for queue in queues)

    def tell(self, event: Event) -> None:
        """Something happened; it will be decided in its turn."""
        self._inbox.put_nowait((event, None))

    async def ask(self, event: Event) -> None:
        """As `tell`, and wait until what was decided is saved. Raises PeerUnavailable if the term ends before."""
        if self._over:
            raise PeerUnavailable(_OVER)
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._inbox.put_nowait((event, done))
        await done

    async def follow_phone(self, endpoint: Endpoint) -> None:
        """Hear of this phone on every node; a node that does not answer now hears it at its next connect.

        Nobody waits long for that: whoever passes a caller on may be about to put her phone down.
        """
        if self._over:
            raise PeerUnavailable(_OVER)
        nodes = self.nodes.values()
        following = [self.aside(self._follow(node, endpoint), f"follow at {node.name}") for node in nodes]
        if following:
            await asyncio.wait(following, timeout=FOLLOWED_WITHIN_S)

    async def _follow(self, node: Node, endpoint: Endpoint) -> None:
        try:
            await node.follow([endpoint])
        except PeerError as error:
            log.warning("phone not followed yet", node=node.name, error=str(error))

    def leads(self) -> bool:
        """Whether this daemon can prove, at this instant, that it leads the desk."""
        return not self._over and self.lease.stands_at(time.monotonic())

    async def run(self) -> None:
        """Lead, until that is no longer possible."""
        try:
            async with AsyncExitStack() as stack, asyncio.TaskGroup() as group:
                self._group = group
                self.nodes = self._peers.nodes(self._numbers.number_of)
                self._tell_what_is_first()
                for node in self.nodes.values():
                    await stack.enter_async_context(node)
                self._lanes = Lanes(group, self.nodes, self.tell, self.leads)
                self._start(group)
        finally:
            self._end()

    def _tell_what_is_first(self) -> None:
        """Before anything that somebody else tells of the desk that was loaded."""
        self.tell(LeadershipBegan(frozenset(self.nodes)))
        for sealed in self._peers.unburned:
            self.tell(IdentityLost(sealed))  # What the desk loaded may not know that it was erased.

    def _start(self, group: asyncio.TaskGroup) -> None:
        for name, node in self.nodes.items():
            group.create_task(node.run(self.tell), name=f"node {name}")
            group.create_task(self._beat(node), name=f"beat {name}")
        for work in (self._decide_all, self._renew, self.custody.watch, self.custody.burn_all):
            group.create_task(work(), name=work.__name__.strip("_"))
        group.create_task(self._saving.run(), name="saves")
        group.create_task(self.records.run(), name="records")
        self.strain = Strain(self.desk, self.nodes, self._peers.limits, self.tell)
        group.create_task(self.strain.run(), name="strain")
        group.create_task(self._numbers.drop_all_but(needed(self.desk)), name="numbers")

    def _end(self) -> None:
        """Nobody sees anything, and nobody waits for an answer that cannot come."""
        self._over = True
        self._alarm.silence()
        for grant in (*self.grants.clear(), *self.looks.clear()):
            self._peers.screens.seats.nudge(grant.seat, Nudge("blank", grant.call, grant.grant))
        self._panels.close()
        self._peers.screens.seats.close()
        while not self._inbox.empty():
            _, done = self._inbox.get_nowait()
            answer(done, PeerUnavailable(_OVER))
        self._saving.end(_OVER)

    # -- deciding ------------------------------------------------------------------------------------------

    async def _decide_all(self) -> None:
        try:
            while True:
                self._decide(*await self._next())
        finally:
            self._end()  # At once, however long a node takes to close.

    def _decide(self, event: Event, done: asyncio.Future[None] | None) -> None:
        if not self.leads():
            answer(done, PeerUnavailable(_OVER))
            raise LeaseLost("an event came after the lease had lapsed")
        self._debug("<", action=type(event).__name__, node=getattr(event, "node", None))
        try:
            self._take(decide(self.desk, event, self._peers.clock()), type(event).__name__)
        except BaseException:
            answer(done, PeerUnavailable("the desk could not decide this"))
            raise
        if done is not None:
            self._saving.tell_when_saved(done)

    async def _next(self) -> tuple[Event, asyncio.Future[None] | None]:
        if self._inbox.empty():
            self._alarm.set(self._wake_at)  # time passes too, when nothing else happens
        return await self._inbox.get()

    def _take(self, decision: Decision, why: str) -> None:
        """`why`: the event that it was decided upon, in the words of the audit log."""
        for urgent in decision.urgent:
            self._act_at_once(urgent)
        for command in decision.commands:
            if isinstance(command, C.Grant):
                self._granted_by[command.grant] = why
        self._wake_at = decision.wake_at
        self._saving.take(decision)

    def _act_at_once(self, command: C.UrgentCommand) -> None:
        if isinstance(command, C.Withdraw):
            self.grants.withdraw(command)
            self._blank("withdrawn", command)
        elif isinstance(command, C.HideFromGlass):
            self.looks.withdraw(command.withdrawal)
            self._blank("glass_over", command.withdrawal)
        else:
            self.custody.burn(command.sealed)

    def _blank(self, kind: str, withdrawal: C.Withdraw) -> None:
        self._peers.screens.seats.nudge(withdrawal.seat, Nudge("blank", withdrawal.call, withdrawal.grant))
        self._note(kind, withdrawal, withdrawal.why)

    def _show_by_glass(self, command: C.ShowByGlass) -> None:
        grant = command.grant
        if self.looks.grant(command):
            self._peers.screens.seats.nudge(grant.seat, Nudge("card", grant.call, grant.grant))
            self._note("glass_granted", grant, "the owner and the citizen are told")

    def _grant(self, command: C.Grant) -> None:
        why = self._granted_by.pop(command.grant)
        if self.grants.grant(command):
            self._peers.screens.seats.nudge(command.seat, Nudge("card", command.call, command.grant))
            self._note("granted", command, why)

    def _note(self, kind: str, about: C.Grant | C.Withdraw, why: str) -> None:
        self._peers.audit.note(kind, why=why, call=about.call, user=about.user, seat=about.seat, grant=about.grant)

    def _act(self, command: C.Command) -> None:
        screens = self._peers.screens
        match command:
            case C.Grant():
                self._grant(command)
            case C.ShowByGlass():
                self._show_by_glass(command)
            case C.RefreshSeat():
                self._panels.hers(command.seat)
                if self._peers.crm is not None:
                    self._peers.crm.look(self.desk, command.seat)
            case C.RefreshQueues():
                self._panels.changed(command.queues)
            case C.RefreshPage():
                screens.pages.nudge(command.page, PANEL)
            case C.NoteForAudit():
                about, who = command.call, command.user
                self._peers.audit.note(command.kind, why=command.detail, call=about, user=who, seat=command.seat)
            case C.KeepFacts():
                self.records.keep(command.facts)
            case C.KeepNumber():
                self.aside(self._numbers.keep(command, self.nodes), "keep number")
            case C.TryNumber():
                self.aside(self._numbers.find(command, self.nodes), "find number")
            case FindTarget():
                self.aside(self.targets.find(command), "find target")
            case C.DropNumber():
                self.aside(self._numbers.drop(command.number), "drop number")
            case C.Withdraw() | C.Burn() | C.HideFromGlass():
                raise AssertionError("what takes away has acted before the save")
            case _:
                self._lanes.put(command)

    def aside(self, work: Coroutine[object, object, None], name: str) -> asyncio.Task[object]:
        """Do this beside everything else, as long as the term lasts; for a term that leads."""
        assert self._group is not None
        return self._group.create_task(work, name=name)

    # -- proving that we lead ------------------------------------------------------------------------------

    async def _renew(self) -> None:
        while True:
            await asyncio.sleep(self.lease.ttl / 3)
            if not self.leads():
                raise LeaseLost("the lease lapsed before it was renewed")
            try:
                self.lease = await self._peers.store.renew(self.lease)
            except PeerError as error:  # away, full, read-only: as long as the lease stands, it may mend
                log.warning("lease not renewed, trying again", error=str(error))

    async def _beat(self, node: Node) -> None:
        beats = 0
        while True:
            beats += 1
            try:
                await node.show_leader(f"{self.lease.fence}.{beats}")
            except PeerError as error:
                log.debug("node not told of its leader", node=node.name, error=str(error))
            await asyncio.sleep(BEAT_SECONDS)
