"""What is particular to facts in a SQLite file."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from irmacall.errors import PeerUnavailable, SettingsError
from irmacall.store import facts_engines
from tests.store.facts_places import NOON, Place, facts
from tests.store.files import modes


async def test_only_its_owner_can_read_it(tmp_path: Path) -> None:
    """The file and what SQLite keeps beside it are 0600 while it is open."""
    async with Place(tmp_path / "records.sqlite").prepared() as store:
        await store.put([facts()])
        assert modes(tmp_path)
        assert set(modes(tmp_path)) == {0o600}


async def test_what_was_put_survives_a_loss_of_power(sqlite_place: Place) -> None:
    """It writes ahead, and each commit is synced: as SQLite itself says of the connection."""
    assert isinstance(sqlite_place.at, Path)
    engine = facts_engines.sqlite_engine(sqlite_place.at)
    with engine.connect() as connection:
        asked = ("journal_mode", "synchronous", "secure_delete")
        found = [connection.exec_driver_sql(f"PRAGMA {name}").scalar() for name in asked]
    engine.dispose()
    assert found == ["wal", 2, 1]


@pytest.mark.parametrize("content", [b"no database, but long enough to have a header" * 50, None])
async def test_a_file_that_cannot_be_used_is_told(tmp_path: Path, content: bytes | None) -> None:
    """Something else under that name, or a place where no file can be, is the operator's to mend."""
    path = tmp_path / "records.sqlite" if content else tmp_path / "nowhere" / "records.sqlite"
    if content:
        path.write_bytes(content)
    async with Place(path).opened() as store:
        with pytest.raises(SettingsError, match=r"records\.sqlite"):
            await store.check()


async def test_another_writer_is_waited_for_no_longer_than_that(
    sqlite_place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While another process keeps the file to itself it is away; afterwards the same can be put."""
    monkeypatch.setattr(facts_engines, "_BUSY_S", 0.05)
    async with sqlite_place.prepared() as store:
        other = sqlite3.connect(str(sqlite_place.at), isolation_level=None)
        other.execute("BEGIN IMMEDIATE")
        put = facts()
        with pytest.raises(PeerUnavailable, match="SQLITE_BUSY"):
            await store.put([put])
        other.execute("ROLLBACK")
        other.close()
        await store.put([put])
        assert await store.read(NOON, NOON + 1) == [put]
