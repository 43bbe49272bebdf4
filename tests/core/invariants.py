"""What must hold after every step of every history: the promise, and a desk that is in step with itself."""

from __future__ import annotations

import math
from collections import Counter
from itertools import pairwise

from irmacall.core import records, skills
from irmacall.core.agent import Agent, Availability, Phone
from irmacall.core.call import BEFORE_THE_QUEUE, WITH_LEG, Call, Stage
from irmacall.core.callback import Callback
from irmacall.core.disclosure import Seal
from irmacall.core.facts import Outcome
from irmacall.core.ids import (
    CallId,
    ChannelId,
    NodeName,
    QueueId,
    RecordKey,
    talk_bridge,
)
from irmacall.core.lines import Strategy
from irmacall.core.queue import FIRST
from irmacall.core.routes import ToQueue
from irmacall.core.state import Desk
from irmacall.core.transfer import Asked
from tests.core.coming_back import what_was_cut_off_is_kept_for_her_alone, who_comes_back_is_her_own_agents_first
from tests.core.plays import code
from tests.core.world import World, is_about, notes_of


def promise(world: World) -> None:
    """What the citizen was promised, at every single instant."""
    only_the_owner_sees(world)
    one_of_management_may_look_for_a_minute(world)
    what_was_seen_is_told(world.leader.desk)

    the_truth_is_what_was_heard_last(world)
    nothing_outlives_its_hour(world)
    every_ended_call_is_burned(world)
    what_was_cut_off_is_kept_for_her_alone(world)
    who_comes_back_is_her_own_agents_first(world)
    a_pairing_binds_to_its_call_alone_and_once(world)
    the_order_is_the_keys(world)
    nobody_is_lost(world)


def hold(world: World) -> None:
    """All of it, after every step."""
    desk = world.leader.desk
    promise(world)
    one_phone_rings_for_one(world)
    lines_are_what_the_records_say(desk, world.told_at)
    nobody_waits_in_vain(desk, world.told_at)
    nobody_waits_where_she_should_not(desk)
    indexes_are_what_the_records_say(desk)
    nobody_is_forgotten(desk)
    what_is_saved_is_what_is_loaded(world)
    numbers_rise(world)


def only_the_owner_sees(world: World) -> None:
    """A grant that stands is that of the seat whose phone, as Asterisk said last, is alone with the caller."""
    held = world.leader.grants.held()
    desk = world.leader.desk
    for grant in held:
        call = desk.calls.get(grant.call)
        assert call is not None, "somebody sees a caller whose call is over"
        assert call.granted is not None, "withdrawn, and still seen"
        assert (call.granted.seat, call.granted.number) == (grant.seat, grant.grant)
    for call in desk.calls.values():
        if call.granted is not None:
            _is_owner(desk, call)
    seats = Counter(call.granted.seat for call in desk.calls.values() if call.granted is not None)
    assert all(number == 1 for number in seats.values()), "one seat, two callers"
    assert all(number == 1 for number in Counter(grant.call for grant in held).values()), "one caller, two seats"


def _is_owner(desk: Desk, call: Call) -> None:
    assert call.granted is not None
    assert call.stage is Stage.TALKING, f"seen while {call.stage.value}"
    assert call.node in desk.confirmed, "seen on the word of a node that is lost"
    assert (call.granted.sealed, call.granted.note) != (None, None), "granted, and nothing to see"
    assert call.granted.sealed in (None, call.sealed)
    assert call.granted.note in (None, call.note)
    assert call.sealed is None or desk.disclosures[call.sealed].seal is Seal.BOUND
    assert call.leg is not None
    assert call.leg.user is not None
    assert call.leg.channel in call.members, "seen by who is not in the caller's bridge"
    assert call.channel in call.members or _put_aside(call), "seen, and the caller is elsewhere"
    assert call.members - {call.channel, call.leg.channel} <= consulted(call), "seen with a third"
    agent = desk.agents[call.leg.user]
    assert (agent.seat, agent.endpoint) == (call.granted.seat, call.leg.endpoint), "seen by another seat"


def _put_aside(call: Call) -> bool:
    """Her owner has let her hear music, or has just taken her back."""
    return call.parked


def consulted(call: Call) -> set[ChannelId]:
    """Who may be in the talk bridge beside the owner and the caller: who is consulted, or was a moment ago."""
    now = set() if call.consult is None else {call.consult.leg.channel}
    return now | set(call.leaving)


