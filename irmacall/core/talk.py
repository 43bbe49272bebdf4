"""From the answered phone to the last goodbye: both into one bridge, and a clean end whoever leaves first.

What Asterisk says of any channel of a call comes here; what it means for who is consulted is `consulting`'s.
"""

from __future__ import annotations

from irmacall.core import callbacks, consulting, disclosures, ending, handover, ivr, phone_transfers, queue, saying
from irmacall.core import switchboard as board
from irmacall.core.agent import NotTaken
from irmacall.core.call import Call, Stage, Turning
from irmacall.core.commands import Connect, HangUp, NoteForAudit, RefreshSeat
from irmacall.core.events import (
    BridgeEntered,
    BridgeLeft,
    ChannelGone,
    HangUpAsked,
    HangUpBegan,
    KeysPressed,
    LegAnswered,
    LegEntered,
)
from irmacall.core.ids import ChannelId, call_of_leg, call_of_talk_bridge, talk_bridge
from irmacall.core.state import Turn
from irmacall.core.transfer import Asked, Failure, Returned

JOIN_WITHIN = 5.0
"""Seconds from the answer until both must be in the bridge."""

REASONS = {19: NotTaken.NO_ANSWER, 18: NotTaken.NO_ANSWER, 3: NotTaken.PHONE_GONE, 20: NotTaken.PHONE_GONE}
"""Q.850 causes that are no rejection."""
FAILURES = {
    3: Failure.UNREACHABLE,
    17: Failure.BUSY,
    18: Failure.NO_ANSWER,
    19: Failure.NO_ANSWER,
    20: Failure.UNREACHABLE,
    27: Failure.UNREACHABLE,
}
"""Q.850 causes for who passed a caller on; any other is a rejection."""


def keys_pressed(turn: Turn, event: KeysPressed) -> None:
    """A key: of a caller's telephone, or of the phone of who has her on the line."""
    ivr.keys_pressed(turn, event)
    phone_transfers.keys_pressed(turn, event)


def leg_answered(turn: Turn, event: LegAnswered) -> None:
    """Somebody took the phone off the hook: bring her and the caller together."""
    call = turn.desk.call_with(event.channel)
    if call is None:
        return
    if call.stage is Stage.RINGING and call.leg_on(event.channel) is not None:
        leg_up(turn, call, event.channel)
    elif call.consult is not None and call.consult.leg.channel == event.channel:
        consulting.answered(turn, call)
    elif call.stage is Stage.DIALLING and event.channel == call.channel:
        call.turn(Turning.ANSWERED)
        connect(turn, call)


def leg_up(turn: Turn, call: Call, channel: ChannelId) -> None:
    """This phone was answered first: the others that ring for the call stop."""
    for leg in call.legs:
        if leg.channel != channel:
            queue.not_taken(turn, call, leg.channel, None)
    if call.called_back:
        callbacks.agent_answered(turn, call)
        _refresh_agent(turn, call)
        return
    call.turn(Turning.ANSWERED)
    connect(turn, call)


def connect(turn: Turn, call: Call) -> None:
    """Move both into the talk bridge."""
    assert call.leg is not None
    saying.hush(turn, call)
    call.hears = None
    turn.do(Connect(call.node, call.id, talk_bridge(call.id), call.channel, call.leg.channel))
    if call.stage is Stage.CONNECTING:
        turn.set_timer(("call", call.id), turn.now + JOIN_WITHIN)
    if not call.called_back:
        turn.note_call(call)  # After a crash the phone is still off the hook, and is brought to her again.
    else:
        turn.touch_call(call)


def leg_entered(turn: Turn, event: LegEntered) -> None:
    """A channel of ours stands: let it ring, unless its call no longer wants it."""
    call = turn.desk.call_with(event.channel)
    if call is None or event.channel != call.channel:
        queue.leg_entered(turn, event)
    elif call.stage is Stage.DIALLING:
        callbacks.telephone_stands(turn, call)


def bridge_changed(turn: Turn, event: BridgeEntered | BridgeLeft) -> None:
    """Who is in the talk bridge is what Asterisk says, and ownership follows from it."""
    name = call_of_talk_bridge(event.bridge)
    call = None if name is None else turn.desk.calls.get(name)
    if call is None:
        return
    set_members(turn, call, event.members)
    if call.stage is Stage.CONNECTING and expected(call) <= call.members:
        joined(turn, call)
    board.members_changed(call)


