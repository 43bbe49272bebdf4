"""The book that the one door asks: the last saved grants, less every later withdrawal."""

from __future__ import annotations

from irmacall.core.commands import Grant, Withdraw
from irmacall.core.events import BridgeEntered, HangUpBegan, SeatClaimed
from irmacall.core.ids import CallId, ChannelId, GrantNumber, SealedId, SeatId, UserId, talk_bridge
from irmacall.core.ownership import Grants
from tests.core.leader import NEAR
from tests.core.plays import ELS, Play, phone_of, seat_of

SEAT = SeatId("seat")
CALL = CallId("call")


def _grant(number: int, seat: SeatId = SEAT, call: CallId = CALL) -> Grant:
    return Grant(seat, UserId("els"), call, SealedId("sealed"), GrantNumber(number))


def _withdraw(grant: Grant) -> Withdraw:
    return Withdraw(grant.seat, grant.user, grant.call, grant.grant, "because")


def test_a_grant_is_for_one_seat_one_call_and_one_number() -> None:
    """Whoever asks for anything else gets nothing."""
    grants, granted = Grants(), _grant(2)
    assert grants.grant(granted)
    assert grants.may_see(SEAT, CALL, GrantNumber(2)) == granted
    assert grants.may_see(SEAT, CALL, GrantNumber(1)) is None
    assert grants.may_see(SEAT, CallId("other"), GrantNumber(2)) is None
    assert grants.may_see(SeatId("other"), CALL, GrantNumber(2)) is None


def test_a_withdrawal_acts_at_once() -> None:
    """From this instant the door is shut."""
    grants = Grants()
    grants.grant(_grant(1))
    grants.withdraw(_withdraw(_grant(1)))
    assert (grants.may_see(SEAT, CALL, GrantNumber(1)), grants.held()) == (None, [])


def test_a_grant_that_is_saved_after_its_withdrawal_never_comes_to_life() -> None:
    """The save was on its way when the caller hung up."""
    grants = Grants()
    grants.withdraw(_withdraw(_grant(1)))
    assert not grants.grant(_grant(1))
    assert grants.held() == []


def test_a_new_grant_outlives_the_late_save_of_an_earlier_one() -> None:
    """Withdrawn and granted anew before the first save was done: the second one stands."""
    grants = Grants()
    grants.withdraw(_withdraw(_grant(1)))
    assert not grants.grant(_grant(1))
    assert grants.grant(_grant(2))
    assert grants.may_see(SEAT, CALL, GrantNumber(2)) == _grant(2)


def test_a_late_withdrawal_of_an_earlier_grant_leaves_the_later_one() -> None:
    """It names its number."""
    grants = Grants()
    grants.grant(_grant(2))
    grants.withdraw(_withdraw(_grant(1)))
    assert grants.held() == [_grant(2)]


def test_a_withdrawal_from_one_seat_leaves_the_others() -> None:
    """Each seat has its own caller."""
    grants = Grants()
    other = _grant(2, SeatId("other"), CallId("second"))
    grants.grant(_grant(1))
    grants.grant(other)
    grants.withdraw(_withdraw(_grant(1)))
    assert grants.held() == [other]


def test_clearing_tells_what_was_held() -> None:
    """The screens that must be blanked."""
    grants = Grants()
    grants.grant(_grant(1))
    assert (grants.clear(), grants.held()) == ([_grant(1)], [])


def test_a_caller_who_hangs_up_while_her_grant_is_being_saved_is_never_seen() -> None:
    """The agent moved to another browser, and the talk was over before that was saved."""
    play = Play()
    call, leader = play.talks(), play.leader
    leader.tell(SeatClaimed(ELS, SeatId("elsewhere"), phone_of(ELS)))
    leader.begin_save()
    assert leader.grants.held() == []
    leader.tell(HangUpBegan(NEAR, ChannelId(call)))
    leader.end_save()
    assert leader.grants.held() == []
    assert [grant.seat for grant in leader.granted] == [seat_of(ELS), SeatId("elsewhere")]


def test_a_grant_that_asterisk_would_say_again_waits_for_no_save() -> None:
    """Both are in the bridge: the saved call may lag behind, since a snapshot would tell the same."""
    play = Play()
    call, leader = play.connects(), play.leader
    leg = play.leg(call)
    leader.tell(BridgeEntered(NEAR, talk_bridge(call), leg, frozenset({leg, ChannelId(call)})))
    leader.begin_save()
    assert [grant.call for grant in leader.grants.held()] == [call]
    assert b"connecting" in play.store.saved["call", call]
    leader.end_save()
    assert b"talking" in play.store.saved["call", call]
