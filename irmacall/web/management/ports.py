"""What the screens of management need of the rest. Nothing here is of a caller: no name, no number, no code.

Durations are in seconds, moments in seconds since the epoch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, Protocol

from irmacall.core.figures import Figures
from irmacall.core.ids import CallId, QueueId, SoundName, UserId
from irmacall.core.wallboard import Doing

# -- the wallboard -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Aim:
    """`share` of the callers answered within `seconds`."""

    share: float
    seconds: float


@dataclass(frozen=True, slots=True)
class QueueLine:
    """One queue now, and today."""

    queue: QueueId
    title: str
    waiting: int
    longest: float | None
    """How long the first who waits does; None: nobody waits."""
    agents: int
    free: int
    aim: Aim
    today: Figures | None
    """None: they cannot be had now."""


@dataclass(frozen=True, slots=True)
class AgentLine:
    """Somebody who is logged in and holds a seat."""

    user: UserId
    name: str
    doing: Doing
    seconds: float | None
    """How long she does that; None: nobody counts it."""
    left: float | None
    """How much of her wrap-up is left."""
    reason: str | None
    queue: str
    """Of the call that she has; empty where she has none."""
    serves: bool
    paused_by: str | None
    pausing: bool
    """She has a call, and gets none after it."""
    answered: int | None
    """Today, callers and those who were called back; None: it cannot be had now."""
    average_talk: float | None
    glass: CallId | None = None
    """The call in which who is on the line can be seen by breaking the glass; None: nobody is known, or the desk
    forbids it, as it does unless its site says otherwise."""

    @property
    def on_the_line(self) -> bool:
        """Whether a call is on her phone, or rings on it."""
        return self.doing in (Doing.RINGING, Doing.TALKING, Doing.HOLDING, Doing.CONSULTED)


@dataclass(frozen=True, slots=True)
class CallbackLine:
    """Somebody who is to be called back."""

    queue: str
    asked: float
    """How long ago it was asked for."""
    due: float
    """After how long she can be called (again); 0: now."""
    left: float
    """How long she can still be called at all."""
    tries: int
    under_way: bool


@dataclass(frozen=True, slots=True)
class NodeLine:
    """One telephone exchange (an Asterisk node)."""

    name: str
    there: bool
    strained: bool


@dataclass(frozen=True, slots=True)
class EmergencyLine:
    """The emergency that holds now."""

    to: str
    """In words: the queue's title, or the message's name."""
    is_queue: bool
    until: float


@dataclass(frozen=True, slots=True)
class Sample:
    """How many waited at one moment; None: nobody looked then."""

    at: float
    waiting: int | None


@dataclass(frozen=True, slots=True)
class Quarter:
    """A quarter of an hour of today."""

    at: float
    answered: int
    abandoned: int
    other: int
    """Offered, and it ended in another way."""


@dataclass(frozen=True, slots=True)
class BoardView:
    """The desk now."""

    at: float
    queues: Sequence[QueueLine]
    agents: Sequence[AgentLine]
    callbacks: Sequence[CallbackLine]
    nodes: Sequence[NodeLine]
    emergency: EmergencyLine | None
    today: Figures | None
    """Of all queues; None: they cannot be had now."""
    counted_at: float | None
    """When today's figures were counted."""
    waiting: Sequence[Sample]
    """The last hours, the oldest first."""
    watched_since: float
    """Since when this daemon looks: before that there is nothing of `waiting`."""
    quarters: Sequence[Quarter]


# -- what she may do ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Place:
    """A destination of an emergency."""

    id: str
    title: str


@dataclass(frozen=True, slots=True)
class EmergencyChoices:
    """Where to an emergency can send everybody, and for how many minutes at the most."""

    queues: Sequence[Place]
    messages: Sequence[Place]
    most_minutes: int


@dataclass(frozen=True, slots=True)
class EmergencyWish:
    """What somebody wants the emergency switch to do. One of the first two is given."""

    queue: QueueId | None
    message: SoundName | None
    minutes: int
    reason: str = ""


Refusal = Literal["gone", "on-the-line"]
"""Why an act on an agent was not done: she is not there any more, or has a call."""


# -- reports -----------------------------------------------------------------------------------------------

Grain = Literal["day", "week", "hour"]
GRAINS: Final[tuple[Grain, ...]] = ("day", "week", "hour")
MOST_DAYS: Final = 400
"""The longest span of one report."""


@dataclass(frozen=True, slots=True)
class ReportWish:
    """Which calls: those of these days, the last one included, in one queue or (None) in all."""

    first: date
    last: date
    grain: Grain
    queue: QueueId | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One period. `start`: its first day; `hour`: of the day, 0 to 23; `again`: the clock has that hour twice on this
    one day, and this is the second."""

    start: date | None
    hour: int | None
    again: bool
    figures: Figures


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue over the whole span."""

    title: str
    aim: Aim
    figures: Figures


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report. `kept_days`: older calls are forgotten. `odd_days`: on which the clock changes within the span, with
    how many hours they have."""

    wish: ReportWish
    rows: Sequence[Row]
    queues: Sequence[QueueRow]
    total: Figures
    kept_days: int
    odd_days: Sequence[tuple[date, int]]
    aim: Aim | None
    """Of the one queue, where one was asked for."""


class ManagementDesk(Protocol):
    """The desk as who leads a team sees it. Each raises PeerError where it cannot be had, as on a standby."""

    async def board(self) -> BoardView:
        """The desk now."""

    async def agent(self, user: UserId) -> AgentLine | None:
        """One of those on the board; None: she is not there (any more)."""

    async def pause(self, user: UserId, reason: str, by: UserId) -> Refusal | None:
        """No new calls for this agent; she keeps the one that she has, and her screen says who did it."""

    async def log_out(self, user: UserId, by: UserId) -> Refusal | None:
        """End this agent's sessions; not while she has a call."""

    def emergency_choices(self) -> EmergencyChoices:
        """What the emergency switch can do."""

    def emergency(self) -> EmergencyLine | None:
        """What holds now."""

    async def throw_emergency(self, wish: EmergencyWish, by: UserId, name: str) -> None:
        """Throw it. Raises Refused, with what is wrong, for what cannot be."""

    async def end_emergency(self, by: UserId, name: str) -> bool:
        """It is over; whether there was one."""

    def today(self) -> date:
        """Today, by the desk's clock."""

    def queues(self) -> Sequence[Place]:
        """The queues that can be asked for in a report, in the site's order."""

    async def report(self, wish: ReportWish) -> ReportView:
        """A report. Raises Refused for a span that is too long."""
