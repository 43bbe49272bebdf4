"""The whole desk: one event in, one decision out.

    desk, commands = decide(desk, event, now)

`decide` finds the handler of the event, and at the end of the turn brings everything that follows from the records in
step: the lines, who may see whom, and whose phone must ring. Handlers never do that themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from irmacall.core import (
    callbacks,
    comeback,
    disclosures,
    doubts,
    ending,
    events,
    failures,
    glass,
    handover,
    ivr,
    management,
    moments,
    offering,
    ownership,
    pairing_events,
    pairings,
    phone_transfers,
    phones,
    queue,
    reconcile,
    routing,
    seats,
    sight_events,
    sights,
    switchboard,
    talk,
    transfer_events,
    transfers,
)
from irmacall.core.call import Stage
from irmacall.core.commands import RefreshQueues
from irmacall.core.events import Event
from irmacall.core.state import Decision, Desk, Turn

HANDLERS: Final[dict[type, Callable[[Turn, Any], None]]] = {
    events.CallerArrived: ivr.arrived,
    events.KeysPressed: talk.keys_pressed,
    events.PlaybackEnded: ivr.playback_ended,
    events.LegEntered: talk.leg_entered,
    events.LegAnswered: talk.leg_answered,
    events.BridgeEntered: talk.bridge_changed,
    events.BridgeLeft: talk.bridge_changed,
    events.HangUpBegan: talk.hang_up_began,
    events.ChannelGone: talk.channel_gone,
    events.CommandFailed: failures.command_failed,
    events.PhoneCalled: phones.called,
    events.PhoneRegistered: phones.registered,
    transfer_events.PhoneDialled: phone_transfers.dialled,
    transfer_events.PhoneHeld: phone_transfers.held,
    transfer_events.PhoneReferred: phone_transfers.referred,
    transfer_events.TargetFound: phone_transfers.found,
    transfer_events.TargetUnknown: phone_transfers.unknown,
    transfer_events.TransferAsked: transfers.transfer_asked,
    transfer_events.ActAsked: transfers.act_asked,
    events.LeadershipBegan: reconcile.leadership_began,
    events.NodeLost: reconcile.node_lost,
    events.NodeSnapshot: reconcile.snapshot,
    events.DisclosureSealed: disclosures.sealed,
    events.CodeRenewed: disclosures.code_renewed,
    events.ErasureAsked: disclosures.erasure_asked,
    events.IdentityLost: disclosures.identity_lost,
    pairing_events.IdentifyAsked: pairings.asked,
    pairing_events.IdentifyDropped: pairings.dropped,
    pairing_events.PairingTaken: pairings.taken,
    pairing_events.PairingShared: pairings.shared,
    pairing_events.PairingFailed: pairings.failed,
    pairing_events.PairingSealed: pairings.sealed,
    pairing_events.PairingStopped: pairings.stopped,
    sight_events.IdentitySeen: sights.seen,
    sight_events.PageDoubts: doubts.page_doubts,
    sight_events.SeatDoubts: doubts.seat_doubts,
    sight_events.GlassAsked: glass.asked,
    sight_events.GlassLeft: glass.left,
    events.SeatClaimed: seats.claimed,
    events.SeatPaused: seats.paused,
    events.SeatReleased: seats.released,
    events.SeatUnwatched: seats.unwatched,
    events.HangUpAsked: talk.hang_up_asked,
    events.PlanChanged: management.plan_changed,
    events.EmergencyThrown: management.emergency_thrown,
    events.EmergencyEnded: management.emergency_ended,
    events.NodeStrained: management.node_strained,
    events.NumberKept: callbacks.number_kept,
    events.NumberRefused: callbacks.number_refused,
    events.NumberUnfit: callbacks.number_unfit,
    events.FactsKept: ending.facts_kept,
    events.WrapUpExtended: seats.wrap_up_extended,
    events.TimePassed: moments.time_passed,
}


def decide(desk: Desk, event: Event, now: float) -> Decision:
    """What must be done because of `event`. `now` is epoch seconds; the desk is changed in place, and only here."""
    turn = Turn(desk, now)
    moments.erase_expired(turn)
    HANDLERS[type(event)](turn, event)
    _settle(turn, type(event).__name__)
    if desk.timers:
        turn.decision.wake_at = desk.timers[0][0]
    return turn.decision


def _settle(turn: Turn, why: str) -> None:
    """Lines and ownership after this event; agents first, since a call's owner depends on her seat."""
    _follow_agents(turn)
    while turn.left:
        routing.nobody_left(turn, turn.left.pop())
    _follow_calls(turn, why)
    offering.offer_all(turn)


def _follow_agents(turn: Turn) -> None:
    desk = turn.desk
    for user in list(turn.touched_agents):
        agent = desk.agents[user]
        queue.place_agent(turn, agent)
        comeback.agent_changed(turn, agent)
        call = desk.call_of_agent(agent)
        if call is not None:
            turn.look_again(call)


def _follow_calls(turn: Turn, why: str) -> None:
    desk = turn.desk
    for name in list(turn.touched_calls):
        call = desk.calls[name]
        comeback.go_on(turn, call)
        handover.go_on(turn, call)
        routing.go_on(turn, call)
        queue.place(turn, call)
        switchboard.settle(turn, call)
        pairings.settle(turn, call)
        ownership.settle(turn, call, why)
        glass.settle(turn, call, why)
        if call.stage is Stage.ENDED:
            ending.forget(turn, call)
    for callback in list(turn.touched_callbacks):  # After the calls: each stands where its own call stood.
        callbacks.place(turn, callback)
    if turn.touched_callbacks:
        turn.do(RefreshQueues())
