"""What a citizen's page tells of her call: who may see her data now, and how long she may still have to wait."""

from __future__ import annotations

from irmacall.core.call import Call
from irmacall.core.sight import Sight
from irmacall.core.state import Desk


def seers(desk: Desk, call: Call) -> tuple[Sight, ...]:
    """Who may see the identity that is bound to this call now, her owner first, whether they have looked or not."""
    granted, look = call.granted, desk.looks.get(call.id)
    if granted is None or granted.sealed is None:
        return ()
    shown = {sight.grant: sight for sight in desk.disclosures[granted.sealed].sights}
    since = call.joined_at if call.joined_at is not None else call.arrived_at
    owner = shown.get(granted.number, Sight(granted.user, granted.number, since))
    return (owner,) if look is None else (owner, Sight(look.user, look.grant, look.since, by_glass=True))


def expected_wait(desk: Desk, call: Call, now: float) -> float | None:
    """Seconds, as they are announced on the telephone: None where nobody is there to answer, or nobody knows."""
    position = desk.order.position(call.id)
    if position is None or not desk.staffed(desk.known_queue(call.queue)):
        return None
    return desk.pace[call.queue].expected_wait(position, now)
