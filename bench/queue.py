"""queue: what one decision costs, with so many callers waiting and so many agents at work, on an ordinary day.

Beside it, in the same run and of the same size: one add to and one pop from a sorted set, which is the least that
keeping a line can cost. `python -m bench.queue` profiles the largest point instead.
"""

from __future__ import annotations

import cProfile
import gc
import json
import math
import pstats
import random
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from sortedcontainers import SortedSet

from bench.crowd import Crowd
from bench.figures import percentile, write
from lab.paths import VAR

WAITING: Final = (10, 100, 1_000, 10_000)
AGENTS: Final = (10, 100, 1_000)
DECISIONS: Final = 30_000
WARM_UP: Final = 5_000
AIM: Final = "p99 ≤ 200 µs at 10,000 waiting; growth no worse than logarithmic"


@dataclass(slots=True)
class Collected:
    """What the garbage collector did meanwhile: a collection is part of the decision in which it falls."""

    runs: int = 0
    longest: float = 0.0
    """Milliseconds."""
    _began: float = field(default=0.0, repr=False)

    def __call__(self, phase: str, _: dict[str, int]) -> None:
        if phase == "start":
            self._began = time.perf_counter()
        else:
            self.runs += 1
            self.longest = max(self.longest, (time.perf_counter() - self._began) * 1000)


@dataclass(frozen=True, slots=True)
class Point:
    """One size of line and of staff. Times are microseconds."""

    waiting: int
    agents: int
    waited: int
    """How many did wait when it ended: the line breathes."""
    times: Sequence[float]
    kinds: dict[str, Sequence[float]]
    control: Sequence[float]
    collected: Collected

    def as_json(self) -> dict[str, object]:
        """{waiting, agents, n, p50, p99, max, control, ratio, kinds, gc}; `kinds` holds each kind's p99."""
        p50, p99 = percentile(self.times, 0.5), percentile(self.times, 0.99)
        theirs = {"p50": percentile(self.control, 0.5), "p99": percentile(self.control, 0.99)}
        return {
            "waiting": self.waiting,
            "agents": self.agents,
            "waited": self.waited,
            "n": len(self.times),
            "p50": round(p50, 1),
            "p99": round(p99, 1),
            "max": round(max(self.times), 1),
            "control": {key: round(value, 1) for key, value in theirs.items()},
            "ratio": {"p50": round(p50 / theirs["p50"], 1), "p99": round(p99 / theirs["p99"], 1)},
            "kinds": {kind: round(percentile(took, 0.99), 1) for kind, took in sorted(self.kinds.items())},
            "gc": {"runs": self.collected.runs, "longest_ms": round(self.collected.longest, 1)},
        }


def measure(decisions: int = DECISIONS) -> Path:
    """Every point; writes var/bench/queue.json and prints a table."""
    points = [_point(waiting, agents, decisions) for waiting in WAITING for agents in AGENTS]
    print(f"{'waiting':>8}{'agents':>8}{'p50 µs':>9}{'p99 µs':>9}{'control':>9}{'p99':>9}   {AIM}")
    for point in points:
        control = percentile(point.control, 0.5), percentile(point.control, 0.99)
        figures = percentile(point.times, 0.5), percentile(point.times, 0.99), *control
        print(f"{point.waiting:8}{point.agents:8}" + "".join(f"{figure:9.1f}" for figure in figures))
    of_all = {"name": "queue", "unit": "µs", "aim": AIM, "growth": _growth(points)}
    return write("queue", {**of_all, "points": [point.as_json() for point in points]})


def _point(waiting: int, agents: int, decisions: int) -> Point:
    crowd = Crowd(waiting, agents)
    crowd.run(WARM_UP)
    gc.collect()
    with _collections() as collected:
        kinds = {kind: [took / 1000 for took in taken] for kind, taken in crowd.run(decisions).items()}
    times = [took for taken in kinds.values() for took in taken]
    return Point(waiting, agents, crowd.waiting, times, {**kinds}, _control(waiting, decisions), collected)


@contextmanager
def _collections() -> Iterator[Collected]:
    collected = Collected()
    gc.callbacks.append(collected)
    try:
        yield collected
    finally:
        gc.callbacks.remove(collected)


def _control(size: int, rounds: int) -> list[float]:
    """One pop of the first and one add, as they come, of places that look like ours; microseconds."""
    chance, took = random.Random(2), list[float]()
    line = SortedSet((chance.uniform(0, 600), f"north-1700000000.{number}") for number in range(size))
    for number in range(rounds):
        place = (600 + chance.uniform(0, 600), f"south-1700000000.{number}")
        began = time.thread_time_ns()
        line.pop(0)
        line.add(place)
        took.append((time.thread_time_ns() - began) / 1000)
    return took


def _growth(points: Sequence[Point]) -> dict[str, object]:
    """How much more the longest line costs than the shortest, beside what a logarithm would make of it."""
    grown = {}
    for agents in AGENTS:
        first, *_, last = (point for point in points if point.agents == agents)
        grown[str(agents)] = {
            key: round(percentile(last.times, share) / percentile(first.times, share), 2)
            for key, share in (("p50", 0.5), ("p99", 0.99))
        }
    return {"by_agents": grown, "logarithm": round(math.log(WAITING[-1]) / math.log(WAITING[0]), 2)}


def _profile() -> None:
    crowd = Crowd(WAITING[-1], AGENTS[-1])
    with cProfile.Profile() as profile:
        crowd.run(DECISIONS)
    path = VAR / "bench" / "queue.profile"
    path.parent.mkdir(parents=True, exist_ok=True)
    profile.dump_stats(path)
    pstats.Stats(profile).sort_stats("tottime").print_stats("irmacall|sortedcontainers", 25)
    print(json.dumps({"profile": str(path), "waiting": crowd.waiting}))


if __name__ == "__main__":
    _profile()
