"""An agent without a browser follows her stream as the page does, and asks what the page asks."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import ClientResponseError, ClientSession, web
from aiohttp.test_utils import TestServer

from irmacall.core.ids import UserId
from irmacall.web.accounts import SessionKey
from lab.errors import LabError
from lab.seats import Seat
from lab.town import Agent


class Server:
    """What stands in for the daemon: a panel that can change, a stream that tells of it, and what was sent."""

    def __init__(self) -> None:
        self.panel: dict[str, object] = {"availability": "available"}
        self.told: asyncio.Queue[bytes] = asyncio.Queue()
        self.sent: list[tuple[str, object]] = []

    def change(self, event: bytes, **panel: object) -> None:
        """The panel is so now, and the stream says so."""
        self.panel |= panel
        self.told.put_nowait(event)

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Every path."""
        if request.path == "/stream":
            return await self._stream(request)
        if request.path == "/panel":
            return web.json_response(self.panel)
        if request.path == "/card":
            return web.json_response({"name": "Mol"}) if request.query["grant"] == "4" else web.Response(status=403)
        self.sent.append((request.path, json.loads(await request.text())))
        return web.Response(status=403 if request.path == "/act" else 204)

    async def _stream(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await response.prepare(request)
        await response.write(b"retry: 1000\n\nevent: beat\ndata: 1\n\n")
        while True:
            await response.write(await self.told.get())


@asynccontextmanager
async def at_work() -> AsyncIterator[tuple[Server, Seat]]:
    """A seat whose stream is followed."""
    server, app = Server(), web.Application()
    app.router.add_route("*", "/{path:.*}", server.answer)
    async with TestServer(app) as listening, ClientSession(listening.make_url("")) as http:
        seat = Seat(Agent("Samira Bakker", "samira", "", "agent1"), UserId("u"), SessionKey("k"), http)
        following = asyncio.create_task(seat.follow())
        yield server, seat
        following.cancel()
        await asyncio.gather(following, return_exceptions=True)


async def test_a_nudge_says_what_changed_and_when() -> None:
    """A card with its call and grant; a beat is no nudge."""
    async with at_work() as (server, seat):
        server.change(b"event: card\ndata: 4 node1-17.5\n\n")
        server.change(b"event: blank\ndata:\n\n")
        card, blank = await seat.nudges.get(), await seat.nudges.get()
        assert (card.kind, card.call, card.grant) == ("card", "node1-17.5", 4)
        assert (blank.kind, blank.grant) == ("blank", 0)
        assert card.at <= blank.at


async def test_a_panel_is_asked_for_again_at_each_change() -> None:
    """Whoever waits for it to be so is told as it is so; and what it was where it never is."""
    async with at_work() as (server, seat):
        waiting = asyncio.create_task(seat.shows(lambda panel: panel["availability"] == "talking", "she talks"))
        server.change(b"event: panel\ndata:\n\n", availability="ringing")
        server.change(b"event: panel\ndata:\n\n", availability="talking")
        assert (await waiting)["availability"] == "talking"
        with pytest.raises(LabError, match=r"Samira Bakker: not within 0.2 s: she is away; her panel: .*talking"):
            await seat.shows(lambda panel: panel["availability"] == "away", "she is away", 0.2)


async def test_what_she_asks_for_is_what_her_page_would_send() -> None:
    """Only the target that is meant; a card that is not hers is none; a refusal is an error."""
    async with at_work() as (server, seat):
        await seat.transfer("c1", user="u2", consult=True, note="Graag terugbellen")
        await seat.transfer("c1", queue="burgerzaken", standing="first")
        assert server.sent == [
            (
                "/transfer",
                {"call": "c1", "user": "u2", "consult": True, "note": "Graag terugbellen", "standing": "hers"},
            ),
            ("/transfer", {"call": "c1", "queue": "burgerzaken", "consult": False, "note": "", "standing": "first"}),
        ]
        assert await seat.card("c1", 4) == {"name": "Mol"}
        assert await seat.card("c1", 5) is None
        with pytest.raises(ClientResponseError, match="403"):
            await seat.act("c1", "swap")
