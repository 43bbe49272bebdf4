"""A desk with so many callers waiting and so many agents, on a day that goes on: every decision is timed.

In the thread's own CPU time: what else the machine does meanwhile is no part of it. Nothing but `decide` runs. What
it asks of Asterisk comes back, later by this desk's own clock, as the events that Asterisk would send; whoever leaves
the line is replaced by somebody who calls: so the line keeps its length.
"""

from __future__ import annotations

import hashlib
import heapq
import itertools
import random
import time
from collections import defaultdict
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Final

from irmacall.core.call import Stage
from irmacall.core.code import Digits, make_code
from irmacall.core.commands import Command, Connect, CreateLeg, DialLeg, HangUp, Say, StopSaying
from irmacall.core.desk import decide
from irmacall.core.events import (
    BridgeEntered,
    CallerArrived,
    ChannelGone,
    DisclosureSealed,
    Event,
    HangUpBegan,
    KeysPressed,
    LeadershipBegan,
    LegAnswered,
    LegEntered,
    NodeSnapshot,
    PhoneCalled,
    PlaybackEnded,
    SeatClaimed,
    SeatPaused,
    SeenPhone,
    TimePassed,
)
from irmacall.core.ids import (
    CallId,
    ChannelId,
    CodeHash,
    DeskId,
    Endpoint,
    GroupId,
    LanguageId,
    MenuId,
    NodeName,
    PageId,
    QueueId,
    SealedId,
    SeatId,
    SkillId,
    SoundName,
    SubjectId,
    UserId,
)
from irmacall.core.lines import Announcements, Group, Language, QueueRules, Step, Strategy
from irmacall.core.plan import Plan
from irmacall.core.routes import Choice, Menu, ToMenu, ToQueue
from irmacall.core.state import Desk

NODES: Final = (NodeName("north"), NodeName("south"))
GENERAL, PASSPORTS, TAXES = QueueId("general"), QueueId("passports"), QueueId("taxes")
PASSPORT = SubjectId("passport")
GROUPS: Final = (GroupId("all-round"), GroupId("passports"), GroupId("taxes"))
HOUR: Final = 3600.0
NOT_TAKEN_CAUSE: Final = 21
LONGER: Final = 0.05
"""The share by which the line may be too long before nobody calls."""
BESIDE: Final = 1.1
"""Calls beside those that wait, for each agent: hers, and some that are still being welcomed."""
TALK: Final = 60.0
"""Mean seconds of a conversation: short, so that agents matter beside the timers of those who wait."""
IDENTIFIED, LEAVING, NOT_TAKEN, PAUSING = 0.2, 0.15, 0.03, 0.05
"""Shares: of callers with a code, of those who give up, of phones not answered, of conversations before a pause."""


def plan() -> Plan:
    """An exchange with everything on: a menu, three queues with skills that relax, announcements, two languages."""
    skill = SkillId("passports")
    steps = (Step(0, {skill: 2}), Step(60, {skill: 1}), Step(180, {}, language=False))
    said = Announcements(first=20, every=45)
    queues = (
        QueueRules(GENERAL, announcements=said),
        QueueRules(PASSPORTS, steps=steps, head_start=30, announcements=said),
        QueueRules(TAXES, strategy=Strategy.ROUND_ROBIN, announcements=said),
    )
    choices = {"1": Choice(ToQueue(PASSPORTS)), "2": Choice(ToQueue(TAXES)), "0": Choice(ToQueue(GENERAL))}
    menu = Menu(MenuId("main"), SoundName("menu-main"), choices, ToQueue(GENERAL))
    groups = (
        Group(GROUPS[0], frozenset((GENERAL, PASSPORTS, TAXES)), {skill: 1}),
        Group(GROUPS[1], frozenset((GENERAL, PASSPORTS)), {skill: 2}),
        Group(GROUPS[2], frozenset((TAXES,))),
    )
    return Plan(
        DeskId("bench"),
        GENERAL,
        _hash,
        {queue.id: queue for queue in queues},
        subject_queues={PASSPORT: PASSPORTS},
        start=ToMenu(menu.id),
        menus={menu.id: menu},
        groups={group.id: group for group in groups},
        languages={LanguageId(name): Language(LanguageId(name)) for name in ("nl", "en")},
    )


