"""sipp (Debian's sip-tester) as callers and as phones, and what it counted."""

from __future__ import annotations

import asyncio
import csv
from dataclasses import dataclass
from pathlib import Path

from lab.errors import LabError
from lab.lab import Lab
from lab.process import Program

_HERE = Path(__file__).parent
_EVERY = 1
"""Seconds between two lines of sipp's statistics."""
_BUFFER = 4 * 1024 * 1024
"""Bytes of what came and is not read yet: with sipp's own 64 kB a busy machine loses messages."""
_SOME_FAILED = 1
"""sipp's exit status when it did all its calls and some of them failed."""


@dataclass(frozen=True, slots=True)
class Counted:
    """What one sipp has counted since it began; `lines`: how often it wrote that down.

    `over`: calls that went as the scenario says, to the end. `answered`: phones that were taken off the hook and
    heard of it.
    """

    begun: int = 0
    over: int = 0
    failed: int = 0
    now: int = 0
    answered: int = 0
    lines: int = 0


def read(written: str) -> Counted:
    """The last whole line of sipp's statistics: of the one that is being written there may be a part."""
    whole = [line for line in written.split("\n")[:-1] if line]
    if len(whole) < 2:  # the names of the columns, and a line
        return Counted()
    row = dict(zip(*csv.reader([whole[0], whole[-1]], delimiter=";"), strict=True))
    return Counted(
        begun=int(row["TotalCallCreated"]),
        over=int(row["SuccessfulCall(C)"]),
        failed=int(row["FailedCall(C)"]),
        now=int(row["CurrentCall"]),
        answered=int(row.get("GenericCounter1(C)", 0)),
        lines=len(whole) - 1,
    )


class Sipp:
    """One sipp that runs. `stop` ends it; its counts can be read at any time, to the last second."""

    def __init__(self, program: Program, statistics: Path) -> None:
        self.program, self._statistics = program, statistics

    def counted(self) -> Counted:
        """Its newest counts; nothing at all before there are any."""
        return read(self._statistics.read_text()) if self._statistics.exists() else Counted()

    async def counted_anew(self) -> Counted:
        """Its counts, none of them older than this question. Raises LabError when it does not write any more."""
        old = self.counted().lines
        try:
            async with asyncio.timeout(10 * _EVERY):
                while (counted := self.counted()).lines < old + 2:  # noqa: ASYNC110  # a file tells nobody
                    await asyncio.sleep(_EVERY / 10)
        except TimeoutError as late:
            raise LabError(f"{self.program.name} writes no counts; see {self.program.log}") from late
        return counted

    async def over(self, seconds: float) -> Counted:
        """What it counted once all its calls were over, or after so many seconds, when it is ended.

        Raises LabError when it gave up by itself, and not since its calls were over.
        """
        try:
            async with asyncio.timeout(seconds):
                status = await self.program.wait()
        except TimeoutError:
            await self.stop()
            return self.counted()
        if status not in {0, _SOME_FAILED}:
            raise LabError(f"{self.program.name} gave up ({status}); see {self.program.log}")
        return self.counted()

    async def stop(self) -> None:
        """End it."""
        await self.program.kill()


async def callers(lab: Lab, name: str, at: str, rate: float, calls: int, stay: float) -> Sipp:
    """So many callers, `rate` a second (to a tenth), who each stay for so many seconds after their keys."""
    words = ["-r", f"{rate * 10:.0f}", "-rp", "10000", "-m", str(calls), "-l", "10000"]
    words += ["-d", f"{stay * 1000:.0f}", "-s", lab.number, "-pause_msg_ign"]  # a late answer comes twice
    return await start(lab, name, _HERE / "caller.xml", at, [*words, target(lab)])


async def phones(lab: Lab, name: str, at: str) -> Sipp:
    """All phones that have this address."""
    return await start(lab, name, _HERE / "phone.xml", at, [])


def target(lab: Lab) -> str:
    """Where callers send their calls."""
    sip = lab.nodes[0].values.sip
    return f"{sip.host}:{sip.port}"


async def start(lab: Lab, name: str, scenario: Path, at: str, words: list[str]) -> Sipp:
    """This scenario from this address, with these words more; returns when it counts.

    Its watchdog is off: that ends sipp once it was kept waiting for the processor a number of times.
    """
    statistics = lab.logs / f"{name}.csv"
    statistics.unlink(missing_ok=True)
    argv = ["sipp", "-sf", str(scenario), "-i", at, "-p", "5060", "-mp", "6000", "-nostdin", "-skip_rlimit"]
    argv += ["-buff_size", str(_BUFFER), "-watchdog_interval", "0"]
    argv += ["-trace_stat", "-fd", str(_EVERY), "-stf", str(statistics), "-trace_err"]
    argv += ["-error_file", str(lab.logs / f"{name}.err"), *words]
    sipp = Sipp(lab.program(name, argv), statistics)
    await sipp.program.start()
    async with asyncio.timeout(10):
        while not statistics.exists():  # noqa: ASYNC110  # a file tells nobody that it is there
            await asyncio.sleep(0.05)
    return sipp
