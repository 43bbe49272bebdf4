"""A relay of bytes over TCP, with which a test makes a network fail.

async with Relay(host, port) as relay:
    client = Client(relay.url)
    relay.cut()
"""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Coroutine
from types import TracebackType
from typing import Any, ClassVar, Self


class Relay:
    """Listens on a free port of 127.0.0.1 and passes bytes on, until it is cut or frozen."""

    _greeting: ClassVar[bytes] = b""
    """What a client is told once its far end is reached."""

    def __init__(self, host: str, port: int) -> None:
        self._upstream = (host, port)
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._flowing = asyncio.Event()
        self._flowing.set()
        self._open = True

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.cut()
        self.thaw()
        if self._tasks:
            await asyncio.wait(self._tasks)

    @property
    def url(self) -> str:
        """Where an HTTP client finds the relay."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def port(self) -> int:
        """Its port of 127.0.0.1."""
        assert self._server is not None
        return int(self._server.sockets[0].getsockname()[1])

    def cut(self) -> None:
        """Break every connection at once, as a pulled cable with a reset does. New ones are let through."""
        for writer in self._writers:
            writer.transport.abort()

    def refuse(self, refused: bool = True) -> None:
        """Break new connections too, or let them through again."""
        self._open = not refused

    def freeze(self) -> None:
        """Let no byte through any more, while every connection stays up: silence."""
        self._flowing.clear()

    def thaw(self) -> None:
        """Let bytes flow again."""
        self._flowing.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            # Either end may reset, or be gone: the other is cut off, which is as near as a relay comes to it.
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                if self._open:
                    await self._join(reader, writer)
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

    async def _target(self, reader: asyncio.StreamReader) -> tuple[str, int]:
        """Where this client's bytes go."""
        return self._upstream

    async def _join(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        host, port = await self._target(reader)
        await self._flowing.wait()
        far_reader, far_writer = await asyncio.open_connection(host, port)
        self._writers.add(far_writer)
        try:
            writer.write(self._greeting)
            await _first_of(self._pass(reader, far_writer), self._pass(far_reader, writer))
        finally:
            self._writers.discard(far_writer)
            far_writer.transport.abort()

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            await self._flowing.wait()
            sink.write(data)
            await sink.drain()


async def _first_of(*ways: Coroutine[Any, Any, None]) -> None:
    """Until one of them ends, however it does."""
    tasks = [asyncio.ensure_future(way) for way in ways]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
