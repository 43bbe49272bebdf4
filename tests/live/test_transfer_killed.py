"""The daemon is killed (`kill -9`) in each state of a transfer: the next one goes on with it, and cards are right."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from lab.phone import PhoneCall
from lab.town import Town
from tests.live import passing
from tests.live.passing import CALLER, NOTE, House, Talk, hear, hears_all, hears_music


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A municipality whose callers are passed on."""
    async with passing.municipality(tmp_path_factory.mktemp("killed")) as town:
        yield town


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def people(town: Town) -> AsyncIterator[House]:
    """Who works there."""
    async with passing.house(town) as house:
        yield house


@pytest_asyncio.fixture(loop_scope="session")
async def house(people: House) -> House:
    """The same, as a day begins."""
    await people.begins()
    return people


async def two_talks(house: House) -> tuple[Talk, Talk]:
    """Both agents talk with a caller, and take no others."""
    first = await house.talk()
    await house.samira.seat.pause()
    await house.willem.seat.available()
    second = await house.talk("citizen2", house.willem)
    await house.willem.seat.pause()
    return first, second


async def completed(talk: Talk, house: House, asked: PhoneCall) -> None:
    """Her agent completes: whom she asked has the caller, and alone reads the note."""
    await talk.act("complete")
    grant = await house.ingrid.reads(NOTE)
    await house.samira.is_refused(*grant)
    await hear(talk.caller, CALLER, asked, house.ingrid.voice)


async def all_over(house: House, *talks: Talk) -> None:
    """The callers hang up; nothing of them is left."""
    for talk in talks:
        await talk.caller.hang_up()
    for person in house.people:
        await person.is_free()
    await passing.nothing_sealed(house.town)


async def test_while_phones_ring(house: House) -> None:
    """Of whom is asked, and of whom a caller is passed to: they ring on, and are answered."""
    asks, passes = await two_talks(house)
    await asks.consults(house.ingrid, NOTE)
    asked = await house.ingrid.phone.rings()
    await passes.passes(house.karel, NOTE)
    rung = await house.karel.phone.rings()
    await asyncio.gather(hears_music(asks.caller), hears_music(passes.caller))
    await house.killed()
    await house.karel.takes(rung)
    await house.karel.reads(NOTE)
    await house.ingrid.takes(asked)
    await house.ingrid.is_asked(house.samira)
    await hear(asks.phone, house.samira.voice, asked, house.ingrid.voice)
    await hears_music(asks.caller)
    await completed(asks, house, asked)
    await hear(passes.caller, CALLER, rung, house.karel.voice)
    await asks.heard_only(house.samira.voice, house.ingrid.voice)
    await passes.heard_only(house.willem.voice, house.karel.voice)
    await all_over(house, asks, passes)


async def test_while_they_talk_about_her_and_while_one_comes_back(house: House) -> None:
    """Who is asked is shown nothing by the next daemon either; and who passed her caller on in vain is rung on."""
    asks, passes = await two_talks(house)
    asked = await asks.asked(house.ingrid)
    await passes.passes(house.karel)
    await (await house.karel.phone.rings()).reject(603)
    ringing = await house.willem.phone.rings()
    await house.killed()
    passes.phone = await house.willem.takes(ringing)
    await passes.is_back()
    await house.ingrid.is_asked(house.samira)
    await hear(asks.phone, house.samira.voice, asked, house.ingrid.voice)
    await hears_music(asks.caller)
    await completed(asks, house, asked)
    await asks.heard_only(house.samira.voice, house.ingrid.voice)
    await passes.heard_only(house.willem.voice)
    await all_over(house, asks, passes)


async def test_while_one_is_put_aside_and_while_one_is_in_a_queue(house: House) -> None:
    """Who was asked hears music on, and the caller her agent; who was passed to a queue waits on, and is answered."""
    asks, passes = await two_talks(house)
    asked = await asks.asked(house.ingrid)
    await asks.act("swap")
    await hears_all(asks.caller, house.samira.voice)
    await house.willem.seat.transfer(passes.call, queue="burgerzaken", standing="last", note=NOTE)
    await hears_music(passes.caller)
    await house.killed()
    await house.samira.asks("Ingrid de Boer hoort muziek")
    await hear(asks.caller, CALLER, asks.phone, house.samira.voice)
    await hears_music(asked)
    await hears_music(passes.caller)
    await asks.act("swap")
    await hear(asks.phone, house.samira.voice, asked, house.ingrid.voice)
    await hears_music(asks.caller)
    await completed(asks, house, asked)
    await house.samira.seat.available()
    phone = await house.samira.answers()
    await house.samira.reads(NOTE)
    await hear(passes.caller, CALLER, phone, house.samira.voice)
    await asks.heard_only(house.samira.voice, house.ingrid.voice)
    await passes.heard_only(house.willem.voice, house.samira.voice)
    await all_over(house, asks, passes)


