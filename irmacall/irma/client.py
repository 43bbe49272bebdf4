"""Starts a disclosure at the yivi server, follows it to its end, fetches what it came to.

A server that is away for a while is ordinary: what may be repeated is tried again until its time is up. What
goes wrong is told without addresses and without its cause, since the path of each holds the session's token.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing
from typing import Final, TypeVar

import aiohttp

from irmacall.errors import PeerError, PeerUnavailable
from irmacall.irma.question import Question
from irmacall.irma.wire import (
    PATIENCE_S,
    Result,
    Session,
    Status,
    disclosure_request,
    parse_error,
    parse_result,
    parse_session,
    parse_status,
)

T = TypeVar("T")

#: Seconds for one answer; the yivi server itself gives up after four.
_ANSWER_S: Final = 5.0
#: Seconds that a connection may lie idle and be used again. The server closes it after two (seen with irmago 1.3.0),
#: and what is sent in that instant is lost: the citizen would be told that Yivi is away.
IDLE_S: Final = 1.0
#: The server keeps a result for a minute (`--session-result-lifetime 1`): after that there is nothing to fetch.
RESULT_S: Final = 50.0
#: Seconds without an event before the session is looked at anyway: a dead connection sends nothing either.
_SILENCE_S: Final = 15.0
_FIRST_PAUSE_S: Final = 0.1
_LONGEST_PAUSE_S: Final = 2.0
#: Bytes; an answer takes a few thousand.
_MOST: Final = 256 * 1024
_STRANGERS: Final = frozenset({"UNAUTHORIZED", "USER_NOT_FOUND"})
"""The server's words for a requestor whom it does not know."""


