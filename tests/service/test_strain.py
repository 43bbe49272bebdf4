"""Too many callers: some are refused, as many as must be, and it is over when they are fewer."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from irmacall.core.call import Call
from irmacall.core.events import NodeStrained
from irmacall.core.ids import CallId, ChannelId, NodeName
from irmacall.core.state import Desk
from irmacall.errors import PeerUnavailable
from irmacall.service import strain as strain_module
from irmacall.service.strain import LAPSES_AFTER, LOOK_SECONDS, Gate, Machine, NodeLimits, Seen, Strain
from tests.core.leader import PLAN

LIMITS = NodeLimits(calls=100, cpu=0.85, lag=0.5)
NORTH = NodeName("north")
IDLE = Seen(calls=1, lag=0.0, cpu=0.1)


def _after(gate: Gate, seen: Seen, looks: int) -> int:
    return [gate.look(seen) for _ in range(looks)][-1]


@pytest.mark.parametrize(
    "seen", [IDLE, Seen(99, 0.49, 0.84), Seen(100, 0.0, None), Seen(0, 0.0, 0.0)], ids=["idle", "near", "far", "none"]
)
def test_below_its_limits_a_node_refuses_nobody(seen: Seen) -> None:
    """However long it is so."""
    assert _after(Gate(LIMITS), seen, 100) == 0


@pytest.mark.parametrize(
    "seen", [Seen(1, 0.6, 0.1), Seen(1, 0.0, 0.95), Seen(101, 0.0, 0.1)], ids=["late", "busy", "full"]
)
def test_each_limit_is_one(seen: Seen) -> None:
    """Each of the three is enough."""
    assert Gate(LIMITS).look(seen) > 0


@pytest.mark.parametrize("seen", [Seen(10_000, 9.0, 1.0)])
def test_what_is_not_looked_at_refuses_nobody(seen: Seen) -> None:
    """A site can leave out each of them."""
    assert Gate(NodeLimits(calls=None, cpu=None, lag=None)).look(seen) == 0


def test_a_full_node_takes_callers_as_soon_as_there_is_room() -> None:
    """Calls are counted, not guessed; that there are no more than there may be is what the dialplan sees to."""
    gate = Gate(LIMITS)
    assert gate.look(Seen(101, 0.0, 0.1)) == 100
    assert gate.look(Seen(100, 0.0, 0.1)) == 0


@pytest.mark.parametrize("times", [1.2, 2.0, 5.0])
def test_whatever_is_offered_nearly_the_limit_is_served(times: float) -> None:
    """A minute of so many times what the CPU can do: nine tenths of that are served; ten seconds after it all are.

    The node of this test is as busy as what was let in in the second before makes it.
    """
    gate, refused, served = Gate(LIMITS), 0, list[float]()
    busy = [LIMITS.cpu or 0.0] * 3
    for _ in range(round(60 / LOOK_SECONDS)):
        admitted = times * (100 - refused) / 100
        served.append(min(1.0, admitted))
        busy.append(min(1.0, 0.85 * admitted))
        refused = gate.look(Seen(10, 0.0, sum(busy[-2:]) / 2))
    assert sum(served) / len(served) >= 0.9
    assert sum(served[-20:]) / 20 >= 0.9
    assert max(busy[-100:]) < 1.0 or times > 2, "after ten seconds nothing is past its end"
    assert _after(gate, IDLE, round(10 / LOOK_SECONDS)) == 0


def test_a_machines_cpu_is_what_the_kernel_says(tmp_path: Path) -> None:
    """Busy is all but idle and waiting for a disk, of the time since the last look."""
    stat, machine = tmp_path / "stat", Machine(tmp_path / "stat")
    stat.write_text("cpu  100 0 100 800 0 0 0 0 0 0\ncpu0 …\n")
    assert machine.busy() == 0.0
    stat.write_text("cpu  190 0 190 810 10 0 0 0 0 0\ncpu0 …\n")
    assert machine.busy() == pytest.approx(0.45)
    stat.write_text("cpu  280 0 280 820 20 0 0 0 0 0\ncpu0 …\n")
    assert machine.busy() == pytest.approx(0.675)
    assert 0.0 <= Machine().busy() <= 1.0


class _Lag:
    def __init__(self) -> None:
        self.late, self.much = 0.0, True

    def seconds(self) -> float:
        return self.late

    def busy(self) -> bool:
        return self.much


class _Node:
    """A node that is told whom to refuse, or that cannot be told."""

    def __init__(self) -> None:
        self.lag, self.is_here, self.away = _Lag(), False, False
        self.told: list[tuple[int, int]] = []
        self.limits: asyncio.Queue[tuple[int, int]] = asyncio.Queue()

    async def limit(self, calls: int, until: int) -> None:
        self.limits.put_nowait((calls, until))
        if self.away:
            raise PeerUnavailable("away")

    async def refuse(self, percent: int, until: int) -> None:
        if self.away:
            raise PeerUnavailable("away")
        self.told.append((percent, until))


def _strain(node: _Node, desk: Desk, events: list[NodeStrained]) -> Strain:
    return Strain(desk, {NORTH: node}, LIMITS, events.append, clock=lambda: 1000.0)  # type: ignore[dict-item]


async def _look(strain: Strain) -> None:
    for name, seen in strain.seen().items():
        await strain.look(name, seen)


async def test_a_node_is_told_as_long_as_it_is_so_and_once_that_it_is_over() -> None:
    """Its order lapses by itself, so it is said again at every look; in quiet times nothing is said."""
    node, events = _Node(), list[NodeStrained]()
    strain = _strain(node, Desk(PLAN), events)
    await _look(strain)
    assert node.told == []
    node.lag.late = 0.55
    await _look(strain)
    await _look(strain)
    assert [until for _, until in node.told] == [1010, 1010]
    node.lag.late = 0.0
    for _ in range(10):
        await _look(strain)
    assert node.told[-1] == (0, 1010)
    assert [percent for percent, _ in node.told].count(0) == 1
    assert events == []


async def test_the_desk_hears_of_a_node_that_takes_nobody() -> None:
    """A full node: those who were on their way in already are told by the desk."""
    node, events, desk = _Node(), list[NodeStrained](), Desk(PLAN)
    strain = _strain(node, desk, events)
    for number in range(101):
        channel = f"north-{number}"
        desk.calls[CallId(channel)] = Call(CallId(channel), NORTH, ChannelId(channel), PLAN.default_queue, 0.0, PLAN)
    await _look(strain)
    assert events == [NodeStrained(NORTH, True)]
    desk.calls.popitem()
    await _look(strain)
    assert events == [NodeStrained(NORTH, True), NodeStrained(NORTH, False)]


async def test_a_machine_that_others_keep_busy_refuses_nobody(tmp_path: Path) -> None:
    """CPU counts where the node is here and has much to tell."""
    node, stat = _Node(), tmp_path / "stat"
    strain = _strain(node, Desk(PLAN), [])
    strain.machine = Machine(stat)
    for here, much, cpu in ((True, False, None), (False, True, None), (True, True, 1.0)):
        for ticks in range(20):
            stat.write_text(f"cpu  {1000 * ticks} 0 0 7 0 0 0 0 0 0\n")
            node.is_here, node.lag.much = here, much
            seen = strain.seen()[NORTH]
        assert seen.cpu == (None if cpu is None else pytest.approx(cpu, abs=0.01))
        await _look(strain)
    assert len(node.told) == 1


async def test_a_node_that_is_away_is_told_later() -> None:
    """That it cannot be told now ends nothing, and at the next look it is told."""
    node = _Node()
    strain = _strain(node, Desk(PLAN), [])
    node.lag.late, node.away = 1.0, True
    await _look(strain)
    node.away = False
    await _look(strain)
    assert len(node.told) == 1


async def test_the_dialplan_is_told_how_many_calls_there_may_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """Again and again, well before it lapses, also while the node cannot be reached."""
    assert strain_module._SAID_EVERY * 3 < LAPSES_AFTER
    monkeypatch.setattr(strain_module, "_SAID_EVERY", 0.0)
    node = _Node()
    node.away = True
    running = asyncio.create_task(_strain(node, Desk(PLAN), []).run())
    async with asyncio.timeout(10):
        assert [await node.limits.get() for _ in range(3)] == [(100, 1000 + LAPSES_AFTER)] * 3
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running


async def test_a_node_without_a_limit_is_told_none() -> None:
    """`calls = 0`: the dialplan counts nobody out."""
    node = _Node()
    strain = _strain(node, Desk(PLAN), [])
    strain.limits = NodeLimits(calls=None)
    await asyncio.wait_for(strain._limit(NORTH), 10)
    assert node.limits.empty()
