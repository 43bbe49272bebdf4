"""Where phones may pass callers on (phone_transfers): what they and lines from outside can do without a daemon."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.lab import Lab
from lab.phone import Phone


@pytest.fixture(scope="module")
async def lab(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Lab]:
    """A lab of such a site."""
    directory: Path = tmp_path_factory.mktemp("phones")
    async with Lab(directory, phone_transfers=("node1",)) as lab:
        yield lab


@pytest.fixture
async def agent(lab: Lab) -> AsyncIterator[Phone]:
    """An agent's phone that can be rung."""
    phone = lab.phone("agent1")
    await phone.register()
    yield phone
    await phone.unregister()


@pytest.mark.parametrize(
    ("dialled", "code"),
    [
        ("2101", 503),
        ("+31612345678", 503),
        ("112", 503),
        ("agent2", 404),
        ("7", 484),
        ("irmacall-anonymous", 404),
    ],
)
async def test_phones_reach_the_daemon_and_nothing_else(lab: Lab, agent: Phone, dialled: str, code: int) -> None:
    """While no daemon is there, what they dial is refused: nothing rings, and nobody is called."""
    refused = await (await agent.call(dialled)).disconnected.wait()
    assert refused["code"] == code
    assert "0 active calls" in await lab.nodes[0].cli("core show channels count")


async def test_a_refer_without_a_daemon_moves_nothing(lab: Lab, agent: Phone) -> None:
    """A phone that asks while nobody listens is told that it is being tried, and both talk on."""
    caller = await lab.phone("citizen1").call(lab.number)
    ring = await agent.rings(40)
    await ring.answer()
    await ring.speak(440)
    await caller.hears(440)
    await ring.refer(f"sip:2101@{lab.nodes[0].values.sip.host}")
    await ring.transfer_told(100)
    await caller.speak(880)
    await ring.hears(880)
    await caller.hang_up()
    await ring.disconnected.wait()


async def test_a_line_from_outside_passes_nobody_on(lab: Lab, agent: Phone) -> None:
    """What is the phones' is not the lines': their REFER is refused."""
    caller = await lab.phone("citizen2").call(lab.number)
    ring = await agent.rings(40)
    await ring.answer()
    for headers in ({}, {"Refer-Sub": "false"}):
        await caller.refer(f"sip:2101@{lab.nodes[0].values.sip.host}", headers)
        await caller.transfer_told(603)
    assert not ring.disconnected
    await caller.hang_up()
    await ring.disconnected.wait()