class IrmaClient:
    """One yivi server, as the requestor that has this token. Every method raises PeerUnavailable and PeerError."""

    def __init__(self, url: str, token: str, *, answer_s: float = _ANSWER_S, poll_s: float = 0.5) -> None:
        """`poll_s`: seconds between looks at a session where the server streams no events (`--sse`)."""
        self._url, self._token = url.rstrip("/"), token
        self._answer_s, self._poll_s = answer_s, poll_s
        self._http: aiohttp.ClientSession | None = None

    async def close(self) -> None:
        """Give back the connections."""
        if self._http is not None:
            await self._http.close()

    async def start(self, question: Question, return_url: str) -> Session:
        """Start a disclosure. Tried once: the citizen is at the page, and can press again."""
        return parse_session(await self._ask("POST", "/session", disclosure_request(question, return_url)))

    async def follow(self, session: Session, *, within_s: float = PATIENCE_S) -> Status:
        """Wait for the session's end: DONE, CANCELLED or TIMEOUT.

        It is TIMEOUT too when it stands `within_s` seconds from now: cancel it then, or the app may still disclose.
        PeerUnavailable: the server is away at that moment. PeerError: it has forgotten the session, as one that
        restarts does.
        """
        ends_at = asyncio.get_running_loop().time() + within_s
        return await _insist(lambda: self._end_of(session, ends_at), ends_at)

    async def result(self, session: Session, *, within_s: float = RESULT_S) -> Result:
        """What it came to: fetch it as soon as it is DONE."""
        ends_at = asyncio.get_running_loop().time() + within_s
        result = parse_result(await _insist(lambda: self._ask("GET", _path(session, "/result")), ends_at))
        if result.token != session.token:
            raise PeerError("the yivi server: it answered with another session's result")
        return result

    async def cancel(self, session: Session) -> None:
        """End it now: the app can no longer disclose. Harmless where it has ended or was forgotten."""
        await self._ask("DELETE", _path(session), gone_is_fine=True)

    async def _end_of(self, session: Session, ends_at: float) -> Status:
        status = None
        try:
            async with asyncio.timeout_at(ends_at) as limit, aclosing(self._statuses(session)) as statuses:
                async for status in statuses:
                    if status.ended:
                        return status
        except TimeoutError:
            assert limit.expired()
        if status is None:
            raise PeerUnavailable("the yivi server: it was away when the session's time was up")
        return Status.TIMEOUT

    async def _statuses(self, session: Session) -> AsyncGenerator[Status, None]:
        """The stream only says when to look: a status that changed before it was opened is not in it."""
        while True:
            async with aclosing(self._occasions(session)) as occasions:
                async for _ in occasions:
                    yield parse_status(await self._ask("GET", _path(session, "/status")))

    async def _occasions(self, session: Session) -> AsyncGenerator[None, None]:
        """Comes round at once, when the stream is open, at its every event, and when there is none for long."""
        yield
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=self._answer_s, sock_read=_SILENCE_S)
        try:
            address = self._url + _path(session, "/statusevents")
            async with self._connections().get(address, timeout=timeout, allow_redirects=False) as stream:
                if stream.status == 200:
                    yield  # what changed between the look above and this moment is in neither
                while stream.status == 200 and (line := await stream.content.readline()):
                    if line.startswith((b"data:", b"event:")):
                        yield
        except (aiohttp.ClientError, TimeoutError, ValueError):
            pass  # whether the server is there at all is told by the look that follows
        await asyncio.sleep(self._poll_s)

    async def known(self) -> None:
        """See that the server answers, and knows us. Raises PeerError, PeerUnavailable.

        It is asked for a session that can never begin, and says what is wrong with that.
        """
        status, words = await self._exchange("POST", "/session", {})
        if status >= 500:
            raise PeerUnavailable(f"the yivi server: HTTP {status}")
        if parse_error(words) in _STRANGERS:
            raise PeerError("the yivi server does not know our token (credential irma-token)")

    async def _ask(self, method: str, path: str, body: object = None, *, gone_is_fine: bool = False) -> str:
        status, words = await self._exchange(method, path, body)
        return _accept(status, words, gone_is_fine=gone_is_fine)

    async def _exchange(self, method: str, path: str, body: object = None) -> tuple[int, str]:
        try:
            async with self._connections().request(
                method,
                self._url + path,
                data=None if body is None else json.dumps(body).encode(),
                headers={"Authorization": self._token, "Content-Type": "application/json"},
                timeout=aiohttp.ClientTimeout(total=self._answer_s),
                allow_redirects=False,
            ) as answer:
                return answer.status, await _whole(answer)
        except (aiohttp.ClientError, TimeoutError) as failure:
            raise PeerUnavailable(f"the yivi server: {type(failure).__name__}") from None

    def _connections(self) -> aiohttp.ClientSession:
        if self._http is None:
            # Each session that is followed holds a connection: no limit but that on sessions may stop the next.
            self._http = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=0, keepalive_timeout=IDLE_S),
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._http


async def _insist(attempt: Callable[[], Awaitable[T]], ends_at: float) -> T:
    """Try again while the server is away, until the time is up."""
    pause = _FIRST_PAUSE_S
    while True:
        try:
            return await attempt()
        except PeerUnavailable:
            if asyncio.get_running_loop().time() + pause >= ends_at:
                raise
        await asyncio.sleep(pause)
        pause = min(2 * pause, _LONGEST_PAUSE_S)


async def _whole(answer: aiohttp.ClientResponse) -> str:
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > _MOST:
            raise PeerError("the yivi server: its answer does not end")
    try:
        return body.decode()
    except UnicodeDecodeError:
        raise PeerError("the yivi server: its answer is no text") from None  # its words quote the answer


def _accept(status: int, words: str, *, gone_is_fine: bool) -> str:
    if status in (200, 204):
        return words
    if status >= 500:
        raise PeerUnavailable(f"the yivi server: HTTP {status}")
    word = parse_error(words)
    if word == "SESSION_UNKNOWN":
        if gone_is_fine:
            return ""
        raise PeerError("the yivi server: it has forgotten the session")
    raise PeerError(f"the yivi server: HTTP {status} {word}")


def _path(session: Session, rest: str = "") -> str:
    return f"/session/{session.token}{rest}"
