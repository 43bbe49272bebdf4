"""Who may log in, and who has (`web.ports.Accounts`), with every log-in and log-out in the audit log.

A session that ends, however it ends, ends its seat. An agent who has a caller on the line is at work, whether she
touches her screen or not: her session does not fall idle under a long call.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection
from contextlib import suppress
from typing import Final, Protocol

import structlog

from irmacall.core.ids import SeatId, UserId
from irmacall.errors import PeerError, PeerUnavailable
from irmacall.service.audit import AuditWriter
from irmacall.service.farewells import Farewells
from irmacall.store import users as kept
from irmacall.store.sessions import Sessions
from irmacall.store.throttle import Throttle
from irmacall.store.users import Users
from irmacall.web.accounts import SessionKey, User
from irmacall.web.ports import TooManyTries
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
    """Passwords, sessions, and the seats that end with them.

    `next_term` is asked again and again: its event is set when this daemon begins to lead the next time.
    """

    def __init__(
        self,
        users: Users,
        sessions: Sessions,
        audit: AuditWriter,
        seats: Seats,
        next_term: Callable[[], asyncio.Event],
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._users = users
        self._sessions = sessions
        self._throttle = Throttle()
        self._audit = audit
        self._seats = seats
        self._next_term = next_term
        self._clock = clock
        self._farewells = Farewells()

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
        await self._sessions.begin(key, user, seat_named(key), self._clock())

    async def session_user(self, key: SessionKey, *, active: bool) -> User | None:
        """See `Accounts.session_user`."""
        record = await self._sessions.load(key, self._clock(), used=active)
        if record is None:
            self._end(seat_named(key))
            return None
        return _shown(record.user)

    async def close_session(self, key: SessionKey) -> None:
        """See `Accounts.close_session`."""
        record = await self._sessions.load(key, self._clock(), used=False)
        await self._sessions.delete(key)
        if record is not None:
            self._audit.note("logout", why="asked", user=record.user.id)
        self._end(seat_named(key))

    async def keep_look(self, user: UserId, look: str) -> None:
        """See `Accounts.keep_look`."""
        await self._users.set_look(user, look)

    def ended(self, seats: Collection[SeatId]) -> None:
        """An administrator ended the sessions of these seats: nobody sees a caller there from now on."""
        for seat in seats:
            self._end(seat)

    async def end_sessions(self, user: UserId, by: UserId) -> frozenset[SeatId]:
        """Somebody of management ends every session of this user: the seats of those that there were.

        In each of her browsers it is told who that was.
        """
        who = await self._users.get(by)
        seats = await self._sessions.delete_user(user)
        if who is not None:
            self._farewells.say(seats, who.name)
        return seats

    def ended_by(self, key: SessionKey) -> str | None:
        """See `Accounts.ended_by`."""
        return self._farewells.of(seat_named(key))

    async def run(self) -> None:
        """End the seats of sessions that are over, at every take-over and every while; until cancelled."""
        while True:
            taken_over = self._next_term()
            try:
                await self._sweep()
            except PeerError as error:  # On a standby, or where the file fails us: the next round does it.
                log.debug("sessions not swept", error=str(error))
            with suppress(TimeoutError):
                async with asyncio.timeout(SWEEP_SECONDS):
                    await taken_over.wait()

    async def _sweep(self) -> None:
        # Asked for first: a seat that is claimed from now on has a session that the sweep will find.
        claimed = list(self._seats.claimed())
        at_work = [seat for seat in claimed if self._seats.on_the_line(seat)]
        live = await self._sessions.sweep(self._clock(), at_work)
        for seat in claimed:
            if seat not in live:
                self._end(seat)

    def _end(self, seat: SeatId) -> None:
        try:
            if seat in self._seats.claimed():
                self._seats.release(seat)
        except PeerUnavailable as error:  # A standby's: the sweep ends it when we lead.
            log.info("seat not released yet", error=str(error))


def _shown(user: kept.User) -> User:
    return User(user.id, user.name, user.role.value, user.look)
