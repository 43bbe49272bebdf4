"""Commands to the nodes: those of one call in order, those of different calls side by side."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest

from irmacall.core.commands import HangUp, NodeCommand, RemoveBridge
from irmacall.core.events import CommandFailed, NodeSnapshot
from irmacall.core.ids import CallId, ChannelId, talk_bridge
from irmacall.errors import LeaseLost, PeerError, PeerUnavailable
from irmacall.service.lanes import Lanes
from tests.core.leader import FAR, NEAR
from tests.service.fakes import FakeNode, Heard

ANNA, BEA = CallId("anna"), CallId("bea")


@dataclass
class Road:
    """Lanes to one node, and what the desk is told."""

    group: asyncio.TaskGroup
    node: FakeNode = field(default_factory=lambda: FakeNode(NodeSnapshot(NEAR)))
    told: Heard[CommandFailed] = field(default_factory=Heard)
    may_act: bool = True

    def __post_init__(self) -> None:
        self.lanes = Lanes(self.group, {NEAR: self.node}, self.told.add, lambda: self.may_act)


@pytest.fixture
async def road() -> AsyncIterator[Road]:
    """Lanes whose workers have all ended by the end of the test."""
    async with asyncio.timeout(5), asyncio.TaskGroup() as group:
        road = Road(group)
        yield road
        road.node.release()
    assert road.lanes._waiting == {}


def _commands(call: CallId, count: int = 5) -> list[NodeCommand]:
    return [HangUp(NEAR, call, ChannelId(f"{call}.leg{number}")) for number in range(count)]


async def test_commands_of_one_call_are_done_in_order(road: Road) -> None:
    """A phone is not dialled before it was made."""
    road.node.hangs[ANNA].hold()
    for command in _commands(ANNA):
        road.lanes.put(command)
    await road.node.asked.number(1)
    assert road.node.asked.all == _commands(ANNA)[:1]
    road.node.hangs[ANNA].release()
    assert await road.node.done.number(5) == _commands(ANNA)


async def test_a_command_that_hangs_holds_up_no_other_call(road: Road) -> None:
    """Anna's trouble is not Bea's, and neither is the node's own."""
    road.node.hangs[ANNA].hold()
    for command in (*_commands(ANNA), *_commands(BEA), HangUp(NEAR, None, ChannelId("stray"))):
        road.lanes.put(command)
    assert len(await road.node.done.number(6)) == 6
    assert not [command for command in road.node.done.all if command.call == ANNA]
    road.node.hangs[ANNA].release()
    await road.node.done.number(11)


async def test_a_lane_that_was_empty_works_again(road: Road) -> None:
    """A worker ends with its work, and the next command finds a new one."""
    first, second = _commands(ANNA, 2)
    road.lanes.put(first)
    await road.node.done.number(1)
    await asyncio.sleep(0)
    assert road.lanes._waiting == {}
    road.lanes.put(second)
    assert await road.node.done.number(2) == [first, second]


@pytest.mark.parametrize(
    "error", [PeerError("409"), PeerUnavailable("away"), ZeroDivisionError("a defect"), TimeoutError()]
)
async def test_a_command_that_fails_is_told_and_the_next_one_is_done(road: Road, error: Exception) -> None:
    """The desk decides what comes of it; what was to follow is done all the same."""
    [failing] = _commands(ANNA, 1)
    following = RemoveBridge(NEAR, ANNA, talk_bridge(ANNA))
    road.node.refuses[HangUp] = error
    road.lanes.put(failing)
    road.lanes.put(following)
    assert await road.told.number(1) == [CommandFailed(NEAR, ANNA, failing)]
    assert await road.node.done.number(1) == [following]


async def test_a_command_for_a_node_that_there_is_not_fails(road: Road) -> None:
    """A defect of ours, which breaks one call and nothing else."""
    lost = HangUp(FAR, ANNA, ChannelId(ANNA))
    road.lanes.put(lost)
    assert await road.told.number(1) == [CommandFailed(FAR, ANNA, lost)]


@pytest.mark.parametrize("lapsed", [True, False])
async def test_a_lost_lease_is_raised_and_never_told(lapsed: bool) -> None:
    """Whether we see that it has lapsed or a node says so: the term ends with it."""
    roads: list[Road] = []

    async def drive() -> None:
        async with asyncio.TaskGroup() as group:
            roads.append(Road(group, may_act=not lapsed))
            roads[0].node.refuses[HangUp] = LeaseLost("replaced")
            roads[0].lanes.put(_commands(ANNA)[0])

    with pytest.raises(ExceptionGroup) as raised:
        await drive()
    [road] = roads
    assert [type(error) for error in raised.value.exceptions] == [LeaseLost]
    assert (road.told.all, len(road.node.asked.all)) == ([], 0 if lapsed else 1)
