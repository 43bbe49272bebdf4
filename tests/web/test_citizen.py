"""The citizen's pages over HTTP: what they say in each state, and who may see a code."""

from __future__ import annotations

import re
import ssl

import aiohttp
import pytest

from irmacall.web.citizen_ports import PageToken
from irmacall.web.page_cookie import COOKIE
from tests.web.conftest import Public, field, running_public, visitor
from tests.web.doubles import CODE, NUMBER


async def _begin(client: aiohttp.ClientSession, public: Public) -> PageToken:
    before = set(public.desk.pages)
    url = f"{public.origin}/onderwerp/paspoort/begin"
    async with client.post(url, json={}, headers={"Origin": public.origin}) as answer:
        assert answer.status == 200
        assert (await answer.json()).keys() == {"sessionPtr", "frontendRequest"}
    (page,) = set(public.desk.pages) - before
    return page


async def _text(client: aiohttp.ClientSession, url: str) -> str:
    async with client.get(url) as answer:
        assert answer.status == 200
        return await answer.text()


async def _post(client: aiohttp.ClientSession, public: Public, path: str) -> str:
    token = field(await _text(client, f"{public.origin}/bellen"), "token")
    async with client.post(
        public.origin + path, data={"token": token}, headers={"Origin": public.origin}, allow_redirects=False
    ) as answer:
        assert answer.status == 303
        return answer.headers["Location"]


async def test_before_she_shares_she_reads_what_and_why(client: aiohttp.ClientSession, public: Public) -> None:
    """What is shared, who sees it, how long, whom to ask, and the way without the app."""
    text = await _text(client, f"{public.origin}/onderwerp/paspoort")
    for said in ("uw voorletters", "Wie ziet het?", "Hoe lang?", "Nooit langer dan een uur", "fg@voorbeeld.example",
                 "Autoriteit Persoonsgegevens", NUMBER, "Heeft iemand u gebeld of deze link gestuurd?"):  # fmt: skip
        assert said in text


async def test_the_code_is_shown_to_the_page_that_began_only(client: aiohttp.ClientSession, public: Public) -> None:
    """The browser with the cookie sees number, code and the link that dials both; another sees nothing."""
    public.desk.seal(await _begin(client, public))
    text = await _text(client, f"{public.origin}/bellen")
    assert "012 345 6784" in text
    assert f'href="tel:+31241234567,,{CODE}"' in text
    async with visitor() as other:
        async with other.get(f"{public.origin}/bellen", allow_redirects=False) as answer:
            assert answer.status == 303
        async with other.get(f"{public.origin}/bellen/stand") as answer:
            assert await answer.json() == {"state": "unknown"}


@pytest.mark.parametrize(
    ("reason", "said"),
    [
        ("refused", "U hebt niets gedeeld"),
        ("expired", "Dat duurde te lang"),
        ("invalid", "Wij kunnen deze gegevens niet gebruiken"),
        ("unavailable", "Yivi werkt nu niet"),
    ],
)
async def test_each_failure_has_its_page(
    client: aiohttp.ClientSession, public: Public, reason: str, said: str
) -> None:
    """Each way to fail says what happened, how to try again and how to call without."""
    public.desk.become(await _begin(client, public), state="failed", reason=reason)
    text = await _text(client, f"{public.origin}/bellen")
    shown = text.split(f'data-when="failed-{reason}"', 1)[1].split("</section>", 1)[0]
    for what in (said, "Wij hebben niets bewaard", "/onderwerp/paspoort", NUMBER):
        assert what in shown
    assert re.findall(r'data-when="failed-(\w+)">', text) == [reason]


async def test_the_yivi_server_is_away(client: aiohttp.ClientSession, public: Public) -> None:
    """A session that cannot start is 503, and leaves no cookie behind."""
    public.desk.away = True
    url = f"{public.origin}/onderwerp/paspoort/begin"
    async with client.post(url, json={}, headers={"Origin": public.origin}) as answer:
        assert answer.status == 503
        assert "Set-Cookie" not in answer.headers


