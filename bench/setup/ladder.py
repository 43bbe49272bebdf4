"""The highest rate that one side holds: a step up after a hold that it stood, a step down after one that it did not.

A hold is a minute, since shorter ones overstate: Asterisk past its limit takes seconds to collapse.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from bench.setup.ground import Ground, Side
from bench.setup.sipp import Sipp
from bench.setup.usage import Meter

STAY: Final = 1.2
"""Seconds from a caller's last key to her goodbye: within these she must have been answered."""
SERVED: Final = 0.99
"""The share of a hold's callers that must be answered."""
STEP: Final = 1.07
PROBE_RATE, PROBE_SECONDS = 50.0, 12.0
_CAREFUL: Final = 0.85
"""Of what CPU alone would allow, as a first rate."""
_LATE: Final = 10.0


@dataclass(frozen=True, slots=True)
class Hold:
    """One rate, held. CPU in milliseconds a call, without what each process costs when nobody calls."""

    side: str
    rate: float
    seconds: float
    offered: int
    answered: int
    failed: int
    cpu: dict[str, float]

    @property
    def passed(self) -> bool:
        """Whether the rate was held: nearly all were answered, and nearly none broke off."""
        return self.answered >= SERVED * self.offered and self.failed <= (1 - SERVED) * self.offered

    def as_json(self) -> dict[str, object]:
        """{side, rate, seconds, offered, answered, failed, passed, cpu_ms}."""
        counts = {"offered": self.offered, "answered": self.answered, "failed": self.failed, "passed": self.passed}
        cpu = {name: round(value, 2) for name, value in self.cpu.items()}
        return {"side": self.side, "rate": round(self.rate, 1), "seconds": self.seconds, **counts, "cpu_ms": cpu}

    def row(self) -> str:
        """One line for whoever looks on."""
        cpu = "  ".join(f"{name} {value:.2f}" for name, value in self.cpu.items())
        verdict = "held" if self.passed else "not held"
        return (
            f"  {self.side:8}{self.rate:7.1f}/s  {self.answered}/{self.offered} answered, {verdict}; ms a call: {cpu}"
        )


@dataclass(slots=True)
class Ladder:
    """One side's climb."""

    ground: Ground
    side: Side
    phones: Sipp
    idle: dict[str, float]
    """CPU seconds a second of each process while nobody calls."""
    rate: float = 0.0
    holds: list[Hold] = field(default_factory=list)

    async def probe(self) -> None:
        """A short, easy hold, to begin near the limit: what the CPU would allow for."""
        seen = await self.hold(PROBE_RATE, PROBE_SECONDS)
        self.rate = _CAREFUL * 2000 / sum(seen.cpu.values())

    async def climb(self, seconds: float) -> Hold:
        """Hold the present rate, and choose the next."""
        held = await self.hold(self.rate, seconds)
        self.holds.append(held)
        self.rate = self.rate * STEP if held.passed else self.rate / STEP
        return held

    @property
    def sustained(self) -> float | None:
        """The highest rate that was held."""
        return max((held.rate for held in self.holds if held.passed), default=None)

    @property
    def failed(self) -> float | None:
        """The lowest rate that was not."""
        return min((held.rate for held in self.holds if not held.passed), default=None)

    async def hold(self, rate: float, seconds: float) -> Hold:
        """So many callers a second for so long; then wait until nothing of them is left."""
        before, calls = self.phones.counted().answered, round(rate * seconds)
        meter = Meter({**self.ground.pids, "phones": self.phones.program.pid})
        meter.begin()
        callers = await self.ground.call(self.side, rate, calls, STAY)
        try:
            async with asyncio.timeout(seconds + STAY + _LATE):
                await callers.program.wait()
        except TimeoutError:
            await callers.stop()
        used, counted = meter.read(), callers.counted()
        await self.ground.quiet()
        await asyncio.sleep(1.5)  # the phones' count is written every second
        answered = self.phones.counted().answered - before
        cpu = {name: (value - self.idle.get(name, 0.0) * seconds) * 1000 / calls for name, value in used.items()}
        failed = calls - (counted.over - counted.failed)
        return Hold(self.side.name, rate, seconds, calls, answered, failed, cpu)


async def idle(pids: dict[str, int], seconds: float = 5.0) -> dict[str, float]:
    """CPU seconds a second of each while nobody calls."""
    meter = Meter(pids)
    meter.begin()
    await asyncio.sleep(seconds)
    return {name: value / seconds for name, value in meter.read().items()}


def table(holds: Sequence[Hold]) -> list[dict[str, object]]:
    """For the file."""
    return [held.as_json() for held in holds]
