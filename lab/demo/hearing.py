"""What is played to the lab's citizen, in words: whoever types has no telephone at the ear.

It is told as Asterisk says that it plays it, by an event socket of our own: irmacall's is left alone. It hears of her
two lines and of no others: a socket that dropped with a subscription to everything has hung an Asterisk under load.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, Final

import aiohttp

from irmacall.ari.outgoing import SUFFIX
from irmacall.core.ids import LanguageId, SoundName
from irmacall.prompts.catalogue import LANGUAGES, shipped
from lab.asterisk import Asterisk
from lab.exchange import Exchange
from lab.lab import OUTSIDE

_HERS: Final = ("PJSIP/citizen1", f"PJSIP/{OUTSIDE}{SUFFIX}")
"""The line on which she calls, and the one by which she is called back."""
_APP: Final = "demo-hearing"
_PREFIX: Final = "sound:irmacall/"
Texts = Mapping[tuple[str, str], str]
"""What is said, by the language and the name of its sound."""


class Hearing:
    """Follows the events of an Asterisk, and tells a sentence as soon as it begins to be played to her."""

    def __init__(self, texts: Texts, tell: Callable[[str], None]) -> None:
        self._texts, self._tell = texts, tell
        self._hers: set[str] = set()
        self._playback = ""
        self._pieces: list[str] = []

    def follow(self, event: Mapping[str, Any]) -> None:
        """One event, as ARI tells it."""
        if event["type"] == "ChannelCreated" and event["channel"]["name"].rpartition("-")[0] in _HERS:
            self._hers.add(event["channel"]["id"])
        if event["type"] == "ChannelDestroyed":
            self._hers.discard(event["channel"]["id"])
        if event["type"] == "PlaybackStarted":  # of several sounds in a row, for each
            self._plays(event["playback"])
        if event["type"] == "PlaybackFinished" and event["playback"]["id"] == self._playback:
            self._says()  # a sentence whose last piece is a day or a number

    def _plays(self, playback: Mapping[str, str]) -> None:
        if playback["target_uri"].removeprefix("channel:") not in self._hers:
            return
        if playback["id"] != self._playback:  # what was begun before was broken off by a key
            self._playback, self._pieces = playback["id"], []
        name = playback["media_uri"].removeprefix(_PREFIX)
        self._pieces.append(self._texts.get((playback["language"], name), name))
        if self._pieces[-1].endswith((".", "?", "!")):
            self._says()

    def _says(self) -> None:
        if self._pieces:
            self._tell(f'  she hears: "{" ".join(self._pieces)}"')
            self._pieces = []


def texts(exchange: Exchange) -> dict[tuple[str, str], str]:
    """All that a desk can say: what irmacall comes with, and what is its own."""
    found: dict[LanguageId, dict[SoundName, str]] = {language: shipped(language) for language in LANGUAGES}
    for language, own in exchange.texts().items():
        found[language].update(own)
    return {(language, name): text for language, all_of_it in found.items() for name, text in all_of_it.items()}


@asynccontextmanager
async def told(node: Asterisk, exchange: Exchange, tell: Callable[[str], None]) -> AsyncIterator[None]:
    """Tell what she hears at this node, while the context lasts. Raises aiohttp.ClientError if it cannot begin."""
    ari, account = node.values.ari, node.values.ari_account
    login = {"Authorization": aiohttp.encode_basic_auth(account.user, account.password)}
    async with (
        aiohttp.ClientSession(f"http://{ari.host}:{ari.port}", headers=login) as client,
        client.ws_connect("/ari/events", params={"app": _APP}) as socket,
    ):
        await _subscribe(client)
        following = asyncio.create_task(_follow(socket, Hearing(texts(exchange), tell)))
        try:
            yield
        finally:
            following.cancel()
            with suppress(asyncio.CancelledError):
                await following


async def _subscribe(client: aiohttp.ClientSession) -> None:
    sources = ",".join(f"endpoint:{line}" for line in _HERS)
    async with client.post(f"/ari/applications/{_APP}/subscription", params={"eventSource": sources}) as answer:
        answer.raise_for_status()


async def _follow(socket: aiohttp.ClientWebSocketResponse, hearing: Hearing) -> None:
    async for message in socket:
        hearing.follow(json.loads(message.data))
