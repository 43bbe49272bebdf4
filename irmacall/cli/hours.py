"""Whether the desk and each of its queues are open at a moment, why, until when, and where callers go meanwhile.

By the site file alone.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from datetime import date, datetime
from zoneinfo import ZoneInfo

from irmacall.cli.site import settings_of
from irmacall.core.hours import Hours, Span
from irmacall.errors import SettingsError
from irmacall.settings import DeskSettings, Purpose, WaySettings


def hours(arguments: argparse.Namespace) -> int:
    """Tell it of every desk. No secret is needed, no daemon, and no server."""
    for desk in settings_of(arguments, Purpose.FILE).desks:
        for line in _told(desk, _moment(arguments.at, desk.timezone)):
            print(line)
    return 0


def wall_clock(text: str) -> datetime:
    """YYYY-MM-DD HH:MM, as clocks on the wall show it in this century."""
    try:
        shown = datetime.strptime(text, "%Y-%m-%d %H:%M")  # noqa: DTZ007  # its zone is each desk's own
    except ValueError:
        shown = None
    if shown is None or shown.year // 100 != 20:
        raise argparse.ArgumentTypeError('should be a day and a time of this century, as in "2026-12-24 12:30"')
    return shown


def _moment(shown: datetime | None, timezone: str) -> datetime:
    """When the clocks of this zone first show that, or now. Raises SettingsError where they never do."""
    zone = ZoneInfo(timezone)
    if shown is None:
        return datetime.now(zone)
    at = shown.replace(tzinfo=zone)
    if datetime.fromtimestamp(at.timestamp(), zone).replace(tzinfo=None) != shown:
        raise SettingsError(f"--at {shown:%Y-%m-%d %H:%M}: the clocks of {timezone} go forward, and never show that")
    return at


def _told(desk: DeskSettings, at: datetime) -> Iterator[str]:
    # Here, since it imports every room: the other commands start without it in a tenth of the time.
    from irmacall.service import exchange

    general = exchange.hours(desk)
    yield f"{at:%A %Y-%m-%d %H:%M} {desk.timezone} ({at:%Z})"
    closed = desk.closed or WaySettings("message", exchange.CLOSED.sound)
    yield _line(f"desk {desk.id}", desk.hours, general, at, closed)
    rules, moment = exchange.queues(desk), at.timestamp()
    for queue, settings in zip(rules.values(), desk.queues, strict=True):
        own = queue.hours or general
        only = own.open_at(moment) and not general.open_at(moment)
        note = " (the desk is closed: its `closed` must lead here)" if only else ""
        yield _line(f"queue {queue.id}", settings.hours or desk.hours, own, at, settings.closed or closed) + note


def _line(what: str, schedule: str | None, of_it: Hours, at: datetime, closed: WaySettings) -> str:
    is_open = of_it.open_at(at.timestamp())
    why = "no schedule: always open" if schedule is None else f"{schedule}, {_why(of_it, at.date())}"
    go = "" if is_open else f"; callers go to {closed}"
    return f"{'open' if is_open else 'closed':6} {what}: {why}; {_change(of_it, is_open, at)}{go}"


def _why(of_it: Hours, day: date) -> str:
    """Which of its rules judges this day, and the hours that it gives."""
    found = ", ".join(map(_span, of_it.spans(day))) or "closed all day"
    if day in of_it.exceptions:
        return f"exception of this day: {found}"
    holiday = of_it.holiday(day)
    return f"every {day:%A}: {found}" if holiday is None else f"public holiday, {holiday}: {found}"


def _span(span: Span) -> str:
    begin, end = (f"{moment:%H:%M}" for moment in span)
    return f"{begin}-{'24:00' if end == '00:00' else end}"


def _change(of_it: Hours, is_open: bool, at: datetime) -> str:
    change = of_it.next_change(at.timestamp())
    if change is None:
        return "no change within a year"
    return f"{'closes' if is_open else 'opens'} {datetime.fromtimestamp(change, at.tzinfo):%A %Y-%m-%d %H:%M}"
