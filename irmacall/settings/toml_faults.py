"""What the TOML parser says of a file that it cannot read, with the key that it stopped at and what may help.

Of the line itself nothing is told but a key that a site can have: what else stands there may be a secret.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from irmacall.settings.reading import keys_of, lists_of
from irmacall.settings.site import SiteFile

_PLACE: Final = re.compile(r" \(at (line ([0-9]+), column ([0-9]+)|end of document)\)$")
_KEY: Final = re.compile(r"([a-z0-9_]+)[ \t]*=")
_HINTS: Final = {
    "Invalid value": 'a text needs quotes (key = "text"), true and false small letters',
    "Illegal character": "a text ends on its own line, with the quote that it begins with",
    "Unterminated string": "a text ends with the quotes that it begins with",
    "Unescaped": "a backslash in a text is written twice",
    "Expected '='": "a key has = behind it, and a text quotes around it",
    "Expected newline": "a line holds one key and one value; a text needs quotes",
    "Cannot overwrite": "this key stands there already",
    "Cannot declare": "a table stands there once, with all its keys",
    "Unclosed array": "a list has commas between its values, and ends with ]",
}


_CAPITAL: Final = re.compile(r"(True|False|TRUE|FALSE)\b")
_HEADER: Final = re.compile(r"[ \t]*\[\[?[ \t]*([a-z0-9_.]+)[ \t]*\]")


def told(fault: str, text: str) -> str:
    """The parser's words on one line, as in: is no TOML: Invalid value (at line 40, column 8: key ring); …"""
    place = _PLACE.search(fault)
    words = fault if place is None else fault[: place.start()]
    hint = _of_line(words, place, text) or next(
        (hint for begin, hint in _HINTS.items() if words.startswith(begin)), ""
    )
    return f"{_printable(words)}{_where(place, text)}{f'; {hint}' if hint else ''}"


def _of_line(words: str, place: re.Match[str] | None, text: str) -> str:
    """What may help, where the line itself tells; else nothing."""
    if place is None or place[2] is None:
        return ""
    line = text.split("\n")[int(place[2]) - 1]
    if words.startswith("Invalid value") and (capital := _CAPITAL.match(line, int(place[3]) - 1)):
        return f"write {capital[1].lower()}, in small letters and without quotes"
    header = _HEADER.match(line)
    if words.startswith(("Cannot declare", "Cannot overwrite")) and header and header[1] in _lists():
        return f"there can be several of these: write [[{header[1]}]] above each"
    return ""


def _where(place: re.Match[str] | None, text: str) -> str:
    if place is None:
        return ""
    if place[2] is None:
        return f" (at {place[1]})"
    before = text.split("\n")[int(place[2]) - 1][: int(place[3]) - 1]
    # The nearest: an inline table has several keys on a line.
    keys = [found[1] for found in _KEY.finditer(before) if found[1] in _known()]
    return f" (at {place[1]}: key {keys[-1]})" if keys else f" (at {place[1]})"


def _known() -> set[str]:
    return {name for at in _places() for name in at.split(".")}


def _lists() -> set[str]:
    """The tables of which there can be several, as a file's headings name them."""
    return set(lists_of(SiteFile, ""))


def _places() -> Iterator[str]:
    return (at for at, _ in keys_of(SiteFile, ""))


def _printable(words: str) -> str:
    return words if words.isprintable() else ascii(words)[1:-1]
