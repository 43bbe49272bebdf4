"""How a call ends: nobody sees the caller any more, her identity is erased, and its facts are kept."""

from __future__ import annotations

from irmacall.core import disclosures
from irmacall.core.agent import Availability
from irmacall.core.call import Call, Stage, Turning
from irmacall.core.callback import Callback
from irmacall.core.commands import HangUp, KeepFacts, RemoveBridge
from irmacall.core.events import FactsKept
from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import CallId, talk_bridge
from irmacall.core.state import Turn


def end(turn: Turn, call: Call, *, caller_stays: bool = True) -> None:
    """The call is over; what Asterisk still holds of it is taken down.

    `caller_stays`: her channel is still ours, and must be hung up.
    """
    rang = call.stage in (Stage.DIALLING, Stage.CONNECTING)
    call.turn(Turning.ENDED)
    turn.touch_call(call)
    for leg in call.legs:
        turn.do(HangUp(call.node, call.id, leg.channel))
    if caller_stays:
        turn.do(HangUp(call.node, call.id, call.channel))
    if call.attempt:
        turn.do(RemoveBridge(call.node, call.id, talk_bridge(call.id)))
    if call.callback is None or call.talking_since is not None:
        keep_facts(turn, facts_of(turn, call))
    else:
        _stands(turn, call, rang=rang)
    _free_agents(turn, call)
    disclosures.erase_of(turn, call)
    if call.id in turn.desk.callbacks:
        turn.touched_callbacks[call.id] = None  # She has hung up: from now on she can be called.


def _free_agents(turn: Turn, call: Call) -> None:
    for leg in call.legs:
        agent = None if leg.user is None else turn.desk.agents.get(leg.user)
        if agent is None:
            continue
        if call.talking_since is not None:  # A phone that only rang keeps its agent's place.
            agent.idle_since = turn.now
            agent.since = turn.now  # Her clock too: what she was before this call is over.
            wrap_up = call.plan.rules(call.queue).wrap_up
            if wrap_up and agent.availability is Availability.AVAILABLE:
                agent.become(Availability.WRAP_UP, turn.now)
                agent.until = turn.now + wrap_up
                turn.set_timer(("agent", agent.user), agent.until)
        turn.touch_agent(agent)


def _stands(turn: Turn, call: Call, *, rang: bool) -> None:
    """The call that was to keep a promise came to nothing: the promise stands, with its place.

    `rang`: her telephone was rung, for whatever reason in vain. That counts, and is not done again at once.
    """
    callback = turn.desk.callbacks.get(call.callback or call.id)
    if callback is None or callback.call != call.id:
        return
    callback.call = None
    if rang:
        callback.tries += 1
        callback.due_at = turn.now + callback.plan.callbacks.interval
    turn.touch_callback(callback.id)


def keep_facts(turn: Turn, facts: CallFacts) -> None:
    """Keep these, until the records' store has them."""
    turn.desk.facts[facts.call] = facts
    turn.touch_facts(facts.call)
    turn.do(KeepFacts(facts))


def facts_of(turn: Turn, call: Call) -> CallFacts:
    """What is kept of a call that ends now."""
    return CallFacts(
        call=call.id,
        desk=turn.desk.plan.desk,
        node=call.node,
        outcome=call.outcome or _outcome(call),
        arrived_at=call.arrived_at,
        ended_at=turn.now,
        queued_at=call.queued_at,
        answered_at=call.talking_since,
        queue=call.queues[-1] if call.queues else None,
        queues=call.queues,
        menu_path=call.menu_path,
        language=call.language,
        subject=call.subject,
        identified=call.identified,
        agent=call.leg.user if call.leg is not None and call.talking_since is not None else None,
        phones_rung=call.attempt,
        callback_of=call.callback,
    )


def facts_of_callback(turn: Turn, callback: Callback) -> CallFacts:
    """What is kept of somebody whom we could not call back."""
    return CallFacts(
        call=CallId(f"{callback.id}.unreached"),
        desk=turn.desk.plan.desk,
        node=callback.node,
        outcome=Outcome.UNREACHED,
        arrived_at=callback.queued_at,
        ended_at=turn.now,
        queued_at=callback.queued_at,
        queue=callback.queue,
        queues=(callback.queue,),
        language=callback.language,
        phones_rung=callback.attempts,
        callback_of=callback.id,
    )


def _outcome(call: Call) -> Outcome:
    if call.talking_since is not None:
        return Outcome.ANSWERED
    return Outcome.LEFT if call.queued_at is None else Outcome.ABANDONED


def lose(turn: Turn, call: Call, *, caller_stays: bool = False) -> None:
    """We lost her: she did not hang up, as far as anybody can tell."""
    if call.talking_since is None and call.outcome is None:
        call.outcome = Outcome.LOST
    end(turn, call, caller_stays=caller_stays)


def facts_kept(turn: Turn, event: FactsKept) -> None:
    """The records' store has them: the desk forgets."""
    for call in event.calls:
        if turn.desk.facts.pop(call, None) is not None:
            turn.note_facts(call)


def forget(turn: Turn, call: Call) -> None:
    """Take an ended call out of the desk; its channels are nobody's from now on."""
    desk = turn.desk
    del desk.calls[call.id]
    for channel in (call.channel, *(leg.channel for leg in call.legs)):
        if desk.call_of_channel.get(channel) == call.id:
            del desk.call_of_channel[channel]
    turn.set_timer(("call", call.id), None)
