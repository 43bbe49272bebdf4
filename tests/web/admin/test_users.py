"""The administrator's pages, over real files: what they do, what they refuse, and what nobody else gets of them."""

from __future__ import annotations

import itertools
import re

import pytest

from irmacall.store.audit import AuditKind
from irmacall.web.staff import TABLE
from tests.web.admin.office import KEY, Desk, Office, log_in
from tests.web.conftest import visitor
from tests.web.doubles import PASSWORD

OTHER = "acht groene giraffen"


def _typed(page: str) -> dict[str, str]:
    """What the form of a user sends when nobody changes anything."""
    form = page.split('<form method="post" action="/admin/users/', 1)[1].split("</form>", 1)[0]
    given = dict(re.findall(r'<input[^>]* name="([^"]+)"[^>]* value="([^"]*)"', form))
    given.pop("token")
    given["role"] = next(iter(re.findall(r'name="role" value="(\w+)"(?: checked|>(?=</p>))', form)), "agent")
    chosen = re.search(r'<option value="([^"]*)" selected', form)
    given["phone"] = chosen[1] if chosen else ""
    boxes = re.findall(r'name="(group\.\w+)" value="on"( checked)?', form)
    for name, checked in boxes:
        given.pop(name, None)
        given |= {name: "on"} if checked else {}
    return given


# -- who may come here -------------------------------------------------------------------------------------


def _admins(office: Office) -> list[tuple[str, str]]:
    table = office.runner.app[TABLE].routes
    return [way for way, roles in table.items() if way[1].startswith("/admin")]


async def test_every_route_is_for_who_administers_alone(office: Office) -> None:
    """The table walked with the other three roles and with no login: none gets a byte or changes a thing."""
    ways = _admins(office)
    assert len(ways) >= 20
    before = await office.users.list_users()
    for login in ("els", "willem", "maria", None):
        async with visitor() as client:
            other = Desk(client, office.origin) if login is None else await log_in(client, office, login)
            for method, path in ways:
                where = path.replace("{user}", office.ids["els"])
                given = {"user": office.ids["els"], "handle": "0" * 16, "phone": "leeg", "password": OTHER}
                status, page = await (other.get(where) if method == "GET" else other.post(where, **given))
                wanted = 403 if login else 303 if method == "GET" else 401
                assert (login, method, path, status) == (login, method, path, wanted)
                assert "Zoë" not in page
    assert await office.users.list_users() == before
    assert office.runner.app[TABLE].routes[("GET", "/admin/users")] == {"admin"}
    assert all(office.runner.app[TABLE].routes[way] == {"admin"} for way in ways)


async def test_no_form_is_taken_without_its_token(desk: Desk, office: Office) -> None:
    """Whatever else it says; another site's page has no token."""
    before = await office.users.list_users()
    for method, path in _admins(office):
        if method == "POST":
            status, _ = await desk.post(path.replace("{user}", office.ids["els"]), token="0" * 64)
            assert (path, status) == (path, 403)
    assert await office.users.list_users() == before


NONSENSE: list[tuple[str, dict[str, str]]] = [
    ("/admin/users/{user}", {"revision": "", "name": "X"}),
    ("/admin/users/{user}", {"revision": "0" * 16, "name": "x" * 400}),
    ("/admin/users/new", {"group.[fout]": "on"}),
    ("/admin/sessions/end", {"user": "{user}", "handle": "../.."}),
    ("/admin/sessions/end", {"user": "", "handle": "0" * 16}),
    ("/admin/audit", {"since": "gisteren"}),
    ("/admin/audit", {"since": "0001-01-01T00:00"}),
    ("/admin/audit", {"until": "0000-00-00T00:00"}),
    ("/admin/audit", {"kind": "nothing"}),
    ("/admin/audit", {"before": "-1"}),
]


async def test_what_no_form_of_ours_sends_is_refused(desk: Desk, office: Office) -> None:
    """With a clear 400, and nothing done."""
    els, before = office.ids["els"], await office.users.list_users()
    for path, given in NONSENSE:
        filled = {name: value.replace("{user}", els) for name, value in given.items()}
        status, _ = await desk.post(path.replace("{user}", els), **filled)
        assert (given, status) == (given, 400)
    assert await office.users.list_users() == before


async def test_who_is_not_there_has_no_page(desk: Desk) -> None:
    """An id that is nobody's, and one that is none."""
    assert (await desk.get("/admin/users/nobody"))[0] == 404
    assert (await desk.get("/admin/users/%20"))[0] in (400, 404)
    assert (await desk.post("/admin/users/nobody/password", password=OTHER, again=OTHER))[0] == 404


