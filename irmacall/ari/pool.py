"""A bounded pool of kept-alive HTTP connections to one Asterisk: one request in, one answer out.

Asterisk's http.conf has `sessionlimit` (100 by default); it counts idle connections too, and closes the one
that is over it without a reply. So the pool is bounded, and closes idle connections itself before
Asterisk does (`session_keep_alive`, 15 s by default): a command sent into a closing connection would be lost.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Final, Self

import aiohttp
from yarl import URL

from irmacall.ari.requests import Request
from irmacall.errors import PeerUnavailable

IDLE_SECONDS: Final = 10.0
"""How long an idle connection is kept; less than Asterisk's 15 s."""

LONGEST_ANSWER: Final = 32 * 1024 * 1024
"""Bytes of one answer that are read at most: GET /channels of a full node is about 1.5 kB a channel."""


@dataclass(frozen=True, slots=True)
class Reply:
    """What Asterisk answered: an HTTP status and a body that may be empty."""

    status: int
    body: bytes


class Pool:
    """Kept-alive connections to `url` (such as http://127.0.0.1:8088); use it as a context manager."""

    def __init__(self, url: str, user: str, password: str, connections: int, timeout: float) -> None:
        self._base = url.rstrip("/") + "/ari/"
        self._login = {"Authorization": aiohttp.encode_basic_auth(user, password)}
        self._connections = connections
        self._timeout = timeout
        self._session: aiohttp.ClientSession | None = None

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(limit=self._connections, keepalive_timeout=IDLE_SECONDS)
        self._session = aiohttp.ClientSession(
            connector=connector,
            headers=self._login,
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=self._timeout),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        session, self._session = self._session, None
        if session is not None:
            await session.close()

    @property
    def session(self) -> aiohttp.ClientSession:
        """The open session, for the event socket too, which shares the login but not the pool's bound."""
        assert self._session is not None, "the pool is not open"
        return self._session

    async def exchange(self, request: Request) -> Reply:
        """Send one request and read its answer, whatever its status.

        Raises PeerUnavailable when the node cannot be reached, hangs up, or does not answer within the timeout
        (which counts the wait for a free connection).
        """
        try:
            async with self.session.request(
                request.method,
                URL(self._base + request.target(), encoded=True),
                data=request.body,
                headers=_JSON if request.body is not None else None,
                allow_redirects=False,
            ) as response:
                return Reply(response.status, await _read(response))
        except (TimeoutError, aiohttp.ClientError, OSError) as error:
            # The error's own text may quote the address with its query, so only its kind is told.
            raise PeerUnavailable(f"{request}: {type(error).__name__}") from None


_JSON: Final = {"Content-Type": "application/json"}


async def _read(response: aiohttp.ClientResponse) -> bytes:
    body = bytearray()
    async for chunk in response.content.iter_any():
        body += chunk
        if len(body) > LONGEST_ANSWER:
            raise aiohttp.ClientPayloadError("answer too long")
    return bytes(body)
