"""What the demo tells of a call while it stays up, on a real Asterisk: by subscriptions to her two lines alone."""

from __future__ import annotations

from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio

from lab.demo.hearing import told
from lab.demo.municipality import EXCHANGE, MENU
from lab.town import Town
from tests.live.exchange import calls, municipality, over
from tests.live.scenes import until


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """The demo's municipality."""
    async with municipality(tmp_path_factory.mktemp("demo"), EXCHANGE) as town:
        yield town


async def test_what_she_hears_is_told_and_nobody_else_s(town: Town) -> None:
    """Another caller is welcomed and led to the menu before her, of which nothing is told."""
    lines: list[str] = []
    async with told(town.lab.nodes[0], EXCHANGE, lines.append):
        assert await _subscriptions(town) == {"PJSIP/citizen1", "PJSIP/outside-out"}
        other = await calls(town, "citizen2", "#")
        await other.is_told(MENU)
        assert lines == []
        hers = await calls(town, "citizen1", "#")
        await hers.is_told(MENU)
        await until(lambda: _is_told(lines, "Wilt u een afspraak maken?"), "her menu is told", 10)
        await over(other, hers)
    assert all(line.startswith('  she hears: "') for line in lines)


async def _is_told(lines: list[str], words: str) -> bool:
    return any(words in line for line in lines)


async def _subscriptions(town: Town) -> set[str]:
    """All that the demo's application is told of."""
    values = town.lab.nodes[0].values
    login = {"Authorization": aiohttp.encode_basic_auth(values.ari_account.user, values.ari_account.password)}
    async with aiohttp.ClientSession(f"http://{values.ari.host}:{values.ari.port}", headers=login) as client:
        found = await (await client.get("/ari/applications/demo-hearing")).json()
    kinds = [value for name, value in found.items() if name.endswith(("_ids", "_names"))]
    return {each for kind in kinds for each in kind}
