"""Somebody leaves in the middle of a transfer: the caller, who passed her on, or whom she is passed to."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from lab.phone import PhoneCall
from lab.town import Town
from tests.live import passing
from tests.live.exchange import operator
from tests.live.passing import CALLER, NOTE, RING_S, House, Talk, hear, hears_all, hears_music

COMES_BACK = "Uw beller komt terug"
ASKED = {"consulted": (), "aside": ("swap",), "together": ("join",)}
"""What the owner presses to bring whom she asks there."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A municipality whose callers are passed on."""
    async with passing.municipality(tmp_path_factory.mktemp("leaves")) as town:
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


async def is_in(talk: Talk, house: House, state: str) -> None:
    """The official is asked, and is where this state says."""
    await talk.act(*ASKED[state])
    voices = {"aside": [house.samira.voice], "together": [house.samira.voice, house.ingrid.voice]}
    if state in voices:
        await hears_all(talk.caller, *voices[state])


@pytest.mark.parametrize("state", ["ringing", *ASKED])
async def test_the_caller_hangs_up_while_somebody_is_asked(house: House, state: str) -> None:
    """Everybody's call ends, and nothing of her is kept: no note, no card, no channel."""
    talk = await house.talk()
    if state == "ringing":
        await talk.consults(house.ingrid, NOTE)
        asked = await house.ingrid.phone.rings()
        await hears_music(talk.caller)
    else:
        asked = await talk.asked(house.ingrid)
        await is_in(talk, house, state)
    assert await passing.sealed(house.town)
    await talk.over()
    await asked.disconnected.wait()
    await talk.phone.disconnected.wait()
    await house.ingrid.is_free()
    await passing.nothing_sealed(house.town)


async def test_the_caller_hangs_up_on_her_way(house: House) -> None:
    """While the phone rings to which she is passed, or as she comes back: it stops, and nothing of her is kept."""
    for comes_back in (False, True):
        talk = await house.talk()
        await talk.passes(house.ingrid, NOTE)
        ringing = await house.ingrid.phone.rings()
        if comes_back:
            await ringing.reject(603)
            ringing = await house.samira.phone.rings()
        await hears_music(talk.caller)
        assert await passing.sealed(house.town)
        await talk.heard_only(house.samira.voice)
        await talk.over()
        await ringing.disconnected.wait()
        await house.ingrid.is_free()
        await passing.nothing_sealed(house.town)


@pytest.mark.parametrize("state", ASKED)
async def test_who_asks_hangs_up_her_phone(house: House, state: str) -> None:
    """The caller is passed on to whom she asked, who alone reads her note from then on; it is gone with the call."""
    talk = await house.talk()
    asked = await talk.asked(house.ingrid)
    await is_in(talk, house, state)
    await talk.phone.hang_up()
    grant = await house.ingrid.reads(NOTE)
    await house.samira.is_refused(*grant)
    await hear(talk.caller, CALLER, asked, house.ingrid.voice)
    await talk.heard_only(house.samira.voice, house.ingrid.voice)
    await talk.over()
    await house.ingrid.is_free()
    await house.ingrid.is_refused(*grant)
    await passing.nothing_sealed(house.town)


async def test_who_asks_hangs_up_while_it_rings(house: House) -> None:
    """It rings on for the caller: answered, she is hers; and where nobody answers, she comes back."""
    for answers in (True, False):
        talk = await house.talk()
        await talk.consults(house.ingrid, NOTE)
        ringing = await house.ingrid.phone.rings()
        await talk.phone.hang_up()
        await house.ingrid.rings_for("Samira Bakker verbindt een beller door")
        await hears_music(talk.caller)
        if answers:
            phone = await house.ingrid.takes(ringing)
            await house.ingrid.reads(NOTE)
            await hear(talk.caller, CALLER, phone, house.ingrid.voice)
            await talk.heard_only(house.samira.voice, house.ingrid.voice)
        else:
            await house.samira.rings_for(COMES_BACK)
            talk.phone = await house.samira.answers(RING_S + 5)
            await talk.is_back()
            await house.samira.is_told("Ingrid de Boer nam niet op.")
            await talk.heard_only(house.samira.voice)
        await talk.over()
        await house.ingrid.is_free()


