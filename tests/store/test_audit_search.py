"""Finding lines of the audit log: newest first, a page at a time, and never in the way of an append."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from irmacall.core.ids import CallId, UserId
from irmacall.errors import PeerError
from irmacall.store import audit_search
from irmacall.store.audit import AuditKind, AuditLine, AuditLog
from irmacall.store.audit_search import Wanted

ELS, NOOR = UserId("u1"), UserId("u2")
LINES = [
    AuditLine(1_700_000_000.0, AuditKind.LOGIN, who=ELS, why="password"),
    AuditLine(1_700_000_100.0, AuditKind.GRANTED, who=ELS, call=CallId("node1-1.1"), why="answered"),
    AuditLine(1_700_000_200.0, AuditKind.USER_CHANGED, who=NOOR, why="els: function: 'Älter' -> 'B'"),
    AuditLine(1_700_000_300.0, AuditKind.USER_ADDED, why="on the command line by root: els.smit, agent"),
    AuditLine(1_700_000_400.0, AuditKind.LOGIN_FAILED, why="unknown login, wrong password, or disabled 50%"),
]


@pytest.fixture
async def log(tmp_path: Path) -> AsyncIterator[AuditLog]:
    """A log of five lines."""
    log = await AuditLog.open(tmp_path / "audit.db")
    for line in LINES:
        await log.append(line)
    yield log
    await log.close()


@pytest.mark.parametrize(
    ("wanted", "numbers"),
    [
        (Wanted(), [5, 4, 3, 2, 1]),
        (Wanted(since=1_700_000_100.0), [5, 4, 3, 2]),
        (Wanted(until=1_700_000_100.0), [1]),
        (Wanted(since=1_700_000_100.0, until=1_700_000_100.001), [2]),
        (Wanted(kinds=frozenset({"login", "login_failed"})), [5, 1]),
        (Wanted(call=CallId("node1-1.1")), [2]),
        (Wanted(text="PASSWORD"), [5, 1]),
        (Wanted(text="älter"), [3]),
        (Wanted(text="50%"), [5]),
        (Wanted(text="0_"), []),
        (Wanted(user=(ELS, "els")), [3, 2, 1]),
        (Wanted(user=(NOOR, "noor")), [3]),
        (Wanted(user=(UserId("u9"), "els.smit")), [4]),
        (Wanted(text="password", kinds=frozenset({"login"}), user=(ELS, "els")), [1]),
    ],
)
async def test_what_is_wanted_is_found(log: AuditLog, wanted: Wanted, numbers: list[int]) -> None:
    """By time, kind, call, text, and by who did it or whom it is about; all that is given must apply."""
    found = await log.search(wanted)
    assert [seq for seq, _ in found.lines] == numbers
    assert [line for _, line in found.lines] == [LINES[number - 1] for number in numbers]
    assert found.is_all


async def test_what_was_done_to_her_is_found_by_her_id_too(log: AuditLog) -> None:
    """By her login and by her id: older lines of a pause have the id alone, and a login may have changed since."""
    for why in (f"{ELS}: Overleg", f"els ({ELS}): Overleg", f"oud ({ELS}): Overleg", "u12: Overleg"):
        await log.append(AuditLine(1_700_000_500.0, AuditKind.AGENT_PAUSED, who=NOOR, why=why))
    found = await log.search(Wanted(kinds=frozenset({"agent_paused"}), user=(ELS, "els")))
    assert [seq for seq, _ in found.lines] == [8, 7, 6]


async def test_pages_follow_each_other(log: AuditLog) -> None:
    """Each page begins behind the oldest line of the one before, and the last one says that it is the last."""
    first = await log.search(Wanted(limit=2))
    assert ([seq for seq, _ in first.lines], first.oldest, first.is_all) == ([5, 4], 4, False)
    await log.append(LINES[0])  # What is new pushes no line onto the next page.
    second = await log.search(Wanted(limit=2, before=first.oldest))
    assert ([seq for seq, _ in second.lines], second.is_all) == ([3, 2], False)
    third = await log.search(Wanted(limit=2, before=second.oldest))
    assert ([seq for seq, _ in third.lines], third.is_all) == ([1], True)


async def test_a_question_looks_at_so_many_lines(log: AuditLog, monkeypatch: pytest.MonkeyPatch) -> None:
    """And tells how far it came, so that whoever wants older ones can ask on."""
    monkeypatch.setattr(audit_search, "LOOKED_AT", 2)
    wanted = Wanted(kinds=frozenset({"login"}))
    found = await log.search(wanted)
    assert (found.lines, found.oldest, found.is_all) == ([], 4, False)
    again = await log.search(Wanted(kinds=frozenset({"login"}), before=2))
    assert ([seq for seq, _ in again.lines], again.is_all) == ([1], True)


async def test_a_search_waits_for_nobody_and_holds_nobody_up(log: AuditLog) -> None:
    """Appends and searches side by side: each search sees whole lines, and each append gets its number."""
    work = [log.append(LINES[0]) if n % 2 else log.search(Wanted()) for n in range(40)]
    await asyncio.gather(*work)
    assert (await log.head()).seq == 25
    assert await log.verify() is None


async def test_an_empty_log(tmp_path: Path) -> None:
    """Nothing happened yet: nothing is found, and that is all."""
    log = await AuditLog.open(tmp_path / "empty.db")
    found = await log.search(Wanted())
    assert (found.lines, found.is_all) == ([], True)
    await log.close()


async def test_a_file_that_fails(log: AuditLog, tmp_path: Path) -> None:
    """A log that cannot be read is told as such."""
    (tmp_path / "audit.db").rename(tmp_path / "elsewhere.db")
    with pytest.raises(PeerError, match=r"audit\.db cannot be read"):
        await log.search(Wanted())
