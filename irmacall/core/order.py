"""Who is next: callers in the order of one key, free agents in the order in which they are asked.

Callers who wait for the same people on the same node stand in one line; free agents who can have the same callers sit
in one pool. There are few lines and pools however many people there are, and only those that changed since nobody was
left to pair are looked at: every change costs a logarithm, and nothing here walks over all that wait.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

from sortedcontainers import SortedSet

from irmacall.core.ids import CallId, NodeName, QueueId, UserId
from irmacall.core.lines import Strategy
from irmacall.core.skills import Profile, Skills

Place = tuple[float, CallId]
"""When she began to wait, less her queue's head start; and who: the sort key of everyone who waits."""
Rank = tuple[float, UserId]
"""Since when she is idle, or was asked last; and who."""
Key = TypeVar("Key")
Entry = TypeVar("Entry", Place, Rank)


@dataclass(frozen=True, slots=True)
class Line:
    """Callers who wait in this queue for agents who offer this, on this node."""

    queue: QueueId
    needs: Skills
    node: NodeName
    strategy: Strategy = Strategy.LONGEST_IDLE


@dataclass(frozen=True, slots=True)
class Pool:
    """Free agents who offer the same, and whose phones the same nodes reach."""

    profile: Profile
    nodes: frozenset[NodeName]

    def suits(self, line: Line) -> bool:
        """Whether its agents may have the callers of this line."""
        return line.node in self.nodes and self.profile.suits(line.queue, line.needs)


@dataclass(slots=True)
class Free:
    """The agents of one pool, in both orders in which they are asked."""

    by_idle: SortedSet[Rank] = field(default_factory=SortedSet)
    by_asked: SortedSet[Rank] = field(default_factory=SortedSet)


def _leave(lines: dict[Key, SortedSet[Entry]], line: Key, entry: Entry) -> None:
    lines[line].discard(entry)
    if not lines[line]:
        del lines[line]


@dataclass(slots=True)
class Order:
    """All that wait, by queue and by line, and all that are free, by pool."""

    queues: dict[QueueId, SortedSet[Place]] = field(default_factory=lambda: defaultdict(SortedSet))
    lines: dict[Line, SortedSet[Place]] = field(default_factory=lambda: defaultdict(SortedSet))
    pools: dict[Pool, Free] = field(default_factory=lambda: defaultdict(Free))
    _of_call: dict[CallId, tuple[QueueId, Line, float]] = field(default_factory=dict)
    _of_agent: dict[UserId, tuple[Pool, float, float]] = field(default_factory=dict)
    _changed_lines: dict[Line, None] = field(default_factory=dict)
    _changed_pools: dict[Pool, None] = field(default_factory=dict)

    def place_call(self, call: CallId, place: tuple[QueueId, Line, float] | None) -> frozenset[QueueId]:
        """Put a caller in her queue and line at this key, or (None) out of them; the queues in which that shows."""
        old = self._of_call.get(call)
        if old == place:
            return frozenset()
        if old is not None:
            _leave(self.queues, old[0], (old[2], call))
            _leave(self.lines, old[1], (old[2], call))
            del self._of_call[call]
            self._changed_lines[old[1]] = None
        if place is not None:
            self.queues[place[0]].add((place[2], call))
            self.lines[place[1]].add((place[2], call))
            self._of_call[call] = place
            self._changed_lines[place[1]] = None
        return frozenset(each[0] for each in (old, place) if each is not None)

    def place_agent(self, user: UserId, pool: Pool | None, idle_since: float, asked_at: float) -> bool:
        """Put a free agent in her pool, or (None) out of every pool; True where that is another than before."""
        old = self._of_agent.pop(user, None)
        if old is not None:
            self._out_of_pool(user, *old)
        if pool is not None:
            free = self.pools[pool]
            free.by_idle.add((idle_since, user))
            free.by_asked.add((asked_at, user))
            self._of_agent[user] = (pool, idle_since, asked_at)
            self._changed_pools[pool] = None
        return pool != (None if old is None else old[0])

    def _out_of_pool(self, user: UserId, pool: Pool, idle_since: float, asked_at: float) -> None:
        free = self.pools[pool]
        free.by_idle.discard((idle_since, user))
        free.by_asked.discard((asked_at, user))
        if not free.by_idle:
            del self.pools[pool]

    def node_confirmed(self, node: NodeName) -> None:
        """From now on this node's callers can be served: all its lines are looked at."""
        self._changed_lines.update((line, None) for line in self.lines if line.node == node)

    def next_caller(self, nodes: Collection[NodeName]) -> tuple[CallId, Line] | None:
        """Who comes first of those who wait on one of these nodes and whom a free agent suits; None: nobody does."""
        heads = [(self.lines[line][0], line) for line in self._candidates() if line.node in nodes]
        if not heads:
            self._changed_lines.clear()
            self._changed_pools.clear()
            return None
        (_, call), line = min(heads, key=lambda head: head[0])
        return call, line

    def _candidates(self) -> Iterator[Line]:
        for line in self._changed_lines:
            if line in self.lines and any(pool.suits(line) for pool in self.pools):
                yield line
        for pool in self._changed_pools:
            if pool in self.pools:
                yield from (line for line in self.lines if pool.suits(line))

    def asked_first(self, line: Line) -> UserId:
        """Which free agent is asked for a caller of this line; there must be one (`next_caller`)."""
        ranks = (
            free.by_asked[0] if line.strategy is Strategy.ROUND_ROBIN else free.by_idle[0]
            for pool, free in self.pools.items()
            if pool.suits(line)
        )
        return min(ranks)[1]

    def all_free(self, line: Line) -> list[UserId]:
        """Every free agent who suits this line, longest idle first."""
        ranks = (rank for pool, free in self.pools.items() if pool.suits(line) for rank in free.by_idle)
        return [user for _, user in sorted(ranks)]

    def waits_in(self, call: CallId) -> QueueId | None:
        """The queue in which this caller, or callback, waits; None for one who does not wait."""
        place = self._of_call.get(call)
        return None if place is None else place[0]

    def position(self, call: CallId) -> int | None:
        """How many wait in this caller's queue up to and with her; None for one who does not wait."""
        if call not in self._of_call:
            return None
        queue, _, key = self._of_call[call]
        return self.queues[queue].index((key, call)) + 1
