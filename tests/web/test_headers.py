"""The headers and cookies that every answer carries."""

from __future__ import annotations

import aiohttp
import pytest

from irmacall.web.headers import content_security_policy
from tests.web.conftest import Public, Staff, log_in

EVERY = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "irmacall",
}


def _hold_to_the_bar(answer: aiohttp.ClientResponse) -> None:
    for name, value in EVERY.items():
        assert answer.headers[name] == value
    assert "max-age=31536000" in answer.headers["Strict-Transport-Security"]
    assert "camera=()" in answer.headers["Permissions-Policy"]
    policy = answer.headers["Content-Security-Policy"]
    assert policy.startswith("default-src 'none'; ")
    assert "unsafe" not in policy
    assert "require-trusted-types-for 'script'" in policy
    assert "frame-ancestors 'none'" in policy


@pytest.mark.parametrize(
    "path", ["/", "/login", "/panel", "/stream", "/card", "/nowhere", "/static/agent.js", "/static/no"]
)
async def test_every_answer_of_the_staff_has_the_headers(
    client: aiohttp.ClientSession, staff: Staff, path: str
) -> None:
    """Pages, data, streams, files and refusals alike; and nothing but files may be kept."""
    await log_in(client, staff)
    async with client.get(staff.origin + path, allow_redirects=False) as answer:
        _hold_to_the_bar(answer)
        assert answer.headers["Cache-Control"] == ("no-cache" if path.startswith("/static/") else "no-store")


@pytest.mark.parametrize(
    "path", ["/", "/onderwerp/paspoort", "/onderwerp/no", "/bellen", "/bellen/stand", "/bellen/stream"]
)
async def test_every_answer_to_citizens_has_them(client: aiohttp.ClientSession, public: Public, path: str) -> None:
    """The same bar for the page that is open to the world."""
    async with client.get(public.origin + path, allow_redirects=False) as answer:
        _hold_to_the_bar(answer)
        assert answer.headers["Cache-Control"] == "no-store"


def test_only_the_citizens_page_may_reach_the_yivi_server() -> None:
    """The staff's policy names no origin but its own."""
    assert "https" not in content_security_policy()
    assert "connect-src 'self' https://yivi.example;" in content_security_policy(("https://yivi.example",))


async def test_the_staffs_cookie_is_bound_to_its_host(client: aiohttp.ClientSession, staff: Staff) -> None:
    """`__Host-`, Secure, HttpOnly, SameSite=Strict, no domain, and a key of 256 bits."""
    await log_in(client, staff)
    (key,) = staff.accounts.sessions
    assert len(key) == 43
    cookie = next(c for c in client.cookie_jar if c.key == "__Host-irmacall-staff")
    assert (cookie.value, cookie["secure"], cookie["httponly"], cookie["samesite"], cookie["path"]) == (
        key,
        True,
        True,
        "Strict",
        "/",
    )


async def test_the_citizens_cookie_is_bound_to_its_host(client: aiohttp.ClientSession, public: Public) -> None:
    """The page's secret is in its cookie and in no body."""
    url = f"{public.origin}/onderwerp/paspoort/begin"
    async with client.post(url, json={}, headers={"Origin": public.origin}) as answer:
        body, cookie = await answer.text(), answer.headers["Set-Cookie"]
    (page,) = public.desk.pages
    assert cookie.startswith(f"__Host-irmacall-page={page}; ")
    assert {"HttpOnly", "Secure", "SameSite=Lax", "Path=/"} <= set(cookie.split("; "))
    assert page not in body
