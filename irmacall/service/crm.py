"""What a CRM is told of each screen: that it is called, talks and is done, by a reference that opens nothing.

It is looked at whenever a seat's own state has changed, and what was told last is remembered by this daemon. Another
one that leads tells what is so then: a CRM may hear the same twice.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Callable
from typing import Literal, Protocol

from irmacall.core.agent import Agent
from irmacall.core.call import Stage
from irmacall.core.ids import CallId, SeatId, UserId
from irmacall.core.state import Desk
from irmacall.crm.webhook import CrmEvent, EventName


class Reference:
    """Names calls for a CRM: a keyed hash of the call's own name, the same each time."""

    def __init__(self, key: bytes) -> None:
        self._key = key

    def __call__(self, call: CallId) -> str:
        """128 bits, hexadecimal."""
        return hmac.new(self._key, b"irmacall crm " + call.encode(), hashlib.sha256).hexdigest()[:32]


class Listener(Protocol):
    """Who is told."""

    def tell(self, event: CrmEvent) -> None:
        """See `crm.webhook.Webhook.tell`."""


class Crm:
    """Tells a CRM of one term's calls."""

    def __init__(self, listener: Listener, reference: Reference, clock: Callable[[], float] = time.time) -> None:
        self._listener = listener
        self._reference = reference
        self._clock = clock
        self._told: dict[UserId, tuple[CallId, EventName]] = {}

    def look(self, desk: Desk, seat: SeatId) -> None:
        """Something changed at this seat: tell what is new."""
        agent = desk.agent_at(seat)
        if agent is None:
            return
        now = told_of(desk, agent)
        before = self._told.pop(agent.user, None)
        if now is not None:
            self._told[agent.user] = now
        if before is not None and (now is None or now[0] != before[0]):
            self._tell("ended", before[0], agent.user)
        if now is not None and now != before:
            self._tell(now[1], now[0], agent.user)

    def _tell(self, event: EventName, call: CallId, user: UserId) -> None:
        self._listener.tell(CrmEvent(secrets.token_hex(16), event, self._reference(call), user, self._clock()))


def told_of(desk: Desk, agent: Agent) -> tuple[CallId, Literal["ringing", "talking"]] | None:
    """The call of hers that a CRM may know of, and how far it is. Who is consulted has no call of her own."""
    call = desk.call_of_agent(agent)
    if call is None or (call.leg is not None and call.leg.user != agent.user):
        return None
    if call.stage is Stage.TALKING:
        return call.id, "talking"
    return (call.id, "ringing") if call.stage in (Stage.RINGING, Stage.CONNECTING) else None
