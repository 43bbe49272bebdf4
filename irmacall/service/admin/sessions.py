"""Who is logged in on this machine, and ending that: a session's seat ends with it, in the same moment."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Sequence

from irmacall.core.ids import SeatId, UserId
from irmacall.errors import PeerUnavailable
from irmacall.service.accounts import Logins, Seats
from irmacall.service.audit import AuditWriter
from irmacall.store.audit import AuditKind
from irmacall.store.sessions import SessionRecord, Sessions
from irmacall.store.users import Users
from irmacall.web.accounts import SessionKey
from irmacall.web.admin.ports import SessionView
from irmacall.web.sessions import seat_named


class AdminSessions:
    """See `web.admin.ports.SessionsBook`."""

    def __init__(
        self,
        sessions: Sessions,
        users: Users,
        logins: Logins,
        seats: Seats,
        audit: AuditWriter,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._sessions = sessions
        self._users = users
        self._logins = logins
        self._seats = seats
        self._audit = audit
        self._clock = clock

    async def sessions(self, key: SessionKey) -> Sequence[SessionView]:
        """See `SessionsBook.sessions`."""
        records, own = await self._sessions.list_everybodys(self._clock()), seat_named(key)
        claimed = self._claimed()
        return [_shown(record, own, claimed) for record in records]

    def _claimed(self) -> Collection[SeatId] | None:
        try:
            return self._seats.claimed()
        except PeerUnavailable:  # The desk is another daemon's now.
            return None

    async def end(self, by: UserId, user: UserId, handle: str) -> int:
        """See `SessionsBook.end`."""
        ended = await self._sessions.delete_handle(user, handle)
        await self._over(by, user, ended, "one")
        return len(ended)

    async def end_all(self, by: UserId, user: UserId) -> int:
        """See `SessionsBook.end_all`."""
        ended = await self._sessions.delete_user(user)
        await self._over(by, user, ended, f"all {len(ended)}")
        return len(ended)

    async def _over(self, by: UserId, user: UserId, ended: Collection[SeatId], which: str) -> None:
        self._logins.ended(ended)
        if ended:
            known = await self._users.get(user)
            whose = user if known is None else known.login
            self._audit.note(AuditKind.SESSIONS_ENDED, why=f"{whose}: {which}", user=by)


def _shown(record: SessionRecord, own: SeatId, claimed: Collection[SeatId] | None) -> SessionView:
    user = record.user
    return SessionView(
        handle=record.handle,
        user=user.id,
        login=user.login,
        name=user.name,
        role=user.role.value,
        since=record.created,
        last_act=record.last_seen,
        own=record.seat == own,
        at_work=None if claimed is None else record.seat in claimed,
    )
