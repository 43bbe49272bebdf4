"""Callbacks: she hangs up and keeps her place; when it is her turn an agent is asked first, and then she is called.

A callback is anonymous: her identity was erased when she hung up, and a number proves nobody. Whoever takes the
call is shown that it is one, and asks her who she is.

    asked for ─▶ number noted ─▶ in line ─▶ an agent's phone rings ─▶ hers rings ─▶ they talk
                                    ▲                                    │
                                    └──── not reached: again later ◀─────┘  (`tries` times, within `span`)
"""

from __future__ import annotations

from irmacall.core import clock, disclosures, ending, queue, routing, saying, skills
from irmacall.core.call import Call, Stage, Turning
from irmacall.core.callback import Callback
from irmacall.core.code import Digits
from irmacall.core.commands import CallOut, DialLeg, DropNumber, KeepNumber, Prompt, Say
from irmacall.core.events import NumberKept, NumberRefused, NumberUnfit
from irmacall.core.facts import Outcome
from irmacall.core.ids import CallId, NodeName, callout_call, callout_channel, playback
from irmacall.core.order import Line
from irmacall.core.state import Turn

OWN_NUMBER = "1"
THAT_IS_ALL = "#"
STAY = "*"
FEWEST_DIGITS = 9
NOTED_WITHIN = 10.0
"""Seconds that noting a number may take; after that she waits on, and may ask again."""


# -- in her call -----------------------------------------------------------------------------------------------


def keys_pressed(turn: Turn, call: Call, keys: Digits) -> None:
    """She keys in a number, takes the one that she calls with, or stays."""
    saying.hush(turn, call)
    plain = keys.plain()
    if call.outcome is not None:
        return  # Her number is being noted.
    if STAY in plain:
        stay(turn, call)
        return
    call.keys += keys.numeric()
    if THAT_IS_ALL in plain:
        patience_ended(turn, call)
    else:
        times = call.plan.times
        own = call.keys.plain() == OWN_NUMBER
        turn.set_timer(("call", call.id), turn.now + (times.choice if own else times.next_digit))


def patience_ended(turn: Turn, call: Call) -> None:
    """She has keyed in all that she will."""
    call.saying = False
    keys, call.keys = call.keys, Digits()
    if keys.plain() == OWN_NUMBER:
        _own_number(turn, call)
    elif len(keys) >= FEWEST_DIGITS:
        _note(turn, call, keys)
    elif keys:
        _ask(turn, call, Prompt.CALLBACK_REFUSED)
    else:
        stay(turn, call)


def _own_number(turn: Turn, call: Call) -> None:
    """She takes the number that she calls with. Where that is refused, she is not offered it once more."""
    if call.own_number:
        call.own_number = False
        _note(turn, call, None)
    else:
        _ask(turn, call)


def _ask(turn: Turn, call: Call, *first: Prompt) -> None:
    """Ask for her number, after what is said first."""
    question = Prompt.CALLBACK_NUMBER if call.own_number else Prompt.CALLBACK_OTHER
    saying.ask(turn, call, *(prompt.sound for prompt in (*first, question)))


def stay(turn: Turn, call: Call) -> None:
    """She waits on, where she was."""
    call.outcome = None
    call.turn(Turning.STAYS)
    clock.go_on(turn, call)
    turn.touch_call(call)


def _note(turn: Turn, call: Call, typed: Digits | None) -> None:
    """From here on she may hang up: the promise stands, and needs only the number."""
    assert call.queued_at is not None
    assert call.entered_at is not None
    call.outcome = Outcome.CALLBACK
    span, asked = call.plan.callbacks.span, call.said
    turn.desk.callbacks[call.id] = Callback(
        id=call.id,
        node=call.node,
        queue=call.queue,
        queued_at=call.queued_at,
        entered_at=call.entered_at,
        until=turn.now + span,
        asked_at=turn.now,
        due_at=turn.now,
        language=call.language,
        plan=call.plan,
        asked=asked,
    )
    turn.touch_callback(call.id)
    turn.touch_call(call)
    turn.set_timer(("call", call.id), turn.now + NOTED_WITHIN)
    turn.do(KeepNumber(call.node, call.id, call.channel, typed, asked))


