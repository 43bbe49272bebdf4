"""What a screen shows, as a function of the desk: never an identity, only that there is one to ask for."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from irmacall.core import skills
from irmacall.core.agent import Availability
from irmacall.core.call import BEFORE_THE_QUEUE, Call, Consult, Granted, Stage
from irmacall.core.disclosure import Seal
from irmacall.core.ids import (
    CallId,
    ChannelId,
    GroupId,
    LanguageId,
    PageId,
    QueueId,
    SeatId,
    SubjectId,
    UserId,
    call_of_leg,
)
from irmacall.core.routes import ToCallback
from irmacall.core.skills import Profile
from irmacall.core.state import Desk
from irmacall.core.transfer import Asked, Returned


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
    on_the_line: bool = False
    """Her call goes on; of an erased one too."""
    seen: bool = False
    """Somebody may see now what she disclosed: whoever has her on the line, at a screen."""
    callback: bool = False
    """She can ask to be called back, or has done so. That call will be anonymous."""


@dataclass(frozen=True, slots=True)
class ConsultView:
    """Whom the owner of a call asks about it. `user` None: a number outside."""

    state: Asked
    user: UserId | None
    since: float
    by_phone: bool = False
    """She asks in a second call of her phone, and swaps there."""
    blind: bool = False
    """The caller is passed on as soon as that one answers."""


class Part(enum.Enum):
    """What somebody has to do with a call on her phone."""

    OWNER = "owner"
    """It rings for her, or she has the caller on the line."""
    CONSULTED = "consulted"
    """Its owner asks her about it, or talks with both: she is shown nothing of the caller."""


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
    callback: bool = False
    """We call her back: nobody knows who she is."""
    erased: bool = False
    """She was known in this call, and what she disclosed is gone."""
    language: LanguageId | None = None
    """Which one she chose, where it is not the one in which the desk begins."""
    part: Part = Part.OWNER
    joined_at: float | None = None
    """Since when the one who has her on the line has her."""
    owner: UserId | None = None
    """Who has her on the line: for who is consulted."""
    passed_by: UserId | None = None
    """Who passed her on last, or is passing her on."""
    for_her: bool = False
    """It rings for this one in person: she is passed to her."""
    recall: bool = False
    """She passed this caller on, and nobody answered: the caller comes back."""
    held: bool = False
    phone_held: bool = False
    muted: bool = False
    consult: ConsultView | None = None
    returned: Returned | None = None
    """What became of the owner's last wish, where it came to nothing."""


@dataclass(frozen=True, slots=True)
class QueueView:
    """One queue that an agent serves: how many wait on the line, since when the first of them does, and who is there.

    Who hung up and is to be called back is told of elsewhere (`CallbackView`), though she keeps her place.
    """

    queue: QueueId
    waiting: int
    since: float | None
    """None: nobody waits."""
    agents: int
    """Who hold a seat and serve it."""
    free: int
    """Of these, who can be asked now."""


@dataclass(frozen=True, slots=True)
class CallbackView:
    """Somebody who is to be called back: by when at the latest, and not before when. Never her number."""

    queue: QueueId
    asked_at: float
    due_at: float
    until: float
    tries: int
    under_way: bool


@dataclass(frozen=True, slots=True)
class SeatView:
    """An agent's panel, or an official's, who serves no queue.

    `has_seat` is False in a session that claimed none, or lost its seat to another.
    """

    has_seat: bool
    seated_elsewhere: bool
    availability: Availability
    reason: str | None
    since: float
    """Since when she is in this state."""
    until: float | None
    """When her wrap-up ends by itself."""
    phone_online: bool
    phone_busy: bool
    call: CallView | None
    queues: tuple[QueueView, ...]
    """Those that she serves, in the order of the plan, and behind them those that the site has no longer and in which
    somebody still waits for her."""
    callbacks: tuple[CallbackView, ...]
    """Of those queues, the earliest first."""
    on_line_unseen: bool = False
    """Without a seat: her phone rings for a caller who is passed to her, or she has one on the line."""


