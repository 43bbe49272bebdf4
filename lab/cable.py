"""The network of one browser, as a cable that can be pulled: nobody is told, no byte comes through any more.

    async with Cable() as cable:
        screen = await AgentScreen.open(town, agent, cable=cable)
        cable.pull()

To the browser it is an HTTP proxy that knows CONNECT alone (RFC 9110, 9.3.6), which is all that https needs.
"""

from __future__ import annotations

import asyncio
import contextlib
from types import TracebackType
from typing import Self


class Cable:
    """Listens on a free port of 127.0.0.1 for one browser."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._whole = asyncio.Event()
        self._whole.set()

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        self.plug_in()
        if self._tasks:
            await asyncio.wait(self._tasks)

    @property
    def proxy(self) -> str:
        """What the browser is given."""
        assert self._server is not None
        host, port = self._server.sockets[0].getsockname()[:2]
        return f"http://{host}:{port}"

    def pull(self) -> None:
        """From now on no byte comes through, while every connection still seems to stand."""
        self._whole.clear()

    def plug_in(self) -> None:
        """Connections from before are lost, new ones come through."""
        for writer in self._writers:
            writer.transport.abort()
        self._whole.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self._writers.add(writer)
        try:
            # The browser resets what it needs no more.
            with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
                await self._connect(reader, writer)
        finally:
            self._tasks.discard(task)
            self._writers.discard(writer)
            writer.transport.abort()

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target = head.split()[:2]
        assert method == b"CONNECT", "this browser is for https alone"
        host, port = target.decode().rsplit(":", 1)
        await self._whole.wait()
        far_reader, far_writer = await asyncio.open_connection(host, int(port))
        self._writers.add(far_writer)
        try:
            writer.write(b"HTTP/1.1 200 Connected\r\n\r\n")
            await self._both_ways(reader, writer, far_reader, far_writer)
        finally:
            self._writers.discard(far_writer)
            far_writer.transport.abort()

    async def _both_ways(
        self,
        reader: asyncio.StreamReader,
        writer: asyncio.StreamWriter,
        far_reader: asyncio.StreamReader,
        far_writer: asyncio.StreamWriter,
    ) -> None:
        ways = [
            asyncio.ensure_future(self._pass(reader, far_writer)),
            asyncio.ensure_future(self._pass(far_reader, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pass(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(65536):
            await self._whole.wait()
            sink.write(data)
            await sink.drain()
