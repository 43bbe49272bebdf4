""" "Klopt niet": each end of the line can say it, the identity is gone at once, and the call goes on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from irmacall.core import citizen_views, views
from irmacall.core.call import Stage
from irmacall.core.commands import Burn, NoteForAudit, Withdraw
from irmacall.core.events import ErasureAsked
from irmacall.core.ids import CallId, GrantNumber, PageId, SealedId
from irmacall.core.sight import Doubt
from irmacall.core.sight_events import PageDoubts, SeatDoubts
from tests.core.plays import BO, ELS, Play, seat_of

SEALED, PAGE = SealedId("sealed1"), PageId("page1")


def _doubts(play: Play, call: CallId) -> SeatDoubts:
    """Els' word about the card that she is shown now."""
    granted = play.call(call).granted
    return SeatDoubts(seat_of(ELS), call, GrantNumber(0) if granted is None else granted.number)


def _notes(play: Play) -> list[NoteForAudit]:
    return [command for command in play.screens if isinstance(command, NoteForAudit)]


@pytest.mark.parametrize("by", Doubt)
def test_whoever_doubts_ends_it_and_the_call_goes_on(by: Doubt) -> None:
    """Withdrawn and burned in one decision, audited, and both screens know whose word it was."""
    play = Play()
    call = play.talks()
    play.tell(PageDoubts(PAGE) if by is Doubt.CITIZEN else _doubts(play, call))
    assert play.grants.held() == []
    assert {type(urgent) for urgent in play.urgent} == {Withdraw, Burn}
    assert play.store.vault == set()
    [note] = _notes(play)
    assert (note.kind, note.call) == ("doubted", call)
    assert (note.user, note.seat) == ((None, None) if by is Doubt.CITIZEN else (ELS, seat_of(ELS)))
    assert play.call(call).stage is Stage.TALKING
    view = citizen_views.page_view(play.desk, PAGE, play.leader.now)
    assert (view.stage, view.on_the_line, view.doubt) == (citizen_views.CitizenStage.ERASED, True, by)
    panel = views.seat_view(play.desk, ELS, seat_of(ELS)).call
    assert panel is not None
    assert (panel.erased, panel.doubt, panel.granted) == (True, by, None)
    play.hangs_up(call)
    assert citizen_views.page_view(play.desk, PAGE, play.leader.now).doubt is by, "she still reads why"


def test_another_leader_remembers_who_doubted() -> None:
    """It is saved with the call and the disclosure."""
    play = Play()
    call = play.talks()
    play.tell(PageDoubts(PAGE))
    play.crashes()
    assert play.call(call).doubt is Doubt.CITIZEN
    assert citizen_views.page_view(play.desk, PAGE, play.leader.now).doubt is Doubt.CITIZEN


def test_only_who_sees_the_card_can_doubt_it() -> None:
    """Another seat, another call, an earlier grant, a phone that only rings, an anonymous caller: nothing happens."""
    play = Play()
    call = play.rings()
    play.tell(_doubts(play, call))
    play.answers(call)
    play.joins(call)
    play.agent_comes(BO)
    for seat, name in ((seat_of(BO), call), (seat_of(ELS), CallId("near-99"))):
        play.tell(replace(_doubts(play, call), seat=seat, call=name))
    shown = _doubts(play, call)
    play.tell(replace(shown, grant=GrantNumber(shown.grant - 1)))
    assert len(play.grants.held()) == 1
    assert _notes(play) == []


def test_an_anonymous_caller_has_nothing_to_doubt() -> None:
    """Her owner's key does nothing."""
    play = Play()
    call = play.talks(None)
    play.tell(_doubts(play, call))
    assert (play.call(call).doubt, _notes(play)) == (None, [])


def test_a_page_without_a_call_has_nothing_to_doubt() -> None:
    """Not before she calls, not on a page that nobody knows, and not a second time: there she wipes."""
    play = Play()
    play.citizen_discloses(1)
    for page in (PAGE, PageId("made-up")):
        play.tell(PageDoubts(page))
    assert (play.store.vault, _notes(play)) == ({SEALED}, [])


def test_wiped_is_not_doubted() -> None:
    """The screens say which of the two it was."""
    play = Play()
    call = play.talks()
    play.tell(ErasureAsked(PAGE))
    play.tell(PageDoubts(PAGE))
    assert (play.call(call).doubt, play.desk.disclosures[SEALED].doubt, _notes(play)) == (None, None, [])
