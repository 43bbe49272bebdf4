"""Plays of what is asked by the phone itself: SIP REFER, a second call, hold, and star codes."""

from __future__ import annotations

import pytest

from irmacall.core.call import Stage
from irmacall.core.commands import HangUp, RemoveBridge
from irmacall.core.events import HangUpBegan, PhoneCalled
from irmacall.core.ids import CallId, ChannelId, consult_bridge
from irmacall.core.transfer import Act, Asked, Failure, ToLine
from irmacall.core.transfer_commands import FindTarget, JoinLine
from irmacall.core.transfer_events import PhoneDialled, PhoneHeld, TargetFound, TargetUnknown
from tests.core.leader import NEAR, PASSPORTS
from tests.core.plays import BO, ELS, phone_of, seat_of
from tests.core.transfer_plays import INA, LINE, OUTSIDE, PASSED_ON, SEALED, TO_INA, TransferPlay, with_rules

RING = PASSED_ON.transfers.ring


def _unknown(play: TransferPlay) -> None:
    """The extension that was asked about last is nobody's."""
    asked = play.leader.extensions_asked.popleft()
    play.tell(TargetUnknown(asked.call, asked.asked))


# -- REFER --------------------------------------------------------------------------------------------------------


def _referred() -> tuple[TransferPlay, CallId]:
    """Els' phone has asked to pass her caller to an official, whose phone rings."""
    play = TransferPlay()
    call = play.talks_here()
    assert play.refers(play.leg(call)) == []
    assert list(play.leader.extensions_asked) == [FindTarget(call, "2101", 1)]
    play.finds()
    assert play.told() == ["RINGING"]
    play.obeys()
    play.phone_stands(call, play.asked_leg(call))
    return play, call


def test_a_blind_refer_keeps_the_owner_until_somebody_answers() -> None:
    """She sees the card while it rings; with the answer she is told 200, and is the owner no more."""
    play, call = _referred()
    els = play.leg(call)
    assert play.sees(ELS) == SEALED
    play.answers_late(play.asked_leg(call))
    assert (play.told(), play.withdrawn, play.hung_up()) == (["DONE"], [seat_of(ELS)], [els])
    play.obeys()
    assert (play.sees(INA), play.sees(ELS)) == (SEALED, None)


@pytest.mark.parametrize("how", ["no answer", "rejects", "cancel"])
def test_a_refer_that_comes_to_nothing_is_declined_and_the_caller_back(how: str) -> None:
    """603, and the reason on the screen."""
    play, call = _referred()
    if how == "no answer":
        play.later(RING)
    elif how == "rejects":
        play.gone(play.asked_leg(call), 21)
    else:
        play.acts(call, Act.CANCEL)
    assert play.told() == ["DECLINED"]
    play.obeys()
    assert (play.sees(ELS), play.inside(call)) == (SEALED, {call, play.leg(call)})
    why = {"no answer": Failure.NO_ANSWER, "rejects": Failure.REJECTED}.get(how)
    assert play.returned(call) == (None if why is None else (why, INA))


@pytest.mark.parametrize("what", ["unknown", "busy", "herself"])
def test_a_refer_to_whom_there_is_not_is_declined_and_nothing_rings(what: str) -> None:
    """Nobody of this extension, somebody busy, or her own."""
    play = TransferPlay()
    call = play.talks_here()
    play.refers(play.leg(call))
    if what == "unknown":
        _unknown(play)
    else:
        play.tell(PhoneCalled(NEAR, phone_of(INA), ChannelId("her other call")))
        play.finds(TO_INA if what == "busy" else type(TO_INA)(ELS, phone_of(ELS)))
    assert (play.told(), play.rung(), play.sees(ELS)) == (["DECLINED"], [], SEALED)
    assert play.returned(call) is not None


def test_a_phone_that_hangs_up_behind_its_refer_has_let_go() -> None:
    """While it rings: it rings on, now for the caller."""
    play, call = _referred()
    els, ina = play.leg(call), play.asked_leg(call)
    play.hangs_up(els)
    assert (play.stage(call), play.leg(call), play.grants.held()) == (Stage.RINGING, ina, [])
    play.leaves(call, els)
    play.takes_over(call)
    assert play.sees(INA) == SEALED