def number_kept(turn: Turn, event: NumberKept) -> None:
    """The promise can be kept: she is told so. Where it was given up meanwhile, her number is forgotten."""
    callback = turn.desk.callbacks.get(event.call)
    if callback is None or callback.asked != event.asked or callback.number not in (None, event.number):
        turn.do(DropNumber(event.number))
        return
    callback.number, callback.node = event.number, event.node
    turn.touch_callback(callback.id)
    call = turn.desk.calls.get(event.call)
    if call is not None and call.stage is Stage.CALLBACK:
        routing.send_away(turn, call, Outcome.CALLBACK, Prompt.CALLBACK_NOTED.sound)


def number_refused(turn: Turn, event: NumberRefused) -> None:
    """She is asked for another number, as long as she is there."""
    callback = turn.desk.callbacks.get(event.call)
    if callback is None or callback.asked != event.asked or callback.number is not None:
        return
    call = turn.desk.calls.get(event.call)
    if call is None:
        unreached(turn, callback)  # She hung up and believes that we call.
        return
    give_up(turn, callback)
    if call.stage is Stage.CALLBACK:
        call.outcome = None
        _ask(turn, call, Prompt.CALLBACK_REFUSED)


def number_unfit(turn: Turn, event: NumberUnfit) -> None:
    """She cannot be called on the number that she calls with: from now on she is asked for another alone.

    This is known a moment after the question began, which then begins anew; keys that she pressed meanwhile stand.
    """
    call = turn.desk.calls.get(event.call)
    if call is None or call.stage is not Stage.CALLBACK or call.outcome is not None or call.said != event.asked:
        return
    call.own_number = False
    if call.saying:
        _ask(turn, call, Prompt.CALLBACK_OFFER)


def forget_unnoted(turn: Turn) -> None:
    """A new leader: nobody will answer any more whether these numbers can be noted. Who is there can ask again."""
    desk = turn.desk
    for callback in [callback for callback in desk.callbacks.values() if callback.number is None]:
        call = desk.calls.get(callback.id)
        if call is None:
            unreached(turn, callback)
        else:
            give_up(turn, callback)
            call.outcome = None
            turn.touch_call(call)


def not_noted(turn: Turn, call: Call) -> None:
    """Nobody answered whether her number is noted: she waits on, and no promise was made."""
    callback = turn.desk.callbacks.get(call.id)
    if callback is not None and callback.number is None:
        give_up(turn, callback)
    stay(turn, call)


def give_up(turn: Turn, callback: Callback) -> None:
    """The promise is kept, or cannot be: nothing of it remains."""
    del turn.desk.callbacks[callback.id]
    turn.set_timer(("callback", callback.id), None)
    turn.desk.order.place_call(callback.id, None)
    turn.touch_callback(callback.id)
    if callback.number is not None:
        turn.do(DropNumber(callback.number))


# -- in line ----------------------------------------------------------------------------------------------------


def place(turn: Turn, name: CallId) -> None:
    """Bring the lines in step with this callback, and wake it when its next moment comes."""
    desk = turn.desk
    callback = desk.callbacks.get(name)
    if callback is None:
        return
    if callback.call is None and _no_more(callback):
        unreached(turn, callback)
        return
    stands_in_line = _due(turn, callback)
    if name not in desk.calls:  # Until she has hung up, a place of this name is her call's.
        desk.order.place_call(name, _place_of(turn, callback) if stands_in_line else None)
    turn.set_timer(("callback", name), _next_moment(turn, callback))


def _no_more(callback: Callback) -> bool:
    """Whether her telephone was rung often enough, or the next time would be too late."""
    too_late = callback.tries > 0 and callback.due_at >= callback.until
    return too_late or callback.tries >= callback.plan.callbacks.tries


def _due(turn: Turn, callback: Callback) -> bool:
    """Whether it can be tried now: her number is noted, she has hung up, and it is not being tried."""
    waits = callback.number is not None and callback.call is None and callback.id not in turn.desk.calls
    return waits and turn.now >= callback.due_at


