"""A file of SQLite's that several make at one moment."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from irmacall.store import facts_engines, sqlite

MIGRATIONS = ("CREATE TABLE things (name TEXT);",)
Opens = Callable[[Path], sqlite3.Connection]


@pytest.mark.parametrize(
    "opens",
    [lambda path: sqlite._opened(path, MIGRATIONS), facts_engines._opened],
    ids=["users and audit", "facts"],
)
def test_who_come_together_to_a_new_file_all_open_it(tmp_path: Path, opens: Opens) -> None:
    """None is told that it is locked; it is readable for its owner alone."""
    failed: list[BaseException] = []

    def come(path: Path, together: threading.Barrier) -> None:
        together.wait()
        try:
            opens(path).close()
        except BaseException as error:  # noqa: BLE001  # judged below, in the thread of the test
            failed.append(error)

    for number in range(20):
        path, together = tmp_path / f"{number}.sqlite", threading.Barrier(8)
        threads = [threading.Thread(target=come, args=(path, together)) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert path.stat().st_mode & 0o077 == 0
    assert failed == []
