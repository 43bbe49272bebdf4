"""What management does to agents and to the desk: each act with a line in the audit log that says who did it."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import structlog

from irmacall.core import wallboard
from irmacall.core.events import SeatPaused, SeatReleased
from irmacall.core.ids import SeatId, UserId
from irmacall.core.state import Desk
from irmacall.errors import Refused
from irmacall.service.audit import AuditWriter
from irmacall.service.directory import Directory
from irmacall.service.emergency import MOST_MINUTES, Emergencies, destination, messages
from irmacall.service.in_force import InForce
from irmacall.service.leadership import Leadership
from irmacall.web.management.ports import EmergencyChoices, EmergencyWish, Place, Refusal

log = structlog.get_logger("irmacall.management")

EndSessions = Callable[[UserId, UserId], Awaitable[frozenset[SeatId]]]
"""Ends every session of the first user at the wish of the second (see `accounts.Logins.end_sessions`)."""


class Acts:
    """Does it, in the term that runs now. Each method raises PeerUnavailable on a standby."""

    def __init__(
        self,
        leadership: Leadership,
        in_force: InForce,
        directory: Directory,
        emergencies: Emergencies,
        audit: AuditWriter,
        end_sessions: EndSessions,
    ) -> None:
        self._leadership = leadership
        self._in_force = in_force
        self._directory = directory
        self._emergencies = emergencies
        self._audit = audit
        self._end_sessions = end_sessions

    async def pause(self, user: UserId, reason: str, by: UserId) -> Refusal | None:
        """See `ManagementDesk.pause`. Raises Refused for a reason that the site does not have."""
        if reason not in self._in_force.now.desk.pause_reasons:
            raise Refused("reason: should be one of the site's")
        seat = self._seat(user)
        if seat is None:
            return "gone"
        whose = await self._whose(user)  # Before the act: from then on nothing stands between it and its line.
        await self._leadership.term().ask(SeatPaused(seat, reason, by))
        if self._seat(user) != seat:
            return "gone"  # She moved, or left, in the same moment.
        self._audit.note("agent_paused", why=f"{whose}: {reason}", user=by)
        log.info("agent paused", action="agent.paused", user=user, by=by)
        return None

    async def log_out(self, user: UserId, by: UserId) -> Refusal | None:
        """See `ManagementDesk.log_out`.

        A caller is never left with somebody who sees no card and has no keys any more: so not while she has a call.
        """
        refused = self._has_a_call(user)
        seat = self._seat(user)
        if refused is not None or seat is None:
            return refused or "gone"
        whose = await self._whose(user)
        term = self._leadership.term()
        # No phone rings for her while her sessions end; one that began to in the same moment is seen below.
        await term.ask(SeatPaused(seat, self._in_force.now.desk.pause_reasons[0], by))
        if (refused := self._has_a_call(user)) is not None:
            return refused
        ended = await self._end_sessions(user, by)
        for each in ended | {seat}:
            await term.ask(SeatReleased(each))
        self._audit.note("sessions_ended", why=f"{whose}: from the wallboard", user=by)
        log.info("agent logged out", action="agent.logged_out", user=user, by=by)
        return None

    def emergency_choices(self) -> EmergencyChoices:
        """See `ManagementDesk.emergency_choices`."""
        desk = self._in_force.now.desk
        queues = [Place(queue.id, queue.title) for queue in desk.queues]
        sounds = [Place(sound, sound) for sound in sorted(messages(desk))]
        return EmergencyChoices(queues, sounds, MOST_MINUTES)

    async def throw_emergency(self, wish: EmergencyWish, by: UserId, name: str) -> None:
        """See `ManagementDesk.throw_emergency`."""
        to = destination(wish.queue, wish.message)
        await self._emergencies.throw(to, wish.minutes, by=name, reason=wish.reason, user=by)

    async def end_emergency(self, by: UserId, name: str) -> bool:
        """See `ManagementDesk.end_emergency`."""
        return await self._emergencies.end(by=name, user=by)

    async def _whose(self, user: UserId) -> str:
        """To whom it was done, as the audit log is searched: by her login, and by her id, which stays hers."""
        known = (await self._directory.known([user])).get(user)
        return user if known is None else f"{known.login} ({user})"

    def _has_a_call(self, user: UserId) -> Refusal | None:
        seen = wallboard.agent_view(self._desk(), user)
        return "on-the-line" if seen is not None and seen.on_the_line else None

    def _seat(self, user: UserId) -> SeatId | None:
        agent = self._desk().agents.get(user)
        return None if agent is None else agent.seat

    def _desk(self) -> Desk:
        return self._leadership.term().desk
