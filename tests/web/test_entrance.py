"""The way in: who sends nothing or too slowly is closed, connections are bounded, and garbage gets our own answer."""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
import ssl
import struct
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
import pytest

from irmacall.web import connection, entrance
from irmacall.web.entrance import Limits
from irmacall.web.places import Places
from tests.web.conftest import Public, running_public

CANARY = b"Xanthippe"
TRUST = ssl.create_default_context()
TRUST.check_hostname, TRUST.verify_mode = False, ssl.CERT_NONE
Pair = tuple[asyncio.StreamReader, asyncio.StreamWriter]


@asynccontextmanager
async def _connected(public: Public, *, tls: bool = True, source: str = "127.0.0.1") -> AsyncIterator[Pair]:
    """A connection on which nothing was asked yet."""
    port = int(public.origin.rpartition(":")[2])
    trust = TRUST if tls else None
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, local_addr=(source, 0))
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


def _get(public: Public, path: str = "/static/irmacall.svg") -> bytes:
    host = public.origin.removeprefix("https://")
    return f"GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n".encode()


async def _ended(reader: asyncio.StreamReader) -> bytes:
    """What was answered until the other side closed."""
    try:
        async with asyncio.timeout(5):
            return await reader.read()
    except (ConnectionError, ssl.SSLError):
        return b""


