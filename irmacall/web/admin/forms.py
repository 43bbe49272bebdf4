"""What an administrator types is parsed here, or refused. What may be kept is not judged here but by the books."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from aiohttp import web

from irmacall.core.ids import CallId, GroupId, UserId
from irmacall.web import doors
from irmacall.web.admin.ports import AuditQuery, NotAccepted, Problem, Wanted
from irmacall.web.doors import Malformed
from irmacall.web.shell import Shell

USER_BYTES: Final = 65_536
"""Of a user's form: every group that a site may have, and what was typed."""
_USER_FIELDS: Final = 220
_LONGEST: Final = 300
YEARS: Final = range(2000, 2101)
"""Of a moment that is searched from or to."""
_GROUP: Final = "group."


async def user_fields(shell: Shell, request: web.Request) -> dict[str, str]:
    """The fields of the form of a user, which has one for each group."""
    return await shell.form(request.clone(client_max_size=USER_BYTES), _USER_FIELDS)


def wanted(fields: Mapping[str, str]) -> Wanted:
    """What was typed of a user. Raises Malformed for what no form of ours sends."""
    groups = sorted(name.removeprefix(_GROUP) for name in fields if name.startswith(_GROUP))
    return Wanted(
        login=typed(fields, "login"),
        name=typed(fields, "name"),
        role=typed(fields, "role"),
        function=typed(fields, "function"),
        department=typed(fields, "department"),
        extension=typed(fields, "extension"),
        phone=typed(fields, "phone"),
        groups=tuple(GroupId(doors.identifier(group, "field group")) for group in groups),
    )


def typed(fields: Mapping[str, str], name: str, longest: int = _LONGEST) -> str:
    """One field as it was typed; empty where it is not there."""
    found = fields.get(name, "")
    if len(found) > longest:
        raise Malformed(f"field {name}")
    return found


def password(fields: Mapping[str, str]) -> str:
    """A new password that was typed twice. Raises NotAccepted where the two differ."""
    first, again = typed(fields, "password", 1000), typed(fields, "again", 1000)
    if first != again:
        raise NotAccepted(Problem("password", "passwords_differ"))
    return first


def user_in(request: web.Request) -> UserId:
    """The user whom the address names."""
    return UserId(doors.identifier(request.match_info["user"], "user"))


def named_user(fields: Mapping[str, str]) -> UserId:
    """The user whom a form names."""
    return UserId(doors.identifier(fields.get("user"), "field user"))


def audit_query(fields: Mapping[str, str], kinds: tuple[str, ...], timezone: str) -> AuditQuery:
    """Which lines of the audit log are wanted; times are the site's clocks'. Raises Malformed."""
    chosen, call = typed(fields, "kind"), typed(fields, "call", 128).strip()
    if chosen and chosen not in kinds:
        raise Malformed("field kind")
    return AuditQuery(
        since=_moment(fields, "since", timezone),
        until=_moment(fields, "until", timezone),
        kind=chosen,
        login=typed(fields, "login", 64).strip().casefold(),
        call=CallId(call) if call else None,
        text=typed(fields, "text", 100).strip(),
        before=doors.number(fields["before"], "field before") if fields.get("before") else None,
    )


def _moment(fields: Mapping[str, str], name: str, timezone: str) -> float | None:
    """As browsers send a day and a time: 2026-11-23T10:12."""
    text = fields.get(name, "")
    if not text:
        return None
    try:
        at = datetime.strptime(text[:16], "%Y-%m-%dT%H:%M").replace(tzinfo=ZoneInfo(timezone))
    except ValueError as broken:
        raise Malformed(f"field {name}") from broken
    if at.year not in YEARS:
        raise Malformed(f"field {name}")
    return at.timestamp()
