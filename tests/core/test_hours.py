"""Opening hours, beside a model that looks at the clock on the wall minute by minute."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import holidays
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from irmacall.core.hours import ALWAYS, Hours, Span

AMSTERDAM = "Europe/Amsterdam"
OFFICE: tuple[Span, ...] = ((time(8, 30), time(17)),)
SHUT: tuple[Span, ...] = ()
WEEK = (OFFICE,) * 5 + (SHUT, SHUT)

NIGHTS = [
    (AMSTERDAM, datetime(2027, 3, 28, tzinfo=UTC)),
    (AMSTERDAM, datetime(2027, 10, 31, tzinfo=UTC)),
    (AMSTERDAM, datetime(2026, 12, 31, tzinfo=UTC)),
    ("Australia/Lord_Howe", datetime(2027, 4, 3, tzinfo=UTC)),  # half an hour
    ("America/St_Johns", datetime(2007, 11, 4, tzinfo=UTC)),  # one minute past midnight, back to the day before
    ("Africa/Cairo", datetime(2027, 4, 29, tzinfo=UTC)),  # a day without a midnight
    ("Pacific/Apia", datetime(2011, 12, 30, tzinfo=UTC)),  # a day that there never was
    ("Asia/Kathmandu", datetime(2027, 1, 1, tzinfo=UTC)),
]
"""Nights on which something is odd, in their zones."""

DUTCH = holidays.country_holidays("NL", categories=holidays.PUBLIC)


def at(text: str, zone: str = AMSTERDAM, fold: int = 0) -> float:
    """The moment at which the clock on the wall shows this; `fold` 1: the second time that it does."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone), fold=fold).timestamp()


def shown(moment: float | None, zone: str = AMSTERDAM) -> str | None:
    """What the clock on the wall shows then."""
    return None if moment is None else datetime.fromtimestamp(moment, ZoneInfo(zone)).isoformat(" ", "minutes")


def model(hours: Hours, now: float) -> bool:
    """Whether it is open, by the clock on the wall."""
    wall = datetime.fromtimestamp(now, ZoneInfo(hours.timezone))
    day, moment = wall.date(), wall.time()
    if day in hours.exceptions:
        spans = hours.exceptions[day]
    elif hours.holidays and day in DUTCH:
        spans = ()
    else:
        spans = hours.week[day.weekday()]
    return any(begin <= moment and (moment < end or end == time(0)) for begin, end in spans)


