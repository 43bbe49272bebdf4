"""Logging in and out, and what ends a login."""

from __future__ import annotations

import aiohttp

from tests.web.conftest import Staff, field, log_in
from tests.web.doubles import PASSWORD


async def _post(client: aiohttp.ClientSession, staff: Staff, login: str, password: str) -> tuple[int, str]:
    async with client.get(f"{staff.origin}/login") as form:
        token = field(await form.text(), "token")
    given = {"token": token, "login": login, "password": password}
    async with client.post(
        f"{staff.origin}/login", data=given, headers={"Origin": staff.origin}, allow_redirects=False
    ) as answer:
        return answer.status, (await answer.text()).replace(token, "")


async def test_an_unknown_login_looks_like_a_wrong_password(client: aiohttp.ClientSession, staff: Staff) -> None:
    """Nobody learns from the answer who has a login here."""
    unknown = await _post(client, staff, "nobody", "wrong")
    wrong = await _post(client, staff, "anna", "wrong")
    assert unknown[0] == wrong[0] == 401
    assert [line for line in unknown[1].splitlines() if "token" not in line] == [
        line for line in wrong[1].splitlines() if "token" not in line
    ]
    assert not staff.accounts.sessions


async def _two_forms(client: aiohttp.ClientSession, staff: Staff) -> list[dict[str, str]]:
    """What two tabs would send that asked for their form before either had the other's cookie."""
    forms = []
    for _ in range(2):
        client.cookie_jar.clear()
        async with client.get(f"{staff.origin}/login") as form:
            forms.append({"token": field(await form.text(), "token"), "login": "anna", "password": PASSWORD})
    return forms


async def _sent(client: aiohttp.ClientSession, staff: Staff, form: dict[str, str]) -> tuple[int, str, str]:
    """The answer's status, where it leads, and what it says."""
    headers = {"Origin": staff.origin}
    async with client.post(f"{staff.origin}/login", data=form, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def test_of_two_tabs_that_were_logged_out_at_once_each_can_log_in(
    client: aiohttp.ClientSession, staff: Staff
) -> None:
    """The older form is answered by one that works."""
    older, _ = await _two_forms(client, staff)
    status, _, text = await _sent(client, staff, older)
    assert (status, "Meld u nog eens aan" in text) == (403, True)
    assert not staff.accounts.sessions
    assert await _sent(client, staff, {**older, "token": field(text, "token")}) == (303, "/", "")


async def test_a_form_that_is_left_over_ends_no_login(client: aiohttp.ClientSession, staff: Staff) -> None:
    """Who is in by one tab, perhaps with a caller on the line, and sends the other's form is led to her screen."""
    older, newer = await _two_forms(client, staff)
    assert (await _sent(client, staff, newer))[:2] == (303, "/")
    [key] = staff.accounts.sessions
    for form in (older, newer):
        assert (await _sent(client, staff, form))[:2] == (303, "/")
        assert [*staff.accounts.sessions] == [key]


async def test_a_further_tab_makes_no_form_old(client: aiohttp.ClientSession, staff: Staff) -> None:
    """All forms of one browser are bound to the same cookie, until she is logged in; a made-up one is replaced."""
    tokens = set()
    for _ in range(2):
        async with client.get(f"{staff.origin}/login") as form:
            tokens.add(field(await form.text(), "token"))
    assert len(tokens) == 1
    client.cookie_jar.clear()
    client.cookie_jar.update_cookies({"__Host-irmacall-login": "short"})
    async with client.get(f"{staff.origin}/login") as form:
        assert field(await form.text(), "token") not in tokens
        assert len(form.cookies["__Host-irmacall-login"].value) == 43


async def test_each_login_has_a_key_of_its_own(client: aiohttp.ClientSession, staff: Staff) -> None:
    """Who is logged in is led past the form; a second login in a fresh browser gets another key."""
    await log_in(client, staff)
    async with client.get(f"{staff.origin}/login", allow_redirects=False) as form:
        assert form.status == 303
    client.cookie_jar.clear()
    await log_in(client, staff)
    assert len(staff.accounts.sessions) == 2


async def test_a_planted_session_is_not_taken_over(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A key that somebody put into the browser before the login is not the key after it (session fixation)."""
    planted = "A" * 43
    client.cookie_jar.update_cookies({"__Host-irmacall-staff": planted})
    await log_in(client, staff)
    assert planted not in staff.accounts.sessions


async def test_logging_out_ends_the_session(client: aiohttp.ClientSession, staff: Staff) -> None:
    """After a log-out the key opens nothing and the cookie is gone."""
    token = await log_in(client, staff)
    headers = {"Origin": staff.origin}
    async with client.post(
        f"{staff.origin}/logout", data={"token": token}, headers=headers, allow_redirects=False
    ) as answer:
        assert answer.status == 303
    assert not staff.accounts.sessions
    assert not [cookie for cookie in client.cookie_jar if cookie.value]
    async with client.get(f"{staff.origin}/panel") as answer:
        assert answer.status == 401


async def test_a_session_that_was_ended_elsewhere_is_refused_at_once(
    client: aiohttp.ClientSession, staff: Staff
) -> None:
    """A disabled user's next request finds nothing."""
    await log_in(client, staff)
    staff.accounts.sessions.clear()
    async with client.get(f"{staff.origin}/panel") as answer:
        assert answer.status == 401


async def test_what_the_page_does_by_itself_is_no_act(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A page that is left open must not keep its login alive: panel and stream do not count, a card does."""
    await log_in(client, staff)
    staff.accounts.acts.clear()
    for path in ("/panel", "/card?call=a&grant=1", "/"):
        async with client.get(staff.origin + path):
            pass
    async with client.get(f"{staff.origin}/stream"):
        pass
    assert staff.accounts.acts[:3] == [False, True, True]
    assert not any(staff.accounts.acts[3:])


async def test_too_many_tries_must_wait(client: aiohttp.ClientSession, staff: Staff) -> None:
    """The accounts' own brake is told as 429 with its waiting time."""
    staff.accounts.locked = True
    async with client.get(f"{staff.origin}/login") as form:
        token = field(await form.text(), "token")
    given = {"token": token, "login": "anna", "password": PASSWORD}
    async with client.post(f"{staff.origin}/login", data=given, headers={"Origin": staff.origin}) as answer:
        assert (answer.status, answer.headers["Retry-After"]) == (429, "30")
        assert "Wacht even" in await answer.text()
