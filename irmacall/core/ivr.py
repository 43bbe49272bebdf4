"""Welcome and code entry: what a caller hears first, and what her keys mean until somebody has answered her.

The keys count from the first moment, before and during every prompt. A code has a fixed length and no terminator.
Whatever is wrong with a code (a slip, unknown, used, expired), the caller hears one and the same prompt.
"""

from __future__ import annotations

from irmacall.core import callbacks, code, codes, ending, menus, routing, saying, waiting
from irmacall.core.call import BEFORE_THE_QUEUE, ENTERING_CODE, UNANSWERED, Call, Stage, Turning
from irmacall.core.code import Digits
from irmacall.core.commands import Prompt
from irmacall.core.events import CallerArrived, KeysPressed, PlaybackEnded
from irmacall.core.ids import CallId, call_of_playback, playback
from irmacall.core.state import Turn

NO_CODE = "#"


def arrived(turn: Turn, event: CallerArrived) -> None:
    """A new caller is welcomed, or told why she cannot be; one whom we know already is not new."""
    desk = turn.desk
    if event.channel in desk.call_of_channel:
        return
    plan = desk.plan
    call = Call(CallId(event.channel), event.node, event.channel, plan.default_queue, turn.now, plan)
    call.language = plan.language
    desk.calls[call.id] = call
    desk.call_of_channel[call.channel] = call.id
    if event.node in desk.strained:
        routing.busy(turn, call)
    elif not routing.kept_out(turn, call):
        saying.ask(turn, call, Prompt.WELCOME.sound)


def ask_again(turn: Turn, call: Call) -> None:
    """A new leader has found her: what she was asked last is asked once more."""
    if call.stage is Stage.MENU and call.menu is not None and call.menu in call.plan.menus:
        routing.to_menu(turn, call, call.menu)
    elif call.stage is Stage.MENU:
        routing.start(turn, call)
    else:
        prompt = Prompt.WELCOME if call.stage is Stage.WELCOME else Prompt.CODE_AGAIN
        saying.ask(turn, call, prompt.sound)


def playback_ended(turn: Turn, event: PlaybackEnded) -> None:
    """What was said is over: from now on the caller has her time for the first key."""
    call = turn.desk.calls.get(call_of_playback(event.playback))
    if call is None or not call.saying or event.playback != playback(call.id, call.said):
        return
    call.saying = False
    if call.stage in BEFORE_THE_QUEUE or (call.stage is Stage.CALLBACK and call.outcome is None):
        turn.set_timer(("call", call.id), turn.now + call.plan.times.first_digit)
    elif call.stage is Stage.LEAVING:
        ending.end(turn, call)


def keys_pressed(turn: Turn, event: KeysPressed) -> None:
    """A code is heard wherever she is; any other key means what it means there."""
    call = turn.desk.call_with(event.channel)
    if call is None or call.channel != event.channel or call.stage not in UNANSWERED:
        return
    codes.remember(turn, call, event.keys)
    if call.stage is Stage.CALLBACK:
        _number_keys(turn, call, event.keys)
    elif call.stage in ENTERING_CODE:
        _code_keys(turn, call, event.keys)
    elif codes.opens(turn, call):
        return
    elif call.stage is Stage.MENU:
        menus.keys_pressed(turn, call, event.keys)
    else:
        waiting.keys_pressed(turn, call, event.keys)


def _number_keys(turn: Turn, call: Call, keys: Digits) -> None:
    """A telephone number; or a code, whose first key was taken for the wish to be called back."""
    if call.outcome is not None or not codes.opens(turn, call):
        callbacks.keys_pressed(turn, call, keys)


def patience_ended(turn: Turn, call: Call) -> None:
    """No key came in time: choices made ahead are choices, part of a code is a wrong one, and none is no code."""
    call.saying = False
    if call.stage is Stage.MENU:
        menus.patience_ended(turn, call)
    elif not call.keys:
        _without_code(turn, call)
    elif not menus.follow_ahead(turn, call):
        _wrong(turn, call)


def _code_keys(turn: Turn, call: Call, keys: Digits) -> None:
    """Keys cut the prompt short and are gathered until they can be a code."""
    saying.hush(turn, call)
    plain = keys.plain()
    if NO_CODE in plain and not call.keys:
        _without_code(turn, call)
        return
    call.keys = Digits() if codes.START_AGAIN in plain else call.keys + keys.numeric()
    if len(call.keys) < code.LENGTH:
        times = call.plan.times
        turn.set_timer(("call", call.id), turn.now + (times.next_digit if call.keys else times.first_digit))
    elif not codes.bind_opened(turn, call, call.keys):
        _wrong(turn, call)


def _wrong(turn: Turn, call: Call) -> None:
    """Once more, or on without a code."""
    call.keys = Digits()
    codes.wrong(turn, call)
    if codes.may_try(call):
        call.turn(Turning.CODE_WRONG)
        saying.ask(turn, call, Prompt.CODE_AGAIN.sound)
    else:
        _without_code(turn, call)


def _without_code(turn: Turn, call: Call) -> None:
    routing.start(turn, call, Prompt.WITHOUT_CODE.sound)