def one_of_management_may_look_for_a_minute(world: World) -> None:
    """A look that stands is at an identity that its owner sees, is one a call and a seat, and is over in a minute."""
    desk, held = world.leader.desk, world.leader.looks.held()
    for grant in held:
        look = desk.looks.get(grant.call)
        assert look is not None, "over, and still seen"
        assert (look.seat, look.user, look.grant) == (grant.seat, grant.user, grant.grant)
        assert (grant.sealed, grant.note) == (look.sealed, None)
    for look in desk.looks.values():
        owner = desk.calls[look.call].granted
        assert owner is not None, "management sees whom nobody has on the line"
        assert (owner.number, owner.sealed) == (look.over, look.sealed), "the owner, or the identity, has changed"
        assert (look.seat, look.call, look.over, look.sealed) in world.reasons, "her reason was about another owner"
        assert look.seat != owner.seat
        assert desk.plan.break_glass, "this desk does not allow it"
        assert look.since <= world.told_at < look.until <= look.since + 60, "longer than a minute"
    assert all(number == 1 for number in Counter(look.seat for look in desk.looks.values()).values())


def what_was_seen_is_told(desk: Desk) -> None:
    """A citizen's page tells of nobody that she sees her still, who may not; and no sight ends before it began."""
    for disclosure in desk.disclosures.values():
        call = None if disclosure.call is None else desk.calls.get(disclosure.call)
        look = None if call is None else desk.looks.get(call.id)
        stands = {each.number for each in (call.granted,) if each} if call else set()
        stands |= set() if look is None else {look.grant}
        still = {sight.grant for sight in disclosure.sights if sight.until is None}
        assert still <= stands, "told as if she saw it still"
        assert all(sight.until is None or sight.since <= sight.until for sight in disclosure.sights)


def the_truth_is_what_was_heard_last(world: World) -> None:
    """Whoever sees a caller is in her bridge, with nobody but her and whom she consults, and the caller is there or
    hears music; or word of the contrary is already on its way."""
    for grant in world.leader.grants.held():
        call = world.leader.desk.calls[grant.call]
        assert call.leg is not None
        node, owner = world.nodes[call.node], call.leg.channel
        there = node.bridges.get(talk_bridge(call.id), set())
        told = any(is_about(event, {call.channel, owner}) for event in node.inbox)
        assert told or owner in there, "seen by who is not in the caller's bridge, and nothing will ever tell"
        assert told or there - {call.channel, owner} <= consulted(call), "seen with a third, and nothing will tell"
        assert told or call.channel in there or call.parked, "seen, the caller is elsewhere, and nothing will tell"


def nothing_outlives_its_hour(world: World) -> None:
    """Once the desk has heard of anything, no identity whose hour is over is held, seen, or remembered."""
    desk = world.leader.desk
    for sealed in set(desk.disclosures):
        assert world.expires[sealed] > world.told_at, "an identity, or a note, outlived its hour"
    for grant in world.leader.grants.held():
        assert grant.sealed is None or grant.sealed in desk.disclosures


def every_ended_call_is_burned(world: World) -> None:
    """The vault keeps what waits for its call or belongs to one, and nothing else."""
    desk = world.leader.desk
    alive = {d.sealed for d in desk.disclosures.values() if d.seal is not Seal.ERASED}
    left = world.store.vault - world.orphans - alive - notes_of(desk)
    assert not left, "an identity, or a note, was left in the vault"
    for disclosure in desk.disclosures.values():
        if disclosure.seal is Seal.BOUND:
            assert disclosure.call in desk.calls, "the call is over and its identity is not"
            assert desk.calls[disclosure.call].sealed == disclosure.sealed
    for call in desk.calls.values():
        assert call.sealed is None or desk.disclosures[call.sealed].call == call.id


def a_pairing_binds_to_its_call_alone_and_once(world: World) -> None:
    """What was disclosed during a call is bound to the call whose number was typed in there, and to no other as long
    as its caller was not cut off; one number binds one identity."""
    for disclosure in world.leader.desk.disclosures.values():
        if disclosure.dropped is not None:
            world.cut_off.add(disclosure.sealed)
        if disclosure.sealed not in world.paired or disclosure.sealed in world.cut_off:
            continue
        if disclosure.dropped is not None:  # Hers to use in another call: she was cut off, and may call back.
            del world.paired[disclosure.sealed]
            continue
        number = world.paired[disclosure.sealed]
        assert number is not None, "bound, and nobody typed in a number"
        assert disclosure.call == world.number_of_call[number], "bound to another call"
        assert disclosure.code is None, "what was disclosed for one call can be used in another"
        assert world.bound.setdefault(number, disclosure.sealed) == disclosure.sealed, "a number was used twice"


