"""Numbers, times and places in line, read aloud from the pieces' texts, and understood by an independent reader."""

from __future__ import annotations

import tomllib
import unicodedata
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text_to_num import alpha2digit, text2num

from irmacall.core import spoken
from irmacall.core.grammar import Words
from irmacall.core.ids import LanguageId

NL, EN = LanguageId("nl"), LanguageId("en")
AMSTERDAM = ZoneInfo("Europe/Amsterdam")
CATALOGUES = Path(__file__).resolve().parents[2] / "asterisk"
NUMBERS = st.integers(0, 9999) | st.integers(0, 130)
LANGUAGES = st.sampled_from([NL, EN])


@cache
def _texts(language: LanguageId) -> dict[str, str]:
    return tomllib.loads((CATALOGUES / f"prompts.{language}.toml").read_text(encoding="utf-8"))


def aloud(words: Words, language: LanguageId) -> str:
    """What a caller hears."""
    return " ".join(_texts(language)[word] for word in words)


def plain(text: str) -> str:
    """Without accents: what stands there to be spoken well says no other word."""
    return unicodedata.normalize("NFD", text).encode("ascii", "ignore").decode()


@pytest.mark.parametrize("language", [NL, EN])
def test_a_number_is_understood_as_itself(language: LanguageId) -> None:
    """Whoever hears the pieces of a number, each of them, takes it for that number and no other."""
    for n in range(10_000):
        assert text2num(plain(aloud(spoken.number(n, language), language)), language) == n


@pytest.mark.parametrize(
    ("n", "nl", "en"),
    [
        (0, "nul", "zero"),
        (19, "negentien", "nineteen"),
        (21, "één en twintig", "twenty one"),
        (100, "honderd", "one hundred"),
        (212, "twee honderd twaalf", "two hundred and twelve"),
        (1001, "duizend één", "one thousand and one"),
        (9999, "negen duizend negen honderd negen en negentig", "nine thousand nine hundred and ninety nine"),
    ],
)
def test_a_number_is_said_as_people_say_it(n: int, nl: str, en: str) -> None:
    """The unit before the ten in Dutch, one hundred in English, "and" where it belongs."""
    assert aloud(spoken.number(n, NL), NL) == nl
    assert aloud(spoken.number(n, EN), EN) == en


@pytest.mark.parametrize("day", range(1, 32))
def test_english_days_of_a_month_are_ordinals(day: int) -> None:
    """Each recorded date ends in its number's ordinal."""
    suffix = {1: "st", 2: "nd", 3: "rd"}.get(day % 10 if day not in (11, 12, 13) else 0, "th")
    assert alpha2digit(_texts(EN)[f"date-{day}"], "en", threshold=0) == f"the {day}{suffix}"


@pytest.mark.parametrize(
    ("n", "nl", "en"),
    [
        (0, "U bent als eerste aan de beurt.", "You are first in line."),
        (1, "Er is nog één wachtende voor u.", "There is one caller before you."),
        (7, "Er zijn nog zeven wachtenden voor u.", "There are seven callers before you."),
        (21, "Er zijn nog één en twintig wachtenden voor u.", "There are twenty one callers before you."),
        (10_000, "", ""),
    ],
)
def test_how_many_wait_before_her(n: int, nl: str, en: str) -> None:
    """None, one and many are said differently; more than can be spoken is silence."""
    assert aloud(spoken.waiting_before(n, NL), NL) == nl
    assert aloud(spoken.waiting_before(n, EN), EN) == en


@pytest.mark.parametrize(
    ("seconds", "nl", "en"),
    [
        (0, "U wacht nog ongeveer één minuut.", "You will wait about one more minute."),
        (60, "U wacht nog ongeveer één minuut.", "You will wait about one more minute."),
        (61, "U wacht nog ongeveer twee minuten.", "You will wait about two more minutes."),
        (600, "U wacht nog ongeveer tien minuten.", "You will wait about ten more minutes."),
        (601, "U wacht nog ongeveer vijftien minuten.", "You will wait about fifteen more minutes."),
        (1800, "U wacht nog ongeveer dertig minuten.", "You will wait about thirty more minutes."),
        (1800.5, "U wacht nog langer dan een half uur.", "You will wait more than half an hour."),
        (float("inf"), "U wacht nog langer dan een half uur.", "You will wait more than half an hour."),
    ],
)
def test_how_long_it_takes(seconds: float, nl: str, en: str) -> None:
    """Minutes are rounded up, in steps that nobody can be held to."""
    assert aloud(spoken.expected_wait(seconds, NL), NL) == nl
    assert aloud(spoken.expected_wait(seconds, EN), EN) == en


_TOLD = (*range(1, 11), 15, 20, 25, 30)


@given(st.floats(0, 1800), LANGUAGES)
def test_a_wait_is_never_told_too_short(seconds: float, language: LanguageId) -> None:
    """What is said is at least what was expected, and less than five minutes (below ten: one minute) more."""
    said = spoken.expected_wait(seconds, language)
    told = next(60 * n for n in _TOLD if said == spoken.expected_wait(60 * n, language))
    assert seconds <= told < seconds + (300 if told > 600 else 60.001)


