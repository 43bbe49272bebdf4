"""The staff's routes: each with the roles that may take it. What is in no table is refused."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final

from aiohttp import web

AGENT: Final = "agent"
OFFICIAL: Final = "official"
MANAGEMENT: Final = "management"
ADMIN: Final = "admin"
WITH_A_PHONE: Final = frozenset({AGENT, OFFICIAL})
MANAGING: Final = frozenset({MANAGEMENT})
ADMINISTERING: Final = frozenset({ADMIN})
EVERYBODY: Final = WITH_A_PHONE | MANAGING | ADMINISTERING

Handle = Callable[[web.Request], Awaitable[web.StreamResponse]]
"""What answers a request."""


@dataclass(frozen=True, slots=True)
class Route:
    """One way in. `path` may have parts in braces, as aiohttp's."""

    method: str
    path: str
    roles: frozenset[str]
    handle: Handle


class Table:
    """All routes of an app, by method and path. Raises ValueError where two would be one."""

    def __init__(self) -> None:
        self._roles: dict[tuple[str, str], frozenset[str]] = {}

    def add(self, app: web.Application, routes: list[Route]) -> None:
        """Let the app answer these."""
        for route in routes:
            way = (route.method, route.path)
            if way in self._roles:
                raise ValueError(f"{route.method} {route.path} is there already")
            self._roles[way] = route.roles
            app.router.add_route(route.method, route.path, route.handle)

    def may(self, role: str, method: str, path: str) -> bool:
        """Whether this role may take this way; nobody may take one that is not here."""
        return role in self._roles.get((method, path), frozenset())

    @property
    def routes(self) -> dict[tuple[str, str], frozenset[str]]:
        """Every way in, and who may take it."""
        return dict(self._roles)
