"""Somebody is asked about a caller, or takes her over: from the ringing phone to the owner's last word.

One table says what an owner can do next (`STEPS`, drawn in docs/transfers.md). Whatever fails, the caller is with her
owner again. `switchboard` moves the channels, `ownership` decides who may see her: neither is done here.
"""

from __future__ import annotations

import enum
from collections.abc import Mapping
from typing import Final

from irmacall.core import disclosures, ending, handover, queue, switchboard
from irmacall.core.call import Call, Consult, Room, Turning
from irmacall.core.commands import HangUp, RefreshSeat, RemoveBridge
from irmacall.core.ids import ChannelId, consult_bridge
from irmacall.core.state import Turn
from irmacall.core.transfer import Act, Asked, Failure, Returned, SecondCall, Telephone
from irmacall.core.transfer_commands import Progress, Ringback, TellPhone

MOST_FAILURES = 2
"""So often in a row a talk is put together anew; after that its caller waits for somebody else."""


class Over(enum.Enum):
    """How a consultation ends."""

    BACK = "back to her owner"
    PASSED = "passed on"
    """Whom was consulted is the owner now."""
    LET_GO = "let go"
    """Her phone rings on, now for the caller."""


STEPS: Final[Mapping[Asked, Mapping[Act, Asked | Over]]] = {
    Asked.RINGING: {Act.COMPLETE: Over.LET_GO, Act.CANCEL: Over.BACK},
    Asked.CONSULTED: {
        Act.SWAP: Asked.ASIDE,
        Act.JOIN: Asked.TOGETHER,
        Act.COMPLETE: Over.PASSED,
        Act.CANCEL: Over.BACK,
    },
    Asked.ASIDE: {
        Act.SWAP: Asked.CONSULTED,
        Act.JOIN: Asked.TOGETHER,
        Act.COMPLETE: Over.PASSED,
        Act.CANCEL: Over.BACK,
    },
    Asked.TOGETHER: {Act.SWAP: Asked.CONSULTED, Act.COMPLETE: Over.PASSED, Act.CANCEL: Over.BACK},
}
"""What the owner can do next. In a second call of her phone she swaps with the phone's own keys."""


# -- what its owner does ---------------------------------------------------------------------------------------


def begin(
    turn: Turn,
    call: Call,
    to: Telephone,
    *,
    line: SecondCall | None = None,
    referred: ChannelId | None = None,
) -> None:
    """Ring this one. `line`: the owner talks with her in this second call of her phone. `referred`: on this channel
    the owner's phone asked for it by REFER, and there is nothing to talk about."""
    assert call.leg is not None
    ending.give_up_enquiry(turn, call)
    call.held, call.returned = False, None
    node = call.node if line is None else line.node
    leg = handover.ring(turn, call, to, node)
    call.consult = Consult(leg, node, blind=referred is not None, referred=referred, since=turn.now)
    if line is not None:
        call.consult.line, call.consult.dialog = line.channel, line.dialog
        turn.desk.call_of_channel[line.channel] = call.id
    if referred is not None:
        turn.do(TellPhone(call.node, call.id, referred, Progress.RINGING))
    ringback(turn, call, call.consult, on=True)
    refresh(turn, call)


def step(turn: Turn, call: Call, act: Act) -> None:
    """Swap, join, complete or cancel. What cannot be done where she is now is a key pressed too late, or twice."""
    consult = call.consult
    following = None if consult is None else STEPS[consult.state].get(act)
    if consult is None or following is None:
        return
    if following is Over.BACK:
        drop(turn, call)
    elif following is Over.PASSED:
        pass_on(turn, call)
    elif following is Over.LET_GO:
        let_ring(turn, call)
    elif consult.line is None and isinstance(following, Asked):
        consult.state, consult.since = following, turn.now
        turn.touch_call(call)
        refresh(turn, call)
        disclosures.refresh(turn, call)


def let_ring(turn: Turn, call: Call) -> None:
    """Her owner leaves while the phone of whom she asked still rings: it rings on, now for the caller."""
    consult, owner = call.consult, call.leg
    assert consult is not None
    assert owner is not None
    _told(turn, call, consult, Progress.DONE)
    if consult.node != call.node:
        _ring_here(turn, call, consult)
        return
    _without(turn, call, consult)
    handover.let_go(turn, call, *handover.come_back(owner))
    handover.ring_on(turn, call, consult.leg)
    refresh(turn, call)


def pass_on(turn: Turn, call: Call) -> None:
    """Whom was consulted is the owner from this instant; she sees the caller once the old leg has left the bridge."""
    consult = call.consult
    assert consult is not None
    _told(turn, call, consult, Progress.DONE)
    if consult.node != call.node:
        _ring_here(turn, call, consult)
        return
    _without(turn, call, consult)
    owner = handover.release(turn, call)
    call.legs = (consult.leg,)
    call.turn(Turning.PASSED)
    switchboard.settle(turn, call)
    queue.let_go(turn, call, owner)  # Not before: the caller would be alone, were we killed between the two.
    call.passed, call.passed_by = call.passed + 1, owner.user
    call.returned = None
    call.taken_by(consult.leg.user, turn.now)
    if consult.leg.number is not None:
        handover.outside(turn, call)
    turn.touch_call(call)
    refresh(turn, call)


