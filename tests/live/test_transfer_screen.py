"""Passing a caller on from the screen, in real browsers: who sees her at which moment, and what she hears."""

from __future__ import annotations

from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import NAME, talking


async def test_an_official_who_is_consulted_sees_nothing_and_then_is_the_owner(
    town: Town, wallet: Wallet, sit: Sit
) -> None:
    """While she is asked she sees nothing; completed, her screen shows caller and note, and the agent's none."""
    ingrid = await sit(town.officials[0])
    talk = await talking(town, wallet, sit)
    samira = talk.desk.screen
    await samira.consult("vergun", "Ingrid de Boer", "Vraagt naar haar dakkapel.")
    await talk.line.hears(Heard.MUSIC, 10)
    phone = await ingrid.phone.rings(10)
    await ingrid.screen.blank()
    await phone.answer()
    await samira.consults("Ingrid de Boer")
    await talk.phone.speak(440)
    await phone.hears(440)
    await samira.shows(NAME)
    await ingrid.screen.blank()
    assert not await ingrid.screen.may_see(talk.call, talk.grant)

    await samira.press("complete")
    await ingrid.screen.shows(NAME)
    await ingrid.screen.reads("Vraagt naar haar dakkapel.")
    await ingrid.screen.was_passed("Samira Bakker")
    await samira.blank()
    assert not await samira.may_see(talk.call, talk.grant)
    assert not await samira.may_see(*await ingrid.screen.granted())
    await phone.speak(880)
    await talk.line.hears(880)
    await talk.line.hang_up()
    await ingrid.screen.blank()
    await talk.page.state("erased")
    await talk.page.close()
