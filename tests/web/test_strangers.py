"""Who is not to be served costs nothing: no place, no TLS, no line each in the log."""

from __future__ import annotations

import asyncio
import ipaddress
import logging
import ssl
from contextlib import AsyncExitStack

import pytest

from irmacall.web.addresses import is_among
from irmacall.web.entrance import Limits
from tests.web.conftest import running_public, running_staff, visitor

HERE = (ipaddress.ip_network("127.0.0.1/32"),)
OTHER = "127.0.0.9"


async def _came(stack: AsyncExitStack, origin: str) -> asyncio.StreamReader:
    """A connection from elsewhere that says nothing, and stays until the stack is left."""
    port = int(origin.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, local_addr=(OTHER, 0))
    stack.callback(_leave, writer)  # which keeps it, too: asyncio complains of one that is forgotten
    return reader


def _leave(writer: asyncio.StreamWriter) -> None:
    writer.transport.abort()


async def _closed(reader: asyncio.StreamReader) -> bytes:
    """What came before the other side closed."""
    async with asyncio.timeout(5):
        return await reader.read()


async def test_strangers_keep_no_agent_out(tls: ssl.SSLContext, caplog: pytest.LogCaptureFixture) -> None:
    """More of them than there are places are closed at once, and an agent gets her page while they hold on."""
    async with AsyncExitStack() as stack:
        staff = await stack.enter_async_context(running_staff(tls, HERE, Limits(4, 4)))
        strangers = [await _came(stack, staff.origin) for _ in range(8)]
        client = await stack.enter_async_context(visitor())
        async with client.get(f"{staff.origin}/login") as answer:
            assert answer.status == 200
        assert [await _closed(stranger) for stranger in strangers] == [b""] * 8
    lines = [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]
    assert lines == ["action=http.stranger turned_away=1"]  # the other seven are told of a minute later


async def test_the_public_listener_knows_strangers_too(tls: ssl.SSLContext) -> None:
    """Where its addresses are named; elsewhere everybody may come."""
    async with AsyncExitStack() as stack:
        closed = await stack.enter_async_context(running_public(tls, allow=HERE))
        assert await _closed(await _came(stack, closed.origin)) == b""
        client = await stack.enter_async_context(visitor())
        async with client.get(closed.origin) as answer:
            assert answer.status == 200


async def test_the_app_refuses_strangers_by_itself(tls: ssl.SSLContext, monkeypatch: pytest.MonkeyPatch) -> None:
    """Should a listener let one in, every door is closed to him."""
    monkeypatch.setattr("irmacall.web.listener.is_among", lambda *_: True)
    elsewhere = (ipaddress.ip_network("10.0.0.0/8"),)
    async with running_staff(tls, elsewhere) as staff, visitor() as client:
        for path in ("/login", "/", "/static/irmacall.css", "/nothing"):
            async with client.get(f"{staff.origin}{path}") as answer:
                assert answer.status == 403


@pytest.mark.parametrize(
    ("remote", "comes_in"),
    [
        ("10.1.2.3", True),
        ("::ffff:10.1.2.3", True),
        ("fe80::1%eth0", True),
        ("11.1.2.3", False),
        ("::ffff:11.1.2.3", False),
        ("2001:db8::1", False),
        (None, False),
    ],
)
def test_an_address_is_named_or_not(remote: str | None, comes_in: bool) -> None:
    """In whichever way it is written; without names all may come."""
    named = (ipaddress.ip_network("10.0.0.0/8"), ipaddress.ip_network("fe80::/10"))
    assert is_among(remote, named) is comes_in
    assert is_among(remote, ())
