"""To whom a caller is passed, and who sees her then: queues, numbers outside, and back; hold, three, a note."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from lab.people import CitizenPage, identified
from lab.town import Town
from tests.live import passing
from tests.live.exchange import calls
from tests.live.passing import CALLER, ENTER, NOTE, VOICES, House, Person, Talk, hear, hears_all, hears_music
from tests.live.passing import hears_nothing_of as hears_none
from tests.live.search import Search, overheard

OUTSIDE, ELSEWHERE = "+31243299999", "+31612345678"
"""A number to which the site lets callers be passed, and one to which it does not."""
HELD = "De beller hoort muziek."


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A municipality whose callers are passed on."""
    async with passing.municipality(tmp_path_factory.mktemp("targets")) as town:
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


async def identified_talk(house: House) -> tuple[CitizenPage, Talk]:
    """An identified caller who talks with the first agent; her page too."""
    page, code = await identified(house.town, await house.town.wallet({"familyname": "Jansen", "prefix": ""}))
    caller = await calls(house.town, "citizen1", code)
    await hears_music(caller)
    phone = await house.samira.answers(20)
    await caller.speak(CALLER)
    ear = caller.listening(*VOICES)
    await hear(caller, CALLER, phone, house.samira.voice)
    return page, Talk(house.samira, caller, phone, (await house.samira.owns())["call"], ear)


async def sees_jansen(person: Person) -> tuple[str, int]:
    """Wait until she may see her caller, who is this one; the call and the grant."""
    talking = await person.shows(lambda seen: bool(seen["hers"] and seen["grant"]), "may see her caller")
    card = await person.seat.card(talking["call"], talking["grant"])
    assert card is not None
    assert "Jansen" in card["name"]
    return talking["call"], talking["grant"]


async def nobody_sees(house: House, call: str, grant: int) -> None:
    """Whoever asks for her is refused."""
    for person in house.people:
        await person.is_refused(call, grant)


async def test_her_identity_follows_the_call_until_she_is_passed_outside(house: House) -> None:
    """Sealed in the queue, shown to who answers her, erased once she talks with somebody outside; nobody sees her."""
    outside = await house.town.lab.outsider(OUTSIDE)
    page, talk = await identified_talk(house)
    call, first = await sees_jansen(house.samira)
    await house.samira.seat.pause()
    await house.samira.seat.transfer(call, queue="burgerzaken", note=NOTE)
    await hears_music(talk.caller)
    await nobody_sees(house, call, first)
    await house.willem.seat.available()
    phone = await house.willem.answers()
    _, second = await sees_jansen(house.willem)
    await house.willem.reads(NOTE)
    await house.samira.is_refused(call, second)
    await hear(talk.caller, CALLER, phone, house.willem.voice)
    await house.willem.seat.transfer(call, number=OUTSIDE)
    ringing = await outside.rings()
    await hears_music(talk.caller)
    await nobody_sees(house, call, second)
    await ringing.answer()
    await ringing.speak(VOICES[4])
    await hear(talk.caller, CALLER, ringing, VOICES[4])
    await page.state("erased")
    await passing.nothing_sealed(house.town)
    await nobody_sees(house, call, second)
    await talk.heard_only(house.samira.voice, house.willem.voice, VOICES[4])
    await talk.caller.hang_up()
    await ringing.disconnected.wait()
    await page.close()


async def test_a_number_outside(house: House) -> None:
    """Only where the site lets her; asked first, she is passed there; who does not answer there gives her back."""
    outside = await house.town.lab.outsider(OUTSIDE)
    talk = await house.talk()
    with pytest.raises(aiohttp.ClientResponseError, match="403"):
        await house.samira.seat.transfer(talk.call, number=ELSEWHERE)
    assert [row["kind"] for row in await house.samira.seat.people(ELSEWHERE)] == []
    [row] = await house.samira.seat.people("024 329 9999")
    for consult in (True, False):
        await house.samira.seat.transfer(talk.call, consult=consult, note=NOTE, **row["send"])
        ringing = await outside.rings()
        await hears_music(talk.caller)
        await ringing.reject(486)
        if not consult:
            talk.phone = await house.samira.answers()
        await house.samira.is_told("Een extern nummer is in gesprek.")
        await talk.is_back()
    await house.samira.seat.transfer(talk.call, consult=True, number=OUTSIDE)
    asked = await outside.rings()
    await asked.answer()
    await asked.speak(VOICES[4])
    await hear(talk.phone, house.samira.voice, asked, VOICES[4])
    await hears_music(talk.caller)
    await talk.act("complete")
    await hear(talk.caller, CALLER, asked, VOICES[4])
    await passing.nothing_sealed(house.town)
    await talk.heard_only(house.samira.voice, VOICES[4])
    await talk.over()
    await asked.disconnected.wait()


