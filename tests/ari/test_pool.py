"""Connections are kept, bounded and never mixed up. Against a server that does exactly what a test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from irmacall.ari.fields import WireError
from irmacall.ari.pool import Pool
from irmacall.ari.requests import Request
from irmacall.errors import PeerUnavailable

ASK = Request("GET", "channels")
Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def answer(body: bytes, *more: bytes) -> bytes:
    """A whole 200 with that body."""
    return b"\r\n".join([b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *more, b"", body])


@asynccontextmanager
async def pool_to(serve: Serve, connections: int = 4, timeout: float = 2.0) -> AsyncIterator[tuple[Pool, list[int]]]:
    """A pool to a server that does `serve` with each connection, and a list that grows with each connection."""
    made: list[int] = []

    async def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        made.append(len(made))
        try:
            await serve(reader, writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            made.append(made.pop())
        finally:
            writer.close()

    server = await asyncio.start_server(accept, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        async with Pool(f"http://127.0.0.1:{port}", "u", "p", connections, timeout) as pool:
            yield pool, made
    finally:
        server.close()  # or a test that fails here has another fail that never saw it


async def _echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while True:
        head = await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(head.split(b" ")[1]))


async def test_a_connection_is_kept() -> None:
    """Requests after each other share one connection."""
    async with pool_to(_echo) as (pool, made):
        for number in range(5):
            assert (await pool.exchange(Request("GET", f"c/{number}"))).body == f"/ari/c/{number}".encode()
        assert len(made) == 1


async def test_the_bound() -> None:
    """Many requests at once use no more connections than allowed, and each gets its own answer."""
    async with pool_to(_echo, connections=3) as (pool, made):
        asked = [pool.exchange(Request("GET", f"c/{number}")) for number in range(50)]
        replies = await asyncio.gather(*asked)
        assert [reply.body for reply in replies] == [f"/ari/c/{number}".encode() for number in range(50)]
        assert len(made) == 3


async def test_an_interrupted_request_leaves_no_answer_behind() -> None:
    """When a request is given up, its late answer is nobody else's."""
    asked, go = asyncio.Event(), asyncio.Event()

    async def slow_then_echo(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        if not asked.is_set():
            asked.set()
            await go.wait()
            writer.write(answer(b"late"))
        else:
            writer.write(answer(b"mine"))

    async with pool_to(slow_then_echo, connections=1) as (pool, _made):
        first = asyncio.create_task(pool.exchange(ASK))
        await asked.wait()
        first.cancel()
        await asyncio.gather(first, return_exceptions=True)
        go.set()
        assert (await pool.exchange(ASK)).body == b"mine"


async def test_a_timeout_counts_the_wait_for_a_connection() -> None:
    """With every connection busy, a request is given up in time all the same."""

    async def never(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()

    async with pool_to(never, connections=1, timeout=0.2) as (pool, made):
        async with pool._free:  # by somebody whose own deadline is later: at the same one, either could be first
            failures = await asyncio.gather(*(pool.exchange(ASK) for _ in range(3)), return_exceptions=True)
        assert [type(failure) for failure in failures] == [PeerUnavailable] * 3
        assert not made


async def test_a_kept_connection_that_falls_silent_is_given_up_in_time() -> None:
    """The deadline is each request's own, and what was late is not read by the next."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"x"))
        await reader.read()

    async with pool_to(once, connections=1, timeout=0.2) as (pool, made):
        assert (await pool.exchange(ASK)).body == b"x"
        with pytest.raises(PeerUnavailable, match=r"^GET channels: TimeoutError$"):
            await pool.exchange(ASK)
        assert (await pool.exchange(ASK)).body == b"x"
        assert len(made) == 2


async def test_a_connection_that_says_it_closes_is_not_used_again() -> None:
    """After `Connection: close` a new one is made."""

    async def once(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"x", b"Connection: close"))
        await reader.read()

    async with pool_to(once) as (pool, made):
        for _ in range(3):
            assert (await pool.exchange(ASK)).body == b"x"
        assert len(made) == 3


async def test_a_server_that_hangs_up() -> None:
    """A connection that ends in the middle of an answer is a peer that is not available."""

    async def half(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(answer(b"whole")[:-2])

    async with pool_to(half) as (pool, _made):
        with pytest.raises(PeerUnavailable, match=r"^GET channels: connection lost$"):
            await pool.exchange(ASK)


@pytest.mark.parametrize("said", [b"nonsense\r\n\r\n", answer(b"one") + answer(b"unasked")])
async def test_a_server_that_talks_nonsense(said: bytes) -> None:
    """What is no answer, or one too many, ends the connection; the next request gets a fresh one."""

    async def nonsense(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(said)
        await reader.read()

    async with pool_to(nonsense) as (pool, made):
        for _ in range(2):
            try:
                assert (await pool.exchange(ASK)).body == b"one"
            except WireError as refused:
                told = str(refused)
            else:
                told = "GET channels: answer: no status"
            assert told == "GET channels: answer: no status"
        assert len(made) == 2
