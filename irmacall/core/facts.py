"""What is kept of a call when it is over: facts without a name, a number or anything that was disclosed."""

from __future__ import annotations

import enum
from dataclasses import dataclass
from itertools import pairwise

from irmacall.core.ids import DUTCH, CallId, DeskId, LanguageId, NodeName, QueueId, SubjectId, UserId


class Outcome(enum.Enum):
    """How a call ended."""

    ANSWERED = "answered"
    ABANDONED = "abandoned"
    """She hung up while she waited in a queue."""
    LEFT = "left"
    """She hung up before she waited in any."""
    CLOSED = "closed"
    """She came out of hours and was told so."""
    TURNED_AWAY = "turned-away"
    """She heard another message that ends the call: a menu's, or that of a queue that is full or took too long."""
    CALLBACK = "callback"
    """She asked to be called back, and hung up."""
    UNREACHED = "unreached"
    """She was promised to be called back, and we could not, or did not reach her."""
    REFUSED = "refused"
    """There was no room: turned away before she was served."""
    LOST = "lost"
    """We lost her: a node went down, or could not do what was asked."""


@dataclass(frozen=True, slots=True)
class CallFacts:
    """One call, told once, when it is over. All times are epoch seconds.

    `call` is Asterisk's opaque id of her channel and the key: the same facts may be told again, and are kept once.
    """

    call: CallId
    desk: DeskId
    node: NodeName
    outcome: Outcome
    arrived_at: float
    ended_at: float
    queued_at: float | None = None
    """When she began to wait; None where she never did."""
    answered_at: float | None = None
    """When she and the one who answered were in one bridge."""
    queue: QueueId | None = None
    """The last queue that she waited in, or was answered from."""
    queues: tuple[QueueId, ...] = ()
    """Every queue that she waited in, in order: overflow shows here."""
    menu_path: tuple[str, ...] = ()
    """What she chose, in order, as `menu:key`."""
    language: LanguageId = DUTCH
    subject: SubjectId | None = None
    identified: bool = False
    """Whether an identity was bound to this call at any time."""
    agent: UserId | None = None
    """Who answered."""
    phones_rung: int = 0
    callback_of: CallId | None = None
    """Where we called: the call in which that was asked for."""
    owners: tuple[UserId, ...] = ()
    """Everybody of the municipality who had her on the line, in order: `agent` first, and who had her again, again.
    Empty in what was kept before this was."""
    passed: int = 0
    """How often she was passed on, to a colleague, a queue or a number outside; also in vain, when she came back."""

    def passed_on_to(self, user: UserId) -> tuple[UserId, ...]:
        """Who had her after this one did, each once."""
        return tuple(dict.fromkeys(after for before, after in pairwise(self.owners) if before == user))
