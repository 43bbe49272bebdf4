"""A caller is cut off, with real telephones: she comes back to her agent, to the front of the line, or not at all."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio
from playwright.async_api import expect
from redis.asyncio import Redis

from lab.phone import PhoneCall
from lab.sound import Heard
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import NAME, anonymous, called, nothing_left, talking, until, waiting
from tests.live.test_reload import Operator

Keeps = Callable[[float], Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="session")
async def keeps(town: Town) -> AsyncIterator[Keeps]:
    """Lets the site keep so many seconds what belongs to who is cut off; at the end it keeps nothing, as before."""
    operator = Operator(town)
    before = operator.reads()

    async def keep(seconds: float) -> None:
        changed = before.replace("\ndropped = 0\n", f"\ndropped = {seconds}\n", 1)
        assert changed != before
        operator.writes(changed)
        assert (await operator.types("reload"))[0] == 0

    yield keep
    operator.writes(before)
    assert (await operator.types("reload"))[0] == 0


async def sealed(town: Town) -> list[str]:
    """What lies in the vault: names of identities and notes, and nothing of what is in them."""
    async with Redis.from_url(town.lab.vault_redis.url, decode_responses=True) as vault:
        return [name for name in map(str, await vault.keys("*")) if ":key:" in name or ":content:" in name]


async def vault_is_empty(town: Town) -> None:
    """Wait until nothing of anybody is left in it."""

    async def empty() -> bool:
        return not await sealed(town)

    await until(empty, "the vault is empty")


async def rings(call: PhoneCall, hertz: int, caller: PhoneCall) -> None:
    """This phone is answered, and it is this caller who hears it."""
    await call.answer()
    await call.speak(hertz)
    await caller.hears(hertz)


async def test_in_a_talk_she_comes_back_to_the_same_agent(town: Town, wallet: Wallet, sit: Sit, keeps: Keeps) -> None:
    """Nobody sees her meanwhile; another, idle for longer, is not rung; and hung up on, she is erased at once."""
    await keeps(60)
    talk = await talking(town, wallet, sit)
    other = await sit(1)
    await talk.line.hang_up()
    await talk.desk.screen.blank()
    await talk.page.state("dropped")
    assert not await talk.desk.screen.may_see(talk.call, talk.grant)
    assert await sealed(town), "it is kept for her"
    await talk.phone.disconnected.wait()
    await talk.desk.screen.state("available")

    code = await talk.page.renew()
    back = await called(town, line=1, code=code)
    phone = await talk.desk.phone.rings(20)
    await talk.desk.screen.state("ringing")
    await expect(talk.desk.screen.page.locator("#ringing")).to_contain_text("Uw beller komt terug")
    await other.screen.state("available")
    await rings(phone, 660, back)
    await talk.desk.screen.shows(NAME)
    await talk.page.state("talking")

    await phone.hang_up()
    await talk.page.state("erased")
    await vault_is_empty(town)
    await talk.page.close()
    await nothing_left(town)


async def test_while_she_waits_she_comes_back_before_all_who_wait(
    town: Town, wallet: Wallet, sit: Sit, keeps: Keeps
) -> None:
    """Who came later than she did, and waited while she was away, comes after her."""
    await keeps(60)
    page, call = await waiting(town, wallet, line=1)
    other = await anonymous(town, line=2)
    await call.hang_up()
    await page.state("dropped")
    code = await page.renew()
    back = await called(town, line=1, code=code)
    await page.state("waiting")
    await back.hears(Heard.MUSIC, 20)

    desk = await sit(0)
    first = await desk.phone.rings(20)
    await rings(first, 440, back)
    await desk.screen.shows(NAME)
    await first.hang_up()
    await page.state("erased")
    await vault_is_empty(town)
    await rings(await desk.phone.rings(20), 880, other)
    await other.hang_up()
    await desk.screen.state("available")
    await page.close()
    await nothing_left(town)


async def test_who_does_not_come_back_is_erased_in_time_and_who_wipes_at_once(
    town: Town, wallet: Wallet, keeps: Keeps
) -> None:
    """The page says so by itself, and the vault is empty; the code of before opens nothing."""
    await keeps(60)
    page, call = await waiting(town, wallet, line=1)
    await call.hang_up()
    await page.state("dropped")
    assert await sealed(town)
    await page.renew()
    await page.wipe()
    await vault_is_empty(town)
    await page.close()

    await keeps(3)
    page, call = await waiting(town, wallet, line=1)
    await call.hang_up()
    await page.state("dropped")
    await page.state("erased")
    await vault_is_empty(town)
    await page.close()
    await nothing_left(town)
