"""When a desk or a queue is open: weekly hours, public holidays, and the days on which it is otherwise.

Everything is told in the wall-clock time of a time zone; the two nights on which clocks change are ordinary nights.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, time

Span = tuple[time, time]
"""From the first moment on, and until (not with) the second; 00:00 as the end is midnight at the end of the day."""


@dataclass(frozen=True, slots=True)
class Hours:
    """Opening hours. `week` has seven days, Monday first, each with its spans in order and apart from each other."""

    timezone: str
    week: tuple[tuple[Span, ...], ...]
    holidays: str | None = None
    """A country whose public holidays are closing days: ISO 3166-1 ("NL"); None: none are."""
    exceptions: Mapping[date, tuple[Span, ...]] = field(default_factory=dict)
    """Days on which it is otherwise, holidays included; no spans: closed."""

    def open_at(self, now: float) -> bool:
        """Whether it is open at this moment (epoch seconds)."""
        raise NotImplementedError

    def next_opening(self, now: float) -> float | None:
        """When it opens next (epoch seconds); None: it is open now, or does not open within a year."""
        raise NotImplementedError


_ALL_DAY: tuple[Span, ...] = ((time(0), time(0)),)
ALWAYS = Hours("UTC", (_ALL_DAY,) * 7)
"""Open day and night."""
