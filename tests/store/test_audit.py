"""The audit log: complete, in order, on disk, and it shows when somebody was at it."""

from __future__ import annotations

import asyncio
import json
import sqlite3
import subprocess
import sys
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest

from irmacall.core.ids import CallId, DeskId, GrantNumber, SeatId, UserId
from irmacall.errors import PeerError
from irmacall.store.audit import AuditKind, AuditLine, AuditLog, Head, canonical

LINE = AuditLine(
    1_700_000_000.1234,
    AuditKind.REVEAL,
    UserId("u1"),
    SeatId("s1"),
    CallId("node1-1.1"),
    DeskId("gemeente"),
    GrantNumber(7),
    "owner in bridge",
)


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[AuditLog]:
    """An empty log."""
    log = await AuditLog.open(tmp_path / "audit.db")
    yield log
    await log.close()


async def filled(log: AuditLog, lines: int = 5) -> None:
    """So many lines, each of another grant."""
    for grant in range(lines):
        await log.append(replace(LINE, grant=GrantNumber(grant)))


def tampered(path: Path, *statements: str) -> None:
    """What somebody with the file can do who first throws the triggers away."""
    triggers = ("audit_only_grows", "audit_is_not_changed", "audit_is_not_shortened")
    db = sqlite3.connect(path)
    for statement in (*(f"DROP TRIGGER {name}" for name in triggers), *statements):
        db.execute(statement)
    db.commit()
    db.close()


async def test_lines_come_back(log: AuditLog) -> None:
    """Lines are numbered from one in the order of their appends, and come back as they were."""
    assert [await log.append(LINE), await log.append(AuditLine(5.0, AuditKind.LOGIN))] == [1, 2]
    assert await log.lines() == [
        (1, replace(LINE, at=1_700_000_000.123)),
        (2, AuditLine(5.0, AuditKind.LOGIN)),
    ]
    assert [seq for seq, _ in await log.lines(after=1)] == [2]
    assert await log.verify() is None


def test_canonical() -> None:
    """One line has one text: keys in order, no spaces, time in UTC to the millisecond."""
    assert canonical(LINE) == (
        '{"at":"2023-11-14T22:13:20.123+00:00","call":"node1-1.1","desk":"gemeente","grant":7,'
        '"kind":"reveal","seat":"s1","who":"u1","why":"owner in bridge"}'
    )


async def test_empty_log_is_whole(log: AuditLog) -> None:
    """Nothing happened yet: nothing is broken."""
    assert await log.verify() is None
    assert (await log.head()).seq == 0


async def test_side_by_side(log: AuditLog, tmp_path: Path) -> None:
    """Appends at the same moment, also of two processes, make one chain in which none is missing."""
    other = await AuditLog.open(tmp_path / "audit.db")
    appends = [(log, other)[n % 2].append(replace(LINE, grant=GrantNumber(n))) for n in range(200)]
    assert sorted(await asyncio.gather(*appends)) == list(range(1, 201))
    assert await log.verify() is None
    assert {line.grant for _, line in await log.lines(limit=300)} == set(range(200))
    await other.close()


async def test_numbers_belong_to_their_lines(log: AuditLog) -> None:
    """Lines that went to disk together each get their own number back."""
    numbers = await asyncio.gather(*(log.append(replace(LINE, grant=GrantNumber(n))) for n in range(50)))
    written = dict(await log.lines())
    assert [written[number].grant for number in numbers] == list(range(50))


async def test_on_disk_before_it_returns(tmp_path: Path) -> None:
    """A process that is killed right after an append leaves the line behind."""
    program = (
        "import asyncio, os, signal, pathlib, sys\n"
        "from irmacall.store.audit import *\n"
        "async def main():\n"
        "    log = await AuditLog.open(pathlib.Path(sys.argv[1]))\n"
        "    for _ in range(3): await log.append(AuditLine(1.0, AuditKind.LOGIN))\n"
        "    os.kill(os.getpid(), signal.SIGKILL)\n"
        "asyncio.run(main())\n"
    )
    path = tmp_path / "audit.db"
    killed = await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program, str(path)], check=False)
    assert killed.returncode == -9
    log = await AuditLog.open(path)
    assert len(await log.lines()) == 3
    assert await log.verify() is None
    await log.close()


