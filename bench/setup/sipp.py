"""sipp (Debian's sip-tester) as callers and as phones, and what it counted."""

from __future__ import annotations

import asyncio
import csv
from dataclasses import dataclass
from pathlib import Path

from lab.lab import Lab
from lab.process import Program

_HERE = Path(__file__).parent
_EVERY = 1
"""Seconds between two lines of sipp's statistics."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What one sipp has counted since it began. `answered`: phones that were taken off the hook and heard of it."""

    begun: int
    over: int
    failed: int
    now: int
    answered: int


class Sipp:
    """One sipp that runs. `stop` ends it; its counts can be read at any time, to the last second."""

    def __init__(self, program: Program, statistics: Path) -> None:
        self.program, self._statistics = program, statistics

    def counted(self) -> Counted:
        """The newest line of its statistics; nothing at all before there is one."""
        if not self._statistics.exists():
            return Counted(0, 0, 0, 0, 0)
        with self._statistics.open(newline="") as opened:
            rows = [row for row in csv.DictReader(opened, delimiter=";") if row.get("CurrentCall")]
        if not rows:
            return Counted(0, 0, 0, 0, 0)
        row = rows[-1]
        names = ("TotalCallCreated", "SuccessfulCall(C)", "FailedCall(C)", "CurrentCall", "GenericCounter1(C)")
        return Counted(*(int(row.get(name) or 0) for name in names))

    async def stop(self) -> None:
        """End it."""
        await self.program.kill()


async def callers(lab: Lab, name: str, at: str, rate: float, calls: int, stay: float) -> Sipp:
    """So many callers, `rate` a second, who each stay for so many seconds after their keys; from this address."""
    words = ["-r", f"{rate:.0f}", "-m", str(calls), "-l", "10000", "-d", f"{stay * 1000:.0f}", "-s", lab.number]
    return await start(lab, name, _HERE / "caller.xml", at, [*words, target(lab)])


async def phones(lab: Lab, name: str, at: str) -> Sipp:
    """All phones that have this address."""
    return await start(lab, name, _HERE / "phone.xml", at, [])


def target(lab: Lab) -> str:
    """Where callers send their calls."""
    sip = lab.nodes[0].values.sip
    return f"{sip.host}:{sip.port}"


async def start(lab: Lab, name: str, scenario: Path, at: str, words: list[str]) -> Sipp:
    """This scenario from this address, with these words more; returns when it counts."""
    statistics = lab.logs / f"{name}.csv"
    statistics.unlink(missing_ok=True)
    argv = ["sipp", "-sf", str(scenario), "-i", at, "-p", "5060", "-mp", "6000", "-nostdin", "-skip_rlimit"]
    argv += ["-trace_stat", "-fd", str(_EVERY), "-stf", str(statistics), "-trace_err"]
    argv += ["-error_file", str(lab.logs / f"{name}.err"), *words]
    sipp = Sipp(lab.program(name, argv), statistics)
    await sipp.program.start()
    async with asyncio.timeout(10):
        while not statistics.exists():  # noqa: ASYNC110  # a file tells nobody that it is there
            await asyncio.sleep(0.05)
    return sipp
