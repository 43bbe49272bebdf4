"""Management's routes: for whom they are, what they answer, and what they do."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import aiohttp
import pytest

from irmacall.core.figures import Figures
from irmacall.core.ids import CallId, SoundName, UserId
from irmacall.core.wallboard import Doing
from irmacall.settings.sounds import MESSAGES
from irmacall.web.management import words
from irmacall.web.management.ports import EmergencyLine, EmergencyWish
from irmacall.web.routes import MANAGING
from irmacall.web.staff import TABLE
from tests.web.conftest import field, log_in, visitor
from tests.web.management.conftest import Lead
from tests.web.management.doubles import AT, GENERAL, agent, busy, quiet

ROUTES = (
    ("GET", "/wallboard"),
    ("GET", "/wallboard/state"),
    ("GET", "/wallboard/agent?user=u12"),
    ("POST", "/wallboard/pause"),
    ("POST", "/wallboard/logout"),
    ("GET", "/wallboard/emergency"),
    ("POST", "/wallboard/emergency"),
    ("POST", "/wallboard/emergency/end"),
    ("GET", "/reports"),
    ("GET", "/reports/file"),
)
MARIA = UserId("u3")


def test_every_route_of_management_is_tried_here(lead: Lead) -> None:
    """None of this part is left out of the matrix, and each is for management alone."""
    table = lead.staff.runner.app[TABLE].routes
    mine = {way: roles for way, roles in table.items() if re.match("/(wallboard|reports)", way[1])}
    assert mine.keys() == {(method, path.partition("?")[0]) for method, path in ROUTES}
    assert set(mine.values()) == {MANAGING}


@pytest.mark.parametrize("login", [None, "anna", "willem", "noor"])
async def test_nobody_else_gets_a_byte(client: aiohttp.ClientSession, lead: Lead, login: str | None) -> None:
    """Without a login, and as an agent, an official or an administrator, nothing is shown and nothing done."""
    if login is not None:
        await log_in(client, lead.staff, login)
    for method, path in ROUTES:
        headers = {"Origin": lead.origin}
        form = {"data": {"user": "u12", "reason": "Overleg", "token": "x"}} if method == "POST" else {}
        request = client.request(method, lead.origin + path, headers=headers, allow_redirects=False, **form)  # type: ignore[arg-type]
        async with request as answer:
            assert answer.status == (401 if login is None else 403), path
            assert "Bo Jansen" not in await answer.text()
    assert lead.desk.done == []


async def _state(client: aiohttp.ClientSession, lead: Lead) -> dict[str, object]:
    async with client.get(f"{lead.origin}/wallboard/state") as answer:
        assert answer.status == 200
        found = await answer.json()
    assert isinstance(found, dict)
    return found


async def test_the_board_is_told_in_figures_and_words(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """Each queue with its state against its own aim, each agent with what she does, callbacks without numbers."""
    seen = json.loads(json.dumps(await _state(maria, lead)))
    general, passports, waste = seen["queues"]
    assert (general["wait_state"], general["level"], general["level_state"]) == ("late", "74%", "late")
    assert (passports["wait_state"], passports["level"], passports["level_state"]) == ("good", "100%", "good")
    assert (passports["aim"], waste["level"], waste["there_state"]) == ("70% binnen 30 s", "–", "late")
    assert [each["told"] for each in seen["agents"]][:3] == ["In gesprek – Burgerzaken", "Vrij", "Pauze – Overleg"]
    assert (seen["agents"][2]["note"], seen["agents"][3]["note"]) == ("door Maria Smit", "hierna pauze")
    assert seen["tiles"]["waiting"] == "6"
    assert seen["nodes"] == "pbx2 overbelast"
    assert [row["when"] for row in seen["callbacks"]["rows"]] == ["wordt gebeld", "over", "nu"]
    assert (seen["emergency"], seen["stale"]) == ("", "")


async def test_the_tiles_add_up_and_say_that_nobody_is_there(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """Of 4 offered 3 were answered and 1 asked to be called back; nobody logged in is a state and a word."""
    lead.desk.seen = replace(quiet(), today=Figures(answered_in_time=3, callbacks=1))
    tiles = json.loads(json.dumps(await _state(maria, lead)))["tiles"]
    assert (tiles["answered"], tiles["offered"], tiles["others"]) == ("3", "4", "1 terugbelverzoek")
    assert (tiles["there"], tiles["there_state"], tiles["aim"]) == (
        "niemand aanwezig",
        "late",
        "doel 80% binnen 20 s",
    )
    lead.desk.seen = busy()
    tiles = json.loads(json.dumps(await _state(maria, lead)))["tiles"]
    assert (tiles["others"], tiles["there_state"]) == ("4 terugbelverzoeken, 1 anders", "")


async def test_an_aim_that_was_just_missed_does_not_look_reached(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """Of 1000 calls, 799 in time is 79 %, and under an aim of 80 %."""
    [queue, *_] = busy().queues
    assert queue.today is not None
    just_missed = replace(queue.today, answered_in_time=799, answered_late=201, abandoned_late=0)
    lead.desk.seen = replace(busy(), queues=(replace(queue, today=just_missed),))
    [shown] = json.loads(json.dumps(await _state(maria, lead)))["queues"]
    assert (shown["level"], shown["level_state"]) == ("79%", "late")


async def test_figures_that_are_old_or_missing_say_so(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """The desk itself is shown all the same."""
    lead.desk.seen = replace(busy(), counted_at=AT - 600)
    assert "van 10:32" in str((await _state(maria, lead))["stale"])
    queues = tuple(replace(queue, today=None) for queue in busy().queues)
    lead.desk.seen = replace(busy(), counted_at=None, today=None, queues=queues, quarters=())
    seen = json.loads(json.dumps(await _state(maria, lead)))
    assert "zijn er nu niet" in seen["stale"]
    assert (seen["tiles"]["waiting"], seen["tiles"]["level"], seen["queues"][0]["waiting"]) == ("6", "–", "3")


async def test_glass_is_linked_to_only_where_it_can_be_broken(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """At the row of who has somebody on the line who is known, if the desk allows it."""
    rows = json.loads(json.dumps(await _state(maria, lead)))["agents"]
    assert {row["glass"] for row in rows} == {None}
    first, *others = busy().agents
    lead.desk.seen = replace(busy(), agents=(replace(first, glass=CallId("pbx1-17.1")), *others))
    rows = json.loads(json.dumps(await _state(maria, lead)))["agents"]
    assert [row["glass"] for row in rows][:2] == [f"/glass?user={first.user}", None]


async def test_on_a_standby_the_board_cannot_be_had(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """The page's script is told so, and shows that it is not live."""
    lead.desk.away = True
    async with maria.get(f"{lead.origin}/wallboard/state") as answer:
        assert answer.status == 503


