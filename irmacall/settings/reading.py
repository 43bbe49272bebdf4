"""From the site file's tables to our dataclasses. The dataclasses are the schema: each field knows what it may be.

    name: str = field(metadata=key(text()))            a key that must be there
    ring: float = field(default=20.0, metadata=...)    one that need not be
    queues: tuple[…] = field(metadata=tables("queue", QueueSettings))      [[desk.queue]]

Nothing raises for what an operator wrote: every problem is noted, and reading goes on.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, TypeVar

from irmacall.settings.values import Check, Wrong

Kind = TypeVar("Kind")

_LONGEST_SHOWN: Final = 160
_MOST_SHOWN: Final = 12
"""Items of a list or a table."""
_LOOKS_SECRET: Final = re.compile(
    r"password|passwd|secret|token|credential|wachtwoord|(^|[_-])(pass|pw|key|hash|ha1)$", re.I
)
_LOGIN_IN_URL: Final = re.compile(r"//[^/@'\"]*@")


class Problems:
    """What is wrong with a site: one line each, in the order of the file."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def note(self, where: str, wanted: str) -> None:
        """Something is wrong at `where`, without a value to show."""
        self.lines.append(f"{where}: {wanted}")

    def wrong(self, where: str, value: object, wanted: str) -> None:
        """This value is wrong. A login inside an address is not shown."""
        self.lines.append(f"{where} = {shown(value)}: should be {wanted}")


def shown(value: object) -> str:
    """A value for a message: on one line, not long, without a login, and no table that may hold a secret."""
    plain = _plain(value)
    if isinstance(value, dict | list) and (plain is None or len(plain) > _LONGEST_SHOWN):
        return "a table" if isinstance(value, dict) else "a list"
    assert plain is not None
    return plain if len(plain) <= _LONGEST_SHOWN else plain[:_LONGEST_SHOWN] + "…"


def _plain(value: object, depth: int = 0) -> str | None:
    """As it may be shown; None: for a list or a table that may not be, or that holds others too deep."""
    if isinstance(value, dict | list):
        return None if depth > 1 else _together(value, depth + 1)
    if isinstance(value, int) and value.bit_length() > 64:
        return "a very large number"  # Python refuses to write one of thousands of digits
    return _LOGIN_IN_URL.sub("//…@", repr(value) if isinstance(value, str) else str(value))


def _together(value: dict[str, object] | list[object], depth: int) -> str | None:
    """Few items with plain words."""
    inner = list(value.values()) if isinstance(value, dict) else value
    parts = [_plain(each, depth) for each in inner[:_MOST_SHOWN]]
    shown_parts = [part for part in parts if part is not None]
    if len(shown_parts) < len(inner):
        return None
    if isinstance(value, list):
        return f"[{', '.join(shown_parts)}]"
    if any(_LOOKS_SECRET.search(name) or not name.isprintable() for name in value):
        return None
    return (
        "{}"
        if not value
        else f"{{ {', '.join(f'{name} = {part}' for name, part in zip(value, shown_parts, strict=True))} }}"
    )


def key(check: Check) -> Mapping[str, Any]:
    """A key with a value; named as its field is."""
    return {"check": check}


def table(name: str, kind: type) -> Mapping[str, Any]:
    """One table inside this one."""
    return {"name": name, "table": kind}


def tables(name: str, kind: type, least: int = 0, most: int = 1000) -> Mapping[str, Any]:
    """A list of tables, of which at least so many must be there, and at the most so many may be."""
    return {"name": name, "tables": kind, "least": least, "most": most}


def read(kind: type[Kind], raw: object, where: str, problems: Problems, above: type | None = None) -> Kind | None:
    """One table as this dataclass; None when anything in it is wrong, which has then been noted.

    `above`: what the table that it stands in is read as.
    """
    if not isinstance(raw, dict):
        problems.wrong(where, raw, "a table")
        return None
    before = len(problems.lines)
    _note_unknown(kind, raw, where, problems, above)
    values = {
        each.name: _value(each, raw.get(_name(each), _Absent), _at(where, _name(each)), problems, kind)
        for each in _fields(kind)
    }
    if len(problems.lines) > before:
        return None
    return kind(**{name: value for name, value in values.items() if value is not _Absent})


