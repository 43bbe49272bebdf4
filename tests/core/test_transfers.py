"""Plays of what an owner asks of her screen: hold, mute, and passing on at once to whoever there is."""

from __future__ import annotations

import dataclasses

import pytest

from irmacall.core.call import Stage
from irmacall.core.commands import CallOut, CreateLeg, HangUp, HoldInQueue
from irmacall.core.events import EmergencyEnded, EmergencyThrown, NodeLost, PhoneCalled, SeatReleased
from irmacall.core.hours import Hours
from irmacall.core.ids import CallId, ChannelId, GroupId, SeatId, leg_channel, talk_bridge
from irmacall.core.lines import Group, QueueRules
from irmacall.core.routes import ToQueue
from irmacall.core.transfer import Act, Failure, Standing, Target, ToLine, ToPerson
from irmacall.core.transfer_commands import Mute, Regroup
from irmacall.core.transfer_events import ActAsked, TransferAsked
from tests.core.leader import GENERAL, NEAR, PASSPORTS
from tests.core.plays import BO, ELS, WAITING_ROOM, phone_of, seat_of
from tests.core.transfer_plays import (
    CAS,
    INA,
    NUMBER,
    OUTSIDE,
    PASSED_ON,
    SEALED,
    TO_INA,
    TransferPlay,
    with_queue,
    with_rules,
)

FRONT_DESK = GroupId("balie")
TWO_DESKS = dataclasses.replace(PASSED_ON, groups={FRONT_DESK: Group(FRONT_DESK, frozenset({GENERAL}))})
"""Who is at the front desk serves no passports."""
NEVER = Hours("Europe/Amsterdam", ((),) * 7)
EVERY_ACT = pytest.mark.parametrize("act", list(Act), ids=lambda act: act.value)
BACK_TO_ELS = ToPerson(ELS, phone_of(ELS))


def _regroup(call: CallId, out: tuple[str, ...] = (), into: tuple[str, ...] = ()) -> Regroup:
    to_music, to_talk = tuple(map(ChannelId, out)), tuple(map(ChannelId, into))
    return Regroup(NEAR, call, WAITING_ROOM, "default", to_music, talk_bridge(call), to_talk)


# -- hold and mute ------------------------------------------------------------------------------------------------


def test_a_caller_on_hold_hears_music_and_her_owner_sees_the_card_on() -> None:
    """Held is still owned: from the key to the last event, and back, the card does not blink."""
    play = TransferPlay()
    call = play.talks_here()
    granted = play.call(call).granted
    assert play.acts(call, Act.HOLD) == [_regroup(call, out=(call,))]
    for act in (None, Act.RESUME):
        if act is not None:
            assert play.acts(call, act) == [_regroup(call, into=(call,))]
        assert (play.sees(ELS), play.withdrawn) == (SEALED, [])
        play.obeys()
        assert (play.sees(ELS), play.call(call).granted) == (SEALED, granted)


@pytest.mark.parametrize("act", [Act.HOLD, Act.RESUME, Act.MUTE, Act.UNMUTE])
def test_a_key_that_is_pressed_twice_is_pressed_once(act: Act) -> None:
    """The second press asks Asterisk for nothing."""
    play = TransferPlay()
    call = play.talks_here()
    if act in (Act.RESUME, Act.UNMUTE):
        play.acts(call, Act.HOLD if act is Act.RESUME else Act.MUTE)
        play.obeys()
    assert len(play.acts(call, act)) == 1
    play.obeys()
    assert play.acts(call, act) == []


def test_muted_is_what_the_screen_says_and_what_asterisk_did() -> None:
    """Where it is refused, the screen says so; nobody hears her while it was done."""
    play = TransferPlay()
    call = play.talks_here()
    mute = Mute(NEAR, call, play.leg(call), on=True)
    assert play.acts(call, Act.MUTE) == [mute]
    assert play.view(ELS, call).muted
    play.fails(mute)
    assert not play.view(ELS, call).muted


def test_who_takes_a_caller_over_is_not_muted_by_who_had_her() -> None:
    """A refused mute of the old phone says nothing about the new one either."""
    play = TransferPlay()
    call = play.asks()
    mute = Mute(NEAR, call, play.leg(call), on=True)
    play.acts(call, Act.MUTE)
    play.acts(call, Act.COMPLETE)
    assert not play.call(call).muted
    play.fails(dataclasses.replace(mute, on=False))
    assert not play.call(call).muted


