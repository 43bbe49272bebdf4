"""The caller hangs up, at each step: nothing of her is left, and the agent is free for the next."""

from __future__ import annotations

from lab.people import identified
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import NAME, called, nothing_left, talking, waiting


async def test_before_she_waits(town: Town, wallet: Wallet) -> None:
    """During the welcome, and between two keys of her code, which stays good for her next call."""
    page, code = await identified(town, wallet)
    line = town.lab.phone("citizen1")
    call = await line.call(town.lab.number)
    await call.is_told("welcome", 20)
    await call.hang_up()
    await nothing_left(town)

    call = await line.call(town.lab.number)
    await call.is_told("welcome", 20)
    await call.key_in(code[:6])
    await call.hang_up()
    await nothing_left(town)
    await page.state("sealed")

    call = await called(town, line=1, code=code)
    await page.state("waiting")
    await call.hang_up()
    await page.state("erased")
    await nothing_left(town)
    await page.close()


async def test_while_she_waits_or_a_phone_rings(town: Town, wallet: Wallet, sit: Sit) -> None:
    """To the music of the queue; and while a phone rings, which stops, and whose agent stays available."""
    page, call = await waiting(town, wallet, line=1)
    await call.hang_up()
    await page.state("erased")
    await page.close()
    await nothing_left(town)

    desk = await sit(0)
    page, code = await identified(town, wallet)
    call = await called(town, line=1, code=code)
    ringing = await desk.phone.rings(20)
    await desk.screen.state("ringing")
    await call.hang_up()
    await ringing.disconnected.wait()
    await desk.screen.state("available")
    await desk.screen.blank()
    await page.state("erased")
    await page.close()
    await nothing_left(town)


async def test_while_they_talk_or_she_is_on_hold(town: Town, wallet: Wallet, sit: Sit) -> None:
    """In the middle of a talk, and while the agent has her on hold with music: the card goes, the agent is free."""
    talk = await talking(town, wallet, sit)
    await talk.over()
    await talk.phone.disconnected.wait()
    assert not await talk.desk.screen.may_see(talk.call, talk.grant)
    await talk.desk.screen.state("available")
    await nothing_left(town)

    page, code = await identified(town, wallet)
    call = await called(town, line=1, code=code)
    phone = await talk.desk.phone.rings(20)
    await phone.answer()
    await talk.desk.screen.shows(NAME)
    await phone.speak(440)
    await call.hears(440)
    held, grant = await talk.desk.screen.granted()
    assert grant is not None
    await phone.hold()
    await call.hears(Heard.MUSIC, 10)
    await talk.desk.screen.shows(NAME)
    await call.hang_up()
    await phone.disconnected.wait()
    await talk.desk.screen.blank()
    assert not await talk.desk.screen.may_see(held, grant)
    await talk.desk.screen.state("available")
    await page.state("erased")
    await page.close()
    await nothing_left(town)
