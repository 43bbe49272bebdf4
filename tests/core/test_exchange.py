"""An exchange, over random histories: menus, hours, skills, overflow, callbacks, emergencies and new plans, besides
all that may happen to a desk without them (`test_promise`), and what is asked after each step is the same.
"""

from __future__ import annotations

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from irmacall.core.code import Digits
from irmacall.core.events import (
    EmergencyEnded,
    EmergencyThrown,
    KeysPressed,
    NodeStrained,
    SeatPaused,
    SeatReleased,
    WrapUpExtended,
)
from irmacall.core.ids import ChannelId, NodeName, SeatId, UserId
from irmacall.core.routes import ToMessage, ToQueue
from tests.core import invariants
from tests.core.coming_back import keeping
from tests.core.exchange import CLOSED, EXCHANGE, FULL, GROUPS_OF, SMALLER, URGENT
from tests.core.leader import GENERAL, PLAN
from tests.core.little_asterisk import Channel, LittleAsterisk
from tests.core.plays import ELS, phone_of, seat_of
from tests.core.test_promise import NODES, PICK, SEATS, USERS, Histories, one, walked
from tests.core.world import World

KEEPS = keeping(EXCHANGE)
PLANS = {"exchange": KEEPS, "smaller": keeping(SMALLER), "closed": keeping(CLOSED), "plain": PLAN}
SPANS = st.sampled_from([0.5, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0])
CHOICES = st.sampled_from(["1", "0", "2", "21", "221", "31", "9", "7", "*", "#", "23"])
TELEPHONE_KEYS = st.sampled_from(["1", "1", "*", "0612345678#", "0612345678", "06#", "#"])
EMERGENCIES = st.sampled_from([ToMessage(FULL), ToQueue(GENERAL), ToQueue(URGENT)])


