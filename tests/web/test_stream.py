"""The event streams over HTTP: nudges without identity, a beat each second, and their end."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from irmacall.errors import LeaseLost
from irmacall.web.ports import Nudge
from tests.web.conftest import Public, Staff, log_in
from tests.web.doubles import CALL, card


@asynccontextmanager
async def _open(client: aiohttp.ClientSession, staff: Staff) -> AsyncIterator[aiohttp.ClientResponse]:
    await log_in(client, staff)
    async with client.get(f"{staff.origin}/panel"):
        pass
    async with client.get(f"{staff.origin}/stream", timeout=aiohttp.ClientTimeout(total=None)) as answer:
        assert answer.status == 200
        assert answer.content_type == "text/event-stream"
        await asyncio.wait_for(staff.desk.ears.arrived.wait(), 5)
        yield answer


async def _event(answer: aiohttp.ClientResponse, kind: str) -> str:
    """The next event of this kind, whole."""
    async with asyncio.timeout(5):
        while True:
            event = (await answer.content.readuntil(b"\n\n")).decode()
            if event.startswith(f"event: {kind}\n"):
                return event


async def _end(answer: aiohttp.ClientResponse) -> None:
    with pytest.raises((aiohttp.ClientError, asyncio.IncompleteReadError)):
        await asyncio.wait_for(answer.content.read(), 8)


async def test_it_beats_each_second(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A beat at once and one each second, so that three seconds of silence mean something."""
    async with _open(client, staff) as answer:
        await _event(answer, "beat")
        await _event(answer, "beat")  # within a second: all streams of an app beat at moments of their own
        began = time.monotonic()
        await _event(answer, "beat")
        await _event(answer, "beat")
        assert 1.5 < time.monotonic() - began < 2.9


async def test_a_nudge_carries_call_and_grant_and_nothing_else(client: aiohttp.ClientSession, staff: Staff) -> None:
    """The stream never says who it is."""
    async with _open(client, staff) as answer:
        staff.desk.grant(staff.desk.only, card(41))
        assert await _event(answer, "card") == f"event: card\ndata: 41 {CALL}\n\n"
        staff.desk.withdraw(staff.desk.only)
        assert await _event(answer, "blank") == "event: blank\ndata:\n\n"


async def test_it_begins_with_what_is_so_now_and_replays_nothing(client: aiohttp.ClientSession, staff: Staff) -> None:
    """Who has a caller is told of her card at once; whatever a browser heard last, and nothing has a number."""
    await log_in(client, staff)
    async with client.get(f"{staff.origin}/panel"):
        pass
    for grant in (41, 42):
        staff.desk.grant(staff.desk.only, card(grant))
    async with client.get(f"{staff.origin}/stream", headers={"Last-Event-ID": "1"}) as answer:
        told: list[str] = []
        async with asyncio.timeout(5):
            while len(told) < 3:
                told.append((await answer.content.readuntil(b"\n\n")).decode())
    assert "retry: 1000\n\n" in told
    assert f"event: card\ndata: 42 {CALL}\n\n" in told
    assert not [event for event in told if "41 " in event or "id:" in event]


async def test_no_stream_for_a_page_of_another_login(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A tab that was open before somebody else logged in must be drawn anew, and is told nothing until then."""
    await log_in(client, staff)
    async with client.get(f"{staff.origin}/panel") as panel:
        seat = (await panel.json())["seat"]
    async with client.get(f"{staff.origin}/stream?seat=0123456789ab") as answer:
        assert answer.status == 409
    async with client.get(f"{staff.origin}/stream?seat={seat}") as answer:
        assert answer.status == 200


async def test_nudges_do_not_wait_for_a_beat(client: aiohttp.ClientSession, staff: Staff) -> None:
    """Half of a hundred nudges reach a reader within a few milliseconds of being told."""
    async with _open(client, staff) as answer:
        took = []
        for _ in range(100):
            began = time.perf_counter()
            staff.desk.ears.tell(staff.desk.only, Nudge("panel"))
            await _event(answer, "panel")
            took.append(time.perf_counter() - began)
        assert sorted(took)[50] < 0.02


async def test_it_ends_when_the_desk_may_not_speak(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A leader that cannot prove itself closes its streams."""
    async with _open(client, staff) as answer:
        staff.desk.ears.end(staff.desk.only)
        await _end(answer)


async def test_it_ends_with_its_session(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A login that is ended elsewhere loses its stream within a few beats."""
    async with _open(client, staff) as answer:
        staff.accounts.sessions.clear()
        await _end(answer)


async def test_it_ends_when_the_app_stops(client: aiohttp.ClientSession, staff: Staff) -> None:
    """An orderly stop does not wait for readers that would stay for ever."""
    async with _open(client, staff) as answer:
        began = time.monotonic()
        await staff.runner.cleanup()
        assert time.monotonic() - began < 2
        await _end(answer)
    assert not staff.desk.ears.listening(staff.desk.only)


async def test_no_stream_from_a_daemon_without_its_lease(
    client: aiohttp.ClientSession, staff: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A standby answers 503, so that the browser tries again."""

    def refused(seat: object) -> None:
        raise LeaseLost("standby")

    monkeypatch.setattr(staff.desk, "changes", refused)
    await log_in(client, staff)
    async with client.get(f"{staff.origin}/stream") as answer:
        assert answer.status == 503


async def test_a_reader_that_leaves_is_forgotten(client: aiohttp.ClientSession, staff: Staff) -> None:
    """The next beat finds it gone, and the desk has one listener less."""
    async with _open(client, staff) as answer:
        await _event(answer, "beat")
        answer.close()
    await asyncio.wait_for(staff.desk.ears.left.wait(), 5)


async def test_a_reader_that_does_not_keep_up_is_shed(client: aiohttp.ClientSession, staff: Staff) -> None:
    """Memory for a reader is bounded: one that reads nothing is cut off once its buffers are full."""
    left = staff.desk.ears.left
    async with _open(client, staff), asyncio.timeout(30):
        while not left.is_set():
            for _ in range(20000):
                staff.desk.ears.tell(staff.desk.only, Nudge("card", CALL, card(1).grant))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(left.wait(), 0.1)


async def test_a_citizens_stream_says_look_and_no_more(client: aiohttp.ClientSession, public: Public) -> None:
    """The code is on the page, never on the stream."""
    url = f"{public.origin}/onderwerp/paspoort/begin"
    async with client.post(url, json={}, headers={"Origin": public.origin}):
        pass
    (page,) = public.desk.pages
    async with client.get(f"{public.origin}/bellen/stream") as answer:
        await asyncio.wait_for(public.desk.ears.arrived.wait(), 5)
        public.desk.seal(page)
        assert await _event(answer, "look") == "event: look\ndata:\n\n"
