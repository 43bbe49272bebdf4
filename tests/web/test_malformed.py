"""Malformed input at both doors: a clear 4xx, a log line without content, and the app goes on."""

from __future__ import annotations

import asyncio
import gzip
import logging
import ssl
from collections.abc import Awaitable, Callable
from typing import Final

import aiohttp
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from yarl import URL

from tests.web.conftest import Public, Staff, log_in, running_public, running_staff, visitor

CANARY: Final = "Xanthippe"

BODIES: Final = [
    (b"", "application/json"),
    (b"{", "application/json"),
    (b"[]", "application/json"),
    (b'"' + CANARY.encode() + b'"', "application/json"),
    (b"[" * 4000, "application/json"),
    (b"\xff\xfe" + CANARY.encode(), "application/json"),
    (b"{}", "text/plain"),
    (b"{}", "application/json/" + CANARY),
    (b'{"reason": "' + CANARY.encode() + b'"}', "application/json"),
    (b'{"reason": 7}', "application/json"),
    (b'{"reason": "a\\u0000b"}', "application/json"),
    (b'{"reason": "' + b"x" * 5000 + b'"}', "application/json"),
]

FORMS: Final = [
    b"",
    CANARY.encode(),
    b"token=%ff%fe&login=" + CANARY.encode(),
    b"token=a&token=b",
    b"&".join(b"a%d=1" % n for n in range(50)),
    b"\xff" * 30,
    b"token=" + b"x" * 5000,
]


@pytest.mark.parametrize("name", ["a" * 3000, "a" * 256, "a/" * 1500, "a%00b", "%ff%fe", "a" * 255, "..%2f" * 600])
async def test_a_file_that_cannot_be(
    client: aiohttp.ClientSession, public: Public, caplog: pytest.LogCaptureFixture, name: str
) -> None:
    """A name that no file can have is not found, and is no fault of ours."""
    async with client.get(URL(f"{public.origin}/static/{name}", encoded=True)) as answer:
        assert answer.status == 404
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]


@pytest.mark.parametrize(("body", "content_type"), BODIES)
async def test_a_malformed_act(
    client: aiohttp.ClientSession, staff: Staff, caplog: pytest.LogCaptureFixture, body: bytes, content_type: str
) -> None:
    """A body that is not what our page sends is refused, and its content is in no log."""
    caplog.set_level(logging.DEBUG)
    token = await log_in(client, staff)
    headers = {"Origin": staff.origin, "X-CSRF-Token": token, "Content-Type": content_type}
    async with client.post(f"{staff.origin}/pause", data=body, headers=headers) as answer:
        assert answer.status in (400, 413)
    assert not staff.desk.acts
    assert "action=http.refused" in caplog.text
    assert CANARY not in caplog.text


@pytest.mark.parametrize("body", FORMS)
async def test_a_malformed_login(
    client: aiohttp.ClientSession, staff: Staff, caplog: pytest.LogCaptureFixture, body: bytes
) -> None:
    """A form that is not ours is refused before anybody is looked up."""
    caplog.set_level(logging.DEBUG)
    async with client.get(f"{staff.origin}/login"):
        pass
    headers = {"Origin": staff.origin, "Content-Type": "application/x-www-form-urlencoded"}
    async with client.post(f"{staff.origin}/login", data=body, headers=headers) as answer:
        assert answer.status in (400, 403, 413)
    assert CANARY not in caplog.text


