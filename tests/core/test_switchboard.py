"""Plays of Asterisk that will not, and of new leaders: who is where, and what becomes of it."""

from __future__ import annotations

import pytest

from irmacall.core.call import Stage
from irmacall.core.commands import HangUp, HoldInQueue, RemoveBridge
from irmacall.core.events import NodeLost, SeenChannel
from irmacall.core.ids import CallId, ChannelId, consult_bridge, talk_bridge
from irmacall.core.transfer import Act, Asked, Failure
from irmacall.core.transfer_commands import JoinLine, Mute, Regroup
from tests.core.leader import NEAR
from tests.core.plays import BO, CALLER_SEEN, ELS, WAITING_ROOM, leg_seen, phone_of, snapshot
from tests.core.transfer_plays import INA, LINE, SEALED, TransferPlay, with_rules

STATES = pytest.mark.parametrize("state", ["ringing", "consulted", "aside", "together"])
CRASH = pytest.mark.parametrize("crash", [True, False], ids=["killed", "node lost"])
LINE_SEEN = SeenChannel(phone_of(ELS), up=True, caller=False, line=True)


def _the_regroup(play: TransferPlay) -> Regroup:
    [regroup] = play.asked_for(Regroup)
    return regroup


# -- Asterisk will not --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [Act.HOLD, None], ids=["screen", "phone"])
def test_a_hold_that_is_refused_is_none(key: Act | None) -> None:
    """The talk is put together as it was, and the screen says that she is not on hold."""
    play = TransferPlay()
    call = play.talks_here()
    play.acts(call, key) if key else play.phone_holds(call)
    play.fails(_the_regroup(play))
    view = play.view(ELS, call)
    assert (view.held, view.phone_held, play.sees(ELS)) == (False, False, SEALED)
    again = _the_regroup(play)
    assert (again.to_music, set(again.to_talk)) == ((), {ChannelId(call), play.leg(call)})


