"""A real CRM beside a real call: told by its webhook and by the line in its own page, by one reference, of nobody.

A municipality whose CRM has its key; a citizen with her app, two telephones, and one browser in which the agent has
both the telephone's screen and the CRM's page open.
"""

from __future__ import annotations

import json

from playwright.async_api import FrameLocator, Page, expect

from lab.crm import Crm, CrmPage, message, told
from lab.people import identified
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.exchange import operator
from tests.live.scenes import NAME, called

FAMILY = "Vries"
"""What the session's app discloses of her name."""


async def _opens(page: Page, crm: CrmPage) -> FrameLocator:
    """The agent opens the CRM beside her telephone: the line within its page."""
    await page.goto(crm.origin)
    frame = page.frame_locator("iframe")
    await expect(frame.get_by_role("status")).to_have_text("Beschikbaar")
    return frame


async def test_a_crm_hears_of_a_call_and_never_of_whom(
    town: Town, wallet: Wallet, sit: Sit, crm: Crm, crm_page: CrmPage
) -> None:
    """Each step once, to the webhook and to the page by the same reference, and the agent by her user's id alone."""
    desk = await sit(0)
    beside = await desk.screen.context.new_page()
    line = (await _opens(beside, crm_page)).get_by_role("status")
    before = len(crm.heard)

    page, code = await identified(town, wallet)
    caller = await called(town, line=1, code=code)
    ringing = await desk.phone.rings(20)
    await expect(line).to_have_text("Er komt een gesprek")
    await ringing.answer()
    await desk.screen.shows(NAME)
    await expect(line).to_have_text("In gesprek")
    call, _ = await desk.screen.granted()
    await caller.hang_up()
    await desk.screen.blank()

    heard = (await crm.hears(before + 3))[before:]
    [reference] = {each["call"] for each in heard}
    assert [each["event"] for each in heard] == ["ringing", "talking", "ended"]
    listed = (await operator(town, "user", "list")).splitlines()
    [hers] = [each for each in listed if each.startswith(desk.agent.login)]
    assert {each["agent"] for each in heard} == {hers.split()[-1]}
    assert await told(beside, 4) == [
        message("ended"),
        message("ringing", reference),
        message("talking", reference),
        message("ended", reference),
    ]
    everything = json.dumps([heard, await beside.evaluate("told"), await beside.frames[1].content()])
    for secret in (FAMILY, call, code):
        assert secret not in everything
    await page.state("erased")
    await page.close()
