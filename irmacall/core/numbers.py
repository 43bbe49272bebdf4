"""Telephone numbers: as people and exchanges write them → E.164, and which of them may be called at all. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

_PUNCTUATION: Final = str.maketrans("", "", " \t-./()")
_E164: Final = re.compile(r"\+[1-9][0-9]{7,14}")
"""ITU-T E.164: at most fifteen digits; no country has subscribers with fewer than eight, its own code with them."""
_DUTCH: Final = re.compile(r"\+31[1-9][0-9]{8}")
"""A Dutch subscriber has nine digits after the country's; 112, 14020 and 0800-1234 are no subscribers."""

NEVER: Final = ("+3166", "+3167", "+3182", "+3184", "+3187", "+3190")
"""Never called, whatever a site allows: Dutch personal and pager numbers, 067 internet access, 0900, 0906 and 0909
(Nummerplan telefoon- en ISDN-diensten): who has such a number earns by each call to it."""


def normalise(written: str) -> str | None:
    """A subscriber's number in E.164 (`+31612345678`); None where this is none.

    Understands `0612345678`, `+31 6 1234 5678`, `0031612345678`, `+31 (0)6 12345678` and, as some trunks send it,
    `31612345678`. A number without its country is Dutch.
    """
    digits = written.replace("(0)", "").translate(_PUNCTUATION)
    if digits.startswith("00"):
        digits = f"+{digits[2:]}"
    elif digits.startswith("0"):
        digits = f"+31{digits[1:]}"
    elif digits.startswith("31"):
        digits = f"+{digits}"
    shape = _DUTCH if digits.startswith("+31") else _E164
    return digits if digits.isascii() and shape.fullmatch(digits) else None


def may_be_called(number: str, prefixes: Iterable[str]) -> bool:
    """Whether this number, in E.164, begins with one of these prefixes and is none of those never called."""
    return number.startswith(tuple(prefixes)) and not number.startswith(NEVER)
