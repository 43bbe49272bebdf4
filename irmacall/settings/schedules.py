"""Opening hours in the site file: the hours of a week, and the days on which it is otherwise."""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Final

from irmacall.settings import values
from irmacall.settings.reading import key, tables
from irmacall.settings.values import Wrong, refuse

Span = tuple[time, time]
"""From the first moment on, and until (not with) the second; 00:00 as the end is midnight at the end of the day."""

_SPAN: Final = re.compile(r"([0-9]{1,2}):([0-9]{2})-([0-9]{1,2}):([0-9]{2})")
_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MIDNIGHT: Final = 24 * 60
_WANTED: Final = 'hours from one moment to a later one of the same day ("09:00-17:00"); 24:00 is the day\'s end'
_LONGEST: Final = 366
Day = date


def spans(value: object) -> tuple[Span, ...]:
    """The hours of one day, in order and apart; those that touch become one."""
    if not isinstance(value, list) or len(value) > 12:
        refuse('a list of at most 12 texts such as "09:00-17:00"; [] is closed')
    found: list[tuple[int, int]] = []
    for begin, end in map(_span, value):
        if found and begin < found[-1][1]:
            refuse('hours in the order of the day that do not overlap (["09:00-12:00", "13:00-17:00"])')
        touches = bool(found) and begin == found[-1][1]
        found.append((found.pop()[0], end) if touches else (begin, end))
    return tuple((_time(begin), _time(end % _MIDNIGHT)) for begin, end in found)


def day(value: object) -> date:
    """A day of the calendar, as a date of TOML or as a text."""
    wanted = 'a day of the calendar, year first ("2026-12-24")'
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    if not isinstance(value, str) or not _DATE.fullmatch(value):
        refuse(wanted)
    try:
        return date.fromisoformat(value)
    except ValueError:
        refuse(wanted)


def _span(value: object) -> tuple[int, int]:
    """Minutes of the day at which it begins and ends."""
    read = _SPAN.fullmatch(value) if isinstance(value, str) else None
    if read is None:
        raise Wrong(_WANTED)
    begin, end = (int(read[at]) * 60 + int(read[at + 1]) for at in (1, 3))
    if int(read[2]) > 59 or int(read[4]) > 59 or not begin < end <= _MIDNIGHT:
        raise Wrong(_WANTED)
    return begin, end


def _time(minutes: int) -> time:
    return time(*divmod(minutes, 60))


@dataclass(frozen=True, slots=True)
class ExceptionSettings:
    """A day on which it is otherwise, or each day `until` another (with it). `open` (): closed."""

    date: Day = field(metadata=key(day))
    until: Day | None = field(default=None, metadata=key(day))
    open: tuple[Span, ...] = field(default=(), metadata=key(spans))

    @property
    def days(self) -> Iterator[Day]:
        """Every day that this is about."""
        length = 1 + ((self.until or self.date) - self.date).days
        return (self.date + timedelta(each) for each in range(min(length, _LONGEST)))

    @property
    def too_long(self) -> bool:
        """Whether it ends more than a year after it begins."""
        return self.until is not None and (self.until - self.date).days >= _LONGEST


_DAY = key(spans)


@dataclass(frozen=True, slots=True)
class ScheduleSettings:
    """Opening hours with a name: a week, whether public holidays are closing days, and exceptions to both."""

    id: str = field(metadata=key(values.slug))
    monday: tuple[Span, ...] = field(default=(), metadata=_DAY)
    tuesday: tuple[Span, ...] = field(default=(), metadata=_DAY)
    wednesday: tuple[Span, ...] = field(default=(), metadata=_DAY)
    thursday: tuple[Span, ...] = field(default=(), metadata=_DAY)
    friday: tuple[Span, ...] = field(default=(), metadata=_DAY)
    saturday: tuple[Span, ...] = field(default=(), metadata=_DAY)
    sunday: tuple[Span, ...] = field(default=(), metadata=_DAY)
    holidays: str = field(default="NL", metadata=key(values.one_of("NL", "")))
    """A country whose public holidays are closing days (ISO 3166-1); empty: none are."""
    exceptions: tuple[ExceptionSettings, ...] = field(
        default=(), metadata=tables("exceptions", ExceptionSettings, most=200)
    )

    @property
    def week(self) -> tuple[tuple[Span, ...], ...]:
        """The days of the week, Monday first."""
        workdays = (self.monday, self.tuesday, self.wednesday, self.thursday, self.friday)
        return (*workdays, self.saturday, self.sunday)

    @property
    def never_opens(self) -> bool:
        """Whether it is closed for good."""
        return not any(itertools.chain(self.week, (each.open for each in self.exceptions)))

    @property
    def never_closes(self) -> bool:
        """Whether it is open day and night, all year."""
        all_day = ((time(0), time(0)),)
        days = (*self.week, *(each.open for each in self.exceptions))
        return not self.holidays and all(each == all_day for each in days)
