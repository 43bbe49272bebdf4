"""The way in: connections are counted before a byte of them is read, and those for whom there is no place are closed.

asyncio's own server knows of a connection once its TLS stands. Until then it costs a file descriptor as well, and
these are shared with redis, Asterisk and the other listener: so we accept by ourselves.
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
import time
from collections.abc import Callable, Coroutine, Sequence
from dataclasses import dataclass
from typing import Any, Final, Self

from irmacall.web.places import Places
from irmacall.web.throttle import network_of

log = logging.getLogger("irmacall.web")

HANDSHAKE_SECONDS: Final = 10.0
_GOODBYE_SECONDS: Final = 3.0
"""For the other side to say goodbye in TLS."""
UNREAD_MILLISECONDS: Final = 10_000
"""Nothing taken of what we sent for so long, whether acknowledged or not: the other side reads no more, or is gone
(TCP_USER_TIMEOUT, RFC 5482; Linux counts a window that stays closed too)."""
_BACKLOG: Final = 128
_REST_SECONDS: Final = 1.0
"""When the machine has no more to give (file descriptors, memory), it has not a moment later either."""
_TELL_SECONDS: Final = 60.0

Made = Callable[[Callable[[], None]], asyncio.Protocol]
"""Makes the protocol of a connection; it calls what it is given when the connection is over."""
Expected = Callable[[str], bool]
"""Whether who comes from this address may come in at all."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Connections at once: in all, and of one address (IPv6: of one /64)."""

    connections: int = 4000
    of_one_address: int = 256


class Entrance(asyncio.AbstractServer):
    """The open sockets of one listener, and whoever is at their door."""

    def __init__(
        self,
        sockets: Sequence[socket.socket],
        tls: ssl.SSLContext,
        limits: Limits,
        made: Made,
        expected: Expected,
    ) -> None:
        self.sockets = sockets
        self._tls = tls
        self._places = Places(limits.connections, limits.of_one_address)
        self._made = made
        self._expected = expected
        self._tasks: set[asyncio.Task[None]] = set()
        self._without_place = _Tally("action=http.full")
        self._strangers = _Tally("action=http.stranger")

    @classmethod
    async def open(
        cls, host: str, port: int, tls: ssl.SSLContext, limits: Limits, made: Made, expected: Expected
    ) -> Self:
        """Listen at every address of the host. Raises OSError."""
        loop = asyncio.get_running_loop()
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
        wanted = dict.fromkeys((family, where[:2]) for family, _, _, _, where in found)
        sockets: list[socket.socket] = []
        try:
            for family, (address, number) in wanted:
                sockets.append(socket.create_server((str(address), int(number)), family=family, backlog=_BACKLOG))
        except OSError:
            for opened in sockets:
                opened.close()
            raise
        entrance = cls(sockets, tls, limits, made, expected)
        for listening in sockets:
            listening.setblocking(False)
            entrance._do(entrance._accept(listening))
        return entrance

    def close(self) -> None:
        """Let nobody in any more; who is in stays."""
        for task in self._tasks:
            task.cancel()

    async def wait_closed(self) -> None:
        """Wait until the sockets are closed."""
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _do(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _accept(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        with listening:
            while True:
                await asyncio.sleep(0)  # without it others had no turn while anybody waits at the door
                try:
                    wire, address = await loop.sock_accept(listening)
                except OSError as error:
                    await self._rest_after(error)
                    continue
                self._take_in(wire, address[0])

    async def _rest_after(self, error: OSError) -> None:
        if error.errno in (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM):
            log.error("action=http.not_accepted why=%s", errno.errorcode[error.errno])
            await asyncio.sleep(_REST_SECONDS)

    def _take_in(self, wire: socket.socket, address: str) -> None:
        name = network_of(address)
        if not self._expected(address):
            wire.close()
            self._strangers.count()
        elif not self._places.take(name):
            wire.close()
            self._without_place.count()
        else:
            self._do(self._welcome(wire, name))

    async def _welcome(self, wire: socket.socket, name: str) -> None:
        """TLS, within its time; the place is given back when the connection is over, or was never made."""
        leave = _once(lambda: self._places.leave(name))
        protocol = self._made(leave)
        try:
            wire.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, UNREAD_MILLISECONDS)
            transport, _ = await asyncio.get_running_loop().connect_accepted_socket(
                lambda: protocol,
                wire,
                ssl=self._tls,
                ssl_handshake_timeout=HANDSHAKE_SECONDS,
                ssl_shutdown_timeout=_GOODBYE_SECONDS,
            )
            if transport.is_closing():  # lost in the same instant, perhaps before the protocol heard of it
                leave()
        except OSError as error:  # ssl.SSLError and TimeoutError are, too
            leave()
            log.debug("action=http.no_handshake kind=%s", type(error).__name__)
        except BaseException:
            leave()
            raise


class _Tally:
    """Those who were turned away for one reason, told once a minute at most."""

    def __init__(self, why: str) -> None:
        self._why = why
        self._untold = 0
        self._told_at = float("-inf")

    def count(self) -> None:
        """One more."""
        self._untold += 1
        now = time.monotonic()
        if now - self._told_at >= _TELL_SECONDS:
            log.warning("%s turned_away=%d", self._why, self._untold)
            self._untold, self._told_at = 0, now


def _once(act: Callable[[], None]) -> Callable[[], None]:
    """The same, but done the first time only."""
    todo = [act]

    def do() -> None:
        while todo:
            todo.pop()()

    return do
