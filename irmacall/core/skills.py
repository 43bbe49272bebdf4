"""What a caller needs and what an agent offers: the queues that she serves, and what she knows at which level."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from irmacall.core.agent import Agent
from irmacall.core.ids import GroupId, LanguageId, QueueId, SkillId
from irmacall.core.plan import Plan

Skills = frozenset[tuple[SkillId, int]]
"""Skills with their levels."""


@dataclass(frozen=True, slots=True)
class Profile:
    """What an agent offers. Few differ: agents of the same groups have the same one. `queues` None: all of them."""

    queues: frozenset[QueueId] | None = None
    skills: Skills = frozenset()

    def suits(self, queue: QueueId, needs: Skills) -> bool:
        """Whether this agent may have a caller of this queue who needs this."""
        if self.queues is None:
            return True  # A desk without groups: everybody does everything.
        if queue not in self.queues:
            return False
        offers = dict(self.skills)
        return all(offers.get(skill, 0) >= level for skill, level in needs)


def profile(plan: Plan, groups: Iterable[GroupId]) -> Profile:
    """What an agent of these groups offers: all their queues, and of each skill the highest level."""
    if not plan.groups:
        return Profile()
    mine = [plan.groups[group] for group in groups if group in plan.groups]
    skills: dict[SkillId, int] = {}
    for group in mine:
        for skill, level in group.skills.items():
            skills[skill] = max(level, skills.get(skill, 0))
    queues = frozenset(queue for group in mine for queue in group.queues)
    return Profile(queues, frozenset(skills.items()))


def offered(plan: Plan, agent: Agent) -> Profile:
    """What this agent offers; an official serves no queue, whatever her groups."""
    return profile(plan, agent.groups) if agent.serves else Profile(frozenset())


class Waiter(Protocol):
    """Who waits: a caller, or a callback in her place."""

    @property
    def plan(self) -> Plan: ...
    @property
    def queue(self) -> QueueId: ...
    @property
    def language(self) -> LanguageId: ...


def needs(call: Waiter, entered: float, now: float) -> Skills:
    """What this caller, who came into her queue at `entered`, needs of an agent now."""
    steps = call.plan.rules(call.queue).steps
    step = next((step for step in reversed(steps) if entered + step.after <= now), steps[0])
    wanted = dict(step.skills)
    language = call.plan.languages.get(call.language)
    if step.language and language is not None and language.skill is not None:
        wanted[language.skill] = max(language.level, wanted.get(language.skill, 0))
    return frozenset(wanted.items())


def relaxes_at(call: Waiter, entered: float, now: float) -> float | None:
    """When less is asked of agents than now for who came into her queue at `entered`; None: never again."""
    moments = (entered + step.after for step in call.plan.rules(call.queue).steps)
    return next((at for at in moments if at > now), None)
