"""Plays of two who talk: who sees whom, from the first moment in one bridge to the last."""

from __future__ import annotations

import pytest

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.commands import Burn, Connect, Grant, HangUp, RefreshPage, RemoveBridge, StopSaying, Withdraw
from irmacall.core.events import (
    BridgeEntered,
    ChannelGone,
    ErasureAsked,
    HangUpAsked,
    HangUpBegan,
    IdentityLost,
    LegAnswered,
    PhoneRegistered,
    SeatPaused,
)
from irmacall.core.ids import CallId, ChannelId, PageId, SealedId, leg_channel, playback, talk_bridge
from tests.core.leader import NEAR
from tests.core.plays import BO, ELS, HOUR, Play, phone_of, seat_of

SEALED = SealedId("sealed1")
PAGE = PageId("page1")


def _withdrawn(play: Play) -> list[str]:
    """Whose seats lost a card in the last line."""
    return [command.seat for command in play.urgent if isinstance(command, Withdraw)]


def _torn_down(call: CallId) -> list[HangUp | RemoveBridge]:
    """What is left to take down when the agent leaves: both channels and their bridge."""
    leg = leg_channel(call, 1)
    bridge = talk_bridge(call)
    return [HangUp(NEAR, call, leg), HangUp(NEAR, call, ChannelId(call)), RemoveBridge(NEAR, call, bridge)]


def test_the_card_appears_when_both_are_in_the_bridge_and_not_before() -> None:
    """Neither the ringing, nor the answer, nor one of the two alone in the bridge shows anything."""
    play = Play()
    call = play.rings()
    assert play.sees(ELS) is None
    leg = play.leg(call)
    hush = StopSaying(NEAR, call, playback(call, 2))  # or the bridge would wait for the prompt's end
    assert play.answers(call) == [hush, Connect(NEAR, call, talk_bridge(call), ChannelId(call), leg)]
    assert play.sees(ELS) is None
    play.members(call, leg)
    assert (play.stage(call), play.sees(ELS)) == (Stage.CONNECTING, None)
    play.members(call, leg, call)
    assert (play.stage(call), play.sees(ELS)) == (Stage.TALKING, SEALED)
    assert RefreshPage(PAGE) in play.screens


def test_an_anonymous_caller_has_no_card() -> None:
    """There is nothing to grant."""
    play = Play()
    call = play.talks(None)
    assert (play.stage(call), play.sees(ELS), play.leader.granted) == (Stage.TALKING, None, [])


def test_a_caller_who_hangs_up_takes_her_card_with_her() -> None:
    """At the first word of the hang-up the seat is refused and the identity burned; then all is taken down."""
    play = Play()
    call = play.talks()
    play.tell(HangUpBegan(NEAR, ChannelId(call)))
    assert (_withdrawn(play), Burn(SEALED) in play.urgent) == ([seat_of(ELS)], True)
    assert play.asked == [c for c in _torn_down(call) if c != HangUp(NEAR, call, ChannelId(call))]
    assert (play.sees(ELS), play.desk.calls, play.store.vault) == (None, {}, set())
    assert RefreshPage(PAGE) in play.screens


@pytest.mark.parametrize("how", ["phone", "screen"])
def test_an_agent_who_hangs_up_ends_the_call(how: str) -> None:
    """With her phone or on her screen: card, identity, both channels and the bridge go."""
    play = Play()
    call = play.talks()
    leg = play.leg(call)
    play.tell(HangUpBegan(NEAR, leg) if how == "phone" else HangUpAsked(seat_of(ELS), call))
    assert (_withdrawn(play), Burn(SEALED) in play.urgent) == ([seat_of(ELS)], True)
    assert play.asked == _torn_down(call)
    assert play.desk.calls == {}


def test_an_agent_is_free_when_her_channel_is_gone_and_idle_since_the_calls_end() -> None:
    """Her phone is busy to the last channel; her turn counts from the end of the talk."""
    play = Play()
    call = play.talks()
    leg = play.leg(call)
    play.later(60)
    play.hangs_up(call)
    second = play.caller_waits()
    assert play.stage(second) is Stage.WAITING
    assert play.agent(ELS).idle_since == 1_000_060.0
    play.gone(leg)
    assert play.stage(second) is Stage.RINGING


def test_a_third_in_the_bridge_withdraws_the_card_and_is_audited() -> None:
    """The card comes back, under a new number, when the two are alone again."""
    play = Play()
    call = play.talks()
    leg = play.leg(call)
    first = play.call(call).granted
    play.members(call, call, leg, "stranger")
    assert (_withdrawn(play), play.audited) == ([seat_of(ELS)], ["withdrawn_foreign_channel"])
    assert (play.sees(ELS), play.stage(call)) == (None, Stage.TALKING)
    play.members(call, call, leg, left=True)
    again = play.call(call).granted
    assert (play.sees(ELS), play.audited) == (SEALED, [])
    assert first is not None
    assert again is not None
    assert again.number > first.number


def test_whoever_leaves_the_bridge_takes_the_card_along() -> None:
    """One alone in the bridge is nobody on the line."""
    play = Play()
    call = play.talks()
    play.members(call, play.leg(call), left=True)
    assert (_withdrawn(play), play.sees(ELS)) == ([seat_of(ELS)], None)


def test_a_seat_on_another_browser_takes_the_card_with_it() -> None:
    """The old browser is refused first, the new one is granted under a new number."""
    play = Play()
    play.talks()
    play.claims(ELS, elsewhere := seat_of(BO))
    assert _withdrawn(play) == [seat_of(ELS)]
    assert [grant.seat for grant in play.screens if isinstance(grant, Grant)] == [elsewhere]
    assert (play.sees(ELS, elsewhere), play.sees(ELS)) == (SEALED, None)


