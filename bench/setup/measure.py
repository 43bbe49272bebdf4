"""The whole measurement, and var/bench/setup.json."""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from bench.figures import percentile, write
from bench.setup.ground import PHONES, Ground, Side, ground
from bench.setup.hold import STAY, at_rest, hold
from bench.setup.ladder import SERVED, Hold, Ladder, first_rate
from bench.setup.seats import seats
from bench.setup.standing import while_standing
from bench.setup.usage import resident_kilobytes

AIM: Final = "≥ 1.1 × control; daemon ≤ 1.5 ms a call; ≤ 8 kB a waiting call in the daemon"
ROUNDS: Final = 3
WAITING: Final = 1_000
SCREENS: Final = 20
"""Agents whose whole screen is played, panel and all; the others keep their stream. More would measure the bench."""
PROBE_RATE, PROBE_SECONDS = 20.0, 10.0
_ARRIVALS: Final = 25.0
_LONG: Final = 600.0
_BUSY: Final = 0.5
"""Processors in use before anything has begun, beyond which figures are of more than what is measured."""


async def measure(
    seconds: float = 60.0, phones: int = PHONES, waiting: int = WAITING, screens: int = SCREENS
) -> Path:
    """Memory first, while no agent is there; then both sides in turn, `seconds` each, three times."""
    began, load = time.monotonic(), round(os.getloadavg()[0], 1)
    async with ground(phones) as place:
        figures = await while_standing(place.programs, _measured(place, seconds, waiting, screens))
    machine = {"processors": os.cpu_count(), "load_before": load}
    if load > _BUSY:
        print(f"this machine did other work: its load was {load} before the measurement began")
    took = {"machine": machine, "took_seconds": round(time.monotonic() - began)}
    return write("setup", {**figures, **took})


async def _measured(place: Ground, seconds: float, waiting: int, screens: int) -> dict[str, object]:
    await place.ready()
    memory = await _memory(place, waiting)
    async with seats(place.town, place.ours.endpoints, screens) as told:
        await told.nothing_more()
        rest = await at_rest(place)
        control, ours = await _climbs(place, seconds, rest)
    _tell(control, ours)
    idle = {"idle_cpu": {name: round(used, 3) for name, used in rest.items()}}
    at_work = {"streams": len(place.ours.endpoints), "screens": screens, "nudges": told.nudges, "panels": told.panels}
    return {**_figures(control, ours), "memory": memory, "at_rest": {**idle, **at_work}}


async def _climbs(place: Ground, seconds: float, rest: dict[str, float]) -> tuple[Ladder, Ladder]:
    """The control's and ours, by turns, so that both meet whatever else the machine does."""
    control, ours = [await _begun(place, side, rest) for side in (place.control, place.ours)]
    turns = [(place.control, control), (place.ours, ours)]
    for turn in range(ROUNDS):
        for side, ladder in turns if turn % 2 == 0 else reversed(turns):
            held = await hold(place, side, ladder.rate, seconds, rest)
            print(held.row(), flush=True)
            ladder.take(held)
    return control, ours


async def _begun(place: Ground, side: Side, rest: dict[str, float]) -> Ladder:
    """A ladder at the foot of which this side has been probed."""
    probe = await hold(place, side, PROBE_RATE, PROBE_SECONDS, rest)
    print(f"{probe.row()} (probe)", flush=True)
    return Ladder(first_rate(probe, os.cpu_count() or 1, sum(rest.values())))


async def _memory(place: Ground, callers: int) -> dict[str, object]:
    """What a caller who waits costs, by what is in memory with many of them beside what is with none."""
    await (await place.call(place.ours, 20, 40, 0.2)).over(60)  # what the first calls load stays loaded
    await place.quiet()
    before = _kilobytes(place)
    crowd = await place.call(place.ours, _ARRIVALS, callers, _LONG)
    async with asyncio.timeout(callers / _ARRIVALS + 60):
        while (await crowd.counted_anew()).begun < callers:
            pass
    await asyncio.sleep(5.0)  # until the last of them has pressed her keys and waits
    after, channels = _kilobytes(place), await place.channels()
    there = min(callers, channels)  # the music has channels of its own
    await crowd.stop()
    await place.hang_up()
    await place.quiet()
    each = {name: round((after[name] - before[name]) / there, 1) for name in before}
    print(f"  {there} of {callers} wait: kB each {each}", flush=True)
    return {"callers": callers, "waiting": there, "kB_each": each}


def _kilobytes(place: Ground) -> dict[str, int]:
    return {name: resident_kilobytes(server.pid) for name, server in place.servers.items()}


def _tell(control: Ladder, ours: Ladder) -> None:
    for name, ladder in (("control", control), ("ours", ours)):
        each = "  ".join(f"{part} {used:.2f}" for part, used in _cpu(ladder.holds).items())
        print(f"{name:8} {_bracket(ladder)}; ms a call: {each}")
    ratio = _ratio(control, ours)
    print("no ratio: a side held none of its rates" if ratio is None else f"ratio    {ratio:.2f}")
    print(f"aim      {AIM}")


def _bracket(ladder: Ladder) -> str:
    held = "none held" if ladder.sustained is None else f"{ladder.sustained:.1f} calls/s held"
    return f"{held}, {'none' if ladder.not_sustained is None else f'{ladder.not_sustained:.1f}'} not held"


def _ratio(control: Ladder, ours: Ladder) -> float | None:
    return round(ours.sustained / control.sustained, 2) if ours.sustained and control.sustained else None


def _figures(control: Ladder, ours: Ladder) -> dict[str, object]:
    return {
        "name": "setup",
        "unit": "calls/s",
        "aim": AIM,
        "stay_seconds": STAY,
        "held_means": f"{SERVED:.0%} answered within stay_seconds, {SERVED:.0%} came to their own goodbye",
        **_side(ours),
        "control": _side(control),
        "ratio": _ratio(control, ours),
        "holds": [held.as_json() for held in (*control.holds, *ours.holds)],
    }


def _side(ladder: Ladder) -> dict[str, object]:
    return {
        "sustained": ladder.sustained,
        "not_sustained": ladder.not_sustained,
        "cpu_ms": _cpu(ladder.holds),
    }


def _cpu(holds: Sequence[Hold]) -> dict[str, float]:
    """The middle hold's CPU a call, of those that were held; of all where none was."""
    counted = [held for held in holds if held.passed] or list(holds)
    return {name: round(percentile([held.cpu[name] for held in counted], 0.5), 2) for name in counted[0].cpu}