# -- acts ----------------------------------------------------------------------------------------------------


async def _post(client: aiohttp.ClientSession, lead: Lead, path: str, **fields: str) -> tuple[int, str, str]:
    """Status, where it leads, and the page."""
    async with client.get(f"{lead.origin}/wallboard/emergency") as page:
        token = field(await page.text(), "token")
    headers = {"Origin": lead.origin}
    sent = {"token": token, **fields}
    async with client.post(lead.origin + path, data=sent, headers=headers, allow_redirects=False) as answer:
        return answer.status, answer.headers.get("Location", ""), await answer.text()


async def test_an_agent_is_paused_for_a_reason_of_the_site(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """By who is logged in, whatever the form says; another reason is refused, and who has left is told."""
    told = await _post(maria, lead, "/wallboard/pause", user="u12", reason="Overleg", by="u7")
    assert told[:2] == (303, "/wallboard?told=paused")
    assert lead.desk.done == [("pause", "u12", "Overleg", MARIA)]
    assert (await _post(maria, lead, "/wallboard/pause", user="u12", reason="zomaar"))[0] == 400
    assert (await _post(maria, lead, "/wallboard/pause", user="u99", reason="Overleg"))[1].endswith("told=gone")
    async with maria.get(f"{lead.origin}/wallboard?told=paused") as page:
        assert "De medewerker staat op pauze." in await page.text()


async def test_nobody_is_logged_out_in_a_call(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """The page has no button for it, and says when it can; one that was drawn before the call is refused."""
    async with maria.get(f"{lead.origin}/wallboard/agent?user=u11") as page:
        text = await page.text()
    assert "/wallboard/logout" not in text
    assert "Afmelden kan na het gesprek" in text
    status, _, text = await _post(maria, lead, "/wallboard/logout", user="u11")
    assert (status, lead.desk.done) == (409, [])
    assert "Afmelden kan na het gesprek" in text
    assert (await _post(maria, lead, "/wallboard/logout", user="u12"))[1] == "/wallboard?told=logged-out"
    assert lead.desk.done == [("log out", "u12", MARIA)]


async def test_who_was_logged_out_reads_by_whom(lead: Lead) -> None:
    """On the login page, in the browser whose login it was; in another one nothing is said."""
    accounts = lead.staff.accounts
    async with visitor() as client, visitor() as another:
        await log_in(client, lead.staff, "anna")
        [key] = accounts.sessions
        accounts.farewells[key] = "Maria <b>Smit"
        del accounts.sessions[key]
        async with client.get(f"{lead.origin}/login") as page:
            assert "Maria &lt;b&gt;Smit heeft u afgemeld." in await page.text()
        async with another.get(f"{lead.origin}/login") as page:
            assert "afgemeld" not in await page.text()


@pytest.mark.parametrize("path", [path for method, path in ROUTES if method == "POST"])
async def test_no_act_without_its_token(maria: aiohttp.ClientSession, lead: Lead, path: str) -> None:
    """A form of another site, or of another login, does nothing."""
    for headers in ({"Origin": lead.origin}, {"Origin": "https://elders.example"}):
        async with maria.post(lead.origin + path, data={"token": "x", "user": "u12"}, headers=headers) as answer:
            assert answer.status == 403
    assert lead.desk.done == []


WISH = {"to": f"queue:{GENERAL}", "minutes": "45", "reason": "brand in het stadhuis"}


async def test_the_emergency_switch_asks_once_more(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """First it says what would happen; only then it is thrown. Then it can be ended, once."""
    status, _, text = await _post(maria, lead, "/wallboard/emergency", **WISH)
    assert (status, lead.desk.done) == (200, [])
    assert "wachtrij Algemeen. Dat duurt 45 minuten" in text
    told = await _post(maria, lead, "/wallboard/emergency", **WISH, sure="yes")
    assert told[:2] == (303, "/wallboard?told=thrown")
    assert lead.desk.done == [("throw", EmergencyWish(GENERAL, None, 45, WISH["reason"]), MARIA, "Maria Smit")]
    assert "wachtrij Algemeen" in str((await _state(maria, lead))["emergency"])
    assert (await _post(maria, lead, "/wallboard/emergency/end"))[1] == "/wallboard?told=ended"
    assert (await _post(maria, lead, "/wallboard/emergency/end"))[1] == "/wallboard?told=was-off"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"to": ""}, "Kies waar iedereen heen gaat."),
        ({"to": "queue:nergens"}, "Kies waar iedereen heen gaat."),
        ({"to": "message:number-7"}, "Kies waar iedereen heen gaat."),
        ({"minutes": "0"}, "1 tot en met 1440"),
        ({"minutes": "1441"}, "1 tot en met 1440"),
        ({"minutes": "een uur"}, "1 tot en met 1440"),
        ({"minutes": "٣٠"}, "1 tot en met 1440"),
        ({"reason": " "}, "Vul in waarom."),
        ({"reason": "x" * 201}, "ten hoogste 200 tekens"),
        ({"reason": "twee\nregels"}, "ten hoogste 200 tekens"),
    ],
)
async def test_what_is_filled_in_wrongly_is_told_beside_its_field(
    maria: aiohttp.ClientSession, lead: Lead, change: dict[str, str], told: str
) -> None:
    """The rest of what was filled in is still there, and nothing is thrown, sure or not."""
    status, _, text = await _post(maria, lead, "/wallboard/emergency", **{**WISH, **change}, sure="yes")
    assert (status, lead.desk.done) == (422, [])
    assert told in text
    [name] = change
    assert f'aria-describedby="{name}-fault"' in text


