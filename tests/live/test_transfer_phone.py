"""Passed on with the phone's own keys, where the site lets phones do that: REFER, a second call, hold, star codes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
import pytest_asyncio

from lab.phone import PhoneCall
from lab.town import Town
from tests.live import passing
from tests.live.exchange import operator
from tests.live.passing import CALLER, NOTE, RING_S, House, Talk, hear, hears_all, hears_music

HOLDS = "De beller hoort muziek. Neem het gesprek terug met de toets van uw telefoon."
COMES_BACK = "Uw beller komt terug"
INGRID, KAREL, NOBODY, QUEUE = "2101", "2102", "2999", "2900"
"""What is dialled."""


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A municipality on whose node phones may pass callers on."""
    async with passing.municipality(tmp_path_factory.mktemp("phone")) as town:
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


async def refers(talk: Talk, extension: str) -> None:
    """The agent's phone asks to pass the caller on to this extension; it is told that this is tried."""
    await talk.phone.refer(talk.agent.phone.uri(extension))
    await talk.phone.transfer_told(100)


async def holds(talk: Talk) -> None:
    """The agent holds with her phone's own key: the caller hears music, and her screen says so."""
    await talk.phone.hold()
    await talk.agent.shows(lambda talking: talking["state"] == HOLDS, HOLDS)
    await hears_music(talk.caller)


async def takes_back(talk: Talk) -> None:
    """The agent takes the caller back with her phone's key."""
    await talk.phone.unhold()
    await talk.is_back()


async def second_call(talk: Talk, house: House) -> tuple[PhoneCall, PhoneCall]:
    """With the caller on hold the agent dials the official, who answers; the second calls of both."""
    await holds(talk)
    second = await talk.agent.phone.call(INGRID)
    await second.ringing.wait()
    asked = await house.ingrid.answers()
    await second.connected.wait()
    await second.speak(talk.agent.voice)
    await house.ingrid.is_asked(talk.agent)
    await hear(second, talk.agent.voice, asked, house.ingrid.voice)
    await hears_music(talk.caller)
    return second, asked


@pytest.mark.parametrize("held", [False, True])
async def test_a_blind_refer(house: House, held: bool) -> None:
    """The phone keeps its call until the other answers (100, 200); then the caller is hers."""
    talk = await house.talk()
    if held:
        await holds(talk)
    await refers(talk, INGRID)
    ringing = await house.ingrid.phone.rings()
    await hears_music(talk.caller)
    assert not talk.phone.disconnected
    asked = await house.ingrid.takes(ringing)
    await talk.phone.transfer_told(200)
    await talk.phone.disconnected.wait()
    await house.ingrid.owns(talk.call)
    await hear(talk.caller, CALLER, asked, house.ingrid.voice)
    await house.samira.is_free()
    await talk.heard_only(house.samira.voice, house.ingrid.voice)
    await talk.over()
    await house.ingrid.is_free()


async def test_the_card_follows_a_refer(house: House) -> None:
    """It stays while the owner's phone holds and asks, and then is the new owner's alone."""
    talk = await house.talk()
    asked = await talk.asked(house.ingrid)
    await talk.act("complete")
    card = await house.ingrid.reads(NOTE)
    await hear(talk.caller, CALLER, asked, house.ingrid.voice)
    talk.agent, talk.phone = house.ingrid, asked
    await holds(talk)
    assert await house.ingrid.reads(NOTE) == card
    await takes_back(talk)
    assert await house.ingrid.reads(NOTE) == card
    await refers(talk, KAREL)
    ringing = await house.karel.phone.rings()
    await hears_music(talk.caller)
    assert await house.ingrid.seat.card(*card) is not None
    await house.karel.is_refused(*card)
    phone = await house.karel.takes(ringing)
    await talk.phone.transfer_told(200)
    granted = await house.karel.reads(NOTE)
    for person in (house.samira, house.ingrid):
        await person.is_refused(*card)
        await person.is_refused(*granted)
    await hear(talk.caller, CALLER, phone, house.karel.voice)
    await talk.heard_only(house.samira.voice, house.ingrid.voice, house.karel.voice)
    await talk.over()
    await passing.nothing_sealed(house.town)


