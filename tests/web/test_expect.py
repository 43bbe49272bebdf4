"""`Expect:` opens no way around the app, and is not quoted."""

from __future__ import annotations

import asyncio
import logging
import ssl

import aiohttp
import pytest

from tests.web.conftest import Public

CANARY = "Xanthippe"
TRUST = ssl.create_default_context()
TRUST.check_hostname, TRUST.verify_mode = False, ssl.CERT_NONE


async def _answer(public: Public, request: str, host: str | None = None) -> tuple[bytes, bytes]:
    """Head and content of what is answered until the connection ends, or until a body is waited for."""
    own = public.origin.removeprefix("https://")
    reader, writer = await asyncio.open_connection("127.0.0.1", int(own.rpartition(":")[2]), ssl=TRUST)
    try:
        line, _, fields = request.partition("\r\n")
        writer.write(f"{line}\r\nHost: {host or own}\r\n{fields}\r\n\r\n".encode())
        async with asyncio.timeout(5):
            head = await reader.readuntil(b"\r\n\r\n")
            return head, b"" if "Content-Length" in fields else await reader.read()
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("host", [None, "elsewhere.example"])
@pytest.mark.parametrize("path", ["/", "/nothing", "/static/irmacall.css"])
@pytest.mark.parametrize("expected", ["100-continue", CANARY, f"{CANARY}<b>", ""])
async def test_who_expects_gets_417(
    public: Public, caplog: pytest.LogCaptureFixture, host: str | None, path: str, expected: str
) -> None:
    """With our headers and no content, whatever door and host it names; and no more is read on that connection."""
    caplog.set_level(logging.DEBUG)
    head, content = await _answer(public, f"GET {path} HTTP/1.1\r\nExpect: {expected}", host)
    assert head.split()[1] == b"417"
    assert content == b""
    for header in (b"Cache-Control: no-store", b"Server: irmacall", b"default-src 'none'", b"Connection: close"):
        assert header in head
    assert CANARY.encode() not in head
    assert CANARY not in caplog.text
    assert "action=http.refused status=417" in caplog.text


async def test_a_body_is_not_called_for(public: Public) -> None:
    """Nobody is told to go on with a body that no door was asked about."""
    fields = "Expect: 100-continue\r\nContent-Length: 5"
    for host in (None, "elsewhere.example"):
        head, _ = await _answer(public, f"POST /bellen/wis HTTP/1.1\r\n{fields}", host)
        assert head.startswith(b"HTTP/1.1 417 ")
        assert b"Content-Length: 0" in head


async def test_http_1_0_has_no_expectations(public: Public) -> None:
    """There the header means nothing (RFC 9110, 10.1.1): the page comes."""
    head, _ = await _answer(public, f"GET / HTTP/1.0\r\nExpect: {CANARY}")
    assert head.split()[1] == b"200"
    head, _ = await _answer(public, f"GET / HTTP/1.0\r\nExpect: {CANARY}", "elsewhere.example")
    assert head.split()[1] == b"421"


async def test_a_client_of_the_world_asks_again_without(client: aiohttp.ClientSession, public: Public) -> None:
    """One that waits for a word before its body gets an answer, and not a silence."""
    url, headers = f"{public.origin}/onderwerp/paspoort/begin", {"Origin": public.origin}
    async with client.post(url, json={}, headers=headers, expect100=True) as answer:
        assert answer.status == 417
    async with client.post(url, json={}, headers=headers) as answer:
        assert answer.status == 200
