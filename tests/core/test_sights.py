"""What a citizen's page tells of who may see her data now, and who saw them: until the hour is over."""

from __future__ import annotations

import pytest

from irmacall.core import citizen_views
from irmacall.core.commands import RefreshPage
from irmacall.core.events import ErasureAsked, NodeLost, PhoneRegistered, SeatClaimed
from irmacall.core.ids import PageId, SealedId, SeatId, UserId
from irmacall.core.sight import Sight
from irmacall.core.sight_events import IdentitySeen
from tests.core.leader import NEAR
from tests.core.plays import BO, ELS, HOUR, Play, phone_of, seat_of

SEALED, PAGE = SealedId("sealed1"), PageId("page1")


def _view(play: Play) -> citizen_views.PageView:
    return citizen_views.page_view(play.desk, PAGE, play.leader.now)


def _told(play: Play) -> list[tuple[UserId, float, float | None]]:
    """Who saw it, from when until when, counted from the beginning of the first sight."""
    sights = _view(play).sights
    return [
        (each.user, each.since - sights[0].since, None if each.until is None else each.until - sights[0].since)
        for each in sights
    ]


def _looks(play: Play) -> None:
    """Every card that may be seen is shown."""
    for grant in play.grants.held():
        assert grant.sealed is not None
        play.tell(IdentitySeen(grant.sealed, grant.user, grant.grant))


def test_who_has_the_caller_on_the_line_is_told_of_until_the_call_is_over() -> None:
    """Who may see it is on the page before she looks; what she saw stays there after the call, with its end."""
    play = Play()
    call = play.talks()
    began = play.leader.now
    [seer] = _view(play).seers
    assert (seer.user, seer.since, _view(play).sights) == (ELS, began, ())
    play.later(5)
    _looks(play)
    assert RefreshPage(PAGE) in play.screens
    assert [(each.user, each.since, each.until) for each in _view(play).seers] == [(ELS, began + 5, None)]
    play.later(60)
    play.hangs_up(call)
    view = _view(play)
    assert (view.stage, view.seers) == (citizen_views.CitizenStage.ERASED, ())
    assert _told(play) == [(ELS, 0, 60)]
    play.later(HOUR)
    assert (_view(play).stage, _view(play).sights) == (citizen_views.CitizenStage.UNKNOWN, ())


def test_who_never_looked_saw_nothing() -> None:
    """Her screen was away: she might have, and that is over."""
    play = Play()
    play.hangs_up(play.talks())
    assert _view(play).sights == ()


def test_it_stays_after_she_wiped_her_data() -> None:
    """She may want to know more than ever."""
    play = Play()
    play.talks()
    _looks(play)
    play.later(10)
    play.tell(ErasureAsked(PAGE))
    assert _told(play) == [(ELS, 0, 10)]


def test_each_who_has_her_on_the_line_is_told_of_by_herself() -> None:
    """Els's seat moves to a browser, a long silence, and then another's phone."""
    play = Play()
    play.talks()
    _looks(play)
    play.later(20)
    play.tell(SeatClaimed(ELS, SeatId("elsewhere"), phone_of(ELS)))
    play.later(20)
    _looks(play)
    assert _told(play) == [(ELS, 0, None)], "one who sees her again so soon is told of once"
    play.logs_out(ELS)
    play.later(300)
    play.claims(ELS, seat_of(ELS))
    _looks(play)
    assert _told(play) == [(ELS, 0, 40), (ELS, 340, None)]


def test_word_that_comes_after_the_withdrawal_is_of_what_is_over() -> None:
    """The door showed her in the instant of the hang-up."""
    play = Play()
    call = play.talks()
    [grant] = play.grants.held()
    play.hangs_up(call)
    play.tell(IdentitySeen(SEALED, ELS, grant.grant))
    assert _told(play) == [(ELS, 0, 0)]
    play.tell(IdentitySeen(SEALED, ELS, grant.grant))
    assert len(_view(play).sights) == 1, "a page that asks again is no second sight"


def test_what_nobody_remembers_is_not_told_of() -> None:
    """Word of an identity whose hour is over."""
    play = Play()
    play.talks()
    [grant] = play.grants.held()
    play.later(HOUR)
    play.tell(IdentitySeen(SEALED, ELS, grant.grant))
    assert play.desk.disclosures == {}


def test_a_node_that_falls_silent_ends_a_sight_and_its_word_begins_it_again() -> None:
    """Nobody sees her meanwhile, and the page says so."""
    play = Play()
    play.talks()
    _looks(play)
    play.later(5)
    play.tell(NodeLost(NEAR))
    assert (_view(play).seers, _told(play)) == ((), [(ELS, 0, 5)])


def test_another_leader_knows_what_was_seen_and_that_nobody_sees_it_now() -> None:
    """What was under way when the daemon was killed ends when the next one leads."""
    play = Play()
    play.talks()
    _looks(play)
    play.later(30)
    play.crashes()
    assert (_view(play).seers, _told(play)) == ((), [(ELS, 0, 30)])


def test_sights_are_kept_as_ids_and_times() -> None:
    """And nothing else: what was seen is not there."""
    play = Play()
    play.talks()
    _looks(play)
    saved = play.store.saved["disclosure", SEALED]
    [grant] = play.grants.held()
    since = play.leader.now
    assert f'"user":"els","grant":{grant.grant},"since":{since},"until":null,"by_glass":false'.encode() in saved
    assert play.desk.disclosures[SEALED].sights == (Sight(ELS, grant.grant, since),)


def test_how_long_she_may_have_to_wait_is_what_is_told_on_the_telephone() -> None:
    """Silence where nobody knows, and where nobody is there."""
    play = Play()
    play.agent_comes(BO)
    play.citizen_discloses(1)
    play.tell(PhoneRegistered(NEAR, phone_of(BO), online=False))
    call = play.caller_waits(1)
    queue = play.call(call).queue
    view = _view(play)
    assert (view.position, view.expected_wait) == (1, None)
    for _ in range(5):
        play.desk.pace[queue].answered(play.leader.now)
    play.later(100)
    assert _view(play).expected_wait == pytest.approx(20)
    play.logs_out(BO)
    assert (_view(play).position, _view(play).expected_wait) == (1, None)
