"""The site file in force, as it is shown: every table of the desk with its keys, and when it opens and closes next.

What there is to show is read off the settings' own dataclasses, which are the file's schema: a key that is new in the
file is new here too.
"""

from __future__ import annotations

import time as clocks
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import Field, fields
from datetime import date, datetime, time
from typing import Any, Final
from zoneinfo import ZoneInfo

from irmacall.core.hours import Hours
from irmacall.core.ids import UserId
from irmacall.service import exchange
from irmacall.service.in_force import InForce
from irmacall.service.reload import Reloading
from irmacall.settings import DeskSettings, ExceptionSettings, WaySettings
from irmacall.store.users import Users
from irmacall.web.admin.ports import (
    HoursView,
    PendingView,
    ReloadedView,
    Setting,
    SiteView,
    TableView,
    Value,
)

CHANGES: Final = 4
"""So many of the next openings and closings are told."""
_ALWAYS: Final = ((time(0), time(0)),)


class AdminSite:
    """See `web.admin.ports.SiteBook`."""

    def __init__(
        self, in_force: InForce, reloading: Reloading, users: Users, clock: Callable[[], float] = clocks.time
    ) -> None:
        self._in_force = in_force
        self._reloading = reloading
        self._users = users
        self._clock = clock

    async def site(self) -> SiteView:
        """See `SiteBook.site`."""
        pending = await self._reloading.pending()
        rules = self._in_force.now
        file = rules.settings.file
        return SiteView(
            file=str(file),
            revision=rules.revision,
            tables=list(_tables(rules.desk)),
            hours=list(hours(rules.desk, self._clock())),
            pending=PendingView(pending.differs, pending.revision, pending.waiting, pending.problems),
            command=f"irmacall reload --site {file}",
        )

    async def reload(self, by: UserId) -> ReloadedView:
        """See `SiteBook.reload`."""
        user = await self._users.get(by)
        done = await self._reloading.reload(by if user is None else user.login, user=by)
        return ReloadedView(done.revision, done.changed, done.leads, done.waiting, done.warnings)


def _tables(desk: DeskSettings) -> Iterator[TableView]:
    """The desk's own keys, and then each of its tables, in the order of the file's schema."""
    yield _table("desk", "[[desk]]", desk)
    for each in _keys(desk):
        found, name = getattr(desk, each.name), each.metadata.get("name", "")
        if "table" in each.metadata:
            yield _table(name, f"[desk.{name}]", found)
        for one in found if "tables" in each.metadata else ():
            yield _table(name, f"[[desk.{name}]]", one)


def _table(kind: str, source: str, of: Any) -> TableView:
    top = kind == "desk"
    settings = [
        Setting(name, value) for name, value in _settings(of, inner=not top) if top or name not in ("id", "title")
    ]
    return TableView(kind, source, str(getattr(of, "id", "")), str(getattr(of, "title", "")), settings)


def _settings(of: Any, before: str = "", *, inner: bool) -> Iterator[tuple[str, Value]]:
    """Each key with its value, those of tables inside it too: `announce.every`."""
    for each in _keys(of):
        found, name = getattr(of, each.name), before + each.metadata.get("name", each.name)
        if "check" in each.metadata:
            yield name, _plain(found)
        elif inner and "table" in each.metadata:
            yield from _settings(found, f"{name}.", inner=True)
        elif inner:
            yield name, tuple(_in_a_line(one) for one in found)


def _keys(of: Any) -> Iterator[Field[Any]]:
    return (each for each in fields(of) if each.metadata)


def _in_a_line(of: Any) -> str:
    """One of a list of small tables: a menu's choice, a day that is an exception, a step of a queue."""
    if isinstance(of, ExceptionSettings):
        days = f"{of.date}" if of.until is None else f"{of.date} – {of.until}"
        return f"{days}: {', '.join(map(_span, of.open)) or '-'}"
    pairs = ((name, _plain(value)) for name, value in ((e.name, getattr(of, e.name)) for e in _keys(of)))
    return ", ".join(f"{name} {_word(value)}" for name, value in pairs if value not in (None, (), ""))


def _word(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return " ".join(value) if isinstance(value, tuple) else str(value)


def _plain(value: Any) -> Value:
    if value is None or isinstance(value, bool | int | float | str):
        return value
    if isinstance(value, WaySettings):
        return str(value)
    if isinstance(value, Mapping):
        return tuple(f"{name} {level}" for name, level in value.items())
    if isinstance(value, Sequence):
        return tuple(_span(each) if isinstance(each, tuple) else str(each) for each in value)
    return str(value)


def _span(span: tuple[time, time]) -> str:
    begin, end = (f"{moment:%H:%M}" for moment in span)
    return f"{begin}–{'24:00' if end == '00:00' else end}"


def hours(desk: DeskSettings, now: float) -> Iterator[HoursView]:
    """Of the desk, and of each of its queues."""
    general = exchange.hours(desk)
    yield _opening("desk", desk.title, desk.hours, general, now, desk.timezone)
    for rules, queue in zip(exchange.queues(desk).values(), desk.queues, strict=True):
        yield _opening("queue", queue.title, queue.hours or desk.hours, rules.hours or general, now, desk.timezone)


def _opening(kind: Any, title: str, schedule: str | None, of: Hours, now: float, timezone: str) -> HoursView:
    today = datetime.fromtimestamp(now, ZoneInfo(timezone)).date()
    why, holiday = _why(schedule, of, today)
    return HoursView(
        kind=kind,
        title=title,
        schedule=schedule or "",
        is_open=of.open_at(now),
        why=why,
        holiday=holiday,
        spans=tuple(map(_span, of.spans(today))),
        changes=list(_changes(of, now)),
    )


def _why(schedule: str | None, of: Hours, day: date) -> tuple[Any, str]:
    """Which of its rules judges this day."""
    if schedule is None:
        return "always", ""
    if day in of.exceptions:
        return "exception", ""
    holiday = of.holiday(day)
    return ("weekday", "") if holiday is None else ("holiday", holiday)


def _changes(of: Hours, now: float) -> Iterator[tuple[float, bool]]:
    moment = of.next_change(now)
    for _ in range(CHANGES):
        if moment is None:
            return
        yield moment, of.open_at(moment)
        moment = of.next_change(moment)