async def test_places_in_a_queue(house: House, town: Town) -> None:
    """First: before all. Hers: by when she began to wait. Last: behind all, one who came after her too."""
    async with passing.at_work(town, town.agents[2], VOICES[4]) as nadia:
        hers = await house.talk("citizen1")
        await house.willem.seat.available()
        first = await house.talk("citizen2", house.willem)
        await nadia.seat.available()
        last = await house.talk("citizen3", nadia)
        for agent in (house.samira, house.willem, nadia):
            await agent.seat.pause()
        waits = await calls(town, "citizen4", ENTER)
        await hears_music(waits)
        for talk, standing in ((last, "last"), (hers, "hers"), (first, "first")):
            await talk.agent.seat.transfer(talk.call, queue="publiekszaken", standing=standing)
            await hears_music(talk.caller)
        await house.samira.seat.available()
        for caller in (first.caller, hers.caller, waits, last.caller):
            await house.samira.answers()
            await hears_all(caller, house.samira.voice)
            await caller.hang_up()
            await caller.disconnected.wait()
        await house.samira.is_free()
        for talk in (first, hers, last):
            await talk.heard_only(talk.agent.voice, house.samira.voice)


async def test_three_talk_and_one_sees(house: House) -> None:
    """All hear all, and the owner alone sees, whose card stays; who passes the caller back sees her no more."""
    talk = await house.talk()
    samira, ingrid, karel = house.samira.voice, house.ingrid.voice, house.karel.voice
    owner = await talk.asked(house.ingrid)
    await talk.act("complete")
    call, grant = await house.ingrid.reads(NOTE)
    await house.ingrid.seat.transfer(call, user=house.karel.seat.user, consult=True)
    asked = await house.karel.answers()
    await house.karel.is_asked(house.ingrid)
    await house.ingrid.seat.act(call, "join")
    await asyncio.gather(hears_all(talk.caller, ingrid, karel), hears_all(asked, CALLER, ingrid))
    await hears_all(owner, CALLER, karel)
    assert await house.ingrid.seat.card(call, grant) is not None
    for person in (house.samira, house.karel):
        await person.is_refused(call, grant)
    await house.ingrid.seat.act(call, "cancel")
    await asked.disconnected.wait()
    back = (await house.ingrid.owns(call))["back"]
    assert back == house.samira.seat.user
    await house.ingrid.seat.transfer(call, user=back, note="Is geholpen.")
    talk.phone = await house.samira.answers()
    _, later = await house.samira.reads("Is geholpen.")
    for number in (grant, later):
        await house.ingrid.is_refused(call, number)
    await talk.is_back()
    await talk.heard_only(samira, ingrid, karel)
    await talk.over()
    await passing.nothing_sealed(house.town)


async def test_hold_and_mute(house: House) -> None:
    """Held, the caller hears music, nobody hears her, and the card stays; who is mute hears, and is not heard."""
    talk = await house.talk()
    asked = await talk.asked(house.ingrid)
    await talk.act("complete")
    card = await house.ingrid.reads(NOTE)
    await hear(talk.caller, CALLER, asked, house.ingrid.voice)
    await house.ingrid.seat.act(talk.call, "hold")
    await house.ingrid.shows(lambda talking: talking["state"] == HELD, HELD)
    await hears_music(talk.caller)
    await hears_none(asked, CALLER)
    assert await house.ingrid.reads(NOTE) == card
    await house.ingrid.seat.act(talk.call, "resume")
    await hear(talk.caller, CALLER, asked, house.ingrid.voice)
    assert await house.ingrid.reads(NOTE) == card
    await talk.heard_only(house.samira.voice, house.ingrid.voice)
    await house.ingrid.seat.act(talk.call, "mute")
    await hears_none(talk.caller, house.ingrid.voice)
    await hears_all(asked, CALLER)
    await house.ingrid.seat.act(talk.call, "unmute")
    await hear(talk.caller, CALLER, asked, house.ingrid.voice)
    await talk.over()
    await house.ingrid.is_free()


async def test_a_note_turns_up_nowhere(house: House, town: Town) -> None:
    """But in the vault, sealed, and on the next owner's card: not in a log, nor in a redis, nor in Asterisk."""
    word = f"Kanarie{secrets.token_hex(6)}"
    search, lab = Search(town, [word]), town.lab
    async with overheard(lab.desk_redis.url) as to_desk, overheard(lab.vault_redis.url) as to_vault:
        talk = await house.talk()
        await talk.consults(house.ingrid, word)
        asked = await house.ingrid.answers()
        await house.ingrid.is_asked(house.samira)
        assert await search.everywhere() == []
        assert not search.holds(str([await person.seat.panel() for person in house.people]))
        await talk.act("complete")
        grant = await house.ingrid.reads(word)
        assert not search.holds(str([await person.seat.panel() for person in house.people]))
        await hear(talk.caller, CALLER, asked, house.ingrid.voice)
        assert await search.everywhere() == []
        await talk.over()
        await passing.nothing_sealed(town)
        await nobody_sees(house, *grant)
        assert await search.everywhere() == []
        assert talk.call in "\n".join(to_desk)
        assert "content:" in "\n".join(to_vault)
        assert not search.holds("\n".join([*to_desk, *to_vault]))