@pytest.mark.parametrize("by", ["refer", "star"])
@pytest.mark.parametrize("answer", ["person", "queue", "closed", "unknown", "never"])
def test_a_phone_that_hangs_up_before_the_extension_is_known_loses_nobody(answer: str, by: str) -> None:
    """She hears music until it is known, or for three seconds; where it is nobody's, the owner is rung again."""
    play = TransferPlay(plan=with_rules(outside=False))
    call = play.talks_here()
    els = play.leg(call)
    play.refers(els) if by == "refer" else play.keyed(els, "*12101#")
    play.hangs_up(els)
    assert (play.stage(call), play.rung(), play.grants.held()) == (Stage.WAITING, [], [])
    if answer == "person":
        play.finds()
    elif answer == "queue":
        play.finds(ToLine(PASSPORTS))
    elif answer == "closed":
        play.finds(OUTSIDE)
    elif answer == "unknown":
        _unknown(play)
    else:
        play.later(3)
    if answer == "queue":
        assert (play.call(call).handover, play.call(call).queue) == (None, PASSPORTS)
        return
    assert play.rung() == [phone_of(INA if answer == "person" else ELS)]
    assert play.stage(call) is Stage.RINGING


@pytest.mark.parametrize("who", ["caller", "consulted", "nobody"])
def test_a_refer_of_who_does_not_own_the_call_is_declined(who: str) -> None:
    """The caller's own telephone, whom the owner asks, and a channel of nobody's: nothing is looked for."""
    play = TransferPlay()
    call = play.asks()
    channel = {"caller": ChannelId(call), "consulted": play.asked_leg(call)}.get(who, ChannelId("nobody's"))
    for line in (None, play.leg(call)):
        play.refers(channel, None if line else "2101", line)
        assert (play.told(), list(play.leader.extensions_asked)) == (["DECLINED"], [])
    assert play.consult(call).state is Asked.CONSULTED


def test_a_second_refer_while_the_first_is_under_way_is_declined() -> None:
    """One wish at a time."""
    play = TransferPlay()
    call = play.talks_here()
    play.refers(play.leg(call))
    play.refers(play.leg(call))
    assert (play.told(), len(play.leader.extensions_asked)) == (["DECLINED"], 1)
    play.finds()
    play.refers(play.leg(call))
    assert play.told() == ["DECLINED"]


def test_a_refer_to_a_queue_is_done_at_once() -> None:
    """200 before her leg is hung up: the phone would not hear it any more."""
    play = TransferPlay()
    call = play.talks_here()
    els = play.leg(call)
    play.refers(els)
    asked = play.finds(ToLine(PASSPORTS))
    assert play.told() == ["DONE"]
    assert asked.index(play.asked_for(HangUp)[0]) > 0
    assert (play.stage(call), play.grants.held()) == (Stage.WAITING, [])


# -- a second call ------------------------------------------------------------------------------------------------


def test_a_second_call_is_a_consultation_in_a_bridge_of_its_own() -> None:
    """The caller hears music; whom she asks never meets her; the screen cannot swap it, the phone can."""
    play = TransferPlay()
    call = play.asks_by_phone()
    ina = play.asked_leg(call)
    assert play.asked_for(JoinLine) == [JoinLine(NEAR, call, consult_bridge(call), LINE, ina)]
    assert play.sees(ELS) == SEALED
    for act in (Act.SWAP, Act.JOIN, Act.HOLD):
        assert play.acts(call, act) == []
    assert play.consult(call).state is Asked.CONSULTED


@pytest.mark.parametrize("end", ["line", "asked"])
@pytest.mark.parametrize("state", ["ringing", "consulted"])
def test_the_end_of_a_second_call_is_the_end_of_that(end: str, state: str) -> None:
    """The other end is hung up too; the caller is hers still, and comes back when her phone takes her back."""
    play = TransferPlay()
    call = play.talks_here()
    play.phone_holds(call)
    play.obeys()
    play.dials()
    play.finds()
    play.phone_stands(call, ina := play.asked_leg(call))
    if state == "consulted":
        play.answers_late(ina)
    play.hangs_up(LINE if end == "line" else ina)
    assert {LINE, ina} - {LINE if end == "line" else ina} <= set(play.hung_up())
    assert RemoveBridge(NEAR, call, consult_bridge(call)) in play.asked
    assert (play.call(call).consult, play.sees(ELS)) == (None, SEALED)
    play.phone_holds(call, on=False)
    play.obeys()
    assert (play.inside(call), play.sees(ELS)) == ({call, play.leg(call)}, SEALED)


