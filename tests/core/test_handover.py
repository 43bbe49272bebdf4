"""Plays of callers who were let go: who is rung, who is rung again, and who waits first in her queue."""

from __future__ import annotations

import pytest

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.commands import CreateLeg, DialLeg, HoldInQueue, LeaveToDialplan
from irmacall.core.events import (
    EmergencyThrown,
    HangUpBegan,
    NodeLost,
    NodeSnapshot,
    PhoneCalled,
    PhoneRegistered,
    PlanChanged,
    SeatPaused,
    SeatReleased,
    SeenChannel,
)
from irmacall.core.facts import Outcome
from irmacall.core.ids import CallId, ChannelId, SoundName, talk_bridge
from irmacall.core.routes import ToMessage, ToQueue
from irmacall.core.transfer import Act, Failure, Returned, ToLine
from tests.core.leader import FAR, GENERAL, NEAR, PASSPORTS
from tests.core.plays import (
    BO,
    CALLER_SEEN,
    ELS,
    WAITING_ROOM,
    bridges_talking,
    bridges_waiting,
    code,
    leg_seen,
    phone_of,
    seat_of,
    snapshot,
)
from tests.core.transfer_plays import (
    INA,
    OUTSIDE,
    PASSED_ON,
    SEALED,
    TransferPlay,
    with_rules,
)

RING = PASSED_ON.transfers.ring
CAUSES = {
    17: Failure.BUSY,
    21: Failure.REJECTED,
    19: Failure.NO_ANSWER,
    18: Failure.NO_ANSWER,
    20: Failure.UNREACHABLE,
    3: Failure.UNREACHABLE,
}