@st.composite
def days(draw: st.DrawFn) -> tuple[Span, ...]:
    """Some spans of one day, in order and apart, on whole minutes; often near the hours in which clocks change."""
    minute = st.one_of(st.integers(0, 1439), st.sampled_from((0, 119, 120, 121, 150, 179, 180, 181, 1439)))
    cuts = sorted(draw(st.sets(minute, max_size=6)))
    if len(cuts) % 2:
        cuts.append(1440)
    times = [time(cut // 60 % 24, cut % 60) for cut in cuts]
    return tuple(zip(times[::2], times[1::2], strict=True))


@st.composite
def odd_hours(draw: st.DrawFn) -> tuple[Hours, datetime]:
    """Any hours in one of the odd nights' zones, exceptions near that night, and the night."""
    zone, night = draw(st.sampled_from(NIGHTS))
    near = st.integers(-2, 2).map(lambda days: night.date() + timedelta(days))
    exceptions = draw(st.dictionaries(near, days(), max_size=3))
    week = tuple(draw(st.lists(days(), min_size=7, max_size=7)))
    return Hours(zone, week, draw(st.sampled_from((None, "NL"))), exceptions), night


@given(odd_hours())
@settings(max_examples=40, deadline=None)
def test_every_minute_of_an_odd_night(given: tuple[Hours, datetime]) -> None:
    """`open_at` is what the clock on the wall says, and the next change is where that changes, minute by minute."""
    hours, night = given
    first = int(night.timestamp()) - 86_400
    minutes = range(first, first + 3 * 86_400, 60)
    model_open = [model(hours, minute) for minute in minutes]
    assert [hours.open_at(minute) for minute in minutes] == model_open
    upcoming: int | None = None
    for index in reversed(range(len(model_open) - 1)):
        if model_open[index + 1] != model_open[index]:
            upcoming = minutes[index + 1]
        if upcoming is not None and index % 7 == 0:
            now = minutes[index] + 0.5
            assert hours.next_change(now) == upcoming
            assert hours.next_opening(now) == (None if model_open[index] else upcoming)


@given(odd_hours(), st.floats(0, 400 * 86_400))
@settings(max_examples=50, deadline=None)
def test_the_three_agree(given: tuple[Hours, datetime], later: float) -> None:
    """At the next change it is otherwise, just before it is not, and it opens next where it is shut until then."""
    hours, night = given
    now = night.timestamp() + later
    change = hours.next_change(now)
    assert hours.next_opening(now) == (None if hours.open_at(now) else change)
    if change is not None:
        assert change > now
        assert hours.open_at(change) is not hours.open_at(now)
        assert hours.open_at((now + change) / 2) is hours.open_at(now)
        assert hours.open_at(change - 0.001) is hours.open_at(now)


@pytest.mark.parametrize(
    ("now", "is_open", "change"),
    [
        ("2026-11-23 08:29:59.999", False, "2026-11-23 08:30+01:00"),
        ("2026-11-23 08:30", True, "2026-11-23 17:00+01:00"),
        ("2026-11-23 16:59:59.999", True, "2026-11-23 17:00+01:00"),
        ("2026-11-23 17:00", False, "2026-11-24 08:30+01:00"),
        ("2026-11-27 18:00", False, "2026-11-30 08:30+01:00"),
        ("2026-03-27 18:00", False, "2026-03-30 08:30+02:00"),  # over the night on which clocks go forward
    ],
)
def test_an_ordinary_week(now: str, is_open: bool, change: str) -> None:
    """The first moment of a span is open and its last is not; over the weekend Monday is next."""
    hours = Hours(AMSTERDAM, WEEK)
    assert hours.open_at(at(now)) is is_open
    assert shown(hours.next_change(at(now))) == change


def test_half_past_two_that_does_not_come() -> None:
    """On the night on which clocks go forward, a span within the lost hour is not there, and one over it is cut."""
    lost = Hours(AMSTERDAM, ((),) * 7, exceptions={date(2027, 3, 28): ((time(2, 15), time(2, 45)),)})
    assert lost.next_opening(at("2027-03-27 12:00")) is None
    over = Hours(AMSTERDAM, ((),) * 7, exceptions={date(2027, 3, 28): ((time(2, 30), time(3, 30)),)})
    assert shown(over.next_opening(at("2027-03-27 12:00"))) == "2027-03-28 03:00+02:00"
    assert shown(over.next_change(at("2027-03-28 03:00"))) == "2027-03-28 03:30+02:00"


def test_half_past_two_that_comes_twice() -> None:
    """On the night on which clocks go back, what the clock shows twice is open twice."""
    hours = Hours(AMSTERDAM, ((),) * 7, exceptions={date(2027, 10, 31): ((time(2, 30), time(2, 45)),)})
    assert hours.open_at(at("2027-10-31 02:40"))
    assert not hours.open_at(at("2027-10-31 02:50"))
    assert shown(hours.next_opening(at("2027-10-31 02:50"))) == "2027-10-31 02:30+01:00"
    assert hours.open_at(at("2027-10-31 02:40", fold=1))
    whole = Hours(AMSTERDAM, ((),) * 7, exceptions={date(2027, 10, 31): ((time(2), time(3)),)})
    assert whole.next_change(at("2027-10-31 02:00")) == at("2027-10-31 03:00")
    assert at("2027-10-31 03:00") - at("2027-10-31 02:00") == 7200


def test_until_midnight_and_on() -> None:
    """A span that ends at 00:00 lasts until midnight, and one that begins there goes on from it without a gap."""
    evening, morning = (time(20), time(0)), (time(0), time(6))
    hours = Hours(AMSTERDAM, ((morning, evening),) * 7)
    assert hours.open_at(at("2026-11-23 23:59:59"))
    assert shown(hours.next_change(at("2026-11-23 21:00"))) == "2026-11-24 06:00+01:00"


def test_a_desk_that_never_opens_and_one_that_never_closes() -> None:
    """Neither changes, and neither is looked for without end."""
    never = Hours(AMSTERDAM, (SHUT,) * 7)
    assert never.next_opening(at("2026-11-23 12:00")) is None
    assert never.next_change(at("2026-11-23 12:00")) is None
    assert ALWAYS.open_at(at("2026-11-23 12:00"))
    assert ALWAYS.next_opening(at("2026-11-23 12:00")) is None
    assert ALWAYS.next_change(at("2026-11-23 12:00")) is None


@pytest.mark.parametrize(
    ("day", "closed"),
    [
        (date(2026, 4, 3), True),  # Good Friday, which the package counts as public
        (date(2026, 4, 6), True),
        (date(2026, 4, 27), True),
        (date(2025, 4, 28), False),  # the King's birthday was a Sunday: the Saturday before was the holiday
        (date(2025, 5, 5), True),  # Liberation Day, every fifth year
        (date(2026, 5, 5), False),
        (date(2026, 5, 14), True),
        (date(2026, 12, 24), False),
        (date(2026, 12, 25), True),
    ],
)
def test_dutch_holidays(day: date, closed: bool) -> None:
    """On the days that the `holidays` package counts as public it is closed, on others it is not."""
    hours = Hours(AMSTERDAM, WEEK, "NL")
    noon = at(f"{day} 12:00")
    assert hours.open_at(noon) is not closed
    assert (hours.holiday(day) is not None) is closed
    assert Hours(AMSTERDAM, WEEK).open_at(noon)


def test_exceptions_go_before_holidays_and_weeks() -> None:
    """A day that is named is as it is named: open on Good Friday, open on a Saturday, closed on a Monday."""
    morning: tuple[Span, ...] = ((time(9), time(12)),)
    named = {date(2026, 4, 3): OFFICE, date(2026, 11, 28): morning, date(2026, 11, 30): SHUT}
    hours = Hours(AMSTERDAM, WEEK, "NL", named)
    assert hours.open_at(at("2026-04-03 12:00"))
    assert shown(hours.next_opening(at("2026-11-27 17:00"))) == "2026-11-28 09:00+01:00"
    assert shown(hours.next_opening(at("2026-11-28 12:00"))) == "2026-12-01 08:30+01:00"


def test_what_is_not_known_is_told_at_once() -> None:
    """An unknown zone or country is an error where the hours are made, and none of a caller's."""
    with pytest.raises(KeyError, match="Nowhere"):
        Hours("Europe/Nowhere", WEEK)
    with pytest.raises(NotImplementedError, match="XX"):
        Hours(AMSTERDAM, WEEK, "XX")


def test_years_of_questions_take_no_more_and_more_room() -> None:
    """What was worked out for days long past is let go."""
    hours = Hours(AMSTERDAM, WEEK)
    for day in range(5000):
        hours.open_at(day * 86_400.0)
    assert len(hours._days) <= 800