REFUSALS = [("refused", False), ("busy", True), ("not answered", True), ("unknown", False), ("unknown", True)]


@pytest.mark.parametrize(("fails", "held"), REFUSALS)
async def test_a_blind_refer_that_comes_to_nothing(house: House, fails: str, held: bool) -> None:
    """The phone is told 603, and its agent has the caller as she had her: on the line, or held and hearing music."""
    talk = await house.talk()
    if held:
        await holds(talk)
    await refers(talk, NOBODY if fails == "unknown" else INGRID)
    if fails != "unknown":
        ringing = await house.ingrid.phone.rings()
        await hears_music(talk.caller)
        if fails == "not answered":
            await ringing.disconnected.wait(RING_S + 5)
        else:
            await ringing.reject(603 if fails == "refused" else 486)
    await talk.phone.transfer_told(603)
    if held:
        await hears_music(talk.caller)
        await takes_back(talk)
    else:
        await talk.is_back()
    await house.ingrid.is_free()
    await talk.heard_only(house.samira.voice)
    await talk.over()


async def test_a_blind_refer_to_a_queue(house: House) -> None:
    """The phone is told 200 at once, and the caller waits there."""
    talk = await house.talk()
    await house.samira.seat.pause()
    await refers(talk, QUEUE)
    await talk.phone.transfer_told(200)
    await talk.phone.disconnected.wait()
    await hears_music(talk.caller)
    await house.willem.seat.available()
    phone = await house.willem.answers()
    await hear(talk.caller, CALLER, phone, house.willem.voice)
    await talk.heard_only(house.samira.voice, house.willem.voice)
    await talk.caller.hang_up()
    await house.willem.is_free()


@pytest.mark.parametrize("on", ["the first call", "the second call"])
async def test_an_attended_refer(house: House, on: str) -> None:
    """She talks with whom she dialled, and her phone brings both together: REFER with Replaces, on either call."""
    talk = await house.talk()
    second, asked = await second_call(talk, house)
    one, other = (talk.phone, second) if on == "the first call" else (second, talk.phone)
    await one.refer_to_call(other)
    await one.transfer_told(200)
    await talk.phone.disconnected.wait()
    await second.disconnected.wait()
    await house.ingrid.owns(talk.call)
    await hear(talk.caller, CALLER, asked, house.ingrid.voice)
    await house.samira.is_free()
    await talk.heard_only(house.samira.voice, house.ingrid.voice)
    await talk.over()


async def test_an_attended_refer_while_it_rings(house: House) -> None:
    """The caller hears music until whom her agent dialled answers her; or she is back, where that one refuses."""
    for answers in (True, False):
        talk = await house.talk()
        await holds(talk)
        second = await house.samira.phone.call(INGRID)
        ringing = await house.ingrid.phone.rings()
        await second.ringing.wait()
        await talk.phone.refer_to_call(second)
        await talk.phone.transfer_told(100)
        await hears_music(talk.caller)
        await hears_music(talk.caller)
        if answers:
            asked = await house.ingrid.takes(ringing)
            await talk.phone.transfer_told(200)
            await hear(talk.caller, CALLER, asked, house.ingrid.voice)
            await talk.heard_only(house.samira.voice, house.ingrid.voice)
        else:
            await ringing.reject(603)
            await talk.phone.transfer_told(603)
            await hears_music(talk.caller)
            await takes_back(talk)
            await talk.heard_only(house.samira.voice)
        await second.disconnected.wait()
        await talk.over()
        await house.ingrid.is_free()


