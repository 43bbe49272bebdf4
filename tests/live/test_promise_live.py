"""At most one seat can get the card, and only while its phone is in the caller's bridge: asked all through a call."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable

from lab.people import identified
from lab.phone import PhoneCall
from lab.town import Town
from lab.wallet import Wallet
from tests.live.asking import asking
from tests.live.conftest import Desk, Sit
from tests.live.scenes import NAME, call_of, called, talking

Ends = Callable[[PhoneCall, PhoneCall, Desk], Awaitable[None]]


async def test_only_the_owner_and_only_while_they_talk(town: Town, wallet: Wallet, sit: Sit) -> None:
    """Of two seats only the one that answered gets the card, until caller, phone or screen hangs up."""
    talk = await talking(town, wallet, sit)
    await talk.over()
    refuses, owns = talk.desk, await sit(1)
    ends: tuple[Ends, ...] = (
        lambda line, phone, desk: line.hang_up(),
        lambda line, phone, desk: phone.hang_up(),
        lambda line, phone, desk: desk.screen.hang_up(),
    )
    for earlier, end in enumerate(ends):
        grants = range(talk.grant + earlier, talk.grant + earlier + 3)
        await one_call(town, wallet, refuses, owns, grants, end)
        await refuses.screen.be_available()
        refuses, owns = owns, refuses  # She is idle longest now.


async def one_call(town: Town, wallet: Wallet, refuses: Desk, owns: Desk, grants: range, end: Ends) -> None:
    """One agent refuses the call and the other takes it, while both browsers ask for the card without end."""
    page, code = await identified(town, wallet)
    line = await called(town, line=1, code=code)
    async with asking(await call_of(town, line=1), grants, refuses.screen, owns.screen) as (never, hers):
        await (await refuses.phone.rings(20)).reject()
        ringing = await owns.phone.rings(20)
        await hers.asks_again()
        answered_at = time.monotonic()
        await ringing.answer()
        await owns.screen.shows(NAME)
        await hers.gets_it()
        await end(line, ringing, owns)
        await owns.screen.blank()
        blank_at = time.monotonic()
        await hers.asks_again()
        await never.asks_again()

    assert never.given == []
    assert min(ended for _, ended in hers.given) > answered_at
    assert max(began for began, _ in hers.given) < blank_at
    await line.disconnected.wait()
    await page.state("erased")
    await page.close()
