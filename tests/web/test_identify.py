"""The page /nu over HTTP: typing in a number, wrong ones, a second browser, and how it stops."""

from __future__ import annotations

import re

import aiohttp
import pytest

from irmacall.web.identify import COOKIE, WRONG_IN_ALL, WRONG_OF_ONE
from irmacall.web.page_cookie import COOKIE as PAGE
from tests.web.conftest import Public, visitor
from tests.web.identify_doubles import NUMBER


async def _token(client: aiohttp.ClientSession, public: Public) -> str:
    async with client.get(f"{public.origin}/nu") as answer:
        assert answer.status == 200
        found = re.search(r'name="token" value="([0-9a-f]+)"', await answer.text())
    assert found is not None
    return found[1]


async def _types(client: aiohttp.ClientSession, public: Public, number: str = NUMBER) -> tuple[int, str]:
    fields = {"token": await _token(client, public), "number": number}
    return await _post(client, public, "/nu", fields)


async def _post(client: aiohttp.ClientSession, public: Public, path: str, fields: dict[str, str]) -> tuple[int, str]:
    headers = {"Origin": public.origin, "Sec-Fetch-Site": "same-origin"}
    async with client.post(f"{public.origin}{path}", data=fields, headers=headers, allow_redirects=False) as answer:
        return answer.status, await answer.text()


@pytest.mark.parametrize("typed", ["123456", "123 456", "123-456", " 123456 "])
async def test_a_number_leads_to_which_call_it_is(client: aiohttp.ClientSession, public: Public, typed: str) -> None:
    """When it began, whom it is with, the last two digits of the caller's number: and the warning."""
    assert (await _types(client, public, typed))[0] == 303
    async with client.get(f"{public.origin}/nu") as answer:
        page = await answer.text()
    for told in (
        "Burgerzaken",
        "Om 23:13",
        "Het eindigt op 56",
        "Bent u zelf door iemand gebeld? Stop dan.",
        "geboortedatum",
    ):
        assert told in page
    assert public.paired.tried == [NUMBER]


async def test_a_withheld_number_is_said_to_be_one(client: aiohttp.ClientSession, public: Public) -> None:
    """Nothing is made up, and nothing is left blank."""
    await _types(client, public)
    public.paired.become("taken")
    [page] = public.paired.pages
    public.paired.pages[page] = type(public.paired.pages[page])("taken", 1_700_000_000.0, "Burgerzaken")
    async with client.get(f"{public.origin}/nu") as answer:
        assert "Dat kunnen wij niet zien" in await answer.text()


@pytest.mark.parametrize("typed", ["654321", "", "12345", "1234567", "abcdef", "١٢٣٤٥٦"])
async def test_a_wrong_number_is_told_in_one_way(client: aiohttp.ClientSession, public: Public, typed: str) -> None:
    """Unknown, too short, or no number at all: the page does not say which."""
    status, page = await _types(client, public, typed)
    assert status == 422
    assert "Dit nummer klopt niet, is al gebruikt of is verlopen." in page
    assert NUMBER not in page


async def test_a_second_browser_is_refused(client: aiohttp.ClientSession, public: Public) -> None:
    """The number was used; the first browser's page goes on."""
    await _types(client, public)
    async with visitor() as other:
        assert (await _types(other, public))[0] == 422
        async with other.get(f"{public.origin}/nu") as answer:
            assert "Burgerzaken" not in await answer.text()
    async with client.get(f"{public.origin}/nu") as answer:
        assert "Burgerzaken" in await answer.text()


async def test_who_guesses_must_wait(client: aiohttp.ClientSession, public: Public) -> None:
    """After a few wrong ones the right one is not even looked at."""
    token = await _token(client, public)
    for guess in range(WRONG_OF_ONE):
        assert (await _post(client, public, "/nu", {"token": token, "number": f"{guess:06}"}))[0] == 422
    assert (await _post(client, public, "/nu", {"token": token, "number": NUMBER}))[0] == 429
    assert NUMBER not in public.paired.tried
    assert WRONG_OF_ONE < WRONG_IN_ALL


async def test_what_is_no_number_costs_no_try(client: aiohttp.ClientSession, public: Public) -> None:
    """Who slips does not have to wait."""
    token = await _token(client, public)
    for _ in range(2 * WRONG_OF_ONE):
        assert (await _post(client, public, "/nu", {"token": token, "number": "12345"}))[0] == 422
    assert (await _post(client, public, "/nu", {"token": token, "number": NUMBER}))[0] == 303


async def test_a_disclosure_begins_from_the_browsers_own_page(client: aiohttp.ClientSession, public: Public) -> None:
    """The page that it has is told of, and it gets a new one; the pairing's own secret is not given out again."""
    await _types(client, public)
    headers = {"Origin": public.origin, "Sec-Fetch-Site": "same-origin"}
    async with client.post(f"{public.origin}/nu/begin", json={}, headers=headers) as answer:
        assert answer.status == 200
        assert set(await answer.json()) == {"sessionPtr", "frontendRequest"}
        assert PAGE in answer.cookies
        assert COOKIE not in answer.cookies
    assert public.paired.begun == [None]


async def test_nothing_begins_without_a_number(client: aiohttp.ClientSession, public: Public) -> None:
    """Whatever the browser asks for."""
    await _token(client, public)
    headers = {"Origin": public.origin, "Sec-Fetch-Site": "same-origin"}
    async with client.post(f"{public.origin}/nu/begin", json={}, headers=headers) as answer:
        assert answer.status == 403
    async with client.get(f"{public.origin}/nu/stream") as answer:
        assert answer.status == 404


async def test_who_stops_is_told_so(client: aiohttp.ClientSession, public: Public) -> None:
    """The desk hears it, and the page is nobody's call any more."""
    await _types(client, public)
    status, page = await _post(client, public, "/nu/stop", {"token": await _token(client, public)})
    assert (status, "U hebt niets gedeeld" in page) == (200, True)
    assert len(public.paired.stopped) == 1
    async with client.get(f"{public.origin}/nu/stand") as answer:
        assert await answer.json() == {"state": "none"}


@pytest.mark.parametrize("path", ["/nu", "/nu/stop", "/nu/begin"])
async def test_another_site_asks_for_nothing(client: aiohttp.ClientSession, public: Public, path: str) -> None:
    """Neither with a form of its own, nor without the page's token."""
    token = await _token(client, public)
    fields = {"token": token, "number": NUMBER}
    for headers in ({"Origin": "https://evil.example"}, {"Origin": public.origin, "Sec-Fetch-Site": "cross-site"}):
        async with client.post(f"{public.origin}{path}", data=fields, headers=headers) as answer:
            assert answer.status == 403
    if path != "/nu/begin":
        assert (await _post(client, public, path, {"token": "0" * 64, "number": NUMBER}))[0] == 403
    assert (public.paired.tried, public.paired.stopped, public.paired.begun) == ([], [], [])
