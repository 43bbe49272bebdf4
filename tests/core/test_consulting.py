"""Plays of consultations from the screen: every step and every end, with what is asked of Asterisk, in order."""

from __future__ import annotations

import pytest

from irmacall.core.call import Stage
from irmacall.core.commands import CreateLeg, HangUp, HoldInQueue, NodeCommand
from irmacall.core.consulting import STEPS
from irmacall.core.events import PhoneRegistered, SeatClaimed
from irmacall.core.ids import CallId, ChannelId, SeatId, UserId, leg_channel, talk_bridge
from irmacall.core.transfer import Act, Asked, Failure, Returned
from irmacall.core.transfer_commands import Regroup, Ringback
from irmacall.core.transfer_events import ActAsked
from irmacall.core.views import Part
from tests.core.leader import NEAR
from tests.core.plays import BO, ELS, WAITING_ROOM, phone_of, seat_of
from tests.core.transfer_plays import INA, OUTSIDE, PASSED_ON, SEALED, TransferPlay, with_rules

STATES = pytest.mark.parametrize("state", ["ringing", "consulted", "aside", "together"])
TALKED = pytest.mark.parametrize("state", ["consulted", "aside", "together"])


def _regroup(call: CallId, out: tuple[str, ...] = (), into: tuple[str, ...] = ()) -> Regroup:
    to_music, to_talk = tuple(map(ChannelId, out)), tuple(map(ChannelId, into))
    return Regroup(NEAR, call, WAITING_ROOM, "default", to_music, talk_bridge(call), to_talk)


def _nothing_but_the_owner_sees(play: TransferPlay) -> None:
    assert (play.sees(ELS), play.sees(INA), play.withdrawn) == (SEALED, None, [])


# -- step by step -------------------------------------------------------------------------------------------------


def test_a_consultation_step_by_step() -> None:
    """Out of the talk first, then into it; the caller never hears what is said of her; the card never blinks."""
    play = TransferPlay()
    call = play.talks_here()
    els, ina = play.leg(call), leg_channel(call, 2)
    assert play.passes(call, consult=True) == [
        CreateLeg(NEAR, call, ina, talk_bridge(call), phone_of(INA), keys=True),
        Ringback(NEAR, call, els, on=True),
        _regroup(call, out=(call,)),
    ]
    steps: list[tuple[Act | None, list[NodeCommand]]] = [
        (None, [Ringback(NEAR, call, els, on=False), _regroup(call, into=(ina,))]),
        (Act.SWAP, [_regroup(call, out=(ina,), into=(call,))]),
        (Act.SWAP, [_regroup(call, out=(call,), into=(ina,))]),
        (Act.JOIN, [_regroup(call, into=(call,))]),
        (Act.SWAP, [_regroup(call, out=(call,))]),
        (Act.SWAP, [_regroup(call, out=(ina,), into=(call,))]),
        (Act.JOIN, [_regroup(call, into=(ina,))]),
    ]
    for act, asked in steps:
        _nothing_but_the_owner_sees(play)
        play.obeys()
        _nothing_but_the_owner_sees(play)
        assert (play.picks_up(call) if act is None else play.acts(call, act)) == asked
    play.obeys()
    _nothing_but_the_owner_sees(play)
    assert play.inside(call) == {call, els, ina}


@STATES
@pytest.mark.parametrize("act", list(Act), ids=lambda act: act.value)
def test_what_the_table_does_not_have_does_nothing(state: str, act: Act) -> None:
    """Pressed too late, or twice: hold and resume too, since swap does that. Mute alone is always there."""
    play = TransferPlay()
    call = play.asks(state)
    if act in (Act.MUTE, Act.UNMUTE) or act in STEPS[Asked(state)]:
        return
    before = play.store.saved["call", call]
    assert play.acts(call, act) == []
    assert play.store.saved["call", call] == before


@STATES
def test_who_is_asked_reads_that_she_is_and_nothing_of_the_caller(state: str) -> None:
    """Her screen names the owner; there is no card to ask for, whatever note lies there for the next one."""
    play = TransferPlay()
    call = play.asks(state)
    view = play.view(INA, call)
    assert (view.part, view.owner, view.granted) == (Part.CONSULTED, ELS, None)
    assert [grant.seat for grant in play.grants.held()] == [seat_of(ELS)]


