"""The desk as who leads a team sees it (`web.management.ports.ManagementDesk`)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from irmacall.core.ids import UserId
from irmacall.core.state import Desk
from irmacall.service.audit import AuditWriter
from irmacall.service.directory import Directory
from irmacall.service.emergency import Emergencies
from irmacall.service.in_force import InForce
from irmacall.service.leadership import Leadership
from irmacall.service.management.acts import Acts, EndSessions
from irmacall.service.management.board import Board
from irmacall.service.management.reports import Reports
from irmacall.service.management.samples import Samples
from irmacall.service.management.today import FactsReader, Today
from irmacall.web.management.ports import (
    AgentLine,
    BoardView,
    EmergencyChoices,
    EmergencyLine,
    EmergencyWish,
    Place,
    Refusal,
    ReportView,
    ReportWish,
)


class Management:
    """Answers for every screen of management."""

    def __init__(
        self,
        leadership: Leadership,
        in_force: InForce,
        directory: Directory,
        facts: FactsReader,
        emergencies: Emergencies,
        audit: AuditWriter,
        end_sessions: EndSessions,
    ) -> None:
        def desk() -> Desk:
            return leadership.term().desk

        self._samples, self._today = Samples(desk), Today(facts, desk)
        self._board = Board(leadership, in_force, directory, self._today, self._samples)
        self._acts = Acts(leadership, in_force, directory, emergencies, audit, end_sessions)
        self._reports = Reports(facts, in_force)

    async def run(self) -> None:
        """Look at the queues now and then, until cancelled."""
        try:
            await self._samples.run()
        finally:
            await self._today.close()

    async def board(self) -> BoardView:
        """See `ManagementDesk.board`."""
        return await self._board.view()

    async def agent(self, user: UserId) -> AgentLine | None:
        """See `ManagementDesk.agent`."""
        return await self._board.agent(user)

    async def pause(self, user: UserId, reason: str, by: UserId) -> Refusal | None:
        """See `ManagementDesk.pause`."""
        return await self._acts.pause(user, reason, by)

    async def log_out(self, user: UserId, by: UserId) -> Refusal | None:
        """See `ManagementDesk.log_out`."""
        return await self._acts.log_out(user, by)

    def emergency_choices(self) -> EmergencyChoices:
        """See `ManagementDesk.emergency_choices`."""
        return self._acts.emergency_choices()

    def emergency(self) -> EmergencyLine | None:
        """See `ManagementDesk.emergency`."""
        return self._board.emergency()

    async def throw_emergency(self, wish: EmergencyWish, by: UserId, name: str) -> None:
        """See `ManagementDesk.throw_emergency`."""
        await self._acts.throw_emergency(wish, by, name)

    async def end_emergency(self, by: UserId, name: str) -> bool:
        """See `ManagementDesk.end_emergency`."""
        return await self._acts.end_emergency(by, name)

    def today(self) -> date:
        """See `ManagementDesk.today`."""
        return self._reports.today()

    def queues(self) -> Sequence[Place]:
        """See `ManagementDesk.queues`."""
        return self._reports.queues()

    async def report(self, wish: ReportWish) -> ReportView:
        """See `ManagementDesk.report`."""
        return await self._reports.report(wish)
