"""Plays of trouble: a node is lost and comes back, the daemon is killed and another one leads."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.code import Digits
from irmacall.core.commands import (
    Burn,
    Connect,
    CreateLeg,
    DialLeg,
    HangUp,
    HoldInQueue,
    PrepareNode,
    Prompt,
    RemoveBridge,
    Withdraw,
)
from irmacall.core.disclosure import Seal
from irmacall.core.events import ErasureAsked, KeysPressed, NodeLost, PhoneRegistered
from irmacall.core.ids import CallId, ChannelId, SealedId, leg_channel, talk_bridge
from tests.core.leader import FAR, GENERAL, NEAR, PLAN, Leader
from tests.core.plays import BO, CALLER_SEEN, ELS, WAITING_ROOM, Play, code, leg_seen, phone_of, seat_of, snapshot

SEALED = SealedId("sealed1")
Trouble = Callable[[Play], None]


def _node_lost(play: Play) -> None:
    play.tell(NodeLost(NEAR))


def _killed(play: Play) -> None:
    play.crashes()


TROUBLES = pytest.mark.parametrize("trouble", [_node_lost, _killed])


def _in_bridge(call: CallId, leg: str) -> dict[str, list[str]]:
    return {talk_bridge(call): [call, leg], WAITING_ROOM: []}


def _waiting(call: CallId) -> dict[str, list[str]]:
    return {talk_bridge(call): [], WAITING_ROOM: [call]}


def test_a_lost_node_takes_its_cards_with_it() -> None:
    """What it said last is proof of nothing, so its cards are withdrawn at once; its calls are left alone."""
    play = Play()
    call = play.talks()
    assert play.tell(NodeLost(NEAR)) == []
    assert [command.seat for command in play.urgent if isinstance(command, Withdraw)] == [seat_of(ELS)]
    assert (play.sees(ELS), play.stage(call), play.store.vault) == (None, Stage.TALKING, {SEALED})


def test_a_lost_node_takes_the_card_of_a_phone_that_is_no_longer_registered_too() -> None:
    """Which phones can be rung has nothing to do with who may see."""
    play = Play()
    play.talks()
    play.tell(PhoneRegistered(NEAR, phone_of(ELS), online=False))
    play.tell(NodeLost(NEAR))
    assert (play.sees(ELS), play.grants.held()) == (None, [])


def test_a_phone_that_talks_on_a_node_not_yet_heard_of_is_not_rung_on_another() -> None:
    """After a crash the saved leg keeps its phone busy, until its own node says otherwise."""
    play = Play((NEAR, FAR))
    call = play.talks()
    play.crashes()
    play.tell(snapshot({"far-9": CALLER_SEEN}, {WAITING_ROOM: ["far-9"]}, FAR))
    assert play.stage(CallId("far-9")) is Stage.WAITING
    play.tell(snapshot({}))
    assert (play.stage(call), play.stage(CallId("far-9"))) == (Stage.ENDED, Stage.RINGING)


def test_a_lost_node_leaves_the_other_nodes_cards() -> None:
    """Each node speaks for itself."""
    play = Play((NEAR, FAR))
    play.talks()
    play.tell(NodeLost(FAR))
    assert play.sees(ELS) == SEALED


@TROUBLES
def test_a_talk_goes_on_and_its_card_comes_back_with_the_snapshot(trouble: Trouble) -> None:
    """Owner and caller are found in their bridge: the card is granted anew, under a higher number."""
    play = Play()
    call = play.talks()
    leg, earlier = play.leg(call), play.leader.granted[-1].grant
    trouble(play)
    assert play.sees(ELS) is None
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, _in_bridge(call, leg)))
    assert play.asked == [PrepareNode(NEAR, WAITING_ROOM)]
    assert (play.stage(call), play.sees(ELS)) == (Stage.TALKING, SEALED)
    assert play.leader.granted[-1].grant > earlier


@TROUBLES
def test_a_talk_with_a_third_found_in_its_bridge_shows_nothing(trouble: Trouble) -> None:
    """Whoever came in while nobody listened is audited, and withdraws the card."""
    play = Play()
    call = play.talks()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, {talk_bridge(call): [call, leg, "stranger"]}))
    assert (play.sees(ELS), play.audited) == (None, ["withdrawn_foreign_channel"])


@TROUBLES
def test_a_talk_that_is_found_outside_its_bridge_is_brought_together(trouble: Trouble) -> None:
    """Both channels stand: they are connected again, and nothing is seen before they are."""
    play = Play()
    call = play.talks()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, {talk_bridge(call): [call]}))
    assert play.asked_for(Connect) == [Connect(NEAR, call, talk_bridge(call), ChannelId(call), leg)]
    assert play.sees(ELS) is None
    play.members(call, call, leg)
    assert play.sees(ELS) == SEALED


@TROUBLES
def test_a_talk_whose_agent_is_gone_is_over(trouble: Trouble) -> None:
    """She hung up while nobody listened: the caller is hung up too, and her identity burned."""
    play = Play()
    call = play.talks()
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN}, {talk_bridge(call): [call]}))
    assert HangUp(NEAR, call, ChannelId(call)) in play.asked
    assert RemoveBridge(NEAR, call, talk_bridge(call)) in play.asked
    assert (play.desk.calls, play.store.vault) == ({}, set())


@TROUBLES
@pytest.mark.parametrize("stage", ["arrives", "waits", "rings", "connects", "talks"])
def test_a_caller_who_hung_up_meanwhile_is_closed_in_every_stage(trouble: Trouble, stage: str) -> None:
    """Her identity is burned; a leg that is left over is hung up and the agent is free."""
    play = Play()
    if stage in ("arrives", "waits"):
        play.citizen_discloses(1)
        call = play.caller_arrives() if stage == "arrives" else play.caller_waits(1)
    else:
        call = getattr(play, stage)()
    leg = play.call(call).leg
    trouble(play)
    play.tell(snapshot({leg.channel: leg_seen()} if leg else {}, {talk_bridge(call): []}))
    assert play.desk.calls == {}
    assert play.store.vault == ({SEALED} if stage == "arrives" else set())
    assert leg is None or leg.channel in [hang_up.channel for hang_up in play.asked_for(HangUp)]
    assert RemoveBridge(NEAR, call, talk_bridge(call)) in play.asked or not leg


@TROUBLES
@pytest.mark.parametrize("wrongs", [0, 1, 2])
def test_code_entry_begins_again_at_its_prompt(trouble: Trouble, wrongs: int) -> None:
    """What was keyed is forgotten, the wrong codes are not."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_arrives()
    play.keys(call, code(99) * wrongs + code(1)[:5])
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN}))
    assert play.prompts == [Prompt.CODE_AGAIN if wrongs else Prompt.WELCOME]
    assert play.call(call).tries == wrongs
    play.keys(call, code(1))
    assert play.call(call).sealed == SEALED


