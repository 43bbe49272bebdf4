"""How fast a queue moves, and what may be said of it: silence rather than a false promise.

The expected wait is the caller's position times the mean interval between the queue's last answers, counted up to
now, so that a queue that has come to a halt promises less and less. Nothing is said where fewer than `FEWEST` callers
were answered in the last quarter of an hour, or where nobody is there to answer.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from typing import Final

FEWEST: Final = 5
LOOKS_BACK: Final = 900.0
MOST: Final = 20


@dataclass(slots=True)
class Pace:
    """When the last callers of one queue were answered. Never saved: a new leader is silent until it knows better."""

    answers: deque[float] = field(default_factory=lambda: deque(maxlen=MOST))

    def answered(self, now: float) -> None:
        """A caller of this queue was answered."""
        self.answers.append(now)

    def expected_wait(self, position: int, now: float) -> float | None:
        """Seconds until the caller at this position is answered, if all goes on as it went; None: nobody knows."""
        recent = [at for at in self.answers if at > now - LOOKS_BACK]
        if len(recent) < FEWEST:
            return None
        return position * (now - recent[0]) / len(recent)