async def test_she_erases(client: aiohttp.ClientSession, public: Public) -> None:
    """After "wis mijn gegevens nu" the page says so and has no code any more."""
    public.desk.seal(await _begin(client, public))
    assert await _post(client, public, "/bellen/wis") == "/bellen"
    text = await _text(client, f"{public.origin}/bellen")
    assert "012 345 6784" not in text
    assert CODE not in text
    assert public.desk.calls == ["erase"]


async def test_she_renews_the_code(client: aiohttp.ClientSession, public: Public) -> None:
    """A new code takes the old one's place on the page."""
    public.desk.seal(await _begin(client, public))
    await _post(client, public, "/bellen/code")
    text = await _text(client, f"{public.origin}/bellen")
    assert "987 654 3210" in text
    assert CODE not in text


async def test_she_stops(client: aiohttp.ClientSession, public: Public) -> None:
    """Stopping while the app waits gives the disclosure up."""
    await _begin(client, public)
    assert await _post(client, public, "/bellen/stop") == "/"
    assert public.desk.calls == ["cancel"]


async def test_the_app_brings_her_back_to_a_fresh_page(client: aiohttp.ClientSession, public: Public) -> None:
    """When the phone threw the page away meanwhile, its address leads to number and code."""
    public.desk.seal(await _begin(client, public))
    async with client.get(f"{public.origin}/onderwerp/paspoort", allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/bellen")
    async with client.get(f"{public.origin}/onderwerp/afval", allow_redirects=False) as answer:
        assert answer.status == 200
    assert "U hebt al een code" in await _text(client, f"{public.origin}/")


async def test_what_is_begun_is_begun_from_the_page_before(client: aiohttp.ClientSession, public: Public) -> None:
    """The desk is told which, so that nothing outlives the cookie that could erase it; a made-up one is none."""
    first = await _begin(client, public)
    second = await _begin(client, public)
    url, headers = f"{public.origin}/onderwerp/paspoort/begin", {"Origin": public.origin, "Cookie": "page=<script>"}
    async with visitor() as other, other.post(url, json={}, headers=headers) as answer:
        assert answer.status == 200
    assert public.desk.earlier == [None, first, None]
    assert second != first


async def test_two_begins_at_once_are_of_one_browser(client: aiohttp.ClientSession, public: Public) -> None:
    """Also the first ones: the page with the button brings the cookie that both are begun from."""
    url = f"{public.origin}/onderwerp/paspoort"
    async with client.get(url) as page:
        [cookie] = [morsel for morsel in page.cookies.values() if morsel.key == COOKIE]
        assert (cookie["httponly"], cookie["secure"], cookie["samesite"]) == (True, True, "Lax")
    headers = {"Origin": public.origin, "Cookie": f"{COOKIE}={cookie.value}"}
    async with visitor() as other:
        for _ in range(2):
            async with other.post(f"{url}/begin", json={}, headers=headers) as answer:
                assert answer.status == 200
            other.cookie_jar.clear()
    assert public.desk.earlier == [cookie.value, cookie.value]
    async with client.get(url) as again:
        assert COOKIE not in again.cookies


async def test_an_address_that_begins_too_often_waits(client: aiohttp.ClientSession, tls: ssl.SSLContext) -> None:
    """Disclosures are begun at a bounded rate, and the answer says for how long to wait."""
    async with running_public(tls, begins_per_minute=3) as public:
        for _ in range(3):
            await _begin(client, public)
        url = f"{public.origin}/onderwerp/paspoort/begin"
        async with client.post(url, json={}, headers={"Origin": public.origin}) as answer:
            assert answer.status == 429
            assert 1 <= int(answer.headers["Retry-After"]) <= 20
        assert len(public.desk.pages) == 3