def one_phone_rings_for_one(world: World) -> None:
    """In truth, at most one of our calls rings at a phone or is on it."""
    busy = Counter(leg.endpoint for _, leg in world.legs() if leg.endpoint and (leg.ringing or leg.up))
    assert all(number == 1 for number in busy.values()), "two calls on one phone"


def lines_are_what_the_records_say(desk: Desk, now: float) -> None:
    """Whoever waits stands in one queue and line, once, in her place; every free agent in her pool."""
    waiting: list[Call | Callback] = [call for call in desk.calls.values() if _in_queue(call)]
    assert all(call.queued_at is not None and call.entered_at is not None for call in waiting)
    waiting += [callback for callback in desk.callbacks.values() if _in_line(desk, callback, now)]
    queues = sorted((queue, *place) for queue, line in desk.order.queues.items() for place in line)
    assert queues == sorted((each.queue, _key(each), each.id) for each in waiting)
    lines = sorted(place for held in desk.order.lines.values() for place in held)
    assert lines == sorted((_key(each), each.id) for each in waiting)
    pools = desk.order.pools.items()
    by_idle = sorted((sorted(pool.nodes), *rank) for pool, free in pools for rank in free.by_idle)
    assert by_idle == sorted((sorted(nodes), agent.idle_since, agent.user) for agent, nodes in _free(desk))
    by_asked = sorted((sorted(pool.nodes), *rank) for pool, free in pools for rank in free.by_asked)
    assert by_asked == sorted((sorted(nodes), agent.asked_at, agent.user) for agent, nodes in _free(desk))


def _in_queue(call: Call) -> bool:
    """Who waits for one person's phone, which needs her node, stands in no queue meanwhile."""
    return call.stage is Stage.WAITING and call.handover is None


def _in_line(desk: Desk, callback: Callback, now: float) -> bool:
    """Whether it stands in a line. Its moment may have come without a wake-up: then it may, and need not yet."""
    if not callback.number or callback.call or callback.id in desk.calls or callback.due_at > now:
        return False
    late = desk.timer_of["callback", callback.id] <= now
    return desk.order.position(callback.id) is not None if late else True


def _key(call: Call | Callback) -> float:
    assert call.queued_at is not None
    first = FIRST if isinstance(call, Call) and call.ahead else 0.0
    behind = call.behind if isinstance(call, Call) else None
    since = call.queued_at if behind is None else behind
    return since - call.plan.rules(call.queue).head_start - first


def _free(desk: Desk) -> list[tuple[Agent, set[NodeName]]]:
    free: list[tuple[Agent, set[NodeName]]] = []
    for agent in desk.agents.values():
        phone = desk.phones.get(agent.endpoint, Phone(agent.endpoint))
        free_now = agent.availability is Availability.AVAILABLE and not phone.channels and phone.online
        if agent.serves and free_now:
            free.append((agent, phone.online))
    return free


def nobody_waits_in_vain(desk: Desk, now: float) -> None:
    """After a turn, nobody waits on a node that reaches somebody free who suits her."""
    for call in desk.calls.values():
        if not _in_queue(call) or call.node not in desk.confirmed:
            continue
        if desk.timer_of.get(("call", call.id), math.inf) <= now:
            continue  # Less may be asked of agents from a moment on of which the desk was not yet told.
        needs = skills.needs(call, call.entered_at or now, now)
        for agent, nodes in _free(desk):
            offers = skills.profile(desk.plan, agent.groups)
            assert call.node not in nodes or not offers.suits(desk.known_queue(call.queue), needs)


def nobody_waits_where_she_should_not(desk: Desk) -> None:
    """In an emergency all wait where it says; without agents nobody waits in a queue that sends her on then."""
    for call in desk.calls.values():
        if not _in_queue(call) or call.node not in desk.confirmed:
            continue
        if desk.emergency is not None:
            assert desk.emergency.to == ToQueue(call.queue), "she waits elsewhere than in the emergency's queue"
        elif not desk.staffed(desk.known_queue(call.queue)):
            assert call.plan.rules(call.queue).nobody in (None, ToQueue(call.queue)), "she waits for nobody"


