"""Plays in which callers are held, asked about and passed on, with an Asterisk that does what it was asked last."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping

from irmacall.core import views
from irmacall.core.call import Consult, Stage
from irmacall.core.code import Digits
from irmacall.core.commands import Connect, CreateLeg, HangUp, HoldInQueue, NodeCommand, Withdraw
from irmacall.core.events import (
    BridgeEntered,
    BridgeLeft,
    HangUpAsked,
    KeysPressed,
    LegAnswered,
    LegEntered,
    PhoneCalled,
    PhoneRegistered,
    SeatClaimed,
)
from irmacall.core.ids import CallId, ChannelId, GroupId, NodeName, NumberId, SealedId, UserId, talk_bridge
from irmacall.core.lines import QueueRules
from irmacall.core.plan import Plan, TransferRules
from irmacall.core.transfer import Act, Failure, Returned, Standing, Target, ToLine, ToOutside, ToPerson
from irmacall.core.transfer_commands import Regroup, TellPhone
from irmacall.core.transfer_events import ActAsked, PhoneDialled, PhoneHeld, PhoneReferred, TargetFound, TransferAsked
from tests.core.leader import NEAR, PASSPORTS, PLAN, QUEUES
from tests.core.plays import ELS, HOUR, Play, phone_of, seat_of

INA = UserId("ina")
"""An official: she serves no queue."""
CAS = UserId("cas")
SEALED = SealedId("sealed1")
NOTE = SealedId("note1")
NUMBER = NumberId("number1")
LINE = ChannelId("line-1")
"""The second call of an owner's phone."""
RULES = TransferRules(outside=True, star_codes=True)
PASSED_ON = dataclasses.replace(PLAN, transfers=RULES)
TO_INA = ToPerson(INA, phone_of(INA))
OUTSIDE = ToOutside(NUMBER)


def with_rules(**changes: bool) -> Plan:
    """The plan, in which transfers have another rule."""
    return dataclasses.replace(PASSED_ON, transfers=dataclasses.replace(RULES, **changes))


def with_queue(rules: QueueRules) -> Plan:
    """The plan, in which one queue is another."""
    return dataclasses.replace(PASSED_ON, queues={**QUEUES, rules.id: rules})


