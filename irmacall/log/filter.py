"""What may stand in a log line: no key that names a caller's data, no value that looks like a code or a number.

This is the net under the wire: nothing that calls the log gives it such a thing on purpose.
"""

from __future__ import annotations

import enum
import re
from typing import Final

from structlog.typing import EventDict, WrappedLogger

DENIED: Final = "<denied>"

_DENIED_KEY: Final = re.compile(
    r"""(?:^|[^a-z])(?:
    address|attributes?|authorization|birth|birthdate|body|bsn|callerid|card|cli|codes?|cookie|credential|dateofbirth
    |digits?|disclosed|dtmf|email|familyname|firstnames?|form|fullname|gender|headers?|initials|ip|keys?|lastname|name
    |nationality|number|password|payload|phonenumber|prefix|query|rawvalue|secret|sex|surname|tel|telephone|text|token
    |url|values?
    )(?:[^a-z]|$)""",
    re.X,
)
"""Keys with such a word in them: `familyname`, but also `caller_number`."""

IDS: Final = frozenset(
    {
        "call",
        "channel",
        "leg",
        "bridge",
        "playback",
        "node",
        "desk",
        "seat",
        "user",
        "page",
        "sealed",
        "grant",
        "fence",
        "seq",
    }
)
"""Keys whose values are made of digits by nature: Asterisk's ids hold the second in which they were made."""

_SHOWN_LENGTH: Final = 2000
_TRACE_LENGTH: Final = 20_000
# An id of Asterisk's: systemname-seconds.count, and what we add to it.
_ASTERISK_ID: Final = r"(?<![\w-])[A-Za-z][\w-]*-[0-9]{10}\.[0-9]+"
_TIME: Final = r"[0-9]{4}-[0-9]{2}-[0-9]{2}"
# Ten digits or more, whatever stands between them when people write numbers; or a number with its country.
_NUMBER: Final = r"\+?[0-9](?:[ -]?[0-9]){9,}|\+[0-9](?:[ -]?[0-9]){6,}"
_LOOK: Final = re.compile(f"(?P<kept>{_ASTERISK_ID}|{_TIME})|{_NUMBER}")
_LOOK_IN_ID: Final = re.compile(rf"(?P<kept>{_ASTERISK_ID})|(?<!\w)(?:{_NUMBER})(?!\w)")


def deny(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """The line with everything taken out that may not stand in it (a structlog processor)."""
    return {key: _judged(key, value) for key, value in line.items()}


def _judged(key: str, value: object) -> object:
    if _DENIED_KEY.search(key.casefold()):
        return DENIED
    return _plain(key, value)


def _plain(key: str, value: object) -> object:
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, enum.Enum):
        return _plain(key, value.value)
    if isinstance(value, int | float):
        return value if key in IDS or abs(value) < 1e8 else DENIED
    if isinstance(value, str):
        return masked(value, key)
    if isinstance(value, list | tuple | set | frozenset):
        return ",".join(str(_plain(key, item)) for item in value)
    # Whatever else: its kind alone. An object's own words may hold anything.
    return f"<{type(value).__name__}>"


def masked(text: str, key: str = "event") -> str:
    """A text as it may be written under this key."""
    look = _LOOK_IN_ID if key in IDS else _LOOK
    short = text[: _TRACE_LENGTH if key == "failure" else _SHOWN_LENGTH]
    return look.sub(lambda found: found["kept"] or DENIED, _printable(short))


def _printable(text: str) -> str:
    """One line whatever is in it: a log that is read in a terminal takes no orders from a stranger."""
    if text.isprintable():
        return text
    return "".join(each if each.isprintable() or each == "\n" else ascii(each)[1:-1] for each in text)
