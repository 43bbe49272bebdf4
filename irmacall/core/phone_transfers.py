"""What the one who has a caller on the line asks with her phone's keys: SIP REFER, a second call, star codes, hold.

    *1 <extension> #   pass on            *3   swap            *6   hold, and back
    *2 <extension> #   consult            *4   pass on to whom is consulted
    *5                 all three          *0   back to the caller

An extension is found out about first (FindTarget); the phone hears nothing until then. A phone that asked by REFER is
told how it goes. Only what is decided here moves anybody: Asterisk itself moves nothing (`ari-only`).
"""

from __future__ import annotations

from typing import Final

from irmacall.core import consulting, ending, handover, transfers
from irmacall.core.call import Call, Leg, Stage
from irmacall.core.code import Digits
from irmacall.core.commands import HangUp
from irmacall.core.events import KeysPressed
from irmacall.core.ids import ChannelId, Endpoint
from irmacall.core.state import Turn
from irmacall.core.transfer import Act, Asked, Enquiry, Failure, SecondCall, ToLine
from irmacall.core.transfer_commands import FindTarget, Progress, TellPhone
from irmacall.core.transfer_events import PhoneDialled, PhoneHeld, PhoneReferred, TargetFound, TargetUnknown

STAR: Final = "*"
DONE: Final = "#"
BLIND: Final = "1"
CONSULT: Final = "2"
HOLD: Final = "6"
ACTS: Final = {"3": Act.SWAP, "4": Act.COMPLETE, "5": Act.JOIN, "0": Act.CANCEL}
LONGEST: Final = 18
"""Keys of a star code: the longest telephone number (ITU-T E.164, with 00), and what stands round it."""


# -- a second call of her phone --------------------------------------------------------------------------------


def dialled(turn: Turn, event: PhoneDialled) -> None:
    """Her phone makes a second call, to ask somebody about the caller of the first."""
    call = _call_of_phone(turn, event.endpoint)
    if call is None or not _free(call):
        turn.do(HangUp(event.node, None, event.channel))
        return
    line = SecondCall(event.channel, event.node, event.dialog)
    _enquire(turn, call, event.extension, consult=True, line=line)


def _call_of_phone(turn: Turn, endpoint: Endpoint) -> Call | None:
    """The call whose caller the one with this phone has on the line."""
    desk = turn.desk
    for channel in desk.phone(endpoint).channels:
        call = _talk_on(turn, channel)
        if call is not None and call.node in desk.confirmed:
            return call
    return None


def _talk_on(turn: Turn, channel: ChannelId) -> Call | None:
    """The call whose owner, whom we know, has the caller on the line on this channel."""
    call = turn.desk.call_with(channel)
    if call is None or call.stage is not Stage.TALKING or call.leg is None:
        return None
    return call if call.leg.channel == channel and call.leg.user is not None else None


# -- REFER -----------------------------------------------------------------------------------------------------


def referred(turn: Turn, event: PhoneReferred) -> None:
    """Her phone asks to pass on the caller, or (from its second call) to bring both together."""
    call = turn.desk.call_with(event.channel)
    if call is None or call.stage is not Stage.TALKING or call.leg is None or call.leg.number is not None:
        turn.do(TellPhone(event.node, None, event.channel, Progress.DECLINED))
        return
    if _means_both(call, call.leg, event):
        _bring_together(turn, call, event.channel)
    elif event.extension is not None and event.channel == call.leg.channel and _free(call):
        _enquire(turn, call, event.extension, consult=False, refers=True)
    else:
        turn.do(TellPhone(event.node, call.id, event.channel, Progress.DECLINED))


def _means_both(call: Call, leg: Leg, event: PhoneReferred) -> bool:
    """Whether this asks that whom she consults in her second call has the caller. At another node than where she is
    asked, that call is known by its Call-ID alone."""
    consult = call.consult
    if consult is None or consult.line is None:
        return False
    if event.line is not None:
        return {event.channel, event.line} == {leg.channel, consult.line}
    return event.dialog is not None and event.channel == leg.channel and event.dialog == consult.dialog


def _free(call: Call) -> bool:
    return call.consult is None and call.enquiry is None


def _bring_together(turn: Turn, call: Call, channel: ChannelId) -> None:
    """Whom she consults in her second call is to have the caller: now, or once that phone is answered."""
    consult = call.consult
    assert consult is not None
    consult.referred = channel
    if consult.state is Asked.RINGING:
        consult.blind = True
        turn.do(TellPhone(call.node_of(channel), call.id, channel, Progress.RINGING))
        turn.touch_call(call)
    else:
        consulting.pass_on(turn, call)


# -- whose an extension is -------------------------------------------------------------------------------------


