"""The administrator's pages of what runs, over real files: sessions, the site in force, the audit log, servers."""

from __future__ import annotations

import re
from typing import get_args

from irmacall.core import events, pairing_events, sight_events, transfer_events
from irmacall.core.events import LegAnswered, LegEntered, PhoneCalled, PhoneRegistered, SeatClaimed
from irmacall.core.ids import GroupId, leg_channel
from irmacall.service import reveal
from irmacall.store.audit import AuditKind, AuditLine
from irmacall.store.sessions import session_hash
from irmacall.web.admin import words
from irmacall.web.admin.ports import Problem, ProblemKind
from irmacall.web.sessions import COOKIE
from tests.core.leader import NEAR
from tests.core.plays import ELS, code, phone_of, seat_of
from tests.service.site import NEW_QUEUE
from tests.web.admin.office import CALL, KEY, Desk, Office

# -- sessions ----------------------------------------------------------------------------------------------


async def test_sessions_are_shown_without_what_opens_them(desk: Desk, office: Office) -> None:
    """Who, in which role, since when; never a key. One is ended by its handle, of its own user alone."""
    seat = await office.logs_in()
    _, page = await desk.get("/admin/sessions")
    assert "Els de Boer" in page
    assert "dit bent u, hier" in page
    assert KEY not in page
    els, handle = office.ids["els"], session_hash(KEY)[:16]
    assert handle in page
    assert session_hash(KEY) not in page
    wrong = await desk.post("/admin/sessions/end", user=office.ids["noor"], handle=handle)
    assert wrong == (303, "/admin/sessions?done=none-ended")
    assert await desk.post("/admin/sessions/end", user=els, handle=handle) == (303, "/admin/sessions?done=ended")
    assert office.seats.released.all == [seat]
    assert await office.told(AuditKind.SESSIONS_ENDED) == ["els: one"]


async def test_who_ends_her_own_session_is_out(desk: Desk, office: Office) -> None:
    """What she does next asks her to log in."""
    own = session_hash(next(each.value for each in desk.client.cookie_jar if each.key == COOKIE))[:16]
    await desk.post("/admin/sessions/end", user=office.ids["noor"], handle=own)
    assert (await desk.get("/admin/users"))[0] == 303
    status, page = await desk.post("/admin/users", text="")
    assert status == 401
    assert "niet meer aangemeld" in page


# -- the site ----------------------------------------------------------------------------------------------


async def test_the_site_is_shown_with_its_sources(desk: Desk) -> None:
    """Each table with its name in the file, in words; and that other things are ruled elsewhere."""
    status, page = await desk.get("/admin/site")
    assert status == 200
    for text in ("[[desk.queue]]", "burgerzaken", "wrap_up", "30 seconden", "wachtrij algemeen", "Burgerzaken"):
        assert text in page
    assert "Wat nu geldt, is gelijk aan het bestand." in page
    assert "irmacall reload --site" in page
    assert "altijd open" not in page


async def test_a_changed_file_is_told_and_taken(desk: Desk, office: Office) -> None:
    """Before it is taken, after it was, and where it is wrong."""
    office.daemon.sample.add(NEW_QUEUE.replace('"parkeren"\n', '"parkeren"\n', 1))
    office.daemon.sample.change(
        'queues = ["algemeen", "burgerzaken"]', 'queues = ["algemeen", "burgerzaken", "parkeren"]'
    )
    _, page = await desk.get("/admin/site")
    assert "is gewijzigd en geldt nog niet" in page
    status, page = await desk.post("/admin/site/reload")
    assert status == 200
    assert "nieuwe gesprekken gaan volgens het bestand" in page
    assert "Parkeren" in page
    office.daemon.sample.change('default_queue = "algemeen"', 'default_queue = "algemene"')
    status, page = await desk.post("/admin/site/reload")
    assert status == 422
    assert "desk[1].default_queue" in page
    assert "Alles blijft zoals het was" in page
    assert "algemene" in (await desk.get("/admin/site"))[1]


# -- the audit log -----------------------------------------------------------------------------------------


async def test_the_audit_log_is_searched(desk: Desk, office: Office) -> None:
    """By kind, by who, by call, by time; nothing of it is in an address."""
    _, page = await desk.get("/admin/audit")
    assert "Mag gegevens zien" in page
    assert 'Met wachtwoord <small class="ic-quiet" lang="en">password</small>' in page
    _, page = await desk.post("/admin/audit", kind="granted")
    assert page.count("<tr role") == 2
    assert CALL in page
    _, page = await desk.post("/admin/audit", login="Els", until="2023-11-14T23:14")
    assert page.count("<tr role") == 2
    assert "Els de Boer" in page
    _, page = await desk.post("/admin/audit", login="niemand")
    assert "geen gebruiker met deze inlognaam" in page
    _, page = await desk.post("/admin/audit", text="<b>x")
    assert "Niets gevonden." in page
    assert "<b>x" not in page
    assert "kind: granted" in await office.told(AuditKind.AUDIT_READ)


