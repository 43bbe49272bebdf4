"""Who may log in, and who has (`web.ports.Accounts`), with every log-in and log-out in the audit log.

A session that ends, however it ends, ends its seat. An agent who has a caller on the line is at work, whether she
touches her screen or not: her session does not fall idle under a long call.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from typing import Final, Protocol

import structlog

from irmacall.core.ids import SeatId, UserId
from irmacall.errors import PeerError, PeerUnavailable
from irmacall.service.audit import AuditWriter
from irmacall.store import users as kept
from irmacall.store.sessions import Sessions
from irmacall.store.throttle import Throttle
from irmacall.store.users import Users
from irmacall.web.ports import SessionKey, TooManyTries, User
from irmacall.web.sessions import seat_named

log = structlog.get_logger("irmacall.accounts")

SWEEP_SECONDS: Final = 15.0


class Seats(Protocol):
    """What accounts need to know of the desk's seats."""

    def claimed(self) -> Collection[SeatId]:
        """The seats that the desk knows. Raises PeerUnavailable on a standby, as the others do."""

    def on_the_line(self, seat: SeatId) -> bool:
        """Whether this seat has a call."""

    def release(self, seat: SeatId) -> None:
        """The seat's session is over."""


class Logins:
    """Passwords, sessions, and the seats that end with them."""

    def __init__(
        self,
        users: Users,
        sessions: Sessions,
        audit: AuditWriter,
        seats: Seats,
        *,
        idle: float,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._throttle = Throttle()
        self._audit = audit
        self._seats = seats
        self._idle = idle
        self._clock = clock
        self._keys: dict[SeatId, SessionKey] = {}
        self._began = time.monotonic()

    async def verify(self, login: str, password: str, address: str) -> User | None:
        """See `Accounts.verify`."""
        now = time.monotonic()
        wait = self._throttle.wait(login, address, now)
        if wait > 0:
            self._audit.note("login_delayed", why="too many wrong passwords from one address")
            raise TooManyTries(wait)
        self._throttle.failed(login, address, now)
        user = await self._users.verify(login, password)
        if user is None:
            self._audit.note("login_failed", why="unknown login, wrong password, or disabled")
            return None
        self._throttle.succeeded(login, address)
        self._audit.note("login", why="password", user=user.id)
        return _shown(user)

    async def open_session(self, key: SessionKey, user: UserId) -> None:
        """See `Accounts.open_session`."""
        await self._sessions.save(key, user, "{}", self._clock())
        self._keys[seat_named(key)] = key

    async def session_user(self, key: SessionKey, *, active: bool) -> User | None:
        """See `Accounts.session_user`."""
        record = await self._sessions.load(key, self._clock(), used=active)
        user = None if record is None or record.user_id is None else await self._users.get(record.user_id)
        if user is None or user.disabled:
            self._end(seat_named(key))
            return None
        self._keys[seat_named(key)] = key
        return _shown(user)

    async def close_session(self, key: SessionKey) -> None:
        """See `Accounts.close_session`."""
        record = await self._sessions.load(key, self._clock(), used=False)
        await self._sessions.delete(key)
        if record is not None:
            self._audit.note("logout", why="asked", user=record.user_id)
        self._end(seat_named(key))

    async def run(self) -> None:
        """End the seats of sessions that are over, until cancelled."""
        while True:
            await asyncio.sleep(SWEEP_SECONDS)
            try:
                await self._sweep_all()
            except PeerError as error:  # On a standby, or where the file fails us: the next round does it.
                log.debug("sessions not swept", error=str(error))

    async def _sweep_all(self) -> None:
        await self._sessions.delete_ended(self._clock())
        for seat in list(self._seats.claimed()):
            await self._sweep(seat)

    async def _sweep(self, seat: SeatId) -> None:
        key = self._keys.get(seat)
        if key is not None:
            await self._sweep_known(seat, key)
        elif time.monotonic() - self._began > self._idle:
            self._end(seat)  # Claimed before we started, and its browser has not been seen since.

    async def _sweep_known(self, seat: SeatId, key: SessionKey) -> None:
        at_work = self._seats.on_the_line(seat)
        if await self._sessions.load(key, self._clock(), used=at_work) is None:
            self._end(seat)

    def _end(self, seat: SeatId) -> None:
        try:
            if seat in self._seats.claimed():
                self._seats.release(seat)
        except PeerUnavailable as error:  # A standby's: its key is kept, by which the sweep ends it when we lead.
            log.info("seat not released yet", error=str(error))
        else:
            self._keys.pop(seat, None)


def _shown(user: kept.User) -> User:
    return User(user.id, user.name, user.role.value)
