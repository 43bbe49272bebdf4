"""Garbage at every door of the town, while somebody waits: refused, repeated nowhere, and she is served."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web
from playwright.async_api import expect

from lab.people import CitizenPage
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import NAME, waiting

CANARY = "Kwikstaart"

REQUESTS: tuple[tuple[str, str, dict[str, str], bytes], ...] = (
    ("POST", "/login", {"Content-Type": "application/x-www-form-urlencoded"}, f"login={CANARY}&x=%ff%fe".encode()),
    ("POST", "/login", {"Content-Type": CANARY}, b"\0" * 100),
    ("POST", "/available", {"Content-Type": "application/json"}, b"[" * 4000 + CANARY.encode()),
    ("GET", f"/card?call={CANARY}&grant={'9' * 40}", {}, b""),
    ("GET", "/card", {"Cookie": f"__Host-irmacall-staff={CANARY}; __Host-irmacall-staff=\x01; ="}, b""),
    ("GET", "/stream", {"Cookie": f"__Host-irmacall-staff={'A' * 43}", "Last-Event-ID": CANARY}, b""),
    ("GET", "/bellen/stand", {"Cookie": f"__Host-irmacall-page={CANARY * 40}"}, b""),
    ("POST", "/bellen/wis", {"Cookie": f"__Host-irmacall-page={CANARY * 3}"}, f"token={CANARY}".encode()),
    ("POST", "/onderwerp/paspoort/begin", {"Content-Type": "application/json"}, f'{{"a": "{CANARY}'.encode()),
    ("POST", f"/onderwerp/%00{CANARY}/begin", {"Content-Type": "application/json"}, b"{}"),
    ("BREW", f"/{CANARY}", {"X-Forwarded-For": CANARY, "Host": CANARY}, b""),
    ("GET", "/" + "a" * 5000, {}, b""),
    ("GET", "/", {"X-Long": "b" * 9000}, b""),
)
RAW = (b"\x16\x03\x01" + b"\xff" * 200 + b"\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", CANARY.encode() * 2000)
"""What is no request at all."""
EVENTS: tuple[object, ...] = (
    {"variables": {"irmacall": CANARY, "channel": {"id": []}}},
    {"variables": {"x": CANARY * 500}},
)


def quoted(request: tuple[str, str, dict[str, str], bytes], origin: str) -> bytes:
    """The request as it goes over the wire, with whatever stands in it; for this origin unless it names another."""
    method, path, headers, body = request
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    lines += [] if "Host" in headers else [f"Host: {urlsplit(origin).netloc}"]
    return "\r\n".join([*lines, f"Content-Length: {len(body)}", "Connection: close", "", ""]).encode() + body


async def sent(town: Town, origin: str, content: bytes, *, tls: bool = True) -> bytes:
    """What comes back for these bytes; nothing where the door is closed on them."""
    trust = ssl.create_default_context(cafile=str(town.lab.ca.root)) if tls else None
    port = urlsplit(origin).port
    name = urlsplit(origin).hostname if tls else None
    async with asyncio.timeout(20):
        reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=trust, server_hostname=name)
        try:
            writer.write(content)
            if not tls:
                writer.write_eof()
            return await reader.read()
        except ConnectionError:
            return b""
        finally:
            writer.transport.abort()


async def test_garbage_over_https(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Bodies, forms, headers, cookies and paths that no page of ours sends: 4xx or a closed door, at both origins."""
    page, call = await waiting(town, wallet, line=1)
    for origin in (town.public_url, town.staff_url):
        for request in REQUESTS:
            answer = await sent(town, origin, quoted(request, origin))
            status = answer.partition(b" ")[2][:3]
            assert status[:1] == b"4" or _harmless(request, status), (origin, request[:2], answer[:80])
            assert CANARY.encode() not in answer, request[:2]
        for content in RAW:
            assert (await sent(town, origin, content)).partition(b" ")[2][:1] in (b"4", b"")
            await sent(town, origin, content, tls=False)
    await _goes_on(town, sit)
    await call.hang_up()
    await page.state("erased")
    await page.close()


def _harmless(request: tuple[str, str, dict[str, str], bytes], status: bytes) -> bool:
    """A read by somebody whom we do not know is answered with what anybody gets: a page, or the way to it."""
    return request[0] == "GET" and status in (b"200", b"303")


async def _goes_on(town: Town, sit: Sit) -> None:
    """The one who waited is served by name, and no log has a word of the garbage."""
    desk = await sit(0)
    ringing = await desk.phone.rings(30)
    await ringing.answer()
    await desk.screen.shows(NAME)
    assert CANARY not in town.daemon.written()
    assert "Traceback" not in town.daemon.written()


async def test_garbage_over_ari(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Events that nobody foresaw, to the daemon's own application: they change nothing."""
    page, call = await waiting(town, wallet, line=1)
    node = town.lab.nodes[0].values
    headers = {"Authorization": aiohttp.encode_basic_auth(node.ari_account.user, node.ari_account.password)}
    base = f"http://{node.ari.host}:{node.ari.port}/ari/events/user"
    async with aiohttp.ClientSession(headers=headers) as http:
        for event in EVENTS:
            address = f"{base}/{CANARY}?application=irmacall-{town.lab.desk}"
            async with http.post(address, json=event) as answer:
                assert answer.status == 204
    await _goes_on(town, sit)
    await call.hang_up()
    await page.state("erased")
    await page.close()


SESSION = {
    "token": "KzxuWKwL5KGLKr4uerws",
    "sessionPtr": {"u": "http://127.0.0.1:1/irma/session/x", "irmaqr": "disclosing"},
    "frontendRequest": {
        "authorization": "qGrMmL8UZwZ88Sq8gobV",
        "minProtocolVersion": "1.0",
        "maxProtocolVersion": "1.1",
    },
}
ANSWERS: tuple[tuple[str, bytes, bytes], ...] = (
    ("no JSON", CANARY.encode(), b""),
    ("the wrong JSON", b"[]", b""),
    ("without end", b"[" * 100_000, b""),
    ("strange status", json.dumps(SESSION).encode(), f'"{CANARY}"'.encode()),
    ("no status", json.dumps(SESSION).encode(), b"{"),
)


@asynccontextmanager
async def pretending(town: Town, session: bytes, status: bytes) -> AsyncIterator[None]:
    """In the yivi server's place stands one that answers this to a new session, and this when asked how it goes."""

    async def answer(request: web.Request) -> web.Response:
        body = session if request.path == "/session" else status
        return web.Response(body=body, content_type="application/json")

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, town.yivi.requestors.host, town.yivi.requestors.port).start()
    try:
        yield
    finally:
        await runner.cleanup()


async def test_garbage_from_yivi(town: Town, wallet: Wallet) -> None:
    """Whatever the yivi server says, the page tells that Yivi does not work now; with the real one back it does."""
    page = await CitizenPage.open(town)
    await town.yivi.stop()
    try:
        for what, session, status in ANSWERS:
            async with pretending(town, session, status):
                await page.choose("paspoort")
                await page.page.click("#begin")
                told = page.page.get_by_role("heading", name="Yivi werkt nu niet").locator("visible=true")
                await expect(told, what).to_be_visible(timeout=20_000)
    finally:
        await town.yivi.start()
    assert CANARY not in town.daemon.written()
    assert "Traceback" not in town.daemon.written()
    await page.choose("paspoort")
    await page.disclose(wallet)
    await page.code()
    await page.page.get_by_role("button", name="Wis mijn gegevens nu").click()
    await page.state("erased")
    await page.close()