async def test_where_hanging_up_does_not_pass_on(house: House, town: Town) -> None:
    """`hangup_completes = false`: who hangs up while she asks somebody is rung again, and that one's call ends."""
    before = town.site.read_text()
    town.site.write_text(before.replace("[desk.transfer]", "[desk.transfer]\nhangup_completes = false"))
    await operator(town, "reload")
    try:
        await house.willem.seat.available()  # In a moment idle for longer: a queue would ask him.
        talk = await house.talk()
        asked = await talk.asked(house.ingrid)
        await talk.phone.hang_up()
        await asked.disconnected.wait()
        await house.samira.rings_for(COMES_BACK)
        talk.phone = await house.samira.answers()
        await talk.is_back()
        assert house.willem.phone.silent
        await talk.heard_only(house.samira.voice)
        await talk.over()
    finally:
        town.site.write_text(before)
        await operator(town, "reload")


async def test_who_hangs_up_with_her_caller_on_hold(house: House) -> None:
    """Whom she has put aside is not lost by that: her phone rings again."""
    talk = await house.talk()
    await house.willem.seat.available()
    await talk.act("hold")
    await hears_music(talk.caller)
    await talk.phone.hang_up()
    await house.samira.rings_for(COMES_BACK)
    talk.phone = await house.samira.answers()
    await talk.is_back()
    await talk.heard_only(house.samira.voice)
    await talk.over()


async def test_a_caller_who_comes_back_in_vain_is_the_first_in_the_queue(house: House) -> None:
    """Before one who waits longer: whoever is free next has her."""
    other = await house.talk("citizen2")
    await house.samira.seat.pause()
    await house.willem.seat.available()
    talk = await house.talk(agent=house.willem)
    await house.willem.seat.pause()
    await house.samira.seat.transfer(other.call, queue="publiekszaken")
    await talk.passes(house.ingrid, NOTE)
    await (await house.ingrid.phone.rings()).reject(603)
    ringing = await house.willem.phone.rings()
    await ringing.disconnected.wait(RING_S + 5)
    await house.willem.is_free()
    await house.samira.seat.available()
    phone = await house.samira.answers()
    await house.samira.reads(NOTE)
    await hear(talk.caller, CALLER, phone, house.samira.voice)
    await talk.heard_only(house.willem.voice, house.samira.voice)
    await talk.over()
    await house.samira.answers()
    await hear_again(other, house)


async def hear_again(other: Talk, house: House) -> None:
    """She who waited is helped too."""
    await hears_all(other.caller, house.samira.voice)
    await other.heard_only(house.samira.voice)
    await other.over()


async def test_who_passed_her_on_has_switched_off_her_phone(house: House) -> None:
    """There is nobody to come back to: whoever is free next has her."""
    talk = await house.talk()
    await house.samira.seat.pause()
    await talk.passes(house.ingrid, NOTE)
    ringing = await house.ingrid.phone.rings()
    await talk.phone.disconnected.wait()
    await house.samira.phone.unregister()
    try:
        await is_had_by_willem(talk, house, ringing)
        await talk.heard_only(house.samira.voice, house.willem.voice)
    finally:
        await house.samira.phone.register()


async def test_who_passed_her_on_has_left(house: House, town: Town) -> None:
    """The same for one who has logged out."""
    await house.samira.seat.pause()
    async with passing.at_work(town, town.agents[2], passing.VOICES[4]) as nadia:
        await nadia.seat.available()
        talk = await house.talk(agent=nadia)
        await talk.passes(house.ingrid, NOTE)
        ringing = await house.ingrid.phone.rings()
        await talk.phone.disconnected.wait()
        await nadia.seat.log_out()
        await is_had_by_willem(talk, house, ringing)
        await talk.heard_only(nadia.voice, house.willem.voice)
        assert nadia.phone.silent


async def is_had_by_willem(talk: Talk, house: House, ringing: PhoneCall) -> None:
    """Whom she was passed to is busy; he is free, reads the note, and talks with her until she hangs up."""
    await hears_music(talk.caller)
    await ringing.reject(486)
    await house.willem.seat.available()
    phone = await house.willem.answers()
    await house.willem.reads(NOTE)
    await hear(talk.caller, CALLER, phone, house.willem.voice)
    await talk.caller.hang_up()
    await house.willem.is_free()
