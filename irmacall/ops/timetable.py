"""A desk's opening hours as the dialplan reads them, for when the daemon is not there to know them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Final

from irmacall.core.hours import Hours, Span

WEEKS: Final = 60
"""So far ahead days are named that differ from their week: over a year, and some to be late in."""

Clock = tuple[str, str]
"""From "0830" on, until (not with) "1700"; "2400" is midnight at the end of the day."""


@dataclass(frozen=True, slots=True)
class Timetable:
    """`days`: first those that differ from their week, such as "20271225"; then "day1", Monday, to "day7"."""

    timezone: str
    days: tuple[tuple[str, tuple[Clock, ...]], ...]


def timetable(hours: Hours, today: date) -> Timetable:
    """The timetable for the months from this day's on; it is the same for every day of a month."""
    first = today.replace(day=1)
    ahead = [first + timedelta(days) for days in range(31 + WEEKS * 7)]
    days = [(f"{day:%Y%m%d}", _clocks(hours.spans(day))) for day in ahead if _differs(hours, day)]
    week = [(f"day{number}", _clocks(spans)) for number, spans in enumerate(hours.week, 1)]
    return Timetable(hours.timezone, (*days, *week))


def _differs(hours: Hours, day: date) -> bool:
    return hours.spans(day) != hours.week[day.weekday()]


def _clocks(spans: tuple[Span, ...]) -> tuple[Clock, ...]:
    return tuple((_clock(begin), "2400" if end == time(0) else _clock(end)) for begin, end in spans)


def _clock(moment: time) -> str:
    return f"{moment:%H%M}"
