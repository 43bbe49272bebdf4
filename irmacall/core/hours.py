"""When a desk or a queue is open: weekly hours, public holidays, and the days on which it is otherwise.

Everything is told in the wall-clock time of a time zone: it is open when the clock on the wall shows a time within a
span. So on the night on which clocks go back, what is between 02:00 and 03:00 comes twice; on the one on which they
go forward it does not come.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Final
from zoneinfo import ZoneInfo

Span = tuple[time, time]
"""From the first moment on, and until (not with) the second; 00:00 as the end is midnight at the end of the day."""

Stretch = tuple[int, int]
"""From the first epoch second on, until (not with) the second."""

_DAY: Final = 86_400
_YEAR: Final = 366
"""Days that are looked ahead."""
_KEPT: Final = 800
"""Days that are kept, once they have been worked out."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours. `week` has seven days, Monday first, each with its spans in order and apart from each other.

    Holidays are those that the `holidays` package counts as public. For the Netherlands that is New Year's Day, Good
    Friday, Easter, King's Day, Liberation Day in every fifth year (2025, 2030, …), Ascension Day, Pentecost and both
    days of Christmas. A desk that works on one of them, or does not on another day, says so in `exceptions`.
    """

    timezone: str
    week: tuple[tuple[Span, ...], ...]
    holidays: str | None = None
    """A country whose public holidays are closing days: ISO 3166-1 ("NL"); None: none are."""
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    """Days on which it is otherwise, holidays included; no spans: closed."""
    _days: dict[int, tuple[Stretch, ...]] = field(default_factory=dict, init=False, repr=False, compare=False)
    """By the number of a day of UTC since the epoch: what of it is open, in order. Worked out once."""

    def __post_init__(self) -> None:
        """Raises KeyError (ZoneInfoNotFoundError) for an unknown zone, NotImplementedError for an unknown country."""
        assert len(self.week) == 7
        _zone(self.timezone)
        if self.holidays is not None:
            # Loading the package takes a quarter of a second: now, and not when a call comes.
            _public(self.holidays, _EPOCH.year)

    def open_at(self, now: float) -> bool:
        """Whether it is open at this moment (epoch seconds)."""
        return any(begin <= now < end for begin, end in self._day(int(now // _DAY)))

    def next_opening(self, now: float) -> float | None:
        """When it opens next (epoch seconds); None: it is open now, or does not open within a year."""
        return None if self.open_at(now) else self.next_change(now)

    def next_change(self, now: float) -> float | None:
        """When it next opens or closes (epoch seconds); None: neither within a year."""
        since = now
        for begin, end in self._stretches(int(now // _DAY)):
            if end <= now:
                continue
            if begin > since:
                return since if since > now else begin
            since = end
        return since if now < since < (now // _DAY + _YEAR) * _DAY else None

    def spans(self, day: date) -> tuple[Span, ...]:
        """When it is open on this day of the calendar."""
        found = self.exceptions.get(day)
        if found is not None:
            return found
        return () if self.holiday(day) else self.week[day.weekday()]

    def holiday(self, day: date) -> str | None:
        """The public holiday, by its name in the country's own language, for which it is closed, exceptions aside."""
        return None if self.holidays is None else _public(self.holidays, day.year).get(day)

    def _stretches(self, first: int) -> Iterator[Stretch]:
        """What is open from this day of UTC on, for a year, in order."""
        for number in range(first, first + _YEAR):
            yield from self._day(number)

    def _day(self, number: int) -> tuple[Stretch, ...]:
        found = self._days.get(number)
        if found is None:
            if len(self._days) >= _KEPT:
                self._days.clear()
            found = self._days[number] = tuple(self._worked_out(number * _DAY))
        return found

    def _worked_out(self, midnight: int) -> Iterator[Stretch]:
        """What is open in the day of UTC that begins here."""
        for begin, end, offset in _clock(self.timezone, midnight):
            for day in _calendar(begin + offset, end + offset):
                zero = (day - _EPOCH).days * _DAY - offset
                for since, until in self.spans(day):
                    opens, closes = max(begin, zero + _seconds(since)), min(end, zero + (_seconds(until) or _DAY))
                    if opens < closes:
                        yield opens, closes


_EPOCH: Final = date(1970, 1, 1)


def _seconds(moment: time) -> int:
    return moment.hour * 3600 + moment.minute * 60 + moment.second


def _calendar(begin: int, end: int) -> Iterator[date]:
    """The days of the calendar that a stretch of wall-clock seconds touches."""
    for number in range(begin // _DAY, (end - 1) // _DAY + 1):
        yield _EPOCH + timedelta(number)


def _clock(zone: str, midnight: int) -> Iterator[tuple[int, int, int]]:
    """The day of UTC that begins here, cut where the zone's clocks are changed: begin, end, seconds ahead of UTC."""
    first, last = _ahead(zone, midnight), _ahead(zone, midnight + _DAY)
    if first == last:
        yield midnight, midnight + _DAY, first
        return
    low, high = midnight, midnight + _DAY
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _ahead(zone, middle) == first else (low, middle)
    yield midnight, high, first
    yield high, midnight + _DAY, last


def _ahead(zone: str, moment: int) -> int:
    """Seconds that the zone's clocks are ahead of UTC."""
    offset = datetime.fromtimestamp(moment, UTC).astimezone(_zone(zone)).utcoffset()
    assert offset is not None, "a zone of the tz database knows its offset"
    return round(offset.total_seconds())


@cache
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


@cache
def _public(country: str, year: int) -> Mapping[date, str]:
    import holidays

    # In the country's own language: unless told, the package names them in that of whoever asks.
    own = holidays.country_holidays(country).default_language
    return dict(
        holidays.country_holidays(country, years=year, expand=False, categories=holidays.PUBLIC, language=own)
    )


_ALL_DAY: tuple[Span, ...] = ((time(0), time(0)),)
ALWAYS = Hours("UTC", (_ALL_DAY,) * 7)
"""Open day and night."""
