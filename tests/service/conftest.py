"""What every test of the service starts from."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from irmacall.service import custody, leadership, records, saving, term
from tests.service.counter import Counter, opened
from tests.service.house import House


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody rests between two tries for longer than a test can bear."""
    monkeypatch.setattr(leadership, "STAND_BY_SECONDS", 0.005)
    monkeypatch.setattr(saving, "RETRY_SECONDS", 0.005)
    monkeypatch.setattr(term, "BEAT_SECONDS", 0.01)
    monkeypatch.setattr(custody, "RETRY_SECONDS", 0.005)
    monkeypatch.setattr(custody, "WATCH_SECONDS", 0.01)
    monkeypatch.setattr(records, "RETRY_SECONDS", 0.005)
    monkeypatch.setattr(records, "LONGEST_WAIT", 0.05)


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A daemon that leads its desk, with one node."""
    async with House().leads() as house:
        yield house


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    """A daemon that leads, with a yivi server."""
    async with opened() as counter:
        yield counter
