"""Event streams (server-sent events): nudges and a beat each second, never content.

A stream whose reader does not keep up is shed: its browser misses the beat, blanks by itself and asks anew.
Source of the format: the HTML standard, 9.2 (server-sent events).
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Final, TypeVar

from aiohttp import HttpVersion11, web

from irmacall.errors import LeaseLost, PeerError
from irmacall.web.places import Places
from irmacall.web.ports import TooManyTries
from irmacall.web.pulse import NoMore, Pulse, Stream, StreamOver
from irmacall.web.throttle import network_of

log = logging.getLogger("irmacall.web")

_DEAD_MILLISECONDS: Final = 5000
"""Unacknowledged bytes after this long: the peer is gone (TCP_USER_TIMEOUT, RFC 5482)."""

OF_ONE_PAGE: Final = 4
"""Streams of one page at once: it may be open in a few tabs, and one that was just left lingers for a moment."""
_TRY_AGAIN_SECONDS: Final = 5.0

Change = TypeVar("Change")


class Streams:
    """The open streams of one app, so that a stop can end them."""

    def __init__(self) -> None:
        self._open: set[asyncio.Task[object]] = set()
        self._pulse = Pulse()

    async def serve(
        self,
        request: web.Request,
        changes: AbstractContextManager[AsyncIterator[Change]],
        write: Callable[[Change], bytes],
        may_go_on: Callable[[], Awaitable[bool]],
    ) -> web.StreamResponse:
        """Write every change as an event, and a beat each second, until one side is over."""
        if request.version < HttpVersion11:
            raise web.HTTPVersionNotSupported
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        response.enable_chunked_encoding()
        try:
            with changes as told:
                await response.prepare(request)
                response.headers.clear()  # They have left, and a stream lives long.
                stream = Stream(_transport(request), task, may_go_on)
                await self._until_over(stream, told, write)
        except ConnectionError as left:
            _log_why(left)
        finally:
            self._open.discard(task)
            if response.prepared and request.transport is not None:
                request.transport.abort()  # what is still buffered is of no use: the browser asks anew
        return response

    async def _until_over(
        self, stream: Stream, told: AsyncIterator[Change], write: Callable[[Change], bytes]
    ) -> None:
        try:
            stream.must_go_on(await stream.may_go_on())
            self._pulse.add(stream)
            try:
                stream.write(b"retry: 1000\n\n")
                async for change in told:
                    stream.write(write(change))
                raise NoMore
            finally:
                self._pulse.remove(stream)
        except asyncio.CancelledError:
            if stream.ended is None:
                raise
            stream.task.uncancel()  # It was the pulse that ended it, and nobody who wants us gone.
            _log_why(stream.ended)
        except (StreamOver, LeaseLost, PeerError, ConnectionError) as over:
            _log_why(over)

    async def close(self, app: web.Application) -> None:
        """End every stream; for `app.on_shutdown`."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


def _log_why(over: Exception) -> None:
    """Why it ended, where that is ordinary. Raises what is not."""
    if isinstance(over, ConnectionError):
        log.debug("action=stream.over why=left")
    elif isinstance(over, StreamOver | LeaseLost | PeerError):
        log.info("action=stream.over why=%s", type(over).__name__)
    else:
        raise over


def _transport(request: web.Request) -> asyncio.Transport:
    """Where the stream is written. Little may wait there for a reader, and a vanished peer is noticed in seconds."""
    transport = request.transport
    if transport is None:
        raise ConnectionResetError
    wire = transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAD_MILLISECONDS)
    return transport


class Room:
    """How many streams there may be at once: in all, of one address and of one page."""

    def __init__(self, total: int, of_one_address: int) -> None:
        self._addresses = Places(total, of_one_address)
        self._pages = Places(total, OF_ONE_PAGE)

    @contextmanager
    def taken(self, address: str | None, page: str) -> Iterator[None]:
        """One place while the context lasts. Raises TooManyTries."""
        with _place(self._addresses, network_of(address)), _place(self._pages, page):
            yield


@contextmanager
def _place(places: Places, name: str) -> Iterator[None]:
    if not places.take(name):
        raise TooManyTries(_TRY_AGAIN_SECONDS)
    try:
        yield
    finally:
        places.leave(name)
