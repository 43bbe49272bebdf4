"""A caller whom her owner has let go: she waits for one person's phone, comes back, or waits first in a queue.

    let go ─▶ whom she is passed to is rung ─▶ answered: hers from now on
                          │
                          └─ not answered ─▶ who let her go is rung ─▶ not answered, or gone ─▶ first in her queue

Nobody may see her on the way. She hears music from the first moment to the last.
"""

from __future__ import annotations

from dataclasses import replace

from irmacall.core import clock, disclosures, ending, queue, switchboard
from irmacall.core.call import Call, Leg, Stage, Turning
from irmacall.core.code import Digits
from irmacall.core.commands import CallOut, CreateLeg, DropNumber
from irmacall.core.ids import Endpoint, NodeName, UserId, call_of_leg, consult_bridge, leg_channel, talk_bridge
from irmacall.core.state import Turn
from irmacall.core.transfer import Failure, Handover, Returned, Standing, Telephone, ToLine, ToPerson

GONE_WITHIN = 3.0
"""Seconds that a phone's channel at another node may take to be gone, or an extension to be found out about, before
it is gone on all the same."""


def obstacle(turn: Turn, call: Call, to: Telephone, node: NodeName | None = None) -> Failure | None:
    """Why this phone cannot be rung for this caller now, from this node; None: it can, as far as is known."""
    if not isinstance(to, ToPerson):
        return None if turn.desk.plan.transfers.outside else Failure.UNKNOWN
    if call.leg is not None and to.endpoint == call.leg.endpoint:
        return Failure.UNKNOWN
    phone = turn.desk.phone(to.endpoint)
    if phone.channels:
        return Failure.BUSY
    return None if (node or call.node) in phone.online else Failure.UNREACHABLE


def ring(turn: Turn, call: Call, to: Telephone, node: NodeName | None = None) -> Leg:
    """Let this phone ring for the call, from this node; its leg, which belongs to it from now on."""
    node = node or call.node
    call.attempt += 1
    channel = leg_channel(call.id, call.attempt)
    turn.desk.call_of_channel[channel] = call.id
    turn.set_timer(("call", call.id), turn.now + call.plan.transfers.ring)
    turn.touch_call(call)
    if not isinstance(to, ToPerson):
        turn.do(CallOut(node, call.id, channel, to.number))
        return Leg(channel, None, Endpoint(""), turn.now, to.number)
    turn.desk.add_phone_channel(to.endpoint, channel, node)
    turn.touch_phone(to.endpoint)
    bridge = talk_bridge(call.id) if node == call.node else consult_bridge(call.id)
    turn.do(CreateLeg(node, call.id, channel, bridge, to.endpoint, call.plan.transfers.star_codes))
    holder = turn.desk.agent_of_endpoint.get(to.endpoint)
    if holder is not None:
        queue.place_agent(turn, turn.desk.agents[holder])  # At once: nobody else may be offered to her in this turn.
    return Leg(channel, to.user, to.endpoint, turn.now)


def release(turn: Turn, call: Call) -> Leg:
    """Its owner has the caller no longer, and is free for the next; her leg is for the next step to end."""
    leg = call.leg
    assert leg is not None
    ending.give_up_enquiry(turn, call)
    call.legs = ()
    ending.freed(turn, call, leg, talked=True)
    call.held = call.muted = call.parked = False
    call.leg_keys = Digits()
    turn.set_timer(("call", call.id), None)
    return leg


def let_go(turn: Turn, call: Call, *then: Telephone, asked: int | None = None, passed: bool = True) -> None:
    """Its owner lets go of the caller, who waits for these phones, one after the other, once `asked` is answered.

    `passed`: she meant somebody else to have her; not where her own phone was gone, and is rung again.
    """
    leg = release(turn, call)
    call.turn(Turning.LET_GO)
    call.queued_at = turn.now if call.queued_at is None else call.queued_at
    call.entered_at = turn.now
    call.passed, call.returned = call.passed + int(passed), None
    if leg.user is None:
        _first_in_queue(turn, call)
    else:
        call.passed_by = leg.user
        call.handover = Handover(leg.user, then, asked=asked)
        if asked is not None:
            turn.set_timer(("call", call.id), turn.now + GONE_WITHIN)
    queue.hold(turn, call)
    queue.let_go(turn, call, leg)  # Not before: she would be alone in silence, were we killed between the two.
    disclosures.refresh(turn, call)


def come_back(leg: Leg) -> tuple[Telephone, ...]:
    """The phone of who had the caller on the line; of a call that was found, nobody knows whose that is."""
    return () if leg.user is None else (ToPerson(leg.user, leg.endpoint),)


