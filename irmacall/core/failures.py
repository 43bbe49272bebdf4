"""What Asterisk would not or could not do, and what comes next for that one call."""

from __future__ import annotations

from dataclasses import replace

from irmacall.core import callbacks, consulting, ending, ivr, queue
from irmacall.core.agent import NotTaken
from irmacall.core.call import Call, Stage
from irmacall.core.commands import (
    CallOut,
    Connect,
    CreateLeg,
    DialLeg,
    HangUp,
    HoldInQueue,
    LeaveToDialplan,
    NodeCommand,
    RemoveBridge,
    Say,
)
from irmacall.core.events import CommandFailed, PlaybackEnded
from irmacall.core.ids import CallId, ChannelId, call_of_consult_bridge, call_of_talk_bridge
from irmacall.core.state import Turn
from irmacall.core.transfer import Failure
from irmacall.core.transfer_commands import JoinLine, Mute, Regroup

MOST_HANG_UPS = 9
"""How often a hang-up, or a bridge's end, that fails is asked for again. A node that fails more often is lost, and is
then heard anew."""


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
    elif isinstance(command, HangUp):
        _hang_up_again(turn, command)
    elif isinstance(command, RemoveBridge):
        _remove_again(turn, command)


def _hang_up_again(turn: Turn, command: HangUp) -> None:
    """Else a phone rings on, or somebody is left in silence. A channel that a call has now is none of these."""
    if command.channel not in turn.desk.call_of_channel and command.again < MOST_HANG_UPS:
        turn.do(replace(command, again=command.again + 1))


def _remove_again(turn: Turn, command: RemoveBridge) -> None:
    """Else it would stand empty until its node is heard anew. One that a call has (again) is not to be removed."""
    name = call_of_talk_bridge(command.bridge) or call_of_consult_bridge(command.bridge)
    call = turn.desk.calls.get(name or CallId(""))
    consults = call is not None and call.consult is not None and call.consult.line is not None
    wanted = call is not None if call_of_talk_bridge(command.bridge) else consults
    if not wanted and command.again < MOST_HANG_UPS:
        turn.do(replace(command, again=command.again + 1))


def _failed_in(turn: Turn, call: Call, command: NodeCommand) -> None:
    if isinstance(command, Say):
        ivr.playback_ended(turn, PlaybackEnded(call.node, command.playback))
    elif isinstance(command, HoldInQueue):
        call.hears = None
        _nowhere_to_wait(turn, call)
    elif isinstance(command, CallOut | DialLeg) and command.channel == call.channel:
        _telephone_failed(turn, call)
    elif isinstance(command, CallOut | CreateLeg | DialLeg):
        _leg_failed(turn, call, command.channel)
    elif isinstance(command, JoinLine):
        _never_joined(turn, call, command)
    elif isinstance(command, Regroup):
        call.hears = None
        _regroup_failed(turn, call)
    elif isinstance(command, Mute):
        _mute_failed(turn, call, command)
    elif isinstance(command, Connect):
        _leg_failed(turn, call, command.leg)


def _nowhere_to_wait(turn: Turn, call: Call) -> None:
    """A caller who cannot wait with us is not left in silence; one who has been answered waits no more."""
    asked = call.stage is Stage.CALLBACK and call.outcome is None
    if asked or call.stage in (Stage.WAITING, Stage.RINGING):
        turn.do(LeaveToDialplan(call.node, call.id, call.channel))
        ending.lose(turn, call, cut_off=False)  # She is on the line still, where nobody knows her.


def _telephone_failed(turn: Turn, call: Call) -> None:
    """Once she has answered, it is her channel that tells how she is, and not the command that made it."""
    if call.stage is Stage.DIALLING:
        callbacks.not_reached(turn, call)


def _leg_failed(turn: Turn, call: Call, leg: ChannelId) -> None:
    if call.leg_on(leg) is not None and call.stage in (Stage.RINGING, Stage.CONNECTING):
        queue.not_taken(turn, call, leg, NotTaken.PHONE_FAILED)
    elif call.stage is Stage.TALKING:
        consulting.gone(turn, call, leg, Failure.UNREACHABLE)


def _never_joined(turn: Turn, call: Call, command: JoinLine) -> None:
    """Her phone's second call and whom she asks in it could not be brought together."""
    if call.consult is not None and call.consult.leg.channel == command.leg:
        consulting.drop(turn, call, Failure.FAILED)


def _regroup_failed(turn: Turn, call: Call) -> None:
    """Of a talk that is over it may have been what was to bring the caller to the music."""
    if call.stage in (Stage.WAITING, Stage.RINGING):
        queue.hold(turn, call)
    else:
        consulting.regroup_failed(turn, call)


def _mute_failed(turn: Turn, call: Call, command: Mute) -> None:
    """The screen says what is so, of the phone that has her on the line now."""
    if call.stage is Stage.TALKING and call.leg is not None and call.leg.channel == command.channel:
        consulting.mute_failed(turn, call, on=command.on)


def _never_made(turn: Turn, leg: ChannelId) -> None:
    """A phone counts as busy from the moment that a leg is asked for: nothing else will say that there is none."""
    endpoint = turn.desk.remove_phone_channel(leg)
    if endpoint is not None:
        turn.touch_phone(endpoint)