@TROUBLES
def test_a_call_in_trouble_has_no_clock_until_its_node_is_back(trouble: Trouble) -> None:
    """Nobody is sent on because time passed on a node that nobody hears."""
    play = Play()
    call = play.caller_arrives()
    trouble(play)
    assert play.later(100) == []
    play.tell(snapshot({call: CALLER_SEEN}))
    play.later(PLAN.times.prompt)
    assert play.stage(call) is Stage.WAITING


@TROUBLES
def test_waiting_callers_keep_place_and_binding(trouble: Trouble) -> None:
    """The line is as it was, and who is without music is given it."""
    play = Play()
    play.citizen_discloses(1)
    first, second = play.caller_waits(1), play.caller_waits()
    trouble(play)
    play.tell(snapshot({first: CALLER_SEEN, second: CALLER_SEEN}, {WAITING_ROOM: [second]}))
    assert play.asked_for(HoldInQueue) == [HoldInQueue(NEAR, first, ChannelId(first), WAITING_ROOM)]
    assert play.call(first).sealed == SEALED
    assert play.desk.order.callers[NEAR][0][1] == first
    play.agent_comes(ELS)
    assert play.stage(first) is Stage.RINGING


@TROUBLES
@pytest.mark.parametrize("ringing", [True, False])
def test_a_phone_that_still_rings_rings_on(trouble: Trouble, ringing: bool) -> None:
    """A leg that was made and not dialled is dialled now; the ring time begins again."""
    play = Play()
    call = play.rings()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen(up=False, ringing=ringing)}, _waiting(call)))
    assert [dial.channel for dial in play.asked_for(DialLeg)] == ([] if ringing else [leg])
    assert play.stage(call) is Stage.RINGING
    play.later(PLAN.times.ring)
    assert play.agent(ELS).reason == "no-answer"


