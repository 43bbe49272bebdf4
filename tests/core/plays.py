"""Plays: what happens, line by line, and what the desk then asks for.

    play = Play()
    anna = play.caller_arrives()
    assert play.said == [Say(…WELCOME)]

Each verb tells the desk one event and leaves what was decided in `play.asked` (for Asterisk) and `play.urgent`. Every
decision is saved before the next line; `play.crashes()` starts a new leader on what was saved.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from typing import TypeVar

from irmacall.core import views
from irmacall.core.agent import Agent
from irmacall.core.call import Call, Stage
from irmacall.core.code import Digits, make_code
from irmacall.core.commands import Command, NodeCommand, NoteForAudit, Prompt, Say, UrgentCommand
from irmacall.core.events import (
    BridgeEntered,
    BridgeLeft,
    CallerArrived,
    ChannelGone,
    CodeRenewed,
    CommandFailed,
    DisclosureSealed,
    Event,
    HangUpBegan,
    KeysPressed,
    LegAnswered,
    LegEntered,
    NodeSnapshot,
    PhoneCalled,
    PhoneRegistered,
    PlaybackEnded,
    SeatClaimed,
    SeatReleased,
    SeenChannel,
    SeenPhone,
    TimePassed,
)
from irmacall.core.ids import (
    BridgeId,
    CallId,
    ChannelId,
    Endpoint,
    GroupId,
    NodeName,
    PageId,
    SealedId,
    SeatId,
    SubjectId,
    UserId,
    playback,
    talk_bridge,
    waiting_bridge,
)
from irmacall.core.ownership import Grants
from irmacall.core.plan import Plan
from irmacall.core.state import Desk
from tests.core.leader import FAR, NEAR, PASSPORT, PLAN, Leader, Store, hash_of

T = TypeVar("T")
HOUR = 3600.0
MOST_WAKE_UPS = 1000
WAITING_ROOM = waiting_bridge(PLAN.desk)
ELS = UserId("els")
BO = UserId("bo")


def code(number: int) -> str:
    """The `number`-th right code; no two are alike, and none looks like anything else that is written down."""
    return make_code((314159265 + number * 271828183) % 10**9)


def phone_of(user: UserId) -> Endpoint:
    """The phone on this agent's desk."""
    return Endpoint(f"phone-{user}")


def seat_of(user: UserId) -> SeatId:
    """The browser on this agent's desk."""
    return SeatId(f"seat-{user}")