@pytest.mark.parametrize("by", ["first call", "second call", "screen", "hang-up"])
def test_both_calls_brought_together_pass_the_caller_on(by: str) -> None:
    """REFER with Replaces from either of her calls, the key of her screen, or the first call hung up."""
    play = TransferPlay()
    call = play.asks_by_phone()
    els, ina = play.leg(call), play.asked_leg(call)
    if by == "screen":
        play.acts(call, Act.COMPLETE)
    elif by == "hang-up":
        play.tell(HangUpBegan(NEAR, els))
    else:
        first, second = (els, LINE) if by == "first call" else (LINE, els)
        play.refers(first, None, second)
        assert play.told() == ["DONE"]
    assert play.withdrawn == [seat_of(ELS)]
    assert {els, LINE} <= set(play.hung_up())
    play.obeys()
    play.ends(els, call)
    assert (play.sees(INA), play.sees(ELS), play.inside(call)) == (SEALED, None, {call, ina})


def test_both_calls_brought_together_before_the_answer_are_passed_on_with_it() -> None:
    """100 while it rings, 200 when it is answered: the owner has her until then."""
    play = TransferPlay()
    call = play.talks_here()
    play.phone_holds(call)
    play.obeys()
    play.dials()
    play.finds()
    play.refers(els := play.leg(call), None, LINE)
    assert (play.told(), play.sees(ELS)) == (["RINGING"], SEALED)
    play.picks_up(call)
    assert (play.told(), play.withdrawn) == (["DONE"], [seat_of(ELS)])
    play.obeys()
    play.ends(els, call)
    assert play.sees(INA) == SEALED


@pytest.mark.parametrize("when", ["no caller", "asks already", "an enquiry"])
def test_a_second_call_that_cannot_be_is_hung_up(when: str) -> None:
    """Her phone hears that it is over; nothing is looked for."""
    play = TransferPlay()
    call = play.asks() if when == "asks already" else play.talks_here()
    if when == "an enquiry":
        play.refers(play.leg(call))
        play.leader.extensions_asked.clear()
    endpoint = phone_of(BO if when == "no caller" else ELS)
    assert play.tell(PhoneDialled(NEAR, LINE, endpoint, "2101")) == [HangUp(NEAR, None, LINE)]
    assert not play.leader.extensions_asked


@pytest.mark.parametrize("how", ["unknown", "busy", "queue"])
def test_a_second_call_to_whom_there_is_not_is_hung_up(how: str) -> None:
    """The owner reads why; a queue cannot be asked anything."""
    play = TransferPlay()
    call = play.talks_here()
    play.dials()
    if how == "unknown":
        _unknown(play)
    else:
        play.tell(PhoneCalled(NEAR, phone_of(INA), ChannelId("her other call")))
        play.finds(TO_INA if how == "busy" else ToLine(PASSPORTS))
    assert play.asked == [HangUp(NEAR, None, LINE)]
    assert (play.returned(call), play.sees(ELS)) == (
        (Failure.BUSY, INA) if how == "busy" else (Failure.UNKNOWN, None),
        SEALED,
    )


def test_a_second_call_that_ends_before_its_extension_is_known_asks_nobody() -> None:
    """And nothing is kept of the number that it was."""
    play = TransferPlay()
    call = play.talks_here()
    play.store.numbers.add(OUTSIDE.number)
    play.dials()
    play.gone(LINE)
    play.finds(OUTSIDE)
    assert (play.call(call).consult, play.rung(), play.store.numbers) == (None, [], set())


def test_an_answer_about_an_extension_that_nobody_waits_for_rings_nobody() -> None:
    """Late, repeated, or of a call that is over; its number is forgotten."""
    play = TransferPlay()
    call = play.talks_here()
    play.refers(play.leg(call))
    [asked] = play.leader.extensions_asked
    play.passes(call, consult=True)
    assert play.told() == ["DECLINED"]
    for name, number in ((call, asked.asked), (call, asked.asked + 1), (CallId("over"), asked.asked)):
        play.store.numbers.add(OUTSIDE.number)
        assert play.tell(TargetFound(name, number, OUTSIDE)) == []
        play.tell(TargetUnknown(name, number))
        assert (play.store.numbers, play.returned(call)) == (set(), None)


# -- hold ---------------------------------------------------------------------------------------------------------


def test_hold_by_the_phone_is_hold() -> None:
    """Our music, the card stays. Her phone alone takes her back: with another key she would hear nothing."""
    for tried in (None, "screen", "star"):
        play = TransferPlay()
        call = play.talks_here()
        for _ in range(2):  # It is said twice of one instant.
            play.phone_holds(call)
        assert (play.view(ELS, call).phone_held, play.sees(ELS), play.withdrawn) == (True, SEALED, [])
        play.phone_holds(call)
        play.leaves(call, ChannelId(call))
        if tried == "screen":
            play.acts(call, Act.RESUME)
        elif tried == "star":
            play.keyed(play.leg(call), "*6")
        play.obeys()
        assert (play.inside(call), play.view(ELS, call).phone_held) == ({play.leg(call)}, True)
        play.phone_holds(call, on=False)
        play.obeys()
        assert (play.inside(call), play.sees(ELS)) == ({call, play.leg(call)}, SEALED)
        assert not play.view(ELS, call).phone_held


