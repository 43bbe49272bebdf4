"""Who sits before the screens: `python -m bench.screens.watchers FILE` opens streams and notes what they are told.

FILE is JSON: {"port", "ca", "host", "cookies": ["" …], "told": a file}. A program of its own, so that its work is no
part of what it measures. It prints "ready" when all stand; SIGHUP makes it write all that was told since, as
[[stream, kind, epoch], …], and begin anew.
"""

from __future__ import annotations

import asyncio
import json
import signal
import ssl
import sys
import time
from pathlib import Path
from typing import Any, Final, cast

import uvloop

_AT_ONCE: Final = 20
_OF_ONE_ADDRESS: Final = 200
_KINDS: Final = (b"panel", b"card", b"blank")


class Watcher(asyncio.Protocol):
    """One stream: it looks for the names of events and nothing else."""

    def __init__(self, number: int, request: bytes, told: list[tuple[int, str, float]]) -> None:
        self._number, self._request, self._told = number, request, told
        self.open: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.ended = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Ask for the stream."""
        cast(asyncio.Transport, transport).write(self._request)  # uvloop's own kind, which says no more of itself

    def data_received(self, data: bytes) -> None:
        """Note when what was told."""
        now = time.time()
        if not self.open.done():
            if not data.startswith(b"HTTP/1.1 200"):
                self.open.set_exception(ConnectionError(data[:60].decode(errors="replace")))
                return
            self.open.set_result(None)
        for kind in _KINDS:
            if b"event: " + kind in data:
                self._told.append((self._number, kind.decode(), now))

    def connection_lost(self, exc: Exception | None) -> None:
        """A stream that ends is a fault of what is measured."""
        self.ended = True


async def main(asked: dict[str, Any]) -> None:
    """Open all, then note until killed."""
    told: list[tuple[int, str, float]] = []
    trust = ssl.create_default_context(cafile=asked["ca"])
    watchers: list[Watcher] = []
    places = asyncio.Semaphore(_AT_ONCE)

    async def open_one(number: int, cookie: str) -> None:
        head = f"GET {asked['path']} HTTP/1.1\r\nHost: {asked['host']}\r\nSec-Fetch-Site: same-origin\r\n"
        request = (head + (f"Cookie: {cookie}\r\n" if cookie else "") + "\r\n").encode()
        loop, source = asyncio.get_running_loop(), f"127.0.{1 + number // _OF_ONE_ADDRESS}.1"
        watcher = Watcher(number, request, told)
        async with places:
            await loop.create_connection(
                lambda: watcher,
                "127.0.0.1",
                asked["port"],
                ssl=trust,
                server_hostname="localhost",
                local_addr=(source, 0),
            )
            await watcher.open
        watchers.append(watcher)

    async with asyncio.TaskGroup() as group:
        for number, cookie in enumerate(asked["cookies"]):
            group.create_task(open_one(number, cookie))

    def write() -> None:
        part = Path(asked["told"] + ".part")
        part.write_text(json.dumps({"ended": sum(each.ended for each in watchers), "told": told}))
        told.clear()
        part.rename(asked["told"])

    asyncio.get_running_loop().add_signal_handler(signal.SIGHUP, write)
    print("ready", flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    uvloop.run(main(json.loads(Path(sys.argv[1]).read_text())))
