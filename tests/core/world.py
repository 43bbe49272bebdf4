"""Everybody together: two little Asterisks, a leader that may be killed, citizens, agents, and time."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import count

from irmacall.core.code import Digits
from irmacall.core.events import (
    BridgeEntered,
    BridgeLeft,
    CallerArrived,
    CommandFailed,
    DisclosureSealed,
    Event,
    FactsKept,
    IdentityLost,
    NodeEvent,
    NodeLost,
    NodeSnapshot,
    NumberKept,
    NumberRefused,
    NumberUnfit,
    PlanChanged,
    SeatClaimed,
    TimePassed,
)
from irmacall.core.ids import (
    CallId,
    ChannelId,
    CodeHash,
    Endpoint,
    GrantNumber,
    GroupId,
    NodeName,
    NumberId,
    PageId,
    SealedId,
    SeatId,
    SubjectId,
    UserId,
    call_of_callout,
    call_of_leg,
)
from irmacall.core.pairing_events import IdentifyAsked, PairingSealed, PairingShared, PairingTaken
from irmacall.core.plan import Plan
from irmacall.core.sight_events import IdentitySeen
from irmacall.core.state import Desk
from irmacall.core.transfer import Target, ToOutside
from irmacall.core.transfer_events import TargetFound, TargetUnknown, TransferAsked
from tests.core.leader import FAR, NEAR, Leader, Store, hash_of
from tests.core.little_asterisk import Channel, LittleAsterisk
from tests.core.plays import HOUR, code

Lane = CallId | NodeName
QUIET_AFTER = 2
"""Wake-ups at one moment after which the desk must have nothing more to do then."""
ENOUGH = 2000
"""Turns after which a world that has been left alone must have come to rest."""


@dataclass(frozen=True)
class Before:
    """What was, before the event that the desk decided last: our legs, and when each agent was asked last."""

    legs: frozenset[ChannelId]
    asked_at: dict[UserId, float]


@dataclass
class World:
    """The truth, and what the desk believes of it."""

    now: float = 1_000_000.0
    store: Store = field(default_factory=Store)
    nodes: dict[NodeName, LittleAsterisk] = field(default_factory=dict)
    codes: list[int] = field(default_factory=list)
    pages: list[PageId] = field(default_factory=list)
    expires: dict[SealedId, float] = field(default_factory=dict)
    orphans: set[SealedId] = field(default_factory=set)
    """Sealed, but the daemon was killed before it had saved that they are: the vault's own expiry takes them."""
    arrived: set[CallId] = field(default_factory=set)
    """Callers whom the desk was told of, or found, and has not forgotten in a crash."""
    groups: dict[UserId, frozenset[GroupId]] = field(default_factory=dict)
    """Of those agents who are in any."""
    officials: set[UserId] = field(default_factory=set)
    """Who serve no queue."""
    pairing_numbers: list[CodeHash] = field(default_factory=list)
    paired_pages: list[PageId] = field(default_factory=list)
    """Those that typed a number in, and those on which the app was asked."""
    number_of_call: dict[CodeHash, CallId] = field(default_factory=dict)
    cut_off: set[SealedId] = field(default_factory=set)
    """Whose caller was cut off at any time."""
    typed: dict[PageId, CodeHash] = field(default_factory=dict)
    """The number that each of these pages typed in last, while it was anybody's."""
    paired: dict[SealedId, CodeHash | None] = field(default_factory=dict)
    """By which number each identity came that was disclosed during a call; None: by none that was ever given."""
    bound: dict[CodeHash, SealedId] = field(default_factory=dict)
    """What each number has bound to its call."""
    reasons: list[tuple[SeatId, CallId, GrantNumber, SealedId]] = field(default_factory=list)
    """Of management: at which seat, about which call, and whom its owner saw then, under which grant."""
    before: Before = field(init=False)
    highest_grant: int = 0
    told_at: float = 0.0
    ids: Iterator[int] = field(default_factory=lambda: count(1))
    watch: Callable[[World], None] = lambda _: None
    """Asked after every event that the desk decides."""

    def __post_init__(self) -> None:
        self.before = Before(frozenset(), {})
        self.nodes = {name: LittleAsterisk(name) for name in (NEAR, FAR)}
        self.leader = Leader(self.store, frozenset(self.nodes), self.now)

    # -- the daemon ------------------------------------------------------------------------------------------

    def tell(self, event: Event) -> None:
        """The leader decides one event."""
        self._remember()
        self.leader.now = self.told_at = self.now
        self.leader.tell(event)
        if isinstance(event, CallerArrived):
            self.arrived.add(CallId(event.channel))
        self.arrived |= {call.id for call in self.leader.desk.calls.values() if call.callback is None}
        self.watch(self)

    def _remember(self) -> None:
        desk = self.leader.desk
        legs = frozenset(leg.channel for call in desk.calls.values() for leg in call.phones)
        self.before = Before(legs, {agent.user: agent.asked_at for agent in desk.agents.values()})

    def deliver(self, node: LittleAsterisk, which: int = 0, *, twice: bool = False) -> None:
        """The desk hears an event of this node; a later one overtakes only what it has nothing to do with."""
        if not _may_overtake(node.inbox[which], list(node.inbox)[:which]):
            which = 0
        event = node.inbox[which]
        del node.inbox[which]
        for _ in range(1 + (twice and not isinstance(event, NodeSnapshot | NodeLost))):
            self.tell(event)

    def perform(self, lane: Lane, *, done: bool = True, answered: bool = True) -> None:
        """The next command of a lane is sent. It may be refused, and a done one's answer may be lost."""
        command = self.leader.lanes[lane].popleft()
        if not self.leader.lanes[lane]:
            del self.leader.lanes[lane]
        if not (done and self.nodes[command.node].perform(command) and answered):
            self.tell(CommandFailed(command.node, command.call, command))

    def kill_daemon(self) -> None:
        """kill -9, and another leader on what was saved."""
        for node in self.nodes.values():
            node.abandon()
        self.leader = Leader(self.store, frozenset(self.nodes), self.now)
        self.told_at = self.now
        self._remember()  # A call that it had ended, and not yet saved, is as it was: no phone was rung just now.
        desk = self.leader.desk
        self.arrived &= set(desk.calls) | set(desk.facts) | set(self.store.facts)
        self.store.numbers &= numbers_of(desk)
        self.orphans |= self.store.vault - set(desk.disclosures) - notes_of(desk)
        self.bound = {number: sealed for number, sealed in self.bound.items() if sealed in desk.disclosures}

    # -- people ----------------------------------------------------------------------------------------------

    def disclose(self, subject: SubjectId, page: PageId | None) -> None:
        """A citizen discloses; on a page of her own, or again on one that she has."""
        number = next(self.ids)
        sealed, page = SealedId(f"sealed{number}"), page or PageId(f"page{number}")
        self.codes.append(number)
        self.pages.append(page)
        self.store.vault.add(sealed)
        self.expires[sealed] = self.now + HOUR
        key = hash_of(Digits(code(number)))
        self.tell(DisclosureSealed(sealed, page, key, subject, self.now, self.now + HOUR))

    def want(self, seat: SeatId, call: CallId, subject: SubjectId) -> None:
        """Who sits there wants the caller to identify herself, by a number that nobody has."""
        number = hash_of(Digits(f"pairing {next(self.ids)}"))
        self.pairing_numbers.append(number)
        self.number_of_call[number] = call
        self.tell(IdentifyAsked(seat, call, number, subject))

    def type_in(self, number: CodeHash, page: PageId) -> None:
        """A page types in this number."""
        self.paired_pages.append(page)
        if number in self.leader.desk.call_of_pairing:
            self.typed[page] = number
        self.tell(PairingTaken(number, page))

    def share(self, page: PageId) -> PageId:
        """On that page the app is asked; the page of this disclosure."""
        sharing = PageId(f"sharing{next(self.ids)}")
        self.paired_pages.append(sharing)
        if page in self.typed:
            self.typed[sharing] = self.typed[page]
        call = self.leader.desk.calls.get(self.leader.desk.call_of_paired_page.get(page, CallId("")))
        known = None if call is None or call.sealed is None else self.leader.desk.disclosures.get(call.sealed)
        nth, earlier = 0 if call is None else call.paired, None if known is None else known.page
        of = CallId("") if call is None else call.id
        self.tell(PairingShared(page, sharing, of, nth, earlier if next(self.ids) % 2 else None))
        return sharing

    def seal_for_pairing(self, page: PageId, subject: SubjectId) -> None:
        """What was disclosed there lies in the vault."""
        sealed = SealedId(f"sealed{next(self.ids)}")
        self.store.vault.add(sealed)
        self.expires[sealed] = self.now + HOUR
        self.paired[sealed] = self.typed.get(page)
        self.tell(PairingSealed(sealed, page, subject, self.now, self.now + HOUR))

    def look(self) -> None:
        """Every seat that has a card asks for it; what the vault has is seen, and of the rest the desk hears."""
        looks = self.leader.looks.held()
        for grant in (*self.leader.grants.held(), *looks):
            for sealed in (grant.sealed, grant.note):
                if sealed is not None and sealed not in self.store.vault:
                    self.tell(IdentityLost(sealed))
                elif sealed is not None and sealed == grant.sealed:
                    self.tell(IdentitySeen(sealed, grant.user, grant.grant, grant in looks))

    def pass_time(self, seconds: float, *, woken: bool = True) -> None:
        """Time passes; the wake-up may come late."""
        self.now += seconds
        self._expire()
        for _ in range(1 + QUIET_AFTER if woken else 0):
            self.tell(TimePassed())
            if self.leader.wake_at is None or self.leader.wake_at > self.now:
                return
        assert not woken, "the desk asks to be woken at once, again and again"

    def _expire(self) -> None:
        for sealed in [sealed for sealed in self.orphans if self.expires[sealed] <= self.now]:
            self.orphans.discard(sealed)
            self.store.vault.discard(sealed)

    # -- transfers -------------------------------------------------------------------------------------------

    def pass_on(self, seat: SeatId, call: CallId, to: Target, *, consult: bool, note: bool) -> None:
        """Who sits there passes a caller on, with a note or without one."""
        written = SealedId(f"note{next(self.ids)}") if note else None
        if written is not None:
            self.store.vault.add(written)
            self.expires[written] = self.now + HOUR
        until = None if written is None else self.now + HOUR
        self.tell(TransferAsked(seat, call, to, consult, written, until))

    def outside(self) -> ToOutside:
        """Somebody elsewhere, whose number is noted."""
        number = NumberId(f"number{next(self.ids)}")
        self.store.numbers.add(number)
        return ToOutside(number)

    def find_target(self, to: Target | None) -> None:
        """The extension that was asked about first is this one's, or (None) nobody's."""
        asked = self.leader.extensions_asked.popleft()
        if to is None:
            self.tell(TargetUnknown(asked.call, asked.asked))
        else:
            self.tell(TargetFound(asked.call, asked.asked, to))

    # -- the exchange ----------------------------------------------------------------------------------------

    def claim(self, user: UserId, seat: SeatId, endpoint: Endpoint) -> None:
        """An agent goes available."""
        self.tell(SeatClaimed(user, seat, endpoint, self.groups.get(user, frozenset()), user not in self.officials))

    def change_plan(self, plan: Plan) -> None:
        """The site file is read anew."""
        self.store.plan = plan
        self.tell(PlanChanged(plan))

    def note_number(self, *, kept: bool = True) -> None:
        """The number that was asked for first is noted, or it cannot be."""
        asked = self.leader.numbers_asked.popleft()
        if kept:
            number = NumberId(f"number{next(self.ids)}")
            self.store.numbers.add(number)
            self.tell(NumberKept(asked.call, number, asked.node, asked.asked))
        else:
            self.tell(NumberRefused(asked.call, asked.asked))

    def find_unfit(self) -> None:
        """The number of who was asked first cannot be called."""
        tried = self.leader.numbers_tried.popleft()
        self.tell(NumberUnfit(tried.call, tried.asked))

    def keep_facts(self) -> None:
        """The records' store has all facts that it was told of."""
        self.tell(FactsKept(tuple(call for call in self.leader.desk.facts if call in self.store.facts)))

    def telephones(self) -> list[tuple[LittleAsterisk, Channel]]:
        """Our channels to the telephones of those who are called back."""
        return [(n, c) for n in self.nodes.values() for c in n.channels.values() if call_of_callout(c.id) is not None]

    # -- what is there -----------------------------------------------------------------------------------------

    def callers(self) -> list[tuple[LittleAsterisk, Channel]]:
        """All who are on the line and in our application."""
        return [(node, c) for node in self.nodes.values() for c in node.channels.values() if c.caller and c.ours]

    def legs(self) -> list[tuple[LittleAsterisk, Channel]]:
        """All our channels to phones."""
        return [(n, c) for n in self.nodes.values() for c in n.channels.values() if call_of_leg(c.id) is not None]

    def others(self) -> list[tuple[LittleAsterisk, Channel]]:
        """Channels on agents' phones that are not ours."""
        return [(n, c) for n in self.nodes.values() for c in n.channels.values() if not (c.caller or c.ours)]

    # -- quiet ---------------------------------------------------------------------------------------------------

    def come_to_rest(self) -> None:
        """Everything that is under way arrives, and nothing new happens."""
        for _ in range(ENOUGH):
            if not self._step():
                return
        raise AssertionError("the desk does not come to rest")

    def _step(self) -> bool:
        for node in self.nodes.values():
            if not node.connected:
                node.connect()
            elif not node.live:
                node.read_on()
            elif node.inbox:
                self.deliver(node)
            else:
                continue
            return True
        if self.leader.saving or self.leader.unsaved:
            self.leader.save()
            return True
        if self.leader.numbers_asked:
            self.note_number()
            return True
        if self.leader.extensions_asked:
            self.find_target(None)
            return True
        lane = next(iter(self.leader.lanes), None)
        if lane is not None:
            self.perform(lane)
        return lane is not None


