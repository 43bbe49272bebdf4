"""Calls, agents and disclosures as they are saved, and the desk as it is loaded again.

What is saved holds no attribute, no code and no number: opaque ids and times alone. Fields marked unsaved are heard
anew from Asterisk. A record of another version is refused rather than guessed at.
"""

from __future__ import annotations

import dataclasses
import enum
import json
from collections import Counter
from collections.abc import Mapping
from typing import Any, Final

from irmacall.core.agent import Agent, Availability
from irmacall.core.call import Call, Leg, Stage
from irmacall.core.disclosure import Disclosure, Seal
from irmacall.core.ids import CallId, RecordKey, SealedId, SeatId, UserId
from irmacall.core.plan import Plan
from irmacall.core.state import GRANTS_A_FENCE, Desk, Turn

VERSION: Final = 1


class RecordError(ValueError):
    """A saved record cannot be read; the message names the record and no content."""


def record(desk: Desk, key: RecordKey) -> bytes | None:
    """What to save under this key now; None: nothing is left of it, delete it."""
    kind, name = key
    thing: Call | Agent | Disclosure | None
    if kind == "call":
        thing = desk.calls.get(CallId(name))
    elif kind == "agent":
        thing = desk.agents.get(UserId(name))
    else:
        thing = desk.disclosures.get(SealedId(name))
    return None if thing is None else encode(thing)


def encode(thing: Call | Agent | Disclosure) -> bytes:
    """One record as JSON."""
    fields = {f.name: getattr(thing, f.name) for f in dataclasses.fields(thing) if f.metadata.get("saved", True)}
    return json.dumps({"v": VERSION, **fields}, default=_plain, separators=(",", ":")).encode()


def _plain(value: object) -> object:
    if isinstance(value, enum.Enum):
        return value.value
    assert isinstance(value, Leg), type(value)
    return dataclasses.asdict(value)


def load(plan: Plan, fence: int, saved: Mapping[RecordKey, bytes]) -> Desk:
    """The desk from its records. No node is confirmed yet, so nobody sees anything until its snapshot is in."""
    desk = Desk(plan, next_grant=fence * GRANTS_A_FENCE)
    for key, raw in saved.items():
        try:
            _put(desk, key[0], _parse(raw))
        except (ValueError, TypeError, KeyError) as error:
            raise RecordError(f"the saved {key[0]} {key[1]} cannot be read: {type(error).__name__}") from error
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
            agent.seat, agent.availability, agent.reason = None, Availability.AWAY, None


def _parse(raw: bytes) -> dict[str, Any]:
    fields = json.loads(raw)
    if not isinstance(fields, dict) or fields.pop("v", None) != VERSION:
        raise ValueError("another version")
    return fields


def _put(desk: Desk, kind: str, fields: dict[str, Any]) -> None:
    if kind == "call":
        leg = fields.pop("leg")
        call = Call(**{**fields, "stage": Stage(fields["stage"]), "leg": None if leg is None else Leg(**leg)})
        _put_call(desk, call)
    elif kind == "agent":
        _put_agent(desk, Agent(**{**fields, "availability": Availability(fields["availability"])}))
    elif kind == "disclosure":
        _put_disclosure(desk, Disclosure(**{**fields, "seal": Seal(fields["seal"])}))
    else:
        raise ValueError("another kind")


def _put_call(desk: Desk, call: Call) -> None:
    desk.calls[call.id] = call
    desk.call_of_channel[call.channel] = call.id
    if call.leg is not None:
        desk.call_of_channel[call.leg.channel] = call.id
        desk.add_phone_channel(call.leg.endpoint, call.leg.channel, call.node)  # Busy, until its node says otherwise.
    desk.order.place_call(call.id, call.queue, call.node, call.queued_at if call.stage is Stage.WAITING else None)


def _put_agent(desk: Desk, agent: Agent) -> None:
    desk.agents[agent.user] = agent
    if agent.seat is not None:
        desk.agent_of_endpoint[agent.endpoint] = agent.user
        desk.agent_of_seat[agent.seat] = agent.user


def _put_disclosure(desk: Desk, disclosure: Disclosure) -> None:
    desk.disclosures[disclosure.sealed] = disclosure
    desk.sealed_of_page[disclosure.page] = disclosure.sealed
    if disclosure.code is not None:
        desk.sealed_of_code[disclosure.code] = disclosure.sealed
    Turn(desk, 0.0).set_timer(("disclosure", disclosure.sealed), disclosure.next_change)
