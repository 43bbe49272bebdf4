"""The rules of a queue: who may answer it, who is asked first, how long anybody waits, and what she hears."""

from __future__ import annotations

import enum
from collections.abc import Mapping
from dataclasses import dataclass, field

from irmacall.core.hours import Hours
from irmacall.core.ids import GroupId, LanguageId, QueueId, SkillId, SoundName
from irmacall.core.routes import Destination


class Strategy(enum.Enum):
    """Which of the free agents who suit a caller is asked."""

    LONGEST_IDLE = "longest-idle"
    ROUND_ROBIN = "round-robin"
    """The one whose phone rang longest ago, whether she took that call or not."""
    RING_ALL = "ring-all"
    """All of them at once; the first who answers has her."""


@dataclass(frozen=True, slots=True)
class Step:
    """What an agent must know, from `after` seconds of waiting on: each skill at this level or a higher one.

    `language`: she must besides have the skill of the caller's language, where the desk names one.
    """

    after: float = 0.0
    skills: Mapping[SkillId, int] = field(default_factory=dict)
    language: bool = True


@dataclass(frozen=True, slots=True)
class Announcements:
    """What a waiting caller hears, in seconds from when she began to wait. `every` 0: nothing at all."""

    first: float = 20.0
    every: float = 0.0
    position: bool = True
    expected_wait: bool = True
    comfort: tuple[SoundName, ...] = ()
    """Said in turn, one after each announcement."""


@dataclass(frozen=True, slots=True)
class ServiceLevel:
    """`share` of the calls answered within `seconds`; 80/20 unless the site says otherwise."""

    share: float = 0.80
    seconds: float = 20.0


@dataclass(frozen=True, slots=True)
class QueueRules:
    """One queue."""

    id: QueueId
    strategy: Strategy = Strategy.LONGEST_IDLE
    steps: tuple[Step, ...] = (Step(),)
    """In order of `after`; the first is at 0."""
    head_start: float = 0.0
    """Priority: this queue's callers count as having come so many seconds earlier."""
    ring: float = 20.0
    """Seconds that an agent's phone rings; then the next agent's does."""
    wrap_up: float = 0.0
    """Seconds after a call in which its agent is not asked."""
    most: int | None = None
    """So many wait at the most; for who comes then, `full`."""
    full: Destination | None = None
    patience: float | None = None
    """So long waits anybody here at the most; after that, `impatient`."""
    impatient: Destination | None = None
    nobody: Destination | None = None
    """For who comes, or waits, while no agent of this queue is logged in; None: she waits."""
    hours: Hours | None = None
    """None: the desk's."""
    closed: Destination | None = None
    """For who comes out of hours; None: the desk's. Who waits already is still served."""
    announcements: Announcements = Announcements()
    music: str = "default"
    callback: bool = False
    """Whether a waiting caller may ask, with `1`, to be called back."""
    service_level: ServiceLevel = ServiceLevel()


@dataclass(frozen=True, slots=True)
class Group:
    """Agents who serve the same queues with the same skills. An agent may be in several: what she may adds up."""

    id: GroupId
    queues: frozenset[QueueId]
    skills: Mapping[SkillId, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Language:
    """A language in which callers are spoken to, and the skill that their agents need for it, if any."""

    id: LanguageId
    skill: SkillId | None = None
    level: int = 1
