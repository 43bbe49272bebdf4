"""The dialplan says of each moment what the core's hours say, for more than a year from when it was written."""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from irmacall.core.hours import ALWAYS, Hours, Span
from irmacall.ops.render import DeskValues, render_node
from irmacall.ops.timetable import Timetable, timetable
from tests.ops.dialplan import read, walk
from tests.ops.test_render import NODE

TODAY = date(2026, 11, 22)
OFFICE: tuple[Span, ...] = ((time(8, 30), time(12)), (time(13), time(17)))
LATE: tuple[Span, ...] = (*OFFICE, (time(18), time(0)))
CLOSED: tuple[Span, ...] = ()
WEEK = (OFFICE, OFFICE, OFFICE, LATE, OFFICE, CLOSED, CLOSED)
EXCEPTIONS = {
    date(2026, 12, 24): ((time(9), time(12)),),
    date(2027, 3, 26): OFFICE,  # Good Friday
    date(2027, 3, 28): ((time(2, 30), time(3, 30)),),  # clocks go forward
    date(2027, 10, 31): ((time(0), time(2, 15)), (time(2, 30), time(2, 45))),  # and back
    date(2028, 6, 1): CLOSED,  # too far ahead to be named
}
HOURS = Hours("Europe/Amsterdam", WEEK, "NL", EXCEPTIONS)
NIGHT = Hours("Europe/Amsterdam", (((time(0), time(7)), (time(22), time(0))),) * 7)


def rendered(folder: Path, *desks: DeskValues, today: date = TODAY) -> Path:
    """The folder with a node's configuration for these desks."""
    render_node(dataclasses.replace(NODE, desks=desks), folder, today=today)
    return folder


def moments(first: datetime, days: int, step: timedelta) -> list[float]:
    """Moments from the first on."""
    return [(first + step * number).timestamp() for number in range(int(timedelta(days) / step))]


@pytest.mark.parametrize("hours", [HOURS, NIGHT, ALWAYS], ids=["office", "night", "always"])
def test_the_dialplan_knows_the_hours(tmp_path: Path, hours: Hours) -> None:
    """Every 37 minutes for sixty weeks, and every minute of the nights on which clocks change."""
    plan = read(rendered(tmp_path, DeskValues("dorp", ("14010",), (), hours)), "dorp")
    begin = datetime(2026, 11, 22, tzinfo=UTC)
    asked = moments(begin, 60 * 7, timedelta(minutes=37))
    asked += moments(datetime(2027, 3, 27, 22, tzinfo=UTC), 1, timedelta(minutes=1))
    asked += moments(datetime(2027, 10, 30, 22, tzinfo=UTC), 1, timedelta(minutes=1))
    wrong = [moment for moment in asked if walk(plan, moment) != ("open" if hours.open_at(moment) else "closed")]
    assert wrong == []


def test_what_is_named() -> None:
    """Holidays and exceptions that differ from their week, in order, and then the week; nothing that is as ever."""
    assert timetable(Hours("Europe/Amsterdam", (OFFICE,) * 5 + (CLOSED,) * 2, "NL"), TODAY) == Timetable(
        "Europe/Amsterdam",
        (
            *(
                (day, ())
                for day in ("20261225", "20270101", "20270326", "20270329", "20270427", "20270506", "20270517")
            ),
            *((f"day{number}", (("0830", "1200"), ("1300", "1700"))) for number in range(1, 6)),
            ("day6", ()),
            ("day7", ()),
        ),
    )


def test_it_changes_once_a_month(tmp_path: Path) -> None:
    """Rendered again in the same month nothing is written; in the next, what is past goes and what comes is named."""
    desk = DeskValues("dorp", ("14010",), (), HOURS)
    rendered(tmp_path, desk, today=date(2026, 12, 1))
    node = dataclasses.replace(NODE, desks=(desk,))
    assert render_node(node, tmp_path, today=date(2026, 12, 31)) == []
    assert render_node(node, tmp_path, today=date(2027, 1, 1)) == [tmp_path / "irmacall-hours.conf"]
    assert "20270101" in read(tmp_path, "dorp")
    assert "20261225" not in read(tmp_path, "dorp")


def test_long_after_it_was_written_the_week_still_holds(tmp_path: Path) -> None:
    """A file that nobody renewed closes no ordinary day on the date of a holiday of years ago."""
    plan = read(rendered(tmp_path, DeskValues("dorp", ("14010",), (), HOURS)), "dorp")
    for day in (date(2031, 3, 26), date(2031, 5, 6)):
        morning = datetime(day.year, day.month, day.day, 9, tzinfo=UTC).timestamp()
        assert walk(plan, morning) == "open"
        assert walk(plan, morning + 9 * 3600) == "closed"


def test_each_desk_has_hours_and_a_message_of_its_own(tmp_path: Path) -> None:
    """Two desks of a node: what closes one leaves the other open, and each says what it says."""
    night, day = DeskValues("dorp", ("1",), (), NIGHT, "dicht"), DeskValues("dorp-noord", ("2",), (), HOURS)
    rendered(tmp_path, night, day)
    noon = datetime(2026, 11, 23, 10, tzinfo=UTC).timestamp()
    assert walk(read(tmp_path, "dorp"), noon) == "closed"
    assert walk(read(tmp_path, "dorp-noord"), noon) == "open"
    plan = (tmp_path / "extensions.conf").read_text()
    assert plan.index("[irmacall-anonymous-dorp]") < plan.index("(closed),Playback(irmacall/dicht)")
    assert plan.index("[irmacall-anonymous-dorp-noord]") < plan.index("(closed),Playback(irmacall/closed)")
