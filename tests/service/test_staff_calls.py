"""What an agent's screen shows of a call: who rings without a name, and the card with one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest

from irmacall.core.call import Stage
from irmacall.core.callback import Callback
from irmacall.core.events import (
    CallerArrived,
    ErasureAsked,
    LegAnswered,
    LegEntered,
    PhoneCalled,
    PhoneRegistered,
    PlanChanged,
    TimePassed,
)
from irmacall.core.ids import CallId, ChannelId, GrantNumber, LanguageId, NumberId, PageId, leg_channel
from irmacall.core.lines import Strategy
from irmacall.core.order import Line
from irmacall.errors import Refused
from irmacall.service import identity
from irmacall.service.call_on_screen import Titles
from irmacall.service.reveal import Revealed
from irmacall.store.sealing import Disclosed
from irmacall.web.ports import Nudge
from tests.core.leader import NEAR, PASSPORT, PASSPORTS, PLAN, QUEUES
from tests.core.plays import BO, ELS, phone_of, seat_of
from tests.service.house import House
from tests.service.office import ELSEWHERE, SEAT, TITLES, Office


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """A daemon that leads."""
    async with House().leads() as house:
        yield Office(house)


async def test_a_call_that_another_takes_leaves_her_as_she_was(office: Office) -> None:
    """Where all phones ring, who was not first is idle again and unblamed, while her leg still goes down."""
    rules = {queue: replace(rule, strategy=Strategy.RING_ALL) for queue, rule in QUEUES.items()}
    await office.house.happens(PlanChanged(replace(PLAN, queues=rules)))
    await office.house.comes(ELS)
    await office.house.comes(BO)
    await office.house.discloses()
    call = await office.house.calls()
    for panel in (await office.panel(), await office.panel(seat_of(BO), BO)):
        assert panel.ringing is not None
    legs = [leg_channel(call, number) for number in (1, 2)]
    for user, leg in zip((ELS, BO), legs, strict=True):
        await office.house.happens(PhoneCalled(NEAR, phone_of(user), leg), LegEntered(NEAR, leg))
    await office.house.happens(LegAnswered(NEAR, legs[1]))
    assert office.house.term.desk.phone(phone_of(ELS)).channels  # Asterisk has not said yet that it is gone.
    panel = await office.panel()
    assert (panel.availability, panel.reason, panel.ringing, panel.talking) == ("available", None, None, None)


async def test_a_callback_is_told_as_one_and_her_number_is_told_to_nobody(office: Office) -> None:
    """In the list since when, how often and when next; while it rings, and while they talk, that it is one."""
    desk, now = office.house.term.desk, time.time()
    await office.house.happens(PhoneRegistered(NEAR, phone_of(ELS), online=True))
    waited = (now - 900, now - 900)
    asked = Callback(CallId("near-0"), NEAR, PASSPORTS, *waited, now - 600, now + 3600, now - 1, PLAN.language, PLAN)
    asked.number, asked.tries = NumberId("kept-1"), 1
    later = replace(asked, id=CallId("near-00"), queued_at=now - 800, asked_at=now - 300, due_at=now + 250, tries=2)
    unnoted = replace(asked, id=CallId("near-000"), number=None)
    desk.callbacks.update({each.id: each for each in (later, asked, unnoted)})
    shown = (await office.panel()).callbacks
    assert [(each.queue, round(each.asked), each.tries, round(each.due), each.under_way) for each in shown] == [
        ("Burgerzaken", 600, 1, 0, False),
        ("Burgerzaken", 300, 2, 250, False),
    ]
    assert "kept-1" not in repr(shown)
    await office.staff.claim(ELS, SEAT)
    desk.order.place_call(asked.id, (PASSPORTS, Line(PASSPORTS, frozenset(), NEAR), asked.queued_at))
    await office.house.happens(TimePassed())
    panel = await office.panel()
    assert panel.ringing is not None
    assert (panel.ringing.callback, panel.ringing.queue, panel.ringing.subject) == (True, "Burgerzaken", None)
    assert [each.under_way for each in panel.callbacks] == [True, False]


async def test_a_ringing_call_is_shown_with_its_queue_and_subject_and_nobodys_name(office: Office) -> None:
    """What rings is a subject and a time."""
    call = await office.house.rings()
    panel = await office.panel()
    assert panel.ringing is not None
    assert (panel.ringing.call, panel.ringing.queue, panel.ringing.subject) == (call, "Burgerzaken", "Paspoort")
    assert (panel.talking, panel.availability) == (None, "available")
    assert "Vries" not in repr(panel)


async def test_a_call_on_the_line_has_a_grant_once_it_may_be_asked(office: Office) -> None:
    """Granted but not yet saved is not shown: its nudge follows."""
    call, _ = await office.house.talks()
    await office.house.term.ask(TimePassed())
    office.house.store.gate.hold()
    claiming = asyncio.create_task(office.staff.claim(ELS, ELSEWHERE))
    await office.house.eventually(lambda: ELSEWHERE in office.house.term.desk.agent_of_seat)
    panel = await office.panel(ELSEWHERE)
    assert panel.talking is not None
    assert (panel.talking.call, panel.talking.grant, panel.talking.identified) == (call, None, True)
    assert not claiming.done()  # nor is it said to be done
    office.house.store.gate.release()
    await claiming
    await office.house.eventually(lambda: bool(office.house.term.grants.held()))
    panel = await office.panel(ELSEWHERE)
    assert panel.talking is not None
    assert panel.talking.grant == office.house.term.grants.held()[0].grant
    assert (await office.panel(SEAT)).talking is None


async def test_a_chosen_language_is_on_the_panel(office: Office) -> None:
    """While the phone rings and while they talk; none where she chose none."""
    call, _ = await office.house.talks()
    panel = await office.panel()
    assert panel.talking is not None
    assert panel.talking.language is None
    office.house.term.desk.calls[call].language = LanguageId("en")
    panel = await office.panel()
    assert panel.talking is not None
    assert panel.talking.language == "en"
    office.house.term.desk.calls[call].stage = Stage.RINGING
    panel = await office.panel()
    assert panel.ringing is not None
    assert panel.ringing.language == "en"


async def test_an_anonymous_call_has_nothing_to_ask_for(office: Office) -> None:
    """Nothing was disclosed, or it was wiped."""
    call, number = await office.house.talks()
    await office.house.happens(ErasureAsked(PageId("page1")))
    panel = await office.panel()
    assert panel.talking is not None
    assert (panel.talking.grant, panel.talking.identified, panel.talking.erased) == (None, False, True)
    with pytest.raises(Refused):
        await office.staff.reveal(SEAT, ELS, call, number)


async def test_the_card_has_what_was_disclosed_and_where_it_comes_from(office: Office) -> None:
    """Each field in its place, and the demo badge."""
    call, number = await office.house.talks()
    card = await office.staff.reveal(SEAT, ELS, call, number)
    assert (card.familyname, card.initials, card.prefix, card.gender) == ("Vries1", "A.", "de", "V")
    assert (card.scheme, card.issuer, card.demo, card.others) == ("demo", "gemeente", True, {})
    assert (card.call, card.grant) == (call, number)
    assert card.disclosed_at < card.expires_at
    assert "Vries1" not in repr(card)


async def test_the_card_says_in_which_language_she_wants_to_be_greeted(office: Office) -> None:
    """The one that she chose; who chose none, the desk's first."""
    call, number = await office.house.talks()
    assert (await office.staff.reveal(SEAT, ELS, call, number)).language == PLAN.language
    office.house.term.desk.calls[call].language = LanguageId("en")
    assert (await office.staff.reveal(SEAT, ELS, call, number)).language == "en"


