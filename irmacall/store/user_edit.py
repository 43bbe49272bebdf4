"""Changing several things of one user at once, as a screen does: all or none, and never over another's change.

Who read her, and changes what she read, says by its revision what that was. Where it is no longer so, she is told.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from dataclasses import dataclass, replace

from irmacall.core.ids import Endpoint, GroupId, SeatId, UserId
from irmacall.store import user_rules
from irmacall.store.sqlite import Database
from irmacall.store.user_rules import UserFault, UserRefused
from irmacall.store.users import (
    Role,
    User,
    by_id,
    groups_as_text,
    put_out,
    refuse_taken,
    refuse_the_last_admin,
)


@dataclass(frozen=True, slots=True)
class Edit:
    """What a user is to be, but for her login, her password and whether she is disabled."""

    name: str
    role: Role
    endpoint: Endpoint | None
    function: str
    groups: frozenset[GroupId]
    department: str
    extension: str | None


@dataclass(frozen=True, slots=True)
class Edited:
    """A user before and after it, and the seats of the sessions that it ended."""

    before: User
    after: User
    ended: frozenset[SeatId] = frozenset()


def revision(user: User) -> str:
    """The same as long as nothing of this user has changed that an administrator rules, whoever changed it."""
    ruled = (user.name, user.role, user.endpoint, user.function, sorted(user.groups), user.department)
    text = json.dumps([user.id, *ruled, user.extension, user.disabled])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


async def edit_user(database: Database, user_id: UserId, read: str, wanted: Edit) -> Edited:
    """Make of this user what is wanted. `read`: the revision that who wants it has seen.

    Another role or another phone ends her sessions: she comes back as what she is now. Raises `UserRefused` for
    nobody, for what may not be, for the last administrator, and where she was changed since she was read; `PeerError`
    when the file fails us.
    """
    return await database.run(lambda db: _edit(db, user_id, read, wanted))


def _edit(db: sqlite3.Connection, user_id: UserId, read: str, wanted: Edit) -> Edited:
    before = by_id(db, user_id)
    if before is None:
        raise user_rules.nobody()
    if revision(before) != read:
        raise UserRefused(UserFault.CHANGED, f"{before.login} was changed by somebody else meanwhile: look again")
    after = _ruled(before, wanted)
    if after == before:
        return Edited(before, before)
    if after.role is not before.role:
        refuse_the_last_admin(db, before)
    refuse_taken(db, after.extension, user_id)
    _write(db, after)
    moved = (after.role, after.endpoint) != (before.role, before.endpoint)
    return Edited(before, after, put_out(db, user_id) if moved else frozenset())


def _ruled(before: User, wanted: Edit) -> User:
    """What she would be, by the rules of each field."""
    if wanted.role is Role.OFFICIAL:
        user_rules.refuse_an_officials(wanted.endpoint, wanted.groups)
    return replace(
        before,
        name=user_rules.name_of(wanted.name),
        role=wanted.role,
        endpoint=wanted.endpoint,
        function=user_rules.function_of(wanted.function),
        groups=wanted.groups,
        department=user_rules.department_of(wanted.department),
        extension=user_rules.extension_of(wanted.extension),
    )


def _write(db: sqlite3.Connection, user: User) -> None:
    change = """
        UPDATE users SET name = ?, role = ?, endpoint = ?, shown_function = ?, groups = ?, department = ?,
            extension = ? WHERE id = ?
    """
    groups = groups_as_text(user.groups)
    values = (user.name, user.role, user.endpoint, user.function, groups, user.department, user.extension, user.id)
    db.execute(change, values)
