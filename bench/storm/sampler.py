"""`python -m bench.storm.sampler WATCHED OUT`: asks each node who is in which bridge, until killed."""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final, TextIO

import aiohttp

from bench.storm.truth import TALK, Look
from bench.storm.watched import Node, Watched, note, noted

PAUSE: Final = 0.015
"""Seconds between two looks at one node."""


async def follow(node: Node, out: TextIO) -> None:
    """Look at this node until cancelled. Nobody is in a bridge of a node whose port is closed."""
    before: dict[str, Any] = {}
    async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=5)) as http:
        while True:
            sent = time.monotonic()
            try:
                found = await _look(node, http)
            except aiohttp.ClientConnectorError:
                found = {"bridges": {}, "channels": {}}
            except (aiohttp.ClientError, TimeoutError) as unknown:
                note(out, {"node": node.name, "unknown": repr(unknown), "sent": sent})
                continue
            told: dict[str, Any] = {"node": node.name, "sent": sent, "got": time.monotonic()}
            note(out, told if found == before else {**told, **found})
            before = found
            await asyncio.sleep(PAUSE)


async def _look(node: Node, http: aiohttp.ClientSession) -> dict[str, Any]:
    bridges = {each["id"]: sorted(each["channels"]) for each in await node.read(http, "bridges")}
    talks = {bridge: members for bridge, members in bridges.items() if bridge.endswith(TALK)}
    return {"bridges": talks, "channels": dict(await node.channels(http))}


def looks(path: Path) -> Iterator[Look]:
    """What was written, in order; what did not change is not written again."""
    last: dict[str, dict[str, Any]] = {}
    for line in noted(path):
        if "unknown" in line:
            continue
        found = last[line["node"]] = {**last.get(line["node"], {}), **line}
        bridges = {bridge: frozenset(members) for bridge, members in found["bridges"].items()}
        yield Look(found["node"], found["sent"], found["got"], bridges, found["channels"])


async def main(watched: Path, out: Path) -> None:
    """All nodes at once."""
    with out.open("w") as opened:
        await asyncio.gather(*(follow(node, opened) for node in Watched.read(watched).nodes))


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), Path(sys.argv[2])))
