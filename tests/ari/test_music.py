"""The music of a room is asked for once more, since who comes while it is just going would hear none; and taken back
where nobody is left to hear it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from irmacall.ari.answers import Reply
from irmacall.ari.music import Music
from irmacall.ari.requests import Request
from irmacall.core.commands import HangUp, HoldInQueue
from irmacall.core.ids import BridgeId, CallId, ChannelId, NodeName
from irmacall.core.transfer_commands import Regroup
from irmacall.errors import PeerUnavailable

NODE, CALL, ROOM, TALK = NodeName("near"), CallId("near-1"), BridgeId("room"), BridgeId("near-1.talk")
ANNA, BOB = ChannelId("near-1"), ChannelId("near-2")


@asynccontextmanager
async def asking(fails: int = 0, inside: str = '["near-1"]') -> AsyncIterator[tuple[Music, asyncio.Queue[str]]]:
    """The music of a node, and what is asked of it; the first so many are not answered. `inside`: who is there."""
    asked: asyncio.Queue[str] = asyncio.Queue()
    refused = iter(range(fails))

    async def ask(request: Request) -> Reply:
        asked.put_nowait(" ".join([str(request), *dict(request.query).values()]))
        if next(refused, None) is not None:
            raise PeerUnavailable("no answer")
        return Reply(200, b'{"channels": %s}' % inside.encode())

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
        assert [await asked.get() for _ in range(4)] == [
            "POST bridges/room/moh rustig",
            "GET bridges/room",
            "POST bridges/other/moh default",
            "GET bridges/other",
        ]
        assert asked.empty()


async def test_what_brings_nobody_to_the_music_asks_for_none() -> None:
    """Who comes back into a talk, or hangs up; whoever comes after that asks for her own room alone."""
    async with asking() as (music, asked):
        music.came(Regroup(NODE, CALL, ROOM, "default", (), TALK, (ANNA,)))
        music.came(HangUp(NODE, CALL, ANNA))
        music.came(HoldInQueue(NODE, CALL, BOB, BridgeId("other")))
        assert await asked.get() == "POST bridges/other/moh default"
        assert await asked.get() == "GET bridges/other"
        assert asked.empty()


@pytest.mark.parametrize(("inside", "quiet"), [("[]", ["DELETE bridges/room/moh"]), ('["near-2"]', [])])
async def test_music_that_nobody_hears_is_taken_back(inside: str, quiet: list[str]) -> None:
    """Who came left within the moment: what was asked for again would play on in an empty room."""
    async with asking(inside=inside) as (music, asked):
        music.came(HoldInQueue(NODE, CALL, ANNA, ROOM))
        assert [await asked.get() for _ in range(2)] == ["POST bridges/room/moh default", "GET bridges/room"]
        assert [await asked.get() for _ in quiet] == quiet
        music.came(HoldInQueue(NODE, CALL, ANNA, ROOM))
        assert await asked.get() == "POST bridges/room/moh default"


async def test_an_answer_that_fails_ends_nothing() -> None:
    """The next one who comes asks again."""
    async with asking(fails=1) as (music, asked):
        music.came(HoldInQueue(NODE, CALL, ANNA, ROOM))
        await asked.get()
        music.came(HoldInQueue(NODE, CALL, BOB, ROOM))
        assert await asked.get() == "POST bridges/room/moh default"
