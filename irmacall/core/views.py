"""What a screen shows, as a function of the desk: never an identity, only that there is one to ask for."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from irmacall.core import skills
from irmacall.core.agent import Availability
from irmacall.core.call import Call, Consult, Granted, Stage
from irmacall.core.ids import (
    CallId,
    ChannelId,
    GroupId,
    LanguageId,
    QueueId,
    SeatId,
    SubjectId,
    UserId,
    call_of_leg,
)
from irmacall.core.pairing import MOST, Pairing
from irmacall.core.sight import Doubt, Look
from irmacall.core.skills import Profile
from irmacall.core.state import Desk
from irmacall.core.transfer import Asked, Returned


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
    """The caller comes back to her: she passed her on and nobody answered, or they were cut off (`came_back`)."""
    came_back: bool = False
    """The caller was cut off in an earlier call, and is back."""
    held: bool = False
    phone_held: bool = False
    muted: bool = False
    consult: ConsultView | None = None
    returned: Returned | None = None
    """What became of the owner's last wish, where it came to nothing."""
    pairing: Pairing | None = None
    """How far it is that the caller identifies herself now: for the owner, to look at."""
    last_number: bool = False
    """No further pairing number is given for it."""
    doubt: Doubt | None = None
    """Of an erased identity: who said that it is not right."""
    onlooker: Look | None = None
    """Who of management sees the caller beside this seat now."""
    looked: Look | None = None
    """Who of management looked last while this one had her on the line; over now."""


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
    paused_by: UserId | None = None
    """Who paused her, where it was not she herself."""
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
        paused_by=agent.paused_by,
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
        on_line_unseen=any(_is_hers(desk, channel, user) for channel in desk.phone_of_channel),
    )


def _is_hers(desk: Desk, channel: ChannelId, user: UserId) -> bool:
    """Whether this is the phone of who has a caller on the line, or shall have her."""
    call = desk.call_with(channel)
    leg = None if call is None else call.leg_on(channel)
    return leg is not None and leg.user == user


def all_queues(desk: Desk) -> tuple[QueueView, ...]:
    """Every queue, in the order of the plan; behind them those that the site has no longer, and that have callers."""
    return _queues(desk, Profile())


def all_callbacks(desk: Desk) -> tuple[CallbackView, ...]:
    """Everybody who is to be called back, the earliest first."""
    return _callbacks(desk, Profile())


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
        came_back=call.came_back,
        held=call.held,
        phone_held=call.phone_held,
        muted=call.muted,
        consult=None if consult is None else _consult_view(consult),
        returned=call.returned,
        pairing=None if asked else call.pairing,
        last_number=call.paired >= MOST,
        doubt=call.doubt if call.sealed is None else None,
        onlooker=desk.looks.get(call.id) if call.granted is not None and call.granted.seat == seat else None,
        looked=None if asked else _looked(desk, call),
    )


def onlookers(desk: Desk, call: Call) -> frozenset[UserId]:
    """Who of management sees this caller now beside her owner, or has seen her last."""
    looks = (desk.looks.get(call.id), desk.looked.get(call.id))
    return frozenset(look.user for look in looks if look is not None)


def _looked(desk: Desk, call: Call) -> Look | None:
    look = desk.looked.get(call.id)
    return look if look is not None and call.leg is not None and look.owner == call.leg.user else None


def _consult_view(consult: Consult) -> ConsultView:
    by_phone = consult.line is not None
    return ConsultView(consult.state, consult.leg.user, consult.since, by_phone=by_phone, blind=consult.blind)
