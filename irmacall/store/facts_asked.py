"""What can be asked about many calls, and how it is answered; `facts_figures` asks the database.

Apart from it, since the library that reaches the database takes a while to load (see `service.late_facts`).
"""

from __future__ import annotations

import enum
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from irmacall.core.figures import Figures
from irmacall.core.ids import CallId, DeskId, QueueId

HOUR: Final = 3600
DAY: Final = 86_400
QUARTER: Final = 900
MOST_SKIPPED: Final = 1000
"""Calls that one question leaves out by name, at the most."""


class By(enum.Enum):
    """What calls are counted by, and so what the key of a `Tally` is."""

    QUARTER = "quarter"
    """Each quarter of an hour: its beginning in epoch seconds."""
    HOUR = "hour"
    """Each hour: its beginning in epoch seconds. One that the clock has twice is two."""
    HOUR_OF_DAY = "hour-of-day"
    """The hours of all days together: 0 to 23, by the zone's clock. One that the clock has twice adds up."""
    DAY = "day"
    """Each day of the zone: days since 1 January 1970."""


@dataclass(frozen=True, slots=True)
class Tally:
    """The calls of one queue (None: of no queue) that counted in one period."""

    key: int
    """See `By`."""
    queue: QueueId | None
    figures: Figures


@dataclass(frozen=True, slots=True)
class AgentTally:
    """What one agent answered: how many calls, and how long was talked in them, in seconds."""

    answered: int
    talked: float


@dataclass(frozen=True, slots=True)
class Question:
    """Which calls: those that counted in [since, until), in epoch seconds.

    `in_time`: T of each queue, in seconds; of any other, `otherwise`. `but`: calls to leave out.
    """

    desk: DeskId
    since: float
    until: float
    zone: ZoneInfo
    in_time: Mapping[QueueId, float]
    otherwise: float
    but: Sequence[CallId] = ()

    def time_of(self, queue: QueueId | None) -> float:
        """T of this queue."""
        return self.otherwise if queue is None else self.in_time.get(queue, self.otherwise)


def offsets(zone: ZoneInfo, since: float, until: float) -> list[tuple[float, float]]:
    """How far the zone's clock is from UTC, in seconds, each until when: the last one to the end of the span."""
    found: list[tuple[float, float]] = []
    at = since
    while at < until:
        after = min(at + DAY, until)
        if _distance(zone, at) != _distance(zone, after):
            found.append((_change(zone, at, after), _distance(zone, at)))
        at = after
    return [*found, (until, _distance(zone, until))]


def _change(zone: ZoneInfo, before: float, after: float) -> float:
    """The second at which the clock changes between these two."""
    old, low, high = _distance(zone, before), int(before), int(after) + 1
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if _distance(zone, middle) == old else (low, middle)
    return float(high)


def _distance(zone: ZoneInfo, at: float) -> float:
    offset = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset() or timedelta()
    return offset.total_seconds()
