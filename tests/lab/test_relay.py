"""A network that fails on demand, as a relay for one server and as a browser's cable."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import pytest

from lab.cable import Cable
from lab.relay import Relay


class Client:
    """One connection, which says a word and hears what comes back."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def said_back(self, word: bytes) -> bytes:
        """What came within 5 s; nothing where the connection is broken."""
        self._writer.write(word)
        async with asyncio.timeout(5):
            try:
                return await self._reader.read(100)
            except ConnectionError:
                return b""


@asynccontextmanager
async def client(relay: Relay, port: int) -> AsyncIterator[Client]:
    """A client that goes through the relay to this port."""
    reader, writer = await asyncio.open_connection("127.0.0.1", relay.port)
    try:
        if isinstance(relay, Cable):
            writer.write(f"CONNECT 127.0.0.1:{port} HTTP/1.1\r\nHost: there\r\n\r\n".encode())
            assert await reader.readuntil(b"\r\n\r\n") == b"HTTP/1.1 200 Connected\r\n\r\n"
        yield Client(reader, writer)
    finally:
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()


@pytest.fixture
async def echo() -> AsyncIterator[int]:
    """The port of a server that says back what it is told."""

    async def say_back(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while data := await reader.read(100):
            writer.write(data)
        writer.close()

    server = await asyncio.start_server(say_back, "127.0.0.1", 0)
    yield server.sockets[0].getsockname()[1]
    server.close()


@pytest.fixture(params=["relay", "cable"])
async def relay(request: pytest.FixtureRequest, echo: int) -> AsyncIterator[Relay]:
    """Either form."""
    async with Relay("127.0.0.1", echo) if request.param == "relay" else Cable() as relay:
        yield relay


async def test_bytes_pass_until_it_is_cut(relay: Relay, echo: int) -> None:
    """And over a new connection after that."""
    async with client(relay, echo) as before:
        assert await before.said_back(b"one") == b"one"
        relay.cut()
        assert await before.said_back(b"two") == b""
    async with client(relay, echo) as after:
        assert await after.said_back(b"three") == b"three"


async def test_frozen_it_is_silent_and_stands(relay: Relay, echo: int) -> None:
    """What was said meanwhile comes when it thaws."""
    async with client(relay, echo) as there:
        assert await there.said_back(b"one") == b"one"
        relay.freeze()
        hearing = asyncio.create_task(there.said_back(b"two"))
        done, _ = await asyncio.wait([hearing], timeout=0.2)
        assert not done
        relay.thaw()
        assert await hearing == b"two"


async def test_refused_nobody_comes_through(echo: int) -> None:
    """Until it lets them."""
    async with Relay("127.0.0.1", echo) as relay:
        for refused, heard in ((True, b""), (False, b"a word")):
            relay.refuse(refused)
            async with client(relay, echo) as there:
                assert await there.said_back(b"a word") == heard


async def test_where_nobody_listens_whoever_asked_is_cut_off(echo: int) -> None:
    """As near as a relay comes to a refusal."""
    async with Relay("127.0.0.1", 1) as relay, client(relay, echo) as there:
        assert await there.said_back(b"a word") == b""


_ELSEWHERE = ["CONNECT foreign.example:443", "CONNECT [::1]:{echo}", "GET http://127.0.0.1:{echo}/"]


@pytest.mark.parametrize("asked", _ELSEWHERE)
async def test_a_cable_leads_to_this_machine_alone(asked: str, echo: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever else the browser asks for is cut off; no name is looked up, and nothing has gone wrong."""
    gone_wrong: list[object] = []
    looked_up: list[object] = []
    asyncio.get_running_loop().set_exception_handler(lambda _loop, context: gone_wrong.append(context))
    monkeypatch.setattr(socket, "getaddrinfo", lambda *wanted, **_more: looked_up.append(wanted))
    async with Cable() as cable:
        reader, writer = await asyncio.open_connection("127.0.0.1", cable.port)
        head = f"{asked.format(echo=echo)} HTTP/1.1\r\nHost: there\r\n\r\n"
        assert await Client(reader, writer).said_back(head.encode()) == b""
        writer.close()
    assert (looked_up, gone_wrong) == ([], [])
