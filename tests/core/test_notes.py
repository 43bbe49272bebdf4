"""Plays of notes: who may read one, and when it is burned; of promises that were kept, and of older records."""

from __future__ import annotations

import json

import pytest

from irmacall.core.call import Stage
from irmacall.core.commands import HangUp
from irmacall.core.events import (
    ErasureAsked,
    IdentityLost,
    NodeLost,
    PhoneCalled,
    PhoneRegistered,
    SeatClaimed,
    SeatReleased,
    SeenChannel,
)
from irmacall.core.facts import Outcome
from irmacall.core.ids import CallId, ChannelId, PageId, SealedId, UserId, leg_channel, talk_bridge
from irmacall.core.transfer import Act, ToPerson
from irmacall.core.transfer_events import TransferAsked
from tests.core.exchange_plays import ExchangePlay
from tests.core.leader import NEAR
from tests.core.plays import (
    BO,
    CALLER_SEEN,
    ELS,
    HOUR,
    WAITING_ROOM,
    bridges_talking,
    leg_seen,
    phone_of,
    seat_of,
    snapshot,
)
from tests.core.transfer_plays import INA, NOTE, OUTSIDE, SEALED, TO_INA, TransferPlay

SECOND = SealedId("note2")
BACK_TO_ELS = ToPerson(ELS, phone_of(ELS))
WITH_CODE = pytest.mark.parametrize("number", [1, None], ids=["identified", "anonymous"])


def _reads(play: TransferPlay, user: UserId) -> SealedId | None:
    """The note that this one's seat gets when it asks for its card."""
    return next((grant.note for grant in play.grants.held() if grant.seat == seat_of(user)), None)


def _passed_with_note(number: int | None = 1) -> tuple[TransferPlay, CallId]:
    """Els has written a note and passed her caller to an official, who has answered."""
    play = TransferPlay()
    call = play.talks_here(number)
    play.passes(call, note=NOTE)
    play.obeys()
    play.takes_over(call)
    return play, call


# -- who reads it -------------------------------------------------------------------------------------------------


@WITH_CODE
def test_a_note_is_shown_to_the_next_one_with_the_card(number: int | None) -> None:
    """Of a caller whom nobody knows too: then there is nothing else to see."""
    play, call = _passed_with_note(number)
    [grant] = play.grants.held()
    identity = None if number is None else SEALED
    assert (grant.seat, grant.sealed, grant.note) == (seat_of(INA), identity, NOTE)
    assert play.call(call).granted is not None


@WITH_CODE
@pytest.mark.parametrize("state", ["ringing", "consulted", "aside", "together"])
def test_who_is_asked_does_not_read_it_and_who_wrote_it_need_not(number: int | None, state: str) -> None:
    """Until she is the owner: the talk of three is the owner's alone."""
    play = TransferPlay()
    call = play.talks_here(number)
    play.passes(call, consult=True, note=NOTE)
    play.obeys()
    if state != "ringing":
        play.picks_up(call)
        play.obeys()
    if state in ("aside", "together"):
        play.acts(call, Act.SWAP if state == "aside" else Act.JOIN)
        play.obeys()
    assert (_reads(play, ELS), _reads(play, INA)) == (None, None)
    assert NOTE in play.store.vault
    assert play.sees(ELS) == (None if number is None else SEALED)


def test_whoever_gets_her_back_reads_what_the_other_wrote() -> None:
    """Els' note takes the place of Ina's, and each reads the other's alone; the old one is burned at once."""
    play, call = _passed_with_note()
    play.passes(call, BACK_TO_ELS, by=INA, note=SECOND)
    assert (NOTE in play.store.vault, SECOND in play.store.vault) == (False, True)
    play.obeys()
    play.takes_over(call)
    assert (_reads(play, ELS), _reads(play, INA)) == (SECOND, None)


def test_a_caller_who_comes_back_brings_no_note_to_who_wrote_it() -> None:
    """Nobody answered her: what was written for that one is burned, and nobody else ever reads it."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call, note=NOTE)
    play.obeys()
    play.hangs_up(play.leg(call), 21)
    play.obeys()
    play.takes_over(call)
    assert (play.sees(ELS), _reads(play, ELS), NOTE in play.store.vault) == (SEALED, None, False)


def test_a_caller_who_does_not_come_back_brings_the_note_to_who_answers_her() -> None:
    """Nobody took her, and who wrote it has left her seat: whoever has her from the queue reads it."""
    play = TransferPlay()
    call = play.talks_here()
    play.passes(call, note=NOTE)
    play.obeys()
    play.tell(SeatReleased(seat_of(ELS)))
    play.hangs_up(play.leg(call), 21)
    play.obeys()
    play.agent_comes(BO)
    play.takes_over(call)
    assert (play.sees(BO), _reads(play, BO)) == (SEALED, NOTE)


def test_a_note_for_who_cannot_be_asked_is_burned() -> None:
    """Her phone is busy, which is known at once: the next one is told what was written for the next one alone."""
    play = TransferPlay()
    call = play.talks_here()
    play.tell(PhoneCalled(NEAR, phone_of(INA), ChannelId("her other call")))
    play.passes(call, note=NOTE)
    assert (play.stage(call), NOTE in play.store.vault) == (Stage.TALKING, False)
    play.to_queue(call)
    play.tell(SeatReleased(seat_of(ELS)))
    play.agent_comes(BO)
    play.leaves(call, leg_channel(call, 1))
    play.takes_over(call)
    assert (play.sees(BO), _reads(play, BO)) == (SEALED, None)


@pytest.mark.parametrize("crash", [True, False])
def test_a_note_outlives_the_daemon_and_is_read_by_the_same_one(crash: bool) -> None:
    """Its name is saved with the call, and its hour too."""
    play, call = _passed_with_note()
    leg = play.leg(call)
    play.crashes() if crash else play.tell(NodeLost(NEAR))
    assert play.grants.held() == []
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen(INA)}, bridges_talking(call, leg)))
    assert (_reads(play, INA), play.sees(INA)) == (NOTE, SEALED)
    play.later(HOUR)
    assert (play.grants.held(), play.store.vault) == ([], set())


# -- when it is burned --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["caller", "owner", "wiped", "outside", "lost"])
def test_a_note_is_burned_with_whatever_it_belongs_to(how: str) -> None:
    """The call's end, her own word, a talk outside; what the vault lost is seen no more."""
    play, call = _passed_with_note()
    if how == "caller":
        play.hangs_up(call)
    elif how == "owner":
        play.hangs_up(play.leg(call))
    elif how == "wiped":
        play.tell(ErasureAsked(PageId("page1")))
    elif how == "lost":
        play.tell(IdentityLost(NOTE))
    else:
        play.passes(call, OUTSIDE, by=INA)
        play.obeys()
        play.takes_over(call)
    assert NOTE not in play.store.vault
    assert [grant.note for grant in play.grants.held()] == ([None] if how == "lost" else [])


