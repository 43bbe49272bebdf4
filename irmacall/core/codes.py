"""Codes: ten keys that open a disclosure, wherever she presses them until somebody has answered.

The last ten keys are watched from the first moment on. Each code that is tried and opens nothing counts, whether she
was asked for one or not: after the last try no more are looked up in this call.
"""

from __future__ import annotations

from irmacall.core import callbacks, code, comeback, disclosures, routing, saying
from irmacall.core.call import BEFORE_THE_QUEUE, Call, Stage
from irmacall.core.code import Digits
from irmacall.core.commands import NoteForAudit, Prompt
from irmacall.core.disclosure import Disclosure
from irmacall.core.routes import ToQueue
from irmacall.core.state import Turn

START_AGAIN = "*"


def remember(turn: Turn, call: Call, keys: Digits) -> None:
    """These keys came; those that came long before them belong to no code with them."""
    if START_AGAIN in keys.plain() or turn.now - call.key_at > call.plan.times.next_digit:
        call.recent = Digits()
    call.key_at = turn.now
    call.recent = (call.recent + keys.numeric()).last(code.LENGTH)


def opens(turn: Turn, call: Call) -> bool:
    """Whether her last keys are a code that opens, outside of where she is asked for one: then it is bound."""
    if call.sealed is not None or not may_try(call) or not code.well_formed(call.recent):
        return False
    if bind_opened(turn, call, call.recent):
        return True
    wrong(turn, call)
    if call.stage is Stage.WAITING:
        saying.say(turn, call, Prompt.CODE_UNKNOWN.sound)
    return False


def may_try(call: Call) -> bool:
    """Whether another code is looked up in this call."""
    return call.tries < call.plan.code_tries


def wrong(turn: Turn, call: Call) -> None:
    """A code opened nothing: it counts, and guessing can be seen."""
    call.tries += 1
    call.recent = Digits()
    turn.do(NoteForAudit("code_wrong", call.id, f"try {call.tries}"))
    turn.touch_call(call)


def bind_opened(turn: Turn, call: Call, keys: Digits) -> bool:
    """Bind the disclosure that these keys open now; False: they open none."""
    if not code.well_formed(keys):
        return False
    sealed = turn.desk.sealed_of_code.get(turn.desk.plan.hash_code(keys))
    disclosure = None if sealed is None else turn.desk.disclosures[sealed]
    if disclosure is None or not disclosure.opens_at(turn.now):
        return False
    _bind(turn, call, disclosure)
    return True


def _bind(turn: Turn, call: Call, disclosure: Disclosure) -> None:
    """This call is hers who disclosed; her subject says where she waits, or where she was when she was cut off."""
    dropped, disclosure.dropped = disclosure.dropped, None
    disclosures.bind(turn, call, disclosure)
    call.keys, call.recent = Digits(), Digits()
    if call.stage is Stage.CALLBACK:
        callbacks.stay(turn, call)
    if dropped is not None:
        comeback.begin(turn, call, dropped)
    wanted = comeback.queue_of(call, disclosure.subject, dropped)
    if call.stage in BEFORE_THE_QUEUE:
        saying.hush(turn, call)
        routing.go(turn, call, ToQueue(wanted), Prompt.PLEASE_HOLD.sound)
    elif call.handover is None and call.queue != wanted and routing.takes(turn, call, wanted):
        routing.take_back(turn, call)
        routing.go(turn, call, ToQueue(wanted), Prompt.CODE_ACCEPTED.sound)
    elif call.stage is Stage.WAITING:
        saying.say(turn, call, Prompt.CODE_ACCEPTED.sound)
