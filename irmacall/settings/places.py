"""Where a problem is, for people: a table of a desk has a number in a path, and they know it by its id."""

from __future__ import annotations

import re
from typing import Any, Final

from irmacall.settings.references import read, tables
from irmacall.settings.values import slug

_PLACE: Final = re.compile(r"desk\[([0-9]+)\]\.(([a-z]+)\[([0-9]+)\])(?!\.id\b)")


def named(line: str, raw: dict[str, Any]) -> str:
    """A problem's line, with the id of the desk's table that it is about, where that has one. `raw`: the whole file.

    As in: desk[1].queue[2].most: is missing: … (queue[2] is 'burgerzaken')
    """
    place = _PLACE.match(line)
    if place is None:
        return line
    found = _numbered(_numbered(raw, "desk", int(place[1])), place[3], int(place[4]))
    id_ = read(slug, found.get("id"))
    return line if id_ is None else f"{line} ({place[2]} is '{id_}')"


def _numbered(table: dict[str, Any], name: str, number: int) -> dict[str, Any]:
    return dict(enumerate(tables(table.get(name)), 1)).get(number, {})
