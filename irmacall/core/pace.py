"""How fast a queue moves, and what may be said of it: silence rather than a false promise.

The expected wait is the caller's position times the mean interval between the queue's last answers, counted up to
now, so that a queue that has come to a halt promises less and less. Nothing is said where fewer than `FEWEST` callers
were answered in the last quarter of an hour, or where nobody is there to answer.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass, field
from typing import Final

FEWEST: Final = 5
LOOKS_BACK: Final = 900.0
MOST: Final = 20


_EXACT: Final = 10  # up to here each minute is told; above it in steps, as nobody can know better
_STEP: Final = 5
LONGEST: Final = 30
"""Minutes; what takes longer is told as that."""


def told_minutes(seconds: float) -> int | None:
    """A wait as people are told it, in whole minutes, rounded up: 1 to 10, 15, 20, 25 or 30; None: longer than that.

    Raises ValueError for less than 0, and for what is no number.
    """
    if not seconds >= 0:  # NaN too
        raise ValueError(f"nobody can wait for {seconds} seconds")
    if seconds > LONGEST * 60:
        return None
    minutes = max(1, math.ceil(seconds / 60))
    return minutes if minutes <= _EXACT else math.ceil(minutes / _STEP) * _STEP


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
