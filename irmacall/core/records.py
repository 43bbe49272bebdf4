"""Calls, agents and disclosures as they are saved, and the desk as it is loaded again.

What is saved holds no attribute, no code and no number: opaque ids and times alone. Fields marked unsaved are heard
anew from Asterisk. A record of another version is refused rather than guessed at.
"""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final, get_args

import orjson

from irmacall.core import queue, skills
from irmacall.core.agent import Agent, Availability
from irmacall.core.call import Call, Consult, Leg, Stage
from irmacall.core.callback import Callback
from irmacall.core.disclosure import Disclosure, Dropped, Seal
from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import CallId, RecordKey, SealedId, SeatId, UserId
from irmacall.core.pairing import Pairing, PairingState, Unshared
from irmacall.core.plan import Plan
from irmacall.core.routes import ToMenu, ToMessage, ToQueue
from irmacall.core.sight import Doubt, Sight
from irmacall.core.state import GRANTS_A_FENCE, Desk, Emergency, Turn
from irmacall.core.transfer import Asked, ComesBack, Failure, Handover, Returned, Telephone, ToOutside, ToPerson

Record = Call | Callback | Agent | Disclosure | CallFacts | Emergency
Part = Leg | Consult | Handover | Returned | Pairing | Sight | ComesBack | Dropped
"""What is saved within a record."""

VERSION: Final = 4
"""Of what is written. Still read: 3, of before callers could come back, 2, of before they were passed on, and 1, of
before there were menus."""
_SAVED: Final = {
    kind: tuple(f.name for f in dataclasses.fields(kind) if f.metadata.get("saved", True))
    for kind in (*get_args(Record), *get_args(Part))
}
"""What is saved of each kind."""


class RecordError(ValueError):
    """A saved record cannot be read; the message names the record and no content."""


def record(desk: Desk, key: RecordKey) -> bytes | None:
    """What to save under this key now; None: nothing is left of it, delete it."""
    thing = _thing(desk, *key)
    return None if thing is None else encode(thing)


def _thing(desk: Desk, kind: str, name: str) -> Record | None:
    match kind:
        case "call":
            return desk.calls.get(CallId(name))
        case "agent":
            return desk.agents.get(UserId(name))
        case "disclosure":
            return desk.disclosures.get(SealedId(name))
        case "callback":
            return desk.callbacks.get(CallId(name))
        case "facts":
            return desk.facts.get(CallId(name))
    return desk.emergency


def encode(thing: Record) -> bytes:
    """One record as JSON."""
    return orjson.dumps({"v": VERSION, **_fields(thing)}, _plain, orjson.OPT_PASSTHROUGH_DATACLASS)


def _plain(value: object) -> object:
    if isinstance(value, ToQueue | ToMenu | ToMessage | ToPerson | ToOutside):
        return {"to": type(value).__name__, **dataclasses.asdict(value)}
    assert isinstance(value, Part), type(value)
    return _fields(value)


def _fields(thing: Record | Part) -> dict[str, object]:
    return {name: getattr(thing, name) for name in _SAVED[type(thing)]}


def load(plan: Plan, fence: int, saved: Mapping[RecordKey, bytes]) -> Desk:
    """The desk from its records. No node is confirmed yet, so nobody sees anything until its snapshot is in."""
    desk = Desk(plan, next_grant=fence * GRANTS_A_FENCE)
    for key, raw in saved.items():
        try:
            _put(desk, key[0], _parse(raw))
        except (ValueError, TypeError, KeyError) as error:
            raise RecordError(f"the saved {key[0]} {key[1]} cannot be read: {type(error).__name__}") from error
    for call in desk.calls.values():
        if call.callback in desk.callbacks:
            desk.callbacks[call.callback].call = call.id
    _unseat_rivals(desk)
    return desk