class Play:
    """One history of a desk, told line by line."""

    def __init__(
        self,
        nodes: Iterable[NodeName] = (NEAR,),
        plan: Plan = PLAN,
        groups: Mapping[UserId, frozenset[GroupId]] | None = None,
    ) -> None:
        self.store = Store(plan)
        self.groups = dict(groups or {})
        self.leader = Leader(self.store, frozenset((NEAR, FAR)), 1_000_000.0)
        self.asked: list[NodeCommand] = []
        self.screens: list[Command] = []
        self.urgent: list[UrgentCommand] = []
        self._ids = itertools.count(1)
        for node in nodes:
            self.tell(NodeSnapshot(node))

    # -- what is looked at -------------------------------------------------------------------------------

    @property
    def desk(self) -> Desk:
        """The desk, to look at."""
        return self.leader.desk

    @property
    def grants(self) -> Grants:
        """The book that the one door asks."""
        return self.leader.grants

    def call(self, call: CallId) -> Call:
        """A call that is not over."""
        return self.desk.calls[call]

    def stage(self, call: CallId) -> Stage:
        """Where a call is; ENDED for one that is over."""
        return self.desk.calls[call].stage if call in self.desk.calls else Stage.ENDED

    def agent(self, user: UserId) -> Agent:
        """One agent."""
        return self.desk.agents[user]

    def sees(self, user: UserId, seat: SeatId | None = None) -> SealedId | None:
        """The identity that this agent's seat gets when it asks for its card; None: it is refused."""
        seat = seat or seat_of(user)
        view = views.seat_view(self.desk, user, seat)
        if view.call is None or view.call.granted is None:
            return None
        held = self.grants.may_see(seat, view.call.call, view.call.granted.number)
        return None if held is None else held.sealed

    def asked_for(self, kind: type[T]) -> list[T]:
        """What was asked of Asterisk in the last line, of this kind."""
        return [command for command in self.asked if isinstance(command, kind)]

    @property
    def prompts(self) -> list[Prompt]:
        """What was said in the last line."""
        return [Prompt(sound) for command in self.asked_for(Say) for sound in command.sounds]

    @property
    def audited(self) -> list[str]:
        """What the security officer will read of the last line."""
        return [note.kind for note in self.screens if isinstance(note, NoteForAudit)]

    # -- what happens ------------------------------------------------------------------------------------

    def tell(self, event: Event) -> list[NodeCommand]:
        """One event; what Asterisk is asked for because of it."""
        decision = self.leader.tell(event)
        self.leader.save()
        self.urgent = decision.urgent
        self.asked = [command for command in decision.commands if isinstance(command, NodeCommand)]
        self.screens = [command for command in decision.commands if not isinstance(command, NodeCommand)]
        return self.asked

    def later(self, seconds: float) -> list[NodeCommand]:
        """Time passes, and the desk is woken whenever it asked to be; all that was asked for meanwhile."""
        end, asked = self.leader.now + seconds, list[NodeCommand]()
        for _ in range(MOST_WAKE_UPS):
            if self.leader.wake_at is None or self.leader.wake_at > end:
                break
            self.leader.now = max(self.leader.now, self.leader.wake_at)
            asked += self.tell(TimePassed())
        else:
            raise AssertionError("the desk asks to be woken again and again")
        self.leader.now = end
        self.asked = asked
        return asked

    def crashes(self) -> None:
        """The daemon is killed; another one leads, with what was saved, and has heard of no node yet."""
        self.leader = Leader(self.store, self.leader.nodes, self.leader.now)
        self.leader.save()

    def citizen_discloses(self, number: int, subject: SubjectId = PASSPORT, page: str | None = None) -> PageId:
        """A citizen's disclosure is sealed under the `number`-th code."""
        who = PageId(page or f"page{number}")
        sealed = SealedId(f"sealed{number}")
        self.store.vault.add(sealed)
        now = self.leader.now
        self.tell(DisclosureSealed(sealed, who, hash_of(Digits(code(number))), subject, now, now + HOUR))
        return who

    def code_renewed(self, page: PageId, number: int) -> None:
        """The page shows the `number`-th code from now on."""
        self.tell(CodeRenewed(page, hash_of(Digits(code(number)))))

    def caller_arrives(self, node: NodeName = NEAR) -> CallId:
        """Somebody calls."""
        channel = ChannelId(f"{node}-{next(self._ids)}")
        self.tell(CallerArrived(node, channel))
        return CallId(channel)

    def keys(self, call: CallId, keys: str) -> list[NodeCommand]:
        """The caller presses these keys, one after the other."""
        asked: list[NodeCommand] = []
        for key in keys:
            asked += self.tell(KeysPressed(self._node(call), self._channel(call), Digits(key)))
        self.asked = asked
        return asked

    def prompt_ends(self, call: CallId) -> list[NodeCommand]:
        """What was said last has been said."""
        return self.tell(PlaybackEnded(self._node(call), playback(call, self.call(call).said)))

    def caller_waits(self, number: int | None = None, node: NodeName = NEAR) -> CallId:
        """Somebody calls, and waits: with the `number`-th code, or without one."""
        call = self.caller_arrives(node)
        if number is None:
            self.prompt_ends(call)
            self.later(PLAN.times.first_digit)
        else:
            self.keys(call, code(number))
        return call

    def agent_comes(self, user: UserId, node: NodeName = NEAR, seat: SeatId | None = None) -> SeatId:
        """An agent's phone registers, and she goes available."""
        self.tell(PhoneRegistered(node, phone_of(user), online=True))
        return self.claims(user, seat or seat_of(user))

    def claims(self, user: UserId, seat: SeatId, endpoint: Endpoint | None = None) -> SeatId:
        """An agent goes available in this browser."""
        self.tell(SeatClaimed(user, seat, endpoint or phone_of(user), self.groups.get(user, frozenset())))
        return seat

    def leg_enters(self, call: CallId) -> list[NodeCommand]:
        """Asterisk made the leg of this call."""
        leg = self.leg(call)
        leg_of = self.call(call).leg
        assert leg_of is not None
        self.tell(PhoneCalled(self._node(call), leg_of.endpoint, leg))
        return self.tell(LegEntered(self._node(call), leg))

    def answers(self, call: CallId) -> list[NodeCommand]:
        """The phone that rings for this call is taken off the hook."""
        return self.tell(LegAnswered(self._node(call), self.leg(call)))

    def joins(self, call: CallId) -> list[NodeCommand]:
        """Asterisk moves the leg, then the caller, into the talk bridge."""
        node, leg, caller = self._node(call), self.leg(call), self._channel(call)
        asked = self.tell(BridgeEntered(node, talk_bridge(call), leg, frozenset({leg})))
        return asked + self.tell(BridgeEntered(node, talk_bridge(call), caller, frozenset({leg, caller})))

    def members(self, call: CallId, *others: str, left: bool = False) -> list[NodeCommand]:
        """The talk bridge holds these channels now, as an event of one that entered (or left) says."""
        event = BridgeLeft if left else BridgeEntered
        everybody = frozenset(ChannelId(other) for other in others)
        return self.tell(event(self._node(call), talk_bridge(call), ChannelId("any"), everybody))

    def rings(self, number: int | None = 1, user: UserId = ELS) -> CallId:
        """A call that rings on this agent's phone; with a code, its identity is bound."""
        if number is not None:
            self.citizen_discloses(number)
        self.agent_comes(user)
        call = self.caller_waits(number)
        self.leg_enters(call)
        return call

    def connects(self, number: int | None = 1, user: UserId = ELS) -> CallId:
        """A call whose phone was answered, on its way into the bridge."""
        call = self.rings(number, user)
        self.answers(call)
        return call

    def talks(self, number: int | None = 1, user: UserId = ELS) -> CallId:
        """A call that this agent has on the line."""
        call = self.connects(number, user)
        self.joins(call)
        return call

    def hangs_up(self, channel: str, cause: int = 16, node: NodeName = NEAR) -> list[NodeCommand]:
        """A channel comes to its end: first it is said that it will, then that it has."""
        asked = list(self.tell(HangUpBegan(node, ChannelId(channel))))
        urgent = self.urgent
        asked += self.gone(channel, cause, node)
        self.asked, self.urgent = asked, urgent + self.urgent
        return asked

    def gone(self, channel: str, cause: int = 16, node: NodeName = NEAR) -> list[NodeCommand]:
        """A channel is no more."""
        return self.tell(ChannelGone(node, ChannelId(channel), cause))

    def logs_out(self, user: UserId) -> list[NodeCommand]:
        """The session of this agent's seat ends."""
        seat = self.agent(user).seat
        assert seat is not None
        return self.tell(SeatReleased(seat))

    def fails(self, command: NodeCommand) -> list[NodeCommand]:
        """Asterisk did not do this."""
        return self.tell(CommandFailed(command.node, command.call, command))

    def says(self, call: CallId, number: int, prompt: Prompt) -> Say:
        """The command that says this prompt, as the `number`-th thing, to a caller on the near node."""
        return Say(NEAR, call, ChannelId(call), playback(call, number), (prompt.sound,), PLAN.language)

    def leg(self, call: CallId) -> ChannelId:
        """The channel of the phone that this call is offered to, or has."""
        leg = self.call(call).leg
        assert leg is not None
        return leg.channel

    def _node(self, call: CallId) -> NodeName:
        return self.call(call).node

    def _channel(self, call: CallId) -> ChannelId:
        return self.call(call).channel


