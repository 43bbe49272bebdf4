"""The daemon is stopped (`SIGSTOP`) past its lease and woken: it shows nothing and does nothing under the old one."""

from __future__ import annotations

import asyncio
import re

from lab.town import Town
from lab.wallet import Wallet
from tests.live.conftest import Sit
from tests.live.scenes import Talk, talking, until


async def test_what_it_could_show_before_its_sleep_it_cannot_show_after(town: Town, wallet: Wallet, sit: Sit) -> None:
    """The card goes by itself, the old grant opens nothing from the wake-up on, and a later one brings it back."""
    talk = await talking(town, wallet, sit)
    fence = _fence(town)
    async with asyncio.TaskGroup() as group:
        town.daemon.freeze()
        try:
            asking = group.create_task(_never_shown(talk))  # Its first question is answered at the wake-up.
            await talk.desk.screen.blank()
            await _lease_lapsed(town)
            await talk.goes_on()
        finally:
            town.daemon.wake()
        await talk.card_is_back()
        asking.cancel()
    assert _fence(town) > fence
    await talk.goes_on()
    await talk.over()


async def test_who_left_while_it_slept_is_not_shown_when_it_wakes(town: Town, wallet: Wallet, sit: Sit) -> None:
    """The caller hangs up while it sleeps: awake, it never shows her again, and erases her."""
    talk = await talking(town, wallet, sit)
    async with asyncio.TaskGroup() as group:
        town.daemon.freeze()
        try:
            asking = group.create_task(_never_shown(talk))
            await _lease_lapsed(town)
            await talk.line.hang_up()
            await talk.phone.hang_up()
            await talk.phone.disconnected.wait()
        finally:
            town.daemon.wake()
        await talk.page.state("erased")
        await talk.desk.screen.state("available")
        asking.cancel()
    await talk.desk.screen.blank()
    await talk.page.close()


async def test_what_came_while_it_slept_is_done_when_it_leads_again(town: Town, sit: Sit) -> None:
    """A caller who came while it slept is welcomed when it has woken, and is put through."""
    desk = await sit(0)
    town.daemon.freeze()
    try:
        line = await town.lab.phone("citizen1").call(town.lab.number)
        await line.connected.wait()
        await _lease_lapsed(town)
    finally:
        town.daemon.wake()
    ringing = await desk.phone.rings(40)
    await ringing.answer()
    await ringing.speak(440)
    await line.hears(440)
    await line.hang_up()
    await desk.screen.state("available")


async def _never_shown(talk: Talk) -> None:
    """Ask for the card under the grant of before, over and over, until this is cancelled."""
    while True:
        assert not await talk.desk.screen.may_see(talk.call, talk.grant)


async def _lease_lapsed(town: Town) -> None:
    """Until redis has dropped the lease that nobody renews."""
    redis, key = town.lab.desk_redis, f"irmacall:{{{town.lab.desk}}}:lease"
    await until(lambda: _absent(redis.host, redis.password, key), "the lease lapses")


async def _absent(host: str, password: str, key: str) -> bool:
    reader, writer = await asyncio.open_connection(host, 6379)
    try:
        writer.write(f"AUTH {password}\r\nEXISTS {key}\r\n".encode())
        assert (await reader.readline()) == b"+OK\r\n"
        return await reader.readline() == b":0\r\n"
    finally:
        writer.close()
        await writer.wait_closed()


def _fence(town: Town) -> int:
    """Under which fence the daemon leads, as its log says."""
    return int(re.findall(r"action=leading .*fence=(\d+)", town.daemon.written())[-1])
