"""Who watches is told that something changed: at most one nudge of a kind, and never anything late."""

from __future__ import annotations

import asyncio

import pytest

from irmacall.core.ids import CallId, GrantNumber, PageId, SeatId
from irmacall.service.screens import PANEL, Mailbox, Screens, Streams
from irmacall.web.ports import Nudge
from tests.service.house import within

CALL, OTHER = CallId("near-1"), CallId("near-2")
SEAT = SeatId("seat-els")


def _card(number: int, call: CallId = CALL) -> Nudge:
    return Nudge("card", call, GrantNumber(number))


def _blank(number: int, call: CallId = CALL) -> Nudge:
    return Nudge("blank", call, GrantNumber(number))


async def _waiting(box: Mailbox) -> list[Nudge]:
    """All that is told before the stream would wait."""
    told = []
    while box._waiting:
        told.append(await within(anext(box)))
    return told


@pytest.mark.parametrize(
    ("put", "told"),
    [
        ([PANEL] * 1000, [PANEL]),
        ([_card(1), _blank(1)], [_blank(1)]),
        ([_blank(1), _card(2)], [_blank(1), _card(2)]),
        ([_card(1), _blank(1), _card(2)], [_blank(1), _card(2)]),
        ([_card(1), PANEL, _blank(1), PANEL], [_blank(1), PANEL]),
        ([_card(1), _card(2)], [_card(2)]),
        ([_blank(1), _card(2), _blank(2)], [_blank(2)]),
        ([PANEL, _card(1), PANEL], [_card(1), PANEL]),
    ],
)
async def test_a_mailbox_holds_the_newest_of_each_kind(put: list[Nudge], told: list[Nudge]) -> None:
    """A slow browser costs a constant; a card that was blanked before it was told is never told."""
    box = Mailbox()
    for nudge in put:
        box.put(nudge)
    assert await _waiting(box) == told


async def test_a_stream_waits_for_the_next_nudge() -> None:
    """Nothing is polled: what is put wakes who waits."""
    box = Mailbox()
    asked = asyncio.ensure_future(anext(box))
    await asyncio.sleep(0)
    assert not asked.done()
    box.put(PANEL)
    assert await within(asked) == PANEL


async def test_a_closed_mailbox_ends_and_tells_nothing_any_more() -> None:
    """What waited was true when we still led: a browser that reads it now would paint the past."""
    box = Mailbox()
    box.put(_card(1))
    box.close()
    box.put(PANEL)
    assert [nudge async for nudge in box] == []


async def test_a_stream_that_is_closed_while_it_is_read_ends() -> None:
    """Between two nudges, too."""
    box = Mailbox()
    box.put(PANEL)
    box.put(_card(1))
    told = []
    async for nudge in box:
        told.append(nudge)
        box.close()
    assert told == [PANEL]


async def test_every_tab_of_a_seat_is_told_and_no_other_seat() -> None:
    """Two tabs, one seat."""
    screens = Screens()
    with (
        screens.seats.mailbox(SEAT) as one,
        screens.seats.mailbox(SEAT) as two,
        screens.seats.mailbox(SeatId("seat-bo")) as other,
    ):
        screens.seats.nudge(SEAT, _card(1))
        assert [await _waiting(box) for box in (one, two, other)] == [[_card(1)], [_card(1)], []]
        screens.seats.nudge_all(PANEL)
        assert [await _waiting(box) for box in (one, two, other)] == [[PANEL]] * 3


async def test_a_watcher_who_left_is_forgotten() -> None:
    """Streams come and go all day: nothing of them stays, also when one ends with an error."""
    streams: Streams[SeatId] = Streams()
    with pytest.raises(ConnectionResetError), streams.mailbox(SEAT), streams.mailbox(SEAT):
        raise ConnectionResetError
    assert streams._open == {}
    streams.nudge(SEAT, PANEL)
    assert streams._open == {}


async def test_closing_ends_every_stream_that_is_open_and_none_that_comes_later() -> None:
    """The next term's streams are its own."""
    screens = Screens()
    with screens.seats.mailbox(SEAT) as early:
        screens.seats.close()
        with screens.seats.mailbox(SEAT) as late:
            screens.seats.nudge(SEAT, PANEL)
            assert [nudge async for nudge in early] == []
            assert await _waiting(late) == [PANEL]


async def test_a_citizens_page_is_told_only_that_it_should_look() -> None:
    """No kind, no call, no number."""
    screens = Screens()
    page = PageId("page1")
    before = PageId("page0")
    with screens.page_changes([before, page]) as looks:
        for each in (page, before):
            screens.pages.nudge(each, PANEL)
            asked: object = await within(anext(looks))
            assert asked is None
    assert not screens.pages.names()


async def test_nothing_is_told_to_streams_that_were_closed() -> None:
    """Those that open later are told of what comes later."""
    streams = Streams[SeatId]()
    with streams.mailbox(SEAT):
        streams.close()
        streams.nudge_all(PANEL)
    with streams.mailbox(SEAT) as anew:
        assert await _waiting(anew) == []
        streams.nudge_all(PANEL)
        assert await _waiting(anew) == [PANEL]