NOW = datetime(2026, 12, 24, 17, 30, tzinfo=AMSTERDAM)  # a Thursday


@pytest.mark.parametrize(
    ("opening", "nl", "en"),
    [
        ("2026-12-24 19:00", "vandaag om negentien uur", "today at seven p.m."),
        ("2026-12-25 09:05", "morgen om negen uur vijf", "tomorrow at nine oh five a.m."),
        ("2026-12-28 09:30", "op maandag om negen uur dertig", "on Monday at nine thirty a.m."),
        ("2026-12-30 12:00", "op woensdag om twaalf uur", "on Wednesday at noon"),
        ("2026-12-31 00:00", "op donderdag één en dertig december om nul uur",
         "on Thursday the thirty-first of December at midnight"),
        ("2027-01-04 13:21", "op maandag vier januari om dertien uur één en twintig",
         "on Monday the fourth of January at one twenty one p.m."),
        ("2027-01-04 00:30", "op maandag vier januari om nul uur dertig",
         "on Monday the fourth of January at twelve thirty a.m."),
    ],
)  # fmt: skip
def test_when_the_desk_opens_again(opening: str, nl: str, en: str) -> None:
    """Today, tomorrow, a weekday, and a week ahead the date too."""
    at = datetime.fromisoformat(opening).replace(tzinfo=AMSTERDAM)
    assert aloud(spoken.opens_at(at, NOW, NL), NL) == f"Wij zijn weer open {nl}"
    assert aloud(spoken.opens_at(at, NOW, EN), EN) == f"We open again {en}"


def test_today_is_the_openings_own_day() -> None:
    """Half past midnight in Amsterdam is not yesterday because the other clock says UTC."""
    now = datetime(2026, 6, 30, 22, 30, tzinfo=ZoneInfo("UTC"))
    opening = datetime(2026, 7, 1, 9, 0, tzinfo=AMSTERDAM)
    assert aloud(spoken.opens_at(opening, now, NL), NL) == "Wij zijn weer open vandaag om negen uur"


@given(NUMBERS, st.floats(0, 1e9), st.integers(0, 400 * 1440), st.text("0123456789", max_size=15), LANGUAGES)
def test_only_known_pieces_are_used(n: int, seconds: float, ahead: int, digits: str, language: LanguageId) -> None:
    """Whatever is told consists of the grammar's own pieces, each of which has a text."""
    opening = NOW + timedelta(minutes=ahead)
    used = {*spoken.number(n, language), *spoken.waiting_before(n, language)}
    used |= {*spoken.expected_wait(seconds, language), *spoken.opens_at(opening, NOW, language)}
    used |= set(spoken.digits(digits, language) if digits else ())
    assert used <= spoken.pieces(language) <= set(_texts(language))


def _everything(language: LanguageId) -> set[str]:
    numbers = {word for n in range(10000) for word in spoken.number(n, language)}
    waits = {word for n in range(3) for word in spoken.waiting_before(n, language)}
    waits |= {word for seconds in (0, 120, 2000) for word in spoken.expected_wait(seconds, language)}
    moments = [NOW + timedelta(minutes=37 * n) for n in range(365 * 1440 // 37)]
    moments += [datetime(2027, 1, 4, hour, 0, tzinfo=AMSTERDAM) for hour in range(24)]
    return numbers | waits | {word for at in moments for word in spoken.opens_at(at, NOW, language)}


@pytest.mark.parametrize("language", [NL, EN])
def test_no_piece_is_recorded_for_nothing(language: LanguageId) -> None:
    """Every piece of a grammar is used by something."""
    assert _everything(language) == spoken.pieces(language)


def test_digits_are_read_one_by_one() -> None:
    """A telephone number is read as it is keyed in."""
    assert aloud(spoken.digits("0612", NL), NL) == "nul zes één twee"
    assert aloud(spoken.digits("112", EN), EN) == "one one two"


@pytest.mark.parametrize(
    "told",
    [
        lambda: spoken.number(-1, NL),
        lambda: spoken.number(10000, EN),
        lambda: spoken.digits("+31", NL),
        lambda: spoken.digits("٣", NL),
        lambda: spoken.digits("", NL),
        lambda: spoken.waiting_before(-1, NL),
        lambda: spoken.expected_wait(-1, NL),
        lambda: spoken.expected_wait(float("nan"), NL),
        lambda: spoken.opens_at(NOW - timedelta(days=1), NOW, NL),
        lambda: spoken.opens_at(NOW.replace(tzinfo=None), NOW, NL),
        lambda: spoken.number(1, LanguageId("fr")),
        lambda: spoken.digits("1", LanguageId("fr")),
        lambda: spoken.pieces(LanguageId("fr")),
    ],
)
def test_what_cannot_be_told_is_an_error(told: Callable[[], object]) -> None:
    """Below none, beyond what there are words for, what is over, and a language without a grammar."""
    with pytest.raises(ValueError, match=r"cannot|only digits|nobody can|is over|no grammar"):
        told()
