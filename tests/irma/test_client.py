"""The client before servers that misbehave: each answers one thing to everything."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from irmacall.errors import PeerError, PeerUnavailable
from irmacall.irma.client import IrmaClient
from irmacall.irma.wire import RequestorToken, Session, Status
from lab.listening import listening
from tests.irma.asking import TEL, question

SESSION = Session(RequestorToken("tokentokentoken"), {}, {})
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def answering(handler: Handler, **options: float) -> AsyncIterator[IrmaClient]:
    """A client of a server that answers everything with `handler`."""
    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", handler)
    runner = await listening(app)
    host, port = runner.addresses[0][:2]
    client = IrmaClient(f"http://{host}:{port}/", "secret-of-ours", **options)
    try:
        yield client
    finally:
        await client.close()
        await runner.cleanup()


def always(status: int, body: bytes, **headers: str) -> Handler:
    """The same answer to everything."""

    async def handler(_: web.Request) -> web.Response:
        return web.Response(status=status, body=body, headers=headers)

    return handler


@pytest.mark.parametrize(
    ("status", "body", "error"),
    [
        (200, b"", PeerError),
        (200, b"\xff\xfe", PeerError),
        (200, b"<html>", PeerError),
        (200, b"[" * 300_000, PeerError),
        (302, b"", PeerError),
        (400, b"", PeerError),
        (401, b'{"error":"UNAUTHORIZED"}', PeerError),
        (500, b"{}", PeerUnavailable),
        (503, b"", PeerUnavailable),
    ],
)
async def test_each_wrong_answer_is_told_as_what_it_is(status: int, body: bytes, error: type[PeerError]) -> None:
    """Nonsense is the peer's error, trouble of its own makes it unavailable, and neither names a token."""
    within_s = 0.3 if error is PeerUnavailable else 60  # nonsense is told at once
    async with answering(always(status, body, Location="/elsewhere")) as client:
        for step in (
            client.start(question(), TEL),
            client.result(SESSION, within_s=within_s),
            client.follow(SESSION, within_s=within_s),
        ):
            with pytest.raises(PeerError) as told:
                await step
            assert type(told.value) is error
            assert SESSION.token not in str(told.value)
            assert told.value.__cause__ is None


async def test_a_server_that_says_nothing() -> None:
    """An answer that does not come is waited for so long and no longer."""

    async def silent(_: web.Request) -> web.Response:
        await asyncio.Event().wait()
        raise AssertionError

    async with answering(silent, answer_s=0.1) as client, asyncio.timeout(2):
        with pytest.raises(PeerUnavailable):
            await client.start(question(), TEL)
        with pytest.raises(PeerUnavailable):
            await client.result(SESSION, within_s=0.2)
        with pytest.raises(PeerUnavailable):
            await client.follow(SESSION, within_s=0.2)


async def test_another_sessions_result_is_not_taken() -> None:
    """A result that belongs to another session is the peer's error."""
    other = b'{"token":"othertoken","status":"DONE","type":"disclosing"}'
    async with answering(always(200, other)) as client:
        with pytest.raises(PeerError, match="another"):
            await client.result(SESSION)


async def test_without_a_stream_the_session_is_looked_at() -> None:
    """Where the server streams no events its status is asked for, again and again."""
    asked = iter([b'"INITIALIZED"', b'"CONNECTED"', b'"DONE"'])

    async def status_only(request: web.Request) -> web.Response:
        if request.path.endswith("/statusevents"):
            return web.Response(status=500, body=b'{"error":"SSE_DISABLED"}')
        return web.Response(body=next(asked))

    async with answering(status_only, poll_s=0.01) as client:
        assert await client.follow(SESSION) is Status.DONE


async def test_an_event_is_acted_on_at_once() -> None:
    """With a stream the end is known at its event, and not a poll later."""
    status, stream_is_open = b'"CONNECTED"', asyncio.Event()

    async def streaming(request: web.Request) -> web.StreamResponse:
        nonlocal status
        if not request.path.endswith("/statusevents"):
            return web.Response(body=status)
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        stream_is_open.set()
        status = b'"DONE"'
        await stream.write(b'data: "DONE"\n\n')
        await asyncio.Event().wait()
        raise AssertionError

    async with answering(streaming, poll_s=3600) as client, asyncio.timeout(5):
        assert await client.follow(SESSION) is Status.DONE
        assert stream_is_open.is_set()


async def test_what_changes_while_the_stream_opens_is_not_missed() -> None:
    """A session that ends after it was looked at, and before its stream is open, is not waited for."""
    status = b'"CONNECTED"'

    async def late(request: web.Request) -> web.StreamResponse:
        nonlocal status
        if not request.path.endswith("/statusevents"):
            return web.Response(body=status)
        status = b'"DONE"'
        stream = web.StreamResponse(headers={"Content-Type": "text/event-stream"})
        await stream.prepare(request)
        await asyncio.Event().wait()
        raise AssertionError

    async with answering(late, poll_s=3600) as client, asyncio.timeout(5):
        assert await client.follow(SESSION) is Status.DONE


async def test_only_the_requestors_header_carries_the_secret() -> None:
    """Our secret goes in the Authorization header, and is in no address and no body."""
    seen: list[tuple[str, str, bytes]] = []

    async def noting(request: web.Request) -> web.Response:
        seen.append((request.headers["Authorization"], request.path_qs, await request.read()))
        return web.Response(status=503)

    async with answering(noting) as client:
        with pytest.raises(PeerUnavailable):
            await client.start(question(), TEL)
    [(header, path, body)] = seen
    assert header == "secret-of-ours"
    assert "secret-of-ours" not in path
    assert b"secret-of-ours" not in body


@pytest.mark.parametrize(
    ("status", "body", "error", "told"),
    [
        (401, b'{"error":"UNAUTHORIZED"}', PeerError, "does not know our token"),
        (403, b'{"error":"USER_NOT_FOUND"}', PeerError, "does not know our token"),
        (200, b"<html>", PeerError, "JSON"),
        (503, b"", PeerUnavailable, "HTTP 503"),
    ],
)
async def test_who_does_not_know_us_is_told_apart(
    status: int, body: bytes, error: type[PeerError], told: str
) -> None:
    """A token that the server does not know, a server that is away, and what is no yivi server."""
    async with answering(always(status, body)) as client:
        with pytest.raises(error, match=told):
            await client.known()


async def test_a_server_that_finds_fault_with_the_question_knows_us() -> None:
    """It is asked for what cannot be: that it says so is the answer."""
    async with answering(always(400, b'{"error":"MALFORMED_INPUT"}')) as client:
        await client.known()
