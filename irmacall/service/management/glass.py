"""Break-glass as management's screen sees it (`web.management.glass_ports.GlassDesk`): first a reason, then the door.

The reason is one line of the audit log, durable before the desk is even asked: no line, no look.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from irmacall.core import glass
from irmacall.core.call import Call
from irmacall.core.ids import CallId, GrantNumber, SeatId, UserId
from irmacall.core.sight_events import GlassAsked, GlassLeft
from irmacall.errors import Refused
from irmacall.service import identity
from irmacall.service.audit import AuditWriter
from irmacall.service.call_on_screen import Titles
from irmacall.service.directory import Directory
from irmacall.service.leadership import Leadership
from irmacall.web.management.glass_ports import GlassView
from irmacall.web.ports import Card

NOTHING = "nothing to see: the owner has no caller whom she sees, somebody looks already, or this desk allows it not"
CHANGED = "the owner, or the identity, is no longer the one of which her reason was written"


class Glass:
    """Answers for every screen of management that would look. Each method raises PeerUnavailable on a standby."""

    def __init__(
        self, leadership: Leadership, directory: Directory, audit: AuditWriter, titles: Callable[[], Titles]
    ) -> None:
        self._leadership = leadership
        self._directory = directory
        self._audit = audit
        self._titles = titles

    async def look_at(self, agent: UserId, seat: SeatId) -> GlassView | None:
        """See `GlassDesk.look_at`."""
        name = (await self._directory.names([agent])).get(agent)
        desk = self._leadership.term().desk
        if name is None or not desk.plan.break_glass:
            return None
        call = self._call_of(agent)
        seen = None if call is None else glass.view(desk, call.id, seat)
        if call is None or seen is None or seen.owner != agent:
            return GlassView(name)
        now, look = time.time(), seen.look
        stands = None if look is None else self._leadership.term().looks.may_see(seat, call.id, look.grant, now)
        return GlassView(
            name,
            call.id,
            self._titles().queues.get(call.queue, call.queue),
            max(0.0, now - (seen.since or now)),
            taken=seen.taken,
            grant=None if stands is None else stands.grant,
            left=0.0 if look is None else max(0.0, look.until - now),
        )

    def _call_of(self, user: UserId) -> Call | None:
        desk = self._leadership.term().desk
        agent = desk.agents.get(user)
        return None if agent is None else desk.call_of_agent(agent)

    async def ask(self, seat: SeatId, user: UserId, call: CallId, reason: str) -> None:
        """See `GlassDesk.ask`."""
        term = self._leadership.term()
        known = term.desk.calls.get(call)
        owner = None if known is None else known.granted
        sealed = None if owner is None else owner.sealed
        if known is None or owner is None or sealed is None or not glass.can_be_asked(term.desk, known):
            written = None if known is None else call  # It comes from her browser: what is no call is not written.
            self._audit.count("glass_refused", why=NOTHING, user=user, seat=seat, call=written)
            raise Refused(NOTHING)
        over = owner.number
        await self._audit.write("glass", seat=seat, user=user, call=call, grant=over, why=reason)
        # While that was written the call went on: the desk allows this look, and none at another's caller.
        await term.ask(GlassAsked(seat, user, call, over, sealed, time.time() + glass.LONGEST))
        look = term.desk.looks.get(call)
        if look is None or (look.seat, look.over, look.sealed) != (seat, over, sealed):
            why = NOTHING if glass.stands(term.desk.calls.get(call), over, sealed) else CHANGED
            self._audit.count("glass_refused", why=why, user=user, seat=seat, call=call)
            raise Refused(why)

    async def leave(self, seat: SeatId, call: CallId) -> None:
        """See `GlassDesk.leave`."""
        await self._leadership.term().ask(GlassLeft(seat, call))

    async def reveal_by_glass(
        self, seat: SeatId, user: UserId, call: CallId, grant: GrantNumber
    ) -> tuple[Card, float]:
        """See `GlassDesk.reveal_by_glass`."""
        term = self._leadership.term()
        revealed = await term.door.reveal_by_glass(seat, user, call, grant)
        known, look = term.desk.calls.get(call), term.desk.looks.get(call)
        language = term.desk.plan.language if known is None else known.language
        card = identity.card(revealed, call, grant, self._titles().labels, None, language)
        return card, 0.0 if look is None else max(0.0, look.until - time.time())
