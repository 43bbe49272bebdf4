"""Fields of JSON, taken with their types checked. What is wrong is named by its place, never by its content."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from irmacall.errors import PeerError


def loads(body: str) -> Any:
    """Parse a whole answer. Raises PeerError."""
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        # Not chained: a JSON error quotes what it could not read.
        raise PeerError("the yivi server: its answer is no JSON") from None


def record(value: Any) -> Mapping[str, Any]:
    """A JSON object. Raises PeerError."""
    if not isinstance(value, dict):
        raise PeerError("the yivi server: an object was expected")
    return value


def items(value: Any) -> list[Any]:
    """A JSON array. Raises PeerError."""
    if not isinstance(value, list):
        raise PeerError("the yivi server: a list was expected")
    return value


def text(
    fields: Mapping[str, Any], name: str, form: re.Pattern[str] | None = None, *, absent: str | None = None
) -> str:
    """A string, of this form; `absent` stands for one that is not there. Raises PeerError."""
    value = fields.get(name, absent)
    if not isinstance(value, str) or not _whole(value) or (form is not None and not form.fullmatch(value)):
        raise PeerError(f"the yivi server: {name} is not what it should be")
    return value


def _whole(value: str) -> bool:
    """JSON may carry half a character (a lone surrogate), which nothing after us could write down."""
    return not any("\ud800" <= letter <= "\udfff" for letter in value)


def number(fields: Mapping[str, Any], name: str) -> int:
    """A whole number. Raises PeerError."""
    value = fields.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        raise PeerError(f"the yivi server: {name} is no whole number")
    return value
