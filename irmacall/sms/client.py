"""Sends one text by an SMS gateway: `POST url` with JSON, and the site's token as a bearer token (RFC 6750).

    {"from": "Gemeente", "to": "+31612345678", "text": "…"}

Any answer of 2xx says that the gateway has it. Number and text are handed on and kept nowhere; what goes wrong is
told without them, and without the gateway's own words, which may quote them. A text is sent once: to try again is for
whoever pressed the button, or somebody would get it twice.
"""

from __future__ import annotations

from collections.abc import Mapping

import aiohttp

from irmacall.errors import PeerError, PeerUnavailable


class SmsGateway:
    """One gateway, as the customer that has this token. `timeout`: seconds for its answer."""

    def __init__(self, url: str, token: str, sender: str, *, timeout: float) -> None:
        self._url, self._token, self._sender = url, token, sender
        self._timeout = aiohttp.ClientTimeout(total=timeout)

    async def send(self, number: str, text: str) -> None:
        """Send a text to a number in E.164. Raises PeerUnavailable, and PeerError where the gateway refuses it."""
        status = await self._posted({"from": self._sender, "to": number, "text": text})
        if status >= 500:
            raise PeerUnavailable(f"the SMS gateway: HTTP {status}")
        if not 200 <= status < 300:
            raise PeerError(f"the SMS gateway: HTTP {status}: look at desk.sms and the credential sms-token")

    async def _posted(self, told: Mapping[str, str]) -> int:
        """On a connection of its own: texts are sent seldom."""
        headers = {"Authorization": f"Bearer {self._token}"}
        try:
            async with (
                aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=self._timeout) as http,
                http.post(self._url, json=told, headers=headers, allow_redirects=False) as answer,
            ):
                return answer.status
        except (aiohttp.ClientError, TimeoutError) as failure:
            raise PeerUnavailable(f"the SMS gateway: {type(failure).__name__}") from None
