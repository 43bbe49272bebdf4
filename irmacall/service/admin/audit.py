"""The audit log as an administrator reads it. That she reads it is a line too, though not one for every page."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from irmacall.core.ids import UserId
from irmacall.service.audit import AuditWriter
from irmacall.store.audit import AuditKind, AuditLine, AuditLog
from irmacall.store.audit_search import Wanted
from irmacall.store.users import User, Users
from irmacall.web.admin.ports import AuditLineView, AuditPage, AuditQuery, AuditState


class AdminAudit:
    """See `web.admin.ports.AuditBook`."""

    kinds: Final = tuple(kind.value for kind in AuditKind)

    def __init__(self, log: AuditLog, users: Users, audit: AuditWriter) -> None:
        self._log = log
        self._users = users
        self._audit = audit
        self._turn = asyncio.Lock()
        """One log is read as a whole at a time, however many ask for it."""

    async def search(self, by: UserId, query: AuditQuery) -> AuditPage:
        """See `AuditBook.search`."""
        users = {user.id: user for user in await self._users.list_users()}
        named = await self._users.find(query.login) if query.login else None
        self._audit.count(AuditKind.AUDIT_READ, why=_asked(query, named), user=by)
        if query.login and named is None:
            return AuditPage([], None, nobody=True)
        found = await self._log.search(_wanted(query, named))
        lines = [_shown(number, line, users) for number, line in found.lines]
        return AuditPage(lines, None if found.is_all else found.oldest)

    async def verify(self, by: UserId) -> AuditState:
        """See `AuditBook.verify`."""
        async with self._turn:
            head = await self._log.head()
            broken = await self._log.verify(head)
        result = "whole" if broken is None else f"line {broken} is not as it was written, or is missing"
        self._audit.note(AuditKind.AUDIT_VERIFIED, why=f"{head.seq} lines: {result}", user=by)
        return AuditState(head.seq, head.hash, broken)


def _asked(query: AuditQuery, named: User | None) -> str:
    """What she looked for, in names of ours alone: what else she typed may be anything, a caller's number too."""
    parts = {
        "kind": query.kind,
        "of": "" if named is None else named.login,
        "times": "given" if query.since is not None or query.until is not None else "",
        "call": "given" if query.call is not None else "",
        "text": "given" if query.text else "",
    }
    return ", ".join(f"{name}: {value}" for name, value in parts.items() if value) or "all"


def _wanted(query: AuditQuery, named: User | None) -> Wanted:
    return Wanted(
        since=query.since,
        until=query.until,
        kinds=frozenset({query.kind} if query.kind else ()),
        user=None if named is None else (named.id, named.login),
        call=query.call,
        text=query.text,
        before=query.before,
    )


def _shown(number: int, line: AuditLine, users: Mapping[UserId, User]) -> AuditLineView:
    known = None if line.who is None else users.get(line.who)
    return AuditLineView(
        number=number,
        at=line.at,
        kind=line.kind.value,
        who=(line.who or "") if known is None else known.login,
        name="" if known is None else known.name,
        call=line.call or "",
        why=line.why,
    )
