"""Where each channel of a talk belongs: one function of its state, and the one command that brings everybody there.

A call has one talk bridge, and its owner's leg never leaves it. Who should not hear what is said there is moved to
where the music is, and back: so isolation is a matter of bridges, and a snapshot of them tells a new leader how it
stands. What `rooms` says after every event is compared with what was asked for before; the difference is asked for.
"""

from __future__ import annotations

from irmacall.core import queue
from irmacall.core.call import Call, Consult, Room, Stage
from irmacall.core.events import NodeSnapshot
from irmacall.core.ids import ChannelId, consult_bridge, is_waiting_bridge, talk_bridge
from irmacall.core.state import Turn
from irmacall.core.transfer import Asked
from irmacall.core.transfer_commands import JoinLine, Regroup


def rooms(call: Call) -> dict[ChannelId, Room]:
    """Where each channel of this call belongs while its owner has the caller on the line."""
    if call.stage is not Stage.TALKING or call.leg is None:
        return {}
    caller = Room.MUSIC if _hears_music(call) else Room.TALK
    wanted = {call.channel: caller, call.leg.channel: Room.TALK}
    consult = call.consult
    if consult is not None and consult.state is not Asked.RINGING:
        wanted[consult.leg.channel] = _room_of(consult)
        if consult.line is not None:
            wanted[consult.line] = Room.CONSULT
    return wanted


def _hears_music(call: Call) -> bool:
    """Whether her owner has put her aside, by whichever key. Who asks in a second call holds her with her phone's.

    The music that Asterisk plays for a phone that holds ends for good when the phone asks for a transfer, so she is
    taken to ours at once.
    """
    consult = call.consult
    asks = consult is not None and consult.line is None and consult.state in (Asked.RINGING, Asked.CONSULTED)
    return call.held or call.phone_held or asks


def _room_of(consult: Consult) -> Room:
    if consult.line is not None:
        return Room.CONSULT
    return Room.MUSIC if consult.state is Asked.ASIDE else Room.TALK


def settle(turn: Turn, call: Call) -> None:
    """Ask for what differs from what was asked for before: out of the talk first, and only then into it."""
    if call.node not in turn.desk.confirmed:
        return  # Its snapshot will tell where everybody is.
    wanted = rooms(call)
    moved = {channel: room for channel, room in wanted.items() if call.rooms.get(channel) is not room}
    call.rooms = wanted
    if wanted.get(call.channel) is Room.MUSIC:
        call.parked = True
    consult = call.consult
    if consult is not None and consult.line is not None and Room.CONSULT in moved.values():
        bridge = consult_bridge(call.id)
        turn.do(JoinLine(consult.node, call.id, bridge, consult.line, consult.leg.channel))
    out, into = _of(moved, Room.MUSIC), _of(moved, Room.TALK)
    if out or into:
        room, music = queue.waiting_room(turn, call)
        if call.channel in moved:
            call.hears = room if call.channel in out else None
        turn.do(Regroup(call.node, call.id, room, music, out, talk_bridge(call.id), into))


def _of(moved: dict[ChannelId, Room], room: Room) -> tuple[ChannelId, ...]:
    return tuple(channel for channel, where in moved.items() if where is room)


def together(call: Call) -> None:
    """Both are in the talk bridge by now: nothing need be asked for."""
    call.rooms, call.failures, call.parked = rooms(call), 0, False


def members_changed(call: Call) -> None:
    """Asterisk has said who is in the talk bridge now. Who came back there is not away any more."""
    call.leaving &= call.members
    if call.channel in call.members and not _hears_music(call):
        call.parked = False
    if set(_of(rooms(call), Room.TALK)) <= call.members:
        call.failures = 0


def members_replaced(call: Call) -> None:
    """Somebody came in who may have taken another's place (INVITE with Replaces): who is not there is asked again."""
    call.rooms = {each: room for each, room in call.rooms.items() if room is not Room.TALK or each in call.members}


def take_over(call: Call, event: NodeSnapshot) -> None:
    """A new leader, or a socket that stands again: everybody is where the snapshot says.

    Of who was put aside or consulted it may be out of date, since commands were on their way: they are asked again.
    """
    found: dict[ChannelId, Room] = {}
    for bridge, members in event.bridges.items():
        for channel in members & set(call.own_channels):
            if bridge == talk_bridge(call.id):
                found[channel] = Room.TALK
            elif bridge == consult_bridge(call.id):
                found[channel] = Room.CONSULT
            elif is_waiting_bridge(bridge, call.plan.desk):
                found[channel] = Room.MUSIC
    quiet = call.consult is None and not (call.held or call.phone_held)
    call.rooms = found if quiet else {leg.channel: found[leg.channel] for leg in call.legs if leg.channel in found}
    call.parked = found.get(call.channel) is Room.MUSIC and _hears_music(call)
