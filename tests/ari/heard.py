"""A sink that remembers what a node told, and lets a test wait for what must come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TypeVar

from irmacall.core.events import NodeEvent

T = TypeVar("T", bound=NodeEvent)

DEADLINE = 8.0
"""Seconds after which something that must come counts as missing."""


class Heard:
    """Call it with events; `next` takes them in order."""

    def __init__(self) -> None:
        self.all: list[NodeEvent] = []
        self._queue: asyncio.Queue[NodeEvent] = asyncio.Queue()

    def __call__(self, event: NodeEvent) -> None:
        self.all.append(event)
        self._queue.put_nowait(event)

    async def next(self, kind: type[T], fits: Callable[[T], bool] = lambda _: True) -> T:
        """The next event of that kind that fits; what comes before it is passed over."""
        async with asyncio.timeout(DEADLINE):
            while True:
                event = await self._queue.get()
                if isinstance(event, kind) and fits(event):
                    return event
