"""Who can write in the desk's redis puts back a record that was true once: nobody sees another's caller by it."""

from __future__ import annotations

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.events import SeatPaused
from irmacall.core.ids import SealedId
from tests.core.plays import (
    BO,
    CALLER_SEEN,
    ELS,
    HOUR,
    WAITING_ROOM,
    Play,
    bridges_talking,
    bridges_waiting,
    leg_seen,
    phone_of,
    seat_of,
    snapshot,
)


def test_an_older_call_gives_its_caller_to_no_other_agent() -> None:
    """Els refused her, Bo talks with her: the record in which she rang at Els gives Els nothing."""
    play = Play()
    seat = play.agent_comes(ELS)
    play.tell(SeatPaused(seat, "break"))
    play.citizen_discloses(1)
    call = play.caller_waits(1)
    waiting = play.store.saved["call", call]
    play.claims(ELS, seat)
    play.leg_enters(call)
    ringing_at_els = play.store.saved["call", call]
    play.hangs_up(play.leg(call), 21)

    play.store.saved["call", call] = waiting
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN}, {WAITING_ROOM: [call]}))
    play.agent_comes(BO)
    play.leg_enters(call)
    play.answers(call)
    play.joins(call)
    leg = play.leg(call)
    assert play.sees(BO) is not None

    play.store.saved["call", call] = ringing_at_els
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen(BO)}, bridges_talking(call, leg)))
    assert play.stage(call) is Stage.TALKING
    assert play.sees(ELS) is None
    assert play.grants.held() == []


def test_a_leg_that_stands_gives_its_number_to_no_other() -> None:
    """A record from before a phone was rung does not make the next leg bear the name of one that is still there."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_waits(1)
    before = play.store.saved["call", call]
    play.agent_comes(ELS)
    play.leg_enters(call)
    standing = play.leg(call)
    play.store.saved["call", call] = before
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN, standing: leg_seen(ELS, up=False)}, bridges_waiting(call)))
    assert play.call(call).attempt >= 1
    assert play.call(call).leg is None or play.leg(call) != standing


def test_an_older_seat_at_a_phone_that_another_has() -> None:
    """Els' record from before Bo took over her phone: neither is seated, and both sit down again."""
    play = Play()
    play.agent_comes(ELS)
    of_els = play.store.saved["agent", ELS]
    play.claims(BO, seat_of(BO), phone_of(ELS))
    play.store.saved["agent", ELS] = of_els
    play.citizen_discloses(1)
    play.crashes()
    play.tell(snapshot({}))
    assert [play.agent(user).availability for user in (ELS, BO)] == [Availability.AWAY] * 2
    call = play.caller_waits(1)
    assert play.stage(call) is Stage.WAITING
    play.claims(BO, seat_of(BO), phone_of(ELS))
    play.leg_enters(call)
    play.answers(call)
    play.joins(call)
    assert play.sees(BO) is not None
    assert play.sees(ELS) is None


def test_an_older_disclosure_of_a_page_is_erased_and_breaks_nobody() -> None:
    """A page has one: the earlier, put back, is burned, and the later one's hour ends as it would have."""
    play = Play()
    page = play.citizen_discloses(1)
    [earlier] = [(key, value) for key, value in play.store.saved.items() if key[0] == "disclosure"]
    play.later(60)
    play.citizen_discloses(2, page=page)
    play.store.saved[earlier[0]] = earlier[1]
    play.store.vault.add(SealedId("sealed1"))
    play.crashes()
    assert "sealed1" not in play.store.vault
    play.tell(snapshot({}))
    assert play.desk.sealed_of_page == {page: SealedId("sealed2")}
    play.later(HOUR)
    assert (play.desk.disclosures, play.store.vault) == ({}, set())
