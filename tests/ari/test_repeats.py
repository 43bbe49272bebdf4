"""What Asterisk tells again is told once; what is new about a channel or a phone is always told."""

from __future__ import annotations

import pytest

from irmacall.ari.repeats import REMEMBERED, Repeats
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
    "began", [CallerArrived(NODE, LEG), LegEntered(NODE, LEG), PhoneCalled(NODE, PHONE, LEG)], ids=str
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
