"""Dutch: 21 is "één en twintig", 1100 "duizend honderd", 9.30 "negen uur dertig", by the clock of 24 hours."""

from __future__ import annotations

from datetime import date, time
from typing import Final

from irmacall.core.grammar import AND, AT, HUNDRED, THOUSAND, Grammar, Words, month, piece
from irmacall.core.ids import SoundName

_OCLOCK: Final = SoundName("clock-hour")


def number(n: int) -> Words:
    """The unit comes before the ten; no "één" before honderd and duizend."""
    thousands, rest = divmod(n, 1000)
    hundreds, small = divmod(rest, 100)
    words = _counted(thousands, THOUSAND) + _counted(hundreds, HUNDRED)
    return words + _below_hundred(small) if small or not words else words


def _counted(n: int, of: SoundName) -> Words:
    if n == 0:
        return ()
    return (of,) if n == 1 else (piece(n), of)


def _below_hundred(n: int) -> Words:
    tens, unit = divmod(n, 10)
    if n < 20 or unit == 0:
        return (piece(n),)
    return (piece(unit), AND, piece(tens * 10))


def clock(at: time) -> Words:
    """ "om negen uur", "om dertien uur dertig": said as it is written, which is the clearest."""
    minutes = number(at.minute) if at.minute else ()
    return (AT, *number(at.hour), _OCLOCK, *minutes)


def day_of_month(day: date) -> Words:
    """ "vier januari"."""
    return (*number(day.day), month(day))


GRAMMAR: Final = Grammar(number, clock, day_of_month, frozenset({_OCLOCK}))
