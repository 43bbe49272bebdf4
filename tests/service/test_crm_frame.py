"""What a CRM's page is told at a seat: the call that the webhook tells of, at that seat and no other."""

from __future__ import annotations

import pytest

from irmacall.core.ids import SeatId
from irmacall.errors import PeerUnavailable
from irmacall.service.crm import Crm, Reference
from irmacall.service.crm_frame import Framed
from irmacall.web.crm import CrmCall
from tests.core.plays import ELS, seat_of
from tests.service.house import House
from tests.service.test_crm import Listener

REFERENCE = Reference(bytes(range(32)))


async def test_a_seat_is_told_what_the_webhook_tells() -> None:
    """Its ring, its talk and no more once it is over, by one reference; another seat is told nothing of it."""
    listener = Listener()
    async with House(crm=Crm(listener, REFERENCE)).leads() as house:
        framed, seat = Framed(house.leadership, REFERENCE), seat_of(ELS)
        assert framed.call_at(seat) is None
        call = await house.rings()
        assert framed.call_at(seat) == CrmCall("ringing", REFERENCE(call))
        assert framed.call_at(SeatId("another")) is None
        await house.hangs_up(call)
        await house.eventually(lambda: framed.call_at(seat) is None)
        await house.eventually(lambda: len(listener.told) > 1)
        assert {each.call for each in listener.told} == {REFERENCE(call)}


async def test_who_talks_is_told_so() -> None:
    """From the moment that both are in the bridge."""
    async with House().leads() as house:
        call, _ = await house.talks()
        assert Framed(house.leadership, REFERENCE).call_at(seat_of(ELS)) == CrmCall("talking", REFERENCE(call))


async def test_a_daemon_that_does_not_lead_tells_nothing() -> None:
    """What it knows may be old: it raises, and the frame says that there is no connection."""
    with pytest.raises(PeerUnavailable):
        Framed(House().leadership, REFERENCE).call_at(seat_of(ELS))
