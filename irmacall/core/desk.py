"""The whole desk: one event in, one decision out.

    desk, commands = decide(desk, event, now)

`decide` finds the handler of the event, and at the end of the turn brings everything that follows from the records in
step: the lines, who may see whom, and whose phone must ring. Handlers never do that themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable
from typing import Any, Final

from irmacall.core import disclosures, events, ivr, ownership, phones, queue, reconcile, seats, talk
from irmacall.core.call import Stage
from irmacall.core.events import Event, TimePassed
from irmacall.core.ids import CallId, SealedId
from irmacall.core.state import Decision, Desk, Turn


def time_passed(turn: Turn, _: TimePassed) -> None:
    """Every call whose moment has come is told; each sets its next one itself."""
    for call in _due(turn, "call"):
        talk.out_of_time(turn, turn.desk.calls[CallId(call)])


def _erase_expired(turn: Turn) -> None:
    """Whatever has happened, and however late the wake-up is: nothing is decided on an identity past its hour."""
    for sealed in _due(turn, "disclosure"):
        disclosures.out_of_time(turn, turn.desk.disclosures[SealedId(sealed)])


def _due(turn: Turn, kind: str) -> list[str]:
    """Whose moment has come, of this kind; their timers are taken away."""
    due = itertools.takewhile(lambda timer: timer[0] <= turn.now, turn.desk.timers)
    names = [timer[2] for timer in due if timer[1] == kind]
    for name in names:
        turn.set_timer((kind, name), None)
    return names


HANDLERS: Final[dict[type, Callable[[Turn, Any], None]]] = {
    events.CallerArrived: ivr.arrived,
    events.KeysPressed: ivr.keys_pressed,
    events.PlaybackEnded: ivr.playback_ended,
    events.LegEntered: queue.leg_entered,
    events.LegAnswered: talk.leg_answered,
    events.BridgeEntered: talk.bridge_changed,
    events.BridgeLeft: talk.bridge_changed,
    events.HangUpBegan: talk.hang_up_began,
    events.ChannelGone: talk.channel_gone,
    events.CommandFailed: talk.command_failed,
    events.PhoneCalled: phones.called,
    events.PhoneRegistered: phones.registered,
    events.LeadershipBegan: reconcile.leadership_began,
    events.NodeLost: reconcile.node_lost,
    events.NodeSnapshot: reconcile.snapshot,
    events.DisclosureSealed: disclosures.sealed,
    events.CodeRenewed: disclosures.code_renewed,
    events.ErasureAsked: disclosures.erasure_asked,
    events.IdentityLost: disclosures.identity_lost,
    events.SeatClaimed: seats.claimed,
    events.SeatPaused: seats.paused,
    events.SeatReleased: seats.released,
    events.SeatUnwatched: seats.unwatched,
    events.HangUpAsked: talk.hang_up_asked,
    TimePassed: time_passed,
}


def decide(desk: Desk, event: Event, now: float) -> Decision:
    """What must be done because of `event`. `now` is epoch seconds; the desk is changed in place, and only here."""
    turn = Turn(desk, now)
    _erase_expired(turn)
    HANDLERS[type(event)](turn, event)
    _settle(turn, type(event).__name__)
    if desk.timers:
        turn.decision.wake_at = desk.timers[0][0]
    return turn.decision


def _settle(turn: Turn, why: str) -> None:
    _follow(turn, why)
    queue.offer_all(turn)


def _follow(turn: Turn, why: str) -> None:
    """Lines and ownership after this event; agents first, since a call's owner depends on her seat."""
    desk = turn.desk
    for user in list(turn.touched_agents):
        agent = desk.agents[user]
        queue.place_agent(turn, agent)
        call = desk.call_of_agent(agent)
        if call is not None:
            turn.look_again(call)
    for name in list(turn.touched_calls):
        call = desk.calls[name]
        queue.place(turn, call)
        ownership.settle(turn, call, why)
        if call.stage is Stage.ENDED:
            talk.forget(turn, call)