def _enquire(
    turn: Turn,
    call: Call,
    extension: str,
    *,
    consult: bool,
    line: SecondCall | None = None,
    refers: bool = False,
) -> None:
    call.enquiries += 1
    call.enquiry = Enquiry(call.enquiries, consult, line, refers)
    turn.do(FindTarget(call.id, extension, call.enquiries))


def found(turn: Turn, event: TargetFound) -> None:
    """This is whose extension it was."""
    call = turn.desk.calls.get(event.call)
    enquiry = None if call is None else call.enquiry
    if call is not None and _waits_for(call, event.asked):
        transfers.go_to(turn, call, event.to)
        return
    if call is None or enquiry is None or enquiry.number != event.asked:
        transfers.forget(turn, event.to)
        return
    if not _stands(turn, call, enquiry):
        transfers.forget(turn, event.to)
        ending.give_up_enquiry(turn, call)
        return
    call.enquiry = None
    assert call.leg is not None
    told = call.leg.channel
    if enquiry.consult:
        done = transfers.consult(turn, call, event.to, line=enquiry.line)
    else:
        done = transfers.pass_on(turn, call, event.to, referred=told if enquiry.refers else None)
    if not done:
        call.enquiry = enquiry
        ending.give_up_enquiry(turn, call)
    elif enquiry.refers and isinstance(event.to, ToLine):
        turn.do_first(TellPhone(call.node, call.id, told, Progress.DONE))


def _waits_for(call: Call, asked: int) -> bool:
    """Whether her owner hung up behind her question, as many phones do, and she waits for the answer."""
    return call.stage is Stage.WAITING and call.handover is not None and call.handover.asked == asked


def _stands(turn: Turn, call: Call, enquiry: Enquiry) -> bool:
    """Whether what was asked for can still be: her phone has not hung up, and nobody is consulted."""
    there = enquiry.line is None or enquiry.line.channel in turn.desk.phone_of_channel
    return there and call.stage is Stage.TALKING and call.consult is None and call.node in turn.desk.confirmed


def unknown(turn: Turn, event: TargetUnknown) -> None:
    """It was nobody's."""
    call = turn.desk.calls.get(event.call)
    enquiry = None if call is None else call.enquiry
    if call is not None and _waits_for(call, event.asked):
        handover.is_gone(turn, call)
        return
    if call is None or enquiry is None or enquiry.number != event.asked:
        return
    ending.give_up_enquiry(turn, call)
    if call.stage is Stage.TALKING:
        transfers.refuse(turn, call, None, Failure.UNKNOWN)


# -- keys ------------------------------------------------------------------------------------------------------


def held(turn: Turn, event: PhoneHeld) -> None:
    """A phone in a talk holds who is at the other end by its own key, or takes her back.

    Of who is consulted it is remembered: it holds the caller too, once that one has her.
    """
    call = turn.desk.call_with(event.channel)
    if call is None or call.stage is not Stage.TALKING or call.phone_on(event.channel) is None:
        return
    others = tuple(channel for channel in call.holding if channel != event.channel)
    call.holding = (*others, event.channel) if event.on else others
    if call.leg is not None and call.leg.channel == event.channel:
        call.held = call.held and event.on  # Whoever takes a caller back with her phone has her back.
    turn.touch_call(call)
    consulting.refresh(turn, call)


def keys_pressed(turn: Turn, event: KeysPressed) -> None:
    """Keys of the phone that has the caller on the line: a star code, where the desk has those."""
    call = _talk_on(turn, event.channel)
    if call is None or not call.plan.transfers.star_codes or call.node not in turn.desk.confirmed:
        return
    for key in event.keys.plain():
        if call.stage is Stage.TALKING:
            _key(turn, call, key)


def _key(turn: Turn, call: Call, key: str) -> None:
    keyed = STAR if key == STAR else call.leg_keys.plain() + key
    call.leg_keys = Digits()
    if not keyed.startswith(STAR) or len(keyed) > LONGEST:
        return
    kind, rest = keyed[1:2], keyed[2:]
    if kind in ACTS:
        consulting.step(turn, call, ACTS[kind])
    elif kind == HOLD:
        transfers.hold(turn, call, on=not call.held)
    elif rest.endswith(DONE) and kind in (BLIND, CONSULT):
        _pass_by_keys(turn, call, rest.removesuffix(DONE), consult=kind == CONSULT)
    elif not kind or kind in (BLIND, CONSULT):
        call.leg_keys = Digits(keyed)


def _pass_by_keys(turn: Turn, call: Call, extension: str, *, consult: bool) -> None:
    if extension and _free(call):
        _enquire(turn, call, extension, consult=consult)
