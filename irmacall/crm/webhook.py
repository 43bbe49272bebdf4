"""Tells a CRM what happens on the telephone: `POST url` with JSON, signed, by an opaque reference and nothing else.

    {"version": 1, "id": "…", "event": "ringing", "call": "…", "agent": "…", "at": 1790000000.123}
    X-Irmacall-Signature: t=1790000001,v1=<hexadecimal HMAC-SHA256 of "t.body">

`call` is the same for one call in all its events; it is a keyed hash, and opens nothing. `agent` is the user at whose
screen it happens. An event is told at least once: one that was not answered with 2xx is told again, with the same
`id`, until `TRIES` were in vain. What waits is bounded: the oldest goes first when there is no more room. What was
dropped is counted, and logged without content.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections import deque
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final, Literal

import aiohttp
import structlog

from irmacall.errors import PeerError, PeerUnavailable

log = structlog.get_logger("irmacall.crm")

ROOM: Final = 1000
"""Events that wait, at the most: some minutes of a busy desk."""
TRIES: Final = 5
FIRST_WAIT_S: Final = 0.5
"""Before the second try; each next one waits twice as long."""

EventName = Literal["ringing", "talking", "ended"]


@dataclass(frozen=True, slots=True)
class CrmEvent:
    """Something that happened at one agent's screen. `at`: epoch seconds."""

    id: str
    event: EventName
    call: str
    agent: str
    at: float
    version: int = 1


def signature(key: bytes, at: int, body: bytes) -> str:
    """The header's value: when it was sent, and the HMAC of that and the body, so that nobody can send it again."""
    signed = hmac.new(key, f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={at},v1={signed}"


class Webhook:
    """One CRM's address. `tell` never waits; `run` tells what waits, in order."""

    def __init__(
        self,
        url: str,
        key: bytes,
        *,
        timeout: float = 3.0,
        first_wait: float = FIRST_WAIT_S,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url, self._key = url, key
        self._timeout = aiohttp.ClientTimeout(total=timeout)
        self._first_wait = first_wait
        self._clock = clock
        self._waiting: deque[CrmEvent] = deque()
        self._more = asyncio.Event()
        self.dropped = 0
        """Events of which the CRM was never told."""

    def tell(self, event: CrmEvent) -> None:
        """Tell this soon. Where too much waits already, the oldest is given up."""
        if len(self._waiting) >= ROOM:
            self._waiting.popleft()
            self._drop("no room")
        self._waiting.append(event)
        self._more.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=self._timeout) as http:
            while True:
                await self._more.wait()
                self._more.clear()
                while self._waiting:
                    await self._deliver(http, self._waiting.popleft())

    async def _deliver(self, http: aiohttp.ClientSession, event: CrmEvent) -> None:
        wait = self._first_wait
        for left in reversed(range(TRIES)):
            try:
                return await self._post(http, event)
            except PeerError as error:
                why = str(error)
            if left:
                await asyncio.sleep(wait)
                wait *= 2
        self._drop(why)

    async def _post(self, http: aiohttp.ClientSession, event: CrmEvent) -> None:
        """Raises PeerUnavailable, and PeerError where the CRM will not have it."""
        body = json.dumps(asdict(event), separators=(",", ":")).encode()
        headers = {
            "Content-Type": "application/json",
            "X-Irmacall-Signature": signature(self._key, int(self._clock()), body),
        }
        try:
            async with http.post(self._url, data=body, headers=headers, allow_redirects=False) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError) as failure:
            raise PeerUnavailable(f"the CRM: {type(failure).__name__}") from None
        if not 200 <= status < 300:
            raise PeerError(f"the CRM: HTTP {status}")

    def _drop(self, why: str) -> None:
        self.dropped += 1
        log.warning("the CRM was not told", action="crm.dropped", why=why, dropped=self.dropped)
