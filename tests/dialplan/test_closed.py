"""Opening hours on a real Asterisk while no daemon is there: who calls out of hours is told so, others are served."""

from __future__ import annotations

import asyncio
import dataclasses
import itertools
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import aiohttp
import pytest

from irmacall.core.hours import ALWAYS, Hours
from lab.lab import Lab
from lab.sound import Heard

AMSTERDAM = "Europe/Amsterdam"
ALL_DAY, CLOSED = ((time(0), time(0)),), ()
OFFICE = ((time(8, 30), time(9, 15)), (time(13), time(17)))
LATE = (*OFFICE, (time(18), time(0)))
_PATIENCE_S = 40.0
"""Three times a moment's patience, and some room for a busy machine."""

Keep = Callable[[Hours], Awaitable[None]]


@pytest.fixture
async def keep(lab: Lab) -> AsyncIterator[Keep]:
    """Gives the desk these hours, on the node that runs; afterwards it is always open again."""
    node = lab.nodes[0]

    async def keep_hours(hours: Hours) -> None:
        desks = (dataclasses.replace(node.values.desks[0], hours=hours),)
        node.configure(dataclasses.replace(node.values, desks=desks))
        await node.cli("dialplan reload")

    yield keep_hours
    await keep_hours(ALWAYS)


def today(spans: tuple[tuple[time, time], ...], otherwise: tuple[tuple[time, time], ...]) -> Hours:
    """Hours with these spans yesterday, today and tomorrow, whatever the week says."""
    now = datetime.now(ZoneInfo(AMSTERDAM)).date()
    return Hours(AMSTERDAM, (otherwise,) * 7, None, {now + timedelta(days): spans for days in (-1, 0, 1)})


async def test_out_of_hours_it_is_said_and_no_phone_rings(lab: Lab, keep: Keep) -> None:
    """The caller is answered, told that it is closed, and let go; a phone that is there stays silent."""
    agent = lab.phone("agent1")
    await agent.register()
    await keep(today(CLOSED, ALL_DAY))
    caller = await lab.phone("citizen1").call(lab.number)
    await caller.connected.wait(5)
    await caller.is_told("closed", _PATIENCE_S)
    ended = await caller.disconnected.wait(_PATIENCE_S)
    assert ended["code"] == 200
    assert agent.silent
    await agent.unregister()


async def test_in_hours_the_queue_is_there(lab: Lab, keep: Keep) -> None:
    """On a day that differs from its closed week the phones ring as ever."""
    agent = lab.phone("agent1")
    await agent.register()
    await keep(today(ALL_DAY, CLOSED))
    caller = await lab.phone("citizen1").call(lab.number)
    ring = await agent.rings(_PATIENCE_S)
    await caller.hears(Heard.MUSIC)
    await ring.answer()
    await ring.speak(440)
    await caller.hears(440)
    await caller.hang_up()
    await ring.disconnected.wait()
    await agent.unregister()


async def test_it_is_noted_when_she_came(lab: Lab) -> None:
    """Every caller bears the moment of her call, by which she is served or not, however long it takes until then."""
    before = int(datetime.now(UTC).timestamp())
    caller = await lab.phone("citizen1").call(lab.number)
    await caller.connected.wait(5)
    async with asyncio.timeout(5):
        while not (noted := await _came(lab)):  # noqa: ASYNC110  # it tells nobody
            await asyncio.sleep(0.05)
    assert before <= noted <= datetime.now(UTC).timestamp()
    await caller.hang_up()


async def _came(lab: Lab) -> int | None:
    """What the only channel bears as the moment of its call."""
    (channel,) = (await lab.nodes[0].cli("core show channels concise")).splitlines()
    found = re.search(
        r"^IRMACALL_CAME=(\d+)$", await lab.nodes[0].cli(f"core show channel {channel.split('!')[0]}"), re.M
    )
    return int(found[1]) if found else None


MOMENTS = [
    "2026-11-23 08:29:59",
    "2026-11-23 08:30",
    "2026-11-23 09:14:59",
    "2026-11-23 09:15",
    "2026-11-26 23:59:59",  # Thursday, late
    "2026-11-27 00:00",
    "2026-11-28 14:00",  # Saturday
    "2026-12-25 14:00",
    "2027-03-26 14:00",  # Good Friday, on which this desk works
    "2027-03-28 01:59:59",  # clocks go forward, and it opens in the hour that does not come
    "2027-03-28 03:00",
    "2027-03-28 03:30",
    "2027-10-31 02:29",  # and back, twice through the same hour
    "2027-10-31 02:30",
    "2027-10-31 02:45",
    "2027-05-05 14:00",
    "2027-05-06 14:00",
]
NAMED = {
    date(2027, 3, 26): OFFICE,
    date(2027, 3, 28): ((time(2, 30), time(3, 30)),),
    date(2027, 10, 31): ((time(2, 30), time(2, 45)),),
}


async def test_asterisk_reads_the_clock_as_we_do(lab: Lab, keep: Keep) -> None:
    """For callers of other moments, of clock-change nights too, Asterisk decides what the core's hours say."""
    zone = ZoneInfo(AMSTERDAM)
    hours = Hours(AMSTERDAM, (OFFICE, OFFICE, OFFICE, LATE, OFFICE, CLOSED, CLOSED), "NL", NAMED)
    await keep(hours)
    walls = [datetime.fromisoformat(moment).replace(tzinfo=zone, fold=fold) for moment in MOMENTS for fold in (0, 1)]
    async with prober(lab) as served:
        for came in sorted({int(wall.timestamp()) for wall in walls}):
            wanted = "anonymous" if hours.open_at(came) else "closed"
            assert await served(came) == wanted, datetime.fromtimestamp(came, zone)


@asynccontextmanager
async def prober(lab: Lab) -> AsyncIterator[Callable[[int], Awaitable[str]]]:
    """Asks Asterisk which prompt somebody hears who came at that moment and whom no daemon serves."""
    account, at = lab.nodes[0].values.ari_account, lab.nodes[0].values.ari
    login = {"Authorization": aiohttp.encode_basic_auth(account.user, account.password)}
    numbers = itertools.count()
    async with (
        aiohttp.ClientSession(f"http://{at.host}:{at.port}/ari/", headers=login) as http,
        http.ws_connect("events?app=probe"),
    ):

        async def served(came: int) -> str:
            number = next(numbers)
            where = {"endpoint": f"Local/s@irmacall-anonymous-{lab.desk}", "app": "probe"}
            names = {"channelId": f"probe-{number}", "otherChannelId": f"probed-{number}"}
            body = {"variables": {"IRMACALL_CAME": str(came), "IRMACALL_DESK": lab.desk}}
            async with http.post("channels", params={**where, **names}, json=body) as made:
                assert made.ok
            try:
                async with asyncio.timeout(5):
                    while (found := await playing(number)) is None:  # noqa: ASYNC110  # it tells nobody
                        await asyncio.sleep(0.02)
                return found
            finally:
                await http.delete(f"channels/probe-{number}")

        async def playing(number: int) -> str | None:
            async with http.get(f"channels/probed-{number}") as answer:
                assert answer.ok
                plan = (await answer.json())["dialplan"]
            return str(plan["app_data"]).rpartition("/")[2] if plan["app_name"] == "Playback" else None

        yield served
