"""Who may log in, and their phones, as an administrator rules them: by the functions of the command line's `user`.

What she changes ends a login at once where it must, and is a line in the audit log with what was before and after.
"""

from __future__ import annotations

from collections.abc import Awaitable, Collection, Iterator, Mapping, Sequence
from typing import Final, TypeVar

from irmacall.core.ids import Endpoint, GroupId, UserId
from irmacall.errors import Refused
from irmacall.service.accounts import Logins
from irmacall.service.audit import AuditWriter
from irmacall.service.in_force import InForce
from irmacall.store.audit import AuditKind
from irmacall.store.passwords import Objection, PasswordRefused
from irmacall.store.phones import Phones
from irmacall.store.sqlite import Database
from irmacall.store.user_edit import Edit, Edited, edit_user, revision
from irmacall.store.user_rules import UserFault, UserRefused
from irmacall.store.users import Role, User, Users
from irmacall.web.admin.ports import (
    Choices,
    Field,
    NotAccepted,
    PhoneView,
    Problem,
    ProblemKind,
    UserView,
    Wanted,
)

Answer = TypeVar("Answer")

_FAULTS: Final[Mapping[UserFault, tuple[Field, ProblemKind]]] = {
    UserFault.LOGIN_FORM: ("login", "login_form"),
    UserFault.LOGIN_TAKEN: ("login", "login_taken"),
    UserFault.NAME_FORM: ("name", "name_form"),
    UserFault.FUNCTION_FORM: ("function", "function_form"),
    UserFault.DEPARTMENT_FORM: ("department", "department_form"),
    UserFault.EXTENSION_FORM: ("extension", "extension_form"),
    UserFault.EXTENSION_PUBLIC: ("extension", "extension_public"),
    UserFault.EXTENSION_TAKEN: ("extension", "extension_taken"),
    UserFault.PHONE_NEEDED: ("phone", "phone_needed"),
    UserFault.GROUPS_OF_AN_OFFICIAL: ("groups", "groups_of_an_official"),
    UserFault.NOBODY: ("", "nobody"),
    UserFault.LAST_ADMIN: ("role", "last_admin"),
    UserFault.CHANGED: ("", "changed"),
}
_OBJECTIONS: Final[Mapping[Objection, ProblemKind]] = {
    Objection.TOO_SHORT: "password_too_short",
    Objection.TOO_LONG: "password_too_long",
    Objection.EASY_TO_GUESS: "password_easy_to_guess",
}