def set_members(turn: Turn, call: Call, members: frozenset[ChannelId]) -> None:
    """The talk bridge holds these now; whoever does not belong there is audited once."""
    newcomers = members - call.members
    call.members = members
    turn.look_again(call)
    strangers = sorted(channel for channel in newcomers - expected(call) if call_of_leg(channel) != call.id)
    if strangers:
        turn.do(NoteForAudit("withdrawn_foreign_channel", call.id, "a third channel is in the talk bridge"))
    for channel in strangers:
        turn.do(HangUp(call.node, call.id, channel))  # Nobody listens to a talk who was not asked into it.
        board.members_replaced(call)


def expected(call: Call) -> set[ChannelId]:
    """The channels that belong in the talk bridge: hers, and that of the phone that rings for her or was answered."""
    return {call.channel, *(leg.channel for leg in call.phones)}


def joined(turn: Turn, call: Call) -> None:
    """Both are in the bridge: they talk."""
    assert call.leg is not None
    called_back = call.called_back
    call.turn(Turning.JOINED)
    if call.handover is None:
        turn.desk.pace[call.queue].answered(turn.now)
    if call.talking_since is None:
        call.talking_since, call.answered_by = turn.now, call.leg.user
    turn.set_timer(("call", call.id), None)
    if called_back:
        callbacks.kept(turn, call)
    handover.joined(turn, call)
    turn.note_call(call)
    _refresh_agent(turn, call)
    disclosures.refresh(turn, call)


def _refresh_agent(turn: Turn, call: Call) -> None:
    agent = turn.desk.agents.get(call.leg.user) if call.leg and call.leg.user else None
    if agent is not None and agent.seat is not None:
        turn.do(RefreshSeat(agent.seat))


def hang_up_began(turn: Turn, event: HangUpBegan) -> None:
    """A caller who leaves ends the call, and so does who talks with her. A ringing phone ends with a cause."""
    call = turn.desk.call_with(event.channel)
    if call is None:
        return
    if event.channel == call.channel:
        caller_left(turn, call)
    elif call.stage is Stage.TALKING and not _rings(call, event.channel):
        _left_talk(turn, call, event.channel, Failure.HUNG_UP)


def _rings(call: Call, channel: ChannelId) -> bool:
    """Whether this is the phone of one who is rung to be consulted."""
    consult = call.consult
    return consult is not None and consult.leg.channel == channel and consult.state is Asked.RINGING


def _left_talk(turn: Turn, call: Call, channel: ChannelId, why: Failure) -> None:
    if call.leg is not None and call.leg.channel == channel:
        consulting.owner_left(turn, call)
    else:
        consulting.gone(turn, call, channel, why)


def caller_left(turn: Turn, call: Call) -> None:
    """She hung up; or her telephone, which we rang, was not answered."""
    if call.called_back:
        callbacks.not_reached(turn, call)
    else:
        ending.end(turn, call, caller_stays=False, cut_off=True)


def channel_gone(turn: Turn, event: ChannelGone) -> None:
    """A channel is no more: its phone is free, and its call ends or looks further."""
    call = turn.desk.call_with(event.channel)
    endpoint = turn.desk.remove_phone_channel(event.channel)
    if call is not None and event.channel == call.channel:
        caller_left(turn, call)
    elif call is not None and call.stage is Stage.TALKING:
        _left_talk(turn, call, event.channel, FAILURES.get(event.cause, Failure.REJECTED))
    elif call is not None and call.leg_on(event.channel) is None:
        handover.is_gone(turn, call)
    elif call is not None:
        _did_not_take(turn, call, event)
    if endpoint is not None:
        turn.touch_phone(endpoint)


def _did_not_take(turn: Turn, call: Call, event: ChannelGone) -> None:
    leg, passed = call.leg_on(event.channel), call.handover is not None
    queue.not_taken(turn, call, event.channel, REASONS.get(event.cause, NotTaken.REJECTED))
    if passed and leg is not None:
        call.returned = Returned(FAILURES.get(event.cause, Failure.REJECTED), leg.user)


def hang_up_asked(turn: Turn, event: HangUpAsked) -> None:
    """The agent ends her call: the caller's, if they talk; a ringing phone is refused. Who is consulted ends that."""
    agent = turn.desk.agent_at(event.seat)
    call = None if agent is None else turn.desk.call_of_agent(agent)
    if agent is None or call is None or call.id != event.call:
        return
    leg = next((leg for leg in call.phones if leg.endpoint == agent.endpoint), None)
    if call.stage is Stage.TALKING and leg is not None and leg is not call.leg:
        refused = call.consult is not None and call.consult.state is Asked.RINGING
        consulting.gone(turn, call, leg.channel, Failure.REJECTED if refused else Failure.HUNG_UP)
    elif call.stage is Stage.TALKING and call.consult is not None:
        consulting.owner_left(turn, call)
    elif call.stage is Stage.TALKING:
        ending.end(turn, call)
    elif leg is not None:
        queue.not_taken(turn, call, leg.channel, NotTaken.REJECTED)
