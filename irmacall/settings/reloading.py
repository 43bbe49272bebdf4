"""A site file that is read anew under a running daemon: what of it can be taken, and what waits for a restart.

The desk's tables can be taken: they say how calls are handled. All else (listeners, servers, nodes, secrets) is what
the daemon stands on, and is opened once.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from typing import Any, Final

from irmacall.errors import SettingsError
from irmacall.settings.site import Settings, SiteFile

_TABLES: Final = {each.name: each.metadata["name"] for each in fields(SiteFile)}
"""The file's name of each table of `Settings`; what is not here stands under `[site]`."""


def taken(running: Settings, read: Settings) -> Settings:
    """The running settings with the desk as it was read. Raises SettingsError where it is not the same desk."""
    names = [desk.id for desk in read.desks]
    [own] = [desk.id for desk in running.desks]
    if names != [own]:
        told = ", ".join(names)
        wanted = f"should be one desk, {own}, which this daemon serves; another needs a daemon of its own"
        raise SettingsError(f"desk: has {told}: {wanted}")
    return replace(running, desks=read.desks)


def waiting(running: Settings, read: Settings) -> list[str]:
    """The keys outside the desk that are not as the daemon began with them, as the file names them, in its order.

    `store.lease`, `node[1].ari`, `node` where there are more or fewer of them, `credential irma-token`.
    """
    found: list[str] = []
    for each in fields(Settings):
        if each.name not in ("file", "desks", "credentials"):
            name = _TABLES.get(each.name, f"site.{each.name}")
            found += _differing(name, getattr(running, each.name), getattr(read, each.name))
    found += (f"credential {name}" for name in running.credentials.differing(read.credentials))
    return found


def _differing(where: str, one: Any, other: Any) -> Iterator[str]:
    if one == other:
        return
    if _is_table(one) and _is_table(other):
        for each in fields(one):
            name = each.metadata.get("name", each.name)
            yield from _differing(f"{where}.{name}", getattr(one, each.name), getattr(other, each.name))
    elif _tables(one) and _tables(other) and len(one) == len(other):
        for at, (first, second) in enumerate(zip(one, other, strict=True), 1):
            yield from _differing(f"{where}[{at}]", first, second)
    else:
        yield where


def _is_table(value: object) -> bool:
    """Whether this is a table of the file; an address is a value, whatever it is made of."""
    return is_dataclass(value) and any(each.metadata for each in fields(value))


def _tables(value: object) -> bool:
    """Whether this is a list of tables, and not a key whose value happens to be a list."""
    return isinstance(value, tuple) and all(_is_table(item) for item in value)
