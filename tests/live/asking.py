"""Browsers that ask for a card without end, whatever their pages show: who gets it, and when."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from lab.people import AgentScreen
from tests.live.scenes import until


@dataclass(slots=True)
class Asker:
    """Asks for the card of one call without end, as fast as it is answered, under every grant that may come."""

    screen: AgentScreen
    call: str
    grants: range
    given: list[tuple[float, float]] = field(default_factory=list)
    """When each question that was answered with the card began and ended (monotonic clock)."""
    rounds: int = 0
    """How often every grant has been asked for."""

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            for grant in self.grants:
                began = time.monotonic()
                if await self.screen.may_see(self.call, grant):
                    self.given.append((began, time.monotonic()))
            self.rounds += 1

    async def gets_it(self) -> None:
        """Wait until it gets the card, once more."""
        before = len(self.given)

        async def more() -> bool:
            return len(self.given) > before

        await until(more, f"{self.screen.agent.name} gets the card")

    async def asks_again(self) -> None:
        """Wait until every grant has been asked for once more, from here on."""
        before = self.rounds

        async def more() -> bool:
            return self.rounds > before + 1  # The one that is on its way began before.

        await until(more, f"{self.screen.agent.name} asks again")


@asynccontextmanager
async def asking(call: str, grants: range, *screens: AgentScreen) -> AsyncIterator[list[Asker]]:
    """All of these browsers ask at once."""
    askers = [Asker(screen, call, grants) for screen in screens]
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(asker.run()) for asker in askers]
        yield askers
        for task in tasks:
            task.cancel()
