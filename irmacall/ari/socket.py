"""One event WebSocket to one Asterisk. It hands on what it hears, or it raises: it never just ends.

Silence is told from quiet by pings (RFC 6455 5.5.2): any frame counts as a sign of life. The socket carries
events only. REST over this socket exists, but it is strictly serial and one slow command holds up the pongs.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Final, Never
from urllib.parse import urlencode

import aiohttp
from yarl import URL

from irmacall.errors import PeerUnavailable

PING_SECONDS: Final = 1.0
"""After how long a quiet the other side is asked for a sign of life."""

UNANSWERED_PINGS: Final = 2
"""How many pings in a row may stay unanswered: the node is given up PING_SECONDS after the last of them."""

CLOSE_SECONDS: Final = 0.5
"""How long a close waits for the other side to agree before the connection is simply dropped."""


@asynccontextmanager
async def event_socket(
    url: str, user: str, password: str, app: str, timeout: float
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    """Register `app` by opening its event WebSocket; from here on Asterisk sends its callers into Stasis.

    A second socket for the same app replaces the first. Raises PeerUnavailable when it cannot be opened
    within `timeout` seconds.
    """
    login = {"Authorization": aiohttp.encode_basic_auth(user, password)}
    target = URL(f"{url.rstrip('/')}/ari/events?{urlencode({'app': app})}", encoded=True)
    async with aiohttp.ClientSession(headers=login, cookie_jar=aiohttp.DummyCookieJar()) as session:
        try:
            async with asyncio.timeout(timeout):
                socket = await session.ws_connect(
                    target, autoping=False, timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS)
                )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise PeerUnavailable(f"event socket: {type(error).__name__}") from None
        try:
            yield socket
        finally:
            await socket.close()


async def listen(socket: aiohttp.ClientWebSocketResponse, hear: Callable[[str], None]) -> Never:
    """Hand every text frame to `hear`, in order, until the socket fails.

    Raises PeerUnavailable when it closes or falls silent, and whatever `hear` raises.
    """
    unanswered = 0
    while True:
        try:
            # One deadline for many frames: a new one for each would cost about as much as to read it.
            async with asyncio.timeout(PING_SECONDS) as quiet:
                while True:
                    frame = await socket.receive()
                    unanswered = 0
                    _put_off(quiet)
                    await _take(socket, frame, hear)
        except TimeoutError:
            if unanswered == UNANSWERED_PINGS:
                raise PeerUnavailable("event socket: silent") from None
            unanswered += 1
            await _send(socket.ping(), "ping")


def _put_off(quiet: asyncio.Timeout) -> None:
    """Something was heard: the quiet begins anew, give or take a twentieth of a second."""
    until, anew = quiet.when(), asyncio.get_running_loop().time() + PING_SECONDS
    if until is None or anew - until > PING_SECONDS / 20:
        quiet.reschedule(anew)


async def _take(
    socket: aiohttp.ClientWebSocketResponse, frame: aiohttp.WSMessage, hear: Callable[[str], None]
) -> None:
    if frame.type is aiohttp.WSMsgType.TEXT:
        hear(frame.data)
    elif frame.type is aiohttp.WSMsgType.PING:
        await _send(socket.pong(frame.data), "pong")
    elif frame.type is not aiohttp.WSMsgType.PONG:
        raise PeerUnavailable(f"event socket: {frame.type.name.lower()}")


async def _send(frame: Awaitable[None], what: str) -> None:
    try:
        async with asyncio.timeout(PING_SECONDS):
            await frame
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise PeerUnavailable(f"event socket: no {what} sent: {type(error).__name__}") from None
