"""The people who take calls, and their phones: who is asked next follows from these two and from nothing else."""

from __future__ import annotations

import enum
from dataclasses import dataclass, field

from irmacall.core.ids import ChannelId, Endpoint, GroupId, NodeName, SeatId, UserId


class Availability(enum.Enum):
    """What an agent has said, or was set to, about taking calls."""

    AWAY = "away"
    """No seat: not here."""
    AVAILABLE = "available"
    PAUSED = "paused"
    """By herself, with a reason."""
    WRAP_UP = "wrap-up"
    """After a call, until a set moment; then she is available again."""
    UNAVAILABLE = "unavailable"
    """By the desk: a call was offered and not taken. She is told, and says when she is back."""


class NotTaken(enum.Enum):
    """Why an offered call was not taken: the reason that the agent reads."""

    NO_ANSWER = "no-answer"
    REJECTED = "rejected"
    PHONE_GONE = "phone-gone"
    PHONE_FAILED = "phone-failed"


@dataclass(slots=True)
class Agent:
    """One agent. A seat is one browser session with one phone; claiming it elsewhere moves it."""

    user: UserId
    endpoint: Endpoint
    seat: SeatId | None = None
    availability: Availability = Availability.AWAY
    reason: str | None = None
    since: float = 0.0
    """Since when she is in this state."""
    until: float | None = None
    """When her wrap-up ends by itself."""
    idle_since: float = 0.0
    """Longest idle is asked first; counts from her last call's end, or from when she went available."""
    asked_at: float = 0.0
    """When her phone last rang for us."""
    groups: tuple[GroupId, ...] = ()
    serves: bool = True
    """False: an official, who serves no queue and is called by name."""

    paused_by: UserId | None = None
    """Who paused her; None: she herself, or she is not paused."""

    def become(
        self, availability: Availability, now: float, reason: str | None = None, by: UserId | None = None
    ) -> None:
        """Her state from now on. One that she is in already keeps its beginning. `by`: who else paused her."""
        if (self.availability, self.reason) != (availability, reason):
            self.since = now
        self.availability, self.reason, self.until = availability, reason, None
        self.paused_by = by


@dataclass(slots=True)
class Phone:
    """One phone as Asterisk sees it; never saved. A phone with any channel, ours or not, is busy."""

    endpoint: Endpoint
    online: set[NodeName] = field(default_factory=set)
    channels: dict[ChannelId, NodeName] = field(default_factory=dict)
