"""The highest rate that one side holds, searched for by steps. Nothing runs here: hold.py holds the rates."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

SERVED: Final = 0.99
"""The share of a hold's callers that must be answered, and of those that must get to their own goodbye."""
NEARLY: Final = 0.95
"""The same share, of a hold that was nearly held."""
UP, DOWN, A_BIT_DOWN = 1.15, 0.7, 0.9
"""Steps while only one kind of hold was seen: down far after a collapse, a bit after what was nearly held."""
CAREFUL: Final = 0.7
"""Of what processors alone would allow, as a first rate."""
FARTHEST: Final = 8.0
"""How many times the probe's rate the first one may be: farther than that a probe does not see."""


@dataclass(frozen=True, slots=True)
class Hold:
    """One rate, held. `failed`: callers who did not come to their own goodbye.

    `cpu`: milliseconds a call of each process, without what it uses when nobody calls.
    """

    side: str
    rate: float
    seconds: float
    offered: int
    answered: int
    failed: int
    cpu: Mapping[str, float]

    @property
    def passed(self) -> bool:
        """Whether the rate was held: nearly all were answered, and nearly none broke off."""
        return self._served(SERVED)

    @property
    def nearly(self) -> bool:
        """Whether a somewhat lower rate can be expected to be held."""
        return self._served(NEARLY)

    def _served(self, share: float) -> bool:
        return self.answered >= share * self.offered and self.offered - self.failed >= share * self.offered

    def as_json(self) -> dict[str, object]:
        """{side, rate, seconds, offered, answered, failed, passed, cpu_ms}."""
        counts = {"offered": self.offered, "answered": self.answered, "failed": self.failed, "passed": self.passed}
        cpu = {name: round(value, 2) for name, value in self.cpu.items()}
        return {"side": self.side, "rate": self.rate, "seconds": self.seconds, **counts, "cpu_ms": cpu}

    def row(self) -> str:
        """One line for whoever looks on."""
        cpu = "  ".join(f"{name} {value:.2f}" for name, value in self.cpu.items())
        seen = f"{self.answered}/{self.offered} answered, {self.failed} failed"
        verdict = "held" if self.passed else "not held"
        return f"  {self.side:8}{self.rate:7.1f}/s for {self.seconds:.0f} s: {seen}, {verdict}; ms a call: {cpu}"


def first_rate(probe: Hold, processors: int, idle: float) -> float:
    """Where to begin, by what an easy hold cost; `idle`: processors that all these use when nobody calls.

    What else this machine does is left out: it would be another thing each time.
    """
    each = sum(probe.cpu.values()) / 1000
    free, farthest = max(processors * CAREFUL - idle, 0.0), probe.rate * FARTHEST
    bearable = max(free / each if each * farthest > free else farthest, probe.rate / FARTHEST)
    return _tenth(bearable if probe.passed else min(bearable, probe.rate * DOWN))


@dataclass(slots=True)
class Ladder:
    """One side's search: the rate to be held next, and the holds so far."""

    rate: float
    holds: list[Hold] = field(default_factory=list)

    @property
    def sustained(self) -> float | None:
        """The highest rate that was held, below every one that was not."""
        limit = self.not_sustained or math.inf
        return max((held.rate for held in self.holds if held.passed and held.rate < limit), default=None)

    @property
    def not_sustained(self) -> float | None:
        """The lowest rate that was not held."""
        return min((held.rate for held in self.holds if not held.passed), default=None)

    def take(self, hold: Hold) -> None:
        """See how the present rate went, and choose the next: half-way between held and not held, as a ratio."""
        self.holds.append(hold)
        low, high = self.sustained, self.not_sustained
        if low is not None and high is not None:
            self.rate = _tenth(math.sqrt(low * high))
        elif low is not None:
            self.rate = _tenth(low * UP)
        else:
            self.rate = _tenth((high or self.rate) * (A_BIT_DOWN if hold.nearly else DOWN))


def _tenth(rate: float) -> float:
    """Rates as sipp is told them: to a tenth, and more than none."""
    return max(round(rate, 1), 0.1)
