"""What a desk was told to do by its site file: subjects, queues and times. Never changes while it is in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from irmacall.core.code import Digits
from irmacall.core.ids import CodeHash, DeskId, QueueId, SubjectId


@dataclass(frozen=True, slots=True)
class Times:
    """How long a desk waits for people, in seconds."""

    first_digit: float = 7.0
    """After the prompt, for the first key: dialers pause 2 to 3 s for a comma in a tel: link."""
    next_digit: float = 4.0
    """Between two keys of a code."""
    prompt: float = 30.0
    """The longest prompt: if its end is not heard of by then, it is taken to have ended."""
    ring: float = 20.0
    """A phone rings this long; then the next agent's does."""
    code: float = 900.0
    """A code lives this long from sealing (never longer than the identity)."""
    identity: float = 3600.0
    """An identity lives this long from the start of its disclosure session, at the most."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One desk's rules. `hash_code` is the desk's keyed hash: codes are looked up by it and kept in no other form."""

    desk: DeskId
    default_queue: QueueId
    hash_code: Callable[[Digits], CodeHash]
    subject_queues: Mapping[SubjectId, QueueId] = field(default_factory=dict)
    times: Times = Times()
    code_tries: int = 3

    def queue_of(self, subject: SubjectId) -> QueueId:
        """Where callers with this subject wait; a subject that the site no longer knows waits in the default."""
        return self.subject_queues.get(subject, self.default_queue)
