"""`python -m bench [--calls N]`: run every bench, write var/bench/*.json, print the table."""

from __future__ import annotations

import argparse
import asyncio

from bench.calls import measure
from bench.figures import HEADER

CALLS = 200


def main() -> None:
    """Measure, write, print."""
    parser = argparse.ArgumentParser(prog="make bench")
    parser.add_argument("--calls", type=int, default=CALLS, help="calls each way")
    figures = asyncio.run(measure(parser.parse_args().calls))
    print(HEADER)
    for each in figures:
        each.write()
        print(each.row())


if __name__ == "__main__":
    main()