# -- passed on ----------------------------------------------------------------------------------------------------


@TALKED
def test_completed_is_withdrawn_at_once_and_seen_when_the_old_leg_has_left_and_the_caller_is_in(state: str) -> None:
    """Nobody is left alone: they are moved in before the old leg is hung up; and nobody sees her between."""
    play = TransferPlay()
    call = play.asks(state)
    els, ina = play.leg(call), play.asked_leg(call)
    into = {"consulted": (call,), "aside": (ina,), "together": ()}[state]
    moved = [_regroup(call, into=into)] if into else []
    assert play.acts(call, Act.COMPLETE) == [*moved, HangUp(NEAR, call, els)]
    assert (play.withdrawn, play.grants.held()) == ([seat_of(ELS)], [])
    for channel in into:
        play.enters(call, ChannelId(channel))
        assert play.grants.held() == []
    play.ends(els, call)
    assert (play.sees(INA), play.sees(ELS)) == (SEALED, None)
    assert (play.call(call).answered_by, play.call(call).passed_by) == (ELS, ELS)


def test_completed_shows_nothing_while_the_caller_still_hears_music() -> None:
    """The old leg has left; she comes in a moment later."""
    play = TransferPlay()
    call = play.asks()
    els = play.leg(call)
    play.acts(call, Act.COMPLETE)
    play.ends(els, call)
    assert play.grants.held() == []
    play.enters(call, ChannelId(call))
    assert play.sees(INA) == SEALED


def test_completed_before_the_answer_lets_go() -> None:
    """Her phone rings on, now for the caller, who hears music on; the owner is free."""
    play = TransferPlay()
    call = play.asks("ringing")
    els, ina = play.leg(call), play.asked_leg(call)
    asked = play.acts(call, Act.COMPLETE)
    assert asked[:2] == [Ringback(NEAR, call, els, on=False), HangUp(NEAR, call, els)]
    assert all(isinstance(command, HoldInQueue) for command in asked[2:])  # She hears music already.
    assert (play.stage(call), play.leg(call), play.grants.held()) == (Stage.RINGING, ina, [])
    play.obeys()
    play.takes_over(call)
    assert play.sees(INA) == SEALED


def test_let_go_and_not_answered_comes_back() -> None:
    """As with any transfer."""
    play = TransferPlay()
    call = play.asks("ringing")
    play.phone_stands(call, play.asked_leg(call))
    play.acts(call, Act.COMPLETE)
    play.obeys()
    play.later(PASSED_ON.transfers.ring)
    assert (play.rung(), play.returned(call)) == ([phone_of(ELS)], (Failure.NO_ANSWER, INA))


def test_a_key_twice_completes_once() -> None:
    """The second press is that of one who has her on the line no more."""
    play = TransferPlay()
    call = play.asks()
    play.acts(call, Act.COMPLETE)
    assert play.acts(call, Act.COMPLETE) == []
    assert play.acts(call, Act.CANCEL) == []
    assert play.call(call).leg is not None


# -- back to her owner --------------------------------------------------------------------------------------------


@STATES
@pytest.mark.parametrize("how", ["cancel", "hangs up", "screen"])
def test_whoever_was_asked_is_gone_and_the_caller_is_back(state: str, how: str) -> None:
    """Cancelled by the owner, hung up, or ended on the screen of whom she asked: a leg goes, the caller comes."""
    play = TransferPlay()
    call = play.asks(state)
    els, ina = play.leg(call), play.asked_leg(call)
    play.phone_stands(call, ina)
    if how == "cancel":
        play.acts(call, Act.CANCEL)
    elif how == "hangs up":
        play.hangs_up(ina, 21)
    else:
        play.screen_hangs_up(call, INA)
    asked = [command for command in play.asked if isinstance(command, HangUp | Regroup)]
    back = [_regroup(call, into=(call,))] if state in ("ringing", "consulted") else []
    assert asked == [HangUp(NEAR, call, ina), *back]
    why = Failure.REJECTED if state == "ringing" else Failure.HUNG_UP
    with_her = state in ("aside", "together")
    assert play.call(call).returned == (None if how == "cancel" else Returned(why, INA, stayed=with_her))
    _nothing_but_the_owner_sees(play)
    play.obeys()
    _nothing_but_the_owner_sees(play)
    assert play.inside(call) == {call, els}


