"""What becomes of a code: keyed in by hand, wrong in every way that there is, renewed, run out, erased."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio
from playwright.async_api import expect

from irmacall.core.code import make_code
from lab.people import CitizenPage, identified
from lab.phone import PhoneCall
from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Desk, Sit
from tests.live.scenes import NAME, until

UNKNOWN = make_code(123_456_789)

Hurry = Callable[[int], Awaitable[None]]


@pytest_asyncio.fixture(loop_scope="session")
async def codes_live(town: Town) -> AsyncIterator[Hurry]:
    """Lets the codes of this test live for so many seconds, by the site file and a restart of the daemon."""
    before = town.site.read_text()

    async def live(seconds: int) -> None:
        town.site.write_text(before.replace(f"code = {town.times['code']}", f"code = {seconds}"))
        await town.daemon.restart()

    yield live
    town.site.write_text(before)
    await town.daemon.restart()


async def calls(town: Town, code: str = "", *, line: int = 1) -> PhoneCall:
    """Somebody calls, is being welcomed, and keys in a code."""
    call = await town.lab.phone(f"citizen{line}").call(town.lab.number)
    await call.is_told("welcome", 20)
    if code:
        await call.key_in(code)
    return call


async def served_anonymously(call: PhoneCall, desk: Desk) -> None:
    """She is put through like anybody else; the screen knows nobody."""
    ringing = await desk.phone.rings(20)
    await ringing.answer()
    await desk.screen.anonymous()
    await desk.screen.blank()
    await call.hang_up()
    await desk.screen.state("available")


async def served(call: PhoneCall, desk: Desk, page: CitizenPage) -> None:
    """She is put through, and the screen shows who she is."""
    ringing = await desk.phone.rings(20)
    await ringing.answer()
    await desk.screen.shows(NAME)
    await call.hang_up()
    await desk.screen.blank()
    await page.state("erased")
    await page.close()


async def test_wrong_three_times_and_never_told_why(town: Town, wallet: Wallet, sit: Sit) -> None:
    """A slip, an unknown and a used code are answered alike, at once; after the third she is served anonymously."""
    page, used = await identified(town, wallet)
    before = await calls(town, used, line=2)
    await before.is_told("please-hold", 20)
    await before.hang_up()
    await page.state("erased")
    await page.close()

    call = await calls(town, UNKNOWN[:-1] + str((int(UNKNOWN[-1]) + 1) % 10))
    await call.is_told("code-again")
    await call.key_in(used)
    await call.is_told("code-again")
    await call.key_in(UNKNOWN)
    await call.is_told("without-code")
    again = await calls(town, UNKNOWN, line=2)
    await again.is_told("code-again")
    await again.hang_up()
    await served_anonymously(call, await sit(0))


async def test_a_code_that_has_run_out(town: Town, wallet: Wallet, sit: Sit, codes_live: Hurry) -> None:
    """It is answered as an unknown one is, and who keys in nothing more is served anonymously."""
    await codes_live(10)
    page, code = await identified(town, wallet)

    async def over() -> bool:
        said = await page.page.evaluate("fetch('/bellen/stand').then(answer => answer.json())")
        return said["code"] is None

    await until(over, "the code has run out", 20)
    call = await calls(town, code)
    await call.is_told("code-again")
    await call.is_told("without-code", 15)
    await served_anonymously(call, await sit(0))
    await page.wipe()
    await page.close()


async def test_a_new_code_voids_the_old_one(town: Town, wallet: Wallet, sit: Sit) -> None:
    """After a renewal the old code is answered as an unknown one is; half a code too; the new one opens."""
    page, old = await identified(town, wallet)
    await page.page.click("form[action='/bellen/code'] button:visible")
    await expect(page.page.locator("#code")).not_to_have_text(f"{old[:3]} {old[3:6]} {old[6:]}")
    new = await page.code()

    call = await calls(town, old)
    await call.is_told("code-again")
    await call.key_in(new[:6])
    await call.is_told("code-again", 15)
    await call.key_in(new)
    await call.is_told("please-hold")
    await page.state("waiting")
    await served(call, await sit(0), page)


async def test_erased_before_the_call(town: Town, wallet: Wallet) -> None:
    """Who wiped her data has a code that opens nothing any more, and is not told so."""
    page, code = await identified(town, wallet)
    await page.wipe()
    call = await calls(town, code)
    await call.is_told("code-again")
    await call.hang_up()
    await page.close()


async def test_keyed_in_by_hand(town: Town, wallet: Wallet, sit: Sit) -> None:
    """In groups, as one reads it, while the welcome is spoken, with a slip and a star to begin anew; by SIP INFO."""
    page, code = await identified(town, wallet)
    call = await calls(town)
    for group in (code[:3] + "99*", code[:3], code[3:6], code[6:]):
        await call.key_in(group, info=True)
    await call.is_told("please-hold")
    await served(call, await sit(0), page)
