"""What a desk was told to do by its site file: subjects, queues and times. Never changes while it is in force."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Final

from irmacall.core.code import Digits
from irmacall.core.hours import ALWAYS, Hours
from irmacall.core.ids import DUTCH, CodeHash, DeskId, GroupId, LanguageId, MenuId, QueueId, SoundName, SubjectId
from irmacall.core.lines import Group, Language, QueueRules
from irmacall.core.routes import Destination, Menu, ToMessage


@dataclass(frozen=True, slots=True)
class Times:
    """How long a desk waits for people, in seconds."""

    first_digit: float = 7.0
    """After the prompt, for the first key: dialers pause 2 to 3 s for a comma in a tel: link."""
    next_digit: float = 4.0
    """Between two keys of a code."""
    choice: float = 1.5
    """After the last key of a choice: keys that follow each other faster are read together (type-ahead, a code)."""
    prompt: float = 30.0
    """The longest prompt: if its end is not heard of by then, it is taken to have ended."""
    code: float = 900.0
    """A code lives this long from sealing (never longer than the identity)."""
    identity: float = 3600.0
    """An identity lives this long from the start of its disclosure session, at the most."""
    dropped: float = 0.0
    """It is kept sealed so long for a caller whose line ended before anybody hung up on her; 0: erased at once."""


@dataclass(frozen=True, slots=True)
class CallbackRules:
    """How callers are called back; times in seconds."""

    tries: int = 3
    interval: float = 600.0
    """From a try in vain to the next."""
    span: float = 14400.0
    """From when she asked; after that she is not called any more."""
    ring: float = 30.0
    """Her telephone rings this long."""


@dataclass(frozen=True, slots=True)
class TransferRules:
    """How callers are passed on; times in seconds."""

    ring: float = 25.0
    """The phone of whom a caller is passed to, or who is consulted, rings this long."""
    hang_up_completes: bool = True
    """Who hangs up while she consults somebody passes the caller on to her. False: her phone rings again."""
    star_codes: bool = False
    """Phones without keys for it pass on by keying in `*` and more."""
    outside: bool = False
    """Whether a caller may be passed to a number outside; which ones is no business of the core's."""


_CLOSED: Final = ToMessage(SoundName("closed"))


@dataclass(frozen=True, slots=True)
class Plan:
    """One desk's rules. `hash_code` is the desk's keyed hash: codes are looked up by it and kept in no other form.

    A call keeps the plan under which it came, whatever the desk is told meanwhile.
    """

    desk: DeskId
    default_queue: QueueId
    hash_code: Callable[[Digits], CodeHash]
    queues: Mapping[QueueId, QueueRules]
    subject_queues: Mapping[SubjectId, QueueId] = field(default_factory=dict)
    times: Times = Times()
    code_tries: int = 3
    start: Destination | None = None
    """Where a caller goes after the welcome who gave no code; None: the default queue."""
    menus: Mapping[MenuId, Menu] = field(default_factory=dict)
    groups: Mapping[GroupId, Group] = field(default_factory=dict)
    """None at all: every agent serves every queue."""
    languages: Mapping[LanguageId, Language] = field(default_factory=dict)
    language: LanguageId = DUTCH
    """Of who has chosen none."""
    timezone: str = "Europe/Amsterdam"
    hours: Hours = ALWAYS
    callbacks: CallbackRules = CallbackRules()
    transfers: TransferRules = TransferRules()
    break_glass: bool = False
    """Whether management may see a caller whom another has on the line (see `glass`)."""
    closed: Destination = _CLOSED
    """For who calls out of hours. Where it is a message, she is told too when the desk opens again."""

    def queue_of(self, subject: SubjectId) -> QueueId:
        """Where callers with this subject wait; a subject that the site no longer knows waits in the default."""
        return self.subject_queues.get(subject, self.default_queue)

    def rules(self, queue: QueueId) -> QueueRules:
        """The rules of a queue; one that the site no longer knows is served by the default queue's."""
        return self.queues.get(queue) or self.queues[self.default_queue]