def _passed() -> tuple[TransferPlay, CallId]:
    """Els has passed a caller to an official, whose phone rings."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call)
    play.obeys()
    play.phone_stands(call, play.leg(call))
    return play, call


def _comes_back(play: TransferPlay, call: CallId, why: Failure) -> None:
    """Els is rung, sees nothing while she is, and has her caller, her card and the reason when she answers."""
    assert play.rung() == [phone_of(ELS)]
    assert play.grants.held() == []
    assert play.view(ELS, call).recall
    play.obeys()
    play.takes_over(call)
    assert (play.sees(ELS), play.sees(INA)) == (SEALED, None)
    assert play.returned(call) == (why, INA)


# -- whom she is passed to does not take her ----------------------------------------------------------------------


@pytest.mark.parametrize("cause", CAUSES)
def test_who_is_not_taken_comes_back_to_who_let_her_go(cause: int) -> None:
    """Busy, rejected, not answered, not there: she hears music all the while."""
    play, call = _passed()
    play.hangs_up(play.leg(call), cause)
    assert not play.asked_for(HoldInQueue)
    _comes_back(play, call, CAUSES[cause])


@pytest.mark.parametrize("how", ["no answer", "screen", "registration", "refused"])
def test_every_way_not_to_take_her_is_told_of(how: str) -> None:
    """Nobody answers in time, she says no on her screen, her phone is lost, or could not be rung."""
    play, call = _passed()
    if how == "no answer":
        play.later(RING)
    elif how == "screen":
        play.screen_hangs_up(call, INA)
    elif how == "registration":
        play.tell(PhoneRegistered(NEAR, phone_of(INA), online=False))
    else:
        play.fails(CreateLeg(NEAR, call, play.leg(call), talk_bridge(call), phone_of(INA), keys=True))
    why = {"no answer": Failure.NO_ANSWER, "screen": Failure.REJECTED}.get(how, Failure.UNREACHABLE)
    _comes_back(play, call, why)
    assert play.agent(INA).availability is Availability.AVAILABLE


@pytest.mark.parametrize("consult", [True, False], ids=["asked", "let go"])
@pytest.mark.parametrize("why", [Failure.BUSY, Failure.UNREACHABLE])
def test_who_cannot_be_rung_is_told_of_before_anything_is_done(consult: bool, why: Failure) -> None:
    """Her phone is in use, or not there: the caller stays with her owner, and hears nothing of it."""
    play = TransferPlay()
    call = play.talks_here()
    if why is Failure.BUSY:
        play.tell(PhoneCalled(NEAR, phone_of(INA), ChannelId("her own call")))
    else:
        play.tell(PhoneRegistered(NEAR, phone_of(INA), online=False))
    assert play.passes(call, consult=consult) == []
    assert play.call(call).returned == Returned(why, INA, stayed=True)
    assert (play.sees(ELS), play.inside(call)) == (SEALED, {call, play.leg(call)})


def test_who_answers_and_is_gone_before_they_talk_has_not_taken_her() -> None:
    """She put the phone down at once: the caller, who hears music still, comes back."""
    play, call = _passed()
    play.picks_up(call)
    assert play.stage(call) is Stage.CONNECTING
    play.hangs_up(play.leg(call))
    assert play.rung() == [phone_of(ELS)]
    assert HoldInQueue(NEAR, call, ChannelId(call), WAITING_ROOM) in play.asked


@pytest.mark.parametrize("why", ["no answer", "no seat", "busy"])
def test_whom_nobody_takes_is_first_in_her_queue(why: str) -> None:
    """Els does not answer either, has left her seat, or talks with another: before one who waits longer."""
    play, call = _passed_while_another_waits()
    if why == "no seat":
        play.tell(SeatReleased(seat_of(ELS)))
    elif why == "busy":
        play.tell(PhoneCalled(NEAR, phone_of(ELS), ChannelId("her own call")))
    play.later(RING)
    if why == "no answer":
        assert play.rung() == [phone_of(ELS)]
        play.obeys()
        play.phone_stands(call, play.leg(call))
        play.tell(SeatPaused(seat_of(ELS), "lunch"))
        play.later(RING)
    assert (play.stage(call), play.call(call).handover, play.grants.held()) == (Stage.WAITING, None, [])
    [first, second] = [name for _, name in play.desk.order.queues[PASSPORTS]]
    assert first == call
    assert (play.call(second).queued_at or 0.0) < (play.call(call).queued_at or 0.0)
    play.obeys()
    play.agent_comes(BO)
    assert play.stage(call) is Stage.RINGING
    play.takes_over(call)
    assert (play.sees(BO), play.returned(call)) == (SEALED, None)


def _passed_while_another_waits() -> tuple[TransferPlay, CallId]:
    """Els passes on a caller whose queue is that of another who began to wait before her, and is on hers alone."""
    play = TransferPlay()
    play.citizen_discloses(2)
    play.tell(NodeSnapshot(FAR))
    play.caller_waits(2, FAR)
    play.later(10)
    call = play.talks_here()
    play.passes(call)
    play.obeys()
    play.phone_stands(call, play.leg(call))
    return play, call


def test_who_is_put_first_is_first_once() -> None:
    """Answered, and passed to the queue again, she stands where she would have."""
    play, call = _passed()
    play.tell(SeatReleased(seat_of(ELS)))
    play.later(RING)
    play.obeys()
    assert play.call(call).ahead
    play.agent_comes(BO)
    play.takes_over(call)
    assert not play.call(call).ahead


# -- who let her go by her phone ----------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["screen", "phone"])
def test_an_owner_who_hangs_up_with_a_caller_on_hold_is_rung_again(by: str) -> None:
    """As soon as her phone is free of the channel that she hung up; nobody sees the caller meanwhile."""
    play = TransferPlay()
    call = play.talks_here()
    leg = play.leg(call)
    play.acts(call, Act.HOLD) if by == "screen" else play.phone_holds(call)
    play.obeys()
    play.tell(HangUpBegan(NEAR, leg))
    assert (play.rung(), play.grants.held(), play.withdrawn) == ([], [], [seat_of(ELS)])
    assert play.stage(call) is Stage.WAITING
    play.ends(leg, call)
    assert play.rung() == [phone_of(ELS)]
    play.takes_over(call)
    assert play.sees(ELS) == SEALED


def test_a_phone_whose_end_nobody_tells_of_is_waited_for_three_seconds() -> None:
    """It is busy then, as far as anybody knows: the caller is first in her queue, and not in music for ever."""
    play = TransferPlay()
    call = play.talks_here()
    play.acts(call, Act.HOLD)
    play.obeys()
    play.tell(HangUpBegan(NEAR, play.leg(call)))
    play.keys(call, "1")
    play.later(3)
    assert (play.call(call).handover, play.call(call).ahead) == (None, True)


def test_an_owner_who_hangs_up_on_a_caller_in_the_talk_ends_the_call() -> None:
    """Both have said goodbye."""
    play = TransferPlay()
    call = play.talks_here()
    play.hangs_up(play.leg(call))
    assert play.stage(call) is Stage.ENDED


def test_who_hangs_up_before_a_caller_who_was_passed_to_her_came_in_is_rung_again() -> None:
    """Both hang up at the end of a consultation: the caller, who hears music, is not dropped for that."""
    play = TransferPlay()
    call = play.asks()
    els, ina = play.leg(call), play.asked_leg(call)
    play.hangs_up(els)
    assert play.leg(call) == ina
    play.hangs_up(ina)
    assert play.stage(call) is Stage.RINGING
    assert play.rung() == [phone_of(INA)]
    play.obeys()
    play.phone_stands(call, play.leg(call))
    play.later(RING)
    assert play.call(call).ahead


# -- the caller, and the site -------------------------------------------------------------------------------------


@pytest.mark.parametrize("when", ["rings", "answered", "comes back", "waits first"])
def test_a_caller_who_hangs_up_on_the_way_is_over_and_burned(when: str) -> None:
    """Whoever rings for her stops; the facts say who answered first."""
    play, call = _passed()
    if when == "answered":
        play.picks_up(call)
    elif when != "rings":
        if when == "waits first":
            play.tell(SeatReleased(seat_of(ELS)))
        play.later(RING)
    leg = play.call(call).leg
    play.hangs_up(call)
    assert (play.stage(call), play.store.vault) == (Stage.ENDED, set())
    facts = play.store.facts[call]
    assert (facts.outcome, facts.agent, facts.queues) == (Outcome.ANSWERED, ELS, (PASSPORTS,))
    if leg is not None:
        assert play.desk.call_with(leg.channel) is None


def test_facts_tell_of_who_answered_first_whoever_has_her_last() -> None:
    """Passed to an official, from there to a queue, and answered by another."""
    play, call = _passed()
    play.takes_over(call)
    answered = play.call(call).talking_since
    play.later(5)
    play.passes(call, ToLine(GENERAL), by=INA)
    play.obeys()
    play.takes_over(call)
    play.hangs_up(play.leg(call))
    facts = play.store.facts[call]
    assert (facts.agent, facts.answered_at, facts.queues) == (ELS, answered, (PASSPORTS, GENERAL))
    assert (facts.outcome, facts.phones_rung) == (Outcome.ANSWERED, 3)


def test_an_emergency_leaves_alone_who_is_on_her_way_to_a_person() -> None:
    """She was answered; only where nobody takes her she goes where all go."""
    play, call = _passed()
    play.tell(EmergencyThrown(ToQueue(GENERAL), play.leader.now + 600))
    assert (play.stage(call), play.call(call).queue) == (Stage.RINGING, PASSPORTS)
    play.tell(SeatReleased(seat_of(ELS)))
    play.later(RING)
    assert (play.call(call).queue, play.call(call).handover) == (GENERAL, None)


def test_an_emergency_leaves_alone_whose_phone_is_waited_for() -> None:
    """Els hung up a caller on hold, and her phone is not free yet."""
    play = TransferPlay()
    call = play.talks_here()
    leg = play.leg(call)
    play.acts(call, Act.HOLD)
    play.obeys()
    play.tell(HangUpBegan(NEAR, leg))
    play.tell(EmergencyThrown(ToMessage(SoundName("brand")), play.leader.now + 600))
    assert play.stage(call) is Stage.WAITING
    play.gone(leg)
    assert play.rung() == [phone_of(ELS)]


def test_a_new_plan_changes_nothing_of_a_caller_on_her_way() -> None:
    """She comes back though the site forbids outside numbers by now, and her queue is gone from it."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call, OUTSIDE)
    play.obeys()
    play.phone_stands(call, play.leg(call))
    play.tell(PlanChanged(with_rules(outside=False)))
    play.hangs_up(play.leg(call), 17)
    assert play.rung() == [phone_of(ELS)]


