"""What is told in numbers, as lists of sounds by the grammar of the caller's language: her place, how long it takes,
when the desk opens. Every function raises ValueError for a language that has no grammar.

grammar.py      the pieces that all languages have
spoken_nl.py    Dutch
spoken_en.py    English
"""

from __future__ import annotations

from datetime import datetime
from typing import Final

from irmacall.core import grammar, spoken_en, spoken_nl
from irmacall.core.grammar import MOST, Grammar, Words
from irmacall.core.ids import LanguageId, SoundName
from irmacall.core.pace import told_minutes

_GRAMMARS: Final = {LanguageId("nl"): spoken_nl.GRAMMAR, LanguageId("en"): spoken_en.GRAMMAR}
LANGUAGES: Final = frozenset(_GRAMMARS)
"""Those that have a grammar."""


def number(n: int, language: LanguageId) -> Words:
    """A cardinal number. Raises ValueError below 0 and above 9999."""
    if not 0 <= n <= MOST:
        raise ValueError(f"{n} cannot be spoken: 0 to {MOST} can")
    return _grammar(language).number(n)


def digits(text: str, language: LanguageId) -> Words:
    """Each digit by itself, as a telephone number is read. Raises ValueError for anything but 0 to 9."""
    _grammar(language)
    if not (text.isascii() and text.isdecimal()):
        raise ValueError("only digits can be spoken one by one")  # not told which: it may be somebody's number
    return tuple(grammar.piece(int(digit)) for digit in text)


def waiting_before(n: int, language: LanguageId) -> Words:
    """How many wait before this caller; nothing for more than can be spoken. Raises ValueError below 0."""
    own = _grammar(language)
    if n < 0:
        raise ValueError(f"{n} callers cannot wait")
    if n == 0:
        return (grammar.FIRST_IN_LINE,)
    if n == 1:
        return (grammar.ONE_WAITING,)
    return (grammar.WAITING_BEGIN, *own.number(n), grammar.WAITING_END) if n <= MOST else ()


def expected_wait(seconds: float, language: LanguageId) -> Words:
    """About how long it takes, in minutes, rounded up: to 1 to 10, 15, 20, 25 or 30; beyond that "more than half an
    hour". Raises ValueError for less than 0, and for what is no number.
    """
    own = _grammar(language)
    minutes = told_minutes(seconds)
    if minutes is None:
        return (grammar.WAIT_LONG,)
    if minutes == 1:
        return (grammar.ONE_MINUTE,)
    return (grammar.WAIT_BEGIN, *own.number(minutes), grammar.WAIT_END)


def opens_at(opening: datetime, now: datetime, language: LanguageId) -> Words:
    """ "We open again" today, tomorrow, on Monday, or on Monday the fourth of January (a week ahead and more), and at
    what time, by the clock of `opening`'s time zone.

    Raises ValueError for a time without a zone, and for an opening on a day that is over.
    """
    own = _grammar(language)
    if opening.tzinfo is None or now.tzinfo is None:
        raise ValueError("a time without a zone cannot be told")
    return (grammar.OPENS, *_day(opening, now.astimezone(opening.tzinfo), own), *own.clock(opening.time()))


def _day(opening: datetime, now: datetime, own: Grammar) -> Words:
    day = opening.date()
    ahead = (day - now.date()).days
    if ahead < 0:
        raise ValueError(f"{opening} is over")
    if ahead < 2:
        return (grammar.TOMORROW if ahead else grammar.TODAY,)
    if ahead < 7:
        return (grammar.weekday(day),)
    return (grammar.weekday(day), *own.day_of_month(day))


def pieces(language: LanguageId) -> frozenset[SoundName]:
    """Every sound that the grammar of this language can use."""
    return grammar.COMMON | _grammar(language).own


def _grammar(language: LanguageId) -> Grammar:
    found = _GRAMMARS.get(language)
    if found is None:
        raise ValueError(f"there is no grammar for {language!r}: there is for {', '.join(sorted(LANGUAGES))}")
    return found