@WITH_CODE
@pytest.mark.parametrize("late", [0.0, 5.0])
def test_a_note_is_never_granted_past_its_hour_however_late_the_wake_up(number: int | None, late: float) -> None:
    """The caller comes into the bridge as the hour ends, before the desk was woken."""
    play = TransferPlay()
    call = play.talks_here(number)
    play.passes(call, note=NOTE)
    play.obeys()
    play.picks_up(call)
    granted = len(play.leader.granted)
    play.leader.now += HOUR + late
    play.obeys()
    assert play.stage(call) is Stage.TALKING
    assert (play.leader.granted[granted:], play.store.vault) == ([], set())


@pytest.mark.parametrize("why", ["another's", "asks already", "over"])
def test_a_note_of_a_transfer_that_is_none_is_burned(why: str) -> None:
    """Nobody else's call, and none that is passed on already; the note that is there stays."""
    play = TransferPlay()
    call = play.talks_here()
    play.agent_comes(BO)
    if why == "asks already":
        play.passes(call, consult=True, note=SECOND)
    elif why == "over":
        play.hangs_up(call)
    play.passes(call, by=BO if why == "another's" else ELS, note=NOTE)
    assert play.store.vault == {"another's": {SEALED}, "asks already": {SEALED, SECOND}}.get(why, set())
    assert play.grants.held() == [] or play.sees(ELS) == SEALED


def test_the_same_press_twice_burns_nothing_that_is_used() -> None:
    """A repeat of what was heard already."""
    play = TransferPlay()
    call = play.talks_here()
    for _ in range(2):
        play.passes(call, note=NOTE)
    assert NOTE in play.store.vault


# -- callbacks that were answered ---------------------------------------------------------------------------------


@pytest.mark.parametrize("trouble", ["killed", "node lost"])
def test_who_was_called_back_and_is_passed_on_is_not_hung_up_by_trouble(trouble: str) -> None:
    """The promise was kept: from then on she is a caller like any other, and the official's phone rings on."""
    play = ExchangePlay()
    call = play.kept(play.promised())
    telephone = play.call(call).channel
    play.tell(PhoneRegistered(NEAR, phone_of(INA), online=True))
    play.tell(SeatClaimed(INA, seat_of(INA), phone_of(INA), serves=False))
    play.tell(TransferAsked(seat_of(ELS), call, TO_INA))
    leg = play.leg(call)
    play.crashes() if trouble == "killed" else play.tell(NodeLost(NEAR))
    seen: dict[str, SeenChannel] = {telephone: SeenChannel(None, up=True, caller=False)}
    seen[leg] = leg_seen(INA, up=False, ringing=True)
    play.tell(snapshot(seen, {talk_bridge(call): [], WAITING_ROOM: [telephone]}))
    assert (play.stage(call), play.leg(call)) == (Stage.RINGING, leg)
    assert not [gone for gone in play.asked_for(HangUp) if gone.channel in (telephone, leg)]
    play.hangs_up(telephone)
    assert play.facts(call).outcome is Outcome.ANSWERED


# -- records ------------------------------------------------------------------------------------------------------

NEW = {
    "call": {"held", "holding", "muted", "consult", "handover", "passed_by", "passed", "note", "note_until"}
    | {"note_by", "ahead", "behind", "returned", "joined_at", "answered_by", "owners"},
    "agent": {"serves"},
}
"""What there was nothing of in records of version 2."""


def test_records_of_before_callers_were_passed_on_are_still_read() -> None:
    """The talk goes on, its card comes back, and its caller can be passed on."""
    play = TransferPlay()
    call = play.talks()
    leg = play.leg(call)
    for (kind, name), raw in list(play.store.saved.items()):
        fields = {key: value for key, value in json.loads(raw).items() if key not in NEW.get(kind, ())}
        for old in fields.get("legs", ()):
            del old["number"]
        play.store.saved[kind, name] = json.dumps({**fields, "v": 2}).encode()
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, bridges_talking(call, leg)))
    assert (play.stage(call), play.sees(ELS)) == (Stage.TALKING, SEALED)
    play.official_comes()
    play.passes(call)
    play.obeys()
    play.takes_over(call)
    assert play.sees(INA) == SEALED
