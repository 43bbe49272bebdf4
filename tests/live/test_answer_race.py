"""The agent answers at the very instant at which the caller hangs up."""

from __future__ import annotations

import asyncio
import contextlib

from lab.errors import LabError
from lab.people import identified
from lab.phone import PhoneCall
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Desk, Sit
from tests.live.scenes import anonymous, call_of, called, nothing_left, talking

LEAD = (-0.06, -0.02, 0.0, 0.02, 0.06, 0.12)
"""Seconds by which the answer is ahead of the hang-up."""


async def race(call: PhoneCall, ringing: PhoneCall, lead: float) -> None:
    """Both at once, or nearly."""

    async def answer() -> None:
        await asyncio.sleep(max(0.0, -lead))
        with contextlib.suppress(LabError):  # Too late: the phone has stopped ringing, there is nothing to answer.
            await ringing.answer()

    async def leave() -> None:
        await asyncio.sleep(max(0.0, lead))
        await call.hang_up()

    await asyncio.gather(answer(), leave())
    await ringing.disconnected.wait()
    await call.disconnected.wait()


async def free_again(town: Town, desk: Desk) -> None:
    """Whoever was first: nothing is left, nothing is shown, and it was no fault of hers."""
    await nothing_left(town)
    await desk.screen.state("available")
    await desk.screen.blank()


async def test_whoever_is_first(town: Town, sit: Sit) -> None:
    """Six times, a little earlier and later: the agent is free and available each time, and rings for the next."""
    desk = await sit(0)
    for lead in LEAD:
        call = await anonymous(town, line=1)
        await race(call, await desk.phone.rings(20), lead)
        await free_again(town, desk)


async def test_an_identified_caller(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Nobody can get her card after it, whatever the number of the grant, and it is erased."""
    talk = await talking(town, wallet, sit)
    await talk.over()
    desk, last = talk.desk, talk.grant
    await free_again(town, desk)
    for lead in (0.0, 0.05):
        page, code = await identified(town, wallet)
        call = await called(town, line=1, code=code)
        ringing = await desk.phone.rings(20)
        name = await call_of(town, line=1)
        await race(call, ringing, lead)
        await page.state("erased")
        for grant in range(last, last + 5):
            assert not await desk.screen.may_see(name, grant)
        await free_again(town, desk)
        await page.close()
