"""The rooms of the house, and who may import whom: a table that every import is held to.

core              value types of the standard library, sortedcontainers, orjson; nothing of ours outside core
*/wire.py         core, errors and its own room; pure like core
an adapter        its own room, core, errors, and the outside libraries that it adapts; never another adapter
service           everything; only cli imports it
settings, log     errors
errors            nothing
"""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

PACKAGE = Path(__file__).parent.parent / "irmacall"
ADAPTERS = frozenset({"ami", "agi", "ari", "crm", "irma", "ops", "prompts", "sms", "store", "web"})
EVERYTHING = ADAPTERS | {"core", "errors", "log", "service", "settings", "irmacall"}


@dataclass(frozen=True)
class Room:
    """What a room may import: rooms of ours beside itself, and outside libraries."""

    ours: frozenset[str]
    outside: frozenset[str]


def _adapter(*outside: str) -> Room:
    return Room(frozenset({"core", "errors"}), frozenset({"structlog", *outside}))


ROOMS = {
    "core": Room(frozenset(), frozenset({"sortedcontainers", "holidays", "orjson"})),
    "errors": Room(frozenset(), frozenset()),
    "settings": Room(frozenset({"errors"}), frozenset({"cryptography"})),
    "log": Room(frozenset({"errors"}), frozenset({"structlog"})),
    "ami": _adapter("panoramisk"),
    "agi": _adapter("panoramisk"),
    "ari": _adapter("aiohttp", "orjson", "yarl"),
    "crm": _adapter("aiohttp"),
    "irma": _adapter("aiohttp", "yarl"),
    "ops": _adapter("jinja2", "keepalived_config"),
    "prompts": _adapter(),
    "sms": _adapter("aiohttp"),
    "store": _adapter("alembic", "argon2", "cryptography", "hiredis", "psycopg", "redis", "sqlalchemy"),
    "web": _adapter("aiohttp", "aiohttp_session", "babel", "jinja2", "yarl"),
    "service": Room(EVERYTHING - {"service"}, frozenset({"aiohttp", "structlog"})),
    "cli": Room(EVERYTHING, frozenset({"aiohttp", "cryptography", "structlog", "uvloop"})),
    "__main__": Room(frozenset({"cli"}), frozenset()),
    "irmacall": Room(frozenset(), frozenset()),
}

VALUES = frozenset(
    {"__future__", "bisect", "collections", "dataclasses", "datetime", "enum", "functools", "heapq", "itertools"}
    | {"json", "math", "operator", "re", "string", "types", "typing", "urllib.parse", "zoneinfo"}
)
"""Modules of the standard library that hold values: no clock, no chance, no file, no socket, no log.

`datetime` has a clock besides, which is looked for by its methods; `zoneinfo` reads the tz database, and no more.
"""

CLOCK = frozenset({"now", "utcnow", "today"})


def _modules() -> list[Path]:
    return [path for path in sorted(PACKAGE.rglob("*.py")) if "node_modules" not in path.parts]


def _room(path: Path) -> str:
    inside = path.relative_to(PACKAGE).parts
    if len(inside) > 1:
        return inside[0]
    return "irmacall" if path.stem == "__init__" else path.stem


def _imports(path: Path) -> Iterator[str]:
    """Every module that a file imports, wherever in it, by its full name."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            assert node.module is not None
            yield from _named(node.module, node)


def _named(module: str, node: ast.ImportFrom) -> Iterator[str]:
    if module == "irmacall":
        rooms = {name.name for name in node.names}
        yield from (f"irmacall.{room}" if room in ROOMS else "irmacall" for room in rooms)
    else:
        yield module


def _names(path: Path) -> str:
    return str(path.relative_to(PACKAGE.parent))


@pytest.mark.parametrize("path", _modules(), ids=_names)
def test_a_module_imports_only_what_its_room_may(path: Path) -> None:
    """Each import of each module stands in the table."""
    name = _room(path)
    assert name in ROOMS, f"{name} is no room of architecture.md: give it its place in the table, or move the module"
    for module in _imports(path):
        assert _may_import(name, module), f"{_names(path)} may not import {module}"


def _may_import(name: str, module: str) -> bool:
    first, _, rest = module.partition(".")
    if first == "irmacall":
        other = rest.partition(".")[0] or "irmacall"
        return other == name or other in ROOMS[name].ours
    return first in sys.stdlib_module_names or first in ROOMS[name].outside


@pytest.mark.parametrize(
    "path", [path for path in _modules() if _room(path) == "core" or path.stem == "wire"], ids=_names
)
def test_what_decides_and_what_translates_is_pure(path: Path) -> None:
    """Core and wires know no clock, no chance, no file, no socket and no log."""
    for module in _imports(path):
        first = module.partition(".")[0]
        if first in sys.stdlib_module_names:
            assert module in VALUES or first in VALUES, f"{_names(path)} is no pure module with {module}"
        else:
            assert first in ("irmacall", *ROOMS["core"].outside), f"{_names(path)} needs {module}"


@pytest.mark.parametrize(
    "path", [path for path in _modules() if _room(path) == "core" or path.stem == "wire"], ids=_names
)
def test_what_decides_is_told_the_time(path: Path) -> None:
    """No call of datetime's in core or a wire looks at the clock."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            assert node.func.attr not in CLOCK, f"{_names(path)}: {ast.unparse(node)}"


def test_the_table_has_no_room_that_is_gone() -> None:
    """Rooms that are still to come are named here, so that a misspelt one is found."""
    assert set(ROOMS) - {_room(path) for path in _modules()} <= {"agi"}


def _doors(path: Path) -> list[str]:
    """Every use of `open` on something that may be a vault."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    knows_vault = any(module.startswith("irmacall.store.vault") for module in _imports(path))
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr == "open":
            of = ast.unparse(node.value)
            is_class = of.lstrip("_")[:1].isupper()
            if "vault" in of.lower() or (knows_vault and of != "os" and not is_class):
                found.append(f"{_names(path)}: {of}.open")
    return found


def test_identity_leaves_by_one_door() -> None:
    """Nothing but `reveal` opens the vault, and it does so at one place."""
    doors = [door for path in _modules() if _room(path) != "store" for door in _doors(path)]
    assert len(doors) == 1, doors
    assert doors[0].startswith("irmacall/service/reveal.py:")


def test_the_vault_is_never_reached_by_its_methods_name() -> None:
    """No getattr and no bound method in a string goes round the door."""
    for path in _modules():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("getattr", "operator.methodcaller"):
                assert not any(isinstance(a, ast.Constant) and a.value == "open" for a in node.args), _names(path)


@pytest.mark.parametrize("path", _modules(), ids=_names)
def test_a_file_stays_small(path: Path) -> None:
    """Past 400 lines there is a second idea in it."""
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400
