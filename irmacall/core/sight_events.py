"""What happened to who sees an identity, in the past tense: seen, doubted, or looked at through broken glass."""

from __future__ import annotations

from dataclasses import dataclass

from irmacall.core.ids import CallId, GrantNumber, PageId, SealedId, SeatId, UserId


@dataclass(frozen=True, slots=True)
class IdentitySeen:
    """This identity was handed to a screen of this user, under this grant. Also each time that a page asks again."""

    sealed: SealedId
    user: UserId
    grant: GrantNumber
    by_glass: bool = False
    """Under a grant of management's."""


@dataclass(frozen=True, slots=True)
class PageDoubts:
    """The citizen says on her page that something is not right, while she is on the line."""

    page: PageId


@dataclass(frozen=True, slots=True)
class SeatDoubts:
    """Who sits here says that the card of this call is not of who is on the line."""

    seat: SeatId
    call: CallId
    grant: GrantNumber
    """Under which she was shown it: a card that came after it is not what she means."""


@dataclass(frozen=True, slots=True)
class GlassAsked:
    """Management wants to see the caller of this call, and her reason stands in the audit log."""

    seat: SeatId
    user: UserId
    call: CallId
    over: GrantNumber
    """The owner's, as it stood when she gave her reason: the line names it."""
    sealed: SealedId
    """What the owner saw under it."""
    until: float
    """Epoch seconds; the desk allows no later than it thinks right."""


@dataclass(frozen=True, slots=True)
class GlassLeft:
    """She has seen enough of this call."""

    seat: SeatId
    call: CallId


SightEvent = IdentitySeen | PageDoubts | SeatDoubts | GlassAsked | GlassLeft