# -- users -------------------------------------------------------------------------------------------------


async def test_somebody_is_let_in_changed_and_shut_out(desk: Desk, office: Office) -> None:
    """A new colleague's whole way, each step with its line in the audit log and without a password in it."""
    given = {
        "login": "bram", "name": "Bram Vos", "role": "agent", "function": "Adviseur", "department": "Burgerzaken",
        "extension": "211", "phone": "leeg", "group.balie": "on", "password": OTHER, "again": OTHER,
    }  # fmt: skip
    status, where = await desk.post("/admin/users/new", **given)
    bram = where.removeprefix("/admin/users/").partition("?")[0]
    assert (status, where) == (303, f"/admin/users/{bram}?done=added")
    _, page = await desk.get(where)
    assert "De gebruiker is toegevoegd." in page
    given = _typed(page)
    assert (given["name"], given["role"], given["phone"], given["group.balie"]) == ("Bram Vos", "agent", "leeg", "on")
    changed = {**given, "department": "Belastingen"}
    assert await desk.post(f"/admin/users/{bram}", **changed) == (303, f"/admin/users/{bram}?done=saved")
    assert (await desk.post(f"/admin/users/{bram}/password", password=PASSWORD, again=PASSWORD))[0] == 303
    assert await office.users.verify("bram", PASSWORD) is not None
    assert (await desk.post(f"/admin/users/{bram}/disable"))[1] == f"/admin/users/{bram}?done=disabled"
    assert await office.users.verify("bram", PASSWORD) is None
    assert (await desk.post(f"/admin/users/{bram}/enable"))[1] == f"/admin/users/{bram}?done=enabled"
    kinds = [AuditKind.USER_ADDED, AuditKind.USER_CHANGED, AuditKind.PASSWORD_SET]
    told = await office.told(*kinds, AuditKind.USER_DISABLED, AuditKind.USER_ENABLED)
    assert told[1:] == ["bram: department: 'Burgerzaken' -> 'Belastingen'", "bram", "bram", "bram"]
    assert told[0].startswith("bram: name: 'Bram Vos'; role: agent;")
    assert OTHER not in str(told)
    assert PASSWORD not in str(told)


WRONG: list[tuple[dict[str, str], str, str]] = [
    ({"name": " "}, "Vul een naam in", "name"),
    ({"extension": "112"}, "openbaar nummer", "extension"),
    ({"extension": "2100"}, "van de wachtrij Algemeen", "extension"),
    ({"phone": "nergens"}, "Deze telefoon is er niet", "phone"),
    ({"role": "official", "phone": ""}, "Kies een telefoon", "phone"),
    ({"role": "official", "group.balie": "on"}, "bedient geen wachtrij", "groups"),
    ({"role": "koning"}, "Kies een rol uit de lijst", "role"),
]


async def test_what_is_wrong_stands_at_its_field(desk: Desk, office: Office) -> None:
    """In the summary that is heard, and at the field that it names; what was typed is still there."""
    for change, sentence, at in WRONG:
        await _is_told(desk, office.ids["els"], change, sentence, at)
    unchanged = await office.users.find("els")
    assert unchanged is not None
    assert unchanged.department == ""


async def _is_told(desk: Desk, els: str, change: dict[str, str], sentence: str, at: str) -> None:
    given = {**_typed((await desk.get(f"/admin/users/{els}"))[1]), "department": "Nog niet bewaard", **change}
    status, page = await desk.post(f"/admin/users/{els}", **given)
    assert status == 422
    assert page.count(sentence) == 2
    alert = page.split('role="alert"', 1)[1].split("</div>", 1)[0]
    assert f'href="#{at}"' in alert
    assert sentence in alert
    assert f'id="{at}-wrong"' in page
    assert 'aria-invalid="true"' in page
    assert "Nog niet bewaard" in page
    assert "<title>Niet gelukt" in page


REFUSED = [
    (OTHER, "acht groene giraffes", "niet gelijk"),
    ("kort", "kort", "te kort"),
    ("welkom123456", "welkom123456", "makkelijk te raden"),
    ("x" * 257, "x" * 257, "te lang"),
]


async def test_a_password_that_may_not_be(desk: Desk, office: Office) -> None:
    """It is told why, the old one stays, and no password is ever sent back in a page."""
    new = {"login": "b", "name": "B"}
    paths: list[tuple[str, dict[str, str]]] = [
        (f"/admin/users/{office.ids['els']}/password", {}),
        ("/admin/users/new", new),
    ]
    for (path, more), (password, again, sentence) in itertools.product(paths, REFUSED):
        status, page = await desk.post(path, password=password, again=again, role="agent", **more)
        assert status == 422
        assert sentence in page
        assert f'value="{password}"' not in page
    assert await office.users.verify("els", PASSWORD) is not None


