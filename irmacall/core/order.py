"""Who is next: the callers in the order in which they came, the agents in the order in which they fell idle.

Every change costs a logarithm: nothing here walks over all that wait.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from typing import TypeVar

from sortedcontainers import SortedSet

from irmacall.core.ids import CallId, NodeName, QueueId, UserId

Place = tuple[float, CallId]
"""Since when, and who: the sort key of everyone who waits."""
Turn = tuple[float, UserId]
Key = TypeVar("Key")
Entry = TypeVar("Entry", Place, Turn)


def _leave(lines: dict[Key, SortedSet[Entry]], line: Key, entry: Entry) -> None:
    lines[line].discard(entry)
    if not lines[line]:
        del lines[line]


@dataclass(slots=True)
class Order:
    """The lines of waiting callers, by queue and by node, and of free agents, by the nodes that reach them."""

    queues: dict[QueueId, SortedSet[Place]] = field(default_factory=lambda: defaultdict(SortedSet))
    callers: dict[NodeName, SortedSet[Place]] = field(default_factory=lambda: defaultdict(SortedSet))
    agents: dict[NodeName, SortedSet[Turn]] = field(default_factory=lambda: defaultdict(SortedSet))
    _of_call: dict[CallId, tuple[QueueId, NodeName, float]] = field(default_factory=dict)
    _of_agent: dict[UserId, tuple[frozenset[NodeName], float]] = field(default_factory=dict)

    def place_call(self, call: CallId, queue: QueueId, node: NodeName, since: float | None) -> bool:
        """Put a caller in her place, or (`since` None) out of the line; True where that changed something."""
        new = None if since is None else (queue, node, since)
        old = self._of_call.get(call)
        if old == new:
            return False
        if old is not None:
            place = (old[2], call)
            _leave(self.queues, old[0], place)
            _leave(self.callers, old[1], place)
            del self._of_call[call]
        if new is not None:
            self.queues[queue].add((new[2], call))
            self.callers[node].add((new[2], call))
            self._of_call[call] = new
        return True

    def place_agent(self, user: UserId, nodes: frozenset[NodeName], idle_since: float) -> None:
        """Put a free agent in line on the nodes that reach her phone; no nodes: out of every line."""
        old_nodes, old_since = self._of_agent.pop(user, (frozenset(), 0.0))
        for node in old_nodes:
            _leave(self.agents, node, (old_since, user))
        for node in nodes:
            self.agents[node].add((idle_since, user))
        if nodes:
            self._of_agent[user] = (nodes, idle_since)

    def next_pair(self, nodes: set[NodeName]) -> tuple[CallId, UserId] | None:
        """Who waits longest on one of these nodes where an agent is free, and which agent is idle longest."""
        heads = [
            (self.callers[node][0], self.agents[node][0])
            for node in nodes
            if self.callers.get(node) and self.agents.get(node)
        ]
        if not heads:
            return None
        (_, call), (_, user) = min(heads)
        return call, user

    def position(self, call: CallId) -> int | None:
        """How many wait in this caller's queue up to and with her; None for one who does not wait."""
        if call not in self._of_call:
            return None
        queue, _, since = self._of_call[call]
        return self.queues[queue].index((since, call)) + 1