@EVERY_ACT
@pytest.mark.parametrize("who", ["another seat", "no seat", "whom it rings", "consulted"])
def test_who_does_not_have_her_on_the_line_can_do_nothing(act: Act, who: str) -> None:
    """No key of anybody else changes anything, nor any asks for another to have her."""
    play = TransferPlay()
    call = play.asks("ringing" if who == "whom it rings" else "consulted")
    play.agent_comes(BO)
    seat = {"another seat": seat_of(BO), "no seat": SeatId("nobody")}.get(who, seat_of(INA))
    before = play.store.saved["call", call]
    assert play.tell(ActAsked(seat, call, act)) == []
    assert play.tell(TransferAsked(seat, call, BACK_TO_ELS)) == []
    assert (play.store.saved["call", call], play.sees(ELS)) == (before, SEALED)


@EVERY_ACT
@pytest.mark.parametrize("stage", ["arrives", "waits", "rings", "connects", "over", "let go"])
def test_a_key_before_the_answer_or_after_the_end_does_nothing(act: Act, stage: str) -> None:
    """Whoever presses it, in whatever stage without an owner."""
    play = TransferPlay()
    if stage in ("arrives", "waits"):
        call = play.caller_arrives() if stage == "arrives" else play.caller_waits()
        play.agent_comes(ELS, seat=SeatId("x"))
        play.claims(ELS, seat_of(ELS), phone_of(BO))
    elif stage in ("over", "let go"):
        call = play.talks_here()
        play.passes(call) if stage == "let go" else play.hangs_up(call)
    else:
        call = getattr(play, stage)()
    now = play.stage(call)
    assert play.acts(call, act) == []
    assert play.stage(call) is now


@EVERY_ACT
def test_no_key_does_anything_on_a_node_that_is_lost(act: Act) -> None:
    """What Asterisk does there nobody would hear of; passing on is refused and its number forgotten."""
    play = TransferPlay()
    call = play.asks()
    play.tell(NodeLost(NEAR))
    before = play.store.saved["call", call]
    assert play.acts(call, act) == []
    play.passes(call, OUTSIDE)
    assert play.store.numbers == set()
    assert play.store.saved["call", call] == before


@EVERY_ACT
def test_an_owner_at_another_phone_has_no_keys(act: Act) -> None:
    """She moved away from the phone that has the caller."""
    play = TransferPlay()
    call = play.talks_here()
    play.claims(ELS, seat_of(ELS), phone_of(CAS))
    assert play.acts(call, act) == []
    assert play.passes(call) == []


@pytest.mark.parametrize("act", [Act.SWAP, Act.JOIN, Act.COMPLETE, Act.CANCEL])
def test_without_anybody_asked_these_keys_do_nothing(act: Act) -> None:
    """Also while she is held."""
    play = TransferPlay()
    call = play.talks_here()
    assert play.acts(call, act) == []
    play.acts(call, Act.HOLD)
    assert play.acts(call, act) == []
    assert play.call(call).held


# -- at once, to a person -----------------------------------------------------------------------------------------


def test_a_caller_is_passed_to_a_person_and_nobody_sees_her_on_the_way() -> None:
    """The old card is gone with the key; music, the ringing, the answer; the new card when both are in the bridge."""
    play = TransferPlay()
    call = play.talks_here()
    old, new = play.leg(call), leg_channel(call, 2)
    asked = play.passes(call)
    assert play.withdrawn == [seat_of(ELS)]
    assert asked == [
        HoldInQueue(NEAR, call, ChannelId(call), WAITING_ROOM),
        HangUp(NEAR, call, old),
        CreateLeg(NEAR, call, new, talk_bridge(call), phone_of(INA), keys=True),
    ]
    play.obeys()
    assert (play.stage(call), play.grants.held()) == (Stage.RINGING, [])
    assert play.view(INA, call).for_her
    play.picks_up(call)
    assert play.grants.held() == []
    play.enters(call, new)
    assert play.grants.held() == []
    play.enters(call, ChannelId(call))
    assert (play.sees(INA), play.sees(ELS)) == (SEALED, None)
    assert (play.call(call).passed, play.call(call).passed_by) == (1, ELS)