class Exchanges(Histories):
    """Everything that may happen to an exchange."""

    def __init__(self) -> None:
        super().__init__()
        self.world = World(watch=invariants.promise)
        self.world.groups = dict(GROUPS_OF)
        self.world.change_plan(KEEPS)

    # -- callers -------------------------------------------------------------------------------------------

    @precondition(lambda self: self.world.callers())
    @rule(keys=CHOICES | TELEPHONE_KEYS, pick=PICK)
    def a_caller_chooses(self, keys: str, pick: int) -> None:
        """From a menu, or whatever she presses where there is none."""
        node, channel = one(self.world.callers(), pick)
        node.press(channel.id, keys)

    @rule(node=NODES, choice=st.sampled_from(["1", "21", "221", "0"]))
    def a_caller_gets_in(self, node: NodeName, choice: str) -> None:
        """Without trouble: she calls, chooses, and waits as long as it takes to be in a queue."""
        self._gets_in(node, choice)

    def _gets_in(self, node: NodeName, choice: str) -> ChannelId:
        world = self.world
        call = ChannelId(f"{node}-{next(world.ids)}")
        world.come_to_rest()
        world.nodes[node].call_in(call)
        world.nodes[node].press(call, choice)
        world.come_to_rest()
        world.pass_time(4.0)
        return call

    @precondition(lambda self: self.world.callers())
    @rule(pick=PICK, keys=TELEPHONE_KEYS)
    def a_caller_wants_to_be_called_back(self, pick: int, keys: str) -> None:
        """She presses 1 where she waits, and then something about a number."""
        node, channel = one(self.world.callers(), pick)
        self.world.come_to_rest()
        self.world.tell(KeysPressed(node.name, channel.id, Digits("1")))
        self.world.pass_time(2.0)
        self.world.tell(KeysPressed(node.name, channel.id, Digits(keys)))
        self.world.pass_time(2.0)

    @rule(node=NODES, stop=st.integers(0, 5), choice=st.sampled_from(["1", "1", "221"]))
    def a_callback_gets_far(self, node: NodeName, stop: int, choice: str) -> None:
        """Without trouble: to the question, the promise, its end, an agent's phone, hers, or a talk."""
        world = self.world
        for seat in list(world.leader.desk.agent_of_seat):
            world.tell(SeatPaused(seat, "pauze"))
        call = self._gets_in(node, choice)
        for _ in range(2 if stop else 1):
            world.nodes[node].press(call, "1")
            world.come_to_rest()
            world.pass_time(2.0)
        if stop >= 2:
            world.come_to_rest()
            if call in world.nodes[node].channels:
                world.nodes[node].end(call)
        if stop >= 3:
            self.an_agent_is_at_her_desk(ELS, node)
            world.come_to_rest()
        if stop >= 4:
            self._all_answer(world.legs())
        if stop == 5:
            self._all_answer(world.telephones())

    def _all_answer(self, ringing: list[tuple[LittleAsterisk, Channel]]) -> None:
        for node, channel in ringing:
            node.answer(channel.id)
        self.world.come_to_rest()

    # -- those who are called back -------------------------------------------------------------------------

    @precondition(lambda self: self.world.leader.numbers_asked)
    @rule(kept=st.booleans())
    def a_number_is_noted(self, kept: bool) -> None:
        """Or it may not be called."""
        self.world.note_number(kept=kept)

    @precondition(lambda self: self.world.leader.numbers_tried)
    @rule()
    def a_number_is_unfit(self) -> None:
        """She is asked for another, wherever that question finds her by now."""
        self.world.find_unfit()

    @precondition(lambda self: self.world.telephones())
    @rule(what=st.sampled_from(["answer", "answer", "end"]), cause=st.sampled_from([16, 17, 19, 21]), pick=PICK)
    def a_telephone_acts(self, what: str, cause: int, pick: int) -> None:
        """Who is called back answers, is busy, or is not there."""
        node, channel = one(self.world.telephones(), pick)
        if what == "answer":
            node.answer(channel.id)
        else:
            node.end(channel.id, cause)

    @rule()
    def who_is_called_back_is_reached(self) -> None:
        """Without trouble: each phone and telephone that rings is answered."""
        world = self.world
        for _ in range(3):
            world.come_to_rest()
            self._all_answer(world.legs() + world.telephones())

    # -- agents --------------------------------------------------------------------------------------------

    @rule(user=USERS, node=NODES)
    def an_agent_is_at_her_desk(self, user: UserId, node: NodeName) -> None:
        """Her phone is registered, and she is available."""
        self.world.nodes[node].register(phone_of(user), online=True)
        self.world.claim(user, seat_of(user), phone_of(user))

    @rule(seat=SEATS, seconds=st.sampled_from([1.0, 60.0, 5000.0]))
    def a_wrap_up_is_extended(self, seat: SeatId, seconds: float) -> None:
        """Of whoever is in hers."""
        self.world.tell(WrapUpExtended(seat, seconds))

    @rule(seat=SEATS)
    def a_seat_pauses(self, seat: SeatId) -> None:
        """In whatever state she is."""
        self.world.tell(SeatPaused(seat, "pauze"))

    # -- management ----------------------------------------------------------------------------------------

    @rule(plan=st.sampled_from(["exchange", "exchange", "smaller", "closed", "plain"]))
    def the_plan_changes(self, plan: str) -> None:
        """The site file is read anew."""
        self.world.change_plan(PLANS[plan])

    @rule(to=EMERGENCIES, seconds=st.sampled_from([0.0, 10.0, 600.0]))
    def an_emergency_is_thrown(self, to: ToMessage | ToQueue, seconds: float) -> None:
        """To a message, or to one queue."""
        self.world.tell(EmergencyThrown(to, self.world.now + seconds))

    @rule()
    def an_emergency_ends(self) -> None:
        """Before its time, or there is none."""
        self.world.tell(EmergencyEnded())

    @rule(node=NODES, strained=st.booleans())
    def a_node_is_strained(self, node: NodeName, strained: bool) -> None:
        """Or no longer."""
        self.world.tell(NodeStrained(node, strained))

    @rule()
    def the_store_keeps_facts(self) -> None:
        """All of which it was told."""
        self.world.keep_facts()

    @rule(seconds=SPANS, woken=st.booleans())
    def a_while_passes(self, seconds: float, woken: bool) -> None:
        """Long enough for a choice, a step, an announcement, somebody's patience, or a callback's next try."""
        self.world.pass_time(seconds, woken=woken)

    def teardown(self) -> None:
        """Everybody goes home and every promise runs out; nothing is left."""
        world = self.world
        world.come_to_rest()
        for seat in list(world.leader.desk.agent_of_seat):
            world.tell(SeatReleased(seat))
        for node, channel in world.telephones() + world.legs():
            node.end(channel.id)
        world.come_to_rest()
        for node, channel in world.callers():
            node.end(channel.id)
        world.come_to_rest()
        world.pass_time(15000.0)
        super().teardown()


def test_the_promise_holds_in_whatever_order_things_happen_to_an_exchange() -> None:
    """At least 25,000 steps here and as many in `test_promise`."""
    walked(Exchanges)