def the_order_is_the_keys(world: World) -> None:
    """Of each phone that was rung just now: nobody whom its agent suits waits who comes before that caller."""
    desk = world.leader.desk
    for call in desk.calls.values():
        for leg in call.legs:
            if leg.user is None or leg.channel in world.before.legs or call.handover is not None:
                continue
            for other in desk.calls.values():
                if _in_queue(other) and _suits(desk, desk.agents[leg.user], other):
                    assert (_key(call), call.id) <= (_key(other), other.id), "a later caller went first"
            _strategy_is_kept(world, call, desk.agents[leg.user])


def _suits(desk: Desk, agent: Agent, call: Call) -> bool:
    """Whether this agent may have this caller from the first moment on, when most is asked of agents."""
    online = desk.phones.get(agent.endpoint, Phone(agent.endpoint)).online
    if call.node not in desk.confirmed or call.node not in online:
        return False
    offers = skills.profile(desk.plan, agent.groups)
    return offers.suits(desk.known_queue(call.queue), skills.needs(call, 0.0, 0.0))


def _strategy_is_kept(world: World, call: Call, asked: Agent) -> None:
    """Who is still free and suits this caller too comes after who was asked, as her queue's strategy counts."""
    desk, strategy = world.leader.desk, call.plan.rules(call.queue).strategy
    free = [agent for agent, nodes in _free(desk) if call.node in nodes and _suits(desk, agent, call)]
    for other in free:
        assert strategy is not Strategy.RING_ALL, "all were to be asked"
        if strategy is Strategy.LONGEST_IDLE:
            assert (other.idle_since, other.user) > (asked.idle_since, asked.user), "she was idle longer"
        else:
            last = world.before.asked_at.get(asked.user, 0.0)
            assert (other.asked_at, other.user) > (last, asked.user), "it was her turn"


def nobody_is_lost(world: World) -> None:
    """Every caller who arrived is here, or was ended, with one set of facts that says how."""
    desk = world.leader.desk
    assert world.arrived <= set(desk.calls) | set(desk.facts) | set(world.store.facts), "a caller was lost"
    for facts in (*desk.facts.values(), *world.store.facts.values()):
        assert (facts.outcome is Outcome.ANSWERED) == (facts.answered_at is not None)
        assert facts.agent is None or facts.answered_at is not None
        assert facts.agent is None or facts.owners[0] == facts.agent, "who answered had her first"
        assert (facts.owners, facts.passed) == ((), 0) or facts.answered_at is not None
        assert all(before != after for before, after in pairwise(facts.owners)), "the same one had her next"


def indexes_are_what_the_records_say(desk: Desk) -> None:
    """Every index is what one would reckon anew from the records."""
    callers = {call.channel: call.id for call in desk.calls.values()}
    others = {channel: call.id for call in desk.calls.values() for channel in call.own_channels}
    assert desk.call_of_channel == callers | others
    seated = [agent for agent in desk.agents.values() if agent.seat is not None]
    assert desk.agent_of_seat == {agent.seat: agent.user for agent in seated}
    assert desk.agent_of_endpoint == {agent.endpoint: agent.user for agent in seated}
    assert len(desk.agent_of_seat) == len(desk.agent_of_endpoint) == len(seated)
    assert desk.phone_of_channel == {c: phone.endpoint for phone in desk.phones.values() for c in phone.channels}
    disclosures = desk.disclosures.values()
    assert desk.sealed_of_code == {d.code: d.sealed for d in disclosures if d.code is not None}
    assert desk.sealed_of_page == {d.page: d.sealed for d in disclosures}
    pairings = [(call.id, call.pairing) for call in desk.calls.values() if call.pairing is not None]
    assert desk.call_of_pairing == {p.number: call for call, p in pairings if p.number is not None}
    assert desk.call_of_paired_page == {page: call for call, p in pairings for page in p.pages}
    assert set(desk.timers) == {(at, *key) for key, at in desk.timer_of.items()}
    assert len(desk.sealed_of_page) == len(disclosures)


