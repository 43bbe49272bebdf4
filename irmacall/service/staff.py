"""The desk as an agent's screen sees it (`web.ports.StaffDesk`)."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import partial
from urllib.parse import quote

from irmacall.core import views
from irmacall.core.events import HangUpAsked, SeatClaimed, SeatPaused, SeatReleased, WrapUpExtended
from irmacall.core.ids import CallId, Endpoint, GrantNumber, GroupId, QueueId, SeatId, SubjectId, UserId
from irmacall.core.sight_events import SeatDoubts
from irmacall.errors import Refused
from irmacall.service import call_on_screen, identity
from irmacall.service.call_on_screen import Titles
from irmacall.service.directory import Directory
from irmacall.service.leadership import Leadership
from irmacall.service.screens import PANEL, Screens
from irmacall.service.transfers import Transfers
from irmacall.service.two_words import Pairs
from irmacall.store.users import Role, User
from irmacall.web.identify_ports import IdentifyView
from irmacall.web.ports import (
    ActName,
    Availability,
    CallbackView,
    Card,
    Nudge,
    PanelView,
    PassOn,
    QueueView,
    TalkingView,
    TargetsView,
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a user works: the phone that rings for her, and the groups that she belongs to."""

    endpoint: Endpoint
    groups: frozenset[GroupId] = frozenset()
    serves: bool = True
    """False: an official, who serves no queue and is called by name."""

    @classmethod
    def of(cls, user: User | None) -> Place | None:
        """Where this one works; None: nowhere, without a phone."""
        if user is None or user.endpoint is None:
            return None
        return cls(user.endpoint, user.groups, serves=user.role is not Role.OFFICIAL)


