"""A real CRM beside a real call: told by its webhook and by the line in its own page, by one reference, of nobody.

A municipality whose CRM has its key; a citizen with her app, two telephones, and one browser in which the agent has
both the telephone's screen and the CRM's page open.
"""

from __future__ import annotations

import json

from playwright.async_api import Page, expect

from lab.crm import Crm
from lab.crm_page import CrmPage, message, told
from lab.people import PATIENCE_MS, identified
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.exchange import operator
from tests.live.scenes import NAME, called

FAMILY = "Vries"
"""What the session's app discloses of her name."""
LINE = "citizen1"
"""What her telephone calls by."""


class Line:
    """The telephone's line in the CRM's page, and all that has stood in it."""

    def __init__(self, page: Page) -> None:
        self._page = page
        self.seen: list[str] = []

    async def says(self, words: str) -> None:
        """Wait until it says so, and keep what else is in the frame then."""
        line = self._page.frame_locator("iframe").get_by_role("status")
        await expect(line).to_have_text(words, timeout=PATIENCE_MS)
        self.seen.append(await self._page.frames[1].content())


async def test_a_crm_hears_of_a_call_and_never_of_whom(
    town: Town, wallet: Wallet, sit: Sit, crm: Crm, crm_page: CrmPage
) -> None:
    """Each step, to the webhook and to the page by the same reference, and the agent by her user's id alone."""
    desk = await sit(0)
    beside = await desk.screen.context.new_page()
    await beside.goto(crm_page.origin)
    line = Line(beside)
    await line.says("Beschikbaar")
    before = len(crm.heard)

    page, code = await identified(town, wallet)
    caller = await called(town, line=1, code=code)
    ringing = await desk.phone.rings(20)
    await line.says("Er komt een gesprek")
    await ringing.answer()
    await desk.screen.shows(NAME)
    await line.says("In gesprek")
    call, _ = await desk.screen.granted()
    await caller.hang_up()
    await desk.screen.blank()
    await crm.hears(before + 3)
    await told(beside, 4)
    await page.state("erased")

    heard = {each["id"]: each for each in crm.heard[before:]}.values()  # it may be told twice (docs/crm.md)
    [reference] = {each["call"] for each in heard}
    assert [each["event"] for each in heard] == ["ringing", "talking", "ended"]
    listed = (await operator(town, "user", "list")).splitlines()
    [hers] = [each for each in listed if each.startswith(desk.agent.login)]
    assert {each["agent"] for each in heard} == {hers.split()[-1]}

    messages = await told(beside, 4)
    steps = [each for at, each in enumerate(messages) if each not in messages[:at]]  # anew after it heard nothing
    assert [each for each in steps if each["event"] != "offline"] == [
        message("ended"),
        message("ringing", reference),
        message("talking", reference),
        message("ended", reference),
    ]
    everything = [*line.seen, json.dumps(messages), *(body.decode() for body in crm.bodies)]
    for secret in (FAMILY, LINE, call, code):
        assert secret not in "".join(everything)
    await page.close()