async def test_a_body_that_grows_when_unpacked(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A small gzip of a large body meets the limit, and one that is no gzip is malformed."""
    token = await log_in(client, staff)
    headers = {
        "Origin": staff.origin,
        "X-CSRF-Token": token,
        "Content-Type": "application/json",
        "Content-Encoding": "gzip",
    }
    for body, status in ((gzip.compress(b" " * 1_000_000), 413), (b"no gzip at all", 400)):
        async with client.post(f"{staff.origin}/hangup", data=body, headers=headers) as answer:
            assert answer.status == status
    assert not staff.desk.acts


@pytest.mark.parametrize(
    "query",
    ["", "call=a", "grant=1", "call=a&grant=x", "call=a&grant=-1", "call=a&grant=" + "9" * 40, "call=%00&grant=1",
     "call=" + "a" * 500 + "&grant=1", "call=../x&grant=1", f"call=<{CANARY}>&grant=1", "call=a&grant=%D9%A1"],
)  # fmt: skip
async def test_a_malformed_question_for_a_card(
    client: aiohttp.ClientSession, staff: Staff, caplog: pytest.LogCaptureFixture, query: str
) -> None:
    """The desk is not even asked."""
    caplog.set_level(logging.DEBUG)
    await log_in(client, staff)
    async with client.get(f"{staff.origin}/card?{query}") as answer:
        assert answer.status == 400
        assert CANARY not in await answer.text()
    assert not staff.desk.reveals
    assert CANARY not in caplog.text


@pytest.mark.parametrize("subject", ["%00", "..%2f..", "a" * 300, "<script>", "%F0%28%8C%28"])
async def test_a_malformed_subject(client: aiohttp.ClientSession, public: Public, subject: str) -> None:
    """A subject that cannot be one is refused, and not shown back."""
    async with client.get(f"{public.origin}/onderwerp/{subject}") as answer:
        assert answer.status in (400, 404)
        assert "<script>" not in (await answer.text()).replace("<script src", "")


RAW: Final = [
    b"\x16\x03\x01\x00\x00",
    b"GET / HTTP/1.1\r\nHost: x\r\nContent-Length: ZZ" + CANARY.encode() + b"\r\n\r\n",
    b"GET / HTTP/9.9\r\n\r\n",
    b"GET /" + b"a" * 20000 + b" HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\n" + b"X-A: b\r\n" * 500 + b"\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nX-" + CANARY.encode() + b"\x00: b\r\n\r\n",
    b"GET / HTTP/1.1\r\nHost: x\r\nCookie: __Host-irmacall-page=" + b'"\\"' * 100 + b"\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    b"POST /login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\n",
    CANARY.encode() + b" / HTTP/1.1\r\nHost: x\r\n\r\n",
    b"OPTIONS * HTTP/1.1\r\nHost: x\r\n\r\n",
    b"CONNECT x:1 HTTP/1.1\r\nHost: x\r\n\r\n",
]


async def _send_raw(origin: str, sent: bytes) -> bytes:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    port = int(origin.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port, ssl=context)
    try:
        writer.write(sent.replace(b"Host: x", b"Host: " + origin.removeprefix("https://").encode()))
        await writer.drain()
        async with asyncio.timeout(8):
            return await reader.read(200)
    except ConnectionError:
        return b""
    finally:
        writer.close()


@pytest.mark.parametrize("sent", RAW)
async def test_what_is_not_http(
    public: Public, client: aiohttp.ClientSession, caplog: pytest.LogCaptureFixture, sent: bytes
) -> None:
    """Bytes that are no request of ours get a 4xx or a closed door, no line with their content, and no more."""
    caplog.set_level(logging.INFO)
    answer = await _send_raw(public.origin, sent)
    assert answer == b"" or answer.split()[1][:1] in (b"3", b"4") or b"Cookie" in sent
    assert CANARY not in caplog.text
    assert "Traceback" not in caplog.text
    async with client.get(f"{public.origin}/") as after:
        assert after.status == 200


async def test_a_mistake_of_ours_is_logged_without_content(
    client: aiohttp.ClientSession, staff: Staff, caplog: pytest.LogCaptureFixture
) -> None:
    """An exception that nobody foresaw is a 500, and its text, which may quote a caller, stays out of the log."""
    caplog.set_level(logging.DEBUG)
    token = await log_in(client, staff)
    staff.desk.refuse = KeyError(CANARY)
    headers = {"Origin": staff.origin, "X-CSRF-Token": token}
    async with client.post(f"{staff.origin}/available", json={}, headers=headers) as answer:
        assert answer.status == 500
        assert CANARY not in await answer.text()
    assert "kind=KeyError" in caplog.text
    assert CANARY not in caplog.text


HEADER_TEXT = st.text(st.characters(min_codepoint=33, max_codepoint=126), max_size=60)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(
        ["/login", "/pause", "/available", "/wrap-up", "/transfer", "/act", "/hangup", "/here", "/logout"]
    ),
    body=st.one_of(st.binary(max_size=200), st.text(max_size=80).map(str.encode)),
    content_type=st.one_of(st.sampled_from(["application/json", "application/x-www-form-urlencoded"]), HEADER_TEXT),
    cookie=HEADER_TEXT,
    site=st.one_of(st.just("same-origin"), HEADER_TEXT),
)
def test_no_noise_breaks_the_staffs_app(
    tls: ssl.SSLContext, path: str, body: bytes, content_type: str, cookie: str, site: str
) -> None:
    """Whatever stands in body and headers, the answer is a 4xx, nothing is done and nothing breaks."""

    async def one(staff: Staff, client: aiohttp.ClientSession) -> None:
        headers = {"Origin": staff.origin, "Content-Type": content_type, "Cookie": cookie, "Sec-Fetch-Site": site}
        async with client.post(staff.origin + path, data=body, headers=headers) as answer:
            assert 400 <= answer.status < 500
        assert not staff.desk.acts

    asyncio.run(_with_staff(tls, one))


async def _with_staff(tls: ssl.SSLContext, act: Callable[[Staff, aiohttp.ClientSession], Awaitable[None]]) -> None:
    async with running_staff(tls) as staff, visitor() as client:
        await act(staff, client)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    path=st.sampled_from(["/onderwerp/paspoort/begin", "/bellen/wis", "/bellen/code", "/bellen/stop"]),
    body=st.binary(max_size=300),
    content_type=st.sampled_from(["application/json", "application/x-www-form-urlencoded", "text/plain"]),
    cookie=HEADER_TEXT,
)
def test_no_noise_breaks_the_citizens_app(
    tls: ssl.SSLContext, path: str, body: bytes, content_type: str, cookie: str
) -> None:
    """The same for the page that is open to the world."""

    async def one() -> None:
        async with running_public(tls) as public, visitor() as client:
            headers = {
                "Origin": public.origin,
                "Content-Type": content_type,
                "Cookie": f"__Host-irmacall-page={cookie}",
            }
            async with client.post(public.origin + path, data=body, headers=headers) as answer:
                assert answer.status == 200 or 400 <= answer.status < 500
            assert not public.desk.calls

    asyncio.run(one())
