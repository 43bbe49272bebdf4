"""Menus, codes while waiting, hours and the emergency switch, as callers hear them on real telephones."""

from __future__ import annotations

import asyncio
import datetime
import time
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from irmacall.core.facts import Outcome
from lab.exchange import Exchange
from lab.people import identified
from lab.sound import Heard
from lab.town import Town
from tests.live.conftest import Sit
from tests.live.exchange import Kept, at_work, calls, municipality, operator, over, talk, was_told
from tests.live.scenes import until

DAY = "00:00-24:00"


def _exchange() -> Exchange:
    today = datetime.datetime.now(datetime.UTC).date()
    shut = {"date": str(today - datetime.timedelta(1)), "until": str(today + datetime.timedelta(1))}
    week = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
    return Exchange(
        desk={"start": {"menu": "hoofd"}},
        queues={
            "burgerzaken": {"announce": {"first": 1, "every": 5}},
            "loket": {"hours": "verbouwing"},
            "crisis": {},
        },
        tables={
            "language": [{"id": "nl"}, {"id": "en"}],
            "schedule": [{"id": "verbouwing", **{day: [DAY] for day in week}, "exceptions": [shut]}],
            "sound": [
                {
                    "id": "lab-keuze-hoofd",
                    "nl": "Belt u over een paspoort of een verhuizing? Toets één. For English, press four.",
                    "en": "Passports and moving house: press one. Everything else: press two.",
                },
                {
                    "id": "lab-keuze-burgerzaken",
                    "nl": "Wilt u een afspraak maken? Kies dan één. Voor iets anders kiest u twee.",
                    "en": "To make an appointment, please press one now. Otherwise press two.",
                },
            ],
            "menu": [
                {
                    "id": "hoofd",
                    "sound": "lab-keuze-hoofd",
                    "choices": [
                        {"key": "1", "menu": "burgers"},
                        {"key": "2", "queue": "publiekszaken"},
                        {"key": "3", "queue": "loket"},
                        {"key": "4", "menu": "hoofd", "language": "en"},
                    ],
                },
                {
                    "id": "burgers",
                    "sound": "lab-keuze-burgerzaken",
                    "choices": [{"key": "1", "queue": "burgerzaken"}, {"key": "2", "queue": "publiekszaken"}],
                },
            ],
        },
    )


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A municipality with menus of two levels, two languages, and one office that is closed today."""
    async with municipality(tmp_path_factory.mktemp("menus"), _exchange()) as town:
        yield town


@pytest.fixture(scope="module")
def kept(town: Town) -> Kept:
    """Its records."""
    return Kept(town)


async def test_a_caller_walks_two_menus(town: Town, kept: Kept) -> None:
    """She hears each menu, is told of a wrong key, waits where she chose, and is answered from there."""
    call = await calls(town, "citizen1")
    await call.is_told("welcome")
    await call.key_in("#")
    await call.is_told("lab-keuze-hoofd")
    await call.key_in("1")
    await call.is_told("lab-keuze-burgerzaken")
    await call.key_in("9")
    await call.is_told("menu-wrong")
    await call.is_told("lab-keuze-burgerzaken")
    await call.key_in("1")
    await call.is_told("waiting-none")
    await call.hears(Heard.MUSIC)
    async with at_work(town, 0) as clerk:
        await talk(await clerk.answers(), call)
        await over(call)
        await clerk.shows("available")
        [facts] = await kept.outcomes(Outcome.ANSWERED)
        assert facts.agent == clerk.seat.user
    assert facts.menu_path == ("hoofd:1", "burgers:1")
    assert facts.queues == ("burgerzaken",)
    assert facts.queued_at is not None
    assert facts.answered_at is not None
    assert facts.arrived_at < facts.queued_at < facts.answered_at < facts.ended_at


async def test_who_knows_the_way_need_not_listen(town: Town, kept: Kept) -> None:
    """Keys ahead of both menus, `0` for a person, and a choice of English, in which she is then told her place."""
    ahead, person, english = await asyncio.gather(
        calls(town, "citizen1", "11"), calls(town, "citizen2", "#0"), calls(town, "citizen3", "#41")
    )
    await english.is_told("en/lab-keuze-burgerzaken")
    await asyncio.gather(*(call.hears(Heard.MUSIC, 20) for call in (ahead, person)))
    await english.key_in("1")
    await english.is_told("en/waiting-one")
    assert not was_told(ahead, "lab-keuze-hoofd")
    await over(ahead, person, english)
    facts = {each.queues: each for each in await kept.of(3)}
    assert all(each.outcome is Outcome.ABANDONED for each in facts.values())


async def test_a_code_while_she_waits(town: Town, kept: Kept, sit: Sit) -> None:
    """She is told that it is right and moves to her subject's queue; who answers her sees who she is."""
    name = "Zwartewaterlander"
    page, code = await identified(town, await town.wallet({"familyname": name, "prefix": ""}))
    call = await calls(town, "citizen1", "#2")
    await call.hears(Heard.MUSIC, 20)
    await call.key_in(code)
    await call.is_told("code-accepted")
    await page.state("waiting")
    desk = await sit(1)
    ringing = await desk.phone.rings(20)
    await desk.screen.state("ringing")
    assert "Burgerzaken" in await desk.screen.page.inner_text("#ringing")
    await ringing.answer()
    await desk.screen.shows(f"mevrouw {name}")
    await over(call)
    await desk.screen.blank()
    await page.state("erased")
    await page.close()
    [facts] = await kept.outcomes(Outcome.ANSWERED)
    assert (facts.identified, facts.subject) == (True, "paspoort")
    assert facts.queues == ("publiekszaken", "burgerzaken")
    assert facts.menu_path == ("hoofd:2",)
    assert not kept.holds([code, name])


async def test_closed_today(town: Town, kept: Kept) -> None:
    """She is told that it is closed and when it opens again, and the line is closed."""
    call = await calls(town, "citizen1", "#3")
    await call.is_told("closed")
    await call.is_told("opens-again")
    await call.disconnected.wait(20)
    [facts] = await kept.outcomes(Outcome.CLOSED)
    assert facts.queues == ()


async def test_an_emergency_to_a_queue(town: Town, kept: Kept) -> None:
    """Who waits is moved to it, who calls comes into it without a menu, and after its minute all is as before."""
    waits = await calls(town, "citizen1", "#2")
    await waits.hears(Heard.MUSIC, 20)
    began = time.monotonic()
    assert "goes to queue crisis" in await operator(town, "emergency", "on", "--minutes", "1", "--queue", "crisis")
    later = await calls(town, "citizen2")
    await later.hears(Heard.MUSIC, 10)
    async with at_work(town, 0) as clerk:
        for caller in (waits, later):
            await talk(await clerk.answers(), caller)
            await over(caller)
            await clerk.shows("available")
    first, second = await kept.outcomes(Outcome.ANSWERED, Outcome.ANSWERED)
    assert (first.queues, second.queues) == (("publiekszaken", "crisis"), ("crisis",))

    await asyncio.sleep(began + 60 - time.monotonic())  # It is the clock that ends it.

    async def ended() -> bool:
        return "no emergency" in await operator(town, "emergency")

    await until(ended, "the emergency ends by itself")
    after = await calls(town, "citizen3", "#")
    await after.is_told("lab-keuze-hoofd")
    await over(after)
    await kept.outcomes(Outcome.LEFT)
