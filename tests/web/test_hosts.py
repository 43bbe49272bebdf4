"""Each app answers to the name of its own origin, and to no other."""

from __future__ import annotations

import asyncio
import ssl

import aiohttp
import pytest

from irmacall.web.hosts import _named_by_target, _names
from tests.web.conftest import Public, Staff, log_in
from tests.web.doubles import CALL, card

TRUST = ssl.create_default_context()
TRUST.check_hostname, TRUST.verify_mode = False, ssl.CERT_NONE
OTHERS = [
    "elsewhere.example",
    "elsewhere.example:{port}",
    "localhost",
    "127.0.0.2:{port}",
    "",
    "{own}.",
    "user@{own}",
]


async def _status(origin: str, target: str, *hosts: str) -> int:
    """The status of a request with these Host headers."""
    own = origin.removeprefix("https://")
    port = own.rpartition(":")[2]
    named = "".join(f"Host: {host.format(own=own, port=port)}\r\n" for host in hosts)
    reader, writer = await asyncio.open_connection("127.0.0.1", int(port), ssl=TRUST)
    try:
        writer.write(f"GET {target.format(own=own)} HTTP/1.1\r\n{named}Connection: close\r\n\r\n".encode())
        async with asyncio.timeout(5):
            return int((await reader.read()).split()[1])
    finally:
        writer.transport.abort()


@pytest.mark.parametrize("host", OTHERS)
async def test_another_name_is_misdirected(public: Public, staff: Staff, host: str) -> None:
    """421 at both doors, for pages and files alike."""
    for origin in (public.origin, staff.origin):
        for target in ("/", "/login", "/static/irmacall.css", "/nothing"):
            assert await _status(origin, target, host) in (400, 421)
    assert await _status(public.origin, "/", "elsewhere.example") == 421
    assert await _status(staff.origin, "/", public.origin.removeprefix("https://")) == 421


async def test_its_own_name_is_answered(public: Public, staff: Staff) -> None:
    """In whatever letters, and also where the whole address is asked for."""
    assert await _status(public.origin, "/", "{own}") == 200
    assert await _status(public.origin, "https://{own}/", "{own}") == 200
    assert await _status(staff.origin, "/login", "{own}") == 200
    assert await _status(staff.origin, "/login", staff.origin.removeprefix("https://").upper()) == 200


async def test_two_names_none_or_another_one_in_the_target(public: Public) -> None:
    """What could be read in two ways is not read at all."""
    assert await _status(public.origin, "/") == 400
    assert await _status(public.origin, "/", "{own}", "{own}") == 400
    assert await _status(public.origin, "/", "{own}", "elsewhere.example") == 400
    assert await _status(public.origin, "https://elsewhere.example/", "{own}") == 421
    assert await _status(public.origin, "https://elsewhere.example/", "elsewhere.example") == 421
    assert await _status(public.origin, "//elsewhere.example/", "{own}") == 404


async def test_a_login_is_of_no_use_under_another_name(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A page of another name that leads to our address shows no card, with a good cookie either."""
    await log_in(client, staff)
    async with client.get(f"{staff.origin}/panel"):
        pass
    staff.desk.grant(staff.desk.only, card(41))
    url, headers = f"{staff.origin}/card?call={CALL}&grant=41", {"Host": "elsewhere.example"}
    async with client.get(url, headers=headers) as answer:
        assert answer.status == 421
    assert not staff.desk.reveals
    async with client.get(url) as answer:
        assert answer.status == 200


def test_the_usual_port_may_be_left_out() -> None:
    """And no other one."""
    assert _names("https://bellen.example.nl") == {"bellen.example.nl", "bellen.example.nl:443"}
    assert _names("https://bellen.example.nl:8443") == {"bellen.example.nl:8443"}
    assert _named_by_target("*") == []