async def test_the_crm_link_has_the_reference_and_the_subject_and_nothing_of_the_caller(office: Office) -> None:
    """A link stands in histories and logs: two opaque words are all that it may carry."""
    call, number = await office.house.talks()
    url = (await office.staff.reveal(SEAT, ELS, call, number)).crm_url
    assert url is not None
    assert parse_qs(urlsplit(url).query) == {"gesprek": [call], "onderwerp": [PASSPORT]}
    assert "Vries" not in url


async def test_a_reference_cannot_break_out_of_the_crm_link(office: Office) -> None:
    """Whatever Asterisk's id looks like, it is one value of one parameter."""
    url = office.staff._crm(CallId("a&b=c/{subject}?#"), None)
    assert url is not None
    assert parse_qs(urlsplit(url).query) == {"gesprek": ["a&b=c/{subject}?#"]}


def test_a_card_maps_a_full_name_and_labels_what_else_was_asked() -> None:
    """What has no place of its own stands under the site's label; what has no label is not shown."""
    fields = {"fullname": "Anna de Vries", "dateofbirth": "1970-01-01", "shoesize": "38"}
    kept = identity.packed(fields, scheme="pbdf", issuer="gemeente", started_at=5.0, demo=False)
    revealed = Revealed(Disclosed(kept, 9.0), None)
    card = identity.card(revealed, CallId("c"), GrantNumber(1), TITLES.labels, None, LanguageId("en"))
    assert (card.familyname, card.initials, card.gender) == ("Anna de Vries", "", "")
    assert card.others == {"uw geboortedatum": "1970-01-01"}
    assert (card.demo, card.disclosed_at, card.expires_at, card.crm_url) == (False, 5.0, 9.0, None)
    assert card.language == "en"
    assert (card.identified, card.note, card.note_by) == (True, "", "")