@pytest.mark.parametrize("how", ["no answer", "registration", "refused"])
def test_who_is_asked_and_cannot_be_had_is_told_of(how: str) -> None:
    """Her phone rings in vain, is lost, or could not be made to ring; the caller is back."""
    play = TransferPlay()
    call = play.asks("ringing")
    ina = play.asked_leg(call)
    if how == "no answer":
        play.later(PASSED_ON.transfers.ring)
    elif how == "registration":
        play.tell(PhoneRegistered(NEAR, phone_of(INA), online=False))
    else:
        play.fails(CreateLeg(NEAR, call, ina, talk_bridge(call), phone_of(INA), keys=True))
    why = Failure.NO_ANSWER if how == "no answer" else Failure.UNREACHABLE
    assert (play.returned(call), play.call(call).consult) == ((why, INA), None)
    assert _regroup(call, into=(call,)) in play.asked
    _nothing_but_the_owner_sees(play)


def test_an_owner_whose_own_phone_is_not_registered_for_a_moment_asks_on() -> None:
    """A registration is for ringing, and hers does not ring."""
    play = TransferPlay()
    call = play.asks("ringing")
    assert play.tell(PhoneRegistered(NEAR, phone_of(ELS), online=False)) == []
    assert play.consult(call).state is Asked.RINGING


def test_an_answer_after_the_cancel_is_nobodys() -> None:
    """Both at once: her leg is hung up, and she is not in the talk."""
    play = TransferPlay()
    call = play.asks("ringing")
    ina = play.asked_leg(call)
    play.phone_stands(call, ina)
    play.acts(call, Act.CANCEL)
    assert play.answers_late(ina) == []
    assert play.call(call).consult is None


def test_another_can_be_asked_after_the_first() -> None:
    """Each has a leg of her own; the reason of the first is read no more."""
    play = TransferPlay()
    call = play.asks("ringing")
    play.hangs_up(play.asked_leg(call), 17)
    assert play.returned(call) == (Failure.BUSY, INA)
    play.obeys()
    play.passes(call, consult=True)
    assert (play.asked_leg(call), play.returned(call)) == (leg_channel(call, 3), None)


# -- somebody hangs up --------------------------------------------------------------------------------------------


@STATES
@pytest.mark.parametrize("by", ["phone", "screen"])
def test_an_owner_who_hangs_up_has_passed_the_caller_on(state: str, by: str) -> None:
    """To whom she asks, now or once she answers; nobody is dropped."""
    play = TransferPlay()
    call = play.asks(state)
    els, ina = play.leg(call), play.asked_leg(call)
    play.hangs_up(els) if by == "phone" else play.screen_hangs_up(call)
    assert play.withdrawn == [seat_of(ELS)]
    assert (play.stage(call), play.leg(call)) == (Stage.RINGING if state == "ringing" else Stage.TALKING, ina)
    play.obeys()
    play.ends(els, call)
    if state == "ringing":
        play.takes_over(call)
    assert (play.sees(INA), play.inside(call)) == (SEALED, {call, ina})


@TALKED
@pytest.mark.parametrize("by", ["phone", "screen"])
def test_where_a_hang_up_does_not_complete_she_is_rung_again(state: str, by: str) -> None:
    """A site's choice: whom she asked is hung up, and the caller hears music until the owner is back."""
    play = TransferPlay(plan=with_rules(hang_up_completes=False))
    call = play.asks(state)
    els, ina = play.leg(call), play.asked_leg(call)
    play.hangs_up(els) if by == "phone" else play.screen_hangs_up(call)
    assert ina in play.hung_up()
    assert play.grants.held() == []
    rung = play.rung()
    play.obeys()
    play.ends(els, call)
    assert [*rung, *play.rung()][:1] == [phone_of(ELS)] or play.stage(call) is Stage.RINGING
    play.ends(ina, call)
    play.takes_over(call)
    assert play.sees(ELS) == SEALED


@STATES
def test_a_caller_who_hangs_up_ends_all_that_belongs_to_her_call(state: str) -> None:
    """Both legs, the bridge, the identity; the card goes with the first word of it."""
    play = TransferPlay()
    call = play.asks(state)
    legs = {play.leg(call), play.asked_leg(call)}
    play.hangs_up(call)
    assert play.withdrawn == [seat_of(ELS)]
    assert legs <= set(play.hung_up())
    assert (play.desk.calls, play.store.vault, play.grants.held()) == ({}, set(), [])


