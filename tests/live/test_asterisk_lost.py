"""Asterisk is not heard of, or gone: its cards go until it has confirmed them, and calls that are gone are closed."""

from __future__ import annotations

from lab.lab import Lab
from lab.people import identified
from lab.relay import Relay
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import NAME, called, talking, waiting


async def test_the_event_socket_drops(town: Town, wallet: Wallet, sit: Sit, cable: Relay) -> None:
    """Cut off from Asterisk, the card goes and the call does not; with the cable it is back, under a new grant."""
    talk = await talking(town, wallet, sit)
    page, line = await waiting(town, wallet, line=2)
    cable.refuse()
    cable.cut()
    try:
        await talk.desk.screen.blank()
        assert not await talk.desk.screen.may_see(talk.call, talk.grant)
        assert await talk.desk.screen.talks_with() == (talk.call, None)
        await talk.goes_on()
        await line.hears(Heard.MUSIC)
    finally:
        cable.refuse(refused=False)
    await talk.card_is_back()
    await page.state("waiting")
    cable.cut()  # So short that only the grant's number tells.
    await talk.card_is_back()
    await talk.over()
    await (await talk.desk.phone.rings(20)).answer()
    await talk.desk.screen.shows(NAME)
    await line.hang_up()
    await page.state("erased")
    await page.close()


async def test_the_event_socket_falls_silent(town: Town, wallet: Wallet, sit: Sit, cable: Relay) -> None:
    """Nothing is closed, nothing comes: what is not heard of is not shown. Who left meanwhile is not shown again."""
    talk = await talking(town, wallet, sit)
    cable.freeze()
    try:
        await talk.desk.screen.blank()
        assert not await talk.desk.screen.may_see(talk.call, talk.grant)
        await talk.goes_on()
        await talk.line.hang_up()
        await talk.line.disconnected.wait()
    finally:
        cable.thaw()
    await talk.phone.disconnected.wait()
    await talk.page.state("erased")
    await talk.desk.screen.state("available")
    await talk.desk.screen.blank()
    await talk.page.close()


async def test_asterisk_is_restarted(town: Town, wallet: Wallet, sit: Sit, lab: Lab) -> None:
    """Killed and started again: its calls are closed and erased, the agent is free, and the next call is served."""
    talk = await talking(town, wallet, sit)
    page, line = await waiting(town, wallet, line=2)
    node = lab.nodes[0]
    await node.kill()
    try:
        await talk.desk.screen.blank()
        assert not await talk.desk.screen.may_see(talk.call, talk.grant)
    finally:
        await node.start()
    for phone in (talk.line, talk.phone, line):
        await phone.hang_up()  # A power cut tells no telephone that its call is over.
    await talk.page.state("erased")
    await page.state("erased")
    # Asterisk remembers the phone, and asks it within `qualify_frequency` (pjsip.conf) whether it is there.
    await talk.desk.screen.state("available", patience_ms=40_000)
    await talk.page.close()
    await page.close()

    page, code = await identified(town, wallet)
    line = await called(town, line=3, code=code)
    await (await talk.desk.phone.rings(20)).answer()
    await talk.desk.screen.shows(NAME)
    await line.hang_up()
    await page.state("erased")
    await page.close()
