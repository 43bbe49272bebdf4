"""The real yivi server, and a citizen's real app."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.identity.parts import Parts, prepare
from lab.identity.scheme import OTHER_SCHEME
from lab.wallet import Wallet
from lab.yivi import YiviServer
from tests.irma.houses import serve


@pytest.fixture(scope="session")
def parts() -> Parts:
    """Programs and schemes."""
    return prepare()


@pytest.fixture(scope="session")
async def yivi(parts: Parts, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[YiviServer]:
    """A yivi server that no test stops."""
    async with serve(parts, parts.binaries.yivi, tmp_path_factory.mktemp("yivi")) as server:
        yield server


@pytest.fixture
async def own_yivi(parts: Parts, tmp_path: Path) -> AsyncIterator[YiviServer]:
    """A yivi server of this test's own, to be stopped and broken."""
    async with serve(parts, parts.binaries.yivi, tmp_path / "yivi") as server:
        yield server


@pytest.fixture(scope="session")
async def wallet(parts: Parts, yivi: YiviServer, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Wallet]:
    """A citizen's app with her personal data, of the demo scheme and of the other one."""
    async with Wallet(parts.binaries.wallet, parts.public, tmp_path_factory.mktemp("wallet")) as wallet:
        await wallet.issue(yivi)
        await wallet.issue(yivi, scheme=OTHER_SCHEME)
        yield wallet
