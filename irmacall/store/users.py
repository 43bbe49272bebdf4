"""Who may log in: agents, officials, management and administrators, on SQLite."""

from __future__ import annotations

import json
import re
import secrets
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from irmacall.core.ids import Endpoint, GroupId, UserId
from irmacall.errors import PeerError, Refused
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
    `extension`: what colleagues dial to reach her, which is nobody else's.
    """

    id: UserId
    login: str
    name: str
    role: Role
    endpoint: Endpoint | None
    function: str
    disabled: bool
    groups: frozenset[GroupId] = frozenset()
    department: str = ""
    extension: str | None = None


USER_COLUMNS: Final = "users.id, login, name, role, endpoint, shown_function, disabled, groups, department, extension"
UserRow = tuple[str, str, str, str, str | None, str, int, str, str, str | None]
"""What a query for `USER_COLUMNS` answers: see `user_of`."""
_LONGEST_DEPARTMENT: Final = 80
_EXTENSION: Final = re.compile(r"[0-9]{2,6}")
_PUBLIC: Final = re.compile(r"112|113|144|14[0-9]{3,4}")
"""Numbers of everybody's that are as short: who dials one of these means no colleague."""


async def open_users(path: Path) -> Database:
    """The file that `Users`, `Phones` and `Sessions` share."""
    return await Database.open(path, schema.USERS)


async def officials_phones(database: Database) -> frozenset[Endpoint]:
    """The phones of officials that no agent has too: nobody answers a queue's callers there."""
    rows = await database.run(lambda db: db.execute("SELECT endpoint, role FROM users WHERE NOT disabled").fetchall())
    of = {role: {Endpoint(phone) for phone, kind in rows if phone and kind == role} for role in Role}
    return frozenset(of[Role.OFFICIAL] - of[Role.AGENT])


def extensions_in(file: Path) -> Mapping[str, str]:
    """Extension → login of all who are not disabled, for who only looks: nothing is made, migrated or changed.

    Blocks. Raises `PeerError` when the file fails us.
    """
    question = "SELECT extension, login FROM users WHERE extension IS NOT NULL AND NOT disabled"
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as connection:
            return dict(connection.execute(question).fetchall())
    except sqlite3.Error as error:
        raise PeerError(f"{file.name} cannot be read: {error}") from error


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
        department: str = "",
        extension: str | None = None,
    ) -> User:
        """Add somebody.

        Raises `PasswordRefused`, or `Refused` when the login or the extension is taken or cannot be one, and for an
        official without a phone or with groups.
        """
        user = User(
            UserId(secrets.token_hex(8)),
            _login(login),
            name,
            role,
            endpoint,
            function,
            disabled=False,
            groups=frozenset(groups),
            department=_department(department),
            extension=_extension(extension),
        )
        if role is Role.OFFICIAL and endpoint is None:
            raise Refused("an official needs a phone: nobody could be passed to her")
        _refuse_groups(role, user.groups)
        kept = await self._accepted(password, user)
        await self._database.run(lambda db: _insert(db, user, kept))
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
        """She belongs to these groups and to no other. Raises `Refused` for nobody and for an official's.

        Her sessions go on.
        """
        await self._database.run(lambda db: _set_groups(db, user_id, groups))

    async def set_department(self, user_id: UserId, department: str) -> None:
        """Where she works, as colleagues look for it; empty: nowhere in particular. Raises `Refused` for nobody."""
        kept = _department(department)
        await self._database.run(lambda db: _set(db, user_id, "department", kept))

    async def set_extension(self, user_id: UserId, extension: str | None) -> None:
        """What colleagues dial to reach her; None: nothing. Raises `Refused` for nobody, and where it is taken."""
        kept = _extension(extension)
        await self._database.run(lambda db: _set_extension(db, user_id, kept))

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


def _department(text: str) -> str:
    """As it is shown. Raises `Refused` for what no screen can show."""
    department = " ".join(text.split())
    if len(department) > _LONGEST_DEPARTMENT or not department.isprintable():
        raise Refused(f"a department has at most {_LONGEST_DEPARTMENT} characters, all of them printable")
    return department


def _extension(digits: str | None) -> str | None:
    """As it is dialled. Raises `Refused` for what cannot be."""
    if digits is not None and not _EXTENSION.fullmatch(digits):
        raise Refused("an extension has 2 to 6 digits, and nothing else")
    if digits is not None and _PUBLIC.fullmatch(digits):
        raise Refused(f"{digits} is a public number (112, 113, 144 and 14xxx are), and no extension: give another")
    return digits


def _refuse_groups(role: Role, groups: Collection[GroupId]) -> None:
    if role is Role.OFFICIAL and groups:
        raise Refused("an official serves no queue, and belongs to no group")


def _insert(db: sqlite3.Connection, user: User, kept: str) -> None:
    _refuse_taken(db, user.extension, user.id)
    columns = "id, login, name, password_hash, role, endpoint, shown_function, groups, department, extension"
    groups = _as_text(user.groups)
    values = (user.id, user.login, user.name, kept, user.role, user.endpoint, user.function, groups)
    question = f"INSERT INTO users ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    try:
        db.execute(question, (*values, user.department, user.extension))
    except sqlite3.IntegrityError as error:
        raise Refused(f"there is a user {user.login} already") from error


def _refuse_taken(db: sqlite3.Connection, extension: str | None, by: UserId) -> None:
    """Of a disabled user too: who dials it from memory would reach another."""
    row = db.execute("SELECT login FROM users WHERE extension = ? AND id <> ?", (extension, by)).fetchone()
    if row is not None:
        raise Refused(f"extension {extension} is {row[0]}'s already: give one of them another")


def _set(db: sqlite3.Connection, user_id: UserId, column: str, value: str | None) -> None:
    """Change what neither lets her in nor keeps her out: her sessions go on."""
    if not db.execute(f"UPDATE users SET {column} = ? WHERE id = ?", (value, user_id)).rowcount:
        raise Refused("there is no such user")


def _set_groups(db: sqlite3.Connection, user_id: UserId, groups: Collection[GroupId]) -> None:
    user = _by_id(db, user_id)
    if user is not None:
        _refuse_groups(user.role, groups)
    _set(db, user_id, "groups", _as_text(groups))


def _set_extension(db: sqlite3.Connection, user_id: UserId, extension: str | None) -> None:
    _refuse_taken(db, extension, user_id)
    _set(db, user_id, "extension", extension)


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
    user_id, login, name, role, endpoint, function, disabled, groups, department, extension = row
    phone = None if endpoint is None else Endpoint(endpoint)
    belongs = frozenset(map(GroupId, json.loads(groups)))
    who = UserId(user_id)
    return User(who, login, name, Role(role), phone, function, bool(disabled), belongs, department, extension)


def _as_text(groups: Collection[GroupId]) -> str:
    return json.dumps(sorted(set(groups)))


def _change(db: sqlite3.Connection, user_id: UserId, column: str, value: str | int) -> None:
    """Change what lets her in; whoever was in on the old terms is put out."""
    changed = db.execute(f"UPDATE users SET {column} = ? WHERE id = ?", (value, user_id)).rowcount
    if not changed:
        raise Refused("there is no such user")
    db.execute("DELETE FROM sessions WHERE user_id = ?", (user_id,))
