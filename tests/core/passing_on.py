"""What may happen to a caller who has been answered: she is held, asked about, passed on, and let go; on screens and
on phones. The rules are mixed into the histories of `test_promise` and `test_exchange`."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, TypeVar

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from irmacall.core.call import Stage
from irmacall.core.code import Digits
from irmacall.core.events import KeysPressed
from irmacall.core.ids import CallId, ChannelId, SeatId, UserId
from irmacall.core.transfer import Act, Standing, Target, ToLine, ToPerson
from irmacall.core.transfer_events import ActAsked
from tests.core.leader import FAR, GENERAL, NEAR, PASSPORTS
from tests.core.little_asterisk import Channel, LittleAsterisk
from tests.core.plays import phone_of, seat_of
from tests.core.world import World

PICK = st.integers(0, 11)
SEATS = st.sampled_from([SeatId("seat-els"), SeatId("seat-bo"), SeatId("seat-x")])
OTHERS = st.sampled_from([UserId("els"), UserId("bo"), UserId("cas"), UserId("ina")])
TARGETS = st.sampled_from(["els", "bo", "bo", "cas", "ina", "ina", "outside", "queue", "queue"])
STAR_CODES = st.sampled_from(["*3", "*4", "*5", "*6", "*0", "*12101#", "*22101#", "*1", "*#", "2101#", "**3"])
T = TypeVar("T")


def one(options: Iterable[T], pick: int) -> T:
    """One of these, whatever their number."""
    several = list(options)
    return several[pick % len(several)]


class PassingOn:
    """Rules about callers who talk. `world` is the history's."""

    world: World

    def target(self, kind: str, pick: int) -> Target:
        """Somebody with a phone, a number outside, or a queue."""
        if kind == "outside":
            return self.world.outside()
        if kind == "queue":
            return ToLine(one([GENERAL, PASSPORTS], pick), one(Standing, pick))
        return ToPerson(UserId(kind), phone_of(UserId(kind)))

    def owners(self) -> list[tuple[SeatId, CallId]]:
        """Every seat that has a caller on the line, as the desk thinks."""
        desk = self.world.leader.desk
        found: list[tuple[SeatId, CallId]] = []
        for call in desk.calls.values():
            user = call.leg.user if call.stage is Stage.TALKING and call.leg else None
            agent = None if user is None else desk.agents.get(user)
            if agent is not None and agent.seat is not None:
                found.append((agent.seat, call.id))
        return found

    def owners_phones(self) -> list[tuple[LittleAsterisk, Channel]]:
        """The channels of all who have a caller on the line, as the desk thinks."""
        desk = self.world.leader.desk
        talks = [call for call in desk.calls.values() if call.stage is Stage.TALKING and call.leg]
        found = [(self.world.nodes[call.node], call.leg.channel) for call in talks if call.leg]
        return [(node, node.channels[channel]) for node, channel in found if channel in node.channels]

    @rule(user=OTHERS)
    def an_official_comes(self, user: UserId) -> None:
        """She serves no queue from now on, or is at her desk again."""
        self.world.officials.add(UserId("ina"))
        self.world.nodes[NEAR].register(phone_of(user), online=True)
        self.world.claim(user, seat_of(user), phone_of(user))

    @precondition(lambda self: self.owners())
    @rule(act=st.sampled_from(list(Act)), pick=PICK)
    def an_owner_acts(self, act: Act, pick: int) -> None:
        """Any key, whether it makes sense now or not."""
        seat, call = one(self.owners(), pick)
        self.world.tell(ActAsked(seat, call, act))

    @rule(act=st.sampled_from(list(Act)), seat=SEATS, pick=PICK)
    def somebody_acts(self, act: Act, seat: SeatId, pick: int) -> None:
        """On a caller who may be another's."""
        calls = list(self.world.leader.desk.calls)
        if calls:
            self.world.tell(ActAsked(seat, one(calls, pick), act))

    @precondition(lambda self: self.owners())
    @rule(kind=TARGETS, consult=st.booleans(), note=st.booleans(), pick=PICK)
    def an_owner_passes_on(self, kind: str, consult: bool, note: bool, pick: int) -> None:
        """To anybody, with a word before or without one."""
        seat, call = one(self.owners(), pick)
        self.world.pass_on(seat, call, self.target(kind, pick), consult=consult, note=note)

    @rule(kind=TARGETS, consult=st.booleans(), seat=SEATS, pick=PICK)
    def somebody_passes_on(self, kind: str, consult: bool, seat: SeatId, pick: int) -> None:
        """A caller who may be another's."""
        calls = list(self.world.leader.desk.calls)
        if calls:
            self.world.pass_on(seat, one(calls, pick), self.target(kind, pick), consult=consult, note=True)

    @precondition(lambda self: self.owners_phones())
    @rule(what=st.sampled_from(["dial", "refer", "together", "hold", "unhold", "keys"]), keys=STAR_CODES, pick=PICK)
    def an_owners_phone_acts(self, what: str, keys: str, pick: int) -> None:
        """A second call, a transfer by REFER, hold, or a star code."""
        node, channel = one(self.owners_phones(), pick)
        if what == "dial" and channel.endpoint is not None:
            there = one([node, node, *self.world.nodes.values()], pick)
            there.dial(ChannelId(f"line-{next(self.world.ids)}"), channel.endpoint, "2101")
        elif what == "refer":
            node.refer(channel.id, "2101")
        elif what == "together":
            lines = [each.id for _, each in self.lines()]
            node.refer(channel.id, None, one([*lines, None], pick))
        elif what == "keys":
            for key in keys:
                node.emit(KeysPressed(node.name, channel.id, Digits(key)))
        else:
            node.phone_holds(channel.id, on=what == "hold")

    @precondition(lambda self: self.lines())
    @rule(what=st.sampled_from(["end", "refer"]), pick=PICK)
    def a_second_call_acts(self, what: str, pick: int) -> None:
        """It ends; or the phone brings both of its calls together from there."""
        node, line = one(self.lines(), pick)
        if what == "end":
            node.end(line.id)
            return
        own = [each.id for each in node.channels.values() if each.endpoint == line.endpoint and not each.line]
        node.refer(line.id, None, one([*own, None], pick))

    def lines(self) -> list[tuple[LittleAsterisk, Channel]]:
        """Second calls that phones made."""
        return [(node, each) for node in self.world.nodes.values() for each in node.channels.values() if each.line]

    @precondition(lambda self: self.world.leader.extensions_asked)
    @rule(kind=TARGETS, known=st.integers(0, 4), pick=PICK)
    def an_extension_is_found_out(self, kind: str, known: int, pick: int) -> None:
        """It is somebody's, or a queue's, or a number's; sometimes nobody's."""
        self.world.find_target(self.target(kind, pick) if known else None)

    # -- a whole consultation, so that histories get far -------------------------------------------------------

    @precondition(lambda self: self.owners())
    @rule(
        kind=st.sampled_from(["bo", "ina", "ina", "els", "cas", "outside"]),
        stop=st.sampled_from([None, Act.SWAP, Act.JOIN, Act.COMPLETE, Act.CANCEL, Act.COMPLETE]),
        by=st.sampled_from(["screen", "screen", "line", "far line"]),
        note=st.booleans(),
        pick=PICK,
    )
    def a_consultation_gets_far(self, kind: str, stop: Act | None, by: str, note: bool, pick: int) -> None:
        """Without trouble: somebody is rung, answers, and one step more."""
        world = self.world
        world.come_to_rest()
        if not self.owners():
            return
        seat, name = one(self.owners(), pick)
        world.nodes[NEAR].register(phone_of(UserId(kind)), online=True)
        world.come_to_rest()
        call = world.leader.desk.calls[name]
        node = world.nodes[call.node]
        if by == "screen" or call.leg is None:
            world.pass_on(seat, name, self.target(kind, pick), consult=True, note=note)
        else:
            there = node if by == "line" else world.nodes[NEAR if node.name != NEAR else FAR]
            there.register(phone_of(UserId(kind)), online=True)
            there.dial(ChannelId(f"line-{next(world.ids)}"), call.leg.endpoint, "2101")
            self._until_asked()
            if world.leader.extensions_asked:
                world.find_target(self.target(kind, pick))
        world.come_to_rest()
        call = world.leader.desk.calls.get(name, call)
        asked = None if call.consult is None else world.nodes[call.consult.node]
        if call.consult is not None and asked is not None and call.consult.leg.channel in asked.channels:
            asked.answer(call.consult.leg.channel)
            world.come_to_rest()
        if stop is not None:
            world.tell(ActAsked(seat, name, stop))

    def _until_asked(self) -> None:
        world: Any = self.world
        for node in world.nodes.values():
            while node.inbox and not world.leader.extensions_asked:
                world.deliver(node)
        world.leader.save()
