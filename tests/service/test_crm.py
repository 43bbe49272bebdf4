"""What a CRM is told of a desk's calls: their beginning, their talk and their end, and never who it is."""

from __future__ import annotations

from irmacall.core.ids import CallId
from irmacall.crm.webhook import CrmEvent
from irmacall.service.crm import Crm, Reference
from tests.core.plays import ELS
from tests.service.house import House, named

REFERENCE = Reference(bytes(range(32)))


class Listener:
    """Remembers what it was told."""

    def __init__(self) -> None:
        self.told: list[CrmEvent] = []

    def tell(self, event: CrmEvent) -> None:
        self.told.append(event)


async def test_a_call_is_told_from_its_ring_to_its_end() -> None:
    """Each step once, of the agent at whose screen it is, by one reference that is not the call's own name."""
    listener = Listener()
    async with House(crm=Crm(listener, REFERENCE, lambda: 5.0)).leads() as house:
        call, _ = await house.talks()
        await house.hangs_up(call)
        await house.eventually(lambda: len(listener.told) > 2)
    assert [(each.event, each.agent) for each in listener.told] == [
        ("ringing", ELS),
        ("talking", ELS),
        ("ended", ELS),
    ]
    assert {each.call for each in listener.told} == {REFERENCE(call)}
    assert len({each.id for each in listener.told}) == 3
    told = repr(listener.told)
    assert call not in told
    assert not any(value in told for value in named(1).values() if len(value) > 3)


def test_a_reference_is_of_this_site_alone() -> None:
    """The same call is always the same, and another site's key makes another of it."""
    call = CallId("node1-1700000000.12")
    assert REFERENCE(call) == REFERENCE(call) != Reference(bytes(32))(call)
    assert len(REFERENCE(call)) == 32
    assert REFERENCE(call) != REFERENCE(CallId("node1-1700000000.13"))
