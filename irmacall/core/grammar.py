"""What the grammars of all languages have in common: the pieces of speech that a number, a time or a date is put
together from. Each piece is one sound, which a person records once; its words stand in asterisk/prompts.*.toml.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, time
from typing import Final

from irmacall.core.ids import SoundName

Words = tuple[SoundName, ...]
"""Sounds to be played one after the other."""

MOST: Final = 9999
"""The highest number that is spoken."""


@dataclass(frozen=True, slots=True)
class Grammar:
    """How one language puts its pieces together. `own`: the pieces that only this language has."""

    number: Callable[[int], Words]
    """A cardinal number, 0 to MOST."""
    clock: Callable[[time], Words]
    """"at nine thirty a.m.", to the minute."""
    day_of_month: Callable[[date], Words]
    """"the fourth of January"; it follows "on Monday"."""
    own: frozenset[SoundName]


def piece(n: int) -> SoundName:
    """The sound of a number that is one piece: 0 to 19, the tens, 100 and 1000."""
    return SoundName(f"number-{n}")


def weekday(day: date) -> SoundName:
    """ "on Monday"; ISO 8601 numbers, Monday is 1."""
    return SoundName(f"day-{day.isoweekday()}")


def month(day: date) -> SoundName:
    """The name of the month."""
    return SoundName(f"month-{day.month}")


HUNDRED: Final = piece(100)
THOUSAND: Final = piece(1000)
AND: Final = SoundName("number-and")
AT: Final = SoundName("clock-at")
TODAY: Final = SoundName("day-today")
TOMORROW: Final = SoundName("day-tomorrow")
OPENS: Final = SoundName("opens-again")
FIRST_IN_LINE: Final = SoundName("waiting-none")
ONE_WAITING: Final = SoundName("waiting-one")
WAITING_BEGIN: Final = SoundName("waiting-begin")
WAITING_END: Final = SoundName("waiting-end")
ONE_MINUTE: Final = SoundName("wait-one-minute")
WAIT_BEGIN: Final = SoundName("wait-begin")
WAIT_END: Final = SoundName("wait-end")
WAIT_LONG: Final = SoundName("wait-long")

NUMBERS: Final = frozenset(piece(n) for n in (*range(20), *range(20, 100, 10), 100, 1000)) | {AND}
SENTENCES: Final = frozenset(
    {OPENS, FIRST_IN_LINE, ONE_WAITING, WAITING_BEGIN, WAITING_END, ONE_MINUTE, WAIT_BEGIN, WAIT_END, WAIT_LONG}
)
DAYS: Final = (
    frozenset(SoundName(f"day-{n}") for n in range(1, 8))
    | frozenset(SoundName(f"month-{n}") for n in range(1, 13))
    | {TODAY, TOMORROW}
)
COMMON: Final = NUMBERS | SENTENCES | DAYS | {AT}
"""The pieces that every language has."""
