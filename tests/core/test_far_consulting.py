"""Plays of a second call that an owner's phone makes at another node than her caller's."""

from __future__ import annotations

import pytest

from irmacall.core.call import Stage
from irmacall.core.commands import CreateLeg, HangUp, RemoveBridge
from irmacall.core.events import (
    LegAnswered,
    LegEntered,
    NodeLost,
    NodeSnapshot,
    PhoneCalled,
    PhoneRegistered,
    SeenChannel,
)
from irmacall.core.ids import CallId, ChannelId, NodeName, consult_bridge, leg_channel, talk_bridge
from irmacall.core.transfer import Act, Asked, Failure
from irmacall.core.transfer_commands import JoinLine
from irmacall.core.transfer_events import PhoneDialled, PhoneReferred
from tests.core.leader import FAR, NEAR
from tests.core.plays import CALLER_SEEN, ELS, WAITING_ROOM, leg_seen, phone_of, seat_of, snapshot
from tests.core.transfer_plays import INA, LINE, SEALED, TransferPlay

DIALOG = "a SIP Call-ID"


def _asks_from_afar(*, answers: bool = True) -> tuple[TransferPlay, CallId]:
    """Els holds her caller with her phone and asks Ina in a second call at the far node; Ina has answered."""
    play = TransferPlay((NEAR, FAR))
    call = play.talks_here()
    play.phone_holds(call)
    play.obeys()
    play.tell(PhoneRegistered(FAR, phone_of(INA), online=True))
    play.tell(PhoneCalled(FAR, phone_of(ELS), LINE))
    play.tell(PhoneDialled(FAR, LINE, phone_of(ELS), "2101", DIALOG))
    asked = play.finds()
    ina = play.asked_leg(call)
    assert [each.node for each in asked if isinstance(each, CreateLeg)] == [FAR]
    play.tell(PhoneCalled(FAR, phone_of(INA), ina))
    play.tell(LegEntered(FAR, ina))
    if answers:
        play.tell(LegAnswered(FAR, ina))
    return play, call


@pytest.mark.parametrize(("lost", "rings"), [(NEAR, True), (FAR, False)])
def test_a_phone_that_is_lost_where_it_rings_is_given_up(lost: NodeName, rings: bool) -> None:
    """At the second call's node, and not at the caller's, where nobody rings it."""
    play, call = _asks_from_afar(answers=False)
    play.tell(PhoneRegistered(lost, phone_of(INA), online=False))
    assert (play.call(call).consult is not None) is rings
    assert play.returned(call) == (None if rings else (Failure.UNREACHABLE, INA))


def test_she_is_asked_where_the_second_call_is() -> None:
    """Both are brought together there; the caller stays where she is, with music, and her owner sees the card."""
    play, call = _asks_from_afar()
    assert play.asked_for(JoinLine) == [JoinLine(FAR, call, consult_bridge(call), LINE, play.asked_leg(call))]
    assert (play.inside(call), play.sees(ELS)) == ({play.leg(call)}, SEALED)


@pytest.mark.parametrize("by", ["refer", "screen", "hang-up"])
def test_who_was_asked_there_is_rung_once_more_from_the_callers_node(by: str) -> None:
    """Once her phone is free of the far leg; nobody sees the caller meanwhile, and only she does then."""
    play, call = _asks_from_afar()
    els, ina = play.leg(call), play.asked_leg(call)
    if by == "refer":
        play.tell(PhoneReferred(NEAR, els, dialog=DIALOG))
        assert play.told() == ["DONE"]
    elif by == "screen":
        play.acts(call, Act.COMPLETE)
    else:
        play.hangs_up(els)
    assert {(each.node, each.channel) for each in play.asked_for(HangUp)} >= {(FAR, LINE), (FAR, ina), (NEAR, els)}
    assert (play.withdrawn, play.grants.held(), play.rung()) == ([seat_of(ELS)], [], [])
    play.leaves(call, els)
    for channel, node in ((LINE, FAR), (els, NEAR)):
        play.gone(channel, node=node)
        assert play.rung() == []
    play.gone(ina, node=FAR)
    assert play.asked_for(CreateLeg)[0].node == NEAR
    assert play.rung() == [phone_of(INA)]
    play.takes_over(call)
    assert (play.sees(INA), play.sees(ELS)) == (SEALED, None)


def test_a_dialog_that_is_not_hers_names_nothing() -> None:
    """A REFER that names another call by its Call-ID is declined."""
    play, call = _asks_from_afar()
    for dialog in ("another's", ""):
        play.tell(PhoneReferred(NEAR, play.leg(call), dialog=dialog))
        assert play.told() == ["DECLINED"]
    play.tell(PhoneReferred(FAR, play.asked_leg(call), dialog=DIALOG))
    assert play.told() == ["DECLINED"]
    assert play.sees(ELS) == SEALED


def test_a_far_node_that_falls_silent_takes_no_card_and_gives_up_the_consultation_when_it_is_back_empty() -> None:
    """The caller's node stands: she is her owner's all the while."""
    play, call = _asks_from_afar()
    play.tell(NodeLost(FAR))
    assert (play.consult(call).state, play.sees(ELS)) == (Asked.CONSULTED, SEALED)
    play.tell(NodeSnapshot(FAR))
    assert (play.call(call).consult, play.returned(call), play.sees(ELS)) == (None, (Failure.FAILED, INA), SEALED)
    assert RemoveBridge(FAR, call, consult_bridge(call)) in play.asked


def test_a_caller_passed_on_while_the_far_node_is_lost_is_first_in_her_queue_after_three_seconds() -> None:
    """Nobody tells that the far legs are gone, so both phones are busy as far as anybody knows: she is not lost."""
    play, call = _asks_from_afar()
    play.tell(NodeLost(FAR))
    els = play.leg(call)
    play.acts(call, Act.COMPLETE)
    play.ends(els, call)
    assert (play.rung(), play.grants.held()) == ([], [])
    play.later(3)
    assert (play.stage(call), play.call(call).handover, play.call(call).ahead) == (Stage.WAITING, None, True)
    play.tell(snapshot({}, node=FAR))
    assert play.rung() == [phone_of(ELS)]


@pytest.mark.parametrize("first", [NEAR, FAR])
def test_a_new_leader_takes_over_whichever_node_it_hears_first(first: str) -> None:
    """The consultation goes on, and the card is back with the word of the caller's node alone."""
    play, call = _asks_from_afar()
    els, ina = play.leg(call), play.asked_leg(call)
    assert ina == leg_channel(call, 2)
    play.crashes()
    near: dict[str, SeenChannel] = {call: CALLER_SEEN, els: leg_seen()}
    far: dict[str, SeenChannel] = {ina: leg_seen(INA), LINE: SeenChannel(phone_of(ELS), True, False, line=True)}
    talk: dict[str, list[str]] = {talk_bridge(call): [els], WAITING_ROOM: [call]}
    snapshots = [snapshot(near, talk), snapshot(far, {consult_bridge(call): [ina, LINE]}, FAR)]
    for told in snapshots if first == NEAR else reversed(snapshots):
        play.tell(told)
        assert play.hung_up() == []
        assert (play.sees(ELS) == SEALED) is (NEAR in play.desk.confirmed)
    assert (play.consult(call).state, play.sees(INA)) == (Asked.CONSULTED, None)
    assert ChannelId(call) not in play.call(call).members
