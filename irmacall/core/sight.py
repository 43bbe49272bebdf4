"""Who saw what a citizen disclosed, and from when until when: opaque ids and times, never what was seen."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from irmacall.core.ids import CallId, GrantNumber, SealedId, SeatId, UserId


@dataclass(frozen=True, slots=True)
class Sight:
    """One who was shown an identity, and under which grant. Times are epoch seconds."""

    user: UserId
    grant: GrantNumber
    since: float
    until: float | None = None
    """None: she may see it still."""
    by_glass: bool = False
    """Management broke the glass: she did not have the caller on the line."""


class Doubt(enum.Enum):
    """Who said that an identity is not right, which erased it."""

    CITIZEN = "citizen"
    OWNER = "owner"
    """Whoever had the caller on the line."""


@dataclass(frozen=True, slots=True)
class Look:
    """Somebody of management who broke the glass: she may see a caller for a moment, beside her owner.

    Never saved: what one daemon allowed, the next has no reason for.
    """

    call: CallId
    seat: SeatId
    user: UserId
    grant: GrantNumber
    """Her own."""
    sealed: SealedId
    over: GrantNumber
    """The owner's grant: her reason was about this owner, and ends with it."""
    owner: UserId
    since: float
    until: float
