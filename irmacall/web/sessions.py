"""Staff logins: aiohttp-session over `Accounts`. The cookie holds a 256-bit key and nothing else.

A session is its user: nothing more is kept in it, so there is nothing to serialise. The seat and the anti-forgery
token are derived from the key.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import Final

from aiohttp import web
from aiohttp_session import AbstractStorage, Session, get_session, new_session

from irmacall.core.ids import SeatId
from irmacall.web import doors
from irmacall.web.accounts import Accounts, SessionKey, User

COOKIE: Final = "__Host-irmacall-staff"
_ACTS: Final = {"/", "/card"}
"""GETs that are an act of a person: opening the page, and having answered a call. So is every POST, and every page
that she goes to: a browser tells that from what a page fetches by itself (Fetch Metadata, `Sec-Fetch-Mode`)."""
_KEY: Final = re.compile(r"[A-Za-z0-9_-]{43}")


def new_key() -> SessionKey:
    """256 random bits (aiohttp-session's own default has 122)."""
    return SessionKey(secrets.token_urlsafe(32))


class AccountSessions(AbstractStorage):
    """Loads and saves logins through `Accounts`."""

    def __init__(self, accounts: Accounts) -> None:
        super().__init__(cookie_name=COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
        self._accounts = accounts

    async def load_session(self, request: web.Request) -> Session:
        """The session of the request's cookie; a new, empty one where that opens nothing."""
        key = self.load_cookie(request)
        if key is None or not _KEY.fullmatch(key):
            return await self.new_session()
        user = await self._accounts.session_user(SessionKey(key), active=_is_act(request))
        if user is None:
            return await self.new_session()
        return Session(SessionKey(key), data={"created": 0, "session": {"user": user}}, new=False)

    async def save_session(self, request: web.Request, response: web.StreamResponse, session: Session) -> None:
        """A login gets a key of its own; a session without its user is over."""
        if session.empty:
            if session.identity is not None:
                await self._accounts.close_session(session.identity)
            response.del_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="Strict")
            return
        key = new_key()
        await self._accounts.open_session(key, session["user"].id)
        self.save_cookie(response, key)


def sent_key(request: web.Request) -> SessionKey | None:
    """The key in the request's cookie, whether it opens anything or not."""
    key = request.cookies.get(COOKIE, "")
    return SessionKey(key) if _KEY.fullmatch(key) else None


def _is_act(request: web.Request) -> bool:
    goes_there = request.headers.get("Sec-Fetch-Mode") == "navigate"
    return request.method == "POST" or request.path in _ACTS or goes_there


async def known_user(request: web.Request) -> User:
    """Who is logged in, where the guard let nobody else past."""
    user = await user_of(request)
    assert user is not None, "a page behind the guard"
    return user


async def user_of(request: web.Request) -> User | None:
    """Who is logged in, if somebody is."""
    user = (await get_session(request)).get("user")
    return user if isinstance(user, User) else None


async def key_of(request: web.Request) -> SessionKey:
    """The key of a login that `user_of` has found."""
    key = (await get_session(request)).identity
    assert isinstance(key, str)
    return SessionKey(key)


async def seat_of(request: web.Request) -> SeatId:
    """This login's seat: named after the session's key, which cannot be found from it."""
    return seat_named(await key_of(request))


def seat_named(key: SessionKey) -> SeatId:
    """The seat of the login with this key."""
    return SeatId(hashlib.sha256(b"irmacall seat " + key.encode()).hexdigest()[:32])


async def given(request: web.Request) -> dict[str, object]:
    """What the one who is logged in sends along with an act. Raises CrossSite without this login's token."""
    doors.must_carry(request.headers.get("X-CSRF-Token"), await key_of(request))
    return await doors.json_object(request)


async def log_in(request: web.Request, accounts: Accounts, user: User) -> None:
    """A login is a new session under a new key; the one before it, if any, is forgotten."""
    old = (await get_session(request)).identity
    if old is not None:
        await accounts.close_session(old)
    (await new_session(request))["user"] = user


async def log_out(request: web.Request) -> None:
    """Forget this login when the answer leaves."""
    (await get_session(request)).invalidate()
