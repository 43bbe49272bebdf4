"""Every route of the staff's app, tried without a login, with the wrong role and with the right one."""

from __future__ import annotations

import aiohttp
import pytest

from irmacall.web.staff import OPEN, TABLE
from tests.web.conftest import Staff, log_in, visitor
from tests.web.doubles import CALL, card

ROUTES = [
    ("GET", "/"),
    ("GET", "/panel"),
    ("GET", "/today"),
    ("GET", f"/card?call={CALL}&grant=1"),
    ("GET", "/stream"),
    ("GET", "/people?q=wi"),
    ("POST", "/available"),
    ("POST", "/pause"),
    ("POST", "/wrap-up"),
    ("POST", "/transfer"),
    ("POST", "/act"),
    ("POST", "/hangup"),
    ("POST", "/identify"),
    ("POST", "/identify/stop"),
    ("POST", "/identify/text"),
    ("POST", "/doubt"),
    ("POST", "/here"),
    ("POST", "/logout"),
]


WHAT = {"reason": "Pauze", "call": CALL, "grant": "1", "user": "u4", "act": "hold", "subject": "paspoort"}
"""What every act finds something in."""


def test_every_route_has_its_role_and_is_tried_here(staff: Staff) -> None:
    """No route is without a place in the table, and none is left out of this matrix."""
    routes = {
        (route.method, route.resource.canonical)
        for route in staff.runner.app.router.routes()
        if route.resource is not None
    }
    table = staff.runner.app[TABLE].routes
    behind_login = {(method, path) for method, path in routes if path not in OPEN}
    assert {(method, path) for method, path in table} == behind_login
    assert behind_login == {(method, path.partition("?")[0]) for method, path in ROUTES}


async def _try(
    client: aiohttp.ClientSession, staff: Staff, method: str, path: str, token: str = ""
) -> tuple[int, str]:
    headers = {"Origin": staff.origin, "X-CSRF-Token": token}
    given: dict[str, object] = {"json": WHAT} if method == "POST" else {}
    if path == "/logout":
        given = {"data": {"token": token}}
    request = client.request(method, staff.origin + path, headers=headers, allow_redirects=False, **given)  # type: ignore[arg-type]
    async with request as answer:
        if path == "/stream" and answer.status == 200:
            return 200, ""
        return answer.status, await answer.text()


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_nothing_without_a_login(client: aiohttp.ClientSession, staff: Staff, method: str, path: str) -> None:
    """Without a login every route refuses, and the first page leads to the login."""
    status, body = await _try(client, staff, method, path)
    assert status == (303 if path == "/" else 401)
    assert "Vries" not in body
    _assert_nothing_was_done(staff)


def _assert_nothing_was_done(staff: Staff) -> None:
    assert not staff.desk.reveals
    assert not staff.desk.acts
    assert not staff.desk.wishes
    assert not staff.desk.sought
    assert not staff.identify.acts


EVERYBODYS = {("GET", "/"), ("GET", "/stream"), ("POST", "/here"), ("POST", "/logout")}
"""What tells nothing of anybody: where one begins, that something changed, and one's own login."""


@pytest.mark.parametrize("login", ["maria", "noor"])
@pytest.mark.parametrize(("method", "path"), [route for route in ROUTES if route not in EVERYBODYS])
async def test_nothing_with_another_role(
    client: aiohttp.ClientSession, staff: Staff, method: str, path: str, login: str
) -> None:
    """A login of another role gets 403 everywhere, even with a token that is right."""
    await log_in(client, staff, login)
    status, _ = await _try(client, staff, method, path)
    assert status == 403
    _assert_nothing_was_done(staff)


@pytest.mark.parametrize("login", ["anna", "willem"])
@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_who_has_a_phone_is_let_in(
    client: aiohttp.ClientSession, staff: Staff, method: str, path: str, login: str
) -> None:
    """The roles of the table open the route: an agent's and an official's."""
    token = await log_in(client, staff, login)
    async with client.get(f"{staff.origin}/panel") as panel:
        assert panel.status == 200
    staff.desk.grant(staff.desk.only, card(1))
    status, _ = await _try(client, staff, method, path, token)
    assert status == {"GET": 200, "POST": 204}.get(method if path != "/logout" else "", 303)


@pytest.mark.parametrize("path", ["/admin", "/card/", "//", "/static/../ports.py", "/static/%2e%2e/ports.py"])
async def test_what_is_no_route_is_refused(client: aiohttp.ClientSession, staff: Staff, path: str) -> None:
    """An unknown path says nothing without a login, and no file outside the static ones is served."""
    async with client.get(f"{staff.origin}{path}", allow_redirects=False) as answer:
        assert answer.status in (401, 403, 404)


async def test_a_seat_shows_only_its_own_caller(client: aiohttp.ClientSession, staff: Staff) -> None:
    """A card that is another seat's, another call's or an earlier grant's is refused without a byte."""
    await log_in(client, staff)
    async with client.get(f"{staff.origin}/panel"):
        pass
    staff.desk.seat(staff.desk.only).card = card(7)
    for query in (f"call={CALL}&grant=6", f"call={CALL}&grant=8", "call=node1-1.1&grant=7"):
        async with client.get(f"{staff.origin}/card?{query}") as answer:
            assert (answer.status, await answer.read()) == (403, b"")
    async with client.get(f"{staff.origin}/card?call={CALL}&grant=7") as answer:
        assert (await answer.json())["greeting"].endswith("De Vries")


async def test_one_press_is_one_minute_more_after_a_call(client: aiohttp.ClientSession, staff: Staff) -> None:
    """Whatever the browser sends along: it is the server that says how long; being available ends it early."""
    token = await log_in(client, staff)
    headers = {"Origin": staff.origin, "X-CSRF-Token": token}
    for path in ("/wrap-up", "/available"):
        async with client.post(staff.origin + path, json={"seconds": 86400}, headers=headers) as answer:
            assert answer.status == 204
    assert staff.desk.acts == [("extend_wrap_up", "60"), ("claim", "u1")]


async def test_each_login_is_a_seat_of_its_own(staff: Staff) -> None:
    """Two browsers of one agent are two seats, and neither's name gives away its session."""
    for _ in range(2):
        async with visitor() as client:
            await log_in(client, staff)
            async with client.get(f"{staff.origin}/panel"):
                pass
    assert len(staff.desk.seats) == 2
    assert not any(seat in key for seat in staff.desk.seats for key in staff.accounts.sessions)
