"""Plays of a node that falls silent: what it said last shows nobody anything, and what it says next counts."""

from __future__ import annotations

from irmacall.core.agent import Availability
from irmacall.core.call import Stage
from irmacall.core.commands import (
    Burn,
    CreateLeg,
    PrepareNode,
    Withdraw,
)
from irmacall.core.events import NodeLost, PhoneRegistered
from irmacall.core.ids import SealedId
from tests.core.leader import FAR, NEAR
from tests.core.plays import (
    BO,
    CALLER_SEEN,
    ELS,
    WAITING_ROOM,
    Play,
    bridges_talking,
    leg_seen,
    phone_of,
    seat_of,
    snapshot,
)

SEALED = SealedId("sealed1")


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


def test_a_lost_node_leaves_the_other_nodes_cards() -> None:
    """Each node speaks for itself."""
    play = Play((NEAR, FAR))
    play.talks()
    play.tell(NodeLost(FAR))
    assert play.sees(ELS) == SEALED


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
    assert play.desk.order.pools == {}


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
    seen = snapshot({call: CALLER_SEEN, play.leg(call): leg_seen()}, bridges_talking(call, play.leg(call)))
    granted = play.call(call).granted
    for _ in range(2):
        assert play.tell(seen) == [PrepareNode(NEAR, WAITING_ROOM)]
        assert (play.urgent, play.call(call).granted) == ([], granted)


def test_burns_come_with_what_is_told_and_not_with_the_save() -> None:
    """What only takes away never waits for the store."""
    play = Play()
    play.talks()
    decision = play.leader.tell(NodeLost(NEAR))
    assert [type(urgent) for urgent in decision.urgent] == [Withdraw]
    assert (play.grants.held(), Burn(SEALED) in decision.urgent) == ([], False)
