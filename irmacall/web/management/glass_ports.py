"""What break-glass needs of the rest. It alone, of all that management has, shows somebody's identity."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from irmacall.core.ids import CallId, GrantNumber, SeatId, UserId
from irmacall.web.ports import Card

REASON_LEAST: Final = 10
REASON_MOST: Final = 200
"""Characters of a reason."""
REASON_LETTERS: Final = 8
"""Letters and digits that it must have at the least: what nobody can read is no reason."""
_FILLERS: Final = frozenset("\u115f\u1160\u3164\uffa0")
"""Letters in Unicode's eyes (of Hangul), and blank in everybody else's."""


def is_reason(said: str) -> bool:
    """Whether these words, without blanks around them, are long enough, and can be read."""
    letters = sum(letter.isalnum() and letter not in _FILLERS for letter in said)
    return REASON_LEAST <= len(said) <= REASON_MOST and letters >= REASON_LETTERS


@dataclass(frozen=True, slots=True)
class GlassView:
    """The call of one agent, as management may know of it before she looks: never who calls."""

    name: str
    """Of the agent."""
    call: CallId | None = None
    """The call that she has on the line, whose caller she sees; None: there is nothing to look at."""
    queue: str = ""
    seconds: float = 0.0
    """How long she has her."""
    taken: bool = False
    """Somebody else of management looks now."""
    grant: GrantNumber | None = None
    """With which this seat may ask for the card; None: it may not look."""
    left: float = 0.0
    """Seconds that it still may."""


class GlassDesk(Protocol):
    """The desk, for somebody of management who may break the glass."""

    async def look_at(self, agent: UserId, seat: SeatId) -> GlassView | None:
        """What this seat may know of this agent's call; None: there is no such agent, or the desk forbids it."""

    async def ask(self, seat: SeatId, user: UserId, call: CallId, reason: str) -> None:
        """Look at the caller of this call for a minute; the reason is in the audit log before anything is shown.

        Raises Refused where there is nothing to see, somebody looks already, or the owner or the identity changed
        while it was written; PeerError where it cannot be written.
        """

    async def leave(self, seat: SeatId, call: CallId) -> None:
        """She has seen enough."""

    async def reveal_by_glass(
        self, seat: SeatId, user: UserId, call: CallId, grant: GrantNumber
    ) -> tuple[Card, float]:
        """Who is on the line, without note and CRM; for how many seconds. Raises as `StaffDesk.reveal`."""
