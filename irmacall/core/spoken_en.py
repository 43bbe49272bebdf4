"""English, as in Britain: 121 is "one hundred and twenty one", 9.05 "nine oh five a.m."."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from irmacall.core.grammar import AND, AT, HUNDRED, THOUSAND, Grammar, Words, month, piece
from irmacall.core.ids import SoundName

_OH: Final = SoundName("clock-oh")
_AM: Final = SoundName("clock-am")
_PM: Final = SoundName("clock-pm")
_NOON: Final = SoundName("clock-noon")
_MIDNIGHT: Final = SoundName("clock-midnight")
_DATES: Final = tuple(SoundName(f"date-{n}") for n in range(1, 32))


def number(n: int) -> Words:
    """ "and" stands before what is below a hundred, where anything is above it."""
    thousands, rest = divmod(n, 1000)
    hundreds, small = divmod(rest, 100)
    words: Words = (piece(thousands), THOUSAND) if thousands else ()
    words += (piece(hundreds), HUNDRED) if hundreds else ()
    if not words:
        return _below_hundred(small)
    return (*words, AND, *_below_hundred(small)) if small else words


def _below_hundred(n: int) -> Words:
    tens, unit = divmod(n, 10)
    return (piece(n),) if n < 20 or unit == 0 else (piece(tens * 10), piece(unit))


def clock(at: time) -> Words:
    """ "at nine a.m.", "at one thirty p.m."; twelve o'clock has names of its own, since 12 a.m. is unclear."""
    if at.minute == 0 and at.hour in (0, 12):
        return (AT, _NOON if at.hour else _MIDNIGHT)
    hour = number((at.hour - 1) % 12 + 1)
    return (AT, *hour, *_minutes(at.minute), _AM if at.hour < 12 else _PM)


def _minutes(n: int) -> Words:
    if n == 0:
        return ()
    return (_OH, piece(n)) if n < 10 else number(n)


def day_of_month(day: date) -> Words:
    """ "the fourth of January"."""
    return (_DATES[day.day - 1], month(day))


GRAMMAR: Final = Grammar(number, clock, day_of_month, frozenset({_OH, _AM, _PM, _NOON, _MIDNIGHT, *_DATES}))
