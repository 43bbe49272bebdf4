"""Plays of a caller who identifies herself during the call: her number, who typed it in, and what is bound."""

from __future__ import annotations

import pytest

from irmacall.core.citizen_views import CitizenStage
from irmacall.core.commands import Burn, RefreshPage, RefreshSeat
from irmacall.core.ids import PageId, UserId
from irmacall.core.pairing import LIFE, MOST, PairingState, Unshared
from irmacall.core.pairing_events import (
    IdentifyDropped,
    PairingFailed,
    PairingStopped,
)
from tests.core.leader import WASTE
from tests.core.pairing_plays import LATE, NOW, OTHER, SHARING, PairingPlay, number
from tests.core.plays import BO, ELS, seat_of
from tests.core.transfer_plays import INA, NOTE


def test_an_anonymous_caller_is_identified_and_her_owner_alone_sees_her() -> None:
    """Asked, typed in, shared, bound: the card is granted to the seat that has her on the line, and to no other."""
    play = PairingPlay()
    call = play.talks(None)
    play.agent_comes(BO)
    assert play.sees(ELS) is None
    seen = []
    for step in (play.wants, lambda _: play.types(), lambda _: play.shares(), lambda _: play.seals()):
        step(call)
        view = play.view(ELS, call).pairing
        assert view is not None
        seen.append(view.state.value)
    assert seen == ["asked", "taken", "sharing", "done"]
    assert (play.sees(ELS), play.sees(BO)) == (LATE, None)
    assert [grant.seat for grant in play.grants.held()] == [seat_of(ELS)]
    assert play.page(SHARING).stage is CitizenStage.TALKING


def test_a_number_works_once() -> None:
    """A second browser that types it in gets nothing, and can bind nothing."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.types()
    play.types(page=OTHER)
    play.shares(OTHER, PageId("theirs"))
    play.seals(page=PageId("theirs"))
    assert (play.state(call), play.call(call).sealed) == (PairingState.TAKEN, None)
    assert play.store.vault == set()


def test_a_number_is_for_its_call_alone() -> None:
    """Two calls at once: what is disclosed under the one's number is bound to that one."""
    play = PairingPlay()
    first, second = play.talks(None), play.talks(None, BO)
    play.wants(first, "111111")
    play.wants(second, "222222", BO)
    play.types("222222")
    play.shares()
    play.seals()
    assert (play.call(first).sealed, play.call(second).sealed) == (None, LATE)
    assert (play.sees(ELS), play.sees(BO)) == (None, LATE)


def test_a_number_that_lives_already_is_given_to_no_second_call() -> None:
    """Two draws alike: the second call has none, and must ask again."""
    play = PairingPlay()
    first, second = play.talks(None), play.talks(None, BO)
    play.wants(first)
    play.wants(second, by=BO)
    assert (play.state(first), play.state(second)) == (PairingState.ASKED, None)


@pytest.mark.parametrize("who", ["another agent", "who rings", "nobody"])
def test_only_its_owner_asks(who: str) -> None:
    """Whoever does not have the caller on the line gets no number for her."""
    play = PairingPlay()
    call = play.rings(None) if who == "who rings" else play.talks(None)
    play.agent_comes(BO)
    play.wants(call, by={"another agent": BO, "who rings": ELS, "nobody": UserId("x")}[who])
    assert play.call(call).pairing is None


