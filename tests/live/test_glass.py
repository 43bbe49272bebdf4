"""Break-glass on real parts: a team lead with a reason sees whom an agent has on the line, and both of them know."""

from __future__ import annotations

from playwright.async_api import expect

from lab.people import OfficePage
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import talking

WHY = "Dreigement aan de telefoon"
WRITTEN = "J. de Vries"


async def test_management_looks_for_a_reason_and_the_call_ends_it(town: Town, wallet: Wallet, sit: Sit) -> None:
    """From the wallboard to the card; the owner's screen and the citizen's page tell of it; the hang-up blanks it."""
    talk = await talking(town, wallet, sit)
    lead = await OfficePage.open(town, town.leader, "/wallboard")
    await lead.page.get_by_role("link", name="Gegevens bekijken").first.click()
    await lead.page.get_by_label("Waarom").fill(WHY)
    assert "Vries" not in await lead.page.content()
    await lead.page.get_by_role("button", name="Toon de gegevens").click()
    await expect(lead.page.locator("#card")).to_contain_text(WRITTEN)
    await expect(talk.desk.screen.page.locator("#onlooker")).to_contain_text(town.leader.name)
    await expect(talk.page.page.locator("#seers li")).to_have_count(2)
    await expect(talk.page.page.locator("#seers")).to_contain_text("kijkt mee")
    assert await talk.desk.screen.may_see(talk.call, talk.grant), "the owner has her card as before"

    await talk.line.hang_up()
    await expect(lead.page.locator("#card")).to_be_hidden()
    assert "Vries" not in await lead.page.content()
    await expect(talk.page.page.locator("#sights li")).to_have_count(2)
    await expect(talk.page.page.locator("#sights")).to_contain_text("(keek mee)")
    assert town.leader.name not in await talk.page.page.content()
    await talk.desk.screen.blank()
    await talk.page.close()
    await lead.close()
