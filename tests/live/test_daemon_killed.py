"""The daemon is killed (`kill -9`) in each state of a call, and started again: what stands is taken over."""

from __future__ import annotations

import asyncio
import signal

from lab.people import identified
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import NAME, Talk, called, press, talking, until, waiting


async def test_every_state_of_a_call_is_taken_over(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Killed while one talks, one rings, one waits and one keys in her code: each goes on from where she was."""
    others = [await town.wallet({"familyname": family, "prefix": ""}) for family in ("Jansen", "Bos", "Mol")]
    talk = await talking(town, wallet, sit)
    first_page, first_line = await waiting(town, others[0], line=2)
    second_page, second_line = await waiting(town, others[1], line=3)
    last_page, code = await identified(town, others[2])
    last_line = await called(town, line=4, code=code[:4])
    second = await sit(1)
    ringing = await second.phone.rings(20)

    await town.daemon.kill()
    await talk.desk.screen.blank()
    await talk.goes_on()
    await town.daemon.start()

    await ringing.answer()
    await talk.card_is_back()
    await talk.goes_on()
    await last_line.hears(Heard.SPEECH)
    await press(last_line, code)
    await second_page.state("waiting")
    await last_page.state("waiting")

    for page, line, shown in (
        (first_page, first_line, "mevrouw Jansen"),
        (second_page, second_line, "mevrouw Bos"),
        (last_page, last_line, "mevrouw Mol"),
    ):
        await second.screen.shows(shown)
        await line.hang_up()
        await page.state("erased")
        await page.close()
        if line is not last_line:
            await second.screen.blank()
            await (await second.phone.rings(20)).answer()
    await talk.over()


async def test_nothing_is_shown_before_asterisk_has_confirmed_it(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Started again while Asterisk does not answer, the daemon leads, but knows no owner until the snapshot is in."""
    talk = await talking(town, wallet, sit)
    await town.daemon.kill()
    asterisk = town.lab.nodes[0].program
    asterisk.freeze()
    try:
        await town.daemon.start()
        await until(lambda: _answered(talk), "the daemon leads")
        assert await talk.desk.screen.talks_with() == (talk.call, None)
        await talk.desk.screen.blank()
        assert not await talk.desk.screen.may_see(talk.call, talk.grant)
    finally:
        asterisk.wake()
    await talk.card_is_back()
    await talk.goes_on()
    await talk.over()


async def test_killed_as_the_phone_is_answered(town: Town, wallet: Wallet, sit: Sit) -> None:
    """However far the answer came, the next daemon brings both together, and shows the caller only then."""
    desk = await sit(0)
    for pause in (0.0, 0.02, 0.1):
        page, code = await identified(town, wallet)
        line = await called(town, line=1, code=code)
        ringing = await desk.phone.rings(20)
        await ringing.answer()
        await asyncio.sleep(pause)  # How far the answer has come is what differs.
        await town.daemon.kill()
        await ringing.connected.wait()
        await town.daemon.start()
        await desk.screen.shows(NAME)
        await ringing.speak(440)
        await line.hears(440)
        await line.hang_up()
        await page.state("erased")
        await page.close()
        await desk.screen.state("available")


async def test_who_leaves_while_nobody_leads(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Calls that end while the daemon is away are closed by the next: erased, the agent free, nothing left over."""
    talk = await talking(town, wallet, sit)
    page, line = await waiting(town, wallet, line=2)
    await town.daemon.kill()
    await talk.line.hang_up()
    await line.hang_up()
    await talk.phone.hang_up()
    await talk.phone.disconnected.wait()
    await town.daemon.start()
    await talk.page.state("erased")
    await page.state("erased")
    await talk.desk.screen.state("available")
    await talk.desk.screen.blank()
    assert not await talk.desk.screen.may_see(talk.call, talk.grant)
    await talk.page.close()
    await page.close()


async def test_an_orderly_stop_leaves_calls_up(town: Town, wallet: Wallet, sit: Sit) -> None:
    """SIGTERM ends the daemon with 0 and no call; the next one takes over at once, without waiting for a lease."""
    talk = await talking(town, wallet, sit)
    page, line = await waiting(town, wallet, line=2)
    town.daemon.signal(signal.SIGTERM)
    async with asyncio.timeout(10):
        assert await town.daemon.wait() == 0
    await talk.desk.screen.blank()
    await talk.goes_on()
    await line.hears(Heard.MUSIC)
    await town.daemon.start()
    await talk.card_is_back()
    await page.state("waiting")
    await line.hang_up()
    await page.state("erased")
    await page.close()
    await talk.over()


async def _answered(talk: Talk) -> bool:
    return (await talk.desk.screen.ask("/panel"))[0] == 200
