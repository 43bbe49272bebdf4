"""What a citizen's page says once her line has ended, in Chromium: she may come back, with a new code, or wipe."""

from __future__ import annotations

import time

import pytest
from playwright.async_api import BrowserContext, Page, expect

from irmacall.core.ids import SubjectId
from irmacall.web.citizen_ports import PageToken
from tests.web.conftest import Public

ONCE_MORE = "Vraag een nieuwe code"
UNTIL = "Uw gegevens worden uiterlijk om"


@pytest.fixture
async def page(context: BrowserContext, public: Public) -> Page:
    """Her page, after she talked and was cut off."""
    begun = await public.desk.begin(SubjectId("paspoort"))
    public.desk.become(begun.page, state="talking", on_the_line=True, seen=True, expires_at=time.time() + 3000)
    cookie = {"name": "__Host-irmacall-page", "value": begun.page, "url": public.origin, "secure": True}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    await page.goto(f"{public.origin}/bellen")
    await expect(page.locator("#live")).to_contain_text("U bent verbonden")
    public.desk.become(_page(public), state="dropped", on_the_line=False, seen=False, expires_at=time.time() + 300)
    await expect(page.locator("#live")).to_have_text("U bent niet meer aan de lijn.", use_inner_text=True)
    return page


def _page(public: Public) -> PageToken:
    (page,) = public.desk.pages
    return page


@pytest.mark.parametrize("reloaded", [False, True])
async def test_who_is_cut_off_reads_that_her_data_are_kept_for_her_and_until_when(page: Page, reloaded: bool) -> None:
    """Nobody sees them now; there is one thing to press to come back, and one to wipe; no code stands there."""
    if reloaded:
        await page.reload()
    shown = page.locator("#page")
    await expect(shown.get_by_text("Niemand ziet uw gegevens nu. Wij bewaren ze nog even")).to_be_visible()
    await expect(shown.get_by_text(UNTIL)).to_be_visible()
    await expect(shown.get_by_role("button", name=ONCE_MORE)).to_have_count(1)
    await expect(shown.get_by_role("button", name="Wis mijn gegevens nu")).to_have_count(1)
    await expect(page.locator("#code")).to_be_hidden()
    await expect(page.locator("#tel")).to_be_hidden()


async def test_one_press_gives_her_a_code_and_the_link_that_dials(page: Page, public: Public) -> None:
    """The same card as before her first call; when the code has run out she can ask for another."""
    await page.get_by_role("button", name=ONCE_MORE).press("Enter")
    await expect(page.locator("#code")).to_have_text("987 654 3210")
    await expect(page.locator("#tel")).to_have_attribute("href", "tel:+31241234567,,9876543210")
    await expect(page.locator("#live")).to_have_text(
        "Uw nieuwe code is klaar. U kunt nu terugbellen.", use_inner_text=True
    )
    assert public.desk.calls == ["renew"]
    public.desk.become(_page(public), code=None, tel=None, code_expires_at=None)
    await expect(page.locator("#code")).to_be_hidden()
    await expect(page.get_by_role("button", name=ONCE_MORE)).to_be_visible()
    assert "9876543210" not in await page.content()


async def test_she_wipes_what_was_kept(page: Page, public: Public) -> None:
    """And reads that it is gone."""
    await page.get_by_role("button", name="Wis mijn gegevens nu").click()
    await expect(page.locator("#live")).to_contain_text("Uw gegevens zijn gewist.")
    assert public.desk.calls == ["erase"]


async def test_the_first_page_leads_her_back_to_it(page: Page, public: Public) -> None:
    """She went away to call about the same, or about something else."""
    await page.goto(f"{public.origin}/")
    await page.get_by_role("link", name="Naar uw code en uw gesprek").click()
    await expect(page.get_by_role("button", name=ONCE_MORE)).to_be_visible()
    await page.goto(f"{public.origin}/onderwerp/paspoort")
    assert page.url == f"{public.origin}/bellen"
