"""The hand in the audit log: a reveal waits for its line, the rest is written in order, a stop loses nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from irmacall.core.ids import CallId, GrantNumber, SeatId, UserId
from irmacall.errors import PeerError
from irmacall.service.audit import AuditWriter
from irmacall.service.repeats import Repeats
from irmacall.store.audit import AuditKind
from tests.core.leader import PLAN
from tests.service.fakes import FakeAudit
from tests.service.house import within


@asynccontextmanager
async def _running(writer: AuditWriter) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(writer.run())
    yield task
    task.cancel()
    await asyncio.wait([task])


@pytest.fixture
def written() -> FakeAudit:
    """What is on disk."""
    return FakeAudit()


@pytest.fixture
def writer(written: FakeAudit) -> AuditWriter:
    """The hand that writes it."""
    return AuditWriter(written, PLAN.desk)  # type: ignore[arg-type]


@pytest.fixture
def _no_rest(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second between two tries passes at once."""
    real: Callable[[float], Awaitable[None]] = asyncio.sleep

    async def nap(_: float) -> None:
        await real(0)

    monkeypatch.setattr(f"{AuditWriter.__module__}.asyncio.sleep", nap)


def _whys(written: FakeAudit) -> list[str]:
    return [line.why for line in written.lines.all]


async def test_what_is_noted_is_written_in_order(writer: AuditWriter, written: FakeAudit) -> None:
    """The log is a history."""
    async with _running(writer):
        for number in range(50):
            writer.note("login", why=str(number), user=UserId("els"))
        await written.lines.number(50)
    assert _whys(written) == [str(number) for number in range(50)]
    assert {(line.kind, line.who, line.desk) for line in written.lines.all} == {(AuditKind.LOGIN, "els", PLAN.desk)}


@pytest.mark.usefixtures("_no_rest")
async def test_a_line_that_cannot_be_written_is_insisted_on_and_the_next_waits(
    writer: AuditWriter, written: FakeAudit
) -> None:
    """A full disk delays the log and loses nothing of it."""
    written.faults.once["append"] = [PeerError("disk full")] * 5
    async with _running(writer):
        writer.note("login", why="first")
        writer.note("logout", why="second")
        await written.lines.number(2)
    assert _whys(written) == ["first", "second"]
    assert len(written.asked.all) == 7


async def test_a_reveals_line_does_not_queue(writer: AuditWriter, written: FakeAudit) -> None:
    """Somebody is waiting to hear a name: her line overtakes what was only noted."""
    writer.note("login", why="noted")
    await writer.write(
        "reveal", seat=SeatId("s"), user=UserId("els"), call=CallId("c"), grant=GrantNumber(1), why="on the line"
    )
    assert _whys(written) == ["on the line"]


async def test_a_reveals_line_that_cannot_be_written_is_said(writer: AuditWriter, written: FakeAudit) -> None:
    """And not tried again: what it was for must not happen."""
    written.faults.always["append"] = PeerError("disk full")
    with pytest.raises(PeerError):
        await writer.write(
            "reveal", seat=SeatId("s"), user=UserId("els"), call=CallId("c"), grant=GrantNumber(1), why="on the line"
        )
    assert len(written.asked.all) == 1


async def test_a_stop_loses_no_line(writer: AuditWriter, written: FakeAudit) -> None:
    """The line that was being written, those behind it, and those that a stop itself asks for."""
    written.gate.hold()
    async with _running(writer):
        for why in ("first", "second", "third"):
            writer.note("login", why=why)
        await written.asked.number(1)
    writer.note("withdrawn", why="stopping")
    written.gate.release()
    await within(writer.drain())
    assert _whys(written) == ["first", "second", "third", "stopping"]


async def test_a_stop_while_the_disk_is_full_says_so(writer: AuditWriter, written: FakeAudit) -> None:
    """What cannot be kept is not kept silently."""
    writer.note("login", why="lost")
    written.faults.always["append"] = PeerError("disk full")
    with pytest.raises(PeerError):
        await writer.drain()


async def test_a_kind_that_there_is_not_is_refused_where_it_is_asked(writer: AuditWriter) -> None:
    """A misspelt kind is found by the first test that comes by."""
    with pytest.raises(ValueError, match="loggin"):
        writer.note("loggin", why="")


async def test_what_goes_on_has_a_line_each_minute_with_its_count(written: FakeAudit) -> None:
    """The first at once, the next when the minute is over, and nothing about what has stopped."""
    clock = [0.0]
    writer = AuditWriter(written, PLAN.desk, lambda: clock[0])  # type: ignore[arg-type]

    def ask(times: int, call: str = "c") -> None:
        for _ in range(times):
            writer.count("reveal_refused", why="not hers", user=UserId("els"), seat=SeatId("s"), call=CallId(call))

    ask(5)
    ask(1, "another")
    writer.tell_repeats()
    clock[0] = 60.0
    writer.tell_repeats()
    ask(2)
    ask(1, "another")
    clock[0] = 120.0
    writer.tell_repeats()
    clock[0] = 180.0
    writer.tell_repeats()
    ask(1)
    await within(writer.drain())
    assert [(line.call, line.why) for line in written.lines.all] == [
        ("c", "not hers"),
        ("another", "not hers"),
        ("c", "not hers (4 times more since the last line of this)"),
        ("another", "not hers"),
        ("c", "not hers (2 times more since the last line of this)"),
        ("c", "not hers"),
    ]
    assert all(line.at > 0 for line in written.lines.all)


async def test_repeats_are_told_while_it_runs(
    writer: AuditWriter, written: FakeAudit, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody needs to ask again for the count to be written."""
    monkeypatch.setattr(f"{Repeats.__module__}.MINUTE", 0.0)
    monkeypatch.setattr(f"{AuditWriter.__module__}.MINUTE", 0.01)
    for _ in range(3):
        writer.count("reveal_refused", why="not hers", user=UserId("els"), seat=SeatId("s"), call=None)
    async with _running(writer):
        await written.lines.number(2)
    assert _whys(written)[1] == "not hers (2 times more since the last line of this)"
