"""A waiting caller's one timer: the first of the moments at which something changes for her. Each may come late."""

from __future__ import annotations

from irmacall.core import skills
from irmacall.core.call import Call
from irmacall.core.code import Digits
from irmacall.core.state import Turn


def begin(turn: Turn, call: Call) -> None:
    """She has come into a queue: her time in it begins."""
    announcements = call.plan.rules(call.queue).announcements
    call.keys = Digits()
    call.announce_at = turn.now + announcements.first if announcements.every else None
    call.announced = 0
    set_clock(turn, call)


def go_on(turn: Turn, call: Call) -> None:
    """She waits again, where and as she did: a phone rang in vain, or a new leader has found her."""
    announcements = call.plan.rules(call.queue).announcements
    if call.announce_at is None and announcements.every:
        call.announce_at = turn.now + announcements.every
    set_clock(turn, call)


def entered(turn: Turn, call: Call) -> float:
    """When she came into the queue in which she waits now."""
    return turn.now if call.entered_at is None else call.entered_at


def patient_until(turn: Turn, call: Call) -> float | None:
    """When she has waited enough for this queue; None: never, or she has already and waits on."""
    rules = call.plan.rules(call.queue)
    if rules.patience is None or rules.impatient is None or call.patient:
        return None
    return entered(turn, call) + rules.patience


def set_clock(turn: Turn, call: Call) -> None:
    """Wake her call at the next moment at which something changes for her, if there is one.

    Her line is looked at too: a moment that is over, and of which nobody was told, is not waited for any more.
    """
    turn.look_again(call)
    moments = [
        patient_until(turn, call),
        skills.relaxes_at(call, entered(turn, call), turn.now),
        call.announce_at,
        call.key_at + call.plan.times.choice if call.keys else None,
    ]
    turn.set_timer(("call", call.id), min((at for at in moments if at is not None), default=None))
