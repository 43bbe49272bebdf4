"""Who may log in: agents, officials, management and administrators, on SQLite."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from irmacall.core.ids import Endpoint, GroupId, UserId
from irmacall.errors import Refused
from irmacall.store import schema
from irmacall.store.passwords import Hashing, PasswordRefused, objection
from irmacall.store.sqlite import Database


class Role(StrEnum):
    """What a user may do; each role is apart, none holds another."""

    AGENT = "agent"
    OFFICIAL = "official"
    MANAGEMENT = "management"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class User:
    """One person of the municipality. `function` is what citizens are told that they spoke to.

    `groups`: those of the site file that she belongs to; one that the site knows no longer gives her nothing.
    """

    id: UserId
    login: str
    name: str
    role: Role
    endpoint: Endpoint | None
    function: str
    disabled: bool
    groups: frozenset[GroupId] = frozenset()


USER_COLUMNS: Final = "users.id, login, name, role, endpoint, shown_function, disabled, groups"
UserRow = tuple[str, str, str, str, str | None, str, int, str]
"""What a query for `USER_COLUMNS` answers: see `user_of`."""


async def open_users(path: Path) -> Database:
    """The file that `Users`, `Phones` and `Sessions` share."""
    return await Database.open(path, schema.USERS)


class Users:
    """The users of one installation. A login is the same in capitals and in small letters.

    Each method raises `PeerError` when the file fails us.
    """

    def __init__(self, database: Database, hashing: Hashing) -> None:
        self._database = database
        self._hashing = hashing

    async def add_user(
        self,
        login: str,
        name: str,
        role: Role,
        password: str,
        *,
        endpoint: Endpoint | None = None,
        function: str = "",
        groups: Collection[GroupId] = (),
    ) -> User:
        """Add somebody. Raises `PasswordRefused`, or `Refused` when the login is taken or cannot be one."""
        belongs = frozenset(groups)
        user = User(UserId(secrets.token_hex(8)), _login(login), name, role, endpoint, function, False, belongs)
        kept = await self._accepted(password, user)
        try:
            await self._database.run(lambda db: _insert(db, user, kept))
        except sqlite3.IntegrityError as error:
            raise Refused(f"there is a user {user.login} already") from error
        return user

    async def verify(self, login: str, password: str) -> User | None:
        """The user with this login and password, if she may log in. All refusals take the same time."""
        found = await self._database.run(lambda db: _by_login(db, login))
        user, kept = found or (None, None)
        if not await self._hashing.matches(password, kept) or user is None or user.disabled:
            return None
        if kept is not None and self._hashing.is_outdated(kept):
            await self._rehash(user, password, kept)
        return user

    async def get(self, user_id: UserId) -> User | None:
        """The user with this id."""
        return await self._database.run(lambda db: _by_id(db, user_id))

    async def find(self, login: str) -> User | None:
        """The user with this login."""
        found = await self._database.run(lambda db: _by_login(db, login))
        return found[0] if found else None

    async def list_users(self) -> list[User]:
        """Everybody, the disabled too, by login."""
        return await self._database.run(_everybody)

    async def set_password(self, user_id: UserId, password: str) -> None:
        """Give another password, and end all sessions. Raises `PasswordRefused`, or `Refused` for nobody."""
        user = await self.get(user_id)
        if user is None:
            raise Refused("there is no such user")
        kept = await self._accepted(password, user)
        await self._database.run(lambda db: _change(db, user_id, "password_hash", kept))

    async def set_groups(self, user_id: UserId, groups: Collection[GroupId]) -> None:
        """She belongs to these groups and to no other. Raises `Refused` for nobody. Her sessions go on."""
        change, kept = "UPDATE users SET groups = ? WHERE id = ?", _as_text(groups)
        if not await self._database.run(lambda db: db.execute(change, (kept, user_id)).rowcount):
            raise Refused("there is no such user")

    async def disable(self, user_id: UserId) -> None:
        """Let her in no more, and end all her sessions in the same transaction."""
        await self._database.run(lambda db: _change(db, user_id, "disabled", 1))

    async def enable(self, user_id: UserId) -> None:
        """Let her in again."""
        await self._database.run(lambda db: _change(db, user_id, "disabled", 0))

    async def _accepted(self, password: str, user: User) -> str:
        fault = objection(password, user.login, user.name)
        if fault is not None:
            raise PasswordRefused(fault)
        return await self._hashing.hashed(password)

    async def _rehash(self, user: User, password: str, old: str) -> None:
        """Keep the password under today's parameters, unless it was changed meanwhile."""
        new = await self._hashing.hashed(password)
        change = "UPDATE users SET password_hash = ? WHERE id = ? AND password_hash = ?"
        await self._database.run(lambda db: db.execute(change, (new, user.id, old)).rowcount)


def _login(text: str) -> str:
    """The one form of a login. Raises `Refused` for what cannot be typed or told from another."""
    login = text.strip().casefold()
    if not 1 <= len(login) <= 64 or not login.isascii() or not login.isprintable() or " " in login:
        raise Refused("a login has 1 to 64 ASCII characters and no space")
    return login


def _insert(db: sqlite3.Connection, user: User, kept: str) -> None:
    columns = "id, login, name, password_hash, role, endpoint, shown_function, groups"
    groups = _as_text(user.groups)
    values = (user.id, user.login, user.name, kept, user.role, user.endpoint, user.function, groups)
    db.execute(f"INSERT INTO users ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?)", values)


def _by_id(db: sqlite3.Connection, user_id: UserId) -> User | None:
    row = db.execute(f"SELECT {USER_COLUMNS} FROM users WHERE id = ?", (user_id,)).fetchone()
    return None if row is None else user_of(row)


def _by_login(db: sqlite3.Connection, login: str) -> tuple[User, str] | None:
    if not login.isascii():
        return None  # nobody's; and SQLite takes no half of a surrogate pair
    question = f"SELECT {USER_COLUMNS}, password_hash FROM users WHERE login = ?"
    row = db.execute(question, (login.strip().casefold(),)).fetchone()
    return None if row is None else (user_of(row[:-1]), row[-1])


def _everybody(db: sqlite3.Connection) -> list[User]:
    return [user_of(row) for row in db.execute(f"SELECT {USER_COLUMNS} FROM users ORDER BY login")]


def user_of(row: UserRow) -> User:
    """The user of one row of `USER_COLUMNS`."""
    user_id, login, name, role, endpoint, function, disabled, groups = row
    phone = None if endpoint is None else Endpoint(endpoint)
    belongs = frozenset(map(GroupId, json.loads(groups)))
    return User(UserId(user_id), login, name, Role(role), phone, function, bool(disabled), belongs)


def _as_text(groups: Collection[GroupId]) -> str:
    return json.dumps(sorted(set(groups)))


def _change(db: sqlite3.Connection, user_id: UserId, column: str, value: str | int) -> None:
    """Change what lets her in; whoever was in on the old terms is put out."""
    changed = db.execute(f"UPDATE users SET {column} = ? WHERE id = ?", (value, user_id)).rowcount
    if not changed:
        raise Refused("there is no such user")
    db.execute("DELETE FROM sessions WHERE user_id = ?", (user_id,))