async def test_older_lines_are_a_page_further(desk: Desk, office: Office) -> None:
    """With the same question, by a number that the page itself knows."""
    for number in range(60):
        await office.log.append(AuditLine(1_700_000_200.0 + number, AuditKind.CODE_WRONG, why=f"try {number}"))
    _, page = await desk.post("/admin/audit", kind="code_wrong")
    older = re.search(r'name="before" value="(\d+)"', page)
    assert older is not None
    assert page.count("<tr role") == 51
    _, page = await desk.post("/admin/audit", kind="code_wrong", before=older[1])
    assert page.count("<tr role") == 11
    assert "try 0" in page
    assert 'name="before"' not in page


async def test_the_chain_is_verified_on_request(desk: Desk, office: Office) -> None:
    """The head to note elsewhere; and a log that somebody was at is told loudly."""
    _, page = await desk.post("/admin/audit/verify")
    assert re.search(r"\d+:[0-9a-f]{64}", page)
    database = office.log._database

    def spoil(db: object) -> None:
        db.execute("DROP TRIGGER audit_is_not_changed")  # type: ignore[attr-defined]
        db.execute("UPDATE audit SET line = replace(line, 'password', 'passw0rd') WHERE seq = 2")  # type: ignore[attr-defined]

    await database.run(spoil)
    _, page = await desk.post("/admin/audit/verify")
    assert "Regel 2 staat er niet zoals hij geschreven is" in page
    assert 'role="alert"' in page


# -- servers -----------------------------------------------------------------------------------------------


async def test_the_servers_are_told_in_words_and_again_as_text(desk: Desk, office: Office) -> None:
    """The page and what it fetches by itself say the same; a fetch keeps nobody logged in."""
    _, page = await desk.get("/admin/nodes")
    assert "Leidt de centrale" in page
    assert "pbx1" in page
    assert "22.11.0" in page
    async with desk.client.get(f"{desk.origin}/admin/nodes/now", headers={"Sec-Fetch-Mode": "cors"}) as answer:
        told = await answer.json()
    assert told["peer.yivi.state"] == "well"
    assert set(re.findall(r'data-place="([^"]+)"', page)) <= set(told)


async def test_no_page_has_anything_of_a_caller(desk: Desk, office: Office) -> None:
    """With callers who wait and talk, identified: no name, no number, no code on any page of an administrator."""
    house = office.daemon.house
    await house.discloses()
    groups = frozenset({GroupId("balie")})
    await house.happens(
        PhoneRegistered(NEAR, phone_of(ELS), online=True), SeatClaimed(ELS, seat_of(ELS), phone_of(ELS), groups)
    )
    call = await house.calls()
    leg = leg_channel(call, 1)
    await house.happens(PhoneCalled(NEAR, phone_of(ELS), leg), LegEntered(NEAR, leg), LegAnswered(NEAR, leg))
    await house.joins(call)
    assert house.term.desk.calls[call].granted is not None
    canaries = ("Vries", code(1), call, house.term.desk.calls[call].sealed or "", seat_of(ELS))
    assert all(canaries)
    for path in ("users", "users/phones", "sessions", "site", "audit", "nodes", "nodes/now"):
        status, page = await desk.get(f"/admin/{path}")
        assert status == 200
        assert not [canary for canary in canaries if canary in page], path
    assert "1 in gesprek" in (await desk.get("/admin/nodes"))[1]


def test_every_kind_of_line_has_a_name() -> None:
    """One that is new is given its name in `web/admin/words.py`, or it is shown as the file has it."""
    assert set(AuditKind) - words.KINDS.keys() == set()


def test_what_the_door_writes_has_words() -> None:
    """Each fixed phrase of the door is told in Dutch, each event is the core's, and nothing is guessed."""
    fixed = [reveal.NO_CALL, reveal.ON_THE_LINE, reveal.BROKE_THE_GLASS, *(told for _, told in reveal.NOT_SHOWN)]
    fixed += [reveal._OWNER.forbids, reveal._ONLOOKER.forbids, f"{reveal.ON_THE_LINE}; a note alone"]
    assert not [why for why in fixed if not words.reason(why)]
    named = {why for why in words.REASONS if re.fullmatch("([A-Z][a-z]+)+", why)}
    there = {name for module in (events, pairing_events, sight_events, transfer_events) for name in vars(module)}
    assert named
    assert named <= there
    assert words.reason("HangUpBegan (3 times more since the last line of this)") == "Iemand hing op (nog 3 keer)"
    assert words.reason("els: from the wallboard") == ""


def test_every_problem_has_a_sentence() -> None:
    """Whatever the books find wrong, somebody reads what to do."""
    for kind in get_args(ProblemKind):
        assert words.problem(Problem("", kind, "els"))