def test_a_card_of_somebody_unknown_shows_a_note_alone() -> None:
    """Who wrote it by her name; nobody's, where nobody knows it any more."""
    note = Disclosed(identity.packed_note("Bezwaar tegen een boete", BO), 9.0)
    asked = (CallId("c"), GrantNumber(1), TITLES.labels, None, LanguageId("nl"))
    card = identity.card(Revealed(None, note), *asked, {BO: "Bo Smit"})
    assert (card.identified, card.familyname, card.scheme, card.others) == (False, "", "", {})
    assert (card.note, card.note_by, card.expires_at) == ("Bezwaar tegen een boete", "Bo Smit", 9.0)
    assert identity.card(Revealed(None, note), *asked).note_by == ""


@pytest.mark.parametrize("wrong", ["seat", "user", "call", "grant"])
async def test_a_card_of_another_seat_user_call_or_grant_is_refused(office: Office, wrong: str) -> None:
    """Through the whole way, and not at the door alone."""
    call, number = await office.house.talks()
    with pytest.raises(Refused):
        await office.staff.reveal(
            seat_of(BO) if wrong == "seat" else SEAT,
            BO if wrong == "user" else ELS,
            CallId("near-2") if wrong == "call" else call,
            GrantNumber(number - 1) if wrong == "grant" else number,
        )


async def test_hanging_up_ends_the_call_that_the_screen_showed(office: Office) -> None:
    """And the card with it; a second press finds nothing, and harms no other call."""
    call, number = await office.house.talks()
    await office.staff.hang_up(SEAT, CallId("another"))
    assert call in office.house.term.desk.calls
    await office.staff.hang_up(SEAT, call)
    assert (await office.panel()).talking is None
    with pytest.raises(Refused):
        await office.staff.reveal(SEAT, ELS, call, number)
    await office.staff.hang_up(SEAT, call)


async def test_a_stream_is_told_of_the_card_and_of_its_end(office: Office) -> None:
    """In this order, and only to the seat that has the caller."""
    call = await office.house.connects()
    with office.staff.changes(SEAT) as nudges, office.staff.changes(seat_of(BO)) as others:
        await office.house.joins(call)
        kinds = []
        async with asyncio.timeout(5):
            while "blank" not in kinds:
                kinds.append((await anext(nudges)).kind)
                if kinds[-1] == "card":
                    await office.house.hangs_up(call)
            assert [kind for kind in kinds if kind != "panel"] == ["card", "blank"]
            office.house.screens.seats.nudge(seat_of(BO), Nudge("blank"))
            while (other := await anext(others)).kind == "panel":
                pass
        assert other == Nudge("blank")


async def test_a_stream_begins_with_what_is_so_now(office: Office) -> None:
    """Of who has the caller on the line, with her card; of anybody else with the panel alone; nothing is replayed."""
    call, number = await office.house.talks()
    with office.staff.changes(SEAT) as nudges, office.staff.changes(seat_of(BO)) as others:
        assert await anext(nudges) == Nudge("card", call, number)
        assert await anext(nudges) == await anext(others) == Nudge("panel")
    await office.house.hangs_up(call)
    with office.staff.changes(SEAT) as nudges:
        assert await anext(nudges) == Nudge("panel")


async def test_a_call_of_an_unknown_queue_is_shown_by_its_id(office: Office) -> None:
    """The site's file changed while she waited."""
    office.titles = Titles({}, {}, {})
    await office.house.rings()
    panel = await office.panel()
    assert panel.ringing is not None
    assert (panel.ringing.queue, panel.ringing.subject) == (PASSPORTS, PASSPORT)


async def test_a_call_that_rings_at_her_makes_her_not_busy(office: Office) -> None:
    """A leg of ours is no call of her own."""
    call = await office.house.rings()
    assert leg_channel(call, 1) in office.house.term.desk.phone(phone_of(ELS)).channels
    assert (await office.panel()).availability == "available"
    await office.house.happens(CallerArrived(NEAR, ChannelId("near-9")))
    assert (await office.panel()).availability == "available"
