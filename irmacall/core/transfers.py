"""What the one who has a caller on the line asks of her screen: hold, mute, consult, pass on, and all that follows.

Nobody else can ask it, and whatever comes too late, or twice, changes nothing.
"""

from __future__ import annotations

from irmacall.core import consulting, disclosures, handover, routing
from irmacall.core.call import Call, Stage
from irmacall.core.commands import Burn, DropNumber
from irmacall.core.ids import CallId, ChannelId, SeatId, UserId
from irmacall.core.state import Turn
from irmacall.core.transfer import Act, Failure, Handover, Returned, SecondCall, Target, ToLine, ToOutside, ToPerson
from irmacall.core.transfer_commands import Mute
from irmacall.core.transfer_events import ActAsked, TransferAsked


def act_asked(turn: Turn, event: ActAsked) -> None:
    """She presses a key."""
    call = _hers(turn, event.seat, event.call)
    if call is None:
        return
    if call.returned is not None:
        call.returned = None  # She has read it.
        turn.touch_call(call)
    if event.act in (Act.HOLD, Act.RESUME):
        hold(turn, call, on=event.act is Act.HOLD)
    elif event.act in (Act.MUTE, Act.UNMUTE):
        mute(turn, call, on=event.act is Act.MUTE)
    else:
        consulting.step(turn, call, event.act)


def transfer_asked(turn: Turn, event: TransferAsked) -> None:
    """She passes the caller on, or wants to ask somebody first."""
    call = _hers(turn, event.seat, event.call)
    if call is None or call.consult is not None:
        _unused(turn, event)
        return
    assert call.leg is not None
    writer = call.leg.user
    talk = event.consult and not isinstance(event.to, ToLine)
    done = consult(turn, call, event.to) if talk else pass_on(turn, call, event.to)
    if done:
        _take_note(turn, call, event, writer)
    elif event.note is not None:
        turn.do(Burn(event.note))


def _hers(turn: Turn, seat: SeatId, name: CallId) -> Call | None:
    """This call, where this seat's agent has its caller on the line, on her own phone."""
    agent, call = turn.desk.agent_at(seat), turn.desk.calls.get(name)
    if agent is None or call is None or call.stage is not Stage.TALKING or call.leg is None:
        return None
    hers = (call.leg.user, call.leg.endpoint) == (agent.user, agent.endpoint)
    return call if hers and call.node in turn.desk.confirmed else None


def _unused(turn: Turn, event: TransferAsked) -> None:
    """What was kept for a transfer that is none is forgotten."""
    known = turn.desk.calls.get(event.call)
    if event.note is not None and (known is None or known.note != event.note):
        turn.do(Burn(event.note))
    forget(turn, event.to)


def forget(turn: Turn, to: Target | None) -> None:
    """Whom a caller is not passed to after all: a number outside is kept no longer."""
    if isinstance(to, ToOutside):
        turn.do(DropNumber(to.number))


def _take_note(turn: Turn, call: Call, event: TransferAsked, writer: UserId | None) -> None:
    """What she wrote takes the place of what an earlier one did; without a word of hers that one's stays."""
    if event.note is None:
        return
    disclosures.erase_note(turn, call)
    call.note, call.note_until, call.note_by = event.note, event.note_until, writer
    turn.set_timer(("note", call.id), event.note_until)
    turn.touch_call(call)


# -- the same, whoever asks: her screen, or her phone ----------------------------------------------------------


def hold(turn: Turn, call: Call, *, on: bool) -> None:
    """The caller hears music, or is back. While somebody is consulted, `swap` does that.

    What a phone holds by its own key, that key alone gives back: without it she would hear nothing.
    """
    if call.consult is None and call.held is not on:
        call.held = on
        turn.touch_call(call)
        consulting.refresh(turn, call)


def mute(turn: Turn, call: Call, *, on: bool) -> None:
    """Nobody hears her, or they do again."""
    assert call.leg is not None
    if call.muted is not on:
        call.muted = on
        turn.do(Mute(call.node, call.id, call.leg.channel, on))
        turn.touch_call(call)
        consulting.refresh(turn, call)


def consult(turn: Turn, call: Call, to: Target, *, line: SecondCall | None = None) -> bool:
    """Ring this one, to be asked about the caller. False: that cannot be, and she is told why."""
    node = call.node if line is None else line.node
    why = Failure.UNKNOWN if isinstance(to, ToLine) else handover.obstacle(turn, call, to, node)
    if node != call.node and isinstance(to, ToOutside):
        why = Failure.UNREACHABLE  # She would be called twice, and nobody knows that she is asked to pick up again.
    if why is not None or isinstance(to, ToLine):
        refuse(turn, call, to, why or Failure.UNKNOWN)
        return False
    consulting.begin(turn, call, to, line=line)
    return True


def pass_on(turn: Turn, call: Call, to: Target, *, referred: ChannelId | None = None) -> bool:
    """Pass the caller on without a word before. `referred`: her phone keeps the call until that one answers.

    False: that cannot be; she has the caller still, and is told why.
    """
    assert call.leg is not None
    if isinstance(to, ToLine):
        return _to_line(turn, call, to)
    why = handover.obstacle(turn, call, to)
    if why is not None:
        refuse(turn, call, to, why)
        return False
    if referred is not None:
        consulting.begin(turn, call, to, referred=referred)
    else:
        handover.let_go(turn, call, to, *handover.come_back(call.leg))
    return True


def _to_line(turn: Turn, call: Call, to: ToLine) -> bool:
    if not routing.takes(turn, call, to.queue):
        refuse(turn, call, to, Failure.CLOSED)
        return False
    handover.to_line(turn, call, to)
    return True


def go_to(turn: Turn, call: Call, to: Target) -> None:
    """Who waits for the answer whose extension it was that her owner's phone asked for: it is this one's."""
    assert call.handover is not None
    by = call.handover.by
    if not isinstance(to, ToLine):
        call.handover = Handover(by, (to, *call.handover.then))
        turn.touch_call(call)
    elif routing.takes(turn, call, to.queue):
        handover.wait_in(turn, call, to)
    else:
        call.returned = Returned(Failure.CLOSED)
        handover.is_gone(turn, call)


def refuse(turn: Turn, call: Call, to: Target | None, why: Failure) -> None:
    """Nothing changes for the caller; her owner is told why."""
    call.returned = Returned(why, to.user if isinstance(to, ToPerson) else None, stayed=True)
    forget(turn, to)
    turn.touch_call(call)
    consulting.refresh(turn, call)
