"""The daemon is killed (`kill -9`) in each state of a call, and started again: what stands is taken over."""

from __future__ import annotations

from lab.people import identified
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import called, talking, waiting


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
    await last_line.hears(Heard.SPEECH)
    await last_line.key_in(code, info=True)
    await talk.card_is_back()
    await talk.goes_on()
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
