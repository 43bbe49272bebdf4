"""What one table of a desk calls by name, and whether the desk has it.

Judged in the file's own tables, as soon as both ends can be read, whatever else is wrong: who has five things to mend
should not learn of the fifth after four.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any, Final

from irmacall.settings.queues import skills
from irmacall.settings.reading import Problems
from irmacall.settings.routes import LANGUAGES
from irmacall.settings.sounds import shipped
from irmacall.settings.values import Check, Wrong, called, one_of, slug, whole

Named = tuple[str, str, str]
"""Where a name stands, of what kind it is, and the name."""

_WAYS: Final = {"queue": "queue", "menu": "menu", "message": "sound"}
"""The key of a way → the kind of table that it names."""
_LISTED: Final = 12


def check_desks(raw: object, problems: Problems) -> None:
    """Whether what desks name is theirs. `raw`: the file's tables `desk`, whatever they hold."""
    for at, desk in enumerate(tables(raw), 1):
        for line in unknown(desk, f"desk[{at}]"):
            problems.wrong(*line)


def unknown(desk: Mapping[str, Any], where: str) -> Iterator[tuple[str, str, str]]:
    """Every name that the desk has nothing for: where it stands, the name, and what it should be."""
    names = {kind: _names(desk, kind) for kind in ("queue", "menu", "schedule", "sound", "language")}
    for place, kind, name in _named(desk, where):
        known = names[kind]
        if known is not None and name not in known:
            yield place, name, _wanted(kind, name, known)
    yield from _unskilled(desk, where)


def _names(desk: Mapping[str, Any], kind: str) -> set[str] | None:
    """The names of the desk's tables of a kind; None when one cannot be read: it may be the one that is meant."""
    check = one_of(*LANGUAGES) if kind == "language" else slug
    named = [read(check, table.get("id")) for table in tables(desk.get(kind))]
    if None in named or (kind == "queue" and not named):
        return None
    found = {name for name in named if name is not None}
    if kind == "sound":
        return found | shipped()
    return found or set(LANGUAGES[:1]) if kind == "language" else found


def _wanted(kind: str, name: str, known: set[str]) -> str:
    if kind == "sound":
        near = difflib.get_close_matches(name, known, 1)
        guess = f"; did you mean {near[0]}?" if near else ""
        return f"one of this desk's sounds ([[desk.sound]]) or of the shipped ones (docs/exchange.md){guess}"
    if not known:
        return f"one of this desk's {kind}s, and it has none: [[desk.{kind}]] makes one"
    names = sorted(known) if len(known) <= _LISTED else difflib.get_close_matches(name, known, _LISTED, 0)
    return f"one of this desk's {kind}s: {', '.join(names)}"


def _named(desk: Mapping[str, Any], where: str) -> Iterator[Named]:
    """Whatever is called by name, except skills."""
    yield from _given(desk, where, "queue", "default_queue")
    yield from _given(desk, where, "schedule", "hours")
    yield from _ways(desk, where, "start", "closed")
    for at, subject in _each(desk, where, "subject"):
        yield from _given(subject, at, "queue", "queue")
    for at, queue in _each(desk, where, "queue"):
        yield from _given(queue, at, "schedule", "hours")
        yield from _ways(queue, at, "full", "impatient", "nobody", "closed")
        yield from _listed(_table(queue.get("announce")), f"{at}.announce", "sound", "comfort")
    for at, menu in _each(desk, where, "menu"):
        yield from _given(menu, at, "sound", "sound")
        yield from _ways(menu, at, "otherwise")
        yield from _choices(menu, at)
    for at, group in _each(desk, where, "group"):
        yield from _listed(group, at, "queue", "queues")


def _choices(menu: Mapping[str, Any], where: str) -> Iterator[Named]:
    for at, choice in _each(menu, where, "choices"):
        for key, kind in _WAYS.items():
            yield from _given(choice, at, kind, key)
        yield from _given(choice, at, "language", "language")


def _given(table: Mapping[str, Any], where: str, kind: str, key: str) -> Iterator[Named]:
    name = read(called, table.get(key))
    if name is not None and not (kind == "language" and name not in LANGUAGES):
        yield f"{where}.{key}", kind, name


def _ways(table: Mapping[str, Any], where: str, *keys: str) -> Iterator[Named]:
    for key in keys:
        way = _table(table.get(key))
        if len(way) == 1:
            for kind in _WAYS.keys() & way.keys():
                yield from _given(way, f"{where}.{key}", _WAYS[kind], kind)


def _listed(table: Mapping[str, Any], where: str, kind: str, key: str) -> Iterator[Named]:
    names = table.get(key)
    for each in names if isinstance(names, list) else []:
        name = read(called, each)
        if name is not None:
            yield f"{where}.{key}", kind, name


def _unskilled(desk: Mapping[str, Any], where: str) -> Iterator[tuple[str, str, str]]:
    """What asks for a skill that no group has, or none has so much of."""
    groups = [read(skills, table.get("skills", {})) for table in tables(desk.get("group"))]
    if None in groups:
        return
    highest: dict[str, int] = {}
    for each in groups:
        for skill, level in each.items():
            highest[skill] = max(level, highest.get(skill, 0))
    for place, skill, level in _needed(desk, where):
        if level > highest.get(skill, 0):
            yield place, f"{skill} = {level}", _skill_wanted(skill, highest)


def _skill_wanted(skill: str, highest: Mapping[str, int]) -> str:
    if skill in highest:
        return f"{highest[skill]} or lower: no [[desk.group]] has more of it"
    known = ", ".join(sorted(highest)[:_LISTED])
    return (
        f"a skill that a [[desk.group]] has: {known}" if known else "a skill that a [[desk.group]] has: none has any"
    )


def _needed(desk: Mapping[str, Any], where: str) -> Iterator[tuple[str, str, int]]:
    for at, queue in _each(desk, where, "queue"):
        for place, step in _each(queue, at, "steps"):
            for skill, level in (read(skills, step.get("skills", {})) or {}).items():
                yield f"{place}.skills", skill, level
    for at, language in _each(desk, where, "language"):
        skill, level = read(slug, language.get("skill")), read(whole(1, 9), language.get("level", 1))
        if skill is not None and level is not None:
            yield f"{at}.skill", skill, level


def _each(table: Mapping[str, Any], where: str, key: str) -> Iterator[tuple[str, dict[str, Any]]]:
    return ((f"{where}.{key}[{at}]", each) for at, each in enumerate(tables(table.get(key)), 1))


def tables(raw: object) -> list[dict[str, Any]]:
    """A list of tables; what is no table stands there as an empty one, so that the numbers stay right."""
    return [_table(each) for each in raw] if isinstance(raw, list) else []


def _table(raw: object) -> dict[str, Any]:
    return raw if isinstance(raw, dict) else {}


def read(check: Check, raw: object) -> Any:
    """A value as it is used; None when it is wrong, which reading the file tells."""
    try:
        return check(raw)
    except Wrong:
        return None
