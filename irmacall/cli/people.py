"""Who may log in, and the phones that ring for them. Each change is a line in the audit log."""

from __future__ import annotations

import argparse
import asyncio
import getpass
import secrets
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

from irmacall.cli.site import data_file, settings_of
from irmacall.core.ids import Endpoint, GroupId, UserId
from irmacall.errors import Refused
from irmacall.settings import Purpose, Settings
from irmacall.store.audit import AuditKind, AuditLine, AuditLog
from irmacall.store.passwords import Hashing, Objection, PasswordRefused
from irmacall.store.phones import Phones
from irmacall.store.users import User, Users, open_users

Answer = TypeVar("Answer")

_GENERATED_BYTES: Final = 15
_NO_GROUPS: Final = "it has none, so every agent serves every queue: write [[desk.group]] into the site file first"
_OBJECTIONS: Final = {
    Objection.TOO_SHORT: "this password is too short: at least 12 characters",
    Objection.TOO_LONG: "this password is too long: at most 256 characters",
    Objection.EASY_TO_GUESS: "this password is too easy to guess",
}


@dataclass(frozen=True, slots=True)
class Books:
    """What a command about people works with: who there is, and the audit log."""

    users: Users
    phones: Phones
    audit: AuditLog

    async def note(self, kind: AuditKind, who: UserId | None, why: str = "") -> None:
        """One line in the audit log: on the command line nobody is logged in but whom the machine let in."""
        told = f"on the command line by {getpass.getuser()}" + (f": {why}" if why else "")
        await self.audit.append(AuditLine(time.time(), kind, who=who, why=told))


def add_user(arguments: argparse.Namespace) -> int:
    """Let somebody in."""
    password, groups = _password(arguments), _groups(arguments)
    _refuse_a_queues(arguments)

    async def work(books: Books) -> None:
        phone = None if arguments.phone is None else Endpoint(arguments.phone)
        if phone is not None and phone not in await books.phones.digests():
            raise Refused(f"there is no phone {phone}: make it with `irmacall phone add {phone}`")
        user = await _with_objections(
            books.users.add_user(
                arguments.login,
                arguments.name,
                arguments.role,
                password,
                endpoint=phone,
                function=arguments.function,
                groups=groups,
                department=arguments.department,
                extension=arguments.extension,
            )
        )
        told = f"{user.login}, {user.role}, groups: {_listed(user.groups)}, extension: {user.extension or '-'}"
        await books.note(AuditKind.USER_ADDED, user.id, told)
        _show(arguments, user, password)

    return with_books(arguments, work)


def list_users(arguments: argparse.Namespace) -> int:
    """Everybody, a line each, with the id that the webhook of a CRM tells."""

    async def work(books: Books) -> None:
        for user in await books.users.list_users():
            state = "disabled" if user.disabled else ""
            reached = (user.endpoint or "-", _listed(user.groups), user.extension or "-", user.department or "-")
            print("\t".join((user.login, user.role, *reached, user.name, user.id, state)).rstrip("\t"))

    return with_books(arguments, work)


def set_groups(arguments: argparse.Namespace) -> int:
    """Say to which groups somebody belongs, and to no other."""
    groups = _groups(arguments)

    async def work(books: Books) -> None:
        user = await _known(books, arguments.login)
        await books.users.set_groups(user.id, groups)
        told = f"{_listed(user.groups)} became {_listed(groups)}"
        await books.note(AuditKind.GROUPS_SET, user.id, f"{user.login}: {told}")
        print(f"{user.login}\t{_listed(groups)}")
        print("It counts from when she goes available the next time.", file=sys.stderr)

    return with_books(arguments, work)


def set_department(arguments: argparse.Namespace) -> int:
    """Say where somebody works, as colleagues look for her."""

    async def work(books: Books) -> None:
        user = await _known(books, arguments.login)
        await books.users.set_department(user.id, arguments.department)
        now = await _known(books, arguments.login)
        told = f"{user.department or '-'} became {now.department or '-'}"
        await books.note(AuditKind.DEPARTMENT_SET, user.id, f"{user.login}: {told}")
        print(f"{user.login}\t{now.department or '-'}")

    return with_books(arguments, work)


def set_extension(arguments: argparse.Namespace) -> int:
    """Say what colleagues dial to reach somebody."""
    _refuse_a_queues(arguments)

    async def work(books: Books) -> None:
        user = await _known(books, arguments.login)
        await books.users.set_extension(user.id, arguments.extension)
        told = f"{user.extension or '-'} became {arguments.extension or '-'}"
        await books.note(AuditKind.EXTENSION_SET, user.id, f"{user.login}: {told}")
        print(f"{user.login}\t{arguments.extension or '-'}")

    return with_books(arguments, work)


