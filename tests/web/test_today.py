"""What somebody with a phone did today: told on her page where nobody is on the line, without names."""

from __future__ import annotations

import aiohttp
import pytest
from playwright.async_api import BrowserContext, Page, expect

from irmacall.web.today import DayView, DoneView, told
from tests.web.conftest import Staff, available, log_in
from tests.web.doubles import card

DAY = DayView(
    2, 236.0, [DoneView("10:42", "Burgerzaken", "Paspoort", 192.0), DoneView("10:31", "Afval", None, 44.0, True)]
)


@pytest.mark.parametrize(
    ("day", "sentence"),
    [
        (DayView(0, 0.0), "U nam vandaag nog geen gesprek op."),
        (DayView(1, 61.0), "1 gesprek, samen 1 minuut."),
        (DayView(12, 1900.0), "12 gesprekken, samen 32 minuten."),
        (DayView(60, 3 * 3600.0 + 125), "60 gesprekken, samen 3 uur en 2 min."),
    ],
)
def test_a_day_in_a_sentence(day: DayView, sentence: str) -> None:
    """How many calls, and how long they were together."""
    assert told(day) == sentence


async def test_her_day_is_on_her_page(context: BrowserContext, staff: Staff) -> None:
    """And a call more as soon as it is over."""
    staff.day.day = DAY
    async with available(context, staff, "anna") as page:
        await expect(page.locator("#today-told")).to_have_text("2 gesprekken, samen 4 minuten.")
        rows = page.locator("#today-calls tr")
        await expect(rows).to_have_count(2)
        await expect(rows.first).to_have_text("10:42Burgerzaken · Paspoort3:12")
        await expect(rows.last).to_have_text("10:31Afval · Teruggebeld0:44")
        staff.desk.grant(staff.desk.only, card(1))
        await expect(page.locator("#card")).to_be_visible()
        await expect(page.locator("#today")).to_be_hidden()
        staff.day.day = DayView(3, 300.0, [DoneView("10:50", "Afval", None, 64.0), *DAY.calls])
        staff.desk.withdraw(staff.desk.only)
        await expect(rows).to_have_count(3, timeout=10_000)


async def test_whom_an_official_passed_a_caller_on_to_is_in_her_day(context: BrowserContext, staff: Staff) -> None:
    """She answered none of them first; names of colleagues are told, as text and nothing else."""
    passed = DoneView("10:42", "Burgerzaken", "Paspoort", 192.0, passed_on_to=("Karim <b>Haddad</b>", "Ina de Wit"))
    staff.day.day = DayView(2, 236.0, [passed, DoneView("10:31", "Afval", None, 44.0)])
    async with available(context, staff, "willem") as page:
        rows = page.locator("#today-calls tr")
        told = "Burgerzaken · Paspoort · doorverbonden met Karim <b>Haddad</b>, Ina de Wit"
        await expect(rows.first.locator("td").first).to_have_text(told)
        await expect(rows.last.locator("td").first).to_have_text("Afval · zonder code")


async def test_records_that_are_away_are_no_alarm(screen: Page, client: aiohttp.ClientSession, staff: Staff) -> None:
    """Her page goes on without the list."""
    staff.day.away = True
    await screen.reload()
    await expect(screen.locator("#headline")).to_have_text("Beschikbaar")
    await expect(screen.locator("#today")).to_be_hidden()
    await expect(screen.get_by_role("alert")).to_have_text("")
    await log_in(client, staff)
    async with client.get(f"{staff.origin}/today") as answer:
        assert answer.status == 503
