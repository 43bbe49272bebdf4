"""The promise, over random histories: whatever callers, agents, pages, nodes and time do, it holds at every step.

Each rule is one thing that may happen next; `invariants.hold` is asked after each. At the end of every history the
world comes to rest, everybody hangs up, and nothing may be left.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable
from typing import Any, ClassVar, TypeVar

import hypothesis.strategies as st
from hypothesis import settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from irmacall.core.code import Digits
from irmacall.core.events import (
    CodeRenewed,
    ErasureAsked,
    HangUpAsked,
    SeatPaused,
    SeatReleased,
)
from irmacall.core.ids import CallId, ChannelId, Endpoint, NodeName, PageId, SeatId, UserId, talk_bridge
from irmacall.core.plan import TransferRules
from tests.core import at_rest, invariants
from tests.core.coming_back import AWAY, ComingBack, keeping
from tests.core.identifying import Identifying
from tests.core.leader import FAR, NEAR, PASSPORT, PLAN, WASTE, hash_of
from tests.core.little_asterisk import LittleAsterisk
from tests.core.looking_in import LookingIn
from tests.core.passing_on import PassingOn
from tests.core.plays import ELS, code, phone_of, seat_of
from tests.core.world import World

USERS = st.sampled_from([UserId("els"), UserId("bo"), UserId("cas")])
SEATS = st.sampled_from([SeatId("seat-els"), SeatId("seat-bo"), SeatId("seat-x")])
PHONES = st.sampled_from([Endpoint("phone-els"), Endpoint("phone-bo"), Endpoint("phone-x")])
NODES = st.sampled_from([NEAR, NEAR, FAR])
MOMENTS = st.sampled_from([0.5, 2.0, 4.0, 7.0, 20.0, 30.0, 900.0, 3600.0])
PICK = st.integers(0, 11)
"""Which of those that there are; the first is the simplest."""
T = TypeVar("T")
PASSED_ON = dataclasses.replace(
    keeping(PLAN), transfers=TransferRules(outside=True, star_codes=True), break_glass=True
)


def one(options: Iterable[T], pick: int) -> T:
    """One of these, whatever their number."""
    several = list(options)
    return several[pick % len(several)]


class Histories(PassingOn, Identifying, LookingIn, ComingBack, RuleBasedStateMachine):
    """Everything that may happen, one thing at a time."""

    steps: ClassVar[int] = 0
    """In all histories so far."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(watch=invariants.promise)
        self.world.change_plan(PASSED_ON)

    @initialize(stop=st.integers(0, 3), users=st.lists(USERS, max_size=2))
    def begin(self, stop: int, users: list[UserId]) -> None:
        """Both nodes are connected, one agent is there, and some have been called."""
        self.world.come_to_rest()
        self.world.nodes[NEAR].register(phone_of(ELS), online=True)
        self.world.claim(ELS, seat_of(ELS), phone_of(ELS))
        for user in users:
            self.a_call_gets_far(user, True, stop)

    # -- citizens ------------------------------------------------------------------------------------------

    @rule(subject=st.sampled_from([PASSPORT, WASTE]), again=st.integers(0, 9), pick=PICK)
    def a_citizen_discloses(self, subject: Any, again: int, pick: int) -> None:
        """On a page of her own; rarely on one that already has a disclosure."""
        pages = self.world.pages
        self.world.disclose(subject, one(pages, pick) if pages and again == 0 else None)

    @precondition(lambda self: self.world.pages)
    @rule(what=st.sampled_from(["renew", "erase"]), pick=PICK)
    def a_page_asks(self, what: str, pick: int) -> None:
        """For a new code, or for erasure; on any page there ever was."""
        page: PageId = one(self.world.pages, pick)
        if what == "erase":
            self.world.tell(ErasureAsked(page))
        else:
            number = next(self.world.ids)
            self.world.codes.append(number)
            self.world.tell(CodeRenewed(page, hash_of(Digits(code(number)))))

    # -- callers -------------------------------------------------------------------------------------------

    @rule(node=NODES)
    def somebody_calls(self, node: NodeName) -> None:
        """A caller arrives on this node."""
        self.world.nodes[node].call_in(ChannelId(f"{node}-{next(self.world.ids)}"))

    @precondition(lambda self: self.world.callers())
    @rule(kind=st.sampled_from(["right", "right", "slip", "half", "star", "rest"]), pick=PICK, which=PICK)
    def a_caller_presses_keys(self, kind: str, pick: int, which: int) -> None:
        """A code that was ever shown, or what people press instead."""
        node, channel = one(self.world.callers(), pick)
        plain = code(one(reversed(self.world.codes or [0]), which))
        keys = {"right": plain, "slip": plain[:-1] + "x", "half": plain[:5], "star": "12*", "rest": plain[5:]}[kind]
        node.press(channel.id, keys.replace("x", str((int(plain[-1]) + 1) % 10)))

    @precondition(lambda self: self.world.callers())
    @rule(pick=PICK)
    def a_caller_hangs_up(self, pick: int) -> None:
        """At whatever point she is."""
        node, channel = one(self.world.callers(), pick)
        node.end(channel.id)

    @precondition(lambda self: self.world.callers())
    @rule(pick=PICK)
    def a_prompt_ends(self, pick: int) -> None:
        """What is said to a caller has been said."""
        node, channel = one(self.world.callers(), pick)
        node.finish_prompt(channel.id)

    # -- agents --------------------------------------------------------------------------------------------

    @rule(user=USERS, seat=SEATS, endpoint=PHONES)
    def an_agent_claims_a_seat(self, user: UserId, seat: SeatId, endpoint: Endpoint) -> None:
        """Any seat, with any phone."""
        self.world.claim(user, seat, endpoint)

    @rule(seat=SEATS, what=st.sampled_from([SeatReleased, SeatPaused]))
    def a_seat_acts(self, seat: SeatId, what: Any) -> None:
        """Log out, or pause."""
        self.world.tell(what(seat, "lunch") if what is SeatPaused else what(seat))

    @rule(seat=SEATS, pick=PICK)
    def a_seat_hangs_up(self, seat: SeatId, pick: int) -> None:
        """The call that it has, or any other."""
        calls = list(self.world.leader.desk.calls)
        if calls:
            self.world.tell(HangUpAsked(seat, calls[pick % len(calls)]))

    # -- phones --------------------------------------------------------------------------------------------

    @rule(node=NODES, endpoint=PHONES, online=st.booleans())
    def a_phone_registers(self, node: NodeName, endpoint: Endpoint, online: bool) -> None:
        """Or is lost."""
        self.world.nodes[node].register(endpoint, online)

    @precondition(lambda self: self.world.legs())
    @rule(what=st.sampled_from(["answer", "answer", "end"]), cause=st.sampled_from([16, 17, 19, 20, 21]), pick=PICK)
    def a_phone_acts(self, what: str, cause: int, pick: int) -> None:
        """It is answered if it rings, or it ends its leg: rejected, not answered, forwarded, hung up."""
        node, leg = one(self.world.legs(), pick)
        if what == "answer":
            node.answer(leg.id)
        else:
            node.end(leg.id, cause)

    @rule(node=NODES, endpoint=PHONES)
    def another_call_is_on_a_phone(self, node: NodeName, endpoint: Endpoint) -> None:
        """One that is not ours."""
        self.world.nodes[node].foreign(ChannelId(f"foreign-{next(self.world.ids)}"), endpoint)

    @precondition(lambda self: self.world.others())
    @rule(what=st.sampled_from(["intrude", "intrude", "end"]), pick=PICK)
    def another_call_acts(self, what: str, pick: int) -> None:
        """It ends, or comes into a talk bridge of ours."""
        node, other = one(self.world.others(), pick)
        talks = sorted(bridge for bridge, members in node.bridges.items() if bridge.endswith(".talk") and members)
        if what == "intrude" and talks:
            node.enter(one(talks, pick), other.id)
        else:
            node.end(other.id)

    # -- what is under way ---------------------------------------------------------------------------------

    @precondition(lambda self: any(node.inbox for node in self.world.nodes.values()))
    @rule(number=st.integers(1, 8), which=st.integers(0, 3), twice=st.booleans(), pick=PICK)
    def events_are_heard(self, number: int, which: int, twice: bool, pick: int) -> None:
        """Some of them, one perhaps before its turn, or twice."""
        node = one([node for node in self.world.nodes.values() if node.inbox], pick)
        for _ in range(min(number, len(node.inbox))):
            self.world.deliver(node, min(which, len(node.inbox) - 1), twice=twice)

    @precondition(lambda self: self.world.leader.lanes)
    @rule(number=st.integers(1, 4), fate=st.sampled_from(["done"] * 6 + ["refused", "unanswered"]), pick=PICK)
    def commands_are_sent(self, number: int, fate: str, pick: int) -> None:
        """Some of one lane; a node may refuse one, or do it and not say so."""
        lane = one(sorted(self.world.leader.lanes), pick)
        for _ in range(number):
            if lane in self.world.leader.lanes:
                self.world.perform(lane, done=fate != "refused", answered=fate != "unanswered")

    @rule()
    def a_save_goes_on(self) -> None:
        """It begins, or it is done."""
        leader = self.world.leader
        if leader.saving:
            leader.end_save()
        elif leader.unsaved:
            leader.begin_save()

    @rule()
    def everything_goes_on(self) -> None:
        """What is under way arrives, before anything else happens."""
        self.world.come_to_rest()
        at_rest.believe_the_truth(self.world)

    # -- trouble -------------------------------------------------------------------------------------------

    @rule(node=NODES, lost=st.integers(0, 5))
    def a_socket_drops(self, node: NodeName, lost: int) -> None:
        """The last events are lost with it."""
        if self.world.nodes[node].connected:
            self.world.nodes[node].drop(lost)

    @precondition(lambda self: any(not node.live for node in self.world.nodes.values()))
    @rule(pick=PICK)
    def a_socket_comes_back(self, pick: int) -> None:
        """Step by step: the socket, and the three reads of a snapshot."""
        node: LittleAsterisk = one([n for n in self.world.nodes.values() if not n.live], pick)
        if node.connected:
            node.read_on()
        else:
            node.connect()

    @rule(node=NODES, sure=st.integers(0, 2))
    def asterisk_is_restarted(self, node: NodeName, sure: int) -> None:
        """All that was on it is gone."""
        if sure == 0:
            self.world.nodes[node].restart()

    @rule()
    def the_daemon_is_killed(self) -> None:
        """With everything that it had not saved, and every command that it had not sent."""
        self.world.kill_daemon()

    @rule(seconds=MOMENTS, woken=st.booleans())
    def time_passes(self, seconds: float, woken: bool) -> None:
        """The wake-up may come late."""
        self.world.pass_time(seconds, woken=woken)

    # -- a whole call, so that histories get far -------------------------------------------------------------

    @rule(user=USERS)
    def a_talk_begins(self, user: UserId) -> None:
        """An identified caller is put through, if this agent is free."""
        self.a_call_gets_far(user, True, 3)

    @rule(user=USERS, other=USERS, seconds=AWAY)
    def a_talk_is_cut_off(self, user: UserId, other: UserId, seconds: float) -> None:
        """And the caller calls back, with her page's new code. Another agent may be there, and idle for longer."""
        self.a_call_gets_far(user, True, 3)
        if other != user:
            self.world.nodes[NEAR].register(phone_of(other), online=True)
            self.world.come_to_rest()
            self.world.claim(other, seat_of(other), phone_of(other))
        if self.known():
            self.cut_off(*self.known()[-1], seconds)
        if self.kept():
            self.who_was_cut_off_comes_back(len(self.kept()) - 1, NEAR)

    @rule(user=USERS, identified=st.booleans(), stop=st.integers(0, 2))
    def a_call_gets_far(self, user: UserId, identified: bool, stop: int) -> None:
        """Without trouble: to the queue, to the ringing phone, to its answer, or to a talk."""
        world, node = self.world, self.world.nodes[NEAR]
        world.come_to_rest()
        if stop:
            node.register(phone_of(user), online=True)
            world.claim(user, seat_of(user), phone_of(user))
        call = ChannelId(f"{NEAR}-{next(world.ids)}")
        if identified:
            world.disclose(PASSPORT, None)
        node.call_in(call)
        node.press(call, code(world.codes[-1]) if identified else "")
        world.come_to_rest()
        self._answer(CallId(call), stop)

    def _answer(self, call: CallId, stop: int) -> None:
        world, node = self.world, self.world.nodes[NEAR]
        legs = [leg.id for _, leg in world.legs() if leg.id.startswith(f"{call}.") and leg.ringing]
        if stop >= 2 and legs:
            node.answer(legs[0])
        if stop == 3:
            world.come_to_rest()
            at_rest.believe_the_truth(world)
            assert not legs or node.bridges[talk_bridge(call)] == {call, legs[0]}

    # -- what holds ----------------------------------------------------------------------------------------

    @invariant()
    def the_promise_holds(self) -> None:
        """After every step."""
        type(self).steps += 1
        invariants.hold(self.world)

    def teardown(self) -> None:
        """Everybody hangs up, the hour passes, and nothing is left."""
        self.world.come_to_rest()
        at_rest.believe_the_truth(self.world)
        invariants.hold(self.world)
        for node, channel in self.world.callers() + self.world.others():
            node.end(channel.id)
        self.world.come_to_rest()
        self.world.pass_time(3601)
        self.world.come_to_rest()
        self.world.keep_facts()
        self.world.come_to_rest()
        invariants.hold(self.world)
        at_rest.nothing_is_left(self.world)


def test_the_promise_holds_in_whatever_order_things_happen() -> None:
    """At least 25,000 steps here and as many in `test_exchange`, and a million by one command (`make promise`)."""
    walked(Histories)


def walked(histories: type[Histories]) -> None:
    """Try this many histories; that they were long enough is counted."""
    histories.steps = 0
    run_state_machine_as_test(histories)
    tried = settings.default
    assert tried is not None
    assert histories.steps >= 35 * tried.max_examples, "the histories were shorter than they should be"