class AdminUsers:
    """See `web.admin.ports.UsersBook`. `database` is the file of `users` and `phones`."""

    def __init__(
        self,
        database: Database,
        users: Users,
        phones: Phones,
        logins: Logins,
        audit: AuditWriter,
        in_force: InForce,
    ) -> None:
        self._database = database
        self._users = users
        self._phones = phones
        self._logins = logins
        self._audit = audit
        self._in_force = in_force

    async def people(self) -> Sequence[UserView]:
        """See `UsersBook.people`."""
        return [_shown(user) for user in await self._users.list_users()]

    async def user(self, user: UserId) -> UserView | None:
        """See `UsersBook.user`."""
        found = await self._users.get(user)
        return None if found is None else _shown(found)

    async def choices(self) -> Choices:
        """See `UsersBook.choices`."""
        logins: dict[str, list[str]] = {}
        for user in await self._users.list_users():
            if user.endpoint is not None:
                logins.setdefault(user.endpoint, []).append(user.login)
        phones = [PhoneView(each, tuple(logins.get(each, ()))) for each in await self._phones.digests()]
        return Choices({GroupId(group.id): group.title for group in self._in_force.now.desk.groups}, phones)

    async def add(self, by: UserId, wanted: Wanted, password: str) -> UserView:
        """See `UsersBook.add`."""
        edit = await self._edit(wanted)
        user = await _accepted(
            self._users.add_user(
                wanted.login,
                edit.name,
                edit.role,
                password,
                endpoint=edit.endpoint,
                function=edit.function,
                groups=edit.groups,
                department=edit.department,
                extension=edit.extension,
            )
        )
        self._note(AuditKind.USER_ADDED, by, f"{user.login}: {'; '.join(_as_new(user))}")
        return _shown(user)

    async def edit(self, by: UserId, user: UserId, revision: str, wanted: Wanted) -> UserView:
        """See `UsersBook.edit`."""
        known = await self._known(user)
        edit = await self._edit(wanted, known)
        if by == user and edit.role is not known.role:
            raise NotAccepted(Problem("role", "oneself"))
        edited = await _accepted(edit_user(self._database, user, revision, edit))
        self._logins.ended(edited.ended)
        changes = list(_changes(edited))
        if changes:
            self._note(AuditKind.USER_CHANGED, by, f"{edited.after.login}: {'; '.join(changes)}")
        return _shown(edited.after)

    async def set_disabled(self, by: UserId, user: UserId, *, disabled: bool) -> UserView:
        """See `UsersBook.set_disabled`."""
        known = await self._known(user)
        if by == user and disabled:
            raise NotAccepted(Problem("", "oneself"))
        if known.disabled is not disabled:
            await self._switch(by, known, disabled)
        return _shown(await self._known(user))

    async def _switch(self, by: UserId, user: User, disabled: bool) -> None:
        if disabled:
            self._logins.ended(await _accepted(self._users.disable(user.id), all_of_it=True))
        else:
            await _accepted(self._users.enable(user.id))
        self._note(AuditKind.USER_DISABLED if disabled else AuditKind.USER_ENABLED, by, user.login)

    async def set_password(self, by: UserId, user: UserId, password: str) -> UserView:
        """See `UsersBook.set_password`."""
        self._logins.ended(await _accepted(self._users.set_password(user, password)))
        known = await self._known(user)
        self._note(AuditKind.PASSWORD_SET, by, known.login)
        return _shown(known)

    async def set_phone_password(self, by: UserId, endpoint: str) -> str:
        """See `UsersBook.set_phone_password`."""
        known = endpoint in await self._phones.digests()
        try:
            password = await self._phones.add_phone(Endpoint(endpoint))
        except Refused as refused:
            raise NotAccepted(Problem("phone", "phone_form")) from refused
        self._note(AuditKind.PHONE_PASSWORD_SET, by, endpoint if known else f"{endpoint} added")
        return password

    async def remove_phone(self, by: UserId, endpoint: Endpoint) -> None:
        """See `UsersBook.remove_phone`."""
        for user in await self._users.list_users():
            if user.endpoint == endpoint:
                raise NotAccepted(Problem("phone", "phone_in_use", user.login))
        if endpoint in await self._phones.digests():
            await self._phones.remove_phone(endpoint)
            self._note(AuditKind.PHONE_PASSWORD_SET, by, f"{endpoint} removed")

    async def _known(self, user: UserId) -> User:
        found = await self._users.get(user)
        if found is None:
            raise NotAccepted(Problem("", "nobody"))
        return found

    async def _edit(self, wanted: Wanted, known: User | None = None) -> Edit:
        """What was typed, in our words. What she has already she keeps, though the site may know it no longer."""
        desk = self._in_force.now.desk
        groups = {group.id for group in desk.groups} | (set() if known is None else set(known.groups))
        unknown = sorted(set(wanted.groups) - groups)
        if unknown:
            raise NotAccepted(Problem("groups", "group_unknown", unknown[0]))
        extension = wanted.extension.strip() or None
        for queue in desk.queues:
            if queue.extension is not None and queue.extension == extension:
                raise NotAccepted(Problem("extension", "extension_of_queue", queue.title))
        return Edit(
            name=wanted.name,
            role=_role(wanted.role),
            endpoint=await self._phone(wanted.phone, None if known is None else known.endpoint),
            function=wanted.function,
            groups=frozenset(wanted.groups),
            department=wanted.department,
            extension=extension,
        )

    async def _phone(self, typed: str, own: Endpoint | None) -> Endpoint | None:
        if not typed:
            return None
        endpoint = Endpoint(typed)
        if endpoint != own and endpoint not in await self._phones.digests():
            raise NotAccepted(Problem("phone", "phone_unknown"))
        return endpoint

    def _note(self, kind: AuditKind, by: UserId, why: str) -> None:
        self._audit.note(kind, why=why, user=by)


def _shown(user: User) -> UserView:
    return UserView(
        id=user.id,
        login=user.login,
        name=user.name,
        role=user.role.value,
        revision=revision(user),
        function=user.function,
        department=user.department,
        extension=user.extension or "",
        phone=user.endpoint or "",
        groups=tuple(sorted(user.groups)),
        disabled=user.disabled,
    )


def _role(typed: str) -> Role:
    try:
        return Role(typed)
    except ValueError:
        raise NotAccepted(Problem("role", "role_unknown")) from None


async def _accepted(work: Awaitable[Answer], *, all_of_it: bool = False) -> Answer:
    """The same; what is refused is told by its field, or of all of it."""
    try:
        return await work
    except UserRefused as refused:
        field, kind = _FAULTS[refused.fault]
        raise NotAccepted(Problem("" if all_of_it else field, kind, refused.whose)) from refused
    except PasswordRefused as refused:
        raise NotAccepted(Problem("password", _OBJECTIONS[refused.objection])) from refused


def _as_new(user: User) -> Iterator[str]:
    """What she is, for the audit log."""
    for name, value in _told(user).items():
        if value != "-":
            yield f"{name}: {value}"


def _changes(edited: Edited) -> Iterator[str]:
    """What was changed, from what to what."""
    before, after = _told(edited.before), _told(edited.after)
    for name, value in before.items():
        if after[name] != value:
            yield f"{name}: {value} -> {after[name]}"


def _told(user: User) -> Mapping[str, str]:
    return {
        "name": _quoted(user.name),
        "role": user.role.value,
        "function": _quoted(user.function),
        "department": _quoted(user.department),
        "extension": user.extension or "-",
        "phone": user.endpoint or "-",
        "groups": _listed(user.groups),
    }


def _quoted(text: str) -> str:
    return f"'{text}'" if text else "-"


def _listed(groups: Collection[GroupId]) -> str:
    return ",".join(sorted(groups)) or "-"
