"""Identifying during the call, from the owner's key to her card: the service with a yivi server in memory."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from irmacall.core import views
from irmacall.core.events import SeatReleased
from irmacall.core.ids import CallId, ChannelId, SealedId, SubjectId
from irmacall.core.pairing import MOST
from irmacall.errors import PeerUnavailable, Refused
from irmacall.service.identify import MOST_TEXTS
from irmacall.service.reveal import Revealed
from tests.core.leader import PASSPORT, WASTE
from tests.core.plays import BO, ELS, seat_of
from tests.service.counter import FAMILYNAME
from tests.service.identifying import BIRTH, LABEL, MOBILE, NOW, ORIGIN, OTHER, Desk, identifying


@pytest.fixture(name="desk")
async def _desk() -> AsyncIterator[Desk]:
    async with identifying() as desk:
        yield desk


async def _card(desk: Desk) -> Revealed:
    """What the door gives Els for the one grant that there is."""
    await desk.house.eventually(lambda: bool(desk.house.term.grants.held()))
    [grant] = desk.house.term.grants.held()
    assert (grant.seat, grant.user) == (seat_of(ELS), ELS)
    return await desk.house.term.door.reveal(grant.seat, grant.user, grant.call, grant.grant)


async def test_from_the_owners_key_to_her_card(desk: Desk) -> None:
    """Asked, typed in, disclosed: what yivi proved is on the owner's card, and on her caller's own page."""
    call = await desk.talks_unknown()
    number = await desk.asks(call)
    assert re.fullmatch("[0-9]{6}", number)
    assert (desk.shown(call).address, desk.asked(call).title) == ("bellen.example.nl/nu", "Paspoort")
    assert await desk.identifying.take(NOW, number)
    assert (desk.asked(call).state, desk.asked(call).number) == ("taken", None)
    begun = await desk.begins()
    assert desk.asked(call).state == "sharing"
    assert desk.irma.links == [f"{ORIGIN}/bellen"], "the app comes back to the page, and dials nothing"
    desk.discloses("Zeldzaam")
    await desk.until(call, "done")
    revealed = await _card(desk)
    assert revealed.identity is not None
    assert revealed.identity.attributes["familyname"] == "Zeldzaam"
    assert (await desk.becomes(begun, "talking")).code is None
    assert (await desk.identifying.paired(NOW)).state == "done"
    assert len(desk.audited("pairing_bound")) == 1


async def test_the_page_is_told_enough_to_know_whether_it_is_her_call(desk: Desk) -> None:
    """When it began, whom it is with, and the last two digits: of the number no more."""
    call = await desk.talks_unknown()
    await desk.identifying.take(NOW, await desk.asks(call))
    seen = await desk.identifying.paired(NOW)
    assert (seen.state, seen.service, seen.last_digits) == ("taken", "Algemeen", "56")
    assert seen.began == desk.house.term.desk.calls[call].arrived_at
    assert seen.subject is not None
    assert MOBILE[:-2] not in repr(seen)


@pytest.mark.parametrize("why", ["withheld", "not told"])
async def test_a_number_that_is_not_known_is_no_obstacle(desk: Desk, why: str) -> None:
    """Withheld, or her node does not answer: the page says that it is not known, and she goes on."""
    if why == "withheld":
        desk.house.node.number = None
    else:
        desk.house.node.faults.always["caller_number"] = PeerUnavailable("away")
    call = await desk.talks_unknown()
    assert await desk.identifying.take(NOW, await desk.asks(call))
    assert (await desk.identifying.paired(NOW)).last_digits == ""
    assert desk.asked(call).texted == "never"


async def test_a_second_browser_is_refused_and_counted(desk: Desk) -> None:
    """As is a number that was nobody's: the audit log has a line, and how often."""
    call = await desk.talks_unknown()
    number = await desk.asks(call)
    assert await desk.identifying.take(NOW, number)
    assert not await desk.identifying.take(OTHER, number)
    assert (await desk.identifying.paired(OTHER)).state == "none"
    with pytest.raises(Refused):
        await desk.begins(OTHER)
    await desk.house.eventually(lambda: bool(desk.audited("pairing_wrong")))
    assert number not in str(desk.house.audit_log.lines.all)


