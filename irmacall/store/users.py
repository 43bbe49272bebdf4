"""Who may log in: agents, officials, management and administrators, on SQLite."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Collection, Mapping
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from irmacall.core.ids import Endpoint, GroupId, SeatId, UserId
from irmacall.errors import PeerError
from irmacall.store import schema, user_rules
from irmacall.store.passwords import Hashing, PasswordRefused, objection
from irmacall.store.sqlite import Database
from irmacall.store.user_rules import UserFault, UserRefused


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
    `extension`: what colleagues dial to reach her, which is nobody else's. `look`: how she wants her screen (the
    web's own words); empty where she never said.
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
    look: str = ""


USER_COLUMNS: Final = (
    "users.id, login, name, role, endpoint, shown_function, disabled, groups, department, extension, look"
)
UserRow = tuple[str, str, str, str, str | None, str, int, str, str, str | None, str]
"""What a query for `USER_COLUMNS` answers: see `user_of`."""


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

        Raises `PasswordRefused`, or `UserRefused` when the login or the extension is taken or cannot be one, and for
        an official without a phone or with groups.
        """
        user = User(
            UserId(secrets.token_hex(8)),
            user_rules.login_of(login),
            user_rules.name_of(name),
            role,
            endpoint,
            user_rules.function_of(function),
            disabled=False,
            groups=frozenset(groups),
            department=user_rules.department_of(department),
            extension=user_rules.extension_of(extension),
        )
        if role is Role.OFFICIAL:
            user_rules.refuse_an_officials(endpoint, user.groups)
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
        return await self._database.run(lambda db: by_id(db, user_id))

    async def find(self, login: str) -> User | None:
        """The user with this login."""
        found = await self._database.run(lambda db: _by_login(db, login))
        return found[0] if found else None

    async def list_users(self) -> list[User]:
        """Everybody, the disabled too, by login."""
        return await self._database.run(_everybody)

    async def set_password(self, user_id: UserId, password: str) -> frozenset[SeatId]:
        """Give another password, and end all sessions: the seats of those that were open.

        Raises `PasswordRefused`, or `UserRefused` for nobody.
        """
        user = await self.get(user_id)
        if user is None:
            raise user_rules.nobody()
        kept = await self._accepted(password, user)
        return await self._database.run(lambda db: _change(db, user_id, "password_hash", kept))

    async def set_groups(self, user_id: UserId, groups: Collection[GroupId]) -> None:
        """She belongs to these groups and to no other. Raises `UserRefused` for nobody and for an official's.

        Her sessions go on.
        """
        await self._database.run(lambda db: _set_groups(db, user_id, groups))

    async def set_department(self, user_id: UserId, department: str) -> None:
        """Where she works, as colleagues look for it; empty: nowhere in particular. Raises `Refused` for nobody."""
        kept = user_rules.department_of(department)
        await self._database.run(lambda db: _set(db, user_id, "department", kept))

    async def set_extension(self, user_id: UserId, extension: str | None) -> None:
        """What colleagues dial to reach her; None: nothing. Raises `Refused` for nobody, and where it is taken."""
        kept = user_rules.extension_of(extension)
        await self._database.run(lambda db: _set_extension(db, user_id, kept))

    async def set_look(self, user_id: UserId, look: str) -> None:
        """How she wants her screen, in the web's own words. Raises `Refused` for nobody."""
        await self._database.run(lambda db: _set(db, user_id, "look", look))

    async def disable(self, user_id: UserId) -> frozenset[SeatId]:
        """Let her in no more, and end all her sessions in the same transaction: the seats of those that were open.

        Raises `UserRefused` for nobody, and for the last administrator.
        """
        return await self._database.run(lambda db: _disable(db, user_id))

    async def enable(self, user_id: UserId) -> None:
        """Let her in again. Raises `UserRefused` for nobody."""
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