class TransferPlay(Play):
    """A play of a desk where callers may be passed on in every way."""

    def __init__(
        self,
        nodes: Iterable[NodeName] = (NEAR,),
        plan: Plan = PASSED_ON,
        groups: Mapping[UserId, frozenset[GroupId]] | None = None,
    ) -> None:
        super().__init__(nodes, plan, groups)

    # -- what is looked at -------------------------------------------------------------------------------------

    def consult(self, call: CallId) -> Consult:
        """The consultation that is going on."""
        consult = self.call(call).consult
        assert consult is not None, "nobody is consulted"
        return consult

    def asked_leg(self, call: CallId) -> ChannelId:
        """The channel of who is consulted."""
        return self.consult(call).leg.channel

    def inside(self, call: CallId) -> set[str]:
        """Who is in the talk bridge, as Asterisk said last."""
        return set(self.call(call).members)

    def view(self, user: UserId, call: CallId) -> views.CallView:
        """What this one's screen shows of this call."""
        view = views.seat_view(self.desk, user, seat_of(user)).call
        assert view is not None, "her screen shows no call"
        assert view.call == call
        return view

    def rung(self) -> list[str]:
        """The phones that were rung in the last line."""
        return [command.endpoint for command in self.asked_for(CreateLeg)]

    def hung_up(self) -> list[str]:
        """The channels that were hung up in the last line, in order."""
        return [command.channel for command in self.asked_for(HangUp)]

    def told(self) -> list[str]:
        """What a phone was told in the last line of the transfer that it asked for."""
        return [command.progress.name for command in self.asked_for(TellPhone)]

    @property
    def withdrawn(self) -> list[str]:
        """Whose seats lost a card in the last line, at once."""
        return [command.seat for command in self.urgent if isinstance(command, Withdraw)]

    def returned(self, call: CallId) -> tuple[Failure, UserId | None] | None:
        """What its owner reads of her last wish, if it came to nothing."""
        returned: Returned | None = self.call(call).returned
        return None if returned is None else (returned.why, returned.user)

    # -- people ------------------------------------------------------------------------------------------------

    def official_comes(self, user: UserId = INA) -> None:
        """Somebody who serves no queue takes her seat."""
        self.tell(PhoneRegistered(NEAR, phone_of(user), online=True))
        self.tell(SeatClaimed(user, seat_of(user), phone_of(user), serves=False))

    def acts(self, call: CallId, act: Act, by: UserId = ELS) -> list[NodeCommand]:
        """She presses a key of her screen."""
        return self.tell(ActAsked(seat_of(by), call, act))

    def passes(
        self,
        call: CallId,
        to: Target = TO_INA,
        *,
        by: UserId = ELS,
        consult: bool = False,
        note: SealedId | None = None,
    ) -> list[NodeCommand]:
        """She passes the caller on from her screen, or wants to ask first; with a note that lies in the vault."""
        if note is not None:
            self.store.vault.add(note)
        if isinstance(to, ToOutside):
            self.store.numbers.add(to.number)
        until = None if note is None else self.leader.now + HOUR
        return self.tell(TransferAsked(seat_of(by), call, to, consult, note, until))

    def to_queue(self, call: CallId, standing: Standing = Standing.HERS) -> list[NodeCommand]:
        """She passes the caller to the queue for passports."""
        return self.passes(call, ToLine(PASSPORTS, standing))

    def screen_hangs_up(self, call: CallId, by: UserId = ELS) -> list[NodeCommand]:
        """She presses the key that ends what is on her phone."""
        return self.tell(HangUpAsked(seat_of(by), call))

    # -- phones ------------------------------------------------------------------------------------------------

    def phone_stands(self, call: CallId, channel: ChannelId) -> list[NodeCommand]:
        """Asterisk made this leg of the call."""
        leg = self.call(call).phone_on(channel)
        assert leg is not None
        if leg.number is None:
            self.tell(PhoneCalled(NEAR, leg.endpoint, channel))
        return self.tell(LegEntered(NEAR, channel))

    def picks_up(self, call: CallId) -> list[NodeCommand]:
        """Whoever is rung for this call takes the phone off the hook."""
        consult = self.call(call).consult
        channel = self.leg(call) if consult is None else consult.leg.channel
        self.phone_stands(call, channel)
        return self.tell(LegAnswered(NEAR, channel))

    def answers_late(self, channel: ChannelId) -> list[NodeCommand]:
        """A phone is taken off the hook that may be wanted no more."""
        return self.tell(LegAnswered(NEAR, channel))

    def takes_over(self, call: CallId) -> None:
        """The phone that rings for a caller who was let go is answered, and both are in one bridge."""
        assert self.stage(call) is Stage.RINGING
        self.picks_up(call)
        self.obeys()

    def dials(self, extension: str = "2101", line: ChannelId = LINE, by: UserId = ELS) -> list[NodeCommand]:
        """Her phone makes a second call."""
        self.tell(PhoneCalled(NEAR, phone_of(by), line))
        return self.tell(PhoneDialled(NEAR, line, phone_of(by), extension))

    def finds(self, to: Target = TO_INA) -> list[NodeCommand]:
        """The extension that was asked about last is this one's."""
        asked = self.leader.extensions_asked.popleft()
        return self.tell(TargetFound(asked.call, asked.asked, to))

    def refers(
        self, channel: ChannelId, extension: str | None = "2101", line: ChannelId | None = None
    ) -> list[NodeCommand]:
        """A phone asks by SIP REFER that who is at the other end is passed on."""
        return self.tell(PhoneReferred(NEAR, channel, extension, line))

    def phone_holds(self, call: CallId, *, on: bool = True) -> list[NodeCommand]:
        """The owner's phone holds her, or takes her back, with its own key."""
        return self.tell(PhoneHeld(NEAR, self.leg(call), on))

    def keyed(self, channel: ChannelId, keys: str) -> list[NodeCommand]:
        """These keys are pressed on a phone, one after the other."""
        asked: list[NodeCommand] = []
        for key in keys:
            asked += self.tell(KeysPressed(NEAR, channel, Digits(key)))
        self.asked = asked
        return asked

    # -- Asterisk ----------------------------------------------------------------------------------------------

    def obeys(self) -> list[NodeCommand]:
        """Asterisk does what it was asked in the last line, and says so; what it is asked because of that."""
        asked: list[NodeCommand] = []
        for command in list(self.asked):
            if isinstance(command, Regroup):
                for channel in command.to_music:
                    asked += self.leaves(command.call, channel)
                for channel in command.to_talk:
                    asked += self.enters(command.call, channel)
            elif isinstance(command, Connect):
                asked += self.enters(command.call, command.leg) + self.enters(command.call, command.caller)
            elif isinstance(command, HoldInQueue):
                asked += self.leaves(command.call, command.channel)
            elif isinstance(command, HangUp):
                asked += self.ends(command.channel, command.call)
        self.asked = asked
        return asked

    def ends(self, channel: ChannelId, call: CallId | None) -> list[NodeCommand]:
        """A channel that was hung up leaves its bridge, and is gone."""
        left = [] if call is None else self.leaves(call, channel)
        return left + self.gone(channel)

    def enters(self, call: CallId, channel: ChannelId) -> list[NodeCommand]:
        """A channel comes into the talk bridge."""
        if call not in self.desk.calls or channel in self.call(call).members:
            return []
        members = self.call(call).members | {channel}
        return self.tell(BridgeEntered(NEAR, talk_bridge(call), channel, members))

    def leaves(self, call: CallId, channel: ChannelId) -> list[NodeCommand]:
        """A channel is in the talk bridge no longer."""
        if call not in self.desk.calls or channel not in self.call(call).members:
            return []
        members = self.call(call).members - {channel}
        return self.tell(BridgeLeft(NEAR, talk_bridge(call), channel, members))

    # -- whole stretches ---------------------------------------------------------------------------------------

    def talks_here(self, number: int | None = 1) -> CallId:
        """Els has a caller on the line, and an official is there to be asked."""
        call = self.talks(number)
        self.official_comes()
        return call

    def asks(self, state: str = "consulted", to: Target = TO_INA) -> CallId:
        """Els has a caller on the line and asks somebody, until this state."""
        call = self.talks_here()
        self.passes(call, to, consult=True)
        self.obeys()
        if state == "ringing":
            return call
        self.picks_up(call)
        self.obeys()
        for act in {"consulted": (), "aside": (Act.SWAP,), "together": (Act.JOIN,)}[state]:
            self.acts(call, act)
            self.obeys()
        return call

    def asks_by_phone(self) -> CallId:
        """The same in a second call of her phone, which holds the caller meanwhile; whom she asks has answered."""
        call = self.talks_here()
        self.phone_holds(call)
        self.obeys()
        self.dials()
        self.finds()
        self.picks_up(call)
        return call