@TROUBLES
def test_a_phone_that_was_answered_meanwhile_is_connected(trouble: Trouble) -> None:
    """The answer was said to nobody, and is seen in the snapshot."""
    play = Play()
    call = play.rings()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, _waiting(call)))
    assert (play.stage(call), len(play.asked_for(Connect)), play.sees(ELS)) == (Stage.CONNECTING, 1, None)


@TROUBLES
@pytest.mark.parametrize("stage", ["rings", "connects"])
def test_two_who_met_meanwhile_are_talking(trouble: Trouble, stage: str) -> None:
    """Both are found in the bridge: the card is granted."""
    play = Play()
    call = getattr(play, stage)()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, _in_bridge(call, leg)))
    assert (play.stage(call), play.sees(ELS)) == (Stage.TALKING, SEALED)
    assert play.later(60) == []


@TROUBLES
@pytest.mark.parametrize("stage", ["rings", "connects"])
def test_a_leg_that_is_not_there_is_no_fault_of_its_agent(trouble: Trouble, stage: str) -> None:
    """It was never made, or ended while nobody listened: she stays available, and is asked again."""
    play = Play()
    call = getattr(play, stage)()
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN}, _waiting(call)))
    assert play.agent(ELS).availability is Availability.AVAILABLE
    assert [leg.channel for leg in play.asked_for(CreateLeg)] == [leg_channel(call, 2)]


@TROUBLES
def test_an_answered_leg_that_is_down_sends_the_caller_back_and_not_away(trouble: Trouble) -> None:
    """Whatever became of the answer, the caller is not hung up for it."""
    play = Play()
    call = play.connects()
    leg = play.leg(call)
    trouble(play)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen(up=False)}, _waiting(call)))
    assert play.stage(call) is Stage.WAITING
    assert HangUp(NEAR, call, leg) in play.asked


def test_an_unknown_caller_in_the_waiting_bridge_waits_on_anonymously() -> None:
    """After a crash without saved records, callers are adopted from where they are."""
    play = Play()
    call = CallId("unknown")
    play.tell(snapshot({call: CALLER_SEEN}, {WAITING_ROOM: [call]}))
    assert (play.stage(call), play.call(call).queue, play.call(call).sealed) == (Stage.WAITING, GENERAL, None)
    assert play.asked == [PrepareNode(NEAR, WAITING_ROOM, music=True)]


def test_an_unknown_callers_old_leg_is_hung_up_and_its_name_not_used_again() -> None:
    """A new leg of the same name would meet the old one."""
    play = Play()
    play.agent_comes(BO)
    call = CallId("unknown")
    old = leg_channel(call, 3)
    play.tell(snapshot({call: CALLER_SEEN, old: leg_seen(up=False, ringing=True)}, _waiting(call)))
    assert [h.channel for h in play.asked_for(HangUp)] == [old]
    assert [(leg.endpoint, leg.channel) for leg in play.asked_for(CreateLeg)] == [
        (phone_of(BO), leg_channel(call, 4))
    ]


def test_an_unknown_caller_who_is_nowhere_is_welcomed() -> None:
    """She hears the prompt from its beginning."""
    play = Play()
    play.tell(snapshot({"unknown": CALLER_SEEN}))
    assert (play.prompts, play.stage(CallId("unknown"))) == ([Prompt.WELCOME], Stage.WELCOME)