def _ring_here(turn: Turn, call: Call, consult: Consult) -> None:
    """She was asked at another node: her phone is rung from the caller's, so that no voice goes from node to node."""
    owner, leg = call.leg, consult.leg
    assert owner is not None
    _without(turn, call, consult)
    queue.let_go(turn, call, leg, consult.node)
    ending.freed(turn, call, leg, talked=False)
    handover.let_go(turn, call, *handover.come_back(leg), *handover.come_back(owner))


def drop(turn: Turn, call: Call, why: Failure | None = None) -> None:
    """Nobody is consulted any more; the caller is back. `why`: it came to nothing, which the owner is told."""
    consult = call.consult
    assert consult is not None
    stayed = switchboard.rooms(call).get(call.channel) is Room.TALK
    _told(turn, call, consult, Progress.DECLINED)
    _without(turn, call, consult)
    call.leaving |= {consult.leg.channel} & call.members
    queue.let_go(turn, call, consult.leg, consult.node)
    ending.freed(turn, call, consult.leg, talked=False)
    call.returned = None if why is None else Returned(why, consult.leg.user, stayed)
    disclosures.erase_own_note(turn, call)
    refresh(turn, call)
    disclosures.refresh(turn, call)


def _told(turn: Turn, call: Call, consult: Consult, progress: Progress) -> None:
    """The phone that asked for this by REFER is told how it went, as long as its channel is there."""
    if consult.referred is not None:
        node = consult.node if consult.referred == consult.line else call.node
        turn.do(TellPhone(node, call.id, consult.referred, progress))


def ringback(turn: Turn, call: Call, consult: Consult, *, on: bool) -> None:
    """The owner hears that the phone of whom she asked rings, or no longer."""
    assert call.leg is not None
    if consult.line is None:
        turn.do(Ringback(call.node, call.id, call.leg.channel, on))
    else:
        turn.do(Ringback(consult.node, call.id, consult.line, on))


def _without(turn: Turn, call: Call, consult: Consult) -> None:
    """Nobody is consulted from here on; her leg is for the next step to end, or to keep."""
    assert call.leg is not None
    call.consult = None
    turn.set_timer(("call", call.id), None)
    if consult.state is Asked.RINGING:
        ringback(turn, call, consult, on=False)
    if consult.line is not None:
        turn.desk.call_of_channel.pop(consult.line, None)
        turn.do(HangUp(consult.node, call.id, consult.line))
        turn.do(RemoveBridge(consult.node, call.id, consult_bridge(call.id)))
    turn.touch_call(call)


def refresh(turn: Turn, call: Call) -> None:
    """The screens of all who have to do with this call show something new."""
    for leg in call.phones:
        agent = None if leg.user is None else turn.desk.agents.get(leg.user)
        if agent is not None and agent.seat is not None:
            turn.do(RefreshSeat(agent.seat))


# -- what becomes of it ----------------------------------------------------------------------------------------


def answered(turn: Turn, call: Call) -> None:
    """Her phone is off the hook: they talk, or she has the caller at once."""
    consult = call.consult
    assert consult is not None
    assert call.leg is not None
    if consult.state is not Asked.RINGING:
        return
    if consult.blind:
        pass_on(turn, call)
        return
    ringback(turn, call, consult, on=False)
    consult.state, consult.since = Asked.CONSULTED, turn.now
    turn.set_timer(("call", call.id), None)
    turn.touch_call(call)
    refresh(turn, call)


def no_answer(turn: Turn, call: Call) -> None:
    """Her phone has rung long enough."""
    if call.consult is not None and call.consult.state is Asked.RINGING:
        drop(turn, call, Failure.NO_ANSWER)


def gone(turn: Turn, call: Call, channel: ChannelId, why: Failure) -> None:
    """A channel of a consultation is no more; `why`: of a phone that was ringing. One that was answered hung up."""
    consult = call.consult
    if consult is None:
        return
    if channel == consult.line:
        drop(turn, call)
    elif channel == consult.leg.channel:
        drop(turn, call, why if consult.state is Asked.RINGING else Failure.HUNG_UP)


def owner_left(turn: Turn, call: Call) -> None:
    """The one who has the caller on the line is gone, or hung up: whom she had put aside must not be lost by that."""
    consult, leg = call.consult, call.leg
    assert leg is not None
    if consult is None and call.enquiry is not None and not call.enquiry.consult:
        asked, call.enquiry = call.enquiry.number, None
        handover.let_go(turn, call, *handover.come_back(leg), asked=asked)
    elif consult is None and call.channel in call.members and not (call.held or call.phone_held):
        ending.end(turn, call)
    elif consult is None:
        handover.let_go(turn, call, *handover.come_back(leg), passed=False)
    elif consult.state is Asked.RINGING or call.plan.transfers.hang_up_completes:
        step(turn, call, Act.COMPLETE)
    else:
        drop(turn, call)
        handover.let_go(turn, call, *handover.come_back(leg), passed=False)


def regroup_failed(turn: Turn, call: Call) -> None:
    """Somebody is not where she belongs: the plain talk is put together anew, or its caller waits for another."""
    if not switchboard.rooms(call):
        return
    call.failures, call.rooms = call.failures + 1, {}
    if call.consult is not None:
        drop(turn, call, Failure.FAILED)
    elif call.failures > MOST_FAILURES:
        handover.let_go(turn, call, passed=False)
    elif call.held or call.phone_held:
        call.returned = Returned(Failure.FAILED)
        refresh(turn, call)
    call.held, call.holding = False, ()
    turn.touch_call(call)


def mute_failed(turn: Turn, call: Call, *, on: bool) -> None:
    """The screen says what is so."""
    call.muted = not on
    turn.touch_call(call)
    refresh(turn, call)
