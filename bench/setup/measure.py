"""The whole measurement, and var/bench/setup.json."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.figures import percentile, write
from bench.setup.ground import PHONES, Ground, ground
from bench.setup.ladder import STAY, Hold, Ladder, idle, table
from bench.setup.seats import seats
from bench.setup.usage import resident_kilobytes

AIM: Final = "≥ 1.1 × control; daemon ≤ 1.5 ms a call; ≤ 8 kB a waiting call in the daemon"
ROUNDS: Final = 3
WAITING: Final = 1_000
SCREENS: Final = 20
"""Agents whose whole screen is played, panel and all; the others keep their stream. More would measure the bench."""
_ARRIVALS: Final = 50
_LONG: Final = 600.0


async def measure(
    seconds: float = 60.0, phones: int = PHONES, waiting: int = WAITING, screens: int = SCREENS
) -> Path:
    """Memory first, while no agent is there; then both sides in turn, `seconds` each, three times."""
    async with ground(phones) as (place, up):
        await place.ready()
        memory = await _memory(place, waiting)
        async with seats(place.town, place.ours.phones, screens) as told:
            rest = await idle({**place.pids})
            ladders = [Ladder(place, side, up[side.name], rest) for side in (place.control, place.ours)]
            for ladder in ladders:
                await ladder.probe()
            for turn in range(ROUNDS):
                for ladder in ladders if turn % 2 == 0 else reversed(ladders):
                    print((await ladder.climb(seconds)).row(), flush=True)
            nudges = {"streams": phones, "screens": screens, "nudges": told.nudges, "panels": told.panels}
    control, ours = ladders
    _tell(ours, control)
    return write("setup", _figures(ours, control, memory, {"idle_cpu": rest, **nudges}))


async def _memory(place: Ground, callers: int) -> dict[str, object]:
    """What a caller who waits costs, by what is in memory with many of them beside what is with none."""
    await (await place.call(place.ours, 20, 40, 0.2)).program.wait()  # what the first calls load stays loaded
    await place.quiet()
    before = {name: resident_kilobytes(pid) for name, pid in place.pids.items()}
    crowd = await place.call(place.ours, _ARRIVALS, callers, _LONG)
    async with asyncio.timeout(callers / _ARRIVALS + 60):
        while crowd.counted().begun < callers:  # noqa: ASYNC110
            await asyncio.sleep(1.0)
    await asyncio.sleep(5.0)  # until the last of them has pressed her keys and waits
    after = {name: resident_kilobytes(pid) for name, pid in place.pids.items()}
    there = await place.lab.nodes[0].cli("core show channels count")
    await crowd.stop()
    await place.lab.nodes[0].cli("channel request hangup all")
    await place.quiet()
    each = {name: round((after[name] - before[name]) / callers, 1) for name in before}
    print(f"  {callers} wait: kB each {each}", flush=True)
    return {"callers": callers, "channels": there.splitlines()[0], "kB_each": each}


def _tell(ours: Ladder, control: Ladder) -> None:
    for ladder in (control, ours):
        held, cpu = ladder.sustained or 0.0, _cpu(ladder.holds)
        each = "  ".join(f"{name} {value:.2f}" for name, value in cpu.items())
        print(f"{ladder.side.name:10}{held:7.1f} calls/s sustained; ms a call: {each}")
    print(f"aim: {AIM}")


def _figures(ours: Ladder, control: Ladder, memory: dict[str, object], rest: dict[str, object]) -> dict[str, object]:
    ratio = ours.sustained / control.sustained if ours.sustained and control.sustained else None
    return {
        "name": "setup",
        "unit": "calls/s",
        "aim": AIM,
        "stay_seconds": STAY,
        "sustained": ours.sustained,
        "not_sustained": ours.failed,
        "control": {"sustained": control.sustained, "not_sustained": control.failed, "cpu_ms": _cpu(control.holds)},
        "ratio": None if ratio is None else round(ratio, 2),
        "cpu_ms": _cpu(ours.holds),
        "memory": memory,
        "at_rest": rest,
        "holds": table([*control.holds, *ours.holds]),
    }


def _cpu(holds: Sequence[Hold]) -> dict[str, float]:
    """The middle hold's CPU a call, of those that were held; of all where none was."""
    counted = [held for held in holds if held.passed] or list(holds)
    return {name: round(percentile([held.cpu[name] for held in counted], 0.5), 2) for name in counted[0].cpu}