async def test_durable_settings(log: AuditLog) -> None:
    """Each transaction is synced to disk: a loss of power takes no line that was acknowledged."""
    pragmas = [
        await log._database.run(lambda db, name=name: db.execute(f"PRAGMA {name}").fetchone()[0])  # type: ignore[misc]
        for name in ("journal_mode", "synchronous")
    ]
    assert pragmas == ["wal", 2]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit SET line = 'x' WHERE seq = 2",
        "DELETE FROM audit WHERE seq = 5",
        "INSERT OR REPLACE INTO audit VALUES (2, 'x', 'y')",
        "INSERT INTO audit VALUES (-1, 'x', 'y')",
    ],
)
async def test_append_only(log: AuditLog, tmp_path: Path, statement: str) -> None:
    """The file itself refuses to be changed."""
    await filled(log)
    db = sqlite3.connect(tmp_path / "audit.db")
    with pytest.raises(sqlite3.IntegrityError, match="append-only"):
        db.execute(statement)
    db.close()
    assert await log.verify() is None


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE audit SET line = replace(line, 'u1', 'u2') WHERE seq = 3", 3),
        ("UPDATE audit SET hash = 'x' WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 1", 1),
        ("DELETE FROM audit WHERE seq = 3", 3),
        ("DELETE FROM audit WHERE seq = 5", 5),
        ("DELETE FROM audit", 1),
        ("UPDATE audit SET seq = 9 WHERE seq = 5", 5),
        ("INSERT INTO audit VALUES (6, '{}', 'x')", 6),
    ],
)
async def test_tampering_shows(log: AuditLog, tmp_path: Path, statement: str, broken: int) -> None:
    """A changed, missing, moved or added line is found, and which one it is."""
    await filled(log)
    tampered(tmp_path / "audit.db", statement)
    assert await log.verify() == broken


async def test_swapped_lines_show(log: AuditLog, tmp_path: Path) -> None:
    """Two lines that changed places are found, though each is as it was written."""
    await filled(log)
    tampered(
        tmp_path / "audit.db",
        "UPDATE audit SET seq = 99 WHERE seq = 2",
        "UPDATE audit SET seq = 2 WHERE seq = 3",
        "UPDATE audit SET seq = 3 WHERE seq = 99",
    )
    assert await log.verify() == 2


async def test_noted_head(log: AuditLog, tmp_path: Path) -> None:
    """With a head that was noted elsewhere even a file that was cut or rewritten with care is found out."""
    await filled(log)
    noted = await log.head()
    await filled(log, 2)
    assert await log.verify(noted) is None
    assert await log.verify(Head(noted.seq, "0" * 64)) == noted.seq
    tampered(
        tmp_path / "audit.db",
        "DELETE FROM audit WHERE seq > 3",
        "UPDATE sqlite_sequence SET seq = 3",
    )
    assert await log.verify() is None
    assert await log.verify(noted) == 4


async def test_failure_is_told(log: AuditLog, tmp_path: Path) -> None:
    """An append that did not reach the disk raises, to everyone who waited for it; the next one may succeed."""
    blocker = sqlite3.connect(tmp_path / "audit.db", isolation_level=None)
    blocker.execute("PRAGMA busy_timeout = 0")
    await log._database.run(lambda db: db.execute("PRAGMA busy_timeout = 50").fetchone())
    blocker.execute("BEGIN IMMEDIATE")
    outcomes = await asyncio.gather(log.append(LINE), log.append(LINE), return_exceptions=True)
    assert [type(outcome) for outcome in outcomes] == [PeerError, PeerError]
    blocker.execute("ROLLBACK")
    blocker.close()
    assert await log.append(LINE) == 1


async def test_cancelled_append(log: AuditLog) -> None:
    """Who is cancelled while he waits takes nobody else's line with him, and the chain stays whole."""
    appends = [asyncio.create_task(log.append(LINE)) for _ in range(20)]
    await asyncio.sleep(0)
    for append in appends[::2]:
        append.cancel()
    outcomes = await asyncio.gather(*appends, return_exceptions=True)
    assert all(isinstance(outcome, int) for outcome in outcomes[1::2])
    assert await log.append(LINE) <= 21
    assert await log.verify() is None


async def test_fast_enough_for_a_reveal(log: AuditLog) -> None:
    """An append takes a few milliseconds at most (p90 here: the machine's other work is not ours)."""
    times = []
    for _ in range(200):
        began = time.perf_counter()
        await log.append(LINE)
        times.append(time.perf_counter() - began)
    assert sorted(times)[180] < 0.02


async def test_line_is_json(log: AuditLog, tmp_path: Path) -> None:
    """What stands in the file can be read without irmacall."""
    await log.append(LINE)
    db = sqlite3.connect(tmp_path / "audit.db")
    (text,) = db.execute("SELECT line FROM audit").fetchone()
    db.close()
    assert json.loads(text)["kind"] == "reveal"
