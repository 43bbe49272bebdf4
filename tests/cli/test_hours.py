"""`irmacall hours`: what a site file makes of a moment, before it comes."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.cli.command import Ended, here
from tests.settings.exchange import DESK, changed, make_exchange
from tests.settings.sample import Sample

KANTOOR = {"desk voorbeeld", "queue algemeen", "queue burgerzaken"}
"""What goes by this schedule; the queue `belastingen` has one of its own."""


@pytest.fixture
def site(tmp_path: Path) -> Sample:
    """A desk that is open on Monday and Tuesday, with a queue that is on Friday evening; without its secrets."""
    sample = make_exchange(tmp_path, DESK)
    for secret in sample.credentials.iterdir():
        secret.unlink()
    return sample


def asked(site: Sample, at: str) -> Ended:
    """What it says of this moment."""
    return here("hours", "--site", site.file, "--at", at)


@pytest.mark.parametrize(
    ("at", "kantoor", "belastingen"),
    [
        (
            "2026-12-24 12:30",
            "closed * kantoor, exception of this day: 09:00-12:00; opens Monday 2027-01-04 09:00"
            "; callers go to message gesloten",
            "closed * avond, every Thursday: closed all day; opens Friday 2026-12-25 18:00"
            "; callers go to queue algemeen",
        ),
        (
            "2026-12-24 11:59",
            "open   * kantoor, exception of this day: 09:00-12:00; closes Thursday 2026-12-24 12:00",
            "closed * avond, every Thursday: closed all day; opens Friday 2026-12-25 18:00"
            "; callers go to queue algemeen",
        ),
        (
            "2026-12-25 20:00",
            "closed * kantoor, public holiday, Eerste kerstdag: closed all day; opens Monday 2027-01-04 09:00"
            "; callers go to message gesloten",
            "open   * avond, every Friday: 18:00-24:00; closes Saturday 2026-12-26 00:00"
            " (the desk is closed: its `closed` must lead here)",
        ),
        (
            "2026-12-30 10:00",
            "closed * kantoor, exception of this day: closed all day; opens Monday 2027-01-04 09:00"
            "; callers go to message gesloten",
            "closed * avond, every Wednesday: closed all day; opens Friday 2027-01-01 18:00"
            "; callers go to queue algemeen",
        ),
        (
            "2026-11-24 12:30",
            "closed * kantoor, every Tuesday: 09:00-12:00, 13:00-17:00; opens Tuesday 2026-11-24 13:00"
            "; callers go to message gesloten",
            "closed * avond, every Tuesday: closed all day; opens Friday 2026-11-27 18:00"
            "; callers go to queue algemeen",
        ),
    ],
)
def test_each_is_told_with_why_and_until_when(site: Sample, at: str, kantoor: str, belastingen: str) -> None:
    """An exception, a holiday and the week, for what has the desk's hours and what has its own."""
    ended = asked(site, at)
    assert (ended.code, ended.err) == (0, "")
    heading, *lines = ended.out.splitlines()
    assert heading.endswith(f"{at} Europe/Amsterdam (CET)")
    expected = {kantoor.replace("*", f"{each}:") for each in KANTOOR}
    assert set(lines) == expected | {belastingen.replace("*", "queue belastingen:")}
    assert len(lines) == 4


def test_a_desk_without_hours_is_always_open(site: Sample) -> None:
    """Its queues too, but for those that have their own."""
    site.change('hours = "kantoor"\nclosed = { message = "gesloten" }\n', "")
    site.change('id = "algemeen"', 'id = "algemeen"\nhours = "kantoor"')
    lines = asked(site, "2026-12-25 03:00").out.splitlines()
    assert "open   desk voorbeeld: no schedule: always open; no change within a year" in lines
    assert "open   queue burgerzaken: no schedule: always open; no change within a year" in lines
    assert any(line.startswith("closed queue algemeen: kantoor, public holiday") for line in lines)


def test_where_callers_go_is_the_shipped_message_where_the_site_names_none(site: Sample) -> None:
    """For the desk, and for what goes by its `closed`."""
    site.change('closed = { message = "gesloten" }\n', "")
    lines = [line for line in asked(site, "2026-04-27 10:00").out.splitlines() if "kantoor" in line]
    assert len(lines) == len(KANTOOR)
    assert all("public holiday, Koningsdag: closed all day; opens Tuesday" in line for line in lines)
    assert all(line.endswith("; callers go to message closed") for line in lines)


def test_it_is_asked_by_the_desk_s_own_clocks(tmp_path: Path) -> None:
    """Another zone's office opens at another moment, and its clocks show nine."""
    desk = changed('id = "voorbeeld"', 'id = "voorbeeld"\ntimezone = "America/Curacao"')
    told = asked(make_exchange(tmp_path, desk), "2026-11-23 09:00").out
    assert told.startswith("Monday 2026-11-23 09:00 America/Curacao (AST)\nopen   desk voorbeeld")


def test_without_a_moment_it_is_now(site: Sample) -> None:
    """By the same clocks."""
    zone = ZoneInfo("Europe/Amsterdam")
    before = datetime.now(zone)
    heading = here("hours", "--site", site.file).out.splitlines()[0]
    assert heading in {f"{at:%A %Y-%m-%d %H:%M} Europe/Amsterdam ({at:%Z})" for at in (before, datetime.now(zone))}


def test_what_the_clocks_show_twice_is_the_first_and_what_they_never_show_is_told(site: Sample) -> None:
    """The nights on which clocks go back and forward."""
    assert asked(site, "2026-10-25 02:30").out.startswith("Sunday 2026-10-25 02:30 Europe/Amsterdam (CEST)\n")
    never = asked(site, "2026-03-29 02:30")
    assert (never.code, never.out) == (2, "")
    assert never.err == (
        "irmacall: --at 2026-03-29 02:30: the clocks of Europe/Amsterdam go forward, and never show that\n"
    )


@pytest.mark.parametrize("at", ["tomorrow", "2026-12-24", "24-12-2026 12:30", "2026-13-01 12:30", "1026-12-24 12:30"])
def test_what_is_no_moment_is_told_with_one_that_is(site: Sample, at: str) -> None:
    """As an argument that cannot be."""
    ended = asked(site, at)
    assert ended.code == 2
    assert 'as in "2026-12-24 12:30"' in ended.err
