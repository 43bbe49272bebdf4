"""Commands to the nodes: those of one call in order, those of different calls side by side.

A node's refusal becomes an event for the desk. Anything unexpected breaks the one call whose lane it was in.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Mapping
from typing import Protocol

import structlog

from irmacall.core.commands import NodeCommand
from irmacall.core.events import CommandFailed
from irmacall.core.ids import NodeName
from irmacall.errors import LeaseLost, PeerError

log = structlog.get_logger("irmacall.lanes")

Lane = tuple[NodeName, str | None]


class Performer(Protocol):
    """What a lane needs of a node (see `ari.client.Node.perform`)."""

    async def perform(self, command: NodeCommand) -> None:
        """Do it. Raises PeerError, or LeaseLost."""


class Lanes:
    """One worker for each lane that has something to do; none for those that have not."""

    def __init__(
        self,
        group: asyncio.TaskGroup,
        nodes: Mapping[NodeName, Performer],
        tell: Callable[[CommandFailed], None],
        may_act: Callable[[], bool],
    ) -> None:
        self._group = group
        self._nodes = nodes
        self._tell = tell
        self._may_act = may_act
        self._waiting: dict[Lane, deque[NodeCommand]] = {}
        self._debug = log.bind().debug  # Looked up once: most of its lines are not written.

    def put(self, command: NodeCommand) -> None:
        """Do this after all that its lane was given before."""
        lane = (command.node, command.call)
        if lane in self._waiting:
            self._waiting[lane].append(command)
        else:
            self._waiting[lane] = deque([command])
            self._group.create_task(self._work(lane), name=f"lane {lane[1] or lane[0]}")

    async def _work(self, lane: Lane) -> None:
        waiting = self._waiting[lane]
        while waiting:
            await self._perform(waiting.popleft())
        del self._waiting[lane]

    async def _perform(self, command: NodeCommand) -> None:
        kind = type(command).__name__
        if not self._may_act():
            raise LeaseLost(f"{kind} came too late for this leader")
        self._debug(">", action=kind, node=command.node, call=command.call)
        try:
            await self._nodes[command.node].perform(command)
        except LeaseLost:
            raise
        except PeerError as error:
            log.warning("command failed", action=kind, node=command.node, call=command.call, error=str(error))
            self._tell(CommandFailed(command.node, command.call, command))
        except Exception:
            # A defect of ours: this call ends as if the node had refused, and the desk goes on.
            log.exception("command broke", action=kind, node=command.node, call=command.call)
            self._tell(CommandFailed(command.node, command.call, command))