def test_whoever_answers_first_sees_nothing_before_the_old_leg_has_left() -> None:
    """Its hang-up was slow: three in the bridge, and no card."""
    play = TransferPlay()
    call = play.talks_here()
    old = play.leg(call)
    play.passes(call)
    play.picks_up(call)
    play.members(call, call, old, play.leg(call))
    assert (play.stage(call), play.grants.held()) == (Stage.TALKING, [])
    play.ends(old, call)
    assert play.sees(INA) == SEALED


@pytest.mark.parametrize("consult", [True, False])
@pytest.mark.parametrize("what", ["busy", "herself", "outside"])
def test_who_cannot_be_rung_leaves_the_caller_with_her_owner_who_reads_why(what: str, consult: bool) -> None:
    """Nobody is rung, nothing is moved, the card stays; a number that may not be called is forgotten."""
    play = TransferPlay(plan=with_rules(outside=False))
    call = play.talks_here()
    play.tell(PhoneCalled(NEAR, phone_of(INA), ChannelId("her other call")))
    targets: dict[str, Target] = {"busy": TO_INA, "herself": BACK_TO_ELS, "outside": OUTSIDE}
    assert play.passes(call, targets[what], consult=consult) == []
    why = {"busy": (Failure.BUSY, INA), "herself": (Failure.UNKNOWN, ELS), "outside": (Failure.UNKNOWN, None)}[what]
    assert play.returned(call) == why
    assert (play.stage(call), play.sees(ELS), play.withdrawn) == (Stage.TALKING, SEALED, [])
    assert play.store.numbers == set()


def test_a_second_press_passes_nobody_on_twice() -> None:
    """The first was heard; and while somebody is asked, nobody else is."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call)
    assert play.passes(call) == []
    play = TransferPlay()
    call = play.asks("ringing")
    assert play.passes(call, ToPerson(CAS, phone_of(CAS))) == []
    assert play.to_queue(call) == []


# -- outside ------------------------------------------------------------------------------------------------------


def test_from_the_moment_that_they_talk_outside_nobody_is_shown_who_she_is() -> None:
    """Until then she can come back as who she is; her number's own channel rings, and no phone of ours."""
    play = TransferPlay()
    call = play.talks_here()
    assert CallOut(NEAR, call, leg_channel(call, 2), NUMBER) in play.passes(call, OUTSIDE)
    play.obeys()
    assert (SEALED in play.store.vault, play.grants.held()) == (True, [])
    play.takes_over(call)
    assert (play.stage(call), play.store.vault, play.call(call).sealed) == (Stage.TALKING, set(), None)
    assert play.grants.held() == []


def test_a_number_outside_that_nobody_answers_is_forgotten_and_the_caller_comes_back_known() -> None:
    """Els is rung again, reads why, and sees the card."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call, OUTSIDE)
    play.obeys()
    play.phone_stands(call, play.leg(call))
    play.later(PASSED_ON.transfers.ring)
    assert play.rung() == [phone_of(ELS)]
    assert play.store.numbers == set()
    play.obeys()
    play.takes_over(call)
    assert (play.sees(ELS), play.returned(call)) == (SEALED, (Failure.NO_ANSWER, None))


def test_who_talks_outside_hangs_up_and_the_call_is_over() -> None:
    """As with anybody who has her on the line; the number is forgotten."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call, OUTSIDE)
    play.obeys()
    play.takes_over(call)
    play.hangs_up(play.leg(call))
    assert (play.stage(call), play.store.numbers) == (Stage.ENDED, set())