def _unseat_rivals(desk: Desk) -> None:
    """No two agents have one phone or one seat: of records that say so one is old, and which one is not known."""
    seated = [agent for agent in desk.agents.values() if agent.seat is not None]
    phones, seats = Counter(agent.endpoint for agent in seated), Counter(agent.seat for agent in seated)
    for agent in seated:
        if phones[agent.endpoint] > 1 or seats[agent.seat] > 1:
            desk.agent_of_endpoint.pop(agent.endpoint, None)
            desk.agent_of_seat.pop(agent.seat or SeatId(""), None)
            agent.seat, agent.availability, agent.reason, agent.until = None, Availability.AWAY, None, None
            desk.seated[desk.profile_of.pop(agent.user)] -= 1
            Turn(desk, 0.0).set_timer(("agent", agent.user), None)
    desk.seated += Counter()  # Those of whom none is left are no profiles any more.


def _parse(raw: bytes) -> dict[str, Any]:
    fields = orjson.loads(raw)
    version = fields.pop("v", None) if isinstance(fields, dict) else None
    if version not in (1, 2, 3, VERSION):
        raise ValueError("another version")
    return _renewed(fields) if version == 1 else fields


def _renewed(fields: dict[str, Any]) -> dict[str, Any]:
    """A record of version 1 as one of 2: a call had one leg, or none."""
    if "leg" in fields:
        leg = fields.pop("leg")
        fields["legs"] = [] if leg is None else [leg]
        fields["queues"] = [fields["queue"]] if fields["queued_at"] is not None else []
        fields["entered_at"] = fields["queued_at"]
        fields["identified"] = fields["sealed"] is not None
    return fields


def _put(desk: Desk, kind: str, fields: dict[str, Any]) -> None:
    if kind == "call":
        _put_call(desk, _call(desk.plan, fields), fields.get("comes_back"))
    elif kind == "facts":
        facts = CallFacts(**{**fields, "outcome": Outcome(fields["outcome"]), **_tuples(fields)})
        desk.facts[facts.call] = facts
    elif kind == "callback":
        _put_callback(desk, Callback(**fields, plan=desk.plan))
    elif kind == "emergency":
        _put_emergency(desk, fields)
    elif kind == "agent":
        _put_agent(desk, Agent(**{**fields, "availability": Availability(fields["availability"]), **_tuples(fields)}))
    elif kind == "disclosure":
        _put_disclosure(desk, _disclosure(fields))
    else:
        raise ValueError("another kind")


def _tuples(fields: Mapping[str, Any]) -> dict[str, Any]:
    """JSON has no tuples."""
    return {name: tuple(value) for name, value in fields.items() if isinstance(value, list)}


def _call(plan: Plan, fields: dict[str, Any]) -> Call:
    outcome, first = fields.get("outcome"), fields.get("answered_by")
    call = Call(
        **{
            "owners": () if first is None else (first,),  # Of before they were remembered: as far as it is known.
            **fields,
            **_tuples(fields),
            "plan": plan,
            "stage": Stage(fields["stage"]),
            "legs": tuple(Leg(**leg) for leg in fields["legs"]),
            "outcome": None if outcome is None else Outcome(outcome),
            "consult": _consult(fields.get("consult")),
            "handover": _handover(fields.get("handover")),
            "returned": _returned(fields.get("returned")),
            "pairing": _pairing(fields.get("pairing")),
            "doubt": _doubt(fields),
            "comes_back": None,
        }
    )
    if call.stage is Stage.WAITING and call.entered_at is None:
        raise ValueError("it waits, and since when is not known")
    return call


def _disclosure(fields: dict[str, Any]) -> Disclosure:
    sights = tuple(Sight(**sight) for sight in fields.get("sights", ()))
    dropped = fields.get("dropped")
    parts = {
        "seal": Seal(fields["seal"]),
        "sights": sights,
        "doubt": _doubt(fields),
        "dropped": None if dropped is None else Dropped(**dropped),
    }
    return Disclosure(**{**fields, **parts})


def _doubt(fields: dict[str, Any]) -> Doubt | None:
    doubt = fields.get("doubt")
    return None if doubt is None else Doubt(doubt)


