"""What another site's page, or a page without the token, cannot make a browser do."""

from __future__ import annotations

import aiohttp
import pytest

from irmacall.web.doors import CrossSite, must_carry
from tests.web.conftest import Public, Staff, field, log_in
from tests.web.doubles import PASSWORD

FOREIGN = [
    {},
    {"Origin": "https://elsewhere.example"},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "{own}", "Sec-Fetch-Site": "cross-site"},
    {"Origin": "{own}", "Sec-Fetch-Site": "same-site"},
    {"Origin": "http://{host}"},
]


def _filled(headers: dict[str, str], own: str) -> dict[str, str]:
    return {name: value.format(own=own, host=own.removeprefix("https://")) for name, value in headers.items()}


@pytest.mark.parametrize("headers", FOREIGN)
async def test_no_act_from_elsewhere(client: aiohttp.ClientSession, staff: Staff, headers: dict[str, str]) -> None:
    """A post that does not come from our own origin does nothing, even with the right token."""
    token = await log_in(client, staff)
    sent = {"X-CSRF-Token": token, **_filled(headers, staff.origin)}
    async with client.post(f"{staff.origin}/available", json={}, headers=sent) as answer:
        assert answer.status == 403
    assert not staff.desk.acts


@pytest.mark.parametrize("path", ["/hangup", "/wrap-up", "/transfer", "/act"])
@pytest.mark.parametrize("token", [None, "", "0" * 64, "é"])
async def test_no_act_without_the_token(
    client: aiohttp.ClientSession, staff: Staff, token: str | None, path: str
) -> None:
    """A post from our own origin without this session's token does nothing."""
    await log_in(client, staff)
    headers = {"Origin": staff.origin, **({} if token is None else {"X-CSRF-Token": token})}
    async with client.post(f"{staff.origin}{path}", json={}, headers=headers) as answer:
        assert answer.status == 403
    assert not staff.desk.acts


def test_a_token_that_is_no_text_is_a_wrong_one() -> None:
    """A header may hold any byte; what is no UTF-8 comes as a lone surrogate, and is refused as any other."""
    with pytest.raises(CrossSite):
        must_carry("\udcff", "a secret")


async def test_a_form_under_no_referrer_passes(client: aiohttp.ClientSession, staff: Staff) -> None:
    """Browsers post our forms with `Origin: null`; that passes when they say it is of the same origin."""
    async with client.get(f"{staff.origin}/login") as form:
        token = field(await form.text(), "token")
    given = {"token": token, "login": "anna", "password": PASSWORD}
    headers = {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    async with client.post(f"{staff.origin}/login", data=given, headers=headers, allow_redirects=False) as answer:
        assert answer.status == 303


async def test_no_login_with_another_browsers_form(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A login form's token is worth nothing without the cookie that came with it."""
    async with client.get(f"{staff.origin}/login") as form:
        token = field(await form.text(), "token")
    client.cookie_jar.clear()
    given = {"token": token, "login": "anna", "password": PASSWORD}
    async with client.post(f"{staff.origin}/login", data=given, headers={"Origin": staff.origin}) as answer:
        assert answer.status == 403
    assert not staff.accounts.sessions


@pytest.mark.parametrize("path", ["/card?call=a&grant=1", "/panel", "/stream"])
async def test_no_read_from_elsewhere(client: aiohttp.ClientSession, staff: Staff, path: str) -> None:
    """Another site's page cannot make a browser fetch what is behind the login."""
    await log_in(client, staff)
    async with client.get(staff.origin + path, headers={"Sec-Fetch-Site": "cross-site"}) as answer:
        assert answer.status == 403


@pytest.mark.parametrize("path", ["/bellen/wis", "/bellen/code", "/bellen/stop"])
@pytest.mark.parametrize("fault", ["origin", "token", "cookie"])
async def test_no_act_on_a_citizens_page(
    client: aiohttp.ClientSession, public: Public, path: str, fault: str
) -> None:
    """Erasing, renewing and cancelling need the own origin, the page's token and its cookie."""
    headers = {"Origin": public.origin}
    async with client.post(f"{public.origin}/onderwerp/paspoort/begin", json={}, headers=headers) as begun:
        assert begun.status == 200
    async with client.get(f"{public.origin}/bellen") as page:
        token = field(await page.text(), "token")
    if fault == "origin":
        headers = {"Origin": "https://elsewhere.example"}
    if fault == "token":
        token = "0" * 64
    if fault == "cookie":
        client.cookie_jar.clear()
    async with client.post(public.origin + path, data={"token": token}, headers=headers) as answer:
        assert answer.status == 403
    assert not public.desk.calls


async def test_no_disclosure_begun_from_elsewhere(client: aiohttp.ClientSession, public: Public) -> None:
    """Another site cannot begin a disclosure in somebody's browser."""
    headers = {"Origin": "https://elsewhere.example"}
    async with client.post(f"{public.origin}/onderwerp/paspoort/begin", json={}, headers=headers) as answer:
        assert answer.status == 403
    assert not public.desk.pages
