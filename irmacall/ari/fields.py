"""Strict reading of JSON that Asterisk sent: a path and a type, or a WireError that names the path.

No message here holds a value: what stands in the JSON may be a caller's number or a digit of a code.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Final, TypeVar

import orjson

from irmacall.errors import PeerError

_T = TypeVar("_T")

LONGEST: Final = 4096
"""Characters in one text. Asterisk's own ids are at most 150 characters, its variables 4096 bytes."""


class WireError(PeerError):
    """Asterisk's JSON is not what its documentation says. The message names the path, never the content."""


class Fields:
    """One JSON value together with where it stood, so that a complaint can say where."""

    __slots__ = ("_name", "_under", "_value")

    def __init__(self, value: object, name: str, under: Fields | None = None) -> None:
        """`name`: what it is called, as it follows the path of what it stands `under`."""
        self._value = value
        self._name = name
        self._under = under

    @property
    def path(self) -> str:
        """Where it stood. Put together for complaints alone: each event is read by a dozen steps."""
        return self._name if self._under is None else f"{self._under.path}{self._name}"

    @classmethod
    def parse(cls, text: str | bytes, path: str) -> Fields:
        """Read a document. Raises WireError where it is not JSON."""
        try:
            return cls(orjson.loads(text), path)
        except ValueError:
            # The decoder's message quotes the document, so it is not chained.
            raise WireError(f"{path}: not JSON") from None

    def __getitem__(self, key: str) -> Fields:
        """The member of that name. Raises WireError where there is none, or this is no object."""
        found = self.get(key)
        if found is None:
            raise WireError(f"{self.path}.{key}: missing")
        return found

    def get(self, key: str) -> Fields | None:
        """The member of that name, or None where it is absent or null."""
        members = self._as(dict, "an object")
        value = members.get(key)
        return None if value is None else Fields(value, f".{key}", self)

    def __iter__(self) -> Iterator[Fields]:
        """The items of an array, in order."""
        for index, value in enumerate(self._as(list, "an array")):
            yield Fields(value, f"[{index}]", self)

    def text(self) -> str:
        """A string of at most LONGEST characters."""
        value: str = self._as(str, "a string")
        if len(value) > LONGEST:
            raise WireError(f"{self.path}: too long")
        return value

    def number(self) -> int:
        """A whole number; true and false are none."""
        if isinstance(self._value, bool):
            raise WireError(f"{self.path}: not a number")
        value: int = self._as(int, "a number")
        return value

    def moment(self) -> float:
        """A time as ARI writes it (2026-11-22T11:10:19.776+0000), in Unix seconds."""
        try:
            moment = datetime.fromisoformat(self.text())
        except ValueError:
            raise self.bad("not a time") from None
        if moment.tzinfo is None:
            raise self.bad("a time of no zone")
        return moment.timestamp()

    def texts(self) -> tuple[str, ...]:
        """An array of strings."""
        return tuple(item.text() for item in self)

    def bad(self, why: str) -> WireError:
        """A complaint about this value, for the caller to raise; `why` must not quote the value."""
        return WireError(f"{self.path}: {why}")

    def _as(self, kind: type[_T], name: str) -> _T:
        if not isinstance(self._value, kind):
            raise WireError(f"{self.path}: not {name}")
        return self._value
