"""Who may log in, as the staff's app needs it of the rest."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType, Protocol

from irmacall.core.ids import UserId

SessionKey = NewType("SessionKey", str)
"""The 256-bit secret of one login. It lives in the cookie; the other side keeps a hash."""


@dataclass(frozen=True, slots=True)
class User:
    """Somebody with a login."""

    id: UserId
    name: str
    role: str
    look: str = ""
    """How she wants her pages, as `looks.Look.as_text`; empty where she never said."""


class Accounts(Protocol):
    """Who may log in, and who has."""

    async def verify(self, login: str, password: str, address: str) -> User | None:
        """The user whose password this is, or None. Raises TooManyTries."""

    async def open_session(self, key: SessionKey, user: UserId) -> None:
        """Remember a login under this new key."""

    async def session_user(self, key: SessionKey, *, active: bool) -> User | None:
        """Whose session it is; None when unknown, idle or too old, or its user is disabled.

        `active`: this was an act of a person, so the idle time begins anew.
        """

    async def keep_look(self, user: UserId, look: str) -> None:
        """Remember how she wants her pages, wherever she logs in."""

    async def close_session(self, key: SessionKey) -> None:
        """Forget a login."""

    def ended_by(self, key: SessionKey) -> str | None:
        """The name of who ended this login lately, where that was somebody else."""