def _hash(code: Digits) -> CodeHash:
    return CodeHash(hashlib.blake2b(code.plain().encode(), key=b"bench").hexdigest())


class Crowd:
    """`waiting` callers who have not been answered, and `agents` who are all at work. Times are nanoseconds."""

    def __init__(self, waiting: int, agents: int, seed: int = 1) -> None:
        self._chance = random.Random(seed)
        self._numbers = itertools.count(1)
        self._coming: list[tuple[float, int, Event]] = []
        self._wake_at: float | None = None
        self._unanswered: dict[CallId, NodeName] = {}
        self._size = waiting + int(agents * BESIDE)
        self._number_of: dict[ChannelId, int] = {}
        """Whose phone a leg rings: the agent's number."""
        self.now = datetime(2026, 11, 24, 10, tzinfo=UTC).timestamp()  # a Tuesday morning
        self.took: dict[str, list[int]] = defaultdict(list)
        self.desk = Desk(plan())
        self._open(agents)
        self._fill(self._size)

    def _open(self, agents: int) -> None:
        phones = {Endpoint(f"phone{number}"): SeenPhone(online=True) for number in range(agents)}
        self._tell(LeadershipBegan(frozenset(NODES)))
        for node in NODES:
            self._tell(NodeSnapshot(node, phones=phones))
        for number in range(agents):
            self._tell(_claim(number))

    def _fill(self, callers: int) -> None:
        """They come within some minutes, so that what is due for each of them falls on moments of its own."""
        for _ in range(callers):
            self._later(self._chance.uniform(0, 300), self._newcomer())
        until = self.now + 400
        while self._step(until):
            pass

    @property
    def waiting(self) -> int:
        """How many wait in a queue now."""
        return sum(1 for call in self.desk.calls.values() if call.stage is Stage.WAITING)

    def run(self, decisions: int) -> Mapping[str, list[int]]:
        """So many decisions, by the kind of event: what each took."""
        self.took.clear()
        while sum(map(len, self.took.values())) < decisions:
            self._step(self.now + HOUR)
        return self.took

    def _step(self, until: float) -> bool:
        """The next thing that happens before `until`; False where there is none."""
        due = self._coming[0][0] if self._coming else until
        if self._wake_at is not None and self._wake_at <= min(due, until):
            self.now = max(self.now, self._wake_at)
            self._tell(TimePassed())
        elif due < until:
            self.now, _, event = heapq.heappop(self._coming)
            self._tell(event)
        else:
            return False
        return True

    def _tell(self, event: Event) -> None:
        began = time.thread_time_ns()
        decision = decide(self.desk, event, self.now)
        self.took[type(event).__name__].append(time.thread_time_ns() - began)
        self._wake_at = decision.wake_at
        for command in decision.commands:
            self._obey(command)
        self._follow(event)

    # -- what Asterisk and people do -----------------------------------------------------------------------

    def _obey(self, command: Command) -> None:
        match command:
            case Say(node=node, playback=playback, channel=channel):
                self._later(6, PlaybackEnded(node, playback))
                for keys in self._keys(command.call):
                    self._later(self._chance.uniform(1, 5), KeysPressed(node, channel, Digits(keys)))
            case StopSaying(node=node, playback=playback):
                self._later(0.01, PlaybackEnded(node, playback))
            case CreateLeg(node=node, channel=channel, endpoint=endpoint):
                self._number_of[channel] = int(endpoint.removeprefix("phone"))
                self._later(0.01, PhoneCalled(node, endpoint, channel))
                self._later(0.02, LegEntered(node, channel))
            case DialLeg(node=node, channel=channel):
                taken = self._chance.random() >= NOT_TAKEN
                self._later(3, LegAnswered(node, channel) if taken else ChannelGone(node, channel, NOT_TAKEN_CAUSE))
            case Connect():
                self._connect(command)
            case HangUp(node=node, channel=channel):
                self._hang_up(0.02, node, channel)

    def _keys(self, call: CallId) -> str:
        known = self.desk.calls.get(call)
        if known is None or known.stage is Stage.WAITING or self._chance.random() < 0.3:
            return ""  # who waits presses nothing, and some never do
        return self._chance.choice(("#", "1", "2", "0"))

    def _connect(self, command: Connect) -> None:
        both = frozenset((command.caller, command.leg))
        self._later(0.01, BridgeEntered(command.node, command.bridge, command.caller, both - {command.leg}))
        self._later(0.02, BridgeEntered(command.node, command.bridge, command.leg, both))
        ends = self._chance.expovariate(1 / TALK)
        self._hang_up(0.1 + ends, command.node, command.caller)
        self._unanswered.pop(command.call, None)
        self._replace()
        if self._chance.random() < LEAVING:
            self._gives_up()

    def _gives_up(self) -> None:
        if self._unanswered:
            call = self._chance.choice(list(itertools.islice(self._unanswered, 100)))
            self._hang_up(0.0, self._unanswered.pop(call), ChannelId(call))
            self._replace()

    def _replace(self) -> None:
        """Somebody left the line: one calls, or two while it is too short, or nobody while it is too long."""
        short = self._size - len(self.desk.calls)
        for _ in range(2 if short > 0 else int(short > -self._size * LONGER)):
            self._later(self._chance.uniform(0, 2), self._newcomer())

    def _hang_up(self, after: float, node: NodeName, channel: ChannelId) -> None:
        self._later(after, HangUpBegan(node, channel))
        self._later(after + 0.005, ChannelGone(node, channel, 16))

    def _newcomer(self) -> CallerArrived:
        node = self._chance.choice(NODES)
        channel = ChannelId(f"{node}-1700000000.{next(self._numbers)}")
        self._unanswered[CallId(channel)] = node
        return CallerArrived(node, channel)

    def _follow(self, event: Event) -> None:
        """What people do of their own accord: disclose before they call, pause after a call, come back."""
        if isinstance(event, CallerArrived) and self._chance.random() < IDENTIFIED:
            self._identify(event)
        elif isinstance(event, ChannelGone) and event.channel in self._number_of:
            number = self._number_of.pop(event.channel)
            if event.cause == NOT_TAKEN_CAUSE:
                self._later(5, _claim(number))  # she says that she is back
            elif self._chance.random() < PAUSING:
                self._later(0.5, SeatPaused(SeatId(f"seat{number}"), "overleg"))
                self._later(30, _claim(number))

    def _identify(self, event: CallerArrived) -> None:
        number = next(self._numbers)
        code = make_code((314159265 + number * 271828183) % 10**9)
        sealed, page = SealedId(f"sealed{number}"), PageId(f"page{number}")
        self._tell(DisclosureSealed(sealed, page, _hash(Digits(code)), PASSPORT, self.now, self.now + HOUR))
        for place, key in enumerate(code):
            self._later(0.5 + place * 0.1, KeysPressed(event.node, event.channel, Digits(key)))

    def _later(self, seconds: float, event: Event) -> None:
        heapq.heappush(self._coming, (self.now + seconds, next(self._numbers), event))


def _claim(number: int) -> SeatClaimed:
    group = GROUPS[number % len(GROUPS)]
    user, seat, phone = UserId(f"user{number}"), SeatId(f"seat{number}"), Endpoint(f"phone{number}")
    return SeatClaimed(user, seat, phone, frozenset((group,)))
