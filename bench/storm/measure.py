"""The storm from beginning to end: begin, strike, let it blow over, judge, and write var/bench/storm.json."""

from __future__ import annotations

import asyncio
import sys
import time
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bench.figures import write
from bench.storm import report
from bench.storm.citizens import Citizens, outsider
from bench.storm.fate import Ended, dropped, silent
from bench.storm.faults import Faults
from bench.storm.ground import FAMILIES, LINES, Ground, ground
from bench.storm.judge import Given, latencies, struck, violations
from bench.storm.report import Found
from bench.storm.sampler import looks
from bench.storm.staff import Worker, at_work
from bench.storm.truth import truth_of
from bench.storm.watched import Login, Node, Watched, noted
from lab.process import Program
from lab.seats import session

CALM_FIRST, BETWEEN = 8.0, (8.0, 20.0)
"""Seconds before the first fault, and between two."""
SETTLES: Final = 5.0
"""What comes so many seconds after a fault was mended is still counted as under it."""


async def measure(seconds: float, seed: int) -> tuple[Path, bool]:
    """One storm of so many seconds. The file with its figures; whether they are as they must be."""
    async with ground(seed) as place, at_work(place) as workers:
        citizens = Citizens(place)
        readers = await _begin_reading(place, workers)
        began = time.monotonic()
        await _rage(place, workers, citizens, seconds)
        left = await place.left()
        for reader in readers:
            await reader.stop()
        lasted, calls = time.monotonic() - began, await citizens.ended()
        found = await asyncio.to_thread(_judge, place, calls, left, lasted)
    report.tell(found)
    return write("storm", found), report.holds(found)


async def _begin_reading(place: Ground, workers: Sequence[Worker]) -> list[Program]:
    """The two that only read, each in a process of its own."""
    directory = place.lab.directory
    await asyncio.to_thread((await _watched(place, workers)).write, directory / "watched.json")
    programs = []
    for name in ("sampler", "asker"):
        argv: list[str | Path] = [sys.executable, "-m", f"bench.storm.{name}", directory / "watched.json"]
        programs.append(place.lab.program(name, [*argv, directory / f"{name}.jsonl"]))
        (directory / f"{name}.jsonl").unlink(missing_ok=True)
        await programs[-1].start()
    return programs


async def _watched(place: Ground, workers: Sequence[Worker]) -> Watched:
    """Each worker's seat, and another session of hers that is nobody's seat."""
    nodes = []
    for node in place.lab.nodes:
        ari, account = node.values.ari, node.values.ari_account
        nodes.append(Node(node.name, f"http://{ari.host}:{ari.port}", account.user, account.password))
    logins = []
    for worker in workers:
        endpoint = worker.person.endpoint
        _, other = await session(place.town, worker.person)
        logins += [Login(endpoint, True, worker.seat.key), Login(endpoint, False, other)]
    return Watched(nodes, logins, place.town.staff_url, str(place.town.lab.ca.root))


async def _rage(place: Ground, workers: list[Worker], citizens: Citizens, seconds: float) -> None:
    """Everybody at once, for so long; then all hang up. An error of ours ends it with that error."""
    async with asyncio.TaskGroup() as group:
        endless = []
        for worker in workers:
            endless += [group.create_task(worker.read_cards()), group.create_task(worker.follow())]
            for act in (worker.answer, worker.act, worker.watch_panel):
                group.create_task(act(), name=f"{worker.person.login} {act.__name__}")
        for line in LINES:
            group.create_task(citizens.live(line), name=line)
        group.create_task(outsider(place), name="outsider")
        group.create_task(Faults(place, workers).strike(CALM_FIRST, *BETWEEN), name="faults")
        await asyncio.sleep(seconds)
        place.over.set()
        await place.hang_up_everything()
        for task in endless:
            task.cancel()


def _judge(place: Ground, calls: list[Ended], left: list[str], seconds: float) -> dict[str, Any]:
    directory = place.lab.directory
    seen = list(looks(directory / "sampler.jsonl"))
    truth = truth_of(seen)
    given, counts = _asked(directory / "asker.jsonl")
    names = dict(zip(LINES, FAMILIES, strict=True))
    faults = [(since, until + SETTLES) for _, since, until in place.faults]

    def calm(since: float, until: float) -> bool:
        return not struck(since, until, faults)

    return report.figures(
        Found(
            seed=place.seed,
            seconds=seconds,
            done=place.done,
            why=place.why,
            faults=place.faults,
            counts=counts,
            given=len(given),
            violations=violations(given, truth, names),
            truth=truth,
            cards=latencies(place.shown, truth, faults),
            control=place.control,
            looks=seen,
            left=left,
            calls=calls,
            dropped=dropped(calls, truth, calm),
            silences=silent(calls, truth, calm, place.muted, place.keyed),
        )
    )


def _asked(path: Path) -> tuple[list[Given], Counter[str]]:
    """Every card that was given, and how much was asked in all."""
    given, counts = [], Counter[str]()
    for line in noted(path):
        if "counts" in line:
            counts = Counter(line["counts"])
        else:
            given.append(Given(**line))
    return given, counts