async def test_who_saves_second_loses_nothing(desk: Desk, office: Office) -> None:
    """She reads what the first one made of it, beside what she typed; saving once more is her choice, and works."""
    els = office.ids["els"]
    hers = {**_typed((await desk.get(f"/admin/users/{els}"))[1]), "name": "Els Smit"}
    async with visitor() as client:
        other = await log_in(client, office, "zoe")
        theirs = {**_typed((await other.get(f"/admin/users/{els}"))[1]), "department": "Belastingen"}
        assert (await other.post(f"/admin/users/{els}", **theirs))[0] == 303
    status, page = await desk.post(f"/admin/users/{els}", **hers)
    assert status == 409
    assert "Iemand anders heeft deze gebruiker net gewijzigd" in page
    assert re.search(r'id="department-other">[^<]*<strong>Belastingen</strong>', page)
    again = _typed(page)
    assert again["name"] == "Els Smit"
    assert (await desk.post(f"/admin/users/{els}", **{**again, "department": "Belastingen"}))[0] == 303
    kept = await office.users.find("els")
    assert kept is not None
    assert (kept.name, kept.department) == ("Els Smit", "Belastingen")


async def test_nobody_locks_herself_out(desk: Desk, office: Office) -> None:
    """Her own page offers neither; who sends it all the same is refused, and stays logged in."""
    noor = office.ids["noor"]
    _, page = await desk.get(f"/admin/users/{noor}")
    assert f"/admin/users/{noor}/disable" not in page
    given = _typed(page)
    assert given["role"] == "admin"
    assert (await desk.post(f"/admin/users/{noor}", **{**given, "role": "agent"}))[0] == 422
    assert (await desk.post(f"/admin/users/{noor}/disable"))[0] == 422
    assert (await desk.get("/admin/users"))[0] == 200


@pytest.mark.parametrize("how", ["disable", "role", "password", "end-all"])
async def test_who_is_put_out_is_out_at_once(desk: Desk, office: Office, how: str) -> None:
    """Her session opens nothing any more and her seat is released before the answer is there."""
    els, seat = office.ids["els"], await office.logs_in()
    if how == "end-all":
        await desk.post("/admin/sessions/end-all", user=els)
    elif how == "role":
        given = _typed((await desk.get(f"/admin/users/{els}"))[1])
        await desk.post(f"/admin/users/{els}", **{**given, "role": "management"})
    else:
        await desk.post(f"/admin/users/{els}/{how}", password=OTHER, again=OTHER)
    assert office.seats.released.all == [seat]
    assert await office.sessions.load(KEY, 0.0) is None


async def test_the_list_is_searched_without_a_name_in_an_address(desk: Desk) -> None:
    """By what is said of somebody, all words of it; markup in a name is text."""
    status, page = await desk.get("/admin/users")
    assert (status, page.count("<tr role")) == (200, 6)
    assert "Willem &lt;b&gt;Smit&lt;/b&gt;" in page
    status, page = await desk.post("/admin/users", text="SMIT maria")
    assert (status, page.count("<tr role")) == (200, 2)
    assert "1 gevonden, van 5." in page
    _, page = await desk.post("/admin/users", text="<script>")
    assert "Niemand gevonden." in page
    assert "<script>" not in page.partition("</head>")[2]


async def test_a_phones_password_is_told_once(desk: Desk, office: Office) -> None:
    """In the answer and on no page after it; one that is somebody's cannot be removed."""
    status, page = await desk.post("/admin/users/phones", phone="leeg")
    secret = re.search(r'<code class="ic-admin-secret"[^>]*>([^<]+)</code>', page)
    assert status == 200
    assert secret is not None
    assert len(secret[1]) > 20
    _, page = await desk.get("/admin/users/phones")
    assert secret[1] not in page
    status, page = await desk.post("/admin/users/phones", phone="[fout]")
    assert status == 422
    assert "letters zonder accent" in page
    assert (await desk.post("/admin/users/phones/remove", phone="els"))[0] == 422
    assert (await desk.post("/admin/users/phones/remove", phone="leeg"))[0] == 303
    assert set(await office.phones.digests()) == {"els", "willem"}
    assert await office.told(AuditKind.PHONE_PASSWORD_SET) == ["leeg", "leeg removed"]
