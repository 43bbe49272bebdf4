"""Break-glass: one of management sees a caller for a minute, beside her owner, who is told, as the citizen is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from irmacall.core import citizen_views, glass, views
from irmacall.core.commands import HideFromGlass, RefreshPage, RefreshSeat, ShowByGlass, Withdraw
from irmacall.core.events import ErasureAsked, IdentityLost, NodeLost, PlanChanged, SeatClaimed, SeatReleased
from irmacall.core.ids import CallId, GrantNumber, PageId, SealedId, SeatId, UserId
from irmacall.core.sight_events import GlassAsked, GlassLeft, IdentitySeen, PageDoubts
from tests.core.leader import NEAR, PLAN
from tests.core.plays import BO, CALLER_SEEN, ELS, Play, bridges_talking, leg_seen, phone_of, seat_of, snapshot

ALLOWED = replace(PLAN, break_glass=True)
MIA, DESK_OF_MIA = UserId("mia"), SeatId("manager-mia")
MO, DESK_OF_MO = UserId("mo"), SeatId("manager-mo")
SEALED, PAGE = SealedId("sealed1"), PageId("page1")


def _asks(play: Play, call: CallId, user: UserId = MIA, seat: SeatId = DESK_OF_MIA, seconds: float = 60) -> None:
    over, sealed = _seen(play, call)
    play.tell(GlassAsked(seat, user, call, over, sealed, play.leader.now + seconds))


def _seen(play: Play, call: CallId) -> tuple[GrantNumber, SealedId]:
    """Under which grant the owner sees whom now; one that there never was where nobody sees anybody."""
    known = play.desk.calls.get(call)
    owner = None if known is None else known.granted
    return (GrantNumber(0), SEALED) if owner is None else (owner.number, owner.sealed or SEALED)


def _talks() -> tuple[Play, CallId]:
    play = Play(plan=ALLOWED)
    return play, play.talks()


def _held(play: Play) -> list[tuple[SeatId, CallId]]:
    return [(grant.seat, grant.call) for grant in play.leader.looks.held()]


def test_she_sees_the_identity_and_both_are_told_before_she_can() -> None:
    """The owner's screen and the citizen's page come first in what is decided; the owner's own grant stands."""
    play, call = _talks()
    _asks(play, call)
    assert _held(play) == [(DESK_OF_MIA, call)]
    kinds = [type(command) for command in play.screens]
    assert kinds.index(RefreshSeat) < kinds.index(ShowByGlass)
    assert kinds.index(RefreshPage) < kinds.index(ShowByGlass)
    assert {RefreshSeat(seat_of(ELS)), RefreshPage(PAGE)} <= {
        command for command in play.screens if isinstance(command, RefreshSeat | RefreshPage)
    }
    [owner] = play.grants.held()
    [look] = play.leader.looks.held()
    assert (look.sealed, look.note, owner.seat) == (SEALED, None, seat_of(ELS))
    panel = views.seat_view(play.desk, ELS, seat_of(ELS)).call
    assert panel is not None
    assert panel.onlooker is not None
    assert (panel.onlooker.user, panel.onlooker.until) == (MIA, play.leader.now + 60)
    seers = citizen_views.page_view(play.desk, PAGE, play.leader.now).seers
    assert [(seer.user, seer.by_glass) for seer in seers] == [(ELS, False), (MIA, True)]


def test_a_minute_is_the_longest_and_it_ends_by_itself() -> None:
    """Whatever is asked; what she saw stays on the citizen's page."""
    play, call = _talks()
    _asks(play, call, seconds=3600)
    [look] = play.leader.looks.held()
    play.tell(IdentitySeen(SEALED, MIA, look.grant, by_glass=True))
    play.later(59)
    assert _held(play) == [(DESK_OF_MIA, call)]
    play.later(1)
    assert (_held(play), play.desk.looks, len(play.grants.held())) == ([], {}, 1)
    [sight] = citizen_views.page_view(play.desk, PAGE, play.leader.now).sights
    assert (sight.user, sight.by_glass, sight.until) == (MIA, True, sight.since + 60)


def test_the_book_knows_the_time_where_the_wake_up_is_late() -> None:
    """The door is refused at the minute, whether the desk was woken or not."""
    play, call = _talks()
    _asks(play, call)
    [look] = play.leader.looks.held()
    now = play.leader.now
    book = play.leader.looks
    assert book.may_see(DESK_OF_MIA, call, look.grant, now + 59.9) == look
    assert book.may_see(DESK_OF_MIA, call, look.grant, now + 60) is None
    assert book.may_see(DESK_OF_MO, call, look.grant, now) is None
    assert book.may_see(DESK_OF_MIA, call, GrantNumber(look.grant + 1), now) is None


ENDS: dict[str, Callable[[Play, CallId], object]] = {
    "the caller hangs up": lambda play, call: play.hangs_up(call),
    "the citizen wipes": lambda play, call: play.tell(ErasureAsked(PAGE)),
    "the citizen doubts": lambda play, call: play.tell(PageDoubts(PAGE)),
    "the vault lost it": lambda play, call: play.tell(IdentityLost(SEALED)),
    "the owner logs out": lambda play, call: play.tell(SeatReleased(seat_of(ELS))),
    "the owner's seat moves": lambda play, call: play.tell(SeatClaimed(ELS, SeatId("elsewhere"), phone_of(ELS))),
    "the node falls silent": lambda play, call: play.tell(NodeLost(NEAR)),
    "the site forbids it": lambda play, call: play.tell(PlanChanged(PLAN)),
    "she has seen enough": lambda play, call: play.tell(GlassLeft(DESK_OF_MIA, call)),
    "she logs out": lambda play, call: play.tell(SeatReleased(DESK_OF_MIA)),
}


