"""The audit log, to be read: who did what, and when. `audit verify` is in judging.py."""

from __future__ import annotations

import argparse
from collections import deque
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from irmacall.cli.people import Books, with_books
from irmacall.cli.site import settings_of
from irmacall.core.ids import UserId
from irmacall.errors import SettingsError
from irmacall.settings import Purpose
from irmacall.store.audit import AuditKind, AuditLine, AuditLog

LAST: Final = 20
"""Lines that are shown where nobody says how many."""
_READ_AT_ONCE: Final = 1000

Numbered = tuple[int, AuditLine]


def list_audit(arguments: argparse.Namespace) -> int:
    """The last lines, the newest at the end: number, time, kind, who, call, why."""
    settings = settings_of(arguments, Purpose.LOCAL)
    if not settings.audit.exists():
        raise SettingsError(f"{settings.audit}: is not there: nothing was ever written")
    zone = ZoneInfo(settings.desks[0].timezone)

    async def work(books: Books) -> None:
        logins = {user.id: user.login for user in await books.users.list_users()}
        found: deque[Numbered] = deque(maxlen=arguments.last)
        async for seq, line in _lines(books.audit, arguments.last, arguments.kind):
            found.append((seq, line))
        for seq, line in found:
            print(_in_words(seq, line, zone, logins))

    return with_books(arguments, work)


async def _lines(log: AuditLog, last: int, kind: AuditKind | None) -> AsyncIterator[Numbered]:
    """The lines of a kind; of whatever kind only those from the end that are asked for."""
    after = 0 if kind is not None else max(0, (await log.head()).seq - last)
    while page := await log.lines(after, _READ_AT_ONCE):
        for seq, line in page:
            if kind in (None, line.kind):
                yield seq, line
        after = page[-1][0]


def _in_words(seq: int, line: AuditLine, zone: ZoneInfo, logins: Mapping[UserId, str]) -> str:
    at = datetime.fromtimestamp(line.at, zone).strftime("%Y-%m-%d %H:%M:%S")
    who = "-" if line.who is None else logins.get(line.who, line.who)
    return "\t".join((str(seq), at, line.kind, who, line.call or "-", line.why))
