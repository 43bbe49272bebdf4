"""What a citizen's page says of a callback, and of a call that goes on or is over without her data, in Chromium."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page, expect

from irmacall.core.ids import SubjectId
from irmacall.web.citizen_ports import PageToken
from tests.web.conftest import Public

CALLBACK = "Laat u zich terugbellen?"


@pytest.fixture
async def page(context: BrowserContext, public: Public) -> Page:
    """Her page, while she waits in a queue that offers no callback."""
    begun = await public.desk.begin(SubjectId("paspoort"))
    public.desk.become(begun.page, state="waiting", on_the_line=True)
    cookie = {"name": "__Host-irmacall-page", "value": begun.page, "url": public.origin, "secure": True}
    await context.add_cookies([cookie])  # type: ignore[list-item]
    page = await context.new_page()
    await page.goto(f"{public.origin}/bellen")
    return page


def _page(public: Public) -> PageToken:
    (page,) = public.desk.pages
    return page


async def test_who_can_be_called_back_reads_that_she_is_unknown_then(page: Page, public: Public) -> None:
    """While she waits in such a queue; not in another, and not once she talks."""
    await expect(page.locator("#live")).to_contain_text("U staat in de wachtrij")
    await expect(page.get_by_text(CALLBACK)).to_be_hidden()
    public.desk.become(_page(public), callback=True)
    await expect(page.get_by_text(CALLBACK)).to_have_text(
        "Laat u zich terugbellen? Dan weten wij niet meer wie u bent: wij vragen uw naam opnieuw."
    )
    await page.reload()
    await expect(page.get_by_text(CALLBACK)).to_be_visible()
    public.desk.become(_page(public), state="talking", seen=True, callback=False)
    await expect(page.locator("#live")).to_contain_text("U bent verbonden")
    await expect(page.get_by_text(CALLBACK)).to_be_hidden()


@pytest.mark.parametrize("reloaded", [False, True])
async def test_while_she_talks_the_page_says_whether_anybody_sees_her(
    page: Page, public: Public, reloaded: bool
) -> None:
    """Who has her on the line may be at no screen: then nobody does."""
    for seen, said, not_said in (
        (False, "U spreekt met een medewerker. Niemand ziet nu uw gegevens.", "ziet uw gegevens."),
        (True, "De medewerker die u spreekt, ziet nu uw gegevens.", "Niemand ziet"),
    ):
        public.desk.become(_page(public), state="talking", seen=seen)
        if reloaded:
            await page.reload()
        await expect(page.get_by_text(said)).to_be_visible()
        assert not_said not in await page.locator("#page").inner_text()


@pytest.mark.parametrize("reloaded", [False, True])
async def test_a_page_whose_data_are_erased_knows_whether_the_call_goes_on(
    page: Page, public: Public, reloaded: bool
) -> None:
    """Erased in mid-call, it goes on; after the call nobody asks whether it does; of a callback, what is asked."""
    for changed, said in (
        ({"on_the_line": True}, "Uw gesprek gaat gewoon door."),
        ({"on_the_line": False}, "Wij weten niet meer wie u bent."),
        ({"callback": True}, "U hebt gevraagd of wij u terugbellen."),
    ):
        public.desk.become(_page(public), **{"state": "erased", **changed})
        if reloaded:
            await page.reload()
        await expect(page.get_by_text(said)).to_be_visible()
        await expect(page.locator("#live")).to_contain_text("Uw gegevens zijn gewist.")
        assert "Belt u nog?" not in await page.content()
    del public.desk.pages[_page(public)]
    await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    await expect(page.get_by_text("U hebt gevraagd of wij u terugbellen.")).to_be_visible()
