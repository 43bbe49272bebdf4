"""What one value in the site file may be: each check gives the value as it is used, or says what would be right."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, NoReturn, TypeVar

Check = Callable[[object], Any]
Item = TypeVar("Item")

_SLUG: Final = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_SYSTEM_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}")
_ACCOUNT: Final = re.compile(r"[A-Za-z0-9_-]{1,40}")
_ATTRIBUTE: Final = re.compile(r"[A-Za-z0-9_-]{1,64}(\.[A-Za-z0-9_-]{1,64}){3}")
_NUMBER: Final = re.compile(r"\+[1-9][0-9]{7,14}|14[0-9]{3,4}|0800[0-9]{4,7}|0900[0-9]{4,7}")
_EXTENSION: Final = re.compile(r"\+?[0-9]{2,20}")


class Wrong(ValueError):
    """A value that cannot be used; the message says what would be right, and never quotes the value."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where to listen or to connect: a host name or an IP address, and a port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def text(longest: int = 200) -> Check:
    """Words for people, on one line."""

    def check(value: object) -> str:
        if not isinstance(value, str) or not 0 < len(value) <= longest:
            refuse(f"a text of 1 to {longest} characters")
        if not value.isprintable() or value != value.strip():
            refuse("a text on one line, without space around it")
        return value

    return check


def switch(value: object) -> bool:
    """true or false."""
    if not isinstance(value, bool):
        refuse("true or false, without quotes")
    return value


def whole(least: int, most: int) -> Check:
    """A whole number within bounds."""

    def check(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
            refuse(f"a whole number from {least} to {most}, without quotes")
        return value

    return check


def seconds(least: float, most: float) -> Check:
    """A time in seconds, within bounds."""

    def check(value: object) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not least <= value <= most:
            refuse(f"a number of seconds from {least:g} to {most:g}, without quotes")
        return float(value)

    return check


def one_of(*words: str) -> Check:
    """One word of a few."""

    def check(value: object) -> str:
        if not isinstance(value, str) or value not in words:
            refuse(" or ".join(f'"{word}"' for word in words))
        return value

    return check


def list_of(check_item: Check, least: int = 0, most: int = 100) -> Check:
    """A list in which nothing stands twice."""

    def check(value: object) -> tuple[Any, ...]:
        if not isinstance(value, list) or not least <= len(value) <= most:
            refuse(f"a list of {least} to {most}")
        found = tuple(check_item(item) for item in value)
        if len(set(found)) < len(found):
            refuse("a list in which nothing stands twice")
        return found

    return check


def _matching(pattern: re.Pattern[str], wanted: str) -> Check:
    def check(value: object) -> str:
        if not isinstance(value, str) or not pattern.fullmatch(value):
            refuse(wanted)
        return value

    return check


slug = _matching(_SLUG, "small letters, digits and hyphens, at most 40, beginning with a letter or digit")
called = _matching(re.compile(".{1,80}"), "the id of something in this file")
"""What refers to something by its id. Whether there is such a thing, and what else there is, `references` tells."""
system_name = _matching(_SYSTEM_NAME, "letters, digits and hyphens, at most 40, beginning with a letter or digit")
account = _matching(_ACCOUNT, "letters, digits, hyphens and underscores, at most 40")
attribute_id = _matching(
    _ATTRIBUTE, 'scheme.issuer.credential.attribute, as in "pbdf.gemeente.personalData.familyname"'
)
service_number = _matching(
    _NUMBER, 'a number in E.164 ("+31241234567"), or a Dutch 140xx, 0800 or 0900 number, in digits only'
)
extension = _matching(_EXTENSION, 'digits, with or without a + before them, as the trunk sends them ("31241234567")')
short_number = _matching(
    re.compile("[0-9]{2,6}"), 'a number of 2 to 6 digits, as it is dialled within the municipality ("2100")'
)

sms_sender = _matching(
    re.compile(r"[A-Za-z][A-Za-z0-9 ]{2,10}|\+[1-9][0-9]{7,14}"),
    'a name of 3 to 11 letters, digits and spaces ("Gemeente"), or a number in E.164',
)
prefix = _matching(
    re.compile(r"\+[1-9][0-9]{1,14}"), 'the beginning of numbers in E.164, with its country ("+3124", "+316")'
)


def path(value: object) -> Path:
    """A file or directory; a relative one is taken from the directory of the site file."""
    if not isinstance(value, str) or not value or not value.isprintable():
        refuse("a path")
    return Path(value)


def asterisk_path(value: object) -> str:
    """An absolute path, as Asterisk's files write it."""
    if not isinstance(value, str) or not re.fullmatch(r"/[A-Za-z0-9._/-]*", value):
        refuse("an absolute path of letters, digits, dots, hyphens and underscores")
    return value


def timezone(value: object) -> str:
    """A zone of the tz database."""
    wanted = 'a zone of the tz database ("Europe/Amsterdam")'
    name = string(value, wanted)
    # ValueError: what cannot be a file's name; OSError: a directory of the database, such as "Europe".
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        refuse(wanted)
    return name


def string(value: object, wanted: str) -> str:
    """A text of whatever kind. Raises Wrong."""
    if not isinstance(value, str):
        refuse(wanted)
    return value


def refuse(wanted: str) -> NoReturn:
    """Say what would be right."""
    raise Wrong(wanted) from None
