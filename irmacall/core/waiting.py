"""What a caller hears while she waits, and what happens when she has waited enough."""

from __future__ import annotations

from irmacall.core import clock, handover, routing, saying, spoken
from irmacall.core.call import Call, Stage
from irmacall.core.code import Digits
from irmacall.core.commands import Prompt
from irmacall.core.ids import SoundName
from irmacall.core.state import Turn

WANTS_CALLBACK = "1"
HINT_EVERY = 30.0
"""Seconds in which she is told once at most that she may be called back."""


def moment_came(turn: Turn, call: Call) -> None:
    """Something may have changed for her: less is asked for, there is something to say, or she has waited enough."""
    if call.handover is not None:
        handover.is_gone(turn, call, in_time=False)
        return
    if _goes_elsewhere(turn, call):
        return
    if call.keys and turn.now >= call.key_at + call.plan.times.choice:
        wants_callback, call.keys = call.keys.plain() == WANTS_CALLBACK, Digits()
        if wants_callback:
            saying.hush(turn, call)
            routing.to_callback(turn, call)
            return
    if call.announce_at is not None and turn.now >= call.announce_at:
        _announce(turn, call)
    clock.set_clock(turn, call)


def _goes_elsewhere(turn: Turn, call: Call) -> bool:
    """Whether she has waited enough, and there is somewhere else to go."""
    until, impatient = clock.patient_until(turn, call), call.plan.rules(call.queue).impatient
    if until is None or impatient is None or turn.now < until:
        return False
    call.patient = True
    turn.touch_call(call)
    gone = routing.overflow(turn, call, impatient)
    if gone and call.stage is Stage.WAITING:
        clock.set_clock(turn, call)  # Every way may lead back to where she waits already.
    return gone


def keys_pressed(turn: Turn, call: Call, keys: Digits) -> None:
    """What she keys in while she waits: a code, which is seen to elsewhere, or her wish to be called back."""
    if call.stage is Stage.WAITING and call.handover is None and call.plan.rules(call.queue).callback:
        call.keys += keys.numeric()
        clock.set_clock(turn, call)


def _announce(turn: Turn, call: Call) -> None:
    announcements = call.plan.rules(call.queue).announcements
    call.announce_at = turn.now + announcements.every
    sounds: tuple[SoundName, ...] = ()
    position = turn.desk.order.position(call.id)
    if announcements.position and position is not None:
        sounds += spoken.waiting_before(position - 1, call.language)
    if announcements.expected_wait and position is not None:
        sounds += _expected_wait(turn, call, position)
    if announcements.comfort:
        sounds += (announcements.comfort[call.announced % len(announcements.comfort)],)
    call.announced += 1
    if call.stage is Stage.WAITING and not call.saying:
        sounds += _hint(turn, call)
        if sounds:
            saying.say(turn, call, *sounds)


def _hint(turn: Turn, call: Call) -> tuple[SoundName, ...]:
    """That she may be called back, where she may and was not told so a moment ago."""
    told_lately = call.hinted_at is not None and turn.now < call.hinted_at + HINT_EVERY
    if told_lately or not call.plan.rules(call.queue).callback:
        return ()
    call.hinted_at = turn.now
    return (Prompt.CALLBACK_HINT.sound,)


def _expected_wait(turn: Turn, call: Call, position: int) -> tuple[SoundName, ...]:
    desk = turn.desk
    if not desk.staffed(desk.known_queue(call.queue)):
        return ()
    seconds = desk.pace[call.queue].expected_wait(position, turn.now)
    return () if seconds is None else spoken.expected_wait(seconds, call.language)