async def test_one_attribute_more_is_asked_and_shown(desk: Desk) -> None:
    """The question has it, the page says so, and the card holds it."""
    call = await desk.talks_unknown()
    await desk.identifying.take(NOW, await desk.asks(call, more="dateofbirth"))
    seen = await desk.identifying.paired(NOW)
    assert seen.subject is not None
    assert LABEL in seen.subject.shares
    assert desk.asked(call).title == LABEL
    await desk.begins()
    desk.irma.disclose(desk.irma.given[-1], {FAMILYNAME: "Vries", BIRTH: "01-02-1990"})
    await desk.until(call, "done")
    revealed = await _card(desk)
    assert revealed.identity is not None
    assert revealed.identity.attributes["dateofbirth"] == "01-02-1990"
    [first, *_] = desk.shown(call).choices
    assert (first.more, first.label) == ("dateofbirth", LABEL), "who is known can be asked for it"


async def test_the_likeliest_subject_comes_first(desk: Desk) -> None:
    """That of the queue in which she was answered, where nobody knows hers."""
    call = await desk.talks_unknown()
    assert [choice.subject for choice in desk.shown(call).choices] == [WASTE, PASSPORT]
    assert not any(choice.more for choice in desk.shown(call).choices)


@pytest.mark.parametrize(
    ("subject", "more"), [(SubjectId("visakte"), None), (WASTE, "dateofbirth"), (PASSPORT, "bsn")]
)
async def test_what_the_site_does_not_offer_is_not_asked(desk: Desk, subject: SubjectId, more: str | None) -> None:
    """Whatever a browser sends."""
    call = await desk.talks_unknown()
    with pytest.raises(Refused):
        await desk.identifying.identify(seat_of(ELS), ELS, call, subject, more)
    assert desk.shown(call).asked is None


async def test_nobody_but_its_owner_asks_stops_or_texts(desk: Desk) -> None:
    """Another agent's seat, and another user at this one."""
    call = await desk.talks_unknown()
    await desk.house.comes(BO)
    await desk.asks(call)
    for seat, user in ((seat_of(BO), BO), (seat_of(ELS), BO), (seat_of(BO), ELS)):
        with pytest.raises(Refused):
            await desk.identifying.identify(seat, user, call, PASSPORT, None)
        with pytest.raises(Refused):
            await desk.identifying.drop(seat, user, call)
        with pytest.raises(Refused):
            await desk.identifying.text(seat, user, call)
    assert desk.asked(call).state == "asked"
    assert desk.gateway.texts == []


async def test_who_refuses_in_the_app_is_told_of_and_tries_again(desk: Desk) -> None:
    """Her owner reads why; the second disclosure is bound."""
    call = await desk.talks_unknown()
    await desk.identifying.take(NOW, await desk.asks(call))
    begun = await desk.begins()
    desk.irma.refuse(desk.irma.given[-1])
    assert (await desk.until(call, "failed")).why == "refused"
    assert (await desk.becomes(begun, "failed")).reason == "refused"
    await desk.begins()
    desk.discloses()
    await desk.until(call, "done")


async def test_what_comes_when_the_call_is_over_is_burned_and_said(desk: Desk) -> None:
    """Nothing lies in the vault, and her page says that it was too late."""
    call = await desk.talks_unknown()
    await desk.identifying.take(NOW, await desk.asks(call))
    begun = await desk.begins()
    await desk.house.hangs_up(call)
    desk.discloses()
    assert (await desk.becomes(begun, "failed")).reason == "unpaired"
    await desk.house.eventually(lambda: desk.in_vault() == 0)
    assert (await desk.identifying.paired(NOW)).state == "none"


async def test_who_stops_gives_up_what_the_app_was_asked(desk: Desk) -> None:
    """Her owner reads that she stopped, and yivi hears of it."""
    call = await desk.talks_unknown()
    await desk.identifying.take(NOW, await desk.asks(call))
    await desk.begins()
    await desk.identifying.stop_paired(NOW)
    assert desk.asked(call).state == "stopped"
    assert desk.irma.cancelled == [desk.irma.given[-1].token]
    await desk.identifying.stop_paired(NOW)


async def test_a_yivi_that_is_away_leaves_the_number_as_it_is(desk: Desk) -> None:
    """She is told so, and can press again."""
    call = await desk.talks_unknown()
    await desk.identifying.take(NOW, await desk.asks(call))
    desk.irma.away(away=True)
    with pytest.raises(PeerUnavailable):
        await desk.begins()
    assert desk.asked(call).state == "taken"