# -- outside ------------------------------------------------------------------------------------------------------


def test_who_asks_somebody_outside_keeps_the_card_until_she_passes_the_caller_on() -> None:
    """Then nobody is shown who she is any more, and nobody ever can be."""
    play = TransferPlay()
    call = play.asks(to=OUTSIDE)
    assert (play.sees(ELS), play.store.numbers) == (SEALED, {OUTSIDE.number})
    play.acts(call, Act.COMPLETE)
    assert (play.grants.held(), play.store.vault, play.call(call).sealed) == ([], set(), None)
    play.obeys()
    assert (play.stage(call), play.grants.held()) == (Stage.TALKING, [])
    play.hangs_up(play.leg(call))
    assert play.store.numbers == set()


def test_a_number_that_was_only_asked_is_forgotten() -> None:
    """With the end of the consultation, however it ends."""
    play = TransferPlay()
    call = play.asks(to=OUTSIDE)
    play.acts(call, Act.CANCEL)
    assert (play.store.numbers, play.sees(ELS)) == (set(), SEALED)


# -- seats that change hands --------------------------------------------------------------------------------------


def test_who_sits_down_at_the_phone_of_whom_was_asked_sees_nothing() -> None:
    """The caller was passed to Ina, not to whoever has her phone by now."""
    play = TransferPlay()
    call = play.asks()
    play.claims(BO, seat_of(BO), phone_of(INA))
    play.acts(call, Act.COMPLETE)
    play.obeys()
    assert (play.stage(call), play.grants.held()) == (Stage.TALKING, [])
    play.official_comes()
    assert [grant.seat for grant in play.grants.held()] == [seat_of(INA)]


def test_an_owner_who_takes_the_phone_of_whom_she_asks_sees_nothing() -> None:
    """Her caller is at the phone that she left; no key of hers moves anybody."""
    play = TransferPlay()
    call = play.asks()
    play.claims(ELS, seat_of(ELS), phone_of(INA))
    assert play.grants.held() == []
    for act in Act:
        assert play.acts(call, act) == []
    play.claims(ELS, seat_of(ELS), phone_of(ELS))
    assert play.sees(ELS) == SEALED


def test_an_owner_at_another_browser_takes_the_card_with_her_while_she_asks() -> None:
    """And loses it there with the key that passes the caller on."""
    play = TransferPlay()
    call = play.asks()
    play.claims(ELS, elsewhere := SeatId("elsewhere"))
    assert [grant.seat for grant in play.grants.held()] == [elsewhere]
    assert play.acts(call, Act.COMPLETE) == []  # Of the browser that she left.
    play.tell(ActAsked(elsewhere, call, Act.COMPLETE))
    assert (play.withdrawn, play.grants.held()) == ([elsewhere], [])


@pytest.mark.parametrize("who", [ELS, INA])
def test_who_logs_out_during_a_consultation_sees_nothing_and_ends_nothing(who: UserId) -> None:
    """The phones go on; whoever owns the caller sees her once she has a seat again."""
    play = TransferPlay()
    call = play.asks()
    els = play.leg(call)
    play.logs_out(who)
    play.hangs_up(els)
    play.obeys()
    play.ends(els, call)
    assert play.stage(call) is Stage.TALKING
    assert [grant.seat for grant in play.grants.held()] == ([seat_of(INA)] if who is ELS else [])
    play.official_comes()
    assert play.sees(INA) == SEALED


def test_a_card_that_is_granted_while_it_is_saved_is_not_seen_by_who_passed_the_caller_on_meanwhile() -> None:
    """Completed before the grant of another seat was saved: that grant never comes to life."""
    play = TransferPlay()
    call = play.asks()
    play.leader.tell(SeatClaimed(ELS, SeatId("elsewhere"), phone_of(ELS)))
    play.leader.begin_save()
    play.leader.tell(ActAsked(SeatId("elsewhere"), call, Act.COMPLETE))
    play.leader.end_save()
    assert play.grants.held() == []
    play.leader.save()
    assert play.grants.held() == []
