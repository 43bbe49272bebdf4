"""Who is stranded when no daemon leads, and who is left alone."""

from __future__ import annotations

import pytest

from irmacall.ami.stranded import LiveChannel, Stranded, find_stranded

WAIT = "irmacall.dorp.wait"


def caller(name: str, bridge: str = "", up: bool = True) -> LiveChannel:
    return LiveChannel(name, up, "caller", bridge)


def leg(name: str, bridge: str = "", up: bool = True) -> LiveChannel:
    return LiveChannel(name, up, "leg", bridge)


def test_those_who_wait_are_stranded() -> None:
    """In the waiting bridge or in none: every caller in Stasis is."""
    seen = [caller("a", WAIT), caller("b", WAIT), caller("c")]
    assert find_stranded(seen) == Stranded(("a", "b", "c"), ())


def test_those_who_talk_are_left_alone() -> None:
    """Two channels that are up in a talk bridge talk."""
    assert find_stranded([caller("a", "a.talk"), leg("b", "a.talk")]) == Stranded((), ())


def test_a_phone_that_still_rings_is_no_talk() -> None:
    """A leg that is not answered does not keep its caller, and is hung up itself."""
    assert find_stranded([caller("a", "a.talk"), leg("b", "a.talk", up=False)]) == Stranded(("a",), ("b",))


def test_whoever_is_left_over_in_a_talk_bridge() -> None:
    """Alone in a talk bridge nobody talks: the caller is redirected, the leg hung up."""
    assert find_stranded([caller("a", "a.talk"), leg("c", "b.talk")]) == Stranded(("a",), ("c",))


def test_channels_of_others_are_none_of_ours() -> None:
    """Only callers and legs in a Stasis of ours are touched."""
    others = [LiveChannel("x", True, None, ""), LiveChannel("y", True, None, WAIT)]
    assert find_stranded(others) == Stranded((), ())


@pytest.mark.parametrize(
    ("application", "data", "role"),
    [
        ("Stasis", "irmacall-dorp,caller,dorp", "caller"),
        ("Stasis", "irmacall-dorp,leg,north-1.0", "leg"),
        ("Stasis", "irmacall-dorp", None),
        ("Stasis", "other,caller,dorp", None),
        ("Queue", "irmacall-dorp,caller,dorp", None),
        ("", "", None),
    ],
)
def test_the_role_of_a_channel(application: str, data: str, role: str | None) -> None:
    """What a channel is to us stands in the arguments of the application that it is in."""
    event = {"channel": "x", "channelstatedesc": "Up", "application": application, "applicationdata": data}
    assert LiveChannel.read(event) == LiveChannel("x", True, role, "")


def test_an_event_without_anything() -> None:
    """An event that lacks everything is nobody of ours."""
    assert LiveChannel.read({}) == LiveChannel("", False, None, "")