async def test_a_text_has_the_address_and_the_number_and_goes_nowhere_else(desk: Desk) -> None:
    """To the telephone that she calls with; neither is in the audit log, and a third press sends nothing."""
    call = await desk.talks_unknown()
    number = await desk.asks(call)
    assert desk.asked(call).texted == "offered"
    await desk.identifying.text(seat_of(ELS), ELS, call)
    [(to, text)] = desk.gateway.texts
    assert to == MOBILE
    assert "bellen.example.nl/nu" in text
    assert f"{number[:3]} {number[3:]}" in text
    assert desk.asked(call).texted == "sent"
    await desk.house.eventually(lambda: desk.audited("pairing_sms") == ["sent"])
    assert not any(secret in str(desk.house.audit_log.lines.all) for secret in (MOBILE, number))
    await desk.identifying.text(seat_of(ELS), ELS, call)
    with pytest.raises(Refused):
        await desk.identifying.text(seat_of(ELS), ELS, call)


async def test_a_text_that_cannot_be_sent_is_told(desk: Desk) -> None:
    """Her owner reads the number aloud instead."""
    call = await desk.talks_unknown()
    await desk.asks(call)
    desk.gateway.fails = PeerUnavailable("away")
    await desk.identifying.text(seat_of(ELS), ELS, call)
    assert desk.asked(call).texted == "failed"


@pytest.mark.parametrize("number", ["+31241234567", None, "+31669999999"])
async def test_a_text_goes_to_mobile_telephones_alone(desk: Desk, number: str | None) -> None:
    """Not to a line in a house, a withheld number, or one that earns by it."""
    desk.house.node.number = number
    call = await desk.talks_unknown()
    await desk.asks(call)
    assert desk.asked(call).texted == "never"
    with pytest.raises(Refused):
        await desk.identifying.text(seat_of(ELS), ELS, call)
    assert desk.gateway.texts == []


async def test_a_site_without_a_gateway_offers_no_text(desk: Desk) -> None:
    """Nor asks for the caller's number."""
    desk.told = replace(desk.told, gateway=None)
    call = await desk.talks_unknown()
    await desk.asks(call)
    assert desk.asked(call).texted == "never"


async def test_the_number_is_printed_nowhere(desk: Desk) -> None:
    """Neither in what a screen is given as text, nor in what is saved."""
    call = await desk.talks_unknown()
    number = await desk.asks(call)
    assert number not in repr(desk.shown(call))
    assert number not in repr(desk.house.term.desk)
    saved = await desk.house.store.load(desk.house.term.lease)
    assert not any(number.encode() in raw for raw in saved.values())


async def test_a_panel_shows_it_to_the_owner(desk: Desk) -> None:
    """A new number voids the old one, and the screen has the new one alone."""
    call = await desk.talks_unknown()
    first = await desk.asks(call)
    second = await desk.asks(call)
    assert not await desk.identifying.take(NOW, first)
    assert await desk.identifying.take(NOW, second)