async def test_a_second_call_that_ends(house: House) -> None:
    """Hung up while it rings, while they talk, or by whom she dialled: the caller hears music until she is back."""
    talk = await house.talk()
    await holds(talk)
    second = await house.samira.phone.call(INGRID)
    ringing = await house.ingrid.phone.rings()
    await second.hang_up()
    await ringing.disconnected.wait()
    await hears_music(talk.caller)
    await takes_back(talk)
    for ends in ("her phone", "the other's phone", "her screen"):
        second, asked = await second_call(talk, house)
        if ends == "her screen":
            await talk.act("cancel")
        else:
            await (second if ends == "her phone" else asked).hang_up()
        await second.disconnected.wait()
        await asked.disconnected.wait()
        await house.ingrid.is_free()
        await hears_music(talk.caller)
        await takes_back(talk)
    await talk.heard_only(house.samira.voice)
    await talk.over()


async def test_a_second_call_to_nobody(house: House) -> None:
    """Refused (603), and the caller hears music until she is taken back. A phone without a caller can call nobody."""
    talk = await house.talk()
    await holds(talk)
    second = await house.samira.phone.call(NOBODY)
    assert (await second.disconnected.wait())["code"] == 603
    await hears_music(talk.caller)
    await takes_back(talk)
    await talk.heard_only(house.samira.voice)
    await talk.over()
    alone = await house.karel.phone.call(INGRID)
    assert (await alone.disconnected.wait())["code"] == 603
    assert house.ingrid.phone.silent


async def test_hung_up_while_her_caller_is_held(house: House) -> None:
    """By the phone's own key: her phone rings again, and the caller hears music until she answers."""
    talk = await house.talk()
    await house.willem.seat.available()
    await holds(talk)
    await talk.phone.hang_up()
    await hears_music(talk.caller)
    await house.samira.rings_for(COMES_BACK)
    talk.phone = await house.samira.answers()
    await talk.is_back()
    await talk.heard_only(house.samira.voice)
    await talk.over()


@asynccontextmanager
async def star_codes(town: Town) -> AsyncIterator[None]:
    """The site has them meanwhile."""
    before = town.site.read_text()
    town.site.write_text(before.replace("[desk.transfer]", "[desk.transfer]\nstar_codes = true"))
    await operator(town, "reload")
    try:
        yield
    finally:
        town.site.write_text(before)
        await operator(town, "reload")


async def test_star_codes(house: House, town: Town) -> None:
    """Hold, consult, swap, three, cancel, complete and pass on, with the keys of the telephone alone."""
    samira, ingrid = house.samira.voice, house.ingrid.voice
    async with star_codes(town):
        talk = await house.talk()
        await talk.phone.key_in("*6")
        await hears_music(talk.caller)
        await talk.phone.key_in("*6")
        await talk.is_back()
        await talk.phone.key_in(f"*2{INGRID}#")
        asked = await house.ingrid.answers()
        await hear(talk.phone, samira, asked, ingrid)
        await hears_music(talk.caller)
        await talk.phone.key_in("*3")
        await hear(talk.caller, CALLER, talk.phone, samira)
        await hears_music(asked)
        await talk.phone.key_in("*5")
        await hears_all(talk.caller, samira, ingrid)
        await talk.phone.key_in("*0")
        await asked.disconnected.wait()
        await talk.is_back()
        await talk.phone.key_in(f"*2{INGRID}#")
        asked = await house.ingrid.answers()
        await house.ingrid.is_asked(house.samira)
        await talk.phone.key_in("*4")
        await talk.phone.disconnected.wait()
        await hear(talk.caller, CALLER, asked, ingrid)
        await talk.heard_only(samira, ingrid)
        await talk.over()
        await house.ingrid.is_free()


async def test_star_codes_that_pass_on(house: House, town: Town) -> None:
    """To nobody: the caller stays, and the screen says so. To somebody: she is passed on."""
    async with star_codes(town):
        talk = await house.talk()
        await talk.phone.key_in(f"*1{NOBODY}#")
        await house.samira.is_told("Hierheen kunt u niet doorverbinden.")
        await talk.is_back()
        await talk.phone.key_in(f"*1{INGRID}#")
        asked = await house.ingrid.answers()
        await talk.phone.disconnected.wait()
        await hear(talk.caller, CALLER, asked, house.ingrid.voice)
        await talk.heard_only(house.samira.voice, house.ingrid.voice)
        await talk.over()
        await house.ingrid.is_free()
