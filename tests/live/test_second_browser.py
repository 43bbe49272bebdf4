"""She is logged in on two browsers: one of them is her seat, and it alone can get the card, at every instant."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect

from irmacall.store.audit import AuditKind, AuditLog
from lab.people import AgentScreen
from lab.town import Town
from lab.wallet import Wallet
from tests.live.asking import asking
from tests.live.conftest import Sit
from tests.live.scenes import talking


@pytest_asyncio.fixture(loop_scope="session")
async def second(town: Town) -> AsyncIterator[AgentScreen]:
    """The first agent's other browser, logged in too."""
    screen = await AgentScreen.open(town, town.agents[0])
    yield screen
    await screen.close()


async def test_only_the_seat_shows_the_card(town: Town, wallet: Wallet, sit: Sit, second: AgentScreen) -> None:
    """The second browser gets nothing until she claims there; from then on the first gets nothing any more."""
    talk = await talking(town, wallet, sit)
    first, colleague = talk.desk.screen, (await sit(1)).screen
    await expect(second.page.locator("#sentence")).to_contain_text("dan ziet u het gesprek hier")
    await second.blank()

    grants = range(talk.grant, talk.grant + 3)
    async with asking(talk.call, grants, first, second, colleague) as (of_first, of_second, of_colleague):
        await of_first.gets_it()
        assert not of_second.given
        await second.page.click("#available")
        await second.shows("mevrouw De Vries")
        await first.blank()
        await of_second.gets_it()
        await of_first.asks_again()

    assert not of_colleague.given
    assert max(began for began, _ in of_first.given) < min(ended for _, ended in of_second.given)
    call, grant = await second.granted()
    assert grant is not None
    assert (call, grant > talk.grant) == (talk.call, True)
    for screen in (first, colleague):
        assert not await screen.may_see(call, grant)
    assert not await second.may_see(talk.call, talk.grant)
    await talk.goes_on()
    assert await _lines_of(town, call) >= len(of_first.given) + len(of_second.given), "a card without its line"

    await first.page.click("#available")
    await talk.card_is_back()
    await second.blank()
    assert not await second.may_see(call, grant)
    await talk.over()


async def _lines_of(town: Town, call: str) -> int:
    """How many reveals of this call the audit log has."""
    audit = await AuditLog.open(town.data / "audit.sqlite")
    try:
        assert await audit.verify() is None
        return sum(line.kind is AuditKind.REVEAL and line.call == call for _, line in await audit.lines(limit=10**6))
    finally:
        await audit.close()
