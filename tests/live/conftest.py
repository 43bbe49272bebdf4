"""One municipality for all live tests of a worker: real Asterisk, redis, yivi, wallet, phones, Chromium, daemon.

Every test leaves it as it found it: `quiet` waits, with a deadline, until no call, channel or talk bridge is left and
fails where one stays.
"""

from __future__ import annotations

import asyncio
import fcntl
import itertools
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext

from lab.crm import Crm
from lab.crm_page import CrmPage
from lab.exchange import Exchange
from lab.lab import Lab
from lab.paths import VAR
from lab.people import AgentScreen
from lab.phone import Phone
from lab.relay import Relay
from lab.town import Agent, Town
from lab.wallet import Wallet

WAITING_MUSIC = "Announcer/ARI_MOH"
"""The channel by which a node's waiting bridge plays, from the daemon's start until the first who waited is gone."""

TIMES = {"ring": 6, "first_digit": 2, "next_digit": 2, "code": 60, "dropped": 0}
"""Shorter than an operator's, so that what waits for them is soon over. Who hangs up is erased at once."""


@pytest.fixture(scope="session")
def directory(worker_id: str) -> Iterator[Path]:
    """A directory that no other run of the tests uses now; the next run uses it again."""
    for number in itertools.count(1):
        found = VAR / "test" / f"{worker_id}-{number}"
        found.mkdir(parents=True, exist_ok=True)
        with (found / "lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                continue
            yield found
            return


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def lab(directory: Path) -> AsyncIterator[Lab]:
    """The parts that a municipality stands on."""
    async with Lab(directory) as lab:
        yield lab


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cable(lab: Lab) -> AsyncIterator[Relay]:
    """What the daemon reaches Asterisk's ARI through, and a test may cut."""
    ari = lab.nodes[0].values.ari
    async with Relay(ari.host, ari.port) as relay:
        yield relay


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def crm(lab: Lab) -> AsyncIterator[Crm]:
    """The municipality's CRM, which is told of each call. It learns its key from the site's credentials."""
    async with Crm("", lab.network.port("crm")) as crm:
        yield crm


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def crm_page(lab: Lab) -> AsyncIterator[CrmPage]:
    """What an agent has open of it in her browser, with the telephone's line in it."""
    issued, tls = lab.ca.issue("crm"), ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    tls.load_cert_chain(issued.certificate, issued.key)
    async with CrmPage(tls, "localhost", lab.network.port("crm-page")) as page:
        yield page


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def town(lab: Lab, cable: Relay, crm: Crm, crm_page: CrmPage) -> AsyncIterator[Town]:
    """The municipality, its daemon running, its CRM beside it."""
    exchange = Exchange(desk={"crm": {"webhook": crm.url, "origin": crm_page.origin}})
    ari = {lab.nodes[0].name: cable.url}
    async with Town(lab, times=TIMES, ari=ari, patience=5, exchange=exchange) as town:
        crm.key = (town.directory / "credentials" / "crm-key").read_text()
        crm_page.staff = town.staff_url
        yield town


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def wallet(town: Town) -> Wallet:
    """The app of J. de Vries."""
    return await town.wallet()


class Desk:
    """An agent at work: her phone is registered, her screen is open and says that she is available."""

    def __init__(self, agent: Agent, phone: Phone, screen: AgentScreen) -> None:
        self.agent, self.phone, self.screen = agent, phone, screen


Sit = Callable[..., Awaitable[Desk]]


@pytest_asyncio.fixture(loop_scope="session")
async def sit(town: Town) -> AsyncIterator[Sit]:
    """Lets the agent of this number, or this official, sit down at her desk; at the end she logs out and goes."""
    async with AsyncExitStack() as stack:

        async def sit_down(who: int | Agent, context: BrowserContext | None = None) -> Desk:
            agent = town.agents[who] if isinstance(who, int) else who
            phone = town.lab.phone(agent.endpoint)
            await phone.register()
            screen = await AgentScreen.open(town, agent, context=context)
            stack.push_async_callback(leave, screen, phone)
            await screen.be_available()
            return Desk(agent, phone, screen)

        yield sit_down


async def leave(screen: AgentScreen, phone: Phone) -> None:
    """She logs out, closes her browser and takes her phone off the network."""
    if screen.page.is_closed():
        screen = await AgentScreen.open(screen.town, screen.agent)
    await screen.log_out()
    await screen.close()
    await phone.unregister()


@pytest_asyncio.fixture(loop_scope="session", autouse=True)
async def quiet(town: Town) -> AsyncIterator[None]:
    """After each test nothing of it may be left in Asterisk."""
    yield
    try:
        async with asyncio.timeout(10):
            while left := await left_over(town):  # noqa: ASYNC110  # Asterisk tells only when asked
                await asyncio.sleep(0.1)
    except TimeoutError:
        for node in town.lab.nodes:
            await node.cli("channel request hangup all")  # or the next test would find them too
        pytest.fail(f"left in Asterisk: {left}")


async def left_over(town: Town) -> list[str]:
    """Channels and talk bridges that some node still has."""
    found = []
    for node in town.lab.nodes:
        channels = await node.cli("core show channels concise")
        bridges = await node.cli("bridge show all")
        names = [line.split("!")[0] for line in channels.splitlines() if "!" in line]
        found += [name for name in names if not name.startswith(WAITING_MUSIC)]
        found += [line.split()[0] for line in bridges.splitlines() if ".talk" in line]
    return found


@pytest.fixture
def pictures() -> Path:
    """Where a test may leave a screenshot for somebody to look at."""
    directory = VAR / "pictures"
    directory.mkdir(parents=True, exist_ok=True)
    return directory
