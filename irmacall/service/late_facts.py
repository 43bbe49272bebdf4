"""The records' store, opened when it is needed first, beside everything else.

The library that it is built on takes a second of a processor to load. A daemon that is started again has callers who
wait for it, and none of them needs a record.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Sequence
from typing import Protocol, cast

from irmacall.core.facts import CallFacts
from irmacall.core.ids import UserId
from irmacall.service.records import FactsKeeper
from irmacall.settings import DeskSettings, Settings
from irmacall.store.facts_asked import AgentTally, By, Question, Tally


class _Store(FactsKeeper, Protocol):
    async def figures(self, asked: Question, by: By) -> list[Tally]:
        """See `store.facts.FactsStore.figures`."""

    async def of_agents(self, asked: Question) -> dict[UserId, AgentTally]:
        """See `store.facts.FactsStore.of_agents`."""

    async def check(self) -> str:
        """What it is, in words."""

    async def had_by(self, user: UserId, since: float, until: float, most: int) -> tuple[int, float, list[CallFacts]]:
        """See `store.facts.FactsStore.had_by`."""

    async def close(self) -> None:
        """Close what was opened."""


class LateFacts:
    """A `records.FactsKeeper` for the records of this desk."""

    def __init__(self, settings: Settings, desk: DeskSettings) -> None:
        self._settings = settings
        self._desk = desk
        self._opening = asyncio.Lock()
        self._store: _Store | None = None

    async def prepare(self) -> None:
        """See `FactsKeeper.prepare`."""
        await (await self._opened()).prepare()

    async def put(self, facts: Sequence[CallFacts]) -> None:
        """See `FactsKeeper.put`."""
        await (await self._opened()).put(facts)

    async def purge(self, before: float) -> int:
        """See `FactsKeeper.purge`."""
        return await (await self._opened()).purge(before)

    async def figures(self, asked: Question, by: By) -> list[Tally]:
        """See `store.facts.FactsStore.figures`."""
        return await (await self._opened()).figures(asked, by)

    async def of_agents(self, asked: Question) -> dict[UserId, AgentTally]:
        """See `store.facts.FactsStore.of_agents`."""
        return await (await self._opened()).of_agents(asked)

    async def check(self) -> str:
        """What the database is, in words (see `FactsStore.check`); nothing is made."""
        settings = self._settings
        if settings.records.is_sqlite and not settings.records_file.exists():
            return f"{settings.records_file.name}, not there yet: who leads makes it"
        return await (await self._opened()).check()

    async def had_by(self, user: UserId, since: float, until: float, most: int) -> tuple[int, float, list[CallFacts]]:
        """See `store.facts.FactsStore.had_by`."""
        return await (await self._opened()).had_by(user, since, until, most)

    async def close(self) -> None:
        """Close it, where it was opened."""
        if self._store is not None:
            await self._store.close()

    async def _opened(self) -> _Store:
        async with self._opening:
            if self._store is None:
                self._store = await asyncio.to_thread(self._open)
            return self._store

    def _open(self) -> _Store:
        facts = importlib.import_module("irmacall.service.facts")
        return cast(_Store, facts.facts_store(self._settings, self._desk))