async def test_while_three_talk_and_while_one_is_held(house: House) -> None:
    """All three talk on, and the owner alone sees; who is held hears music on, and is taken back."""
    asks, passes = await two_talks(house)
    asked = await asks.asked(house.ingrid)
    await asks.act("join")
    await hears_all(asks.caller, house.samira.voice, house.ingrid.voice)
    await passes.act("hold")
    await hears_music(passes.caller)
    await house.killed()
    await house.ingrid.is_asked(house.samira)
    await hears_all(asks.caller, house.samira.voice, house.ingrid.voice)
    await hears_all(asked, CALLER, house.samira.voice)
    await hears_music(passes.caller)
    await passes.act("resume")
    await passes.is_back()
    await completed(asks, house, asked)
    await asks.heard_only(house.samira.voice, house.ingrid.voice)
    await passes.heard_only(house.willem.voice)
    await all_over(house, asks, passes)


async def test_while_a_phone_holds_and_while_another_has_a_second_call(house: House) -> None:
    """By the phones' own keys: who is held hears music until she is taken back, or passed on by her agent's phone."""
    asks, holds = await two_talks(house)
    for talk in (asks, holds):
        await talk.phone.hold()
        await hears_music(talk.caller)
    second = await house.samira.phone.call("2101")
    asked = await house.ingrid.answers()
    await second.connected.wait()
    await second.speak(house.samira.voice)
    await hear(second, house.samira.voice, asked, house.ingrid.voice)
    await house.killed()
    await asyncio.gather(hears_music(asks.caller), hears_music(holds.caller))
    await hear(second, house.samira.voice, asked, house.ingrid.voice)
    await holds.phone.unhold()
    await holds.is_back()
    await asks.phone.refer_to_call(second)
    await asks.phone.transfer_told(200)
    await house.ingrid.owns(asks.call)
    await hear(asks.caller, CALLER, asked, house.ingrid.voice)
    await asks.heard_only(house.samira.voice, house.ingrid.voice)
    await holds.heard_only(house.willem.voice)
    await all_over(house, asks, holds)


async def test_while_a_phone_waits_for_its_refer(house: House) -> None:
    """The next daemon tells the phone how it went; answered, the caller is passed on, and refused, she is back."""
    for answers in (False, True):
        talk = await house.talk()
        await talk.phone.refer(house.samira.phone.uri("2101"))
        ringing = await house.ingrid.phone.rings()
        await hears_music(talk.caller)
        await house.killed()
        await hears_music(talk.caller)
        if answers:
            await house.ingrid.takes(ringing)
            await talk.phone.transfer_told(200)
            await hear(talk.caller, CALLER, ringing, house.ingrid.voice)
            await talk.heard_only(house.samira.voice, house.ingrid.voice)
        else:
            await ringing.reject(603)
            await talk.phone.transfer_told(603)
            await talk.is_back()
            await talk.heard_only(house.samira.voice)
        await all_over(house, talk)
        await house.samira.seat.available()


@pytest.mark.parametrize("pause", [0.0, 0.05])
async def test_as_she_completes_and_as_one_is_passed_on(house: House, pause: float) -> None:
    """However far it came: one of the two has the caller, nobody else sees her, and she is helped."""
    asks, passes = await two_talks(house)
    asked = await asks.asked(house.ingrid)
    acts = asyncio.gather(asks.act("complete"), passes.passes(house.karel, NOTE))
    await asyncio.sleep(pause)  # How far it has come is what differs.
    await house.town.daemon.kill()
    with contextlib.suppress(aiohttp.ClientError):
        await acts
    await house.returns()
    if (await house.samira.seat.panel())["talking"] is not None:
        await completed(asks, house, asked)
    await house.ingrid.reads(NOTE)
    await hear(asks.caller, CALLER, asked, house.ingrid.voice)
    if (await house.willem.seat.panel())["talking"] is None:
        await rung_first(passes, house)
    if (await house.willem.seat.panel())["talking"] is not None:
        await passes.is_back()
        await passes.passes(house.karel, NOTE)
        await house.karel.answers()
    await house.karel.reads(NOTE)
    await hears_all(passes.caller, house.karel.voice)
    await asks.heard_only(house.samira.voice, house.ingrid.voice)
    await passes.heard_only(house.willem.voice, house.karel.voice)
    await all_over(house, asks, passes)


async def rung_first(talk: Talk, house: House) -> None:
    """Whom she is passed to is rung, or where that had not begun, who passed her on; whoever it is answers."""
    rings = {asyncio.create_task(each.phone.rings(15)): each for each in (house.karel, house.willem)}
    done, left = await asyncio.wait(rings, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    [rang] = done
    phone = await rings[rang].takes(await rang)
    if rings[rang] is house.willem:
        talk.phone = phone
    await rings[rang].owns(talk.call)
