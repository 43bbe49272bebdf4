"""Nobody leads: the dialplan tries again, then serves callers itself; the watchdog sends it those who waited."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from lab.people import identified
from lab.phone import PhoneCall
from lab.process import Program, says
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import NAME, press, talking, until, waiting


@pytest_asyncio.fixture(loop_scope="session")
async def watchdog(town: Town) -> AsyncIterator[Program]:
    """The watchdog beside Asterisk."""
    program = town.irmacall("watchdog", "watchdog", ready=says("watchdog.connected"))
    await program.start()
    yield program
    await program.stop()


async def test_a_daemon_that_comes_back_in_time(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Who calls in the gap is asked for a moment, and is identified by the daemon that comes back within it."""
    desk = await sit(0)
    page, code = await identified(town, wallet)
    await town.daemon.kill()
    line = await town.lab.phone("citizen1").call(town.lab.number)
    await line.hears(Heard.SPEECH, 10)
    await town.daemon.start()
    await until(lambda: _welcomed(town), "the daemon has the caller", 20)
    await press(line, code)
    await (await desk.phone.rings(20)).answer()
    await desk.screen.shows(NAME)
    await line.hang_up()
    await page.state("erased")
    await page.close()


async def test_no_daemon_at_all(town: Town, wallet: Wallet, sit: Sit) -> None:
    """The dialplan's own queue rings the same phones, without a name; the daemon that comes back leaves it so."""
    desk = await sit(0)
    page, code = await identified(town, wallet)
    await town.daemon.kill()
    line = await town.lab.phone("citizen1").call(town.lab.number, digits_after=code, pause=1.0)
    ringing = await desk.phone.rings(40)
    assert "Anonieme wachtrij" in ringing.remote
    await ringing.answer()
    await _talk(line, ringing)

    await town.daemon.start()
    await desk.screen.state("unavailable")  # Her phone is busy with a call that is none of the daemon's.
    await desk.screen.blank()
    await page.state("codeless")  # Who she is waits on; her code in clear was known to the killed daemon alone.
    await _talk(line, ringing)
    await line.hang_up()
    await desk.screen.state("available")
    await page.close()


async def test_who_was_waiting_when_the_leader_went(town: Town, wallet: Wallet, sit: Sit, watchdog: Program) -> None:
    """Without a leader for the watchdog's patience, who waits is sent to the dialplan's queue; who talks talks on."""
    talk = await talking(town, wallet, sit)
    page, line = await waiting(town, wallet, line=2)
    spare = town.lab.phone(town.agents[1].endpoint)
    await spare.register()
    await town.daemon.kill()
    ringing = await spare.rings(40)
    assert "Anonieme wachtrij" in ringing.remote
    await ringing.answer()
    await _talk(line, ringing)
    await talk.goes_on()

    await town.daemon.start()
    await talk.card_is_back()
    await page.state("erased")
    await _talk(line, ringing)
    await line.hang_up()
    await ringing.disconnected.wait()
    await spare.unregister()
    await talk.over()
    await page.close()


async def _welcomed(town: Town) -> bool:
    return "action=Say" in town.daemon.written()


async def _talk(line: PhoneCall, phone: PhoneCall) -> None:
    for hertz in (440, 554):
        await phone.speak(hertz)
        await line.hears(hertz)
