"""The main job, once, on real parts: from the citizen's page to the blank screen."""

from __future__ import annotations

from lab.people import identified
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit


async def test_the_one_who_answers_sees_who_calls_and_nobody_after(town: Town, wallet: Wallet, sit: Sit) -> None:
    """A disclosed citizen calls with her code: her name appears when the agent answers, and is gone at hang-up."""
    desk = await sit(0)
    page, code = await identified(town, wallet)
    line = town.lab.phone("citizen1")

    call = await line.call(town.lab.number, digits_after=code, pause=1.0)
    ringing = await desk.phone.rings(20)
    await desk.screen.state("ringing")
    await desk.screen.blank()
    await call.hears(Heard.MUSIC)

    await ringing.answer()
    await desk.screen.shows("mevrouw De Vries")
    await page.state("talking")
    await ringing.speak(440)
    await call.hears(440)

    await call.hang_up()
    await desk.screen.blank()
    await page.state("erased")
    await page.close()


async def test_a_caller_without_a_code_is_served_anonymously(town: Town, sit: Sit) -> None:
    """Who presses no key waits in the default queue and is put through; the screen says that she is anonymous."""
    desk = await sit(0)
    call = await town.lab.phone("citizen1").call(town.lab.number)
    await call.hears(Heard.SPEECH)
    ringing = await desk.phone.rings(20)
    await ringing.answer()
    await desk.screen.anonymous()
    await call.hang_up()
    await desk.screen.state("available")