@pytest.mark.parametrize("state", ["ringing", "consulted"])
def test_a_consultation_that_asterisk_will_not_bring_about_is_given_up(state: str) -> None:
    """Whom she asked is hung up, the plain talk is put together anew, and the owner reads that it failed."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call, consult=True)
    regroup = _the_regroup(play)
    ina = play.asked_leg(call)
    if state == "consulted":
        play.obeys()
        play.picks_up(call)
        regroup = _the_regroup(play)
    play.fails(regroup)
    assert play.returned(call) == (Failure.FAILED, INA)
    assert play.hung_up() == [ina]
    assert set(_the_regroup(play).to_talk) == {ChannelId(call), play.leg(call)}
    play.obeys()
    assert play.sees(ELS) == SEALED


def test_who_cannot_be_brought_back_waits_first_for_another() -> None:
    """Once and twice the talk is put together anew; the third time she is let go, and never left in silence."""
    play = TransferPlay()
    call = play.talks_here()
    play.acts(call, Act.HOLD)
    play.obeys()
    play.acts(call, Act.RESUME)
    for _ in range(2):
        play.fails(_the_regroup(play))
        assert play.stage(call) is Stage.TALKING
    play.fails(_the_regroup(play))
    assert play.withdrawn
    assert (play.stage(call), play.call(call).ahead, play.grants.held()) == (Stage.WAITING, True, [])
    play.agent_comes(BO)
    assert play.stage(call) is Stage.RINGING


def test_what_is_refused_after_she_was_let_go_changes_nothing_of_her_way() -> None:
    """Late word of a talk that is over: the phone rings on."""
    play = TransferPlay()
    call = play.talks_here()
    play.acts(call, Act.HOLD)
    late = _the_regroup(play)
    play.passes(call)
    play.fails(late)
    assert (play.stage(call), play.call(call).failures) == (Stage.RINGING, 0)


def test_what_is_refused_before_the_new_owner_has_the_caller_is_asked_for_again() -> None:
    """She is not seen until it was done; and not lost."""
    play = TransferPlay()
    call = play.asks()
    els, ina = play.leg(call), play.asked_leg(call)
    play.acts(call, Act.COMPLETE)
    play.fails(_the_regroup(play))
    assert set(_the_regroup(play).to_talk) == {ChannelId(call), ina}
    play.ends(els, call)
    assert play.grants.held() == []
    play.enters(call, ChannelId(call))
    assert play.sees(INA) == SEALED


def test_a_second_call_that_cannot_be_answered_is_hung_up_and_told_of() -> None:
    """The owner reads that it failed; her caller is hers."""
    play = TransferPlay()
    call = play.asks_by_phone()
    [join] = play.asked_for(JoinLine)
    play.fails(join)
    assert play.returned(call) == (Failure.FAILED, INA)
    assert {LINE, join.leg} <= set(play.hung_up())
    assert play.sees(ELS) == SEALED


def test_a_stranger_in_a_talk_of_three_withdraws_the_card() -> None:
    """Whom the owner asked may be there; who came by herself is hung up."""
    play = TransferPlay()
    call = play.asks("together")
    play.enters(call, ChannelId("stranger"))
    assert (play.grants.held(), play.audited) == ([], ["withdrawn_foreign_channel"])
    assert "stranger" in play.hung_up()
    play.leaves(call, ChannelId("stranger"))
    assert play.sees(ELS) == SEALED


# -- a new leader -------------------------------------------------------------------------------------------------


def _trouble(play: TransferPlay, crash: bool) -> None:
    play.crashes() if crash else play.tell(NodeLost(NEAR))
    assert play.grants.held() == []


def _found(play: TransferPlay, call: CallId, *, talk: str, music: str = "", gone: str = "", up: bool = True) -> None:
    """A snapshot: c(aller), e(ls) and i(na) in the talk, or with the music; who is gone, and whether Ina is up."""
    names = {"c": ChannelId(call), "e": play.leg(call), "i": play.asked_leg(call)}
    seen = {"c": CALLER_SEEN, "e": leg_seen(ELS), "i": leg_seen(INA, up=up, ringing=not up)}
    channels: dict[str, SeenChannel] = {names[who]: seen[who] for who in names if who not in gone}
    bridges: dict[str, list[str]] = {talk_bridge(call): [names[who] for who in talk]}
    bridges[WAITING_ROOM] = [names[who] for who in music]
    play.tell(snapshot(channels, bridges))


@CRASH
@pytest.mark.parametrize(
    ("state", "talk", "music"),
    [("ringing", "e", "c"), ("consulted", "ei", "c"), ("aside", "ec", "i"), ("together", "eci", "")],
)
def test_a_consultation_goes_on_where_it_was(crash: bool, state: str, talk: str, music: str) -> None:
    """Everybody is found where she belongs: the owner's card is back, and nobody else's."""
    play = TransferPlay()
    call = play.asks(state)
    _trouble(play, crash)
    _found(play, call, talk=talk, music=music, up=state != "ringing")
    assert (play.consult(call).state, play.sees(ELS), play.sees(INA)) == (Asked(state), SEALED, None)
    play.acts(call, Act.CANCEL)
    play.obeys()
    assert play.inside(call) == {call, play.leg(call)}


@CRASH
@pytest.mark.parametrize(
    ("state", "talk", "music"),
    [("ringing", "ec", ""), ("consulted", "ec", "i"), ("aside", "ei", "c"), ("together", "ei", "c")],
)
def test_who_is_found_elsewhere_is_moved_where_she_belongs(crash: bool, state: str, talk: str, music: str) -> None:
    """What was decided and never done: out first, then in."""
    play = TransferPlay()
    call = play.asks(state)
    _trouble(play, crash)
    _found(play, call, talk=talk, music=music, up=state != "ringing")
    play.obeys()
    els, ina = play.leg(call), play.asked_leg(call)
    where: dict[str, set[str]] = {
        "ringing": {els},
        "consulted": {els, ina},
        "aside": {els, call},
        "together": {els, ina, call},
    }
    assert (play.inside(call), play.sees(ELS), play.sees(INA)) == (where[state], SEALED, None)


@CRASH
@STATES
def test_an_owner_who_is_gone_has_passed_the_caller_on(crash: bool, state: str) -> None:
    """She hung up while nobody listened: whom she asked has the caller, or is rung for her."""
    play = TransferPlay()
    call = play.asks(state)
    ina = play.asked_leg(call)
    _trouble(play, crash)
    _found(play, call, talk="" if state == "ringing" else "i", music="c", gone="e", up=state != "ringing")
    assert play.grants.held() == []
    assert (play.stage(call), play.leg(call)) == (Stage.RINGING if state == "ringing" else Stage.TALKING, ina)
    play.obeys()
    if state == "ringing":
        play.takes_over(call)
    assert (play.sees(INA), play.sees(ELS)) == (SEALED, None)


@CRASH
@STATES
def test_whom_was_asked_is_gone_and_the_caller_is_back(crash: bool, state: str) -> None:
    """It came to nothing while nobody listened."""
    play = TransferPlay()
    call = play.asks(state)
    _trouble(play, crash)
    _found(play, call, talk="e", music="c", gone="i")
    assert (play.call(call).consult, play.returned(call)) == (None, (Failure.FAILED, INA))
    play.obeys()
    assert (play.inside(call), play.sees(ELS)) == ({call, play.leg(call)}, SEALED)


@CRASH
@STATES
def test_both_are_gone_and_the_caller_is_not(crash: bool, state: str) -> None:
    """She hears music, or nothing at all: her owner is rung again."""
    play = TransferPlay()
    call = play.asks(state)
    _trouble(play, crash)
    _found(play, call, talk="", music="c", gone="ei")
    assert (play.stage(call), play.rung()) == (Stage.RINGING, [phone_of(ELS)])


@pytest.mark.parametrize("by", ["resumed", "cancelled", "connecting"])
def test_who_may_still_be_taken_out_of_the_music_is_asked_into_it_again(by: str) -> None:
    """She was asked into the talk, the node was lost, and her owner is gone: what was on its way is not overtaken."""
    play = TransferPlay()
    call = play.asks() if by == "cancelled" else play.talks_here() if by == "resumed" else play.connects()
    if by == "cancelled":
        play.acts(call, Act.CANCEL)
    elif by == "resumed":
        play.acts(call, Act.HOLD)
        play.obeys()
        play.acts(call, Act.RESUME)
    play.tell(NodeLost(NEAR))
    play.tell(snapshot({call: CALLER_SEEN}, {WAITING_ROOM: [call]}))
    assert [each.bridge for each in play.asked_for(HoldInQueue)] == [WAITING_ROOM]


@CRASH
@STATES
def test_the_caller_is_gone_and_all_is_over(crash: bool, state: str) -> None:
    """Both phones are hung up, the identity is burned."""
    play = TransferPlay()
    call = play.asks(state)
    legs = {play.leg(call), play.asked_leg(call)}
    _trouble(play, crash)
    _found(play, call, talk="ei", gone="c", up=state != "ringing")
    assert legs <= set(play.hung_up())
    assert (play.desk.calls, play.store.vault) == ({}, set())


@CRASH
def test_an_answer_that_nobody_heard_is_seen(crash: bool) -> None:
    """Her phone rang when the daemon was killed; by now she is there."""
    play = TransferPlay()
    call = play.asks("ringing")
    _trouble(play, crash)
    _found(play, call, talk="e", music="c")
    assert play.consult(call).state is Asked.CONSULTED
    play.obeys()
    assert play.inside(call) == {play.leg(call), play.asked_leg(call)}


@CRASH
def test_completed_and_not_yet_done_is_done_and_shows_nothing_before(crash: bool) -> None:
    """The old leg is found in the talk: it is hung up, the caller comes in, and then the new owner sees her."""
    play = TransferPlay()
    call = play.asks()
    els = play.leg(call)
    play.acts(call, Act.COMPLETE)
    ina = play.leg(call)
    _trouble(play, crash)
    channels: dict[str, SeenChannel] = {call: CALLER_SEEN, els: leg_seen(ELS), ina: leg_seen(INA)}
    play.tell(snapshot(channels, {talk_bridge(call): [els, ina], WAITING_ROOM: [call]}))
    assert els in play.hung_up()
    assert play.grants.held() == []
    play.enters(call, ChannelId(call))
    assert play.grants.held() == []
    play.ends(els, call)
    assert (play.sees(INA), play.sees(ELS)) == (SEALED, None)


@CRASH
@pytest.mark.parametrize("by", ["screen", "phone"])
def test_a_caller_on_hold_stays_there(crash: bool, by: str) -> None:
    """The card is back with the snapshot; so is the caller with a key."""
    play = TransferPlay()
    call = play.talks_here()
    play.acts(call, Act.HOLD) if by == "screen" else play.phone_holds(call)
    play.obeys()
    _trouble(play, crash)
    leg = play.leg(call)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, {talk_bridge(call): [leg], WAITING_ROOM: [call]}))
    assert (play.sees(ELS), play.withdrawn) == (SEALED, [])
    play.obeys()
    play.acts(call, Act.RESUME) if by == "screen" else play.phone_holds(call, on=False)
    play.obeys()
    assert (play.sees(ELS), play.inside(call)) == (SEALED, {call, leg})


@CRASH
def test_who_is_muted_stays_so(crash: bool) -> None:
    """No snapshot shows it, and a kill may have come before it was asked for: it is asked for again."""
    play = TransferPlay()
    call = play.talks_here()
    play.acts(call, Act.MUTE)
    _trouble(play, crash)
    leg = play.leg(call)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, {talk_bridge(call): [leg, call]}))
    assert play.asked_for(Mute) == [Mute(NEAR, call, leg, on=True)]


@CRASH
@pytest.mark.parametrize("gone", ["", "line", "ina"])
def test_a_second_call_goes_on_or_is_given_up(crash: bool, gone: str) -> None:
    """Where one end of it is gone, the other is hung up and its bridge removed."""
    play = TransferPlay()
    call = play.asks_by_phone()
    els, ina = play.leg(call), play.asked_leg(call)
    _trouble(play, crash)
    channels: dict[str, SeenChannel] = {call: CALLER_SEEN, els: leg_seen(), ina: leg_seen(INA), LINE: LINE_SEEN}
    for channel in {"line": (LINE,), "ina": (ina,)}.get(gone, ()):
        del channels[channel]
    consult = [channel for channel in (LINE, ina) if channel in channels]
    bridges: dict[str, list[str]] = {talk_bridge(call): [els], WAITING_ROOM: [call]}
    bridges[consult_bridge(call)] = [*consult]
    play.tell(snapshot(channels, bridges))
    assert play.sees(ELS) == SEALED
    assert (play.call(call).consult is None) is bool(gone)
    if gone:
        assert set(consult) <= set(play.hung_up())
        assert RemoveBridge(NEAR, call, consult_bridge(call)) in play.asked


def test_where_a_hang_up_does_not_complete_a_new_leader_rings_her_again() -> None:
    """The site's rule holds for what nobody heard too: whom she asked is hung up."""
    play = TransferPlay(plan=with_rules(hang_up_completes=False))
    call = play.asks()
    ina = play.asked_leg(call)
    play.crashes()
    _found(play, call, talk="i", music="c", gone="e")
    assert HangUp(NEAR, call, ina) in play.asked
    assert play.rung() == [phone_of(ELS)]
