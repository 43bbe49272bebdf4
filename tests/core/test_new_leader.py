"""Plays of a daemon that was killed: what the next one makes of what was saved."""

from __future__ import annotations

from irmacall.core.call import Stage
from irmacall.core.code import Digits
from irmacall.core.disclosure import Seal
from irmacall.core.events import ErasureAsked, KeysPressed
from irmacall.core.ids import CallId, ChannelId, SealedId
from tests.core.leader import FAR, NEAR, Leader
from tests.core.plays import (
    CALLER_SEEN,
    ELS,
    WAITING_ROOM,
    Play,
    bridges_talking,
    code,
    leg_seen,
    snapshot,
)

SEALED = SealedId("sealed1")


def test_a_phone_that_talks_on_a_node_not_yet_heard_of_is_not_rung_on_another() -> None:
    """After a crash the saved leg keeps its phone busy, until its own node says otherwise."""
    play = Play((NEAR, FAR))
    call = play.talks()
    play.crashes()
    play.tell(snapshot({"far-9": CALLER_SEEN}, {WAITING_ROOM: ["far-9"]}, FAR))
    assert play.stage(CallId("far-9")) is Stage.WAITING
    play.tell(snapshot({}))
    assert (play.stage(call), play.stage(CallId("far-9"))) == (Stage.ENDED, Stage.RINGING)


def test_keys_that_were_kept_behind_a_snapshot_count() -> None:
    """What the caller presses while the daemon reads the node is part of her code."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    play.crashes()
    play.tell(snapshot({call: CALLER_SEEN}))
    play.tell(KeysPressed(NEAR, ChannelId(call), Digits(code(1))))
    assert play.call(call).sealed == SEALED


def test_a_new_leader_burns_again_what_was_erased() -> None:
    """Whether the one before came to it, nobody knows."""
    play = Play()
    play.tell(ErasureAsked(play.citizen_discloses(1)))
    play.store.vault.add(SEALED)
    play.crashes()
    assert play.store.vault == set()


def test_a_new_leader_burns_what_belongs_to_no_call() -> None:
    """A bound identity whose call was not saved has nobody to go to."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_waits(1)
    del play.store.saved["call", call]
    play.crashes()
    assert (play.store.vault, play.desk.disclosures[SEALED].seal) == (set(), Seal.ERASED)


def test_a_caller_whose_identitys_record_was_refused_goes_on_anonymously() -> None:
    """What nobody keeps the hour of is burned at once; her call stands."""
    play = Play()
    call = play.talks()
    leg = play.leg(call)
    del play.store.saved["disclosure", SEALED]
    play.crashes()
    assert (play.call(call).sealed, play.store.vault) == (None, set())
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, bridges_talking(call, leg)))
    assert (play.stage(call), play.sees(ELS)) == (Stage.TALKING, None)


def test_a_caller_who_was_pointed_at_anothers_identity_is_anonymous() -> None:
    """Both records must say that they belong together; the other caller keeps hers."""
    play = Play()
    play.citizen_discloses(1)
    anna, bo = play.caller_waits(1), play.caller_waits()
    forged = play.store.saved["call", bo].replace(b'"sealed":null', b'"sealed":"sealed1"')
    assert forged != play.store.saved["call", bo]
    play.store.saved["call", bo] = forged
    play.crashes()
    assert (play.call(anna).sealed, play.call(bo).sealed) == (SEALED, None)
    assert play.store.vault == {SEALED}


def test_calls_of_a_node_that_the_site_no_longer_has_are_closed_without_a_word_to_it() -> None:
    """There is nobody to send a command to."""
    play = Play((NEAR, FAR))
    play.agent_comes(ELS, FAR)
    play.citizen_discloses(1)
    call = play.caller_waits(1, FAR)
    assert play.stage(call) is Stage.RINGING
    play.leader = Leader(play.store, frozenset({NEAR}), play.leader.now)
    play.leader.save()
    assert (play.desk.calls, play.store.vault, dict(play.leader.lanes)) == ({}, set(), {})
