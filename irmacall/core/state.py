"""All that a desk holds, with the indexes that spare it every scan, and the one turn in which it may change.

Six kinds of records are saved: calls, agents, disclosures, callbacks, an emergency, and the facts of calls that are
over until the records' store has them. All else (who waits in which order, whose phone is
free, which code opens what) is derived from them and from what Asterisk says, and is kept in step by `Turn.touch`.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field

from sortedcontainers import SortedSet

from irmacall.core.agent import Agent, Phone
from irmacall.core.call import Call
from irmacall.core.callback import Callback
from irmacall.core.commands import Burn, Command, HideFromGlass, UrgentCommand, Withdraw
from irmacall.core.disclosure import Disclosure
from irmacall.core.facts import CallFacts
from irmacall.core.ids import (
    CallId,
    ChannelId,
    CodeHash,
    Endpoint,
    GrantNumber,
    NodeName,
    PageId,
    QueueId,
    RecordKey,
    SealedId,
    SeatId,
    UserId,
)
from irmacall.core.order import Order
from irmacall.core.pace import Pace
from irmacall.core.plan import Plan
from irmacall.core.routes import Destination
from irmacall.core.sight import Look
from irmacall.core.skills import Profile
from irmacall.core.transfer import ComesBack

GRANTS_A_FENCE = 1 << 20
"""Grant numbers rise over restarts: each leader's begin above all of the one before."""


@dataclass(slots=True)
class Decision:
    """What one turn decided: what to do before the save, what to save, what to do after, and when to wake."""

    urgent: list[UrgentCommand] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    changed: set[RecordKey] = field(default_factory=set)
    noted: set[RecordKey] = field(default_factory=set)
    """To be saved too, but nothing waits for it: it would be said again after a crash."""
    wake_at: float | None = None


@dataclass(frozen=True, slots=True)
class Emergency:
    """Who is not answered yet goes there, until then (epoch seconds)."""

    to: Destination
    until: float


@dataclass(slots=True)
class Desk:
    """One municipality's exchange. Changed by `decide`, and by nothing else."""

    plan: Plan
    next_grant: int = 0
    calls: dict[CallId, Call] = field(default_factory=dict)
    agents: dict[UserId, Agent] = field(default_factory=dict)
    disclosures: dict[SealedId, Disclosure] = field(default_factory=dict)
    phones: dict[Endpoint, Phone] = field(default_factory=dict)
    confirmed: set[NodeName] = field(default_factory=set)
    """Nodes whose snapshot we have and whose event socket stands."""
    call_of_channel: dict[ChannelId, CallId] = field(default_factory=dict)
    agent_of_seat: dict[SeatId, UserId] = field(default_factory=dict)
    agent_of_endpoint: dict[Endpoint, UserId] = field(default_factory=dict)
    phone_of_channel: dict[ChannelId, Endpoint] = field(default_factory=dict)
    sealed_of_code: dict[CodeHash, SealedId] = field(default_factory=dict)
    sealed_of_page: dict[PageId, SealedId] = field(default_factory=dict)
    call_of_pairing: dict[CodeHash, CallId] = field(default_factory=dict)
    """Pairing numbers that can still be typed in."""
    call_of_paired_page: dict[PageId, CallId] = field(default_factory=dict)
    """Pages that typed one in, and those that disclose there."""
    order: Order = field(default_factory=Order)
    seated: Counter[Profile] = field(default_factory=Counter)
    """How many agents of each profile hold a seat, whatever they do."""
    profile_of: dict[UserId, Profile] = field(default_factory=dict)
    """Of those who hold a seat."""
    pace: dict[QueueId, Pace] = field(default_factory=lambda: defaultdict(Pace))
    emergency: Emergency | None = None
    callbacks: dict[CallId, Callback] = field(default_factory=dict)
    """By the call in which each was asked for."""
    facts: dict[CallId, CallFacts] = field(default_factory=dict)
    """Of calls that are over, until the records' store has them."""
    successors: dict[SealedId, SealedId] = field(default_factory=dict)
    """What took a disclosure's place on its page: who saw the earlier is told there, however late. Never saved."""
    looked: dict[CallId, Look] = field(default_factory=dict)
    """The last look of management's at each call, over now: its owner is told of it. Never saved."""
    looks: dict[CallId, Look] = field(default_factory=dict)
    """Who of management sees which caller now; never saved."""
    expected: dict[UserId, dict[CallId, None]] = field(default_factory=dict)
    """By whoever had them on the line: callers who were cut off and are back (`Call.comes_back`)."""
    strained: set[NodeName] = field(default_factory=set)
    """Nodes that must not be given new callers."""
    timers: SortedSet[tuple[float, str, str]] = field(default_factory=SortedSet)
    timer_of: dict[RecordKey, float] = field(default_factory=dict)

    def new_grant(self) -> GrantNumber:
        """A number above every earlier one of this desk."""
        self.next_grant += 1
        return GrantNumber(self.next_grant)

    def phone(self, endpoint: Endpoint) -> Phone:
        """The phone of this name, known from now on."""
        return self.phones.setdefault(endpoint, Phone(endpoint))

    def add_phone_channel(self, endpoint: Endpoint, channel: ChannelId, node: NodeName) -> None:
        """This phone is busy with this channel."""
        self.phone(endpoint).channels[channel] = node
        self.phone_of_channel[channel] = endpoint

    def remove_phone_channel(self, channel: ChannelId) -> Endpoint | None:
        """This channel is on no phone any more; the phone that it was on."""
        endpoint = self.phone_of_channel.pop(channel, None)
        if endpoint is not None:
            del self.phone(endpoint).channels[channel]
        return endpoint

    def expect(self, call: Call, back: ComesBack | None) -> None:
        """This caller comes back to that agent; None: to nobody in particular, or no longer."""
        if call.comes_back is not None:
            others = self.expected[call.comes_back.agent]
            others.pop(call.id, None)
            if not others:
                del self.expected[call.comes_back.agent]
        call.comes_back = back
        if back is not None:
            self.expected.setdefault(back.agent, {})[call.id] = None

    def agent_at(self, seat: SeatId) -> Agent | None:
        """Whose seat this is."""
        user = self.agent_of_seat.get(seat)
        return None if user is None else self.agents[user]

    def call_with(self, channel: ChannelId) -> Call | None:
        """The call that this channel is the caller or the leg of."""
        call = self.call_of_channel.get(channel)
        return None if call is None else self.calls.get(call)

    def call_of_agent(self, agent: Agent) -> Call | None:
        """The call that rings or talks on this agent's phone, or about which she is asked on it, if it is of ours."""
        phone = self.phones.get(agent.endpoint)
        for channel in phone.channels if phone else ():
            call = self.call_with(channel)
            if call is not None and call.phone_on(channel) is not None:
                return call
        return None

    def staffed(self, queue: QueueId) -> bool:
        """Whether anybody who serves this queue holds a seat, whatever she is doing now."""
        return any(profile.suits(queue, frozenset()) for profile in self.seated)

    def known_queue(self, queue: QueueId) -> QueueId:
        """The queue whose agents serve this one: itself, unless the site has it no longer."""
        return queue if queue in self.plan.queues else self.plan.default_queue

    def disclosure_of(self, page: PageId) -> Disclosure | None:
        """The disclosure that this page made, while it is remembered."""
        sealed = self.sealed_of_page.get(page)
        return None if sealed is None else self.disclosures.get(sealed)


