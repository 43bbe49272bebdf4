"""Calling out: which line a number is dialled on, or that it must not be dialled at all.

The number is fetched here, at the last moment, goes into one request, and is kept nowhere: no log or error shows it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from irmacall.core.ids import NumberId
from irmacall.core.numbers import may_be_called, normalise
from irmacall.errors import PeerError

SUFFIX: Final = "-out"
"""What the name of a line's endpoint for calling out has behind the line's own (asterisk/pjsip.conf.j2)."""


@dataclass(frozen=True, slots=True)
class OutgoingLine:
    """A trunk of this node by which we may call, and the beginnings of the numbers that may be called on it."""

    trunk: str
    prefixes: tuple[str, ...]

    def endpoint(self, number: str) -> str:
        """What Asterisk is asked to call."""
        return f"PJSIP/{number}@{self.trunk}{SUFFIX}"


class CannotCall(PeerError):
    """This number is not called: it is kept no longer, is none, or no line may call it. Never says which number."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """The lines of one node, tried in this order, and who knows the numbers.

    `number_of` gives a number as it was told; None where it is kept no longer.
    """

    lines: tuple[OutgoingLine, ...]
    number_of: Callable[[NumberId], str | None]

    def endpoint(self, number: NumberId) -> str:
        """What to ask of Asterisk. Raises CannotCall, and whatever `number_of` raises."""
        told = self.number_of(number)
        if told is None:
            raise CannotCall("the number is kept no longer")
        return self.endpoint_of(told)

    def may_call(self, told: str) -> bool:
        """Whether a line may call this number."""
        try:
            self.endpoint_of(told)
        except CannotCall:
            return False
        return True

    def endpoint_of(self, told: str) -> str:
        """What to ask of Asterisk for this number. Raises CannotCall: ask before anybody is promised a call."""
        number = normalise(told)
        if number is None:
            raise CannotCall("this is no number that can be called")
        line = next((line for line in self.lines if may_be_called(number, line.prefixes)), None)
        if line is None:
            raise CannotCall("no line may call this number: see node.trunk.outbound.prefixes in the site file")
        return line.endpoint(number)


def _no_number(number: NumberId) -> str | None:
    return None


NOWHERE: Final = Outgoing((), _no_number)
"""A node that calls nobody."""
