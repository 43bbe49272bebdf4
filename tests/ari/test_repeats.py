"""What Asterisk tells again is told once; what is new about a channel or a phone is always told."""

from __future__ import annotations

import pytest

from irmacall.ari.repeats import REMEMBERED, Repeats
from irmacall.ari.wire import Referral
from irmacall.core.code import Digits
from irmacall.core.events import (
    BridgeEntered,
    BridgeLeft,
    CallerArrived,
    ChannelGone,
    HangUpBegan,
    KeysPressed,
    LegAnswered,
    LegEntered,
    NodeEvent,
    PhoneCalled,
    PhoneRegistered,
)
from irmacall.core.ids import BridgeId, ChannelId, Endpoint, NodeName
from irmacall.core.transfer_events import PhoneDialled, PhoneHeld, PhoneReferred

NODE, PHONE = NodeName("north"), Endpoint("agent1")
CALL, LEG = ChannelId("north-1795334094.0"), ChannelId("north-1795334094.0.leg1")
TALK = BridgeId("north-1795334094.0.talk")
ENDS = (HangUpBegan(NODE, LEG), ChannelGone(NODE, LEG, 16), LegAnswered(NODE, LEG))


def told(repeats: Repeats, *events: NodeEvent) -> list[NodeEvent]:
    """What of these is told on."""
    return [event for event in events if repeats.is_new(event)]


@pytest.mark.parametrize("event", ENDS, ids=lambda event: type(event).__name__)
def test_what_happens_to_a_channel_once_is_told_once(event: NodeEvent) -> None:
    """However often; another channel's is another matter."""
    repeats, other = Repeats(), HangUpBegan(NODE, CALL)
    assert told(repeats, event, event, other, event, other) == [event, other]


@pytest.mark.parametrize(
    "began",
    [
        CallerArrived(NODE, LEG),
        LegEntered(NODE, LEG),
        PhoneCalled(NODE, PHONE, LEG),
        PhoneDialled(NODE, LEG, PHONE, "2101"),
    ],
    ids=str,
)
@pytest.mark.parametrize("event", ENDS, ids=lambda event: type(event).__name__)
def test_an_id_that_begins_anew_can_end_anew(event: NodeEvent, began: NodeEvent) -> None:
    """A leg that a new leader makes again has the name of the one before; a caller comes back from the dialplan."""
    assert told(Repeats(), event, event, began, event, event) == [event, began, event]


def test_a_phone_is_told_when_it_comes_or_goes() -> None:
    """Asterisk says that it is online with each call on it."""
    here, gone = PhoneRegistered(NODE, PHONE, online=True), PhoneRegistered(NODE, PHONE, online=False)
    other = PhoneRegistered(NODE, Endpoint("agent2"), online=True)
    assert told(Repeats(), here, here, other, gone, gone, here, other) == [here, other, gone, here]


def test_a_phone_holds_and_no_longer() -> None:
    """Each is told twice; that it holds no longer is news also to who came after it began."""
    on, off = PhoneHeld(NODE, LEG, on=True), PhoneHeld(NODE, LEG, on=False)
    assert told(Repeats(), on, on, off, off, on, on) == [on, off, on]
    assert told(Repeats(), off, off) == [off]
    ended, began = HangUpBegan(NODE, LEG), LegEntered(NODE, LEG)
    assert told(Repeats(), on, ended, began, on) == [on, ended, began, on]


def test_a_phone_asks_again_to_pass_somebody_on() -> None:
    """One asking is told twice, of one instant; the same asked later, as after a refusal, is another."""
    repeats, asked = Repeats(), PhoneReferred(NODE, LEG, extension="2101")
    other = PhoneReferred(NODE, ChannelId("north-7.leg1"), extension="2101")
    heard = [Referral(asked, 1.0), Referral(asked, 1.0), Referral(other, 1.0), Referral(asked, 2.5)]
    assert [repeats.is_first(each) for each in heard] == [True, False, True, True]
    repeats.is_new(ChannelGone(NODE, LEG, 16))
    assert list(repeats._referred) == [other.channel]


def test_what_a_phone_asked_that_hangs_up_is_not_asked_again() -> None:
    """Asterisk tells of an open REFER once more, at another instant, after the hang-up began."""
    repeats, asked = Repeats(), PhoneReferred(NODE, LEG, extension="2101")
    assert repeats.is_first(Referral(asked, 1.0))
    repeats.is_new(HangUpBegan(NODE, LEG))
    assert not repeats.is_first(Referral(asked, 1.012))
    repeats.is_new(LegEntered(NODE, LEG))
    assert repeats.is_first(Referral(asked, 9.0))


@pytest.mark.parametrize(
    "event",
    [
        KeysPressed(NODE, CALL, Digits("1")),
        CallerArrived(NODE, CALL),
        BridgeEntered(NODE, TALK, LEG, frozenset({CALL, LEG})),
        BridgeLeft(NODE, TALK, LEG, frozenset({CALL})),
    ],
    ids=lambda event: type(event).__name__,
)
def test_all_else_is_told_each_time(event: NodeEvent) -> None:
    """A key that is pressed twice is two keys, and who is in a bridge may change and change back."""
    assert told(Repeats(), event, event) == [event, event]


def test_what_is_remembered_does_not_grow() -> None:
    """A channel that went back to the dialplan may end without our hearing of it."""
    repeats = Repeats()
    for number in range(2 * REMEMBERED):
        assert repeats.is_new(HangUpBegan(NODE, ChannelId(f"north-{number}")))
    assert len(repeats._told) == REMEMBERED
    assert not repeats.is_new(HangUpBegan(NODE, ChannelId(f"north-{2 * REMEMBERED - 1}")))