@dataclass(slots=True)
class Turn:
    """One event being decided: the desk, the time, and the decision as it grows."""

    desk: Desk
    now: float
    decision: Decision = field(default_factory=Decision)
    touched_calls: dict[CallId, None] = field(default_factory=dict)
    touched_agents: dict[UserId, None] = field(default_factory=dict)
    touched_callbacks: dict[CallId, None] = field(default_factory=dict)
    left: list[Profile] = field(default_factory=list)
    """What agents offered who have left their seats in this turn."""

    def do(self, command: Command) -> None:
        """Ask for a command. What only takes away acts before the save."""
        if isinstance(command, Withdraw | Burn | HideFromGlass):
            self.decision.urgent.append(command)
        else:
            self.decision.commands.append(command)

    def do_first(self, command: Command) -> None:
        """Ask for a command ahead of what was asked for before: somebody is waiting to hear a name."""
        self.decision.commands.insert(0, command)

    def touch_call(self, call: Call) -> None:
        """This call has changed: save it, and put it in its place in every index at the turn's end."""
        self.look_again(call)
        self.decision.changed.add(("call", call.id))

    def note_call(self, call: Call) -> None:
        """This call has changed by what Asterisk said and would say again: no command need wait for its save."""
        self.look_again(call)
        self.decision.noted.add(("call", call.id))

    def look_again(self, call: Call) -> None:
        """What Asterisk says of this call has changed (it is never saved): see anew who may see the caller."""
        self.touched_calls[call.id] = None

    def touch_agent(self, agent: Agent) -> None:
        """This agent has changed: save her, and see anew whether she can be asked."""
        self.touched_agents[agent.user] = None
        self.save_agent(agent)

    def save_agent(self, agent: Agent) -> None:
        """This agent has changed, and she stands already where she belongs: save her."""
        self.decision.changed.add(("agent", agent.user))

    def touch_phone(self, endpoint: Endpoint) -> None:
        """What Asterisk says of this phone (never saved) has changed: see anew whether its agent can be asked."""
        user = self.desk.agent_of_endpoint.get(endpoint)
        if user is not None:
            self.touched_agents[user] = None

    def touch_facts(self, call: CallId) -> None:
        """The facts of this call are new: save them."""
        self.decision.changed.add(("facts", call))

    def note_facts(self, call: CallId) -> None:
        """The facts of this call are kept elsewhere by now: a leader who does not know it keeps them once more."""
        self.decision.noted.add(("facts", call))

    def touch_callback(self, callback: CallId) -> None:
        """This callback has changed, or is no more: save that, and see anew whether it waits."""
        self.touched_callbacks[callback] = None
        self.decision.changed.add(("callback", callback))

    def touch_emergency(self) -> None:
        """There is an emergency, or no longer: save that."""
        self.decision.changed.add(("emergency", ""))

    def touch_disclosure(self, disclosure: Disclosure) -> None:
        """This disclosure has changed: save it."""
        self.decision.changed.add(("disclosure", disclosure.sealed))

    def set_timer(self, key: RecordKey, at: float | None) -> None:
        """Wake this record at `at` and not at its earlier moment; None: not at all."""
        old = self.desk.timer_of.pop(key, None)
        if old is not None:
            self.desk.timers.discard((old, *key))
        if at is not None:
            self.desk.timers.add((at, *key))
            self.desk.timer_of[key] = at