def disable_user(arguments: argparse.Namespace) -> int:
    """Let somebody in no more."""

    async def work(books: Books) -> None:
        user = await _known(books, arguments.login)
        await books.users.disable(user.id)
        await books.note(AuditKind.USER_DISABLED, user.id, user.login)

    return with_books(arguments, work)


def enable_user(arguments: argparse.Namespace) -> int:
    """Let somebody in again."""

    async def work(books: Books) -> None:
        user = await _known(books, arguments.login)
        await books.users.enable(user.id)
        await books.note(AuditKind.USER_ENABLED, user.id, user.login)

    return with_books(arguments, work)


def set_password(arguments: argparse.Namespace) -> int:
    """Give somebody another password."""
    password = _password(arguments)

    async def work(books: Books) -> None:
        user = await _known(books, arguments.login)
        await _with_objections(books.users.set_password(user.id, password))
        await books.note(AuditKind.PASSWORD_SET, user.id, user.login)
        _show(arguments, user, password)

    return with_books(arguments, work)


def add_phone(arguments: argparse.Namespace) -> int:
    """Make a phone, or give one another password; told once."""

    async def work(books: Books) -> None:
        password = await books.phones.add_phone(Endpoint(arguments.endpoint))
        await books.note(AuditKind.PHONE_PASSWORD_SET, None, arguments.endpoint)
        print(f"{arguments.endpoint}\t{password}")
        print("Shown once. Asterisk knows it after `irmacall render` and a reload of res_pjsip.", file=sys.stderr)

    return with_books(arguments, work)


def remove_phone(arguments: argparse.Namespace) -> int:
    """Forget a phone."""

    async def work(books: Books) -> None:
        await books.phones.remove_phone(Endpoint(arguments.endpoint))
        await books.note(AuditKind.PHONE_PASSWORD_SET, None, f"{arguments.endpoint} removed")

    return with_books(arguments, work)


def list_phones(arguments: argparse.Namespace) -> int:
    """The phones, a line each."""

    async def work(books: Books) -> None:
        for endpoint in await books.phones.digests():
            print(endpoint)

    return with_books(arguments, work)


def with_books(arguments: argparse.Namespace, work: Callable[[Books], Awaitable[None]]) -> int:
    """Do this with the site's books open; no secret is needed."""
    settings = settings_of(arguments, Purpose.LOCAL)

    async def run() -> None:
        async with _open(settings) as books:
            await work(books)

    asyncio.run(run())
    return 0


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[Books]:
    audit = await AuditLog.open(data_file(settings.audit))
    database = await open_users(data_file(settings.users))
    hashing = Hashing()
    try:
        yield Books(Users(database, hashing), Phones(database), audit)
    finally:
        hashing.close()
        await database.close()
        await audit.close()


def _groups(arguments: argparse.Namespace) -> frozenset[GroupId]:
    """The groups that were named. Raises Refused for one that no desk of the site has."""
    known = {group.id for desk in settings_of(arguments, Purpose.LOCAL).desks for group in desk.groups}
    unknown = sorted(set(arguments.groups) - known)
    if unknown:
        has = f"it has {', '.join(sorted(known))}" if known else _NO_GROUPS
        raise Refused(f"there is no group {unknown[0]} in the site: {has}")
    return frozenset(map(GroupId, arguments.groups))


def _refuse_a_queues(arguments: argparse.Namespace) -> None:
    """Raises Refused for an extension that is a queue's: who dials it would never reach her."""
    queues = [queue for desk in settings_of(arguments, Purpose.LOCAL).desks for queue in desk.queues]
    for queue in queues:
        if queue.extension is not None and queue.extension == arguments.extension:
            raise Refused(f"extension {queue.extension} is the queue {queue.id}'s: give one of them another")


def _listed(groups: Collection[GroupId]) -> str:
    return ",".join(sorted(groups)) or "-"


async def _known(books: Books, login: str) -> User:
    user = await books.users.find(login)
    if user is None:
        raise Refused(f"there is no user {login}")
    return user


def _password(arguments: argparse.Namespace) -> str:
    """What was typed or piped in, or else a new one."""
    if not arguments.ask:
        return secrets.token_urlsafe(_GENERATED_BYTES)
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\r\n")
    password = getpass.getpass("Password: ")
    if getpass.getpass("Again: ") != password:
        raise Refused("the two passwords differ")
    return password


async def _with_objections(work: Awaitable[Answer]) -> Answer:
    """The same, with the words for a password that may not be one."""
    try:
        return await work
    except PasswordRefused as refused:
        raise Refused(_OBJECTIONS[refused.objection]) from refused


def _show(arguments: argparse.Namespace, user: User, password: str) -> None:
    """A password that was made is told here and never again."""
    if not arguments.ask:
        print(f"{user.login}\t{password}")
        print("Shown once.", file=sys.stderr)