def _next_moment(turn: Turn, callback: Callback) -> float | None:
    """When time alone changes something for it; a call that is being made for it has times of its own."""
    if callback.call is not None:
        return None
    relaxes = skills.relaxes_at(callback, callback.entered_at, turn.now) if _due(turn, callback) else None
    return min(at for at in (_due_later(turn, callback), relaxes, callback.until) if at is not None)


def _due_later(turn: Turn, callback: Callback) -> float | None:
    return callback.due_at if callback.due_at > turn.now else None


def _place_of(turn: Turn, callback: Callback) -> queue.Place:
    desk = turn.desk
    rules = callback.plan.rules(callback.queue)
    needs = skills.needs(callback, callback.entered_at, turn.now)
    line = Line(desk.known_queue(callback.queue), needs, _node(turn, callback), rules.strategy)
    return callback.queue, line, callback.queued_at - rules.head_start


def _node(turn: Turn, callback: Callback) -> NodeName:
    confirmed = turn.desk.confirmed
    return callback.node if callback.node in confirmed or not confirmed else min(confirmed)


def moment_came(turn: Turn, callback: Callback) -> None:
    """It is time to try (again), or too late."""
    if turn.now >= callback.until and callback.call is None:
        unreached(turn, callback)
    else:
        turn.touched_callbacks[callback.id] = None


def attempt(turn: Turn, callback: Callback, node: NodeName) -> Call:
    """The call that is to keep this promise: an agent is asked in it now."""
    desk = turn.desk
    callback.attempts += 1
    name = callout_call(callback.id, callback.attempts)
    channel = callout_channel(callback.id, callback.attempts)
    call = Call(name, node, channel, callback.queue, turn.now, callback.plan, Stage.WAITING)
    call.queued_at, call.entered_at, call.queues = callback.queued_at, callback.entered_at, (callback.queue,)
    call.language, call.callback = callback.language, callback.id
    desk.calls[call.id] = call
    desk.call_of_channel[channel] = call.id
    callback.call = call.id
    desk.order.place_call(callback.id, None)
    turn.set_timer(("callback", callback.id), None)  # The call that is made for it has times of its own.
    turn.touch_callback(callback.id)
    turn.touch_call(call)
    return call


# -- in the call that is made for it --------------------------------------------------------------------------


def agent_answered(turn: Turn, call: Call) -> None:
    """An agent is there: she is told what this is, and the caller's telephone is rung."""
    callback = turn.desk.callbacks.get(call.callback or CallId(""))
    assert call.leg is not None
    call.turn(Turning.CALLED_OUT)
    turn.touch_call(call)
    if callback is None or callback.number is None:
        ending.end(turn, call)
        return
    call.said += 1
    call.saying = True
    prompt = (Prompt.CALLBACK_AGENT.sound,)
    turn.do(Say(call.node, call.id, call.leg.channel, playback(call.id, call.said), prompt, call.plan.language))
    turn.do(CallOut(call.node, call.id, call.channel, callback.number))
    turn.set_timer(("call", call.id), turn.now + call.plan.callbacks.ring + queue.GRACE)


def telephone_stands(turn: Turn, call: Call) -> None:
    """The channel to her telephone stands: let it ring."""
    turn.do(DialLeg(call.node, call.id, call.channel, int(call.plan.callbacks.ring)))


def not_reached(turn: Turn, call: Call) -> None:
    """Her telephone was not answered: another try later, or none any more (`place`)."""
    ending.end(turn, call)


def kept(turn: Turn, call: Call) -> None:
    """They talk: the promise is kept."""
    callback = turn.desk.callbacks.get(call.callback or CallId(""))
    if callback is not None:
        give_up(turn, callback)
    disclosures.refresh(turn, call)


def unreached(turn: Turn, callback: Callback) -> None:
    """She could not be called back, and will not be any more."""
    ending.keep_facts(turn, ending.facts_of_callback(turn, callback))
    give_up(turn, callback)
