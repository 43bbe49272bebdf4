"""The music of a room is asked for once more, since who comes while it is just going would hear none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from irmacall.ari.music import Music
from irmacall.ari.requests import Request
from irmacall.core.commands import HangUp, HoldInQueue
from irmacall.core.ids import BridgeId, CallId, ChannelId, NodeName
from irmacall.core.transfer_commands import Regroup
from irmacall.errors import PeerUnavailable

NODE, CALL, ROOM, TALK = NodeName("near"), CallId("near-1"), BridgeId("room"), BridgeId("near-1.talk")
ANNA, BOB = ChannelId("near-1"), ChannelId("near-2")


@asynccontextmanager
async def asking(fails: int = 0) -> AsyncIterator[tuple[Music, asyncio.Queue[str]]]:
    """The music of a node, and what is asked of it; the first so many are not answered."""
    asked: asyncio.Queue[str] = asyncio.Queue()
    refused = iter(range(fails))

    async def ask(request: Request) -> None:
        asked.put_nowait(f"{request} {dict(request.query)['mohClass']}")
        if next(refused, None) is not None:
            raise PeerUnavailable("no answer")

    music = Music(ask)
    running = asyncio.create_task(music.run())
    try:
        yield music, asked
    finally:
        running.cancel()
        await asyncio.wait([running])


async def test_all_who_come_at_once_ask_once_more() -> None:
    """Whoever waits and whoever is put aside; a room once, however many came into it."""
    async with asking() as (music, asked):
        music.came(HoldInQueue(NODE, CALL, ANNA, ROOM, "rustig"))
        music.came(HoldInQueue(NODE, CALL, BOB, ROOM, "rustig"))
        music.came(Regroup(NODE, CALL, BridgeId("other"), "default", (ANNA,), TALK, ()))
        first, second = await asked.get(), await asked.get()
        assert [first, second] == ["POST bridges/room/moh rustig", "POST bridges/other/moh default"]
        assert asked.empty()


async def test_what_brings_nobody_to_the_music_asks_for_none() -> None:
    """Who comes back into a talk, or hangs up; whoever comes after that asks for her own room alone."""
    async with asking() as (music, asked):
        music.came(Regroup(NODE, CALL, ROOM, "default", (), TALK, (ANNA,)))
        music.came(HangUp(NODE, CALL, ANNA))
        music.came(HoldInQueue(NODE, CALL, BOB, BridgeId("other")))
        assert await asked.get() == "POST bridges/other/moh default"
        assert asked.empty()


async def test_an_answer_that_fails_ends_nothing() -> None:
    """The next one who comes asks again."""
    async with asking(fails=1) as (music, asked):
        music.came(HoldInQueue(NODE, CALL, ANNA, ROOM))
        await asked.get()
        music.came(HoldInQueue(NODE, CALL, BOB, ROOM))
        assert await asked.get() == "POST bridges/room/moh default"
