"""A daemon's inner loop without its peers: decide, withdraw at once, save, and only then act and grant.

The store outlives a leader, as redis outlives a daemon; commands that were not sent die with it.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field

from irmacall.core import records
from irmacall.core.code import Digits
from irmacall.core.commands import (
    Burn,
    Command,
    DropNumber,
    Grant,
    HideFromGlass,
    KeepFacts,
    KeepNumber,
    NodeCommand,
    ShowByGlass,
    TryNumber,
    Withdraw,
)
from irmacall.core.desk import decide
from irmacall.core.events import Event, LeadershipBegan, NodeSnapshot
from irmacall.core.facts import CallFacts
from irmacall.core.glass import Looks
from irmacall.core.ids import (
    CallId,
    CodeHash,
    DeskId,
    NodeName,
    NumberId,
    QueueId,
    RecordKey,
    SealedId,
    SubjectId,
)
from irmacall.core.lines import QueueRules
from irmacall.core.ownership import Grants
from irmacall.core.plan import Plan
from irmacall.core.state import Decision
from irmacall.core.transfer_commands import FindTarget

PASSPORT = SubjectId("paspoort")
WASTE = SubjectId("afval")
PASSPORTS = QueueId("burgerzaken")
GENERAL = QueueId("algemeen")
NEAR = NodeName("near")
FAR = NodeName("far")


def hash_of(code: Digits) -> CodeHash:
    """A keyed hash, as a desk has one: the code cannot be read from it."""
    return CodeHash(hashlib.blake2b(code.plain().encode(), key=b"a desk's key").hexdigest()[:16])


QUEUES = {queue: QueueRules(queue) for queue in (GENERAL, PASSPORTS)}
PLAN = Plan(DeskId("nijmegen"), GENERAL, hash_of, QUEUES, {PASSPORT: PASSPORTS})


@dataclass
class Store:
    """What outlives a daemon: the site file, the saved records, the vault, the numbers, the facts, and the fence."""

    plan: Plan = PLAN

    saved: dict[RecordKey, bytes] = field(default_factory=dict)
    vault: set[SealedId] = field(default_factory=set)
    numbers: set[NumberId] = field(default_factory=set)
    """Of those who are to be called back."""
    facts: dict[CallId, CallFacts] = field(default_factory=dict)
    """That were told at least once."""
    adopted: set[CallId] = field(default_factory=set)
    """Found by a snapshot and unknown to the desk: of one that it had ended, and could not end in Asterisk, more is
    told than once."""
    fence: int = 0


@dataclass
class Leader:
    """One daemon that leads the desk. `lanes` hold the commands that may be sent, a lane for each call."""

    store: Store
    nodes: frozenset[NodeName]
    now: float
    grants: Grants = field(default_factory=Grants)
    looks: Looks = field(default_factory=Looks)
    lanes: dict[CallId | NodeName, deque[NodeCommand]] = field(default_factory=lambda: defaultdict(deque))
    granted: list[Grant] = field(default_factory=list)
    numbers_asked: deque[KeepNumber] = field(default_factory=deque)
    """Numbers that are being noted."""
    extensions_asked: deque[FindTarget] = field(default_factory=deque)
    """Extensions of which it is being found out whose they are."""
    numbers_tried: deque[TryNumber] = field(default_factory=deque)
    """Numbers of which it is being found out whether they can be called."""
    wake_at: float | None = None
    _changed: set[RecordKey] = field(default_factory=set)
    _noted: set[RecordKey] = field(default_factory=set)
    _decided: list[Command] = field(default_factory=list)
    _saving: tuple[dict[RecordKey, bytes | None], list[Command]] | None = None

    def __post_init__(self) -> None:
        self.store.fence += 1
        self.desk = records.load(self.store.plan, self.store.fence, self.store.saved)
        self.tell(LeadershipBegan(self.nodes))

    def tell(self, event: Event) -> Decision:
        """Decide one event, and do what only takes away."""
        if isinstance(event, NodeSnapshot):
            callers = {channel for channel, seen in event.channels.items() if seen.caller}
            self.store.adopted |= {CallId(caller) for caller in callers - set(self.desk.call_of_channel)}
        decision = decide(self.desk, event, self.now)
        for urgent in decision.urgent:
            if isinstance(urgent, Withdraw):
                self.grants.withdraw(urgent)
            elif isinstance(urgent, HideFromGlass):
                self.looks.withdraw(urgent.withdrawal)
            elif isinstance(urgent, Burn):
                self.store.vault.discard(urgent.sealed)
        self._changed |= decision.changed
        self._noted |= decision.noted
        self._decided += decision.commands
        self.wake_at = decision.wake_at
        return decision

    @property
    def saving(self) -> bool:
        """Whether a save is on its way."""
        return self._saving is not None

    @property
    def unsaved(self) -> bool:
        """Whether something was decided that is in no save yet."""
        return bool(self._changed or self._noted or self._decided)

    def begin_save(self) -> None:
        """Send what was decided so far to the store. What was only noted keeps no command waiting."""
        if not self._changed:
            self._act(self._decided)
            self._decided = []
        written = {key: records.record(self.desk, key) for key in self._changed | self._noted}
        self._saving = (written, self._decided)
        self._changed, self._noted, self._decided = set(), set(), []

    def end_save(self) -> None:
        """It is saved: act on it."""
        assert self._saving is not None
        (written, commands), self._saving = self._saving, None
        for key, raw in written.items():
            if raw is None:
                self.store.saved.pop(key, None)
            else:
                self.store.saved[key] = raw
        self._act(commands)

    def save(self) -> None:
        """Save everything that there is to save, now."""
        while self.saving or self.unsaved:
            self.end_save() if self.saving else self.begin_save()

    def _act(self, commands: Iterable[Command]) -> None:
        for command in commands:
            if isinstance(command, Grant):
                self.granted.append(command)
                self.grants.grant(command)
            elif isinstance(command, ShowByGlass):
                self.looks.grant(command)
            elif isinstance(command, KeepFacts):
                known = self.store.facts.setdefault(command.facts.call, command.facts)
                assert known == command.facts or known.call in self.store.adopted, (
                    "the facts of a call were told twice, and not alike"
                )
            elif isinstance(command, KeepNumber):
                self.numbers_asked.append(command)
            elif isinstance(command, TryNumber):
                self.numbers_tried.append(command)
            elif isinstance(command, FindTarget):
                self.extensions_asked.append(command)
            elif isinstance(command, DropNumber):
                self.store.numbers.discard(command.number)
            elif isinstance(command, NodeCommand):
                self.lanes[command.call or command.node].append(command)
