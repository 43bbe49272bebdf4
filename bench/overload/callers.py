"""Callers at a steady rate, and what each of them saw."""

from __future__ import annotations

import asyncio
import enum
import re
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from bench.setup import sipp
from bench.setup.sipp import Sipp
from lab.errors import LabError
from lab.lab import Lab

STAY: Final = 4.0
"""Seconds from a caller's dialling to her goodbye (caller.xml)."""
_SCENARIO: Final = Path(__file__).parent / "caller.xml"
_LATE: Final = 25.0
_LINE: Final = re.compile(r"^saw ([0-9.]+) ([0-9]+) (\w+) ([0-9]+)", re.MULTILINE)


class Ending(enum.Enum):
    """How a call ended, as the telephone saw it."""

    LEFT = "left"
    """She hung up, and that was confirmed."""
    REFUSED = "refused"
    """Busy (486) or full (503), before an answer."""
    DISMISSED = "dismissed"
    """We hung up."""
    FAILED = "failed"
    """Another status before an answer."""
    UNHEARD = "unheard"
    """No answer at all."""
    BROKEN = "broken"
    """Anything else: sipp met what no telephone expects, or nothing for too long."""


@dataclass(frozen=True, slots=True)
class Saw:
    """One call. `began`: seconds since the first of its callers dialled."""

    began: float
    ending: Ending
    status: int = 0


@dataclass(slots=True)
class Callers:
    """So many, who call one after the other. `since`: when the first dialled (epoch seconds)."""

    program: Sipp
    log: Path
    count: int
    since: float

    async def over(self, seconds: float) -> list[Saw]:
        """What became of each. Raises LabError where sipp does not end in time."""
        try:
            async with asyncio.timeout(seconds + STAY + _LATE):
                await self.program.program.wait()
        except TimeoutError:
            await self.program.stop()
            raise LabError(f"{self.program.program.name} is not done: {self.program.counted()}") from None
        return _read(self.log, self.count)


async def begin(lab: Lab, name: str, at: str, rate: float, seconds: float) -> Callers:
    """Callers from this address: `rate` a second for so long."""
    log, count = lab.logs / f"{name}.saw", round(rate * seconds)
    log.unlink(missing_ok=True)
    words = ["-r", f"{rate:.0f}", "-m", str(count), "-l", str(count), "-s", lab.number]
    words += ["-trace_logs", "-log_file", str(log), sipp.target(lab)]
    return Callers(await sipp.start(lab, name, _SCENARIO, at, words), log, count, time.time())


def endings(saw: list[Saw]) -> dict[str, int]:
    """How many calls ended how; those refused by their status."""
    return dict(
        Counter(f"{each.ending.value} {each.status}" if each.status > 200 else each.ending.value for each in saw)
    )


def _read(log: Path, count: int) -> list[Saw]:
    lines = _LINE.findall(log.read_text())
    first = min((float(began) for began, *_ in lines), default=0.0)
    saw = [Saw((float(began) - first) / 1000, Ending(ending), int(status)) for began, _, ending, status in lines]
    return saw + [Saw(0.0, Ending.BROKEN)] * (count - len(saw))
