"""Who is next: first come first served, by the agent who is idle longest; what her screen says before she answers."""

from __future__ import annotations

import re

from lab.people import AgentScreen
from lab.phone import PhoneCall
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Desk, Sit
from tests.live.scenes import NAME, anonymous, nothing_left, waiting


async def announced(screen: AgentScreen, queue: str, subject: str) -> None:
    """Her phone rings: the screen says from which queue, about what and how long she waited, and not who it is."""
    await screen.state("ringing")
    said = (await screen.page.inner_text("#ringing")).splitlines()
    assert {queue, subject} <= set(said)
    assert any(re.fullmatch("[0-9]+:[0-9]{2}", line) and line != "0:00" for line in said)
    assert "Vries" not in await screen.page.content()


async def answered(desk: Desk, caller: PhoneCall, hertz: int) -> PhoneCall:
    """She answers, and it is this caller who hears her."""
    ringing = await desk.phone.rings(20)
    await ringing.answer()
    await ringing.speak(hertz)
    await caller.hears(hertz)
    return ringing


async def test_first_come_first_served(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Three wait, in two queues: the line says how many, and each is put through in the order in which they came."""
    first = await anonymous(town, line=1)
    page, second = await waiting(town, wallet, line=2)
    third = await anonymous(town, line=3)
    await page.state("waiting")

    desk = await sit(0)
    await announced(desk.screen, "Publiekszaken", "zonder code")
    queues = (await desk.screen.page.inner_text("#queues")).splitlines()
    assert sorted(queue.split("\t")[:2] for queue in queues) == [["Burgerzaken", "1"], ["Publiekszaken", "1"]]
    await answered(desk, first, 440)
    await second.hears(Heard.MUSIC)
    await first.hang_up()

    ringing = await desk.phone.rings(20)
    await announced(desk.screen, "Burgerzaken", "Paspoort of identiteitskaart")
    await ringing.answer()
    await desk.screen.shows(NAME)
    await page.state("talking")
    await second.hang_up()
    await page.state("erased")
    await page.close()

    await answered(desk, third, 880)
    await desk.screen.anonymous()
    await third.hang_up()


async def test_longest_idle_first(town: Town, sit: Sit) -> None:
    """Whoever has been without a call longest is rung; a talk puts her at the end of that line."""
    first, second, third = await sit(0), await sit(1), await sit(2)
    for turn, desk in enumerate((first, second, third, first)):
        call = await anonymous(town, line=1 + turn % 4)
        await answered(desk, call, 440 + 110 * turn)
        await call.hang_up()
        await nothing_left(town)
        await desk.screen.state("available")
    assert all(desk.phone.silent for desk in (first, second, third))
