"""What a citizen reads on her page while she calls and after: her place, who sees or saw her data, two words."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

import aiohttp
import pytest
from playwright.async_api import BrowserContext, Page, expect

from irmacall.core.ids import SubjectId
from irmacall.web import live
from irmacall.web.citizen_ports import CitizenView, LiveView, PageToken, SightView, SubjectView
from tests.web.conftest import Public, field
from tests.web.doubles import NUMBER

ZONE = "Europe/Amsterdam"
AT = datetime(2026, 3, 2, 10, 42, tzinfo=ZoneInfo(ZONE)).timestamp()
SUBJECT = SubjectView(SubjectId("paspoort"), "Paspoort", ("uw voorletters", "uw achternaam"), "Daarom.")
ELS = SightView("medewerker Publiekszaken", "Publiekszaken", AT)
MIA = SightView("teamleider Publiekszaken", "Publiekszaken", AT + 60, by_glass=True)


def _told(of: LiveView, expires_at: float | None = None) -> dict[str, object]:
    return live.told(CitizenView("talking", NUMBER, expires_at=expires_at, live=of), SUBJECT, ZONE, AT)


@pytest.mark.parametrize(
    ("position", "wait", "said"),
    [
        (None, None, ""),
        (None, 240.0, ""),
        (1, None, "U bent de eerste in de rij."),
        (2, 30.0, "Er is 1 wachtende voor u. Het duurt ongeveer 1 minuut."),
        (5, 230.0, "Er zijn 4 wachtenden voor u. Het duurt ongeveer 4 minuten."),
        (5, 660.0, "Er zijn 4 wachtenden voor u. Het duurt ongeveer 15 minuten."),
        (40, 1801.0, "Er zijn 39 wachtenden voor u. Het duurt langer dan een half uur."),
    ],
)
def test_her_place_and_her_wait_are_told_as_people_say_it(
    position: int | None, wait: float | None, said: str
) -> None:
    """With the figures that she hears on the telephone, and nothing of what nobody knows."""
    assert _told(LiveView(position=position, wait=wait))["place"] == said


@pytest.mark.parametrize(
    ("sight", "said"),
    [
        (ELS, "Een medewerker Publiekszaken, sinds 10:42."),
        (SightView("", "", AT), "Een medewerker, sinds 10:42."),
        (MIA, "Een leidinggevende van Publiekszaken kijkt mee, sinds 10:43. Dat duurt hoogstens een minuut."),
        (SightView("Burgerzaken", "", AT, AT + 300), "Een medewerker van Burgerzaken, van 10:42 tot 10:47."),
        (SightView("", "Belastingen", AT, AT + 5), "Een medewerker van Belastingen, om 10:42."),
        (replace(MIA, until=AT + 130), "Een leidinggevende van Publiekszaken (keek mee), van 10:43 tot 10:44."),
    ],
)
def test_who_sees_and_saw_her_data_is_told_by_what_that_one_does(sight: SightView, said: str) -> None:
    """A function, a department, or just somebody of the municipality; a time as the clock on the wall has it."""
    told = _told(LiveView(seers=(sight,), sights=(sight,)))
    assert told["seers" if sight.until is None else "sights"] == [said]


def test_who_still_may_see_her_data_is_told_of_once() -> None:
    """Not among those who saw them."""
    assert _told(LiveView(seers=(ELS,), sights=(ELS,)))["sights"] == []


def test_what_was_seen_are_the_names_of_what_she_shared() -> None:
    """Each once, also what she shared during the call; and nothing where nobody saw anything."""
    assert _told(LiveView(sights=(ELS,), more="uw geboortedatum"))["shared"] == (
        "Gezien is: uw voorletters, uw achternaam, uw geboortedatum."
    )
    assert _told(LiveView(more="uw geboortedatum"))["shared"] == ""
    gone = live.told(CitizenView("erased", NUMBER, live=LiveView(sights=(ELS,))), None, ZONE, AT)
    assert gone["shared"] == "", "the site has this subject no longer"


def test_the_time_that_is_left_is_told_in_minutes() -> None:
    """Rounded up: nobody is told that it is over while it is not."""
    assert _told(LiveView(), AT + 61)["left"] == "Dat is over 2 minuten."
    assert _told(LiveView(), AT + 5)["left"] == "Dat is over 1 minuut."
    assert _told(LiveView())["left"] == ""


@pytest.fixture
async def page(context: BrowserContext, public: Public) -> Page:
    """Her page, while she waits."""
    begun = await public.desk.begin(SubjectId("paspoort"))
    wait = LiveView(position=5, wait=230.0, words=("tulp", "fiets"))
    public.desk.become(
        begun.page, state="waiting", on_the_line=True, expires_at=time.time() + 3000, live=wait, callback=False
    )
    cookie = {"name": "__Host-irmacall-page", "value": begun.page, "url": public.origin, "secure": True}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    await page.goto(f"{public.origin}/bellen")
    return page


def _page(public: Public) -> PageToken:
    (page,) = public.desk.pages
    return page


async def test_the_page_follows_her_call_from_the_queue_to_the_hour_after_it(page: Page, public: Public) -> None:
    """Place and wait, then who sees her data and the two words, then what was seen: painted as it comes."""
    place, seers, seen = page.locator("#place"), page.locator("#seers li"), page.locator("#sights li")
    await expect(place).to_have_text("Er zijn 4 wachtenden voor u. Het duurt ongeveer 4 minuten.")
    await expect(page.locator("#left")).to_have_text("Dat is over 50 minuten.")
    await expect(page.locator("#word-staff")).to_have_text("tulp")
    await expect(page.locator("#word-citizen")).to_have_text("fiets")
    await expect(page.locator("#seen")).to_be_hidden()
    await expect(page.get_by_role("button", name="Klopt niet")).to_be_hidden()
    public.desk.become(_page(public), live=LiveView(position=1))
    await expect(place).to_have_text("U bent de eerste in de rij.")
    public.desk.become(_page(public), state="talking", seen=True, live=LiveView(seers=(ELS, MIA), sights=(ELS,)))
    await expect(place).to_be_hidden()
    await expect(seers).to_have_text(
        [
            "Een medewerker Publiekszaken, sinds 10:42.",
            "Een leidinggevende van Publiekszaken kijkt mee, sinds 10:43. Dat duurt hoogstens een minuut.",
        ]
    )
    await expect(page.get_by_role("button", name="Klopt niet")).to_be_visible()
    await expect(page.locator("#seen")).to_be_hidden()
    over = LiveView(sights=(SightView(ELS.function, "", AT, AT + 300),))
    public.desk.become(_page(public), state="erased", on_the_line=False, seen=False, live=over)
    await expect(seen).to_have_text(["Een medewerker Publiekszaken, van 10:42 tot 10:47."])
    await expect(page.locator("#shared")).to_have_text("Gezien is: uw voorletters, uw achternaam, uw geslacht.")
    del public.desk.pages[_page(public)]
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.locator("#seen")).to_be_hidden()
    await expect(page.locator("#live")).to_contain_text("Uw gegevens zijn gewist.")


async def test_nothing_of_who_saw_what_is_in_a_live_region(page: Page, public: Public) -> None:
    """A screen reader says how the call goes, and is not stopped for each minute."""
    public.desk.become(_page(public), state="talking", seen=True, live=LiveView(seers=(ELS,), sights=(ELS,)))
    await expect(page.locator("#seers li")).to_have_count(1)
    for name in ("place", "left", "seers", "sights", "word-staff", "word-citizen"):
        assert await page.locator(f"[role=status] #{name}, [role=alert] #{name}, [aria-live] #{name}").count() == 0


async def test_she_says_that_it_is_not_right(page: Page, public: Public) -> None:
    """By one press, or by the keyboard; the page says what happened, and that her call goes on."""
    public.desk.become(_page(public), state="talking", seen=True, live=LiveView(seers=(ELS,)))
    button = page.get_by_role("button", name="Klopt niet")
    await expect(button).to_be_visible()
    await button.focus()
    await page.keyboard.press("Enter")
    await expect(
        page.get_by_text("U zei dat er iets niet klopt. Daarom zijn uw gegevens meteen gewist.")
    ).to_be_visible()
    await expect(page.get_by_text("Uw gesprek gaat gewoon door.")).to_be_visible()
    assert public.desk.calls == ["doubt"]


async def test_the_page_needs_no_script_to_tell_it(client: aiohttp.ClientSession, public: Public) -> None:
    """It is there as the page comes; and only a form of ours can say that it is not right."""
    url = f"{public.origin}/onderwerp/paspoort/begin"
    async with client.post(url, json={}, headers={"Origin": public.origin}) as answer:
        assert answer.status == 200
    shown = LiveView(seers=(ELS,), sights=(ELS,), words=("tulp", "fiets"))
    public.desk.become(_page(public), state="talking", seen=True, live=shown)
    async with client.get(f"{public.origin}/bellen") as answer:
        text = await answer.text()
    for said in ("tulp", "fiets", "Een medewerker Publiekszaken, sinds 10:42.", "Gezien is: uw voorletters"):
        assert said in text
    doubt, headers = f"{public.origin}/bellen/klopt-niet", {"Origin": public.origin}
    for token, origin in (("wrong", public.origin), (field(text, "token"), "https://elsewhere.example")):
        async with client.post(doubt, data={"token": token}, headers={"Origin": origin}) as answer:
            assert answer.status == 403
    assert public.desk.calls == []
    given = {"token": field(text, "token")}
    async with client.post(doubt, data=given, headers=headers, allow_redirects=False) as answer:
        assert (answer.status, answer.headers["Location"]) == (303, "/bellen")
    assert public.desk.calls == ["doubt"]