class Presence(enum.Enum):
    """Whether somebody can be asked or passed a caller now."""

    FREE = "free"
    BUSY = "busy"
    AWAY = "away"
    """She has no seat, has paused, or her phone cannot be reached: nobody would see who calls."""


def presence(desk: Desk, user: UserId) -> Presence:
    """Whether this one can be asked now."""
    agent = desk.agents.get(user)
    if agent is None or agent.seat is None:
        return Presence.AWAY
    phone = desk.phone(agent.endpoint)
    if phone.channels:
        return Presence.BUSY
    away = agent.availability is Availability.PAUSED or not phone.online
    return Presence.AWAY if away else Presence.FREE


def seat_view(desk: Desk, user: UserId, seat: SeatId, groups: Iterable[GroupId] = ()) -> SeatView:
    """What the panel of this user shows in this session. `groups`: hers, which the desk knows once she has a seat."""
    agent = desk.agents.get(user)
    if agent is None or agent.seat != seat:
        return _nowhere(
            desk, user, skills.profile(desk.plan, groups), elsewhere=agent is not None and agent.seat is not None
        )
    offers = skills.offered(desk.plan, agent)
    phone, call = desk.phone(agent.endpoint), desk.call_of_agent(agent)
    return SeatView(
        has_seat=True,
        seated_elsewhere=False,
        availability=agent.availability,
        reason=agent.reason,
        since=agent.since,
        until=agent.until,
        phone_online=bool(phone.online),
        phone_busy=call is None and any(call_of_leg(channel) is None for channel in phone.channels),
        call=None if call is None else _call_view(desk, call, seat),
        queues=_queues(desk, offers),
        callbacks=_callbacks(desk, offers),
    )


def _nowhere(desk: Desk, user: UserId, offers: Profile, *, elsewhere: bool) -> SeatView:
    """What a session without a seat may know: how busy the queues are that she would serve."""
    return SeatView(
        has_seat=False,
        seated_elsewhere=elsewhere,
        availability=Availability.AWAY,
        reason=None,
        since=0.0,
        until=None,
        phone_online=False,
        phone_busy=False,
        call=None,
        queues=_queues(desk, offers),
        callbacks=_callbacks(desk, offers),
        on_line_unseen=not elsewhere and any(_is_hers(desk, channel, user) for channel in desk.phone_of_channel),
    )


def _is_hers(desk: Desk, channel: ChannelId, user: UserId) -> bool:
    """Whether this is the phone of who has a caller on the line, or shall have her."""
    call = desk.call_with(channel)
    leg = None if call is None else call.leg_on(channel)
    return leg is not None and leg.user == user


def serves(desk: Desk, offers: Profile, queue: QueueId) -> bool:
    """Whether who offers this is shown this queue, which the site may have no longer."""
    return offers.suits(desk.known_queue(queue), frozenset())


def _queues(desk: Desk, offers: Profile) -> tuple[QueueView, ...]:
    dropped = sorted(queue for queue, line in desk.order.queues.items() if line and queue not in desk.plan.queues)
    promised = Counter(desk.order.waits_in(callback) for callback in desk.callbacks)
    return tuple(
        _queue_view(desk, queue, promised[queue])
        for queue in (*desk.plan.queues, *dropped)
        if serves(desk, offers, queue)
    )


def _queue_view(desk: Desk, queue: QueueId, promised: int) -> QueueView:
    """`promised`: how many of those who have a place in it are to be called back."""
    line = desk.order.queues.get(queue) or ()
    agents = sum(number for offers, number in desk.seated.items() if serves(desk, offers, queue))
    pools = desk.order.pools.items()
    free = sum(len(each.by_idle) for pool, each in pools if serves(desk, pool.profile, queue))
    first = next((desk.calls[who] for _, who in line if who in desk.calls), None)
    return QueueView(queue, len(line) - promised, None if first is None else first.queued_at, agents, free)


