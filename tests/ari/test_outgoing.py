"""Who may be called, on which line; and that nobody else ever learns the number."""

from __future__ import annotations

import pytest

from irmacall.ari.client import Node
from irmacall.ari.outgoing import NOWHERE, CannotCall, Outgoing, OutgoingLine
from irmacall.core.commands import CallOut
from irmacall.core.ids import CallId, ChannelId, NumberId, callout_channel
from irmacall.errors import PeerError
from irmacall.settings.nodes import DUTCH
from tests.ari.conftest import settings
from tests.ari.fake import FakeAsterisk

LINES = (OutgoingLine("mobile", ("+316",)), OutgoingLine("provider", DUTCH))
KEPT = {
    "mobile": "0612345678",
    "fixed": "020 123 4567",
    "premium": "0900-1234",
    "paid": "+31900123456",
    "abroad": "+442079460000",
    "emergency": "112",
    "words": "0612345678@elsewhere.example",
}


def number_of(number: NumberId) -> str | None:
    """What is kept."""
    return KEPT.get(number)


OUTGOING = Outgoing(LINES, number_of)


@pytest.mark.parametrize(
    ("kept", "endpoint"),
    [("mobile", "PJSIP/+31612345678@mobile-out"), ("fixed", "PJSIP/+31201234567@provider-out")],
)
def test_the_first_line_that_may(kept: str, endpoint: str) -> None:
    """The number goes out in E.164 on the first line that may call it."""
    assert OUTGOING.endpoint(NumberId(kept)) == endpoint


@pytest.mark.parametrize("kept", ["premium", "paid", "abroad", "emergency", "words", "forgotten"])
def test_what_is_not_called(kept: str) -> None:
    """What costs more, is elsewhere, is no number or is not kept is refused, and the refusal names no number."""
    with pytest.raises(CannotCall) as refused:
        OUTGOING.endpoint(NumberId(kept))
    assert not any(letter.isdigit() for letter in str(refused.value))


def test_a_number_is_judged_before_it_is_promised() -> None:
    """Whoever notes a number can ask first whether it will be called."""
    assert OUTGOING.endpoint_of("06 12345678") == "PJSIP/+31612345678@mobile-out"
    with pytest.raises(CannotCall):
        OUTGOING.endpoint_of("0900-1234")
    with pytest.raises(CannotCall):
        NOWHERE.endpoint_of("0612345678")


@pytest.mark.parametrize(
    ("shown", "number"),
    [("0612345678", "+31612345678"), ("31612345678", "+31612345678"), ("anonymous", None), ("", None), ("112", None)],
)
async def test_the_number_that_she_calls_with(fake: FakeAsterisk, shown: str, number: str | None) -> None:
    """A caller's own number is told in E.164, or not at all where her telephone withholds it."""
    url = f"http://{fake.address[0]}:{fake.address[1]}"
    channel = await fake.arrive()
    fake.world.channels[channel].number = shown
    async with Node(settings(fake, url)) as node:
        assert await node.caller_number(channel) == number
        with pytest.raises(PeerError):
            await node.caller_number(ChannelId("nobody"))


async def test_a_refused_number_reaches_no_asterisk(fake: FakeAsterisk) -> None:
    """Nothing is asked of Asterisk for a number that may not be called, nor by a desk without lines."""
    call = CallId("n-1.0")
    command = CallOut(settings(fake, "").name, call, callout_channel(call, 1), NumberId("abroad"))
    url = f"http://{fake.address[0]}:{fake.address[1]}"
    for outgoing in (OUTGOING, NOWHERE):
        async with Node(settings(fake, url), outgoing=outgoing) as node:
            with pytest.raises(CannotCall):
                await node.perform(command)
    assert fake.seen == []