def notes_of(desk: Desk) -> set[SealedId]:
    """What was written about callers, as the desk knows it."""
    return {call.note for call in desk.calls.values() if call.note is not None}


def numbers_of(desk: Desk) -> set[NumberId]:
    """The telephone numbers that somebody is still to be called on, or is being talked with."""
    numbers = {callback.number for callback in desk.callbacks.values() if callback.number}
    for call in desk.calls.values():
        numbers |= {leg.number for leg in call.phones if leg.number}
        numbers |= {to.number for to in (call.handover.then if call.handover else ()) if isinstance(to, ToOutside)}
    return numbers


def _may_overtake(event: NodeEvent, earlier: list[NodeEvent]) -> bool:
    """Whether an event may be heard before these: none of them has anything to do with it."""
    line = [event, *earlier]
    whole = any(isinstance(one, NodeSnapshot | NodeLost) for one in line)
    return not whole and not any(_about(event) & _about(one) for one in earlier)


def _about(event: NodeEvent) -> set[str]:
    """The names that an event is about: two events with one in common keep their order."""
    names = set[str]()
    for name in ("channel", "bridge", "endpoint", "playback"):
        if hasattr(event, name):
            names.add(getattr(event, name))
    if isinstance(event, BridgeEntered | BridgeLeft):
        names |= event.members
    return names


def is_about(event: NodeEvent, channels: set[ChannelId]) -> bool:
    """Whether this event, once it is heard, may change what is believed of one of these channels."""
    return isinstance(event, NodeSnapshot | NodeLost) or bool(_about(event) & channels)
