"""A lab without a daemon: what the dialplan does by itself."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.lab import Lab


@pytest.fixture(scope="session")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """One lab for all tests of this room; each uses a citizen's line and phones of its own or leaves them clean."""
    directory: Path = tmp_path_factory.mktemp("dialplan")
    async with Lab(directory) as lab:
        yield lab
