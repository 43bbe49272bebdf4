"""Whose caller management looked at is told so while she has that caller, whatever becomes of the identity."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from irmacall.core import views
from irmacall.core.commands import RefreshPage
from irmacall.core.events import ErasureAsked
from irmacall.core.ids import CallId, PageId, UserId
from irmacall.core.sight import Look
from irmacall.core.sight_events import GlassAsked, GlassLeft, IdentitySeen
from tests.core.pairing_plays import NOW, SHARING, PairingPlay
from tests.core.plays import ELS, seat_of
from tests.core.test_glass import ALLOWED, DESK_OF_MIA, MIA
from tests.core.transfer_plays import INA, RULES

PAGE = PageId("page1")


def _begins(play: PairingPlay, call: CallId) -> IdentitySeen:
    """Mia may look; what the door will say when it has shown her."""
    owner = play.call(call).granted
    assert owner is not None
    assert owner.sealed is not None
    play.tell(GlassAsked(DESK_OF_MIA, MIA, call, owner.number, owner.sealed, play.leader.now + 60))
    [look] = play.leader.looks.held()
    return IdentitySeen(owner.sealed, MIA, look.grant, by_glass=True)


def _looks(play: PairingPlay, call: CallId) -> None:
    """Mia sees her for a second."""
    play.tell(_begins(play, call))
    play.later(1)
    play.tell(GlassLeft(DESK_OF_MIA, call))


def _looked(play: PairingPlay, user: UserId = ELS) -> Look | None:
    call = views.seat_view(play.desk, user, seat_of(user)).call
    assert call is not None
    return call.looked


def _wiped(play: PairingPlay, _: CallId) -> None:
    play.tell(ErasureAsked(PAGE))


def _shared_anew(play: PairingPlay, call: CallId) -> None:
    play.identifies(call)


def _shared_anew_by_the_same_browser(play: PairingPlay, call: CallId) -> None:
    play.wants(call)
    play.types()
    play.shares(earlier=PAGE)
    play.seals()


CHANGES = (_wiped, _shared_anew, _shared_anew_by_the_same_browser)


@pytest.mark.parametrize("change", CHANGES)
def test_her_owner_reads_of_it_until_she_has_her_no_longer(change: Callable[[PairingPlay, CallId], None]) -> None:
    """Also when what was seen is erased, or another has taken its place."""
    play = PairingPlay(plan=ALLOWED)
    call = play.talks(1)
    assert _looked(play) is None
    _looks(play, call)
    change(play, call)
    looked = _looked(play)
    assert looked is not None
    assert (looked.user, looked.owner) == (MIA, ELS)
    play.hangs_up(call)
    assert views.seat_view(play.desk, ELS, seat_of(ELS)).call is None


def test_the_next_owner_reads_of_what_was_hers() -> None:
    """Nothing of a look at her colleague; and of one at herself, however soon after that."""
    play = PairingPlay(plan=replace(ALLOWED, transfers=RULES))
    call = play.talks(1)
    play.official_comes()
    _looks(play, call)
    play.later(5)
    play.passes(call)
    play.obeys()
    play.takes_over(call)
    assert _looked(play, INA) is None
    _looks(play, call)
    looked = _looked(play, INA)
    assert looked is not None
    assert looked.owner == INA


def test_a_word_that_comes_late_is_told_on_the_page_that_she_has() -> None:
    """She shared anew between the look and the door's word of it; her browser has one page."""
    play = PairingPlay(plan=ALLOWED)
    call = play.talks(1)
    word = _begins(play, call)
    _shared_anew_by_the_same_browser(play, call)
    play.tell(word)
    assert [(sight.by_glass, sight.until is not None) for sight in play.page(SHARING).sights] == [(True, True)]


def test_the_page_that_typed_in_the_number_looks_again_when_all_is_erased() -> None:
    """It said that somebody sees what was shared there."""
    play = PairingPlay(plan=ALLOWED)
    call = play.talks(None)
    play.identifies(call)
    play.tell(ErasureAsked(SHARING))
    assert RefreshPage(NOW) in play.screens
