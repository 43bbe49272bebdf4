"""How a call ends: nobody sees the caller any more, her identity is erased, and its facts are kept.

Where her line ended and nobody of ours ended it, she may have been cut off: then her identity lies sealed for a
while, for nobody but her (`comeback`).
"""

from __future__ import annotations

from irmacall.core import disclosures
from irmacall.core.agent import Availability
from irmacall.core.call import Call, Leg, Stage, Turning
from irmacall.core.callback import Callback
from irmacall.core.commands import DropNumber, HangUp, KeepFacts, RemoveBridge
from irmacall.core.disclosure import Dropped
from irmacall.core.events import FactsKept
from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import CallId, NumberId, UserId, consult_bridge, talk_bridge
from irmacall.core.state import Turn
from irmacall.core.transfer import ToOutside
from irmacall.core.transfer_commands import Progress, TellPhone


def end(turn: Turn, call: Call, *, caller_stays: bool = True, cut_off: bool = False) -> None:
    """The call is over; what Asterisk still holds of it is taken down.

    `caller_stays`: her channel is still ours, and must be hung up. `cut_off`: her line ended first, and as far as we
    know by no wish of anybody's.
    """
    rang, owner = call.stage in (Stage.DIALLING, Stage.CONNECTING), _owner(call)
    dropped = _dropped(turn, call) if cut_off else None
    call.turn(Turning.ENDED)
    turn.touch_call(call)
    for channel in call.own_channels:
        if caller_stays or channel != call.channel:
            turn.do(HangUp(call.node_of(channel), call.id, channel))
    if call.attempt:
        turn.do(RemoveBridge(call.node, call.id, talk_bridge(call.id)))
    give_up_enquiry(turn, call)
    if call.consult is not None and call.consult.line is not None:
        turn.do(RemoveBridge(call.consult.node, call.id, consult_bridge(call.id)))
    if call.called_back:
        _stands(turn, call, rang=rang)
    else:
        keep_facts(turn, facts_of(turn, call))
    for leg in call.phones:
        freed(turn, call, leg, talked=leg is owner)
    for number in _numbers(call):
        turn.do(DropNumber(number))
    if dropped is None:
        disclosures.erase_of(turn, call)
    else:
        disclosures.keep_of(turn, call, dropped)
    disclosures.erase_note(turn, call)
    if call.id in turn.desk.callbacks:
        turn.touched_callbacks[call.id] = None  # She has hung up: from now on she can be called.


def _dropped(turn: Turn, call: Call) -> Dropped | None:
    """To what she may come back; None: we had said goodbye, she is to be called back, or the site keeps nothing."""
    goes = call.stage is Stage.LEAVING or call.id in turn.desk.callbacks
    kept = call.plan.times.dropped
    if goes or kept <= 0 or call.subject is None:
        return None
    waited_in = call.plan.queue_of(call.subject) if call.queued_at is None else call.queue
    return Dropped(call.id, turn.now, turn.now + kept, waited_in, _who_had_her(call))


def _who_had_her(call: Call) -> UserId | None:
    if call.handover is not None:
        return call.handover.by
    answered = call.stage in (Stage.CONNECTING, Stage.TALKING)
    return call.leg.user if answered and call.leg is not None else None


def give_up_enquiry(turn: Turn, call: Call) -> None:
    """Whose extension it was that her owner's phone keyed in matters no longer."""
    enquiry, call.enquiry = call.enquiry, None
    if enquiry is None:
        return
    if enquiry.line is not None:
        turn.do(HangUp(enquiry.line.node, None, enquiry.line.channel))
    if enquiry.refers and call.leg is not None:
        turn.do(TellPhone(call.node, call.id, call.leg.channel, Progress.DECLINED))


def _numbers(call: Call) -> list[NumberId]:
    """The telephone numbers that were kept for passing it on."""
    rang = [leg.number for leg in call.phones if leg.number is not None]
    return rang + [to.number for to in (call.handover.then if call.handover else ()) if isinstance(to, ToOutside)]


def _owner(call: Call) -> Leg | None:
    return call.leg if call.stage is Stage.TALKING else None


def freed(turn: Turn, call: Call, leg: Leg, *, talked: bool) -> None:
    """This phone has to do with the call no longer. `talked`: she had the caller on the line, and wraps up."""
    agent = None if leg.user is None else turn.desk.agents.get(leg.user)
    if agent is None:
        return
    if talked:  # A phone that only rang, or was consulted, keeps its agent's place.
        agent.idle_since = turn.now
        agent.since = turn.now  # Her clock too: what she was before this call is over.
        wrap_up = call.plan.rules(call.queue).wrap_up
        if wrap_up and agent.serves and agent.availability in (Availability.AVAILABLE, Availability.WRAP_UP):
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
        outcome=_outcome(call),
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
        agent=call.answered_by,
        phones_rung=call.attempt,
        callback_of=call.callback,
        owners=call.owners,
        passed=call.passed,
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
        return Outcome.ANSWERED  # Whatever became of her after that.
    if call.outcome is not None:
        return call.outcome
    return Outcome.LEFT if call.queued_at is None else Outcome.ABANDONED


def lose(turn: Turn, call: Call, *, caller_stays: bool = False, cut_off: bool = True) -> None:
    """We lost her: she did not hang up, as far as anybody can tell. `cut_off`: her line ended, as in `end`."""
    if call.talking_since is None and call.outcome is None:
        call.outcome = Outcome.LOST
    end(turn, call, caller_stays=caller_stays, cut_off=cut_off)


def facts_kept(turn: Turn, event: FactsKept) -> None:
    """The records' store has them: the desk forgets."""
    for call in event.calls:
        if turn.desk.facts.pop(call, None) is not None:
            turn.note_facts(call)


def forget(turn: Turn, call: Call) -> None:
    """Take an ended call out of the desk; its channels are nobody's from now on."""
    desk = turn.desk
    desk.expect(call, None)
    del desk.calls[call.id]
    for channel in call.own_channels:
        if desk.call_of_channel.get(channel) == call.id:
            del desk.call_of_channel[channel]
    turn.set_timer(("call", call.id), None)
    turn.set_timer(("note", call.id), None)