@pytest.mark.parametrize("end", ENDS)
def test_it_ends_with_whatever_it_was_about(end: str) -> None:
    """Before anything is saved, and nothing of it comes back by itself."""
    play, call = _talks()
    _asks(play, call)
    [look] = play.leader.looks.held()
    ENDS[end](play, call)
    assert (_held(play), play.desk.looks) == ([], {})
    withdrawn = [urgent.withdrawal.grant for urgent in play.urgent if isinstance(urgent, HideFromGlass)]
    assert withdrawn == [look.grant]
    play.later(1)
    assert _held(play) == []


def test_a_look_that_ends_leaves_the_owner_her_card() -> None:
    """Her screen is told that nobody looks any more."""
    play, call = _talks()
    _asks(play, call)
    play.tell(GlassLeft(DESK_OF_MIA, call))
    assert RefreshSeat(seat_of(ELS)) in play.screens
    assert not [urgent for urgent in play.urgent if isinstance(urgent, Withdraw)]
    assert len(play.grants.held()) == 1


def test_a_second_manager_is_refused_as_long_as_one_looks() -> None:
    """A minute later she may."""
    play, call = _talks()
    _asks(play, call)
    _asks(play, call, MO, DESK_OF_MO)
    assert _held(play) == [(DESK_OF_MIA, call)]
    seen = glass.view(play.desk, call, DESK_OF_MO)
    assert (seen.taken, seen.can_be_asked, seen.look) == (True, False, None)
    play.later(60)
    _asks(play, call, MO, DESK_OF_MO)
    assert _held(play) == [(DESK_OF_MO, call)]


def test_one_screen_shows_one_caller() -> None:
    """Who looks at another ends the first."""
    play, first = _talks()
    second = play.talks(2, BO)
    _asks(play, first)
    _asks(play, second)
    assert _held(play) == [(DESK_OF_MIA, second)]
    assert glass.view(play.desk, first, DESK_OF_MIA).can_be_asked


def test_nobody_ends_anothers_look() -> None:
    """Not even with its name."""
    play, call = _talks()
    _asks(play, call)
    play.tell(GlassLeft(DESK_OF_MO, call))
    assert _held(play) == [(DESK_OF_MIA, call)]


def test_nothing_is_seen_through_glass_that_no_owner_sees() -> None:
    """At a desk that does not allow it, of a call that rings, waits, is anonymous or over, or after her time."""
    play = Play()
    call = play.talks()
    _asks(play, call)
    assert (_held(play), play.desk.looks) == ([], {}), "the desk does not allow it"
    play = Play(plan=ALLOWED)
    for call in (play.rings(), CallId("near-99")):
        _asks(play, call)
    assert play.desk.looks == {}
    play = Play(plan=ALLOWED)
    _asks(play, play.talks(None))
    assert play.desk.looks == {}
    play, call = _talks()
    _asks(play, call, seconds=0)
    assert play.desk.looks == {}
    play.hangs_up(call)
    _asks(play, call)
    assert play.desk.looks == {}


MEANWHILE: dict[str, Callable[[Play, CallId], object]] = {
    "the owner's seat moves": ENDS["the owner's seat moves"],
    "the node fell silent": lambda play, call: _back(play, call),
}


def _back(play: Play, call: CallId) -> None:
    """The node is lost, and found again with the two in their bridge."""
    leg = play.leg(call)
    play.tell(NodeLost(NEAR))
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen(ELS)}, bridges_talking(call, leg)))


@pytest.mark.parametrize("change", MEANWHILE)
def test_a_reason_about_one_owner_shows_nothing_of_the_next(change: str) -> None:
    """Who sees the same caller under a new grant is not whom the reason's line names; a fresh reason is needed."""
    play, call = _talks()
    over, sealed = _seen(play, call)
    MEANWHILE[change](play, call)
    again, same = _seen(play, call)
    assert again > over, "somebody sees her again"
    for grant, whom in ((over, sealed), (again, SealedId("another"))):
        play.tell(GlassAsked(DESK_OF_MIA, MIA, call, grant, whom, play.leader.now + 60))
        assert (_held(play), play.desk.looks) == ([], {})
    play.tell(GlassAsked(DESK_OF_MIA, MIA, call, again, same, play.leader.now + 60))
    assert _held(play) == [(DESK_OF_MIA, call)]


def test_a_reason_that_is_of_no_use_any_more_ends_nothing() -> None:
    """What she looks at on that screen goes on."""
    play, first = _talks()
    second = play.talks(2, BO)
    over, sealed = _seen(play, second)
    play.tell(SeatClaimed(BO, SeatId("elsewhere"), phone_of(BO)))
    _asks(play, first)
    play.tell(GlassAsked(DESK_OF_MIA, MIA, second, over, sealed, play.leader.now + 60))
    assert _held(play) == [(DESK_OF_MIA, first)]


def test_another_leader_has_no_reason_for_it() -> None:
    """A restart ends every look; nothing of it was saved."""
    play, call = _talks()
    _asks(play, call)
    assert b"mia" not in b"".join(play.store.saved.values())
    play.crashes()
    assert (play.desk.looks, play.leader.looks.held()) == ({}, [])


def test_management_is_told_of_a_call_and_never_who_calls() -> None:
    """Who has her on the line, in which queue, since when; of a call without an identity nothing."""
    play, call = _talks()
    seen = glass.view(play.desk, call, DESK_OF_MIA)
    assert (seen.owner, seen.queue, seen.since, seen.can_be_asked) == (
        ELS,
        play.call(call).queue,
        play.leader.now,
        True,
    )
    assert glass.view(play.desk, CallId("near-99"), DESK_OF_MIA) == glass.GlassView(None)
