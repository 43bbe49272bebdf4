"""One file, one thread, and its migrations."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from pathlib import Path

import pytest

from irmacall.errors import PeerError, SettingsError
from irmacall.store.sqlite import Database, statements
from tests.store.files import modes

ONE = "CREATE TABLE t (n INTEGER);"
TWO = "ALTER TABLE t ADD COLUMN m INTEGER NOT NULL DEFAULT 7;"


async def test_migrations_run_once(tmp_path: Path) -> None:
    """A file is taken from whatever version it has to today's, and keeps what is in it."""
    path = tmp_path / "x.db"
    database = await Database.open(path, [ONE])
    await database.run(lambda db: db.execute("INSERT INTO t VALUES (1)").rowcount)
    await database.close()
    for _ in range(2):
        database = await Database.open(path, [ONE, TWO])
        assert await database.run(lambda db: db.execute("SELECT * FROM t").fetchall()) == [(1, 7)]
        await database.close()


async def test_broken_migration_changes_nothing(tmp_path: Path) -> None:
    """A migration that fails half-way is not there at all."""
    path = tmp_path / "x.db"
    with pytest.raises(SettingsError, match=r"x\.db"):
        await Database.open(path, [ONE, TWO + "CREATE TABLE t (again);"])
    database = await Database.open(path, [ONE])
    assert await database.run(lambda db: db.execute("SELECT * FROM t").fetchall()) == []
    await database.close()


async def test_newer_file(tmp_path: Path) -> None:
    """A file of a newer irmacall is refused, not guessed at."""
    await (await Database.open(tmp_path / "x.db", [ONE, TWO])).close()
    with pytest.raises(SettingsError, match="newer"):
        await Database.open(tmp_path / "x.db", [ONE])


@pytest.mark.parametrize("content", [b"not a database, but long enough to be looked at" * 30, b""])
async def test_not_a_database(tmp_path: Path, content: bytes) -> None:
    """A file of something else, or a directory that is not there, is refused by its name."""
    path = tmp_path / "x.db" if content else tmp_path / "nowhere" / "x.db"
    if content:
        path.write_bytes(content)
    with pytest.raises(SettingsError, match=r"x\.db"):
        await Database.open(path, [ONE])


async def test_only_we_can_read_it(tmp_path: Path) -> None:
    """The file and what SQLite puts beside it are readable for its owner only."""
    database = await Database.open(tmp_path / "x.db", [ONE])
    await database.run(lambda db: db.execute("INSERT INTO t VALUES (1)").rowcount)
    assert modes(tmp_path) == [0o600] * 3
    await database.close()


async def test_what_fails_is_undone(tmp_path: Path) -> None:
    """When the work raises half-way nothing of it stays; SQLite's own faults come as ours."""

    def half(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO t VALUES (1)")
        db.execute("SELECT * FROM nowhere")

    database = await Database.open(tmp_path / "x.db", [ONE])
    with pytest.raises(PeerError, match="SQLITE_ERROR"):
        await database.run(half)
    assert await database.run(lambda db: db.execute("SELECT * FROM t").fetchall()) == []
    await database.close()


async def test_one_thread_of_its_own(tmp_path: Path) -> None:
    """All work of a file is done in one thread, which is not the event loop's."""
    database = await Database.open(tmp_path / "x.db", [ONE])
    seen = await asyncio.gather(*(database.run(lambda _: threading.get_ident()) for _ in range(5)))
    assert len(set(seen)) == 1
    assert seen[0] != threading.get_ident()
    await database.close()


async def test_two_processes_wait_for_each_other(tmp_path: Path) -> None:
    """Two who have the file open both get their writes in."""
    first, second = [await Database.open(tmp_path / "x.db", [ONE]) for _ in range(2)]
    writes = (
        database.run(lambda db: db.execute("INSERT INTO t VALUES (1)").rowcount) for database in [first, second] * 30
    )
    await asyncio.gather(*writes)
    assert await first.run(lambda db: db.execute("SELECT count(*) FROM t").fetchone()) == (60,)
    await first.close()
    await second.close()


def test_statements_with_semicolons_inside() -> None:
    """A trigger with statements of its own is one statement."""
    script = "CREATE TABLE a (b);\nCREATE TRIGGER c BEFORE DELETE ON a\nBEGIN SELECT 1; SELECT 2; END;\n"
    assert [text.split()[1] for text in statements(script)] == ["TABLE", "TRIGGER"]