def test_a_bridge_that_is_left_over_from_before_goes_with_its_caller() -> None:
    """An adopted caller's old talk bridge is removed when she hangs up."""
    play = Play()
    call = CallId("unknown")
    play.tell(snapshot({call: CALLER_SEEN}, {talk_bridge(call): [call]}))
    assert play.asked_for(RemoveBridge) == []
    play.hangs_up(call)
    assert play.asked == [RemoveBridge(NEAR, call, talk_bridge(call))]


def test_two_unknown_who_talk_talk_on_and_nobody_sees() -> None:
    """Whose phone it is, is not known, so nobody is its owner; the agent can still hang up on her screen."""
    play = Play()
    call = CallId("unknown")
    leg = leg_channel(call, 2)
    play.agent_comes(ELS)
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, _in_bridge(call, leg)))
    assert (play.stage(call), play.asked_for(HangUp), play.leader.granted) == (Stage.TALKING, [], [])
    play.hangs_up(leg)
    assert play.desk.calls == {}


def test_strays_are_closed_and_foreign_channels_left_alone() -> None:
    """Legs and talk bridges of calls that nobody knows are taken down; what is not ours is not touched."""
    play = Play()
    stray = leg_channel(CallId("over"), 1)
    bridges: dict[str, list[str]] = {talk_bridge(CallId("over")): [stray], WAITING_ROOM: []}
    play.tell(snapshot({stray: leg_seen(), "foreign": leg_seen(BO)}, bridges))
    assert play.asked == [
        PrepareNode(NEAR, WAITING_ROOM),
        HangUp(NEAR, None, stray),
        RemoveBridge(NEAR, None, talk_bridge(CallId("over"))),
    ]


def test_a_snapshot_tells_which_phones_are_free() -> None:
    """A phone that is registered and silent rings; one with a foreign call does not."""
    play = Play(())
    play.claims(ELS, seat_of(ELS))
    play.claims(BO, seat_of(BO))
    play.tell(snapshot({"one": CALLER_SEEN, "foreign": leg_seen(ELS)}, {WAITING_ROOM: ["one"]}))
    assert [leg.endpoint for leg in play.asked_for(CreateLeg)] == [phone_of(BO)]


def test_a_node_that_is_lost_has_no_phones() -> None:
    """Nobody is rung where nobody would hear the answer."""
    play = Play()
    play.agent_comes(ELS)
    play.tell(NodeLost(NEAR))
    assert play.desk.order.agents == {}


def test_an_asterisk_that_was_restarted_has_nothing_left() -> None:
    """Its calls are closed and their identities burned; the agents are free."""
    play = Play()
    play.talks()
    play.tell(NodeLost(NEAR))
    play.tell(snapshot({}))
    assert (play.desk.calls, play.store.vault) == ({}, set())
    assert play.agent(ELS).availability is Availability.AVAILABLE
    assert play.stage(play.caller_waits()) is Stage.RINGING


def test_a_repeated_snapshot_of_a_quiet_talk_changes_nothing() -> None:
    """No command, no withdrawal, no new number."""
    play = Play()
    call = play.talks()
    seen = snapshot({call: CALLER_SEEN, play.leg(call): leg_seen()}, _in_bridge(call, play.leg(call)))
    granted = play.call(call).granted
    for _ in range(2):
        assert play.tell(seen) == [PrepareNode(NEAR, WAITING_ROOM)]
        assert (play.urgent, play.call(call).granted) == ([], granted)


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
    play.tell(snapshot({call: CALLER_SEEN, leg: leg_seen()}, _in_bridge(call, leg)))
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


def test_burns_come_with_what_is_told_and_not_with_the_save() -> None:
    """What only takes away never waits for the store."""
    play = Play()
    play.talks()
    decision = play.leader.tell(NodeLost(NEAR))
    assert [type(urgent) for urgent in decision.urgent] == [Withdraw]
    assert (play.grants.held(), Burn(SEALED) in decision.urgent) == ([], False)
