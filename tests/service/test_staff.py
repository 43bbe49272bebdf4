"""What an agent's screen shows of herself and the queues: her seat, and why she gets no calls."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace
from unittest import mock

import pytest

from irmacall.core.commands import CreateLeg, HangUp
from irmacall.core.events import PhoneCalled, PhoneRegistered, PlanChanged, SeatClaimed, WrapUpExtended
from irmacall.core.ids import ChannelId, GroupId
from irmacall.core.lines import Group, QueueRules
from irmacall.errors import LeaseLost, PeerError, PeerUnavailable, Refused
from irmacall.service.call_on_screen import Titles
from irmacall.service.staff import Place
from irmacall.store.users import Role, User
from irmacall.web.words import UNAVAILABLE
from tests.core.leader import GENERAL, NEAR, PASSPORTS, PLAN, QUEUES
from tests.core.plays import BO, ELS, phone_of, seat_of
from tests.service.house import House, within
from tests.service.office import CLOSED, ELSEWHERE, KCC, OTHERS, SEAT, TITLES, Office


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """A daemon that leads."""
    async with House().leads() as house:
        yield Office(house)


async def test_before_she_claims_a_seat_she_is_away(office: Office) -> None:
    """Logged in, and nothing more; the queues are shown all the same, in the order of the site file."""
    panel = await office.panel()
    assert (panel.availability, panel.reason, panel.ringing, panel.talking) == ("away", None, None, None)
    assert (panel.since, panel.left) == (None, None)
    assert [(queue.title, queue.count) for queue in panel.waiting] == [("Algemeen", 0), ("Burgerzaken", 0)]


async def test_she_sees_the_queues_of_her_groups_alone(office: Office) -> None:
    """Before she claims a seat and with one, who is there for them with it; of a group that is gone, none."""
    await office.house.happens(PlanChanged(replace(PLAN, groups={KCC: Group(KCC, frozenset({PASSPORTS}))})))
    assert [(queue.title, queue.agents, queue.free) for queue in (await office.panel()).waiting] == [
        ("Burgerzaken", 0, 0)
    ]
    await office.staff.claim(ELS, SEAT)
    [queue] = (await office.panel()).waiting
    assert (queue.title, queue.agents, queue.free) == ("Burgerzaken", 1, 0)
    await office.house.happens(PhoneRegistered(NEAR, phone_of(ELS), online=True))
    [queue] = (await office.panel()).waiting
    assert (queue.agents, queue.free) == (1, 1)
    assert (await office.panel(seat_of(BO), BO)).waiting == []


async def test_her_state_has_a_clock(office: Office) -> None:
    """Since when she is in it; a phone that cannot ring says since nothing."""
    await office.house.comes()
    office.house.term.desk.agents[ELS].since -= 192
    assert (await office.panel()).since == pytest.approx(192, abs=5)
    await office.house.happens(PhoneRegistered(NEAR, phone_of(ELS), online=False))
    assert (await office.panel()).since is None
    await office.staff.pause(SEAT, "Overleg")
    assert (await office.panel()).since == pytest.approx(0, abs=5)


async def test_her_wrap_up_counts_down_and_can_be_extended(office: Office) -> None:
    """After a call of a queue that has one; a minute more, and an end when she says so."""
    rules = {queue: replace(rule, wrap_up=30.0) for queue, rule in QUEUES.items()}
    await office.house.happens(PlanChanged(replace(PLAN, queues=rules)))
    call, _ = await office.house.talks()
    await office.house.hangs_up(call)
    panel = await office.panel()
    assert panel.availability == "wrap-up"
    assert panel.left == pytest.approx(30, abs=5)
    await office.staff.extend_wrap_up(SEAT, 60.0)
    assert (await office.panel()).left == pytest.approx(90, abs=5)
    await office.staff.claim(ELS, SEAT)
    panel = await office.panel()
    assert (panel.availability, panel.left) == ("available", None)


async def test_a_titles_change_is_shown_without_a_new_login(office: Office) -> None:
    """What the site file says now is what her next look shows."""
    office.titles = replace(TITLES, queues={PASSPORTS: "Balie", GENERAL: "Algemeen"})
    assert [queue.title for queue in (await office.panel()).waiting] == ["Algemeen", "Balie"]


async def test_a_phone_that_is_not_registered_makes_her_unavailable(office: Office) -> None:
    """And available by itself once it is."""
    await office.staff.claim(ELS, SEAT)
    assert await office.told() == ("unavailable", "phone-offline")
    await office.house.happens(PhoneRegistered(NEAR, phone_of(ELS), online=True))
    assert await office.told() == ("available", None)
    assert office.house.node.followed.all == [phone_of(ELS)]


async def test_a_phone_that_is_busy_with_another_call_makes_her_unavailable(office: Office) -> None:
    """A call of her own, that the desk does not know."""
    await office.house.comes()
    await office.house.happens(PhoneCalled(NEAR, phone_of(ELS), ChannelId("her-own")))
    assert await office.told() == ("unavailable", "phone-busy")


async def test_a_claim_elsewhere_is_told_here(office: Office) -> None:
    """The old browser shows nobody, and says why."""
    await office.house.comes()
    await office.staff.claim(ELS, ELSEWHERE)
    assert await office.told() == ("away", "elsewhere")
    assert (await office.panel(ELSEWHERE)).availability == "available"


async def test_a_pause_is_told_with_her_own_reason(office: Office) -> None:
    """Whatever her phone does meanwhile."""
    await office.house.comes()
    await office.staff.pause(SEAT, "Nawerk")
    assert await office.told() == ("paused", "Nawerk")
    await office.house.happens(PhoneRegistered(NEAR, phone_of(ELS), online=False))
    assert await office.told() == ("paused", "Nawerk")


async def test_a_call_that_she_does_not_take_is_told(office: Office) -> None:
    """The desk took her out, and she reads why."""
    office.house.node.refuses[CreateLeg] = PeerError("no such endpoint")
    await office.house.comes()
    await office.house.discloses()
    call = await office.house.calls()
    await office.house.node.asked_for(HangUp, call)
    assert await office.told() == ("unavailable", "phone-failed")


async def test_every_reason_has_a_sentence() -> None:
    """What the panel can say of its own accord, the screen has words for."""
    assert {"phone-offline", "phone-busy", "elsewhere", "no-answer", "rejected", "phone-gone", "phone-failed"} <= set(
        UNAVAILABLE
    )


async def test_a_user_without_a_phone_is_refused_a_seat(office: Office) -> None:
    """There is nothing to ring."""
    office.places.clear()
    with pytest.raises(Refused):
        await office.staff.claim(ELS, SEAT)
    assert office.staff.claimed() == set()


async def test_who_waits_is_counted_in_her_queue(office: Office) -> None:
    """By the queue's title, with the longest wait."""
    await office.house.discloses()
    await office.house.calls()
    waiting = {queue.title: queue for queue in (await office.panel()).waiting}
    assert (waiting["Burgerzaken"].count, waiting["Algemeen"].count) == (1, 0)
    assert 0 <= waiting["Burgerzaken"].longest < 5


