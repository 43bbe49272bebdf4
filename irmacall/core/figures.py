"""What many calls add up to, by one definition for the wallboard and the reports.

A call counts in the queue that it was answered from, or left from, and at the moment when she began to wait; one that
never waited counts at the moment when it came, and in no queue. How long she waited counts from when she entered her
first queue. The service level is the trade's (see `store.facts_counts.ServiceLevel`):

    answered within T  /  (answered + abandoned after T)
"""

from __future__ import annotations

from dataclasses import astuple, dataclass, replace

from irmacall.core.facts import CallFacts, Outcome


@dataclass(frozen=True, slots=True)
class Figures:
    """How many calls there were of each kind, and for how long, in seconds. Two of them can be added."""

    answered_in_time: int = 0
    answered_late: int = 0
    abandoned_early: int = 0
    """She hung up within T, and gave nobody the time: not in the service level."""
    abandoned_late: int = 0
    callbacks: int = 0
    """She asked to be called back, and hung up."""
    elsewhere: int = 0
    """She waited, and it ended in another way: turned away, or lost."""
    unqueued: int = 0
    """She never waited in a queue: closed, a message, no room, or she hung up before."""
    called_back: int = 0
    """We called, and reached her. These are no offered calls: the desk chose the moment."""
    unreached: int = 0
    """We promised to call, and did not reach her."""
    passed: int = 0
    """Calls that were passed on at least once (see `CallFacts.passed`), of those that were answered, and of those in
    which we called."""
    waited: float = 0.0
    """How long those who were answered waited, together."""
    talked: float = 0.0
    """How long was talked with whoever was answered, or called back, together."""
    longest: float = 0.0
    """The longest that anybody waited, answered or not."""

    def __add__(self, other: Figures) -> Figures:
        """Of both together."""
        sums = Figures(*(mine + theirs for mine, theirs in zip(astuple(self), astuple(other), strict=True)))
        return replace(sums, longest=max(self.longest, other.longest))

    @property
    def answered(self) -> int:
        """Calls that somebody answered."""
        return self.answered_in_time + self.answered_late

    @property
    def abandoned(self) -> int:
        """Callers who hung up while they waited."""
        return self.abandoned_early + self.abandoned_late

    @property
    def offered(self) -> int:
        """Callers who waited in a queue, however that ended."""
        return self.answered + self.abandoned + self.callbacks + self.elsewhere

    @property
    def talks(self) -> int:
        """Talks that `talked` is about."""
        return self.answered + self.called_back

    @property
    def level(self) -> float | None:
        """The service level, between 0 and 1; None where no call counts."""
        counted = self.answered + self.abandoned_late
        return self.answered_in_time / counted if counted else None

    @property
    def average_wait(self) -> float | None:
        """In seconds, of those who were answered."""
        return self.waited / self.answered if self.answered else None

    @property
    def average_talk(self) -> float | None:
        """In seconds."""
        return self.talked / self.talks if self.talks else None


NOTHING = Figures()


def moment_of(facts: CallFacts) -> float:
    """When a call counts, in epoch seconds."""
    return facts.arrived_at if facts.queued_at is None else facts.queued_at


def figures_of(facts: CallFacts, in_time: float) -> Figures:
    """What one call adds. `in_time`: T of its queue, in seconds."""
    return replace(_ended(facts, in_time), passed=int(facts.passed > 0))


def _ended(facts: CallFacts, in_time: float) -> Figures:
    talked = max(0.0, facts.ended_at - facts.answered_at) if facts.answered_at is not None else 0.0
    answered = facts.outcome is Outcome.ANSWERED
    if facts.callback_of is not None:
        unreached = facts.outcome is Outcome.UNREACHED
        return Figures(called_back=int(answered), unreached=int(unreached), talked=talked if answered else 0.0)
    if facts.queued_at is None:
        return Figures(unqueued=1)
    end = facts.answered_at if answered and facts.answered_at is not None else facts.ended_at
    waited = max(0.0, end - facts.queued_at)
    early = end - facts.queued_at <= in_time
    match facts.outcome:
        case Outcome.ANSWERED:
            counts = Figures(answered_in_time=int(early), answered_late=int(not early))
            return replace(counts, waited=waited, talked=talked, longest=waited)
        case Outcome.ABANDONED:
            return Figures(abandoned_early=int(early), abandoned_late=int(not early), longest=waited)
        case Outcome.CALLBACK:
            return Figures(callbacks=1, longest=waited)
    return Figures(elsewhere=1, longest=waited)