def ring_on(turn: Turn, call: Call, leg: Leg) -> None:
    """Its owner left while this phone was ringing: it rings on, now for the caller."""
    assert call.stage is Stage.WAITING
    call.turn(Turning.OFFERED)
    call.legs = (leg,)
    turn.set_timer(("call", call.id), turn.now + call.plan.transfers.ring)


def to_line(turn: Turn, call: Call, to: ToLine) -> None:
    """Its owner passes the caller to a queue, where her identity stays sealed until somebody answers her."""
    leg = release(turn, call)
    call.turn(Turning.LET_GO)
    call.passed, call.passed_by = call.passed + 1, leg.user
    wait_in(turn, call, to)
    queue.let_go(turn, call, leg)
    disclosures.refresh(turn, call)


def wait_in(turn: Turn, call: Call, to: ToLine) -> None:
    """She waits in this queue from now on, where it was said."""
    call.handover, call.returned = None, None
    call.ahead = to.standing is Standing.FIRST
    call.behind = turn.now if to.standing is Standing.LAST else None
    queue.enter(turn, call, to.queue)


def go_on(turn: Turn, call: Call) -> None:
    """Who waits for one person's phone: it is rung, or the next one's; or she waits first in her queue."""
    if call.stage is not Stage.WAITING or call.handover is None or call.node not in turn.desk.confirmed:
        return
    if call.handover.waits:
        return
    while call.handover is not None and call.handover.then:
        to, *rest = call.handover.then
        if _waits_for_end(turn, call, to):
            return
        call.handover = Handover(call.handover.by, tuple(rest))
        why = _gone(turn, call.handover.by, to) or obstacle(turn, call, to)
        if why is None:
            call.turn(Turning.OFFERED)
            call.legs = (ring(turn, call, to),)
            return
        _not_rung(turn, call, to, why)
    _first_in_queue(turn, call)


def _waits_for_end(turn: Turn, call: Call, to: Telephone) -> bool:
    """Whether this phone is busy with nothing but its own leg in this very call, which is just ending."""
    handover = call.handover
    channels = turn.desk.phone(to.endpoint).channels if isinstance(to, ToPerson) else {}
    ending_now = [channel for channel in channels if call_of_leg(channel) == call.id]
    if handover is None or not handover.patient or not ending_now or len(ending_now) < len(channels):
        return False
    call.handover = replace(handover, after=ending_now[0])
    turn.desk.call_of_channel[ending_now[0]] = call.id
    turn.set_timer(("call", call.id), turn.now + GONE_WITHIN)
    turn.touch_call(call)
    return True


def is_gone(turn: Turn, call: Call, *, in_time: bool = True) -> None:
    """What was waited for before the next phone is rung is there; or it was waited for long enough."""
    handover = call.handover
    if handover is None:
        return
    if handover.after is not None:
        turn.desk.call_of_channel.pop(handover.after, None)
    call.handover = replace(handover, after=None, asked=None, patient=in_time)
    turn.set_timer(("call", call.id), None)
    turn.touch_call(call)


def _gone(turn: Turn, by: UserId, to: Telephone) -> Failure | None:
    """Who let her go and has left her seat since is not rung: she would not see who comes back."""
    if not isinstance(to, ToPerson) or to.user != by:
        return None
    agent = turn.desk.agents.get(by)
    return Failure.UNREACHABLE if agent is None or agent.seat is None else None


def _not_rung(turn: Turn, call: Call, to: Telephone, why: Failure) -> None:
    turn.touch_call(call)
    if not isinstance(to, ToPerson):
        turn.do(DropNumber(to.number))
    elif call.handover is not None and to.user != call.handover.by:
        call.returned = Returned(why, to.user)


def _first_in_queue(turn: Turn, call: Call) -> None:
    """Nobody of those whom she was to have: whoever is free next has her."""
    call.handover, call.returned = None, None
    call.ahead, call.patient = True, False
    call.entered_at = turn.now
    clock.begin(turn, call)
    turn.touch_call(call)


def joined(turn: Turn, call: Call) -> None:
    """Who answered has her on the line."""
    if call.handover is not None and call.leg is not None and call.leg.user != call.handover.by:
        call.returned = None
    call.handover, call.ahead, call.behind = None, False, None
    turn.desk.expect(call, None)
    call.taken_by(None if call.leg is None else call.leg.user, turn.now)
    disclosures.erase_own_note(turn, call)
    switchboard.together(call)
    if call.leg is not None and call.leg.number is not None:
        outside(turn, call)


def outside(turn: Turn, call: Call) -> None:
    """The caller talks with somebody outside: from now on nobody is shown who she is."""
    disclosures.erase_of(turn, call)
    disclosures.erase_note(turn, call)
