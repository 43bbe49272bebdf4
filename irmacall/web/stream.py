"""Event streams (server-sent events): nudges and a beat each second, never content.

A stream whose reader does not keep up is shed: its browser misses the beat, blanks by itself and asks anew.
Source of the format: the HTML standard, 9.2 (server-sent events).
"""

from __future__ import annotations

import asyncio
import logging
import socket
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Final, TypeVar

from aiohttp import web

from irmacall.errors import LeaseLost, PeerError
from irmacall.web.places import Places
from irmacall.web.ports import TooManyTries
from irmacall.web.throttle import network_of

log = logging.getLogger("irmacall.web")

BEAT_SECONDS: Final = 1.0
_BEATS_A_CHECK: Final = 3
"""Whether the session still stands is asked every third beat."""
_WRITE_SECONDS: Final = 2.0
_BUFFER_BYTES: Final = 4096
_DEAD_MILLISECONDS: Final = 5000
"""Unacknowledged bytes after this long: the peer is gone (TCP_USER_TIMEOUT, RFC 5482)."""

OF_ONE_PAGE: Final = 4
"""Streams of one page at once: it may be open in a few tabs, and one that was just left lingers for a moment."""
_TRY_AGAIN_SECONDS: Final = 5.0

Change = TypeVar("Change")


class StreamOver(Exception):
    """The stream must end."""


class SessionOver(StreamOver):
    """The login that it was opened with is over."""


class TooSlow(StreamOver):
    """Its reader does not keep up, or has left."""


class NoMore(StreamOver):
    """The desk tells nothing more: it may not speak, or stops."""


class Streams:
    """The open streams of one app, so that a stop can end them."""

    def __init__(self) -> None:
        self._open: set[asyncio.Task[object]] = set()

    async def serve(
        self,
        request: web.Request,
        changes: AbstractAsyncContextManager[AsyncIterator[Change]],
        write: Callable[[Change], bytes],
        may_go_on: Callable[[], Awaitable[bool]],
    ) -> web.StreamResponse:
        """Write every change as an event, and a beat each second, until one side is over."""
        task = asyncio.current_task()
        assert task is not None
        self._open.add(task)
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        try:
            async with changes as told:
                await response.prepare(request)
                _shed_when_slow(request)
                await _until_over(response, told, write, may_go_on)
        finally:
            self._open.discard(task)
            if response.prepared and request.transport is not None:
                request.transport.abort()  # what is still buffered is of no use: the browser asks anew
        return response

    async def close(self, app: web.Application) -> None:
        """End every stream; for `app.on_shutdown`."""
        for task in self._open:
            task.cancel()
        await asyncio.gather(*self._open, return_exceptions=True)


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


async def _until_over(
    response: web.StreamResponse,
    told: AsyncIterator[Change],
    write: Callable[[Change], bytes],
    may_go_on: Callable[[], Awaitable[bool]],
) -> None:
    try:
        await _send(response, b"retry: 1000\n\n")
        async with asyncio.TaskGroup() as both:
            both.create_task(_tell(response, told, write), name="stream.tell")
            both.create_task(_beat(response, may_go_on), name="stream.beat")
    except* (StreamOver, LeaseLost, PeerError) as over:
        log.info("action=stream.over why=%s", type(over.exceptions[0]).__name__)
    except* ConnectionError:
        log.debug("action=stream.over why=left")


async def _tell(response: web.StreamResponse, told: AsyncIterator[Change], write: Callable[[Change], bytes]) -> None:
    async for change in told:
        await _send(response, write(change))
    raise NoMore


async def _beat(response: web.StreamResponse, may_go_on: Callable[[], Awaitable[bool]]) -> None:
    beats = 0
    while beats % _BEATS_A_CHECK or await may_go_on():
        await _send(response, b"event: beat\ndata:\n\n")
        await asyncio.sleep(BEAT_SECONDS)
        beats += 1
    raise SessionOver


async def _send(response: web.StreamResponse, event: bytes) -> None:
    try:
        async with asyncio.timeout(_WRITE_SECONDS):
            await response.write(event)
    except TimeoutError as slow:
        raise TooSlow from slow


def _shed_when_slow(request: web.Request) -> None:
    """Little may wait in our buffers for a reader, and a vanished peer is noticed in seconds."""
    transport = request.transport
    if transport is None:
        raise ConnectionResetError
    transport.set_write_buffer_limits(high=_BUFFER_BYTES)
    wire = transport.get_extra_info("socket")
    if wire is not None:
        wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _DEAD_MILLISECONDS)