def nobody_is_forgotten(desk: Desk) -> None:
    """Whatever waits for a moment will be told of it."""
    for call in desk.calls.values():
        clocked = call.stage in BEFORE_THE_QUEUE | {
            Stage.RINGING,
            Stage.CONNECTING,
            Stage.LEAVING,
            Stage.CALLBACK,
            Stage.DIALLING,
        }
        clocked |= call.consult is not None and call.consult.state is Asked.RINGING
        if call.node in desk.confirmed and call.stage is not Stage.WAITING:
            assert (("call", call.id) in desk.timer_of) == clocked
        assert call.handover is None or call.stage in (Stage.WAITING, Stage.RINGING, Stage.CONNECTING)
        if call.handover is not None and call.stage is Stage.WAITING and call.node in desk.confirmed:
            assert call.handover.waits, "she waits for nothing"
            assert ("call", call.id) in desk.timer_of, "she may wait for ever"
        assert call.consult is None or call.stage is Stage.TALKING
        assert (("note", call.id) in desk.timer_of) == (call.note is not None)
        live = call.pairing is not None and call.pairing.live
        assert (("pairing", call.id) in desk.timer_of) == live, "a pairing number lives for ever"
        assert bool(call.legs) == (call.stage in WITH_LEG)
        assert len(call.legs) == 1 or call.stage not in (Stage.CONNECTING, Stage.TALKING)
    for callback in desk.callbacks.values():
        assert (("callback", callback.id) in desk.timer_of) == (callback.call is None)
        assert callback.call is None or desk.calls[callback.call].callback == callback.id, "promised, and forgotten"
    for agent in desk.agents.values():
        assert desk.timer_of.get(("agent", agent.user)) == agent.until
        assert (agent.until is not None) == (agent.availability is Availability.WRAP_UP)
    assert {name: look.until for name, look in desk.looks.items()} == {
        CallId(name): at for (kind, name), at in desk.timer_of.items() if kind == "glass"
    }
    for sealed, disclosure in desk.disclosures.items():
        assert desk.timer_of["disclosure", sealed] == disclosure.next_change


def what_is_saved_is_what_is_loaded(world: World) -> None:
    """The desk that a next leader would load is this one; nothing of a code is in it, nor in the desk's print."""
    desk = world.leader.desk
    now = _records(desk)
    again = records.load(world.store.plan, 1, now)
    assert _records(again) == now
    assert (again.sealed_of_code, again.sealed_of_page) == (desk.sealed_of_code, desk.sealed_of_page)
    assert (again.call_of_pairing, again.call_of_paired_page) == (desk.call_of_pairing, desk.call_of_paired_page)
    assert (again.agent_of_seat, again.agent_of_endpoint) == (desk.agent_of_seat, desk.agent_of_endpoint)
    assert again.call_of_channel == desk.call_of_channel
    assert again.expected == desk.expected
    if all(call.plan is again.plan for call in desk.calls.values()):
        assert _lines_of_calls(again) == _lines_of_calls(desk)
    if not (world.leader.unsaved or world.leader.saving):
        assert world.store.saved == now
    for raw in [b"".join(world.store.saved.values()), b"".join(now.values()), repr(desk).encode()]:
        assert not any(code(number).encode() in raw for number in world.codes), "a code is in what is kept"


def _lines_of_calls(desk: Desk) -> list[tuple[QueueId, float, CallId]]:
    queues = desk.order.queues.items()
    return sorted((queue, *place) for queue, line in queues for place in line if place[1] in desk.calls)


def _records(desk: Desk) -> dict[RecordKey, bytes]:
    calls = {("call", call.id): records.encode(call) for call in desk.calls.values()}
    agents = {("agent", agent.user): records.encode(agent) for agent in desk.agents.values()}
    disclosures = {("disclosure", d.sealed): records.encode(d) for d in desk.disclosures.values()}
    facts = {("facts", f.call): records.encode(f) for f in desk.facts.values()}
    emergency = {} if desk.emergency is None else {("emergency", ""): records.encode(desk.emergency)}
    callbacks = {("callback", c.id): records.encode(c) for c in desk.callbacks.values()}
    return calls | agents | disclosures | facts | emergency | callbacks


def numbers_rise(world: World) -> None:
    """No number is given twice, and each is above those that were there before this step, over restarts too."""
    numbers = [grant.grant for grant in world.leader.granted]
    assert len(set(numbers)) == len(numbers)
    assert all(number > world.highest_grant for number in numbers)
    world.highest_grant = max([world.highest_grant, *numbers])
    world.leader.granted.clear()