async def _answered(pair: Pair, public: Public) -> bytes:
    """The first line of the answer to a whole request; the rest of it is read too."""
    reader, writer = pair
    writer.write(_get(public))
    async with asyncio.timeout(5):
        head = await reader.readuntil(b"\r\n\r\n")
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        await reader.readexactly(length)
    return head.split(b"\r\n")[0]


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits long."""
    monkeypatch.setattr(connection, "HEAD_SECONDS", 0.3)
    monkeypatch.setattr(entrance, "HANDSHAKE_SECONDS", 0.3)


@pytest.mark.usefixtures("_short")
@pytest.mark.parametrize("sent", [b"", b"\x16\x03\x01"])
async def test_a_handshake_that_does_not_come_is_not_waited_for(public: Public, sent: bytes) -> None:
    """Neither for its first byte nor for its last."""
    async with _connected(public, tls=False) as (reader, writer):
        writer.write(sent)
        assert await _ended(reader) == b""


@pytest.mark.usefixtures("_short")
@pytest.mark.parametrize("sent", [b"", b"GET / HTTP/1.1\r\nHost: x\r\nX-Slow: "])
async def test_a_request_that_is_not_finished_is_not_waited_for(public: Public, sent: bytes) -> None:
    """A connection is no place to sit in."""
    async with _connected(public) as (reader, writer):
        writer.write(sent)
        assert await _ended(reader) == b""


@pytest.mark.usefixtures("_short")
async def test_a_byte_now_and_then_wins_no_time(public: Public) -> None:
    """The limit is on the whole head, not on the pause between two bytes."""
    async with _connected(public) as (reader, writer):
        ended = asyncio.ensure_future(_ended(reader))
        for byte in b"GET / HTTP/1.1\r\nX-Slow: " + b"a" * 100:
            writer.write(bytes([byte]))
            done, _ = await asyncio.wait([ended], timeout=0.02)
            if done:
                break
        assert ended.done()
        assert ended.result() == b""


@pytest.mark.usefixtures("_short")
async def test_a_further_request_has_its_time_from_its_first_byte(public: Public) -> None:
    """A kept connection may be idle for longer than that, and then begins no slow request either."""
    async with _connected(public) as (reader, writer):
        assert await _answered((reader, writer), public) == b"HTTP/1.1 200 OK"
        done, _ = await asyncio.wait([idle := asyncio.ensure_future(reader.read(1))], timeout=0.5)
        assert not done
        writer.write(b"GET / HT")
        async with asyncio.timeout(5):
            assert await idle == b""


@pytest.mark.usefixtures("_short")
async def test_an_answer_takes_as_long_as_it_takes(client: aiohttp.ClientSession, public: Public) -> None:
    """The limit is on what is asked: a stream outlives it."""
    url = f"{public.origin}/onderwerp/paspoort/begin"
    async with client.post(url, json={}, headers={"Origin": public.origin}):
        pass
    async with client.get(f"{public.origin}/bellen/stream") as answer, asyncio.timeout(5):
        for _ in range(2):
            await answer.content.readuntil(b"event: beat\ndata:\n\n")


async def test_there_are_so_many_connections_and_no_more(
    tls: ssl.SSLContext, caplog: pytest.LogCaptureFixture
) -> None:
    """One too many is closed at once, whatever it would have asked; when another leaves, there is a place again."""
    two = Limits(connections=2, of_one_address=2)
    async with running_public(tls, limits=two) as public, _connected(public) as first:
        async with _connected(public, tls=False), _connected(public, tls=False) as (reader, _):
            assert await _ended(reader) == b""
            assert await _answered(first, public) == b"HTTP/1.1 200 OK"
        async with _connected_in_the_end(public) as next_one:
            assert await _answered(next_one, public) == b"HTTP/1.1 200 OK"
    assert "action=http.full turned_away=" in caplog.text


async def test_one_address_does_not_get_all_places(tls: ssl.SSLContext) -> None:
    """Who fills his own share keeps nobody else out."""
    one = Limits(connections=9, of_one_address=1)
    async with running_public(tls, limits=one) as public, _connected(public):
        async with _connected(public, tls=False) as (reader, _):
            assert await _ended(reader) == b""
        async with _connected(public, source="127.0.0.2") as other:
            assert await _answered(other, public) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("how", ["garbage", "reset", "leaves", "reset later"])
async def test_a_place_is_given_back_however_it_ends(tls: ssl.SSLContext, how: str) -> None:
    """In the handshake or after it, by us or by the other side."""
    async with running_public(tls, limits=Limits(connections=1, of_one_address=1)) as public:
        for _ in range(3):
            async with _connected_in_the_end(public, tls=how == "reset later") as (reader, writer):
                if how == "garbage":
                    writer.write(b"GET / HTTP/1.0\r\n\r\n")
                    await _ended(reader)
                elif how.startswith("reset"):
                    wire = writer.get_extra_info("socket")
                    wire.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        async with _connected_in_the_end(public) as last:
            assert await _answered(last, public) == b"HTTP/1.1 200 OK"


@pytest.mark.parametrize("path", ["/static/irmacall.css", "/"])
async def test_an_answer_that_nobody_reads_is_not_kept(
    tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch, path: str
) -> None:
    """Who asks and asks and never reads keeps no place, though his side of the wire stands."""
    monkeypatch.setattr(entrance, "UNREAD_MILLISECONDS", 500)
    one = Limits(connections=1, of_one_address=1)
    async with running_public(tls, limits=one) as public, _connected(public) as (_, writer):
        assert isinstance(writer.transport, asyncio.Transport)
        writer.transport.pause_reading()
        writer.write(_get(public, path) * 20_000)
        async with _connected_in_the_end(public) as next_one:
            assert await _answered(next_one, public) == b"HTTP/1.1 200 OK"


@asynccontextmanager
async def _connected_in_the_end(public: Public, *, tls: bool = True) -> AsyncIterator[Pair]:
    """As `_connected`, once the other side has noticed who left: nothing on this side tells when that is."""
    async with asyncio.timeout(5):
        while True:
            try:
                async with _connected(public, tls=tls) as pair:
                    if tls or await _stays(pair[0]):
                        yield pair
                        return
            except (ConnectionError, ssl.SSLError):
                await asyncio.sleep(0.01)


async def _stays(reader: asyncio.StreamReader) -> bool:
    """Whether we were let in: who is not is closed at once."""
    ended = asyncio.ensure_future(reader.read(1))
    done, _ = await asyncio.wait([ended], timeout=0.05)
    ended.cancel()
    await asyncio.wait([ended])
    return not done


async def test_a_machine_that_has_no_more_to_give_is_waited_for(
    public: Public, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """When there are no file descriptors left, the door opens again as soon as there are."""
    monkeypatch.setattr(entrance, "_REST_SECONDS", 0.01)
    loop, faults = asyncio.get_running_loop(), [errno.EMFILE, errno.ECONNABORTED]
    real = loop.sock_accept

    async def accept(listening: socket.socket) -> object:
        wire = await real(listening)
        if faults:
            wire[0].close()
            raise OSError(faults.pop(0), "as the kernel says")
        return wire

    monkeypatch.setattr(loop, "sock_accept", accept)
    for _ in range(3):  # the first was waited for before, by the real one
        async with _connected_in_the_end(public) as pair:
            assert await _answered(pair, public) == b"HTTP/1.1 200 OK"
    assert not faults
    assert "action=http.not_accepted why=EMFILE" in caplog.text


async def test_an_address_that_is_taken_is_said(public: Public, tls: ssl.SSLContext) -> None:
    """And what was opened for it is closed again."""
    port = int(public.origin.rpartition(":")[2])
    with pytest.raises(OSError, match="in use"):
        await entrance.Entrance.open("127.0.0.1", port, tls, Limits(), lambda _: asyncio.Protocol(), lambda _: True)


@pytest.mark.parametrize(
    "sent",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n" + CANARY + b"\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX-" + CANARY + b"\x00: b\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: x\r\nX: " + CANARY * 1000 + b"\r\n\r\n",
        CANARY + b" \x00 HTTP/1.1\r\n\r\n",
    ],
)
async def test_garbage_gets_our_own_answer(public: Public, caplog: pytest.LogCaptureFixture, sent: bytes) -> None:
    """With our headers, without a word of what was sent, and no more is read on that connection."""
    caplog.set_level(logging.DEBUG)
    async with _connected(public) as (reader, writer):
        writer.write(sent)
        answer = await _ended(reader)
    head, _, body = answer.partition(b"\r\n\r\n")
    assert head.split()[1] == b"400"
    assert body == b"Dit verzoek klopt niet."
    for header in (b"Cache-Control: no-store", b"Server: irmacall", b"X-Content-Type-Options: nosniff"):
        assert header in head
    assert b"default-src 'none'" in head
    assert CANARY not in answer
    assert CANARY.decode() not in caplog.text
    assert "action=http.malformed status=400" in caplog.text


def test_places_are_counted_for_all_and_for_each() -> None:
    """And a name without a place costs no memory."""
    places = Places(3, 2)
    assert [places.take(name) for name in "aaabbc"] == [True, True, False, True, False, False]
    places.leave("a")
    assert [places.take("c"), places.take("b")] == [True, False]
    for name in "abc":
        places.leave(name)
    assert not places._taken