def keys_of(kind: type, where: str) -> Iterator[tuple[str, dataclasses.Field[Any]]]:
    """Every key under a table, with its tables' names before it: `desk.queue.title`."""
    for each in _fields(kind):
        at = _at(where, _name(each))
        if "check" in each.metadata:
            yield at, each
        else:
            yield from keys_of(each.metadata.get("table") or each.metadata["tables"], at)


def lists_of(kind: type, where: str) -> Iterator[str]:
    """The name of every list of tables under a table: `desk`, `desk.queue`."""
    for each in _fields(kind):
        at, inner = _at(where, _name(each)), each.metadata.get("table") or each.metadata.get("tables")
        if "tables" in each.metadata:
            yield at
        if inner is not None:
            yield from lists_of(inner, at)


class _Absent:
    """Stands for a value that is not there."""


def _value(each: dataclasses.Field[Any], raw: object, where: str, problems: Problems, above: type) -> Any:
    if "tables" in each.metadata:
        return _several(each, raw, where, problems, above)
    if "table" in each.metadata:
        # A table whose every key has a default need not be there itself.
        return read(each.metadata["table"], {} if raw is _Absent else raw, where, problems, above)
    if raw is _Absent:
        if _required(each):
            problems.note(where, f"is missing: should be {_wanted(each.metadata['check'])}")
        return _Absent
    try:
        return each.metadata["check"](raw)
    except Wrong as wrong:
        problems.wrong(where, raw, str(wrong))
        return _Absent


def _several(each: dataclasses.Field[Any], raw: object, where: str, problems: Problems, above: type) -> Any:
    if raw is _Absent:
        raw = []
    if not isinstance(raw, list):
        problems.wrong(where, raw, f"a list of tables, each under [[{_unnumbered(where)}]]")
        return _Absent
    if len(raw) < each.metadata["least"]:
        problems.note(where, f"is missing: should be at least one table [[{_unnumbered(where)}]]")
    if len(raw) > each.metadata["most"]:
        problems.note(where, f"has {len(raw)} tables: should be at most {each.metadata['most']}")
        return _Absent
    kind = each.metadata["tables"]
    found = [read(kind, item, f"{where}[{number}]", problems, above) for number, item in enumerate(raw, 1)]
    return tuple(item for item in found if item is not None)


def _note_unknown(kind: type, raw: dict[str, object], where: str, problems: Problems, above: type | None) -> None:
    known = [_name(each) for each in _fields(kind)]
    for name in raw:
        if name in known:
            continue
        if _LOOKS_SECRET.search(name):
            fault = "no secret belongs in this file: put it into the credentials directory"
            problems.note(_at(where, shown(name)[1:-1]), fault)
            continue
        guess = _belongs(name, where, above) or _near(name, known)
        problems.note(_at(where, shown(name)[1:-1]), f"is no key; {guess}")


def _near(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, 1)
    return f"did you mean {near[0]}?" if near else f"known here: {', '.join(known)}"


def _belongs(name: str, where: str, above: type | None) -> str:
    """For a key that the table above has: whatever stands below a heading belongs to it, up to the next one."""
    outer = where.rpartition(".")[0]
    if not outer or above is None or name not in (_name(each) for each in _fields(above) if "check" in each.metadata):
        return ""
    heading = f"[[{_unnumbered(outer)}]]" if outer.endswith("]") else f"[{_unnumbered(outer)}]"
    return f"it is one of {heading}: write it above the first table under that"


def _wanted(check: Check) -> str:
    """What a check asks for: nothing passes for an object of no kind at all."""
    try:
        check(_Absent)
    except Wrong as wrong:
        return str(wrong)
    raise AssertionError("a check that lets anything pass")


def _fields(kind: type) -> tuple[dataclasses.Field[Any], ...]:
    return tuple(each for each in dataclasses.fields(kind) if each.metadata)


def _name(each: dataclasses.Field[Any]) -> str:
    name: str = each.metadata.get("name", each.name)
    return name


def _required(each: dataclasses.Field[Any]) -> bool:
    return each.default is dataclasses.MISSING and each.default_factory is dataclasses.MISSING


def _at(where: str, name: str) -> str:
    return f"{where}.{name}" if where else name


def _unnumbered(where: str) -> str:
    return re.sub(r"\[[0-9]+\]", "", where)