def test_whom_the_next_owner_holds_hears_our_music() -> None:
    """Who is consulted holds with her own phone, and is passed the caller then: the caller hears no silence."""
    play = TransferPlay()
    call = play.asks("consulted")
    ina = play.asked_leg(call)
    play.tell(PhoneHeld(NEAR, ina, on=True))
    play.acts(call, Act.COMPLETE)
    play.obeys()
    assert (play.leg(call), play.inside(call)) == (ina, {ina})
    assert play.view(INA, call).phone_held
    play.tell(PhoneHeld(NEAR, ina, on=False))
    play.obeys()
    assert (play.inside(call), play.sees(INA)) == ({call, ina}, SEALED)


# -- star codes ---------------------------------------------------------------------------------------------------


def test_every_star_code_does_what_a_key_of_the_screen_does() -> None:
    """Hold and back; ask, swap, all three, back to the caller; ask and pass on."""
    play = TransferPlay()
    call = play.talks_here()
    els = play.leg(call)
    for held in (True, False):
        play.keyed(els, "*6")
        play.obeys()
        assert play.call(call).held is held
    for end in ("*0", "*4"):
        play.keyed(els, "*22101#")
        play.finds()
        play.obeys()
        play.picks_up(call)
        play.obeys()
        for keys, state in (("*3", Asked.ASIDE), ("*5", Asked.TOGETHER), ("*3", Asked.CONSULTED)):
            play.keyed(els, keys)
            play.obeys()
            assert play.consult(call).state is state
        ina = play.asked_leg(call)
        play.keyed(els, end)
        play.obeys()
        play.ends(ina if end == "*0" else els, call)
    assert (play.sees(INA), play.sees(ELS)) == (SEALED, None)


def test_a_star_code_passes_on_without_a_word() -> None:
    """As from the screen: the owner is free at once."""
    play = TransferPlay()
    call = play.talks_here()
    play.keyed(play.leg(call), "*12101#")
    play.finds()
    assert (play.stage(call), play.withdrawn, play.rung()) == (Stage.RINGING, [seat_of(ELS)], [phone_of(INA)])


@pytest.mark.parametrize(
    "keys",
    ["2101#", "*7", "*1#", "*2#", "**", "*1", "*12101", "*1" + "0" * 17 + "#", "#", "*3", "*4", "*5", "*0", "6"],
)
def test_what_is_no_star_code_does_nothing(keys: str) -> None:
    """Without a star, of no kind, half, too long, or of a consultation that there is not."""
    play = TransferPlay()
    call = play.talks_here()
    assert play.keyed(play.leg(call), keys) == []
    assert (list(play.leader.extensions_asked), play.call(call).held, play.sees(ELS)) == ([], False, SEALED)


def test_a_star_begins_anew() -> None:
    """A slip is no reason to wait: only what follows the last star counts."""
    play = TransferPlay()
    call = play.talks_here()
    play.keyed(play.leg(call), "*199*2*12101#")
    assert list(play.leader.extensions_asked) == [FindTarget(call, "2101", 1)]


def test_half_a_star_code_is_not_completed_by_the_next_owner() -> None:
    """What Els keyed in is forgotten with her leg."""
    play = TransferPlay()
    call = play.asks()
    play.keyed(play.leg(call), "*1210")
    play.acts(call, Act.COMPLETE)
    play.keyed(play.leg(call), "1#")
    assert not play.leader.extensions_asked


@pytest.mark.parametrize("who", ["caller", "consulted", "off"])
def test_star_codes_are_the_owners_and_the_sites(who: str) -> None:
    """Nobody else's keys are any, nor are hers where the site has none."""
    play = TransferPlay(plan=with_rules(star_codes=who != "off"))
    call = play.asks()
    channel = {"caller": ChannelId(call), "consulted": play.asked_leg(call)}.get(who, play.leg(call))
    for keys in ("*6", "*12101#", "*3", "*4", "*0"):
        assert play.keyed(channel, keys) == []
    assert play.consult(call).state is Asked.CONSULTED
    assert not play.leader.extensions_asked
