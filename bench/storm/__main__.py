"""`python -m bench.storm [--seconds 600] [--seed N]`: one storm; another status than 0 where a promise broke."""

from __future__ import annotations

import argparse
import asyncio
import secrets
import sys

from bench.storm.measure import measure


def main() -> None:
    """Rage, judge, write."""
    parser = argparse.ArgumentParser(prog="make storm")
    parser.add_argument("--seconds", type=float, default=600.0, help="how long it rages")
    parser.add_argument("--seed", type=int, default=None, help="the same choices as an earlier one")
    asked = parser.parse_args()
    seed = secrets.randbelow(1_000_000) if asked.seed is None else asked.seed
    print(f"== storm, {asked.seconds:.0f} s, seed {seed}", flush=True)
    path, held = asyncio.run(measure(asked.seconds, seed))
    print(path)
    sys.exit(0 if held else 1)


if __name__ == "__main__":
    main()