async def test_a_message_that_nobody_would_hear_is_not_thrown(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """The page says what to do."""
    lead.desk.silent = True
    wish = {**WISH, "to": "message:emergency"}
    status, _, text = await _post(maria, lead, "/wallboard/emergency", **wish, sure="yes")
    assert (status, lead.desk.done) == (422, [])
    assert "Kies een wachtrij" in text
    lead.desk.silent = False
    await _post(maria, lead, "/wallboard/emergency", **wish, sure="yes")
    assert lead.desk.done[0][1] == EmergencyWish(None, SoundName("emergency"), 45, WISH["reason"])


async def test_every_message_that_is_shipped_has_words(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """No id is read on the form; queues stand under one heading and messages under the other."""
    assert words.MESSAGES.keys() == MESSAGES
    async with maria.get(f"{lead.origin}/wallboard/emergency") as page:
        text = await page.text()
    queues, messages = re.findall("<optgroup.*?</optgroup>", text, re.DOTALL)
    assert ">Burgerzaken</option>" in queues
    for told in ("De wachtrij is vol", "Nu niemand die kan helpen"):
        assert f">{told}</option>" in messages


# -- nothing of anybody --------------------------------------------------------------------------------------


async def test_what_people_are_called_is_text(maria: aiohttp.ClientSession, lead: Lead) -> None:
    """A name or a reason with markup in it is shown as it is written, wherever it stands."""
    name, reason = "<img src=x onerror=alert(1)>", "<b>Overleg</b>"
    odd = agent(21, name, Doing.PAUSED, reason=reason, paused_by=name)
    lead.desk.seen = replace(quiet(), agents=(odd,), emergency=EmergencyLine(name, True, AT))
    for path in ("/wallboard", "/wallboard/agent?user=u21", "/wallboard/emergency"):
        async with maria.get(lead.origin + path) as page:
            text = await page.text()
        assert "<img src=x" not in text
        assert "<b>Overleg" not in text


async def test_english_is_asked_for_as_everywhere(lead: Lead) -> None:
    """The pages say in which language they are."""
    async with visitor() as client:
        client.headers["Accept-Language"] = "en"
        await log_in(client, lead.staff, "maria")
        for path in ("/wallboard", "/reports"):
            async with client.get(lead.origin + path) as page:
                assert '<html lang="en"' in await page.text()