async def test_what_accounts_ask_of_seats(office: Office) -> None:
    """Which are claimed, which have a call, and that one is over."""
    await office.house.rings()
    assert set(office.staff.claimed()) == {SEAT}
    assert (office.staff.on_the_line(SEAT), office.staff.on_the_line(ELSEWHERE)) == (True, False)
    office.staff.release(SEAT)
    await office.house.eventually(lambda: not office.staff.claimed())
    assert office.house.term.desk.agents[ELS].seat is None


async def test_a_standby_refuses_everything(office: Office) -> None:
    """No panel, no card, no stream, no seat: whatever cannot be proven is not said."""
    call, number = await office.house.talks()
    office.house.store.faults.always["acquire"] = PeerUnavailable("away")
    term = office.house.term
    office.house.node.fail(LeaseLost("replaced"))
    await office.house.eventually(lambda: office.house.leadership._term is not term)
    staff = office.staff
    for asked in (
        staff.panel(SEAT, ELS),
        staff.reveal(SEAT, ELS, call, number),
        staff.claim(ELS, SEAT),
        staff.pause(SEAT, "Pauze"),
        staff.hang_up(SEAT, call),
    ):
        with pytest.raises(PeerUnavailable):
            await within(asked)
    for sync in (staff.claimed, lambda: staff.on_the_line(SEAT), lambda: staff.release(SEAT)):
        with pytest.raises(PeerUnavailable):
            sync()
    with pytest.raises(PeerUnavailable), staff.changes(SEAT):
        pass


