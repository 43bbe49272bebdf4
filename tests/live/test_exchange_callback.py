"""Callbacks on real telephones, and a daemon that is killed while callers choose, wait and ask to be called back."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from redis.asyncio import Redis

from irmacall.core.facts import Outcome
from lab.exchange import Exchange
from lab.sound import Heard
from lab.town import Town
from tests.live.conftest import left_over
from tests.live.exchange import Kept, at_work, calls, municipality, over, served, talk
from tests.live.scenes import until
from tests.live.search import Search

HERS, ELSEWHERE = "0612345678", "0687654321"
"""The number that her line calls with, and another at which she wants to be called."""
ACCOUNTS = ("pjsip.conf", "security.log", "endpoints")
"""Where the name of a line's account stands: hers is the number that it calls with."""
PATIENCE_S, INTERVAL_S, RING_S = 4, 2, 5
EXCHANGE = Exchange(
    desk={
        "start": {"menu": "hoofd"},
        "callback": {"tries": 2, "interval": INTERVAL_S, "span": 60, "ring": RING_S},
    },
    queues={
        "publiekszaken": {"callback": True},
        "ongeduld": {"patience": PATIENCE_S, "impatient": {"queue": "burgerzaken"}},
        "aanbod": {"patience": 1, "impatient": {"callback": True}, "callback": True},
        "uitleg": {
            "callback": True,
            "announce": {"first": 1, "every": 30, "position": False, "expected_wait": False},
        },
    },
    tables={
        "menu": [
            {
                "id": "hoofd",
                "sound": "lab-keuze-terugbellen",
                "choices": [
                    {"key": "1", "queue": "publiekszaken"},
                    {"key": "2", "queue": "ongeduld"},
                    {"key": "3", "queue": "aanbod"},
                    {"key": "4", "queue": "uitleg"},
                ],
            }
        ],
        "sound": [{"id": "lab-keuze-terugbellen", "nl": "Kies één voor publiekszaken, of twee voor iets anders."}],
    },
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A municipality that calls back."""
    lines = ("citizen1", "citizen2", HERS)
    async with municipality(tmp_path_factory.mktemp("callback"), EXCHANGE, lines) as town:
        yield town


@pytest.fixture(scope="module")
def kept(town: Town) -> Kept:
    """Its records."""
    return Kept(town)


async def test_she_is_called_back(town: Town, kept: Kept) -> None:
    """She asks it on the number that she calls with and hangs up; an agent who is free rings first, then she does.

    They talk, nobody sees anything of her, and of her number nothing is left.
    """
    outside = await town.lab.outsider("+31612345678")
    call = await calls(town, HERS, "#1")
    await call.hears(Heard.MUSIC, 20)
    await call.key_in("1")
    await call.is_told("callback-offer")
    await call.is_told("callback-number", 20)
    await call.key_in("1")
    await call.is_told("callback-noted")
    await over(call)
    assert await _numbers(town) == 1
    async with at_work(town, 0) as clerk:
        ringing = await clerk.phone.rings(15)
        assert outside.silent
        await ringing.answer()
        await ringing.is_told("callback-agent")
        back = await outside.rings(10)
        await back.answer()
        await talk(ringing, back)
        talking = (await clerk.seat.panel())["talking"]
        assert (talking["identified"], talking["grant"]) == (False, None)
        await over(back)
        await clerk.shows("available")
    asked, called = await kept.outcomes(Outcome.CALLBACK, Outcome.ANSWERED)
    assert called.callback_of == asked.call
    assert called.agent == clerk.seat.user
    await _forgotten(town, kept)


async def test_who_cannot_be_reached_is_tried_again(town: Town, kept: Kept) -> None:
    """On another number that she keyed in; an agent who rejects it is no try; her place stands until the last one."""
    outside = await town.lab.outsider("+31687654321")
    call = await calls(town, HERS, "#3")
    await call.is_told("callback-number", 20)
    await call.key_in("12#")
    await call.is_told("callback-refused")
    await call.is_told("callback-number")
    await call.key_in(f"{ELSEWHERE}#")
    await call.is_told("callback-noted")
    await over(call)
    async with at_work(town, 0) as clerk:
        await (await clerk.phone.rings(15)).reject()
        await clerk.shows("unavailable")
        assert outside.silent
        await clerk.seat.available()
        for rejects in (False, True):
            await clerk.answers(INTERVAL_S + 10)
            back = await outside.rings(10)
            if rejects:
                await back.reject()
            await back.disconnected.wait(RING_S + 15)
            await clerk.shows("available")
        assert clerk.phone.silent
    asked, unreached = await kept.outcomes(Outcome.CALLBACK, Outcome.UNREACHED)
    assert unreached.callback_of == asked.call
    assert unreached.phones_rung == 3
    await _forgotten(town, kept)


async def test_who_withholds_her_number_is_told_of_callbacks_and_asked_for_another(town: Town, kept: Kept) -> None:
    """An announcement says that there are any; what she calls with is no number, and is not offered. She waits on."""
    call = await calls(town, "citizen1", "#4")
    await call.is_told("callback-hint", 20)
    await call.key_in("1")
    await call.is_told("callback-offer")
    await call.is_told("callback-other", 20)
    await call.key_in("*")
    await call.hears(Heard.MUSIC)
    await over(call)
    await kept.outcomes(Outcome.ABANDONED)
    await _forgotten(town, kept)


async def test_who_is_there_when_the_daemon_is_killed(town: Town, kept: Kept) -> None:
    """One chooses, one waits after an overflow, one is asked for her number: all are served by the next daemon."""
    chooses = await calls(town, "citizen1", "#")
    await chooses.is_told("lab-keuze-terugbellen")
    overflowed = await calls(town, "citizen2", "#2")
    asked = await calls(town, HERS, "#1")
    await asked.hears(Heard.MUSIC, 20)
    await asked.key_in("1")
    await asked.is_told("callback-offer")
    await asyncio.sleep(PATIENCE_S)  # No more is heard of an overflow than that the music goes on.
    await town.daemon.kill()
    await town.daemon.start()
    await served(town)
    await chooses.is_told("lab-keuze-terugbellen")
    await chooses.key_in("1")
    await asked.hears(Heard.MUSIC, 20)
    await asked.key_in("1")
    await asked.is_told("callback-offer")
    await asked.key_in("*")
    await asked.hears(Heard.MUSIC)
    async with at_work(town, 0) as clerk:
        for caller in (overflowed, asked, chooses):
            await talk(await clerk.answers(), caller)
            await over(caller)
            await clerk.shows("available")
    facts = await kept.outcomes(*[Outcome.ANSWERED] * 3)
    assert [each.queues for each in facts] == [("publiekszaken",), ("ongeduld", "burgerzaken"), ("publiekszaken",)]
    await _forgotten(town, kept)


async def test_a_promise_outlives_the_daemon(town: Town, kept: Kept) -> None:
    """Noted, and then the daemon is killed: the next one calls her back."""
    outside = await town.lab.outsider("+31612345678")
    call = await calls(town, HERS, "#1")
    await call.hears(Heard.MUSIC, 20)
    await call.key_in("1")
    await call.is_told("callback-offer")
    await call.key_in("1")
    await call.is_told("callback-noted")
    await town.daemon.kill()
    await over(call)
    await town.daemon.start()
    await served(town)
    async with at_work(town, 0) as clerk:
        ringing = await clerk.answers()
        back = await outside.rings(10)
        await back.answer()
        await talk(ringing, back)
        await over(ringing)
        await back.disconnected.wait()
    asked, called = await kept.outcomes(Outcome.CALLBACK, Outcome.ANSWERED)
    assert called.callback_of == asked.call
    await _forgotten(town, kept)


async def _numbers(town: Town) -> int:
    """How many numbers the desk's redis keeps."""
    found = 0
    async with Redis.from_url(town.lab.desk_redis.url) as redis:
        for key in await redis.keys("*"):
            if await redis.type(key) == b"hash":
                found += sum(b"number" in name for name in await redis.hkeys(key))
    return found


async def _forgotten(town: Town, kept: Kept) -> None:
    """No number is kept any more, and none stands anywhere in redis, files, logs or Asterisk, in whatever form."""

    async def none() -> bool:
        return await _numbers(town) == 0 and not await left_over(town)

    await until(none, "no number is kept")
    assert not kept.holds([HERS[1:], ELSEWHERE[1:]])
    assert await Search(town, [ELSEWHERE[1:]]).everywhere() == []
    found = await Search(town, [HERS[1:]]).everywhere()
    assert [place for place in found if not place.endswith(ACCOUNTS)] == []
