"""What a caller is told: one thing at a time, which she can always interrupt."""

from __future__ import annotations

from collections.abc import Iterable

from irmacall.core.call import Call
from irmacall.core.code import Digits
from irmacall.core.commands import Say, StopSaying
from irmacall.core.ids import SoundName, playback
from irmacall.core.state import Turn


def say(turn: Turn, call: Call, *sounds: SoundName) -> None:
    """Say this in her language, instead of what is being said."""
    hush(turn, call)
    call.said += 1
    call.saying = True
    turn.do(Say(call.node, call.id, call.channel, playback(call.id, call.said), sounds, call.language))
    turn.touch_call(call)


def ask(turn: Turn, call: Call, *sounds: SoundName) -> None:
    """Say something that keys may follow, and begin with none."""
    call.keys = Digits()
    say(turn, call, *sounds)
    wait_for_end(turn, call, sounds)


def wait_for_end(turn: Turn, call: Call, sounds: Iterable[SoundName]) -> None:
    """If the end of this is not heard of in time, it is taken to have ended: a prompt's time, and a bit a piece."""
    pieces = len(list(sounds))
    turn.set_timer(("call", call.id), turn.now + call.plan.times.prompt + 2.0 * (pieces - 1))


def hush(turn: Turn, call: Call) -> None:
    """Cut short what is being said, if anything is."""
    if call.saying:
        call.saying = False
        turn.do(StopSaying(call.node, call.id, playback(call.id, call.said)))