def _insert(db: sqlite3.Connection, user: User, kept: str) -> None:
    refuse_taken(db, user.extension, user.id)
    columns = "id, login, name, password_hash, role, endpoint, shown_function, groups, department, extension"
    groups = groups_as_text(user.groups)
    values = (user.id, user.login, user.name, kept, user.role, user.endpoint, user.function, groups)
    question = f"INSERT INTO users ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    try:
        db.execute(question, (*values, user.department, user.extension))
    except sqlite3.IntegrityError as error:
        raise UserRefused(UserFault.LOGIN_TAKEN, f"there is a user {user.login} already", user.login) from error


def refuse_taken(db: sqlite3.Connection, extension: str | None, by: UserId) -> None:
    """Raises `UserRefused` where another has it, disabled or not: who dials it from memory would reach another."""
    row = db.execute("SELECT login FROM users WHERE extension = ? AND id <> ?", (extension, by)).fetchone()
    if row is not None:
        told = f"extension {extension} is {row[0]}'s already: give one of them another"
        raise UserRefused(UserFault.EXTENSION_TAKEN, told, row[0])


def refuse_the_last_admin(db: sqlite3.Connection, user: User) -> None:
    """Raises `UserRefused` where nobody else could administer if this one no longer could."""
    others = "SELECT 1 FROM users WHERE role = ? AND NOT disabled AND id <> ? LIMIT 1"
    could = user.role is Role.ADMIN and not user.disabled
    if could and db.execute(others, (Role.ADMIN, user.id)).fetchone() is None:
        told = f"{user.login} is the last one who can administer: let in another first (`irmacall user add`)"
        raise UserRefused(UserFault.LAST_ADMIN, told)


def _set(db: sqlite3.Connection, user_id: UserId, column: str, value: str | None) -> None:
    """Change what neither lets her in nor keeps her out: her sessions go on."""
    if not db.execute(f"UPDATE users SET {column} = ? WHERE id = ?", (value, user_id)).rowcount:
        raise user_rules.nobody()


def _set_groups(db: sqlite3.Connection, user_id: UserId, groups: Collection[GroupId]) -> None:
    user = by_id(db, user_id)
    if user is not None and user.role is Role.OFFICIAL:
        user_rules.refuse_an_officials_groups(groups)
    _set(db, user_id, "groups", groups_as_text(groups))


def _set_extension(db: sqlite3.Connection, user_id: UserId, extension: str | None) -> None:
    refuse_taken(db, extension, user_id)
    _set(db, user_id, "extension", extension)


def by_id(db: sqlite3.Connection, user_id: UserId) -> User | None:
    """The user with this id, for who is in the file's thread."""
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
    user_id, login, name, role, endpoint, function, disabled, groups, department, extension, look = row
    phone = None if endpoint is None else Endpoint(endpoint)
    belongs = frozenset(map(GroupId, json.loads(groups)))
    who = UserId(user_id)
    return User(who, login, name, Role(role), phone, function, bool(disabled), belongs, department, extension, look)


def groups_as_text(groups: Collection[GroupId]) -> str:
    """As the file keeps them."""
    return json.dumps(sorted(set(groups)))


def _disable(db: sqlite3.Connection, user_id: UserId) -> frozenset[SeatId]:
    user = by_id(db, user_id)
    if user is not None:
        refuse_the_last_admin(db, user)
    return _change(db, user_id, "disabled", 1)


def _change(db: sqlite3.Connection, user_id: UserId, column: str, value: str | int) -> frozenset[SeatId]:
    """Change what lets her in; whoever was in on the old terms is put out."""
    changed = db.execute(f"UPDATE users SET {column} = ? WHERE id = ?", (value, user_id)).rowcount
    if not changed:
        raise user_rules.nobody()
    return put_out(db, user_id)


def put_out(db: sqlite3.Connection, user_id: UserId) -> frozenset[SeatId]:
    """End all her sessions: the seats of those that were open."""
    ended = db.execute("DELETE FROM sessions WHERE user_id = ? RETURNING seat", (user_id,))
    return frozenset(SeatId(seat) for (seat,) in ended.fetchall())
