"""A bounded pool of kept-alive HTTP connections to one Asterisk: one request in, one answer out.

Asterisk's http.conf has `sessionlimit`; it counts idle connections too, and closes the one that is over it
without a reply. So the pool is bounded. It never reuses a connection that Asterisk may be about to close
(`session_keep_alive`, 15 s by default): a command sent into a closing connection would be lost.

A connection is fifty lines of our own: per command it costs roughly a third of aiohttp's client, in CPU and
in time (docs/asterisk.md has the figures).
"""

from __future__ import annotations

import asyncio
import ssl
from types import TracebackType
from typing import Final, Self, cast

from aiohttp import encode_basic_auth
from yarl import URL

from irmacall.ari.answers import AnswerReader, Reply
from irmacall.ari.fields import WireError
from irmacall.ari.requests import Request
from irmacall.errors import PeerError, PeerUnavailable

IDLE_SECONDS: Final = 10.0
"""How long an idle connection may be used again; less than Asterisk's 15 s."""


class Pool:
    """Kept-alive connections to `url` (such as http://127.0.0.1:8088); use it as a context manager."""

    def __init__(self, url: str, user: str, password: str, connections: int, timeout: float) -> None:
        address = URL(url)
        assert address.host is not None, "settings were checked"
        assert address.port is not None, "settings were checked"
        self._to = (address.host, address.port)
        self._tls = ssl.create_default_context() if address.scheme == "https" else None
        self._head = f"Host: {address.authority}\r\nAuthorization: {encode_basic_auth(user, password)}\r\n"
        self._free = asyncio.Semaphore(connections)
        self._timeout = timeout
        self._idle: list[_Connection] = []
        self._busy: set[_Connection] = set()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for connection in (*self._idle, *self._busy):
            connection.close()
        self._idle.clear()

    async def exchange(self, request: Request) -> Reply:
        """Send one request and read its answer, whatever its status.

        Raises PeerUnavailable when the node cannot be reached, hangs up, or does not answer within the timeout
        (which counts the wait for a free connection), and WireError where the answer is no HTTP.
        """
        try:
            if self._idle and not self._free.locked():
                async with self._free:  # At once, so that the connection's own deadline is enough.
                    return await self._exchange(request)
            async with asyncio.timeout(self._timeout), self._free:
                return await self._exchange(request)
        except WireError as error:
            raise WireError(f"{request}: {error}") from None
        except PeerUnavailable as error:
            raise PeerUnavailable(f"{request}: {error}") from None
        except (OSError, TimeoutError) as error:
            raise PeerUnavailable(f"{request}: {type(error).__name__}") from None

    async def _exchange(self, request: Request) -> Reply:
        connection = self._take() or await self._connect()
        self._busy.add(connection)
        try:
            reply = await connection.ask(self._bytes(request), self._timeout)
        finally:
            self._busy.discard(connection)
            # Whoever was interrupted leaves an answer on its way: nobody may read it as his own.
            if not connection.idle:
                connection.close()
        if connection.idle:
            self._idle.append(connection)
        return reply

    def _take(self) -> _Connection | None:
        while self._idle:
            connection = self._idle.pop()
            if connection.fresh():
                return connection
            connection.close()
        return None

    async def _connect(self) -> _Connection:
        loop = asyncio.get_running_loop()
        async with asyncio.timeout(self._timeout):
            return (await loop.create_connection(_Connection, *self._to, ssl=self._tls))[1]

    def _bytes(self, request: Request) -> bytes:
        body = (request.body or "").encode()
        kind = "Content-Type: application/json\r\n" if body else ""
        head = f"{request.method} /ari/{request.target()} HTTP/1.1\r\n{self._head}{kind}"
        return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


class _Connection(asyncio.Protocol):
    """One connection: a question, its answer, and then the next."""

    def __init__(self) -> None:
        self._reader = AnswerReader()
        self._waiting: asyncio.Future[Reply] | None = None
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._since = self._loop.time()
        self.idle = True

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        # Not asked of its class: uvloop's transports are none of asyncio's.
        self._transport = cast(asyncio.Transport, transport)

    def fresh(self) -> bool:
        """Whether it may be used again: still open, and not for so long idle that Asterisk may be closing it."""
        return self.idle and self._loop.time() - self._since < IDLE_SECONDS

    async def ask(self, question: bytes, timeout: float) -> Reply:
        """Send a request and wait so many seconds for its answer. Raises PeerError, TimeoutError."""
        assert self.idle
        assert self._transport is not None
        self.idle = False
        self._waiting = self._loop.create_future()
        self._transport.write(question)
        # A timer of our own: asyncio.timeout would add a sixth to what the whole request costs.
        late = self._loop.call_later(timeout, self._fail, TimeoutError())
        try:
            reply = await self._waiting
        finally:
            late.cancel()
        self._since = self._loop.time()
        self.idle = not reply.last and self._reader.empty and not self._transport.is_closing()
        return reply

    def data_received(self, data: bytes) -> None:
        try:
            reply = self._reader.feed(data)
        except WireError as error:
            self._fail(error)
            return
        if self._waiting is None:
            self._fail(WireError("answer: unasked"))
        elif reply is not None and not self._waiting.done():
            self._waiting.set_result(reply)
            self._waiting = None

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(PeerUnavailable("connection lost"))

    def close(self) -> None:
        """Drop it at once."""
        self._fail(PeerUnavailable("connection closed"))

    def _fail(self, error: PeerError | TimeoutError) -> None:
        self.idle = False
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error)
        self._waiting = None
        if self._transport is not None:
            self._transport.abort()
