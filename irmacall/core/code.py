"""The ten digits that tie a telephone call to a disclosure: nine drawn by chance, and one that makes a slip heard.

The check digit is Damm's (H. M. Damm, "Total anti-symmetrische Quasigruppen", Marburg 2004): it finds every
single wrong digit and every swap of two neighbours, the two slips that people make.
"""

from __future__ import annotations

from typing import Final

LENGTH: Final = 10

_DAMM: Final = (
    (0, 3, 1, 7, 5, 9, 8, 6, 4, 2),
    (7, 0, 9, 2, 1, 5, 4, 8, 6, 3),
    (4, 2, 0, 6, 8, 7, 1, 3, 5, 9),
    (1, 7, 5, 0, 9, 8, 3, 4, 2, 6),
    (6, 1, 2, 3, 0, 4, 5, 9, 7, 8),
    (3, 6, 7, 4, 2, 0, 9, 5, 8, 1),
    (5, 8, 6, 9, 7, 2, 0, 1, 3, 4),
    (8, 9, 4, 5, 3, 6, 2, 0, 1, 7),
    (9, 4, 3, 8, 6, 1, 7, 2, 0, 5),
    (2, 5, 8, 1, 4, 3, 6, 7, 9, 0),
)


class Digits:
    """Keys that a caller pressed. Never printed, never saved: `plain()` is for hashing and for nothing else."""

    __slots__ = ("_plain",)

    def __init__(self, plain: str = "") -> None:
        self._plain = plain

    def __add__(self, other: Digits) -> Digits:
        return Digits(self._plain + other._plain)

    def __len__(self) -> int:
        return len(self._plain)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Digits) and self._plain == other._plain

    def __hash__(self) -> int:
        raise TypeError("digits are no key: hash a code with the desk's keyed hash")

    def __repr__(self) -> str:
        return f"<{len(self._plain)} digits>"

    def last(self, number: int) -> Digits:
        """The last so many of them."""
        return Digits(self._plain[-number:])

    def __reduce__(self) -> str:
        raise TypeError("digits are never saved")

    def plain(self) -> str:
        """The digits as pressed."""
        return self._plain

    def numeric(self) -> Digits:
        """The same without `*`, `#` and A to D, which are no part of a code."""
        return Digits("".join(key for key in self._plain if key in "0123456789"))


def check_digit(nine: str) -> str:
    """The digit that makes `nine` a code."""
    state = 0
    for digit in nine:
        state = _DAMM[state][int(digit)]
    return str(state)


def make_code(chance: int) -> str:
    """A code from a number that a CSPRNG drew below 10⁹."""
    nine = f"{chance:09d}"
    assert len(nine) == LENGTH - 1
    return nine + check_digit(nine)


def well_formed(digits: Digits) -> bool:
    """Whether these digits can be a code at all: ten of them, and the check digit is right."""
    plain = digits.plain()
    return len(plain) == LENGTH and plain.isascii() and plain.isdigit() and check_digit(plain) == "0"
