"""Asterisk and its double, and a node client that reaches either through a relay."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from irmacall.ari.client import Node, NodeSettings
from irmacall.core.ids import DeskId, Endpoint, NodeName
from lab.relay import Relay
from tests.ari.fake import FakeAsterisk
from tests.ari.heard import Heard
from tests.ari.real import RealAsterisk

Site = FakeAsterisk | RealAsterisk


@pytest.fixture(scope="session")
async def real() -> AsyncIterator[RealAsterisk]:
    """One real Asterisk for all tests of this room."""
    async with RealAsterisk() as site:
        yield site


@pytest.fixture
async def fake() -> AsyncIterator[FakeAsterisk]:
    """A fresh double."""
    async with FakeAsterisk() as site:
        yield site


@pytest.fixture(params=["double", "asterisk"])
def site(request: pytest.FixtureRequest) -> Site:
    """Either of them: both must pass."""
    found: Site = request.getfixturevalue("fake" if request.param == "double" else "real")
    return found


@pytest.fixture
async def relay(site: Site) -> AsyncIterator[Relay]:
    """What stands between the client and the site."""
    async with Relay(*site.address) as between:
        yield between


def settings(site: Site, url: str, timeout: float = 5.0) -> NodeSettings:
    """How the desk reaches the site by that URL."""
    return NodeSettings(NodeName("north"), DeskId(site.desk), url, site.user, site.password, timeout=timeout)


@asynccontextmanager
async def running(node: Node) -> AsyncIterator[Heard]:
    """The node's source, kept running; what it tells. A source that fails, fails the test."""
    heard = Heard()
    async with node:
        task = asyncio.create_task(node.run(heard), name="source")
        try:
            yield heard
            assert not task.done() or task.exception() is None
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)


@pytest.fixture
def node(site: Site, relay: Relay) -> Node:
    """A client that is not connected yet."""
    return Node(settings(site, relay.url), (Endpoint("agent1"), Endpoint(site.desk_phone)))
