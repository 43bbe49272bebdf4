"""`python -m bench [--only NAME …]`: run the benches, write var/bench/*.json, print tables."""

from __future__ import annotations

import argparse
import asyncio
from collections.abc import Callable, Mapping
from typing import Final

from bench import queue
from bench.calls import measure
from bench.figures import HEADER
from bench.overload.measure import measure as measure_overload
from bench.screens.measure import measure as measure_screens
from bench.setup.measure import measure as measure_setup


def _calls(asked: argparse.Namespace) -> None:
    figures = asyncio.run(measure(asked.calls))
    print(HEADER)
    for each in figures:
        each.write()
        print(each.row())


def _queue(_: argparse.Namespace) -> None:
    queue.measure()


def _setup(asked: argparse.Namespace) -> None:
    asyncio.run(measure_setup(asked.seconds))


def _overload(_: argparse.Namespace) -> None:
    asyncio.run(measure_overload())


def _screens(asked: argparse.Namespace) -> None:
    asyncio.run(measure_screens(asked.rounds))


BENCHES: Final[Mapping[str, Callable[[argparse.Namespace], None]]] = {
    "calls": _calls,
    "queue": _queue,
    "setup": _setup,
    "overload": _overload,
    "screens": _screens,
}
"""`calls` measures three figures: reveal, revoke and wipe."""


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--only", nargs="+", choices=BENCHES, default=list(BENCHES), help="these, and no others")
    parser.add_argument("--calls", type=int, default=200, help="calls each way (calls)")
    parser.add_argument("--rounds", type=int, default=20, help="calls and nudges each way (screens)")
    parser.add_argument("--seconds", type=float, default=60.0, help="how long a rate is held (setup)")
    asked = parser.parse_args()
    for name in asked.only:
        print(f"== {name}", flush=True)
        BENCHES[name](asked)


if __name__ == "__main__":
    main()