def test_a_code_that_is_keyed_on_the_way_binds_and_sends_nobody_elsewhere() -> None:
    """The official's phone rings on, and she sees who calls when she answers."""
    play = TransferPlay()
    call = play.talks_here(None)
    play.citizen_discloses(1)
    play.passes(call)
    play.obeys()
    play.keys(call, code(1))
    assert (play.stage(call), play.call(call).queue, play.hung_up()) == (Stage.RINGING, GENERAL, [])
    play.takes_over(call)
    assert play.sees(INA) == SEALED


# -- trouble ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("crash", [True, False])
@pytest.mark.parametrize("found", ["ringing", "not ringing", "gone", "answered", "together"])
def test_a_new_leader_takes_over_who_is_on_her_way(crash: bool, found: str) -> None:
    """Her phone rings on, is rung, is given up, or has her; nobody sees her meanwhile."""
    play, call = _passed()
    leg = play.leg(call)
    play.crashes() if crash else play.tell(NodeLost(NEAR))
    assert play.grants.held() == []
    channels: dict[str, SeenChannel] = {call: CALLER_SEEN}
    if found != "gone":
        channels[leg] = leg_seen(INA, up=found in ("answered", "together"), ringing=found == "ringing")
    play.tell(snapshot(channels, bridges_talking(call, leg) if found == "together" else bridges_waiting(call)))
    assert play.stage(call) is {"answered": Stage.CONNECTING, "together": Stage.TALKING}.get(found, Stage.RINGING)
    assert [dial.channel for dial in play.asked_for(DialLeg)] == ([leg] if found == "not ringing" else [])
    assert play.rung() == ([phone_of(ELS)] if found == "gone" else [])
    assert play.sees(INA) == (SEALED if found == "together" else None)
    if found.endswith("ringing"):
        play.later(RING)
        assert play.rung() == [phone_of(ELS)]


@pytest.mark.parametrize("crash", [True, False])
def test_whom_an_owner_let_go_while_nobody_listened_comes_back(crash: bool) -> None:
    """Els' held caller is found with the music, and Els' leg not at all: her phone rings again."""
    play = TransferPlay()
    call = play.talks_here()
    play.acts(call, Act.HOLD)
    play.obeys()
    play.crashes() if crash else play.tell(NodeLost(NEAR))
    play.tell(snapshot({call: CALLER_SEEN}, bridges_waiting(call)))
    assert play.rung() == [phone_of(ELS)]
    assert play.stage(call) is Stage.RINGING


def test_a_caller_who_can_wait_nowhere_is_given_to_the_dialplan() -> None:
    """Asterisk would not let her hear music: somebody serves her there, anonymously, and her identity is burned."""
    play = TransferPlay()
    call = play.talks_here()
    [hold] = [command for command in play.passes(call) if isinstance(command, HoldInQueue)]
    play.fails(hold)
    assert LeaveToDialplan(NEAR, call, ChannelId(call)) in play.asked
    assert (play.desk.calls, play.store.vault) == ({}, set())
