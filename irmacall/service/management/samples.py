"""How many waited in the last hours, looked at now and then by who leads, and kept in memory alone."""

from __future__ import annotations

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence
from typing import Final

from irmacall.core.state import Desk
from irmacall.core.views import all_queues
from irmacall.errors import PeerUnavailable
from irmacall.web.management.ports import Sample

EACH_SECONDS: Final = 20.0
KEPT: Final = 540
"""Samples: three hours."""


class Samples:
    """What was seen since this daemon began. `desk` raises PeerUnavailable on a standby, which sees nothing."""

    def __init__(self, desk: Callable[[], Desk], *, clock: Callable[[], float] = time.time) -> None:
        self._desk = desk
        self._clock = clock
        self._seen: deque[Sample] = deque(maxlen=KEPT)
        self.since = clock()

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            self.look()
            await asyncio.sleep(EACH_SECONDS)

    def look(self) -> None:
        """Once, now."""
        try:
            waiting = sum(queue.waiting for queue in all_queues(self._desk()))
        except PeerUnavailable:
            self._seen.append(Sample(self._clock(), None))
            return
        self._seen.append(Sample(self._clock(), waiting))

    def seen(self) -> Sequence[Sample]:
        """The oldest first."""
        return tuple(self._seen)
