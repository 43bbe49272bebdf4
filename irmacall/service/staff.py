"""The desk as an agent's screen sees it (`web.ports.StaffDesk`)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import quote

from irmacall.core import views
from irmacall.core.call import Stage
from irmacall.core.events import HangUpAsked, SeatClaimed, SeatPaused, SeatReleased, WrapUpExtended
from irmacall.core.ids import CallId, Endpoint, GrantNumber, GroupId, QueueId, SeatId, SubjectId, UserId
from irmacall.errors import Refused
from irmacall.service import identity
from irmacall.service.leadership import Leadership
from irmacall.service.screens import Screens
from irmacall.web.ports import (
    Availability,
    CallbackView,
    Card,
    Nudge,
    PanelView,
    QueueView,
    RingingView,
    TalkingView,
)


@dataclass(frozen=True, slots=True)
class Titles:
    """What queues and subjects are called on a screen, and where the CRM is."""

    queues: Mapping[QueueId, str]
    subjects: Mapping[SubjectId, str]
    labels: Mapping[str, str]
    """Field → label, for what a subject asks beside the name."""
    crm_url: str | None = None
    """A template with {call_id} and {subject}; never anything of the caller's."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a user works: the phone that rings for her, and the groups that she belongs to."""

    endpoint: Endpoint
    groups: frozenset[GroupId] = frozenset()


