"""A promise to call somebody back: her place in the queue, without her channel. Her number, core never knows."""

from __future__ import annotations

from dataclasses import dataclass, field

from irmacall.core.call import UNSAVED
from irmacall.core.ids import CallId, LanguageId, NodeName, NumberId, QueueId
from irmacall.core.plan import Plan


@dataclass(slots=True)
class Callback:
    """One promise. `id`: the call in which she asked for it."""

    id: CallId
    node: NodeName
    """Where she called; it is from there that she is called back, as long as that node is there."""
    queue: QueueId
    queued_at: float
    """Her place: when she began to wait."""
    entered_at: float
    asked_at: float
    until: float
    """She is not called later than this."""
    due_at: float
    """Nor before this."""
    language: LanguageId
    plan: Plan = field(repr=False, metadata=UNSAVED)
    number: NumberId | None = None
    """None: it is being noted."""
    asked: int = 0
    """Which asking of hers this is: an answer to an earlier one comes too late."""
    tries: int = 0
    """How often her telephone was rung in vain."""
    attempts: int = 0
    """How often an agent was asked: part of the id of each call that is made for it."""
    call: CallId | None = field(default=None, metadata=UNSAVED)
    """The call that is being made for it now."""
