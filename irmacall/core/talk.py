"""From the answered phone to the last goodbye: both into one bridge, and a clean end whoever leaves first."""

from __future__ import annotations

from irmacall.core import disclosures, ivr, queue
from irmacall.core.agent import NotTaken
from irmacall.core.call import ENTERING_CODE, Call, Stage, Turning
from irmacall.core.commands import (
    Connect,
    CreateLeg,
    DialLeg,
    HangUp,
    HoldInQueue,
    LeaveToDialplan,
    NodeCommand,
    NoteForAudit,
    RefreshSeat,
    RemoveBridge,
    Say,
)
from irmacall.core.events import (
    BridgeEntered,
    BridgeLeft,
    ChannelGone,
    CommandFailed,
    HangUpAsked,
    HangUpBegan,
    LegAnswered,
    PlaybackEnded,
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
    if call is None or call.leg is None or call.leg.channel != event.channel or call.stage is not Stage.RINGING:
        return
    leg_up(turn, call)


def leg_up(turn: Turn, call: Call) -> None:
    """The leg of this ringing call is up."""
    call.turn(Turning.ANSWERED)
    connect(turn, call)


def connect(turn: Turn, call: Call) -> None:
    """Move both into the talk bridge."""
    assert call.leg is not None
    ivr.hush(turn, call)
    turn.do(Connect(call.node, call.id, talk_bridge(call.id), call.channel, call.leg.channel))
    turn.set_timer(("call", call.id), turn.now + JOIN_WITHIN)
    turn.touch_call(call)


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
    """The two channels that belong in the talk bridge."""
    return {call.channel} if call.leg is None else {call.channel, call.leg.channel}


def joined(turn: Turn, call: Call) -> None:
    """Both are in the bridge: they talk."""
    call.turn(Turning.JOINED)
    call.talking_since = turn.now
    turn.set_timer(("call", call.id), None)
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
        end(turn, call, caller_stays=False)
    elif call.stage is Stage.TALKING:
        end(turn, call)


def channel_gone(turn: Turn, event: ChannelGone) -> None:
    """A channel is no more: its phone is free, and its call ends or looks further."""
    call = turn.desk.call_with(event.channel)
    if call is not None and event.channel == call.channel:
        end(turn, call, caller_stays=False)
    elif call is not None and call.stage is Stage.TALKING:
        end(turn, call)
    elif call is not None:
        queue.not_taken(turn, call, REASONS.get(event.cause, NotTaken.REJECTED))
    endpoint = turn.desk.remove_phone_channel(event.channel)
    if endpoint is not None:
        turn.touch_phone(endpoint)


def hang_up_asked(turn: Turn, event: HangUpAsked) -> None:
    """The agent ends her call: the caller's, if they talk; a ringing phone is refused."""
    agent = turn.desk.agent_at(event.seat)
    call = None if agent is None else turn.desk.call_of_agent(agent)
    if call is None or call.id != event.call:
        return
    if call.stage is Stage.TALKING:
        end(turn, call)
    else:
        queue.not_taken(turn, call, NotTaken.REJECTED)


def end(turn: Turn, call: Call, *, caller_stays: bool = True) -> None:
    """The call is over: nobody sees the caller, her identity is erased, and what Asterisk still holds is taken down.

    `caller_stays`: her channel is still ours, and must be hung up.
    """
    call.turn(Turning.ENDED)
    turn.touch_call(call)
    if call.leg is not None:
        turn.do(HangUp(call.node, call.id, call.leg.channel))
    if caller_stays:
        turn.do(HangUp(call.node, call.id, call.channel))
    if call.attempt:
        turn.do(RemoveBridge(call.node, call.id, talk_bridge(call.id)))
    _free_agent(turn, call)
    disclosures.erase_of(turn, call)


def _free_agent(turn: Turn, call: Call) -> None:
    agent = turn.desk.agents.get(call.leg.user) if call.leg and call.leg.user else None
    if agent is not None:
        if call.talking_since is not None:  # A phone that only rang keeps its agent's place.
            agent.idle_since = turn.now
        turn.touch_agent(agent)


def forget(turn: Turn, call: Call) -> None:
    """Take an ended call out of the desk; its channels are nobody's from now on."""
    desk = turn.desk
    del desk.calls[call.id]
    for channel in expected(call):
        if desk.call_of_channel.get(channel) == call.id:
            del desk.call_of_channel[channel]
    turn.set_timer(("call", call.id), None)


def out_of_time(turn: Turn, call: Call) -> None:
    """The moment that this call was waiting for has come."""
    if call.node not in turn.desk.confirmed:
        return  # The snapshot that brings the node back sets the clock anew.
    if call.stage in ENTERING_CODE:
        call.saying = False
        ivr.patience_ended(turn, call)
    elif call.stage is Stage.RINGING:
        queue.not_taken(turn, call, NotTaken.NO_ANSWER)
    elif call.stage is Stage.CONNECTING:
        queue.not_taken(turn, call, NotTaken.PHONE_FAILED)


def command_failed(turn: Turn, event: CommandFailed) -> None:
    """What Asterisk would not do decides what comes next for this one call."""
    if event.node not in turn.desk.confirmed:
        return  # Everything fails on a node that is lost; its snapshot will tell what stands.
    command = event.command
    call = None if event.call is None else turn.desk.calls.get(event.call)
    if call is not None:
        _failed_in(turn, call, command)
    if isinstance(command, CreateLeg):
        _never_made(turn, command.channel)
    elif isinstance(command, LeaveToDialplan) and call is None:
        turn.do(HangUp(event.node, None, command.channel))  # Nobody has her now: better gone than in silence.


def _failed_in(turn: Turn, call: Call, command: NodeCommand) -> None:
    if isinstance(command, Say):
        ivr.playback_ended(turn, PlaybackEnded(call.node, command.playback))
    elif isinstance(command, HoldInQueue):
        _nowhere_to_wait(turn, call)
    elif isinstance(command, CreateLeg | DialLeg):
        _leg_failed(turn, call, command.channel)
    elif isinstance(command, Connect):
        _leg_failed(turn, call, command.leg)


def _nowhere_to_wait(turn: Turn, call: Call) -> None:
    """A caller who cannot wait with us is not left in silence; one who has been answered waits no more."""
    if call.stage in (Stage.WAITING, Stage.RINGING):
        turn.do(LeaveToDialplan(call.node, call.id, call.channel))
        end(turn, call, caller_stays=False)


def _leg_failed(turn: Turn, call: Call, leg: ChannelId) -> None:
    if call.leg is not None and call.leg.channel == leg and call.stage in (Stage.RINGING, Stage.CONNECTING):
        queue.not_taken(turn, call, NotTaken.PHONE_FAILED)


def _never_made(turn: Turn, leg: ChannelId) -> None:
    """A phone counts as busy from the moment that a leg is asked for: nothing else will say that there is none."""
    endpoint = turn.desk.remove_phone_channel(leg)
    if endpoint is not None:
        turn.touch_phone(endpoint)
