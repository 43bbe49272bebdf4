"""What a CRM's page is told by way of the seat's own browser: the same call as the webhook (`web.crm.CrmDesk`)."""

from __future__ import annotations

from irmacall.core.ids import SeatId
from irmacall.service.crm import Reference, told_of
from irmacall.service.leadership import Leadership
from irmacall.web.crm import CrmCall


class Framed:
    """Answers for every seat, by the desk as it is now."""

    def __init__(self, leadership: Leadership, reference: Reference) -> None:
        self._leadership = leadership
        self._reference = reference

    def call_at(self, seat: SeatId) -> CrmCall | None:
        """See `CrmDesk.call_at`."""
        desk = self._leadership.term().desk
        agent = desk.agent_at(seat)
        found = None if agent is None else told_of(desk, agent)
        return None if found is None else CrmCall(found[1], self._reference(found[0]))
