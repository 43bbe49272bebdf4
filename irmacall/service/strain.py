"""Who is let in when there is too much: what is up stays up, and as many are served as a node can bear.

Twice a second a node is looked at: how late its events are heard, how busy its machine is. What is worst of these, as
a part of what the site allows, is its load. Above 1 a smaller share of new callers is let in and below it a larger
one, so that the load comes to rest at 1 whatever is offered. The dialplan refuses the others before it answers them.

How many calls there may be at once it is told too, and counts them itself: who looks twice a second would let in all
who come between two looks, and then nobody. What it cannot count are the calls that we make, to call somebody back;
where these make it more than there may be, nobody is let in until it is not.

What the dialplan was told lapses by itself: a daemon that is gone refuses nobody.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, Never

import structlog

from irmacall.ari.client import Node
from irmacall.core.events import NodeStrained
from irmacall.core.ids import NodeName
from irmacall.core.state import Desk
from irmacall.errors import PeerError

log = structlog.get_logger("irmacall.strain")

LOOK_SECONDS: Final = 0.5
LAPSES_AFTER: Final = 10
"""Seconds after which the dialplan takes what it was told for forgotten."""
_SAID_EVERY: Final = 3.0
_FEWER, _MORE, _FEWEST = 0.5, 1.25, 0.05
"""At most so much less, so much more, and never less of those who call."""
_CALM: Final = 0.9
"""A load between this and 1 is left as it is."""


@dataclass(frozen=True, slots=True)
class NodeLimits:
    """What a node may bear; None: that is not looked at. `lag` is seconds, `cpu` a share of its whole machine."""

    calls: int | None = 500
    cpu: float | None = 0.85
    lag: float | None = 0.5


@dataclass(frozen=True, slots=True)
class Seen:
    """One look at a node. `cpu` None: it is on another machine, or so quiet that it is others who are busy."""

    calls: int
    lag: float
    cpu: float | None = None

    def load(self, limits: NodeLimits) -> float:
        """The worst of it as a part of what is allowed; calls have a limit of their own (`full`)."""
        parts = [0.0]
        if limits.lag is not None:
            parts.append(self.lag / limits.lag)
        if limits.cpu is not None and self.cpu is not None:
            parts.append(self.cpu / limits.cpu)
        return max(parts)

    def full(self, limits: NodeLimits) -> bool:
        """Whether it has more calls than it may: as many as it may is what the dialplan sees to."""
        return limits.calls is not None and self.calls > limits.calls


@dataclass(slots=True)
class Gate:
    """The share of new callers that one node lets in."""

    limits: NodeLimits
    share: float = 1.0

    def look(self, seen: Seen) -> int:
        """The percentage of new callers to refuse from now on."""
        load = seen.load(self.limits)
        if load > 1.0:
            self.share = max(_FEWEST, self.share * max(_FEWER, 1.0 / load))
        elif load < _CALM:
            self.share = min(1.0, self.share * min(_MORE, _CALM / max(load, 0.01)))
        return 100 if seen.full(self.limits) else round(100 * (1.0 - self.share))


@dataclass(slots=True)
class Machine:
    """This machine's CPU, all cores together (proc(5), /proc/stat)."""

    file: Path = Path("/proc/stat")
    _before: tuple[int, int] | None = None
    _busy: float = 0.0

    def busy(self) -> float:
        """The share that was busy since the last two looks or so; 0.0 at the first."""
        ticks = [int(word) for word in self.file.read_text().split("\n", 1)[0].split()[1:9]]
        total, idle = sum(ticks), ticks[3] + ticks[4]  # idle, and waiting for a disk
        if self._before is not None and total > self._before[0]:
            now = 1.0 - (idle - self._before[1]) / (total - self._before[0])
            self._busy = (self._busy + now) / 2
        self._before = total, idle
        return self._busy


@dataclass(slots=True)
class Strain:
    """Looks at every node of one term."""

    desk: Desk
    nodes: Mapping[NodeName, Node]
    limits: NodeLimits
    tell: Callable[[NodeStrained], None]
    machine: Machine = field(default_factory=Machine)
    clock: Callable[[], float] = time.time
    _gates: dict[NodeName, Gate] = field(default_factory=dict)
    _refused: dict[NodeName, int] = field(default_factory=dict)
    latest: Mapping[NodeName, Seen] = field(default_factory=dict)
    """What the last look saw, for who wants to know how the nodes are."""

    async def run(self) -> Never:
        """Look, again and again, until cancelled."""
        async with asyncio.TaskGroup() as group:
            for name in self.nodes:
                group.create_task(self._limit(name), name=f"limit {name}")
            while True:
                self.latest = self.seen()
                await asyncio.gather(*(self.look(name, seen) for name, seen in self.latest.items()))
                await asyncio.sleep(LOOK_SECONDS)
        raise AssertionError("looked at for ever")

    def seen(self) -> dict[NodeName, Seen]:
        """Every node, as it is now."""
        calls, busy = Counter(call.node for call in self.desk.calls.values()), self.machine.busy()
        return {
            name: Seen(calls[name], node.lag.seconds(), busy if node.is_here and node.lag.busy() else None)
            for name, node in self.nodes.items()
        }

    def refused(self, name: NodeName) -> int:
        """The percentage of new callers that this node refuses now."""
        return self._refused.get(name, 0)

    async def look(self, name: NodeName, seen: Seen) -> None:
        """Decide for one node, and have its dialplan told what differs or would lapse."""
        percent, before = self._gates.setdefault(name, Gate(self.limits)).look(seen), self._refused.get(name, 0)
        self._refused[name] = percent
        if (percent == 0) != (before == 0):
            what = "node.strained" if percent else "node.relieved"
            log.warning(what, node=name, calls=seen.calls, lag=round(seen.lag, 2), cpu=seen.cpu)
        if (percent == 100) != (before == 100):
            self.tell(NodeStrained(name, percent == 100))
        if percent or before:
            await self._show(name, percent)

    async def _limit(self, name: NodeName) -> None:
        """Keep its dialplan told how many calls there may be; an Asterisk that began anew knows it within seconds."""
        while self.limits.calls is not None:
            try:
                await self.nodes[name].limit(self.limits.calls, int(self.clock()) + LAPSES_AFTER)
            except PeerError as error:
                log.debug("node not told how many calls there may be", node=name, error=str(error))
            await asyncio.sleep(_SAID_EVERY)

    async def _show(self, name: NodeName, percent: int) -> None:
        try:
            await self.nodes[name].refuse(percent, int(self.clock()) + LAPSES_AFTER)
        except PeerError as error:
            log.warning("node not told whom to refuse", node=name, error=str(error))
