"""A transfer from the screen that comes to nothing: the caller is back with who started it, and never in silence."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable

import aiohttp
import pytest
import pytest_asyncio

from lab.town import Town
from tests.live import passing
from tests.live.exchange import operator
from tests.live.passing import CALLER, RING_S, House, Person, Talk, hear, hears_all, hears_music

UNREACHABLE = "Ingrid de Boer is niet bereikbaar."
COMES_BACK = "Uw beller komt terug"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A municipality whose callers are passed on."""
    async with passing.municipality(tmp_path_factory.mktemp("fails")) as town:
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


Fails = Callable[[Talk, Person], Awaitable[None]]


async def busy(talk: Talk, whom: Person) -> None:
    """Her phone says that it is busy."""
    ringing = await whom.phone.rings()
    await hears_music(talk.caller)
    await ringing.reject(486)


async def rejects(talk: Talk, whom: Person) -> None:
    """She presses the key that refuses."""
    ringing = await whom.phone.rings()
    await hears_music(talk.caller)
    await ringing.reject(603)


async def rings_in_vain(talk: Talk, whom: Person) -> None:
    """She is not there."""
    ringing = await whom.phone.rings()
    await hears_music(talk.caller)
    await ringing.disconnected.wait(RING_S + 5)


async def refuses_on_screen(talk: Talk, whom: Person) -> None:
    """She presses the key on her screen."""
    await whom.phone.rings()
    await hears_music(talk.caller)
    await whom.seat.hang_up(talk.call)


FAILURES = [(busy, "is in gesprek"), (rejects, "weigerde"), (rings_in_vain, "nam niet op")]


@pytest.mark.parametrize(("fails", "told"), [*FAILURES, (refuses_on_screen, "weigerde")])
async def test_who_is_asked_does_not_answer(house: House, fails: Fails, told: str) -> None:
    """The caller hears music meanwhile, and then her agent again, whose screen says why."""
    talk = await house.talk()
    await talk.consults(house.ingrid)
    await fails(talk, house.ingrid)
    await house.samira.is_told(told)
    await talk.is_back()
    await house.ingrid.is_free()
    await talk.heard_only(house.samira.voice)
    await talk.over()


@pytest.mark.parametrize(("fails", "told"), FAILURES)
async def test_whom_she_is_passed_to_does_not_answer(house: House, fails: Fails, told: str) -> None:
    """The caller hears music until the agent who passed her on is rung again, and answers, and reads why."""
    talk = await house.talk()
    await talk.passes(house.ingrid)
    await talk.phone.disconnected.wait()
    await fails(talk, house.ingrid)
    await house.samira.rings_for(COMES_BACK)
    talk.phone = await house.samira.answers()
    await talk.is_back()
    await house.samira.is_told(told)
    await house.ingrid.is_free()
    await talk.heard_only(house.samira.voice)
    await talk.over()


async def test_a_phone_that_is_not_there(house: House) -> None:
    """Asked first or passed on to at once: the agent keeps the caller, who notices nothing, and reads why."""
    talk = await house.talk()
    await house.ingrid.phone.unregister()
    try:
        for how in (talk.consults, talk.passes):
            await how(house.ingrid)
            await house.samira.is_told(UNREACHABLE)
            await talk.is_back()
    finally:
        await house.ingrid.phone.register()
    await talk.heard_only(house.samira.voice)
    await talk.over()


async def test_who_is_not_there_any_more(house: House, town: Town) -> None:
    """Nobody of this name, or one who is locked out: refused at once, and the caller notices nothing."""
    talk = await house.talk()
    with pytest.raises(aiohttp.ClientResponseError, match="403"):
        await house.samira.seat.transfer(talk.call, user="nobody")
    [nadia] = await house.samira.seat.people("nadia")
    await operator(town, "user", "disable", "nadia")
    for consult in (True, False):
        with pytest.raises(aiohttp.ClientResponseError, match="403"):
            await house.samira.seat.transfer(talk.call, consult=consult, **nadia["send"])
    await talk.is_back()
    await talk.heard_only(house.samira.voice)
    await talk.over()


async def test_whom_she_asks_talks_with_another_caller(house: House) -> None:
    """Asked first or passed on to at once: the agent keeps the caller, who notices nothing, and so does the other."""
    other = await house.talk("citizen2")
    asked = await other.asked(house.ingrid)
    await other.act("complete")
    await house.ingrid.owns(other.call)
    talk = await house.talk()
    for how in (talk.consults, talk.passes):
        await how(house.ingrid)
        await house.samira.is_told("Ingrid de Boer is in gesprek.")
        await talk.is_back()
    assert house.ingrid.phone.silent
    await talk.heard_only(house.samira.voice)
    await talk.over()
    await hear(other.caller, CALLER, asked, house.ingrid.voice)
    await other.heard_only(house.samira.voice, house.ingrid.voice)
    await other.over()
    await house.ingrid.is_free()


async def test_whom_she_asks_hangs_up_half_way(house: House) -> None:
    """While they talk, while she hears music, and out of a talk of three: the caller is back with her agent."""
    talk = await house.talk()
    samira, ingrid = house.samira.voice, house.ingrid.voice
    for acts, heard in (((), None), (("swap",), [samira]), (("join",), [samira, ingrid])):
        asked = await talk.asked(house.ingrid)
        await talk.act(*acts)
        if heard is not None:
            await hears_all(talk.caller, *heard)
        await asked.hang_up()
        await house.samira.is_told("Ingrid de Boer hing op.")
        await talk.is_back()
        await house.ingrid.is_free()
    await talk.heard_only(house.samira.voice, house.ingrid.voice)
    await talk.over()


async def test_whose_phone_is_lost_in_the_middle(house: House, town: Town) -> None:
    """Logged off while it rings, silent from then on, silent in the middle of a word: the caller is never lost."""
    talk, rack = await house.talk(), town.lab.rack_of(town.officials[0].endpoint)
    await talk.consults(house.ingrid)
    ringing = await house.ingrid.phone.rings()
    await hears_music(talk.caller)
    await house.ingrid.phone.unregister()
    await house.samira.is_told(UNREACHABLE)
    await talk.is_back()
    await ringing.disconnected.wait()
    await house.ingrid.phone.register()
    asked = await talk.asked(house.ingrid)
    rack.freeze()
    try:
        await hears_music(talk.caller)
        await talk.act("cancel")
        await talk.is_back()
    finally:
        rack.wake()
    await asked.disconnected.wait()
    await talk.passes(house.karel)
    await house.karel.phone.rings()
    rack.freeze()
    try:
        talk.phone = await house.samira.answers(RING_S + 10)
        await house.samira.is_told("Karel Post ")  # Not there, or not answering: whichever is found first.
        await talk.is_back()
    finally:
        rack.wake()
    await talk.heard_only(house.samira.voice)
    await talk.over()