def test_a_telephone_outside_passes_nobody_on() -> None:
    """A REFER that comes from out there asks for nothing: else anybody could call on our account, and our people."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call, OUTSIDE)
    play.obeys()
    play.takes_over(call)
    play.refers(play.leg(call))
    assert (play.told(), play.leader.extensions_asked) == (["DECLINED"], type(play.leader.extensions_asked)())
    play.keyed(play.leg(call), "*12101#")
    assert not play.leader.extensions_asked


# -- to a queue ---------------------------------------------------------------------------------------------------


def test_in_a_queue_her_identity_is_sealed_until_somebody_answers() -> None:
    """Whoever does sees the card, and Els no more."""
    play = TransferPlay()
    call = play.talks_here()
    old = play.leg(call)
    asked = play.to_queue(call)
    assert asked == [HoldInQueue(NEAR, call, ChannelId(call), WAITING_ROOM), HangUp(NEAR, call, old)]
    assert (play.stage(call), play.call(call).queue) == (Stage.WAITING, PASSPORTS)
    assert (play.grants.held(), play.withdrawn) == ([], [seat_of(ELS)])
    play.agent_comes(BO)
    assert play.sees(BO) is None
    play.takes_over(call)
    assert (play.sees(BO), play.sees(ELS)) == (None, None)
    play.ends(old, call)
    assert play.sees(BO) == SEALED


@pytest.mark.parametrize(
    ("standing", "order"),
    [(Standing.FIRST, "hers early late"), (Standing.HERS, "early hers late"), (Standing.LAST, "early late hers")],
    ids=lambda value: getattr(value, "value", ""),
)
def test_where_she_stands_is_her_owners_choice(standing: Standing, order: str) -> None:
    """Before everybody, by the moment at which she began to wait, or behind everybody; and when she began is kept."""
    play = TransferPlay(plan=TWO_DESKS, groups={ELS: frozenset({FRONT_DESK})})
    callers = {"early": _waits_for_passport(play, 2)}
    play.later(10)
    callers["hers"] = call = play.talks(None)
    began = play.call(call).queued_at
    play.later(10)
    callers["late"] = _waits_for_passport(play, 3)
    play.later(10)
    play.to_queue(call, standing)
    assert [name for _, name in play.desk.order.queues[PASSPORTS]] == [callers[name] for name in order.split()]
    assert play.call(call).queued_at == began
    play.crashes()
    assert [name for _, name in play.desk.order.queues[PASSPORTS]] == [callers[name] for name in order.split()]


def _waits_for_passport(play: TransferPlay, number: int) -> CallId:
    play.citizen_discloses(number)
    return play.caller_waits(number)


def test_her_place_is_for_once() -> None:
    """Who was put last, or first, and is answered, is passed to a queue by the moment at which she began to wait."""
    play = TransferPlay()
    call = play.talks_here()
    for standing in (Standing.LAST, Standing.FIRST):
        play.later(10)
        play.to_queue(call, standing)
        play.obeys()
        play.takes_over(call)
        assert (play.call(call).ahead, play.call(call).behind) == (False, None)
        assert play.sees(ELS) == SEALED


def test_who_takes_her_from_a_queue_reads_nothing_of_whom_another_asked_in_vain() -> None:
    """That the official was busy was Els' to read."""
    play = TransferPlay()
    call = play.talks_here()
    play.tell(PhoneCalled(NEAR, phone_of(INA), ChannelId("her other call")))
    play.passes(call)
    assert play.returned(call) == (Failure.BUSY, INA)
    play.to_queue(call)
    play.obeys()
    play.takes_over(call)
    assert play.returned(call) is None


@pytest.mark.parametrize("how", ["full", "nobody", "closed"])
def test_a_queue_that_takes_nobody_leaves_her_with_her_owner(how: str) -> None:
    """It sends who comes elsewhere: that is for who calls, not for who is passed on."""
    rules = {
        "full": QueueRules(PASSPORTS, most=0, full=ToQueue(GENERAL)),
        "nobody": QueueRules(PASSPORTS, nobody=ToQueue(GENERAL)),
        "closed": QueueRules(PASSPORTS, hours=NEVER, closed=ToQueue(GENERAL)),
    }[how]
    play = TransferPlay(plan=with_queue(rules))
    call = play.talks(None)
    if how == "nobody":
        play.tell(SeatReleased(seat_of(ELS)))
        play.official_comes(ELS)
    play.to_queue(call)
    assert (play.stage(call), play.returned(call)) == (Stage.TALKING, (Failure.CLOSED, None))


def test_in_an_emergency_she_can_be_passed_to_the_queue_in_which_all_wait() -> None:
    """It takes her as it takes everybody; another takes nobody."""
    play = TransferPlay()
    call = play.talks_here()
    play.tell(EmergencyThrown(ToQueue(GENERAL), play.leader.now + 600))
    play.to_queue(call)
    assert (play.stage(call), play.returned(call)) == (Stage.TALKING, (Failure.CLOSED, None))
    play.passes(call, ToLine(GENERAL))
    assert (play.stage(call), play.call(call).queue) == (Stage.WAITING, GENERAL)
    play.tell(EmergencyEnded())
    assert play.stage(call) is Stage.WAITING
