"""The wallboard: the desk as it is now, today's figures, and how many waited in the last hours."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from irmacall.core import wallboard
from irmacall.core.figures import NOTHING
from irmacall.core.ids import QueueId, UserId
from irmacall.core.routes import ToMessage, ToQueue
from irmacall.core.state import Desk, Emergency
from irmacall.core.views import CallbackView, QueueView
from irmacall.core.wallboard import AgentView
from irmacall.service.directory import Directory
from irmacall.service.in_force import InForce
from irmacall.service.leadership import Leadership
from irmacall.service.management.samples import Samples
from irmacall.service.management.today import Counted, Today
from irmacall.web.management.ports import (
    AgentLine,
    Aim,
    BoardView,
    CallbackLine,
    EmergencyLine,
    NodeLine,
    Quarter,
    QueueLine,
)


class Board:
    """Draws it up whenever it is asked for. Raises PeerUnavailable on a standby."""

    def __init__(
        self,
        leadership: Leadership,
        in_force: InForce,
        directory: Directory,
        today: Today,
        samples: Samples,
        *,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._leadership = leadership
        self._in_force = in_force
        self._directory = directory
        self._today = today
        self._samples = samples
        self._clock = clock

    async def view(self) -> BoardView:
        """See `ManagementDesk.board`."""
        counted = await self._today.counted()
        seated = [agent.user for agent in self._desk().agents.values() if agent.seat is not None]
        paused_by = [agent.paused_by for agent in self._desk().agents.values()]
        names = await self._directory.names([*seated, *paused_by])
        # After the last wait: it must be true now.
        desk, nodes = self._desk(), tuple(self._leadership.term().nodes)
        seen, draw = wallboard.wallboard(desk, nodes), _Draw(self._clock(), self._titles(), names, counted)
        return BoardView(
            at=draw.now,
            queues=[draw.queue(queue, self.aim(desk, queue.queue)) for queue in seen.queues],
            agents=sorted((draw.agent(agent) for agent in seen.agents), key=lambda each: (each.name, each.user)),
            callbacks=[draw.callback(each) for each in seen.callbacks],
            nodes=[NodeLine(each.node, each.there, each.strained) for each in seen.nodes],
            emergency=self.emergency(),
            today=None if counted is None else counted.all,
            counted_at=None if counted is None else counted.at,
            waiting=self._samples.seen(),
            watched_since=self._samples.since,
            quarters=[] if counted is None else _quarters(counted),
        )

    async def agent(self, user: UserId) -> AgentLine | None:
        """See `ManagementDesk.agent`."""
        agent = self._desk().agents.get(user)
        names = await self._directory.names([user, None if agent is None else agent.paused_by])
        seen = wallboard.agent_view(self._desk(), user)
        return None if seen is None else _Draw(self._clock(), self._titles(), names, None).agent(seen)

    def emergency(self) -> EmergencyLine | None:
        """See `ManagementDesk.emergency`."""
        stands = self._desk().emergency
        return None if stands is None else self._emergency(stands)

    def _emergency(self, stands: Emergency) -> EmergencyLine:
        match stands.to:
            case ToQueue():
                return EmergencyLine(self._titles().get(stands.to.queue, stands.to.queue), True, stands.until)
            case ToMessage():
                return EmergencyLine(stands.to.sound, False, stands.until)
        return EmergencyLine(str(stands.to), False, stands.until)

    def aim(self, desk: Desk, queue: QueueId) -> Aim:
        """What this queue aims at."""
        rules = desk.plan.rules(queue).service_level
        return Aim(rules.share, rules.seconds)

    def _desk(self) -> Desk:
        return self._leadership.term().desk

    def _titles(self) -> Mapping[QueueId, str]:
        return self._in_force.now.titles.queues


@dataclass(frozen=True, slots=True)
class _Draw:
    """The desk's views in the words of the screen, at one moment."""

    now: float
    titles: Mapping[QueueId, str]
    names: Mapping[UserId, str]
    counted: Counted | None

    def queue(self, seen: QueueView, aim: Aim) -> QueueLine:
        counted = self.counted
        return QueueLine(
            seen.queue,
            self._title(seen.queue),
            seen.waiting,
            None if seen.since is None else self._since(seen.since),
            seen.agents,
            seen.free,
            aim,
            None if counted is None else counted.queues.get(seen.queue, NOTHING),
        )

    def agent(self, seen: AgentView) -> AgentLine:
        tally = None if self.counted is None else self.counted.agents.get(seen.user)
        return AgentLine(
            user=seen.user,
            name=self.names.get(seen.user, seen.user),
            doing=seen.doing,
            seconds=None if seen.since is None else self._since(seen.since),
            left=None if seen.until is None else max(0.0, seen.until - self.now),
            reason=seen.reason,
            queue="" if seen.queue is None else self._title(seen.queue),
            serves=seen.serves,
            paused_by=None if seen.paused_by is None else self.names.get(seen.paused_by, seen.paused_by),
            pausing=seen.pausing,
            answered=None if self.counted is None else (0 if tally is None else tally.answered),
            average_talk=tally.talked / tally.answered if tally is not None and tally.answered else None,
            glass=seen.glass,
        )

    def callback(self, seen: CallbackView) -> CallbackLine:
        return CallbackLine(
            self._title(seen.queue),
            self._since(seen.asked_at),
            max(0.0, seen.due_at - self.now),
            max(0.0, seen.until - self.now),
            seen.tries,
            seen.under_way,
        )

    def _since(self, at: float) -> float:
        return max(0.0, self.now - at)

    def _title(self, queue: QueueId) -> str:
        return self.titles.get(queue, queue)


def _quarters(counted: Counted) -> list[Quarter]:
    return [
        Quarter(at, told.answered, told.abandoned, told.callbacks + told.elsewhere)
        for at, told in sorted(counted.quarters.items())
        if told.offered
    ]