def _callbacks(desk: Desk, offers: Profile) -> tuple[CallbackView, ...]:
    noted = (each for each in desk.callbacks.values() if each.number is not None)
    mine = [each for each in noted if serves(desk, offers, each.queue)]
    return tuple(
        CallbackView(each.queue, each.asked_at, each.due_at, each.until, each.tries, each.call is not None)
        for each in sorted(mine, key=lambda each: (each.queued_at, each.id))
    )


def _call_view(desk: Desk, call: Call, seat: SeatId) -> CallView:
    disclosure = None if call.sealed is None else desk.disclosures.get(call.sealed)
    until = call.leg.since if call.leg is not None else call.arrived_at
    began = call.entered_at if call.handover is not None else call.queued_at
    agent, owner = desk.agent_at(seat), call.leg.user if call.leg is not None else None
    user, handover, consult = None if agent is None else agent.user, call.handover, call.consult
    asked = consult is not None and agent is not None and consult.leg.endpoint == agent.endpoint
    return CallView(
        call=call.id,
        stage=call.stage,
        queue=call.queue,
        subject=None if disclosure is None else disclosure.subject,
        identified=call.sealed is not None,
        waited=max(0.0, until - (began if began is not None else call.arrived_at)),
        talking_since=call.talking_since,
        callback=call.callback is not None,
        erased=call.identified and call.sealed is None,
        language=call.language if call.language != call.plan.language else None,
        granted=call.granted if call.granted is not None and call.granted.seat == seat else None,
        part=Part.CONSULTED if asked else Part.OWNER,
        joined_at=call.joined_at,
        owner=owner,
        passed_by=call.passed_by,
        for_her=handover is not None and handover.by != user,
        recall=handover is not None and handover.by == user,
        held=call.held,
        phone_held=call.phone_held,
        muted=call.muted,
        consult=None if consult is None else _consult_view(consult),
        returned=call.returned,
    )


def _consult_view(consult: Consult) -> ConsultView:
    by_phone = consult.line is not None
    return ConsultView(consult.state, consult.leg.user, consult.since, by_phone=by_phone, blind=consult.blind)


def page_view(desk: Desk, page: PageId, now: float) -> PageView:
    """What the page that made a disclosure shows."""
    disclosure = desk.disclosure_of(page)
    if disclosure is None:
        return PageView(CitizenStage.UNKNOWN)
    call = None if disclosure.call is None else desk.calls.get(disclosure.call)
    if disclosure.seal is Seal.ERASED:
        return PageView(
            CitizenStage.ERASED,
            disclosure.subject,
            on_the_line=call is not None,
            callback=disclosure.call in desk.callbacks,
        )
    return PageView(
        stage=CitizenStage.SEALED if call is None else _citizen_stage(call),
        subject=disclosure.subject,
        code_live=disclosure.code is not None and disclosure.opens_at(now),
        code_expires_at=disclosure.code_expires_at if disclosure.code is not None else None,
        expires_at=disclosure.expires_at,
        position=None if call is None else desk.order.position(call.id),
        on_the_line=call is not None,
        seen=call is not None and call.granted is not None and call.granted.sealed is not None,
        callback=call is not None and _can_be_called_back(call),
    )


def _can_be_called_back(call: Call) -> bool:
    """Whether her queue offers that to who waits in it."""
    rules = call.plan.rules(call.queue)
    offered = rules.callback or ToCallback() in (rules.full, rules.impatient)
    return offered and _citizen_stage(call) is CitizenStage.WAITING


def _citizen_stage(call: Call) -> CitizenStage:
    if call.stage in BEFORE_THE_QUEUE:
        return CitizenStage.IN_CALL
    return CitizenStage.TALKING if call.stage is Stage.TALKING else CitizenStage.WAITING
