"""One connection of a visitor: aiohttp's own, but for what it says to garbage and how long it waits for a request.

aiohttp quotes in its answer what it could not parse, and an idle connection and one that sends its request a byte at
a time are the same to it. (aiohttp 3.14, web_protocol.py: `handle_error`, `_process_keepalive`.) What a request
expects it answers before any of our middlewares, and quotes that too (web_app.py: `_handle`).
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import HttpVersion11, hdrs, web
from aiohttp.web_protocol import RequestHandler

from irmacall.web.headers import content_security_policy, fixed
from irmacall.web.i18n import N_, _

log = logging.getLogger("irmacall.web")

HEAD_SECONDS: Final = 10.0
"""From a connection's start, or from the first byte of a further request, until its last header line is in."""
_SAID: Final = N_("Dit verzoek klopt niet.")

Handle = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
"""What a server does with a request."""


class Connection(RequestHandler):
    """aiohttp's connection. `left` is called when it is over."""

    def __init__(self, server: web.Server, left: Callable[[], None], **given: Any) -> None:
        super().__init__(server, loop=asyncio.get_running_loop(), **given)
        self._left = left
        self._head: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The handshake is done; a request must follow."""
        super().connection_made(transport)
        self._expect_head()

    def connection_lost(self, exc: BaseException | None) -> None:
        """It is over, whoever ended it."""
        self._head_is_in()
        super().connection_lost(exc)
        self._left()

    def data_received(self, data: bytes) -> None:
        """Read on; what begins a further request starts its time."""
        before = self._request_count
        super().data_received(data)
        if self._request_count != before:
            self._head_is_in()
        elif data and self._waits():
            self._expect_head()

    def _waits(self) -> bool:
        """Whether nothing is being answered, so that what comes in is a request's head."""
        return not self._messages and self._waiter is not None and not self._waiter.done()

    def _expect_head(self) -> None:
        if self._head is None:
            self._head = self._loop.call_later(HEAD_SECONDS, self._too_slow)

    def _head_is_in(self) -> None:
        if self._head is not None:
            self._head.cancel()
            self._head = None

    def _too_slow(self) -> None:
        self._head = None
        if self._waits() and self.transport is not None:
            log.debug("action=http.too_slow")
            self.transport.abort()

    def handle_error(
        self,
        request: web.BaseRequest,
        status: int = 500,
        exc: BaseException | None = None,
        message: str | None = None,
    ) -> web.StreamResponse:
        """Answer what is no request, or what broke outside every handler, without a word of what was sent."""
        level = logging.INFO if status < 500 else logging.ERROR
        log.log(level, "action=http.malformed status=%d kind=%s", status, type(exc).__name__)
        if request.writer.output_size > 0:
            raise ConnectionError("an answer has begun already")
        return _last_answer(status, _(_SAID))


def expecting_nothing(handle: Handle) -> Handle:
    """The same, but 417 to whoever wants to hear something before the answer (RFC 9110, 10.1.1).

    No browser does. Another client asks again without; in HTTP/1.0 there is no such thing.
    """

    async def refuse_expectations(request: web.BaseRequest) -> web.StreamResponse:
        if hdrs.EXPECT in request.headers and request.version >= HttpVersion11:
            log.info("action=http.refused status=417")
            return _last_answer(417, None)
        return await handle(request)

    return refuse_expectations


def _last_answer(status: int, said: str | None) -> web.Response:
    """What is answered outside the app, with nothing of the request in it; no more is read after it."""
    headers = {**fixed(content_security_policy()), hdrs.CACHE_CONTROL: "no-store"}
    response = web.Response(status=status, text=said, headers=headers)
    response.force_close()
    return response