class Staff:
    """Answers for every seat; refuses whatever this daemon cannot prove."""

    def __init__(
        self,
        leadership: Leadership,
        screens: Screens,
        titles: Callable[[], Titles],
        place_of: Callable[[UserId], Awaitable[Place | None]],
        directory: Directory,
        transfers: Transfers,
        pairs: Pairs,
        identify: Callable[[views.CallView], IdentifyView | None] = lambda _: None,
    ) -> None:
        """`titles` is asked each time: a site file can be read anew. `identify`: what the owner of a call can ask of
        its caller, to know who she is."""
        self._leadership = leadership
        self._screens = screens
        self._titles = titles
        self._place_of = place_of
        self._directory = directory
        self._transfers = transfers
        self._identify = identify
        self._pairs = pairs

    async def claim(self, user: UserId, seat: SeatId) -> None:
        """See `StaffDesk.claim`."""
        place = await self._place_of(user)
        if place is None:
            raise Refused("this user has no phone")
        term = self._leadership.term()
        await term.follow_phone(place.endpoint)
        await term.ask(SeatClaimed(user, seat, place.endpoint, place.groups, place.serves))

    async def pause(self, seat: SeatId, reason: str) -> None:
        """See `StaffDesk.pause`."""
        await self._leadership.term().ask(SeatPaused(seat, reason))

    async def extend_wrap_up(self, seat: SeatId, seconds: float) -> None:
        """See `StaffDesk.extend_wrap_up`."""
        await self._leadership.term().ask(WrapUpExtended(seat, seconds))

    async def hang_up(self, seat: SeatId, call: CallId) -> None:
        """See `StaffDesk.hang_up`."""
        await self._leadership.term().ask(HangUpAsked(seat, call))

    async def doubt(self, seat: SeatId, call: CallId, grant: GrantNumber) -> None:
        """See `StaffDesk.doubt`."""
        await self._leadership.term().ask(SeatDoubts(seat, call, grant))

    async def targets(self, user: UserId, text: str) -> TargetsView:
        """See `StaffDesk.targets`."""
        return await self._transfers.targets(user, text)

    async def pass_on(self, seat: SeatId, user: UserId, call: CallId, wish: PassOn) -> None:
        """See `StaffDesk.pass_on`."""
        await self._transfers.pass_on(seat, user, call, wish)

    async def act(self, seat: SeatId, call: CallId, act: ActName) -> None:
        """See `StaffDesk.act`."""
        await self._transfers.act(seat, call, act)

    async def panel(self, seat: SeatId, user: UserId) -> PanelView:
        """See `StaffDesk.panel`."""
        place = await self._place(seat, user)
        names = await self._directory.names(self._people(seat))
        seen, now = self._seen(seat, user, place), time.time()  # After the last wait: it must be true now.
        zone = self._leadership.term().desk.plan.timezone
        shown = call_on_screen.CallOnScreen(seen.call, user, names, self._titles(), now, zone)
        availability, official = _availability(seen), self._is_official(seat, place)
        return PanelView(
            availability=availability,
            reason=_reason(seen),
            since=max(0.0, now - seen.since) if availability == seen.availability.value and seen.has_seat else None,
            left=None if seen.until is None else max(0.0, seen.until - now),
            ringing=shown.ringing(),
            talking=self._talking(seen.call, shown.talking(self._grant(seen.call, seat))),
            waiting=[] if official else [self._waiting(queue, now) for queue in seen.queues],
            callbacks=[] if official else [self._callback(callback, now) for callback in seen.callbacks],
            official=official,
            paused_by=None if seen.paused_by is None else names.get(seen.paused_by, seen.paused_by),
        )

    def _talking(self, call: views.CallView | None, shown: TalkingView | None) -> TalkingView | None:
        if call is None or shown is None or shown.consulted_by is not None:
            return shown
        return replace(shown, identify=self._identify(call))

    def _people(self, seat: SeatId) -> set[UserId | None]:
        desk = self._leadership.term().desk
        agent = desk.agent_at(seat)
        call = None if agent is None else desk.call_of_agent(agent)
        on_call = call_on_screen.people(call, frozenset() if call is None else views.onlookers(desk, call))
        return on_call if agent is None else on_call | {agent.paused_by}

    def _seen(self, seat: SeatId, user: UserId, place: Place | None) -> views.SeatView:
        groups = frozenset[GroupId]() if place is None else place.groups
        return views.seat_view(self._leadership.term().desk, user, seat, groups)

    async def _place(self, seat: SeatId, user: UserId) -> Place | None:
        """Of a session that holds no seat; the desk knows where one is that does."""
        return None if self._leadership.term().desk.agent_at(seat) is not None else await self._place_of(user)

    def _is_official(self, seat: SeatId, place: Place | None) -> bool:
        agent = self._leadership.term().desk.agent_at(seat)
        if agent is not None:
            return not agent.serves
        return place is not None and not place.serves

    def _grant(self, call: views.CallView | None, seat: SeatId) -> GrantNumber | None:
        """The grant to ask her card with; None as long as it is granted but not saved: its nudge follows."""
        if call is None or call.granted is None:
            return None
        number = call.granted.number
        stands = self._leadership.term().grants.may_see(seat, call.call, number) is not None
        return number if stands else None

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

    async def reveal(self, seat: SeatId, user: UserId, call: CallId, grant: GrantNumber) -> Card:
        """See `StaffDesk.reveal`: the door's answer, in the order in which a screen wants it."""
        term = self._leadership.term()
        known = term.desk.calls.get(call)
        # Before the door is asked: nothing is waited for between its answer and ours.
        names = await self._directory.names([] if known is None or known.note is None else [known.note_by])
        revealed = await term.door.reveal(seat, user, call, grant)
        known = term.desk.calls.get(call)
        sealed = None if known is None or known.sealed is None else term.desk.disclosures.get(known.sealed)
        crm = self._crm(call, None if sealed is None else sealed.subject)
        language = term.desk.plan.language if known is None else known.language
        words = None if sealed is None else self._pairs.of(sealed.sealed)
        said = None if words is None else (words.staff, words.citizen)
        return identity.card(revealed, call, grant, self._titles().labels, crm, language, names, said)

    def _crm(self, call: CallId, subject: SubjectId | None) -> str | None:
        template = self._titles().crm_url
        if template is None:
            return None
        return template.replace("{call_id}", quote(call, safe="")).replace("{subject}", quote(subject or "", safe=""))

    def changes(self, seat: SeatId) -> AbstractContextManager[AsyncIterator[Nudge]]:
        """See `StaffDesk.changes`."""
        return self._screens.seats.mailbox(seat, first=partial(self._so_now, seat))

    def _so_now(self, seat: SeatId) -> list[Nudge]:
        held = self._leadership.term().grants.of(seat)
        return [PANEL] if held is None else [Nudge("card", held.call, held.grant), PANEL]

    # -- what accounts ask (see `accounts.Seats`) ----------------------------------------------------------

    def claimed(self) -> Collection[SeatId]:
        """See `accounts.Seats.claimed`."""
        desk = self._leadership.term().desk
        return desk.agent_of_seat.keys() | {look.seat for look in desk.looks.values()}

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
        return "elsewhere-on-the-line" if seen.on_line_unseen else "elsewhere"
    if seen.on_line_unseen:
        return "on-the-line"
    if seen.has_seat and seen.availability.value == "available" and not seen.phone_online:
        return "phone-offline"
    if seen.availability.value == "available" and seen.phone_busy:
        return "phone-busy"
    return seen.reason
