"""Both databases that facts can be kept in, and calls to keep there."""

from __future__ import annotations

import itertools
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from irmacall.core.facts import CallFacts, Outcome
from irmacall.core.ids import CallId, DeskId, NodeName, QueueId
from irmacall.store.facts import FactsStore
from irmacall.store.facts_database import FactsDatabase
from irmacall.store.facts_engines import PostgresServer
from lab import postgres
from lab.network import Network

DESK: Final = DeskId("voorbeeld")
NOON: Final = 1_782_900_000.0
"""Twelve o'clock of 1 July 2026 in the Netherlands is 1,782,900,000 epoch seconds."""
_numbers = itertools.count()
_names = itertools.count()


@dataclass(frozen=True, slots=True)
class Place:
    """A database that is empty at first, and can be opened as often as one likes."""

    at: Path | PostgresServer

    @asynccontextmanager
    async def opened(self, desk: DeskId = DESK) -> AsyncIterator[FactsStore]:
        """The store as one daemon has it, before anything was asked."""
        store = FactsStore(FactsDatabase.at(self.at), desk)
        try:
            yield store
        finally:
            await store.close()

    @asynccontextmanager
    async def prepared(self, desk: DeskId = DESK) -> AsyncIterator[FactsStore]:
        """The store as a leader has it."""
        async with self.opened(desk) as store:
            await store.prepare()
            yield store


@asynccontextmanager
async def running(network: Network, directory: Path) -> AsyncIterator[postgres.PostgresServer]:
    """A started PostgreSQL on an address of its own; afterwards it is gone."""
    server = postgres.PostgresServer(network.address(1 + next(_names) % 254), directory / "postgres.log")
    try:
        await server.start()
        yield server
    finally:
        await server.kill()
        server.close()


def database_of(server: postgres.PostgresServer, name: str = postgres.PostgresServer.database) -> PostgresServer:
    """How a daemon reaches one of its databases."""
    return PostgresServer(server.host, server.port, name, server.user, server.password, tls=False)


def new_database(server: postgres.PostgresServer) -> PostgresServer:
    """How a daemon reaches a new, empty one."""
    name = f"records_{next(_names)}"
    server.make_database(name)
    return database_of(server, name)


def facts(outcome: Outcome = Outcome.ANSWERED, **more: Any) -> CallFacts:
    """A call that came at noon, and of the rest what a test cares for."""
    told: dict[str, Any] = {
        "call": CallId(f"pbx1-{NOON:.0f}.{next(_numbers)}"),
        "desk": DESK,
        "node": NodeName("pbx1"),
        "outcome": outcome,
        "arrived_at": NOON,
        "ended_at": NOON + 300,
    }
    return CallFacts(**{**told, **more})


def waited(outcome: Outcome, seconds: float, **more: Any) -> CallFacts:
    """A call that waited so long in a queue from noon on, until somebody answered, or until it was over."""
    end = {"answered_at": NOON + seconds} if outcome is Outcome.ANSWERED else {"ended_at": NOON + seconds}
    return facts(outcome, **{"queued_at": NOON, "queue": QueueId("algemeen"), **end, **more})
