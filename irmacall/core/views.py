"""What a screen shows, as a function of the desk: never an identity, only that there is one to ask for."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from irmacall.core.agent import Availability
from irmacall.core.call import BEFORE_THE_QUEUE, Call, Granted, Stage
from irmacall.core.disclosure import Seal
from irmacall.core.ids import CallId, PageId, QueueId, SeatId, SubjectId, UserId
from irmacall.core.state import Desk


class CitizenStage(enum.Enum):
    """Where a citizen's disclosure is, as her page says it."""

    UNKNOWN = "unknown"
    SEALED = "sealed"
    IN_CALL = "in_call"
    WAITING = "waiting"
    TALKING = "talking"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class PageView:
    """What one citizen's page may know. `code_live`: there is a code that still opens it."""

    stage: CitizenStage
    subject: SubjectId | None = None
    code_live: bool = False
    code_expires_at: float | None = None
    expires_at: float | None = None
    position: int | None = None


@dataclass(frozen=True, slots=True)
class CallView:
    """A call on an agent's phone. `granted` is set while this seat may ask for the caller's card."""

    call: CallId
    stage: Stage
    queue: QueueId
    subject: SubjectId | None
    identified: bool
    waited: float
    talking_since: float | None
    granted: Granted | None


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue in which somebody waits: how many do, and since when the first of them does."""

    queue: QueueId
    waiting: int
    since: float


@dataclass(frozen=True, slots=True)
class SeatView:
    """An agent's panel. `has_seat` is False in a session that claimed none, or lost its seat to another."""

    has_seat: bool
    seated_elsewhere: bool
    availability: Availability
    reason: str | None
    phone_online: bool
    phone_busy: bool
    call: CallView | None
    queues: tuple[QueueView, ...]


def seat_view(desk: Desk, user: UserId, seat: SeatId) -> SeatView:
    """What the panel of this user shows in this session."""
    agent = desk.agents.get(user)
    queues = _queues(desk)
    if agent is None or agent.seat != seat:
        elsewhere = agent is not None and agent.seat is not None
        return SeatView(False, elsewhere, Availability.AWAY, None, False, False, None, queues)
    phone, call = desk.phone(agent.endpoint), desk.call_of_agent(agent)
    return SeatView(
        has_seat=True,
        seated_elsewhere=False,
        availability=agent.availability,
        reason=agent.reason,
        phone_online=bool(phone.online),
        phone_busy=bool(phone.channels) and call is None,
        call=None if call is None else _call_view(desk, call, seat),
        queues=queues,
    )


def _queues(desk: Desk) -> tuple[QueueView, ...]:
    return tuple(
        QueueView(queue, len(line), _since(desk, line[0][1])) for queue, line in desk.order.queues.items() if line
    )


def _since(desk: Desk, first: CallId) -> float:
    who = desk.calls.get(first) or desk.callbacks[first]
    return who.queued_at or 0.0


def _call_view(desk: Desk, call: Call, seat: SeatId) -> CallView:
    disclosure = None if call.sealed is None else desk.disclosures.get(call.sealed)
    until = call.leg.since if call.leg is not None else call.arrived_at
    return CallView(
        call=call.id,
        stage=call.stage,
        queue=call.queue,
        subject=None if disclosure is None else disclosure.subject,
        identified=call.sealed is not None,
        waited=until - (call.queued_at if call.queued_at is not None else call.arrived_at),
        talking_since=call.talking_since,
        granted=call.granted if call.granted is not None and call.granted.seat == seat else None,
    )


def page_view(desk: Desk, page: PageId, now: float) -> PageView:
    """What the page that made a disclosure shows."""
    disclosure = desk.disclosure_of(page)
    if disclosure is None:
        return PageView(CitizenStage.UNKNOWN)
    call = None if disclosure.call is None else desk.calls.get(disclosure.call)
    if disclosure.seal is Seal.ERASED:
        return PageView(CitizenStage.ERASED, disclosure.subject)
    return PageView(
        stage=CitizenStage.SEALED if call is None else _citizen_stage(call),
        subject=disclosure.subject,
        code_live=disclosure.code is not None and disclosure.opens_at(now),
        code_expires_at=disclosure.code_expires_at if disclosure.code is not None else None,
        expires_at=disclosure.expires_at,
        position=None if call is None else desk.order.position(call.id),
    )


def _citizen_stage(call: Call) -> CitizenStage:
    if call.stage in BEFORE_THE_QUEUE:
        return CitizenStage.IN_CALL
    return CitizenStage.TALKING if call.stage is Stage.TALKING else CitizenStage.WAITING
