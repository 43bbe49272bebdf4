"""A phone that Asterisk rings and puts into a bridge at our request: what a call is with nothing behind it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp

from bench.observer import Event, Observer, entered
from lab.phone import Phone, PhoneCall


@asynccontextmanager
async def bridged(
    http: aiohttp.ClientSession, observer: Observer, phone: Phone, endpoint: str, app: str, name: str
) -> AsyncIterator[tuple[PhoneCall, float]]:
    """The phone has answered and is in a bridge of its own, of an application `app`: its call, and since when.

    That is epoch milliseconds, by Asterisk's clock. Whoever uses it hangs up. `http`: at ARI; `name`: the channel's.
    """
    bridge = f"{name}.bridge"
    await _post(http, f"ari/bridges/{bridge}", type="mixing")
    await _post(http, "ari/channels", endpoint=f"PJSIP/{endpoint}", app=app, channelId=name)
    await observer.watch(bridge, name)
    ringing = await phone.rings(20)
    await ringing.answer()
    await observer.when(lambda event: event["type"] == "StasisStart" or _up(event, name))
    await _post_until_in(http, bridge, name)
    yield ringing, await observer.when(entered(name))
    async with http.delete(f"ari/bridges/{bridge}") as answer:
        answer.raise_for_status()


def _up(event: Event, channel: str) -> bool:
    seen = event.get("channel")
    return isinstance(seen, dict) and seen["id"] == channel and seen["state"] == "Up"


async def _post(http: aiohttp.ClientSession, path: str, **query: str) -> None:
    async with http.post(path, params=query) as answer:
        answer.raise_for_status()


async def _post_until_in(http: aiohttp.ClientSession, bridge: str, channel: str) -> None:
    """Put the channel into the bridge; 422 says that it is on its way into Stasis and cannot be moved yet."""
    while True:
        async with http.post(f"ari/bridges/{bridge}/addChannel", params={"channel": channel}) as answer:
            if answer.status != 422:
                answer.raise_for_status()
                return