@pytest.mark.parametrize("seat", ["seat-els", "seat-new"])
def test_an_agent_who_moves_to_another_phone_leaves_the_card_behind(seat: str) -> None:
    """The caller is on the old phone; the card comes back when she does."""
    play = Play()
    call = play.talks()
    play.claims(ELS, seat_of(ELS) if seat == "seat-els" else seat_of(BO), phone_of(BO))
    assert _withdrawn(play) == [seat_of(ELS)]
    assert (play.grants.held(), play.stage(call)) == ([], Stage.TALKING)
    play.claims(ELS, seat_of(ELS), phone_of(ELS))
    assert play.sees(ELS) == SEALED


def test_another_agent_at_the_same_browser_sees_nothing_of_the_first_ones_caller() -> None:
    """A seat has one user: who claims it puts the other one out."""
    play = Play()
    play.talks()
    play.claims(BO, seat_of(ELS))
    assert _withdrawn(play) == [seat_of(ELS)]
    assert (play.grants.held(), play.agent(ELS).availability) == ([], Availability.AWAY)


def test_another_agent_with_the_same_phone_sees_nothing_of_the_first_ones_caller() -> None:
    """The caller was put through to Els, not to whoever takes her phone."""
    play = Play()
    call = play.talks()
    play.claims(BO, seat_of(BO), phone_of(ELS))
    assert (play.grants.held(), play.agent(ELS).seat, play.stage(call)) == ([], None, Stage.TALKING)


def test_a_pause_while_talking_changes_nothing_of_the_talk() -> None:
    """She keeps caller and card, and is asked for no next one."""
    play = Play()
    call = play.talks()
    leg = play.leg(call)
    play.tell(SeatPaused(seat_of(ELS), "lunch"))
    assert play.sees(ELS) == SEALED
    play.hangs_up(call)
    play.gone(leg)
    assert play.stage(play.caller_waits()) is Stage.WAITING


def test_logging_out_while_talking_takes_the_card_and_leaves_the_talk() -> None:
    """The session is over, the conversation is not; back on her seat she sees the card again."""
    play = Play()
    call = play.talks()
    assert play.logs_out(ELS) == []
    assert (_withdrawn(play), play.grants.held(), play.stage(call)) == ([seat_of(ELS)], [], Stage.TALKING)
    play.claims(ELS, seat_of(ELS))
    assert play.sees(ELS) == SEALED


def test_a_phone_that_loses_its_registration_while_talking_talks_on() -> None:
    """A registration is for ringing."""
    play = Play()
    call = play.talks()
    play.tell(PhoneRegistered(NEAR, phone_of(ELS), online=False))
    assert (play.stage(call), play.sees(ELS)) == (Stage.TALKING, SEALED)


@pytest.mark.parametrize("why", ["hour", "page", "vault"])
def test_an_identity_that_ends_while_talking_leaves_an_anonymous_talk(why: str) -> None:
    """The hour is over, the citizen says so, or the vault lost it: the card goes, the call goes on."""
    play = Play()
    call = play.talks()
    if why == "hour":
        play.later(HOUR - 1)
        assert play.sees(ELS) == SEALED
        play.later(1)
    else:
        play.tell(ErasureAsked(PAGE) if why == "page" else IdentityLost(SEALED))
    assert (play.sees(ELS), play.grants.held(), play.store.vault) == (None, [], set())
    assert (play.stage(call), play.call(call).sealed, play.asked) == (Stage.TALKING, None, [])


@pytest.mark.parametrize("late", [0.0, 5.0])
def test_an_identity_is_never_granted_past_its_hour_however_late_the_wake_up(late: float) -> None:
    """The last of the two enters the bridge as the hour ends, before the desk was woken: nothing is granted."""
    play = Play()
    play.citizen_discloses(1)
    play.later(899)
    play.agent_comes(ELS)
    call = play.caller_waits(1)
    play.leg_enters(call)
    play.leader.now = play.desk.disclosures[SEALED].expires_at + late
    play.answers(call)
    play.joins(call)
    assert (play.stage(call), play.leader.granted, play.store.vault) == (Stage.TALKING, [], set())


def test_an_answer_is_heard_once() -> None:
    """A repeated or late answer connects nobody a second time."""
    play = Play()
    call = play.connects()
    assert play.tell(LegAnswered(NEAR, play.leg(call))) == []
    play.joins(call)
    assert play.tell(LegAnswered(NEAR, play.leg(call))) == []


def test_bridges_that_are_not_talk_bridges_say_nothing() -> None:
    """The waiting bridge's comings and goings concern nobody."""
    play = Play()
    call = play.talks()
    seen = play.sees(ELS)
    everybody = frozenset({ChannelId("x")})
    assert play.tell(BridgeEntered(NEAR, talk_bridge(CallId("other")), ChannelId("x"), everybody)) == []
    assert (play.sees(ELS), play.stage(call)) == (seen, Stage.TALKING)


def test_pressing_twice_ends_one_call_and_refuses_no_other() -> None:
    """The second press means the call that is over, not the one that rings by then."""
    play = Play()
    first = play.talks()
    leg = play.leg(first)
    play.tell(HangUpAsked(seat_of(ELS), first))
    play.tell(ChannelGone(NEAR, leg, 16))
    second = play.rings(None)
    assert play.tell(HangUpAsked(seat_of(ELS), first)) == []
    assert play.stage(second) is Stage.RINGING
