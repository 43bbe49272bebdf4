"""What time brings: every record whose moment has come is told; each sets its next one itself."""

from __future__ import annotations

import itertools

from irmacall.core import (
    callbacks,
    consulting,
    disclosures,
    ending,
    glass,
    ivr,
    management,
    pairings,
    queue,
    seats,
    waiting,
)
from irmacall.core.agent import NotTaken
from irmacall.core.call import BEFORE_THE_QUEUE, Call, Stage
from irmacall.core.events import EmergencyEnded, TimePassed
from irmacall.core.ids import CallId, SealedId, UserId
from irmacall.core.state import Turn


def time_passed(turn: Turn, _: TimePassed) -> None:
    """Tell whoever waited for this moment."""
    if _due(turn, "emergency"):
        management.emergency_ended(turn, EmergencyEnded())
    for agent in _due(turn, "agent"):
        seats.wrapped_up(turn, turn.desk.agents[UserId(agent)])
    for name in _due(turn, "callback"):
        callbacks.moment_came(turn, turn.desk.callbacks[CallId(name)])
    for name in _due(turn, "call"):
        call = turn.desk.calls[CallId(name)]
        if call.node in turn.desk.confirmed:  # The snapshot that brings its node back sets the clock anew.
            _out_of_time(turn, call)


def erase_expired(turn: Turn) -> None:
    """Whatever has happened, and however late the wake-up is: nothing is decided on what is past its hour."""
    for disclosure in _due(turn, "disclosure"):
        disclosures.out_of_time(turn, turn.desk.disclosures[SealedId(disclosure)])
    for name in _due(turn, "glass"):
        glass.out_of_time(turn, CallId(name))
    for name in _due(turn, "note"):
        disclosures.erase_note(turn, turn.desk.calls[CallId(name)])
    for name in _due(turn, "pairing"):
        pairings.out_of_time(turn, turn.desk.calls[CallId(name)])


def _due(turn: Turn, kind: str) -> list[str]:
    """Whose moment has come, of this kind; their timers are taken away."""
    due = itertools.takewhile(lambda timer: timer[0] <= turn.now, turn.desk.timers)
    names = [timer[2] for timer in due if timer[1] == kind]
    for name in names:
        turn.set_timer((kind, name), None)
    return names


def _out_of_time(turn: Turn, call: Call) -> None:
    if call.stage in BEFORE_THE_QUEUE:
        ivr.patience_ended(turn, call)
    elif call.stage is Stage.WAITING:
        waiting.moment_came(turn, call)
    elif call.stage is Stage.RINGING:
        queue.no_longer(turn, call, NotTaken.NO_ANSWER)
    elif call.stage is Stage.CONNECTING:
        queue.no_longer(turn, call, NotTaken.PHONE_FAILED)
    elif call.stage is Stage.TALKING:
        consulting.no_answer(turn, call)
    elif call.stage is Stage.CALLBACK:
        (callbacks.patience_ended if call.outcome is None else callbacks.not_noted)(turn, call)
    elif call.stage is Stage.DIALLING:
        callbacks.not_reached(turn, call)
    elif call.stage is Stage.LEAVING:
        ending.end(turn, call)