class Staff:
    """Answers for every seat; refuses whatever this daemon cannot prove."""

    def __init__(
        self,
        leadership: Leadership,
        screens: Screens,
        titles: Callable[[], Titles],
        place_of: Callable[[UserId], Awaitable[Place | None]],
    ) -> None:
        """`titles` is asked each time: a site file can be read anew."""
        self._leadership = leadership
        self._screens = screens
        self._titles = titles
        self._place_of = place_of

    async def claim(self, user: UserId, seat: SeatId) -> None:
        """See `StaffDesk.claim`."""
        place = await self._place_of(user)
        if place is None:
            raise Refused("this user has no phone")
        term = self._leadership.term()
        await term.follow_phone(place.endpoint)
        await term.ask(SeatClaimed(user, seat, place.endpoint, place.groups))

    async def pause(self, seat: SeatId, reason: str) -> None:
        """See `StaffDesk.pause`."""
        await self._leadership.term().ask(SeatPaused(seat, reason))

    async def extend_wrap_up(self, seat: SeatId, seconds: float) -> None:
        """See `StaffDesk.extend_wrap_up`."""
        await self._leadership.term().ask(WrapUpExtended(seat, seconds))

    async def hang_up(self, seat: SeatId, call: CallId) -> None:
        """See `StaffDesk.hang_up`."""
        await self._leadership.term().ask(HangUpAsked(seat, call))

    async def panel(self, seat: SeatId, user: UserId) -> PanelView:
        """See `StaffDesk.panel`."""
        groups = await self._groups(seat, user)
        seen, now = views.seat_view(self._leadership.term().desk, user, seat, groups), time.time()
        availability = _availability(seen)
        return PanelView(
            availability=availability,
            reason=_reason(seen),
            since=max(0.0, now - seen.since) if availability == seen.availability.value and seen.has_seat else None,
            left=None if seen.until is None else max(0.0, seen.until - now),
            ringing=self._ringing(seen.call),
            talking=self._talking(seen.call, seat, now),
            waiting=[self._waiting(queue, now) for queue in seen.queues],
            callbacks=[self._callback(callback, now) for callback in seen.callbacks],
        )

    async def _groups(self, seat: SeatId, user: UserId) -> frozenset[GroupId]:
        """Of a session that holds no seat; the desk knows those of one that does."""
        if self._leadership.term().desk.agent_at(seat) is not None:
            return frozenset()
        place = await self._place_of(user)
        return frozenset() if place is None else place.groups

    def _waiting(self, queue: views.QueueView, now: float) -> QueueView:
        longest = 0.0 if queue.since is None else max(0.0, now - queue.since)
        return QueueView(self._queue(queue.queue), queue.waiting, longest, queue.agents, queue.free)

    def _callback(self, callback: views.CallbackView, now: float) -> CallbackView:
        return CallbackView(
            queue=self._queue(callback.queue),
            asked=max(0.0, now - callback.asked_at),
            tries=callback.tries,
            due=max(0.0, callback.due_at - now),
            under_way=callback.under_way,
        )

    def _queue(self, queue: QueueId) -> str:
        return self._titles().queues.get(queue, queue)

    def _ringing(self, call: views.CallView | None) -> RingingView | None:
        if call is None or call.stage is Stage.TALKING:
            return None
        return RingingView(
            call.call,
            self._queue(call.queue),
            self._subject(call),
            call.waited,
            callback=call.callback,
            dialled=call.callback and call.stage in (Stage.DIALLING, Stage.CONNECTING),
            language=call.language,
        )

    def _subject(self, call: views.CallView) -> str | None:
        return None if call.subject is None else self._titles().subjects.get(call.subject, call.subject)

    def _talking(self, call: views.CallView | None, seat: SeatId, now: float) -> TalkingView | None:
        if call is None or call.stage is not Stage.TALKING or call.talking_since is None:
            return None
        granted = None if call.granted is None else call.granted.number
        if granted is not None and self._leadership.term().grants.may_see(seat, call.call, granted) is None:
            granted = None  # Granted but not saved yet: its nudge follows.
        return TalkingView(
            call.call,
            granted,
            call.identified,
            now - call.talking_since,
            self._queue(call.queue),
            self._subject(call),
            call.callback,
            erased=call.erased,
            language=call.language,
        )

    async def reveal(self, seat: SeatId, user: UserId, call: CallId, grant: GrantNumber) -> Card:
        """See `StaffDesk.reveal`: the door's answer, in the order in which a screen wants it."""
        term = self._leadership.term()
        disclosed = await term.door.reveal(seat, user, call, grant)
        known = term.desk.calls.get(call)
        sealed = None if known is None or known.sealed is None else term.desk.disclosures.get(known.sealed)
        crm = self._crm(call, None if sealed is None else sealed.subject)
        language = term.desk.plan.language if known is None else known.language
        return identity.card(disclosed, call, grant, self._titles().labels, crm, language)

    def _crm(self, call: CallId, subject: SubjectId | None) -> str | None:
        template = self._titles().crm_url
        if template is None:
            return None
        return template.replace("{call_id}", quote(call, safe="")).replace("{subject}", quote(subject or "", safe=""))

    @asynccontextmanager
    async def changes(self, seat: SeatId) -> AsyncIterator[AsyncIterator[Nudge]]:
        """See `StaffDesk.changes`. Begins with the whole current state: look at the panel, and there is a card."""
        self._leadership.term()
        async with self._screens.seat_changes(seat) as nudges:
            yield nudges

    # -- what accounts ask (see `accounts.Seats`) ----------------------------------------------------------

    def claimed(self) -> Collection[SeatId]:
        """See `accounts.Seats.claimed`."""
        return self._leadership.term().desk.agent_of_seat.keys()

    def on_the_line(self, seat: SeatId) -> bool:
        """See `accounts.Seats.on_the_line`."""
        desk = self._leadership.term().desk
        agent = desk.agent_at(seat)
        return agent is not None and desk.call_of_agent(agent) is not None

    def release(self, seat: SeatId) -> None:
        """See `accounts.Seats.release`."""
        self._leadership.term().tell(SeatReleased(seat))


def _availability(seen: views.SeatView) -> Availability:
    """A phone that cannot ring makes her unavailable, whatever she said."""
    if seen.availability.value == "available" and (not seen.phone_online or seen.phone_busy):
        return "unavailable"
    return seen.availability.value


def _reason(seen: views.SeatView) -> str | None:
    if seen.seated_elsewhere:
        return "elsewhere"
    if seen.has_seat and seen.availability.value == "available" and not seen.phone_online:
        return "phone-offline"
    if seen.availability.value == "available" and seen.phone_busy:
        return "phone-busy"
    return seen.reason