CALLER_SEEN = SeenChannel(endpoint=None, up=True, caller=True)


def leg_seen(user: UserId = ELS, *, up: bool = True, ringing: bool = False) -> SeenChannel:
    """A leg on this agent's phone, as a snapshot shows it."""
    return SeenChannel(phone_of(user), up, caller=False, ringing=ringing)


def snapshot(
    channels: Mapping[str, SeenChannel],
    bridges: Mapping[str, Iterable[str]] | None = None,
    node: NodeName = NEAR,
) -> NodeSnapshot:
    """What a node holds. The phones of Els and Bo, and all that have a channel, are registered, and hold those."""
    found = {seen.endpoint for seen in channels.values() if seen.endpoint is not None}
    phones = {
        phone: SeenPhone(
            online=True,
            channels=frozenset(ChannelId(c) for c, seen in channels.items() if seen.endpoint == phone),
        )
        for phone in {phone_of(ELS), phone_of(BO)} | found
    }
    return NodeSnapshot(
        node,
        {ChannelId(channel): seen for channel, seen in channels.items()},
        {BridgeId(b): frozenset(map(ChannelId, members)) for b, members in (bridges or {}).items()},
        phones,
    )


def bridges_talking(call: CallId, leg: str) -> dict[str, list[str]]:
    """Both are in their talk bridge, and nobody waits."""
    return {talk_bridge(call): [call, leg], WAITING_ROOM: []}


def bridges_waiting(call: CallId) -> dict[str, list[str]]:
    """The caller hears music, and her talk bridge stands empty."""
    return {talk_bridge(call): [], WAITING_ROOM: [call]}
