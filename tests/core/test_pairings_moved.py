"""Plays of a caller who identifies herself while her call changes: its owner, its end, a crash, a second call."""

from __future__ import annotations

import pytest

from irmacall.core.call import Stage
from irmacall.core.disclosure import Seal
from irmacall.core.events import ErasureAsked, SeatPaused
from irmacall.core.ids import PageId, SealedId
from irmacall.core.pairing import LIFE, PairingState
from irmacall.core.pairing_events import PairingShared
from irmacall.core.sight_events import SeatDoubts
from irmacall.core.transfer import Act, Standing, ToLine
from tests.core.leader import GENERAL
from tests.core.pairing_plays import LATE, NOW, SHARING, PairingPlay
from tests.core.plays import BO, ELS, phone_of, seat_of
from tests.core.transfer_plays import INA, OUTSIDE


@pytest.mark.parametrize("when", ["asked", "taken", "sharing"])
def test_if_the_owner_changes_meanwhile_the_new_owner_sees_her(when: str) -> None:
    """And nobody else, at any moment: who asked does not."""
    play = PairingPlay()
    call = play.talks(None)
    play.official_comes()
    play.wants(call)
    if when != "asked":
        play.types()
    if when == "sharing":
        play.shares()
    play.passes(call)
    assert play.stage(call) is not Stage.TALKING
    play.obeys()
    play.takes_over(call)
    if when == "asked":
        play.types()
    if when != "sharing":
        play.shares()
    play.seals()
    assert (play.sees(INA), play.sees(ELS)) == (LATE, None)


def test_what_is_shared_between_two_owners_waits_sealed_for_the_next() -> None:
    """Nobody sees it while she waits; whoever answers her does."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.types()
    play.shares()
    play.tell(SeatPaused(seat_of(ELS), "pauze"))
    play.passes(call, ToLine(GENERAL, Standing.HERS))
    play.obeys()
    play.seals()
    assert (play.grants.held(), play.call(call).sealed) == ([], LATE)
    play.agent_comes(BO)
    play.leg_enters(call)
    play.answers(call)
    play.joins(call)
    assert (play.sees(BO), play.sees(ELS)) == (LATE, None)


def test_who_hears_music_identifies_herself() -> None:
    """Her owner holds her meanwhile, and sees her card."""
    play = PairingPlay()
    call = play.talks(None)
    play.acts(call, Act.HOLD)
    play.identifies(call)
    assert play.sees(ELS) == LATE


def test_who_talks_with_somebody_outside_identifies_herself_no_more() -> None:
    """There nobody may see her: the number is void from that moment."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.types()
    play.shares()
    play.passes(call, OUTSIDE)
    play.obeys()
    play.takes_over(call)
    assert (play.call(call).pairing, play.desk.call_of_paired_page) == (None, {})
    play.seals()
    assert (play.call(call).sealed, play.store.vault) == (None, set())


def test_nothing_is_bound_to_a_call_that_is_over() -> None:
    """Its number is void, and what comes late is burned."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.types()
    play.shares()
    play.hangs_up(call)
    assert (play.desk.call_of_pairing, play.desk.call_of_paired_page) == ({}, {})
    assert not any(timer[1] == "pairing" for timer in play.desk.timers)
    play.seals()
    assert (play.stage(call), play.store.vault) == (Stage.ENDED, set())


def test_a_new_leader_knows_how_far_it_was() -> None:
    """What was typed in before a crash is bound after it; the number's time goes on."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.types()
    play.shares()
    play.crashes()
    play.seals()
    assert play.call(call).sealed == LATE
    assert play.desk.disclosures[LATE].seal is Seal.BOUND
    assert play.grants.held() == [], "no node has said yet who is with her"


def test_a_number_of_before_a_crash_can_still_be_typed_in_and_its_time_ends() -> None:
    """Its hash is saved, and its clock with it."""
    play = PairingPlay()
    call = play.talks(None)
    play.wants(call)
    play.crashes()
    play.types()
    assert play.state(call) is PairingState.TAKEN
    play.later(LIFE)
    assert play.state(call) is PairingState.EXPIRED


def test_a_page_that_types_in_a_second_number_leaves_the_first_call() -> None:
    """One browser is of one caller."""
    play = PairingPlay()
    first, second = play.talks(None), play.talks(None, BO)
    play.wants(first, "111111")
    play.wants(second, "222222", BO)
    play.types("111111")
    play.types("222222")
    assert (play.state(first), play.state(second)) == (PairingState.STOPPED, PairingState.TAKEN)


@pytest.mark.parametrize("crash", [False, True])
@pytest.mark.parametrize("identified_first", [True, False])
def test_a_page_that_is_of_a_second_call_stays_when_the_first_ends(*, identified_first: bool, crash: bool) -> None:
    """The one identified on it hangs up: what it shares then is bound to the call whose number it typed in last."""
    play = PairingPlay()
    calls = [play.talks(None), play.talks(None, BO)]
    order = [0, 1] if identified_first else [1, 0]
    (first, by), (second, after) = [(calls[each], (ELS, BO)[each]) for each in order]
    play.identifies(first, by)
    play.wants(second, "222222", after)
    play.types("222222")
    if crash:
        play.crashes()
    play.hangs_up(first)
    assert play.desk.call_of_paired_page[NOW] == second
    play.shares(sharing=PageId("again"))
    play.seals(SealedId("later"), PageId("again"))
    assert play.call(second).sealed == SealedId("later")


def test_what_she_says_of_the_first_card_is_not_said_of_the_second() -> None:
    """Her key was pressed at the first; on its way there her caller shared anew, and that stands."""
    play = PairingPlay()
    call = play.talks(1)
    first = play.call(call).granted
    assert first is not None
    play.identifies(call)
    assert play.sees(ELS) != first.sealed
    play.tell(SeatDoubts(seat_of(ELS), call, first.number))
    assert play.desk.disclosures[LATE].seal is Seal.BOUND


@pytest.mark.parametrize("other", ["call", "number"])
def test_what_was_begun_for_one_number_is_for_no_other(other: str) -> None:
    """The page typed in another meanwhile, of another call or for something else: it must begin anew."""
    play = PairingPlay()
    first = play.talks(None)
    play.wants(first)
    play.types()
    play.agent_comes(BO)
    second = play.talks(None, BO) if other == "call" else first
    play.wants(second, "222222", by=BO if other == "call" else ELS)
    play.types("222222")
    play.tell(PairingShared(NOW, SHARING, first, 1))
    play.seals()
    assert (play.call(first).sealed, play.call(second).sealed) == (None, None)
    assert play.store.vault == set()


def test_she_wipes_what_she_shared_during_the_call() -> None:
    """At any moment, as anybody can who disclosed before she called."""
    play = PairingPlay()
    call = play.talks(None)
    play.identifies(call)
    play.tell(ErasureAsked(SHARING))
    assert (play.sees(ELS), play.store.vault) == (None, set())
    assert play.view(ELS, call).erased


def test_whom_is_consulted_is_shown_nothing_of_it() -> None:
    """Her colleague's caller is not hers."""
    play = PairingPlay()
    call = play.talks(None)
    play.official_comes()
    play.wants(call)
    play.passes(call, consult=True)
    play.obeys()
    play.picks_up(call)
    assert play.view(INA, call).pairing is None
    view = play.view(ELS, call).pairing
    assert view is not None
    assert phone_of(INA) in {leg.endpoint for leg in play.call(call).phones}
