"""Welcome and code entry: what a caller hears, and what her keys mean, until she waits in a queue.

The keys count from the first moment, before and during every prompt. A code has a fixed length and no terminator.
Whatever is wrong with a code (a slip, unknown, used, expired), the caller hears one and the same prompt.
"""

from __future__ import annotations

from irmacall.core import code, disclosures, queue
from irmacall.core.call import ENTERING_CODE, Call, Turning
from irmacall.core.code import Digits
from irmacall.core.commands import NoteForAudit, Prompt, RefreshPage, Say, StopSaying
from irmacall.core.disclosure import Disclosure, Seal
from irmacall.core.events import CallerArrived, KeysPressed, PlaybackEnded
from irmacall.core.ids import CallId, call_of_playback, playback
from irmacall.core.state import Turn

START_AGAIN = "*"
NO_CODE = "#"


def arrived(turn: Turn, event: CallerArrived) -> None:
    """A new caller is welcomed; one whom we know already is not new."""
    if event.channel in turn.desk.call_of_channel:
        return
    call = Call(CallId(event.channel), event.node, event.channel, turn.desk.plan.default_queue, turn.now)
    turn.desk.calls[call.id] = call
    turn.desk.call_of_channel[call.channel] = call.id
    ask(turn, call, Prompt.WELCOME)


def ask(turn: Turn, call: Call, prompt: Prompt) -> None:
    """Say a prompt that keys may follow, and begin with none."""
    call.keys = Digits()
    say(turn, call, prompt)
    turn.set_timer(("call", call.id), turn.now + turn.desk.plan.times.prompt)


def say(turn: Turn, call: Call, prompt: Prompt) -> None:
    """Say a prompt, instead of what is being said."""
    hush(turn, call)
    call.said += 1
    call.saying = True
    turn.do(Say(call.node, call.id, call.channel, playback(call.id, call.said), prompt))
    turn.touch_call(call)


def hush(turn: Turn, call: Call) -> None:
    """Cut short what is being said, if anything is."""
    if call.saying:
        call.saying = False
        turn.do(StopSaying(call.node, call.id, playback(call.id, call.said)))


def playback_ended(turn: Turn, event: PlaybackEnded) -> None:
    """The prompt is over: from now on the caller has her time for the first key."""
    call = turn.desk.calls.get(call_of_playback(event.playback))
    if call is None or not call.saying or event.playback != playback(call.id, call.said):
        return
    call.saying = False
    if call.stage in ENTERING_CODE:
        turn.set_timer(("call", call.id), turn.now + turn.desk.plan.times.first_digit)


def keys_pressed(turn: Turn, event: KeysPressed) -> None:
    """Keys cut the prompt short and are gathered until they can be a code."""
    call = turn.desk.call_with(event.channel)
    if call is None or call.channel != event.channel or call.stage not in ENTERING_CODE:
        return
    hush(turn, call)
    if NO_CODE in event.keys.plain() and not call.keys:
        patience_ended(turn, call)
        return
    call.keys = Digits() if START_AGAIN in event.keys.plain() else call.keys + event.keys.numeric()
    if len(call.keys) >= code.LENGTH:
        _judge(turn, call)
    else:
        times = turn.desk.plan.times
        turn.set_timer(("call", call.id), turn.now + (times.next_digit if call.keys else times.first_digit))


def patience_ended(turn: Turn, call: Call) -> None:
    """No key came in time: half a code is a wrong one, and none at all is a caller without a code."""
    if call.keys:
        _judge(turn, call)
    else:
        queue.enter(turn, call, Turning.NO_CODE, turn.desk.plan.default_queue)
        say(turn, call, Prompt.WITHOUT_CODE)


def _judge(turn: Turn, call: Call) -> None:
    disclosure = _opened_by(turn, call.keys)
    call.keys = Digits()
    if disclosure is not None:
        _bind(turn, call, disclosure)
        return
    call.tries += 1
    turn.do(NoteForAudit("code_wrong", call.id, f"try {call.tries}"))  # So that guessing can be seen.
    if call.tries < turn.desk.plan.code_tries:
        call.turn(Turning.CODE_WRONG)
        ask(turn, call, Prompt.CODE_AGAIN)
    else:
        queue.enter(turn, call, Turning.NO_CODE, turn.desk.plan.default_queue)
        say(turn, call, Prompt.WITHOUT_CODE)


def _opened_by(turn: Turn, keys: Digits) -> Disclosure | None:
    if not code.well_formed(keys):
        return None
    sealed = turn.desk.sealed_of_code.get(turn.desk.plan.hash_code(keys))
    disclosure = None if sealed is None else turn.desk.disclosures[sealed]
    return disclosure if disclosure is not None and disclosure.opens_at(turn.now) else None


def _bind(turn: Turn, call: Call, disclosure: Disclosure) -> None:
    disclosures.take_code(turn, disclosure)
    disclosure.seal = Seal.BOUND
    disclosure.call = call.id
    call.sealed = disclosure.sealed
    turn.touch_disclosure(disclosure)
    turn.do(RefreshPage(disclosure.page))
    queue.enter(turn, call, Turning.CODE_RIGHT, turn.desk.plan.queue_of(disclosure.subject))
    say(turn, call, Prompt.PLEASE_HOLD)
