"""The agent's phone does not take the call: it rejects, rings in vain, is gone, forwards, or is busy elsewhere."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from playwright.async_api import expect

from lab.people import AgentScreen
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Desk, Sit
from tests.live.scenes import NAME, anonymous, nothing_left, waiting


async def reads(screen: AgentScreen, words: str) -> None:
    """Her screen says that she gets no calls, and why."""
    await screen.state("unavailable")
    await expect(screen.page.locator("#sentence")).to_contain_text(words)


async def gone_off(desk: Desk) -> None:
    """Her phone's registration ends, and her screen says so."""
    await desk.phone.unregister()
    await reads(desk.screen, "niet aangemeld")


async def test_it_rejects(town: Town, sit: Sit) -> None:
    """Busy (486) or refused (603): the next phone rings, each agent is told, the caller hears music meanwhile."""
    first, second = await sit(0), await sit(1)
    call = await anonymous(town, line=1)
    ringing = await first.phone.rings(20)
    await ringing.reject(486)
    ringing = await second.phone.rings(20)
    await reads(first.screen, "U weigerde een gesprek")
    await ringing.reject(603)
    await reads(second.screen, "U weigerde een gesprek")
    await call.hears(Heard.MUSIC)
    assert first.phone.silent

    await first.screen.be_available()
    ringing = await first.phone.rings(20)
    await ringing.answer()
    await first.screen.anonymous()
    await call.hang_up()
    await first.screen.state("available")


async def test_it_is_not_answered(town: Town, wallet: Wallet, sit: Sit) -> None:
    """The next agent's rings, who sees the card; the first is set unavailable, told, and never saw anything."""
    first, second = await sit(0), await sit(1)
    page, call = await waiting(town, wallet, line=1)
    vain = await first.phone.rings(20)
    await first.screen.state("ringing")
    ringing = await second.phone.rings(20)
    await vain.disconnected.wait()
    await reads(first.screen, "U nam een gesprek niet op")
    await first.screen.blank()
    await ringing.answer()
    await second.screen.shows(NAME)
    shown, grant = await second.screen.granted()
    assert grant is not None
    assert not await first.screen.may_see(shown, grant)
    await call.hang_up()
    await second.screen.blank()
    await page.state("erased")
    await page.close()


async def test_it_loses_its_registration(town: Town, sit: Sit) -> None:
    """While idle: no call comes until the phone is back. While it rings: the next agent's phone rings."""
    first = await sit(0)
    await gone_off(first)
    call = await anonymous(town, line=1)
    await first.screen.state("unavailable")
    assert first.phone.silent
    await first.phone.register()
    ringing = await first.phone.rings(20)

    second = await sit(1)
    await first.phone.unregister()
    try:
        await ringing.disconnected.wait()
        ringing = await second.phone.rings(20)
        await reads(first.screen, "niet aangemeld")
        await ringing.answer()
        await second.screen.anonymous()
        await call.hang_up()
        await second.screen.state("available")
    finally:
        await first.phone.register()


async def test_it_forwards(town: Town, sit: Sit) -> None:
    """A 302 is a rejection: the target is not called, the agent is told, and the caller goes on waiting."""
    desk = await sit(0)
    target = town.lab.phone(town.agents[1].endpoint)
    await target.register()
    try:
        call = await anonymous(town, line=1)
        ringing = await desk.phone.rings(20)
        sip = town.lab.nodes[0].values.sip
        await ringing.redirect(f"sip:{target.user}@{sip.host}:{sip.port}")
        await ringing.disconnected.wait()
        await reads(desk.screen, "U weigerde een gesprek")
        await call.hears(Heard.MUSIC)
        assert target.silent
        await call.hang_up()
        await nothing_left(town)
        assert target.silent
    finally:
        await target.unregister()


@pytest_asyncio.fixture(loop_scope="session")
async def elsewhere(town: Town) -> AsyncIterator[str]:
    """A number that agents can dial for the test: something that goes on for a minute and is none of our calls."""
    node, number = town.lab.nodes[0], "2001"
    for priority, step in enumerate(("Answer", "Wait,60"), 1):
        await node.cli(f"dialplan add extension {number},{priority},{step} into irmacall-from-phones")
    yield number
    await node.cli(f"dialplan remove extension {number}@irmacall-from-phones")


async def test_it_has_a_call_that_is_not_ours(town: Town, sit: Sit, elsewhere: str) -> None:
    """She gets none of our calls until that is over, and her screen says why; then her phone rings at once."""
    desk = await sit(0)
    hers = await desk.phone.call(elsewhere)
    await hers.connected.wait()
    await reads(desk.screen, "bezet met een ander gesprek")
    call = await anonymous(town, line=1)
    await desk.screen.state("unavailable")
    assert desk.phone.silent

    await hers.hang_up()
    ringing = await desk.phone.rings(20)
    await ringing.answer()
    await desk.screen.anonymous()
    await call.hang_up()
    await desk.screen.state("available")