async def test_who_waits_in_a_queue_that_is_gone_is_still_shown(office: Office) -> None:
    """Behind the queues of the site file as it is now, by its id, to those who serve the default queue."""
    await office.house.discloses()
    await office.house.calls()
    office.titles = Titles({GENERAL: "Algemeen", CLOSED: "Dicht"}, {}, {})
    queues = {queue: QueueRules(queue) for queue in (GENERAL, CLOSED)}
    groups = {KCC: Group(KCC, frozenset({GENERAL})), OTHERS: Group(OTHERS, frozenset({CLOSED}))}
    await office.house.happens(PlanChanged(replace(PLAN, queues=queues, subject_queues={}, groups=groups)))
    assert [(queue.title, queue.count) for queue in (await office.panel()).waiting] == [
        ("Algemeen", 0),
        (PASSPORTS, 1),
    ]
    office.places[BO] = Place(phone_of(BO), frozenset({OTHERS}))
    assert [queue.title for queue in (await office.panel(seat_of(BO), BO)).waiting] == ["Dicht"]


async def test_a_claim_says_which_groups_she_belongs_to_now(office: Office) -> None:
    """Asked for at each claim, so that a change reaches the desk with her next one."""
    told = await _claims(office)
    office.places[ELS] = Place(phone_of(ELS))
    assert (told, await _claims(office)) == ([frozenset({KCC})], [frozenset()])


async def test_an_official_serves_no_queue(office: Office) -> None:
    """Before she claims a seat and with one: her screen shows none, and the desk asks her for nobody."""
    office.places[ELS] = Place(phone_of(ELS), serves=False)
    panel = await office.panel()
    assert (panel.official, panel.waiting) == (True, [])
    with mock.patch.object(office.house.term, "ask", wraps=office.house.term.ask) as asked:
        await office.staff.claim(ELS, SEAT)
    asked.assert_awaited_once_with(SeatClaimed(ELS, SEAT, phone_of(ELS), serves=False))
    panel = await office.panel()
    assert (panel.official, panel.waiting) == (True, [])
    assert not (await office.panel(seat_of(BO), BO)).official


def test_where_somebody_works() -> None:
    """By her role; nowhere without a phone."""
    els = User(ELS, "els", "Els Smit", Role.AGENT, phone_of(ELS), "", disabled=False, groups=frozenset({KCC}))
    assert Place.of(els) == Place(phone_of(ELS), frozenset({KCC}))
    assert Place.of(replace(els, role=Role.OFFICIAL, groups=frozenset())) == Place(phone_of(ELS), serves=False)
    assert (Place.of(replace(els, endpoint=None)), Place.of(None)) == (None, None)


async def _claims(office: Office) -> list[frozenset[GroupId]]:
    """The groups of the claims that the desk is told of when she goes available."""
    with mock.patch.object(office.house.term, "ask", wraps=office.house.term.ask) as asked:
        await office.staff.claim(ELS, SEAT)
    return [call.args[0].groups for call in asked.call_args_list]


async def test_a_minute_more_is_asked_of_the_desk(office: Office) -> None:
    """For this seat, and as long as was asked."""
    await office.house.comes()
    with mock.patch.object(office.house.term, "ask", wraps=office.house.term.ask) as asked:
        await office.staff.extend_wrap_up(SEAT, 60.0)
    asked.assert_awaited_once_with(WrapUpExtended(SEAT, 60.0))


async def test_who_lost_her_browser_during_a_call_reads_how_to_have_it_here(office: Office) -> None:
    """Her seat is held by a session that is gone, and her phone has a caller: the new one says what to press."""
    await office.house.comes()
    await office.house.talks()
    seen = await office.panel(ELSEWHERE)
    assert (seen.availability, seen.reason) == ("away", "elsewhere-on-the-line")
    await office.staff.claim(ELS, ELSEWHERE)
    assert (await office.panel(ELSEWHERE)).talking is not None
