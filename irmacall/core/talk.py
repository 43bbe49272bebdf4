"""From the answered phone to the last goodbye: both into one bridge, and a clean end whoever leaves first."""

from __future__ import annotations

from irmacall.core import callbacks, disclosures, ending, queue, saying
from irmacall.core.agent import NotTaken
from irmacall.core.call import Call, Stage, Turning
from irmacall.core.commands import Connect, NoteForAudit, RefreshSeat
from irmacall.core.events import (
    BridgeEntered,
    BridgeLeft,
    ChannelGone,
    HangUpAsked,
    HangUpBegan,
    LegAnswered,
    LegEntered,
)
from irmacall.core.ids import ChannelId, call_of_talk_bridge, talk_bridge
from irmacall.core.state import Turn

JOIN_WITHIN = 5.0
"""Seconds from the answer until both must be in the bridge."""

REASONS = {19: NotTaken.NO_ANSWER, 18: NotTaken.NO_ANSWER, 3: NotTaken.PHONE_GONE, 20: NotTaken.PHONE_GONE}
"""Q.850 causes that are no rejection."""


def leg_answered(turn: Turn, event: LegAnswered) -> None:
    """Somebody took the phone off the hook: bring her and the caller together."""
    call = turn.desk.call_with(event.channel)
    if call is None:
        return
    if call.stage is Stage.RINGING and call.leg_on(event.channel) is not None:
        leg_up(turn, call, event.channel)
    elif call.stage is Stage.DIALLING and event.channel == call.channel:
        call.turn(Turning.ANSWERED)
        connect(turn, call)


def leg_up(turn: Turn, call: Call, channel: ChannelId) -> None:
    """This phone was answered first: the others that ring for the call stop."""
    for leg in call.legs:
        if leg.channel != channel:
            queue.not_taken(turn, call, leg.channel, None)
    if call.callback is not None:
        callbacks.agent_answered(turn, call)
        _refresh_agent(turn, call)
        return
    call.turn(Turning.ANSWERED)
    connect(turn, call)


def connect(turn: Turn, call: Call) -> None:
    """Move both into the talk bridge."""
    assert call.leg is not None
    saying.hush(turn, call)
    turn.do(Connect(call.node, call.id, talk_bridge(call.id), call.channel, call.leg.channel))
    if call.stage is Stage.CONNECTING:
        turn.set_timer(("call", call.id), turn.now + JOIN_WITHIN)
    if call.callback is None:
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


def set_members(turn: Turn, call: Call, members: frozenset[ChannelId]) -> None:
    """The talk bridge holds these now; whoever does not belong there is audited once."""
    newcomers = members - call.members
    call.members = members
    turn.look_again(call)
    if newcomers - expected(call):
        turn.do(NoteForAudit("withdrawn_foreign_channel", call.id, "a third channel is in the talk bridge"))


def expected(call: Call) -> set[ChannelId]:
    """The channels that belong in the talk bridge: hers, and that of the phone that rings for her or was answered."""
    return {call.channel, *(leg.channel for leg in call.legs)}


def joined(turn: Turn, call: Call) -> None:
    """Both are in the bridge: they talk."""
    call.turn(Turning.JOINED)
    call.talking_since = turn.now
    turn.desk.pace[call.queue].answered(turn.now)
    turn.set_timer(("call", call.id), None)
    if call.callback is not None:
        callbacks.kept(turn, call)
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
    elif call.stage is Stage.TALKING:
        ending.end(turn, call)


def caller_left(turn: Turn, call: Call) -> None:
    """She hung up; or her telephone, which we rang, was not answered."""
    if call.callback is not None and call.talking_since is None:
        callbacks.not_reached(turn, call)
    else:
        ending.end(turn, call, caller_stays=False)


def channel_gone(turn: Turn, event: ChannelGone) -> None:
    """A channel is no more: its phone is free, and its call ends or looks further."""
    call = turn.desk.call_with(event.channel)
    if call is not None and event.channel == call.channel:
        caller_left(turn, call)
    elif call is not None and call.stage is Stage.TALKING:
        ending.end(turn, call)
    elif call is not None:
        queue.not_taken(turn, call, event.channel, REASONS.get(event.cause, NotTaken.REJECTED))
    endpoint = turn.desk.remove_phone_channel(event.channel)
    if endpoint is not None:
        turn.touch_phone(endpoint)


def hang_up_asked(turn: Turn, event: HangUpAsked) -> None:
    """The agent ends her call: the caller's, if they talk; a ringing phone is refused."""
    agent = turn.desk.agent_at(event.seat)
    call = None if agent is None else turn.desk.call_of_agent(agent)
    if agent is None or call is None or call.id != event.call:
        return
    if call.stage is Stage.TALKING:
        ending.end(turn, call)
        return
    leg = next((leg for leg in call.legs if leg.endpoint == agent.endpoint), None)
    if leg is not None:
        queue.not_taken(turn, call, leg.channel, NotTaken.REJECTED)
