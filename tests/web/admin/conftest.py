"""The administrator's app, and who administers."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import aiohttp
import pytest

from tests.web.admin.office import Desk, Office, log_in, opened


@pytest.fixture
async def office(tmp_path: Path, tls: ssl.SSLContext) -> AsyncIterator[Office]:
    """The app."""
    async with opened(tmp_path, tls) as office:
        yield office


@pytest.fixture
async def desk(client: aiohttp.ClientSession, office: Office) -> Desk:
    """Noor, who administers."""
    return await log_in(client, office)