async def test_a_page_of_a_second_call_is_told_that_calls_digits(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """One browser that looked at a first call types in the number of another: it reads who calls there."""
    first, second = await desk.talks_unknown(), await desk.talks_unknown(2, BO)
    numbers = {
        desk.house.term.desk.calls[call].channel: f"+316123456{last}" for call, last in ((first, 11), (second, 22))
    }

    async def caller_number(channel: ChannelId) -> str:
        return numbers[channel]

    monkeypatch.setattr(desk.house.node, "caller_number", caller_number)
    await desk.identifying.take(NOW, await desk.asks(first))
    assert (await desk.identifying.paired(NOW)).last_digits == "11"
    await desk.identifying.take(NOW, await desk.asks(second, by=BO))
    assert (await desk.identifying.paired(NOW)).last_digits == "22"


async def test_a_second_call_typed_in_while_the_first_ones_number_is_asked_has_its_own_digits(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page is of another call when the answer comes: it is told that call's digits, and not the answer."""
    first, second = await desk.talks_unknown(), await desk.talks_unknown(2, BO)
    await desk.identifying.take(NOW, await desk.asks(first))
    other = await desk.asks(second, by=BO)
    of_first = desk.house.term.desk.calls[first].channel

    async def caller_number(channel: ChannelId) -> str:
        if channel != of_first:
            return "+31612345622"
        assert await desk.identifying.take(NOW, other)
        return "+31612345611"

    monkeypatch.setattr(desk.house.node, "caller_number", caller_number)
    assert (await desk.identifying.paired(NOW)).last_digits == "22"


async def test_one_ask_too_many_leaves_the_last_number_to_be_read(desk: Desk) -> None:
    """It is refused; the number that lives stays on the screen, which says that there is no further one."""
    call = await desk.talks_unknown()
    for _ in range(MOST - 1):
        await desk.asks(call)
    assert not desk.asked(call).last
    last = await desk.asks(call)
    with pytest.raises(Refused):
        await desk.asks(call)
    assert (desk.asked(call).number, desk.asked(call).last) == (last, True)
    await desk.identifying.text(seat_of(ELS), ELS, call)
    assert await desk.identifying.take(NOW, last)


async def test_who_lost_the_call_while_she_asked_hides_no_number(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Her seat is no longer hers when the caller's number is known: refused, and the number before stands."""
    call = await desk.talks_unknown()
    number = await desk.asks(call)
    seen = views.seat_view(desk.house.term.desk, ELS, seat_of(ELS)).call
    assert seen is not None

    async def caller_number(_: ChannelId) -> str:
        await desk.house.happens(SeatReleased(seat_of(ELS)))
        return MOBILE

    monkeypatch.setattr(desk.house.node, "caller_number", caller_number)
    with pytest.raises(Refused):
        await desk.identifying.identify(seat_of(ELS), ELS, call, PASSPORT, None)
    asked = desk.identifying.shown(seen).asked
    assert asked is not None
    assert asked.number == number


async def test_texts_asked_for_at_once_are_no_more_than_two(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each press counts before anything is waited for."""
    call = await desk.talks_unknown()
    await desk.asks(call)

    async def caller_number(_: ChannelId) -> str:
        await asyncio.sleep(0)
        return MOBILE

    monkeypatch.setattr(desk.house.node, "caller_number", caller_number)
    presses = (desk.identifying.text(seat_of(ELS), ELS, call) for _ in range(20))
    refused = [each for each in await asyncio.gather(*presses, return_exceptions=True) if each is not None]
    assert (len(desk.gateway.texts), {type(each) for each in refused}) == (MOST_TEXTS, {Refused})


@pytest.mark.parametrize("other", ["call", "number"])
async def test_what_was_begun_for_one_number_is_given_up_for_another(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, other: str
) -> None:
    """The same page types in another while yivi begins the first: that one is refused, and nothing of it is kept."""
    first = await desk.talks_unknown()
    second, by = (await desk.talks_unknown(2, BO), BO) if other == "call" else (first, ELS)
    assert await desk.identifying.take(NOW, await desk.asks(first, more="dateofbirth"))
    start = desk.irma.start

    async def slowly(*given: Any) -> Any:
        monkeypatch.setattr(desk.irma, "start", start)
        assert await desk.identifying.take(NOW, await desk.asks(second, by=by))
        return await start(*given)

    monkeypatch.setattr(desk.irma, "start", slowly)
    with pytest.raises(Refused):
        await desk.begins()
    desk.irma.disclose(desk.irma.given[-1], {FAMILYNAME: "Zeldzaam", BIRTH: "01-02-1990"})
    await desk.begins()
    desk.discloses("Vries")
    await desk.house.eventually(lambda: desk.house.term.desk.calls[second].sealed is not None)
    assert (desk.in_vault(), desk.house.term.desk.disclosures[_sealed(desk, second)].more) == (1, None)


async def test_what_is_erased_is_not_said_to_be_seen(desk: Desk) -> None:
    """The page that typed in the number says no longer that somebody sees what was shared there."""
    call = await desk.talks_unknown()
    assert await desk.identifying.take(NOW, await desk.asks(call))
    begun = await desk.begins()
    desk.discloses("Vries")
    await desk.until(call, "done")
    await desk.citizens.erase(begun.page)
    assert (await desk.identifying.paired(NOW)).state == "none"


def _sealed(desk: Desk, call: CallId) -> SealedId:
    found = desk.house.term.desk.calls[call].sealed
    assert found is not None
    return found