def _consult(fields: dict[str, Any] | None) -> Consult | None:
    if fields is None:
        return None
    return Consult(**{**fields, "leg": Leg(**fields["leg"]), "state": Asked(fields["state"])})


def _handover(fields: dict[str, Any] | None) -> Handover | None:
    if fields is None:
        return None
    return Handover(**{**fields, "then": tuple(_telephone(dict(to)) for to in fields["then"])})


def _telephone(to: dict[str, Any]) -> Telephone:
    kinds: Mapping[str, type[Telephone]] = {kind.__name__: kind for kind in (ToPerson, ToOutside)}
    return kinds[to.pop("to")](**to)


def _returned(fields: dict[str, Any] | None) -> Returned | None:
    if fields is None:
        return None
    return Returned(Failure(fields["why"]), fields["user"], fields.get("stayed", False))


def _pairing(fields: dict[str, Any] | None) -> Pairing | None:
    if fields is None:
        return None
    why = None if fields["why"] is None else Unshared(fields["why"])
    return Pairing(**{**fields, "state": PairingState(fields["state"]), "why": why})


def _put_pairing(desk: Desk, call: CallId, pairing: Pairing | None) -> None:
    if pairing is None:
        return
    if pairing.number is not None:
        desk.call_of_pairing[pairing.number] = call
    desk.call_of_paired_page.update(dict.fromkeys(pairing.pages, call))
    Turn(desk, 0.0).set_timer(("pairing", call), pairing.until if pairing.live else None)


def _put_call(desk: Desk, call: Call, back: dict[str, Any] | None) -> None:
    desk.calls[call.id] = call
    desk.expect(call, None if back is None else ComesBack(**back))
    for channel in call.own_channels:
        desk.call_of_channel[channel] = call.id
    for leg in call.phones:
        if leg.number is None:
            node = call.node_of(leg.channel)
            desk.add_phone_channel(leg.endpoint, leg.channel, node)  # Busy, until its node says otherwise.
    Turn(desk, 0.0).set_timer(("note", call.id), call.note_until)
    _put_pairing(desk, call.id, call.pairing)
    queue.place(Turn(desk, call.entered_at or 0.0), call)


def _put_callback(desk: Desk, callback: Callback) -> None:
    """One whose number was not noted is a promise that was not made: its time ends it."""
    desk.callbacks[callback.id] = callback
    Turn(desk, 0.0).set_timer(("callback", callback.id), callback.until)


def _put_emergency(desk: Desk, fields: dict[str, Any]) -> None:
    to = dict(fields["to"])
    kinds = {kind.__name__: kind for kind in (ToQueue, ToMenu, ToMessage)}
    desk.emergency = Emergency(kinds[to.pop("to")](**to), fields["until"])
    Turn(desk, 0.0).set_timer(("emergency", ""), desk.emergency.until)


def _put_agent(desk: Desk, agent: Agent) -> None:
    desk.agents[agent.user] = agent
    if agent.seat is not None:
        desk.agent_of_endpoint[agent.endpoint] = agent.user
        desk.agent_of_seat[agent.seat] = agent.user
        offers = skills.offered(desk.plan, agent)
        desk.profile_of[agent.user] = offers
        desk.seated[offers] += 1
    if agent.until is not None:
        Turn(desk, 0.0).set_timer(("agent", agent.user), agent.until)


def _put_disclosure(desk: Desk, disclosure: Disclosure) -> None:
    desk.disclosures[disclosure.sealed] = disclosure
    rival = desk.disclosures.get(desk.sealed_of_page.get(disclosure.page, SealedId("")))
    if rival is None or rival.started_at <= disclosure.started_at:
        desk.sealed_of_page[disclosure.page] = disclosure.sealed
    if disclosure.code is not None:
        desk.sealed_of_code[disclosure.code] = disclosure.sealed
    Turn(desk, 0.0).set_timer(("disclosure", disclosure.sealed), disclosure.next_change)
