"""Who is stranded when no daemon leads, and who is left alone."""

from __future__ import annotations

import pytest

from irmacall.ami.stranded import LiveChannel, Stranded, find_stranded
from irmacall.core.ids import DeskId

WAIT = "irmacall.dorp.wait"
DORP, STAD = DeskId("dorp"), DeskId("stad")


def caller(name: str, bridge: str = "", up: bool = True, desk: DeskId = DORP) -> LiveChannel:
    return LiveChannel(name, up, "caller", bridge, desk)


def leg(name: str, bridge: str = "", up: bool = True, desk: DeskId = DORP) -> LiveChannel:
    return LiveChannel(name, up, "leg", bridge, desk)


def stranded(*channels: LiveChannel) -> tuple[list[str], list[str]]:
    """The callers and legs that are stranded where dorp has no leader."""
    found = find_stranded(channels, {DORP})
    assert {desk for _, desk in found.callers + found.legs} <= {DORP}
    return [name for name, _ in found.callers], [name for name, _ in found.legs]


def test_those_who_wait_are_stranded() -> None:
    """In the waiting bridge or in none: every caller in Stasis is."""
    assert stranded(caller("a", WAIT), caller("b", WAIT), caller("c")) == (["a", "b", "c"], [])


def test_those_who_talk_are_left_alone() -> None:
    """Two channels that are up in a talk bridge talk."""
    assert stranded(caller("a", "a.talk"), leg("b", "a.talk")) == ([], [])


def test_a_phone_that_still_rings_is_no_talk() -> None:
    """A leg that is not answered does not keep its caller, and is hung up itself."""
    assert stranded(caller("a", "a.talk"), leg("b", "a.talk", up=False)) == (["a"], ["b"])


def test_whoever_is_left_over_in_a_talk_bridge() -> None:
    """Alone in a talk bridge nobody talks: the caller is redirected, the leg hung up."""
    assert stranded(caller("a", "a.talk"), leg("c", "b.talk")) == (["a"], ["c"])


def test_a_consultation_ends_without_a_leader() -> None:
    """Who asks in a second call of her phone, and whom she asks, are let go; she has the caller still."""
    talk, consult = (caller("a", "a.talk"), leg("b", "a.talk")), (leg("line", "a.consult"), leg("c", "a.consult"))
    assert stranded(*talk, *consult) == ([], ["line", "c"])
    assert stranded(caller("a", WAIT), leg("b", "a.talk"), leg("c", "a.talk")) == (["a"], [])


def test_another_desk_that_has_a_leader() -> None:
    """Who waits for a desk that is led is left alone, and so are its phones; two in a talk bridge talk, whosever."""
    others = [caller("x", "irmacall.stad.wait", desk=STAD), leg("y", "x.talk", up=False, desk=STAD)]
    assert stranded(caller("a", WAIT), *others) == (["a"], [])
    assert find_stranded([caller("a", WAIT), *others], {DORP, STAD}) == Stranded(
        (("a", DORP), ("x", STAD)), (("y", STAD),)
    )
    assert stranded(caller("a", "a.talk"), leg("b", "a.talk", desk=STAD)) == ([], [])


def test_channels_of_others_are_none_of_ours() -> None:
    """Only callers and legs in a Stasis of ours are touched."""
    assert stranded(LiveChannel("x", True, None, "", None), LiveChannel("y", True, None, WAIT, None)) == ([], [])


@pytest.mark.parametrize(
    ("application", "data", "role", "desk"),
    [
        ("Stasis", "irmacall-dorp,caller,dorp", "caller", "dorp"),
        ("Stasis", "irmacall-dorp-noord,caller,dorp-noord", "caller", "dorp-noord"),
        ("Stasis", "irmacall-dorp,leg,north-1.0", "leg", "dorp"),
        ("Stasis", "irmacall-dorp,callout,north-1.0", "leg", "dorp"),
        ("Stasis", "irmacall-dorp,line,2101", "leg", "dorp"),
        ("Stasis", "irmacall-dorp", None, None),
        ("Stasis", "irmacall-,caller,dorp", None, None),
        ("Stasis", "other,caller,dorp", None, None),
        ("Queue", "irmacall-dorp,caller,dorp", None, None),
        ("", "", None, None),
    ],
)
def test_the_role_of_a_channel(application: str, data: str, role: str | None, desk: DeskId | None) -> None:
    """What a channel is to us, and to which desk, stands in the arguments of the application that it is in."""
    event = {"channel": "x", "channelstatedesc": "Up", "application": application, "applicationdata": data}
    assert LiveChannel.read(event) == LiveChannel("x", True, role, "", desk)


def test_an_event_without_anything() -> None:
    """An event that lacks everything is nobody of ours."""
    assert LiveChannel.read({}) == LiveChannel("", False, None, "", None)
