"""How far behind the truth we hear a node: its backlog, the network's and our own in one figure.

Each event says when it happened; how much later it is heard grows as soon as anybody on its way cannot keep up. Two
clocks may differ, so that what counts is how much later than the quickest event of the last minutes. Pure but for the
clocks that it is given; times are seconds.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable
from datetime import datetime
from typing import Final

WINDOW: Final = 2.0
MANY: Final = 50
"""Samples in the window: two calls a second make so many events."""
_SAMPLE_EVERY: Final = 0.01
_QUICKEST_FOR: Final = 300.0
"""For so long an event counts as the quickest: clocks drift apart."""
_WHEN: Final = re.compile(r'"timestamp": ?"([0-9T:.+-]{20,40})"')


class Lag:
    """What the events of one node's socket tell of it."""

    def __init__(self, clock: Callable[[], float] = time.time, steady: Callable[[], float] = time.monotonic) -> None:
        self._clock, self._steady = clock, steady
        self._heard: deque[tuple[float, float]] = deque()
        self._quickest = self._quickest_before = float("inf")
        self._since = steady()

    def heard(self, event: str) -> None:
        """An event came just now. One that does not say when it happened tells nothing."""
        now = self._steady()
        if self._heard and now - self._heard[-1][0] < _SAMPLE_EVERY:
            return
        found = _WHEN.search(event)
        if found is None:
            return
        try:
            late = self._clock() - datetime.fromisoformat(found[1]).timestamp()
        except ValueError:
            return
        self._forget(now)
        self._heard.append((now, late))
        self._quickest = min(self._quickest, late)

    def seconds(self, share: float = 0.9) -> float:
        """What that share of the events of the last two seconds came within; 0.0 where there were few."""
        if not self.busy():
            return 0.0
        late = sorted(late for _, late in self._heard)
        return late[int(share * (len(late) - 1))] - min(self._quickest, self._quickest_before)

    def busy(self) -> bool:
        """Whether there is much to hear. A few late events are no overload: we slept, or somebody else is busy."""
        self._forget(self._steady())
        return len(self._heard) >= MANY

    def _forget(self, now: float) -> None:
        while self._heard and now - self._heard[0][0] > WINDOW:
            self._heard.popleft()
        if now - self._since > _QUICKEST_FOR:
            self._quickest_before, self._quickest, self._since = self._quickest, float("inf"), now
