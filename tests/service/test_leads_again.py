"""A term that fails is followed by another."""

from __future__ import annotations

from irmacall.errors import LeaseLost
from tests.service.house import House


async def test_a_leader_whose_term_failed_leads_again(house: House) -> None:
    """Time after time, each under a higher fence: a failed term is no request to stop."""
    for _ in range(3):
        fence = house.term.lease.fence
        house.node.fail(LeaseLost("another daemon has our application"))
        assert (await house.confirmed(fence)).lease.fence > fence
