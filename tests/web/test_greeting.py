"""How a caller is greeted and written."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from irmacall.core.ids import LanguageId
from irmacall.web import greeting

AMSTERDAM = ZoneInfo("Europe/Amsterdam")
MORNING = datetime(2026, 3, 2, 9, 30, tzinfo=AMSTERDAM)


@pytest.mark.parametrize(
    ("prefix", "familyname", "gender", "said"),
    [
        ("de", "Vries", "V", "Goedemorgen mevrouw De Vries"),
        ("", "Jansen", "V", "Goedemorgen mevrouw Jansen"),
        ("van der", "Meer", "M", "Goedemorgen meneer Van der Meer"),
        ("'t", "Hart", "F", "Goedemorgen mevrouw 't Hart"),
        ("d'", "Ancona", "male", "Goedemorgen meneer D'Ancona"),
        ("de", "Vries", "", "Goedemorgen, J. de Vries"),
        ("de", "Vries", "X", "Goedemorgen, J. de Vries"),
        ("", "", "", "Goedemorgen, J."),
    ],
)
def test_greeting_follows_gender_and_prefix(prefix: str, familyname: str, gender: str, said: str) -> None:
    """The tussenvoegsel gets its capital after a form of address only; without a gender it is neutral."""
    assert greeting.greeting(MORNING, initials="J", prefix=prefix, familyname=familyname, gender=gender) == said


@pytest.mark.parametrize(
    ("hour", "gender", "said"),
    [
        (9, "V", "Good morning Ms De Vries"),
        (13, "male", "Good afternoon Mr De Vries"),
        (19, "", "Good evening, J. de Vries"),
    ],
)
def test_who_chose_english_is_greeted_in_it(hour: int, gender: str, said: str) -> None:
    """Her name stays the Dutch one that it is."""
    at, english = MORNING.replace(hour=hour), LanguageId("en")
    names = {"initials": "J", "prefix": "de", "familyname": "Vries"}
    assert greeting.greeting(at, gender=gender, language=english, **names) == said


def test_who_speaks_what_we_do_not_is_greeted_in_dutch() -> None:
    """A language of which we have no words; and the screen says in which the greeting is."""
    frisian = LanguageId("fy")
    said = greeting.greeting(MORNING, initials="J", prefix="", familyname="Jansen", gender="V", language=frisian)
    assert (said, greeting.spoken(frisian)) == ("Goedemorgen mevrouw Jansen", "nl")


@pytest.mark.parametrize(
    ("hour", "said"),
    [
        (5, "Goedenavond"),
        (6, "Goedemorgen"),
        (11, "Goedemorgen"),
        (12, "Goedemiddag"),
        (17, "Goedemiddag"),
        (18, "Goedenavond"),
    ],
)
def test_greeting_follows_the_time_of_day(hour: int, said: str) -> None:
    """Morning, afternoon and evening begin at 6, 12 and 18 o'clock."""
    assert greeting.time_of_day(MORNING.replace(hour=hour)) == said


@pytest.mark.parametrize(
    ("given_as", "written"), [("J", "J."), ("JP", "J.P."), ("J.P.", "J.P."), ("Th.", "Th."), ("", "")]
)
def test_initials_get_their_points(given_as: str, written: str) -> None:
    """Initials without points get them; what has points stays."""
    assert greeting.dotted(given_as) == written


def test_nothing_known_is_still_a_greeting() -> None:
    """Without any name, or with one that shows nothing, the greeting is the time of day alone."""
    for nothing in ("", " ", "\u202e"):
        assert greeting.greeting(MORNING, initials="", prefix="", familyname=nothing, gender="V") == "Goedemorgen"


@given(st.text(max_size=40))
def test_a_name_cannot_turn_the_line_round(name: str) -> None:
    """Whatever is in a name, no control or direction character reaches the screen."""
    shown = greeting.written(name, name, name)
    assert not any(
        ord(c) < 32 or c in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200b\u200f" for c in shown
    )