def test_a_new_number_voids_the_old_one() -> None:
    """Also one that was typed in already: its page can bind nothing any more."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.types()
    play.shares()
    play.wants(call, "654321")
    assert {RefreshPage(NOW), RefreshPage(SHARING)} <= set(play.screens)
    play.types()
    play.seals()
    assert (play.state(call), play.call(call).sealed) == (PairingState.ASKED, None)
    assert play.urgent == [Burn(LATE)]


def test_a_call_has_only_so_many_numbers() -> None:
    """Each is one more that a stranger could guess."""
    play = PairingPlay()
    call = play.talks(None)
    for each in range(MOST):
        play.wants(call, f"{each:06}")
    play.wants(call, "999999")
    assert play.desk.call_of_pairing == {number(f"{MOST - 1:06}"): call}


@pytest.mark.parametrize("typed_in", [False, True])
def test_its_time_ends(typed_in: bool) -> None:
    """Five minutes until it is typed in, and five from then on; its owner reads that it is over."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.later(LIFE - 1)
    if typed_in:
        play.types()
        play.shares()
        play.later(LIFE - 1)
    play.later(2)
    assert play.state(call) is PairingState.EXPIRED
    assert (play.desk.call_of_pairing, play.desk.call_of_paired_page) == ({}, {})
    play.types()
    play.seals()
    assert (play.sees(ELS), play.store.vault) == (None, set())


def test_who_did_not_call_stops_it_and_its_owner_is_told() -> None:
    """The page's "stop" voids it at once, also while the app is being asked."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.types()
    play.shares()
    play.tell(PairingStopped(NOW))
    assert RefreshSeat(seat_of(ELS)) in play.screens
    assert play.audited == ["pairing_stopped"]
    play.seals()
    assert (play.state(call), play.sees(ELS), play.urgent) == (PairingState.STOPPED, None, [Burn(LATE)])


def test_its_owner_stops_it() -> None:
    """Nothing of it is left, and what comes late is burned."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.types()
    play.shares()
    play.tell(IdentifyDropped(seat_of(ELS), call))
    assert play.call(call).pairing is None
    play.seals()
    assert play.store.vault == set()


def test_who_refused_in_the_app_can_try_again() -> None:
    """Her owner reads why it failed, and the second try is bound."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.types()
    play.shares()
    play.tell(PairingFailed(SHARING, Unshared.REFUSED))
    pairing = play.call(call).pairing
    assert pairing is not None
    assert (pairing.state, pairing.why) == (PairingState.FAILED, Unshared.REFUSED)
    play.shares(sharing=PageId("again"))
    play.seals(page=PageId("again"))
    assert play.sees(ELS) == LATE


def test_only_the_last_disclosure_of_its_page_is_bound() -> None:
    """Of two that were begun there, the earlier one comes to nothing."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.types()
    play.shares()
    play.shares(sharing=PageId("again"))
    play.seals()
    assert (play.state(call), play.store.vault) == (PairingState.SHARING, set())


def test_another_subject_than_was_asked_is_not_bound() -> None:
    """What is asked of her is her owner's choice, and not the page's."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.types()
    play.shares()
    play.seals(subject=WASTE)
    assert (play.call(call).sealed, play.store.vault) == (None, set())


def test_what_she_disclosed_before_is_burned_as_the_new_is_bound() -> None:
    """Her earlier page says that it was replaced; the old grant shows nothing, and a later one shows the new."""
    play = PairingPlay()
    call = play.talks(1)
    before = play.call(call).granted
    assert before is not None
    play.identifies(call)
    after = play.call(call).granted
    assert after is not None
    assert (play.sees(ELS), play.store.vault) == (LATE, {LATE})
    assert after.number > before.number
    assert play.grants.may_see(seat_of(ELS), call, before.number) is None
    assert (play.page(PageId("page1")).stage, play.page(PageId("page1")).replaced) == (CitizenStage.ERASED, True)


def test_a_note_outlives_the_identity_that_was_replaced() -> None:
    """She wants nothing forgotten: what a colleague wrote about her stays."""
    play = PairingPlay()
    call = play.talks(1)
    play.official_comes()
    play.passes(call, note=NOTE)
    play.obeys()
    play.takes_over(call)
    assert play.call(call).note is not None
    play.identifies(call, INA)
    assert play.call(call).note is not None


def test_what_is_bound_already_is_told_twice_without_harm() -> None:
    """A repeated word of what is bound changes nothing."""
    play = PairingPlay()
    call = play.talks(None)
    play.identifies(call)
    play.seals()
    assert (play.sees(ELS), play.urgent) == (LATE, [])
