"""The watchdog on a real Asterisk: whom it frees, when, and whom it leaves alone."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from irmacall.ami.client import AmiSettings, connected
from irmacall.ami.watchdog import Watch
from irmacall.ari.client import Node, NodeSettings
from irmacall.core.commands import HoldInQueue, PrepareNode
from irmacall.core.dialplan import anonymous_context
from irmacall.core.events import CallerArrived, NodeSnapshot
from irmacall.core.ids import CallId, ChannelId, DeskId, NodeName, waiting_bridge
from irmacall.errors import PeerError, PeerUnavailable
from lab.relay import Relay
from tests.ari.heard import Heard
from tests.ari.real import NUMBERS, RealAsterisk

PATIENCE = 1.0
LOOK = 0.1
NODE = NodeName("north")
DESK, OTHER = map(DeskId, NUMBERS)
ANONYMOUS = anonymous_context(DESK)


@pytest.fixture(scope="module")
async def real() -> AsyncIterator[RealAsterisk]:
    """One Asterisk for these tests."""
    async with RealAsterisk() as site:
        yield site


@pytest.fixture
async def relay(real: RealAsterisk) -> AsyncIterator[Relay]:
    """What stands between the watchdog and the manager interface."""
    async with Relay(real.address[0], 5038) as between:
        yield between


def manager(real: RealAsterisk, relay: Relay, password: str | None = None, timeout: float = 1.0) -> AmiSettings:
    """How the watchdog reaches the manager interface through the relay."""
    return AmiSettings(NODE, "127.0.0.1", relay.port, "watchdog", password or real.password, timeout)


def daemon(real: RealAsterisk, desk: DeskId = DESK) -> Node:
    """What a desk's daemon would be to this node."""
    url = f"http://{real.address[0]}:{real.address[1]}"
    return Node(NodeSettings(NODE, desk, url, real.user, real.password))


async def waiting(real: RealAsterisk, number: int = 1, desk: DeskId = DESK) -> list[ChannelId]:
    """Callers who were put into the waiting bridge by a daemon that is gone now."""
    heard, bridge = Heard(), waiting_bridge(desk)
    callers = []
    async with daemon(real, desk) as node:
        source = asyncio.create_task(node.run(heard))
        await heard.next(NodeSnapshot)
        await node.perform(PrepareNode(NODE, bridge))
        for _ in range(number):
            channel = await real.arrive(desk)
            await heard.next(CallerArrived, lambda event, channel=channel: event.channel == channel)  # type: ignore[misc]
            await node.perform(HoldInQueue(NODE, CallId(channel), channel, bridge))
            callers.append(channel)
        source.cancel()
        await asyncio.gather(source, return_exceptions=True)
    return callers


@asynccontextmanager
async def watched(settings: AmiSettings) -> AsyncIterator[None]:
    """The watchdog runs."""
    task = asyncio.create_task(Watch(settings, [DESK, OTHER], PATIENCE, LOOK).run())
    try:
        yield
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def until(true: Callable[[], Awaitable[bool]]) -> None:
    """Wait for what Asterisk only tells when asked."""
    async with asyncio.timeout(10):
        while not await true():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_a_waiting_caller_is_sent_to_the_dialplan(real: RealAsterisk, relay: Relay) -> None:
    """Without a leader, those who waited are in the dialplan's own service after the patience, not before."""
    callers = await waiting(real, 2)
    began = asyncio.get_running_loop().time()
    async with watched(manager(real, relay)):
        await until(lambda: real.all_in(callers, ANONYMOUS))
    assert asyncio.get_running_loop().time() - began >= PATIENCE
    for caller in callers:
        await real.hang_up(caller)


async def test_while_somebody_leads_nobody_is_moved(real: RealAsterisk, relay: Relay) -> None:
    """A beat that changes keeps the watchdog quiet; when it stops, the watchdog acts."""
    (caller,) = await waiting(real)
    async with daemon(real) as node, watched(manager(real, relay)):
        for beat in range(10):
            await node.show_leader(f"7.{beat}")
            await asyncio.sleep(PATIENCE / 4)
        assert not await real.all_in([caller], ANONYMOUS)
        await until(lambda: real.all_in([caller], ANONYMOUS))
    await real.hang_up(caller)


async def test_each_desk_has_a_leader_of_its_own(real: RealAsterisk, relay: Relay) -> None:
    """Who waits for the desk whose leader is silent is moved; who waits for the other on the same node waits on."""
    (here,), (there,) = await waiting(real), await waiting(real, desk=OTHER)
    async with daemon(real, OTHER) as leader, watched(manager(real, relay)):
        beats = asyncio.create_task(_beat(leader), name="beats")
        await until(lambda: real.all_in([here], ANONYMOUS))
        assert not beats.done()
        assert not await real.all_in([there], anonymous_context(OTHER))
        beats.cancel()
        await asyncio.gather(beats, return_exceptions=True)
        await until(lambda: real.all_in([there], anonymous_context(OTHER)))
    assert await real.all_in([here], ANONYMOUS)
    await real.hang_up(here)
    await real.hang_up(there)


async def _beat(leader: Node) -> None:
    for beat in itertools.count():
        await leader.show_leader(f"7.{beat}")
        await asyncio.sleep(PATIENCE / 4)


async def test_those_who_talk_are_left_alone(real: RealAsterisk, relay: Relay) -> None:
    """Two in a talk bridge talk on; when one of them hangs up, the caller who is left is sent on."""
    first, second = await waiting(real, 2)
    talk = f"{first}.talk"
    await real.bridge(talk, first, second)
    async with watched(manager(real, relay)):
        await asyncio.sleep(PATIENCE * 2)
        assert not await real.all_in([first], ANONYMOUS)
        assert not await real.all_in([second], ANONYMOUS)
        await real.hang_up(second)
        await until(lambda: real.all_in([first], ANONYMOUS))
    await real.hang_up(first)


async def test_the_connection_is_lost_meanwhile(real: RealAsterisk, relay: Relay) -> None:
    """A manager connection that breaks again and again does not restart the patience, nor stop the watchdog."""
    (caller,) = await waiting(real)
    async with watched(manager(real, relay)):
        for _ in range(5):
            relay.cut()
            await asyncio.sleep(0.15)
        await until(lambda: real.all_in([caller], ANONYMOUS))
    await real.hang_up(caller)


async def test_a_silent_manager_is_given_up(real: RealAsterisk, relay: Relay) -> None:
    """A manager that does not answer is asked anew when it is back."""
    (caller,) = await waiting(real)
    async with watched(manager(real, relay)):
        relay.freeze()
        await asyncio.sleep(1.5)
        relay.thaw()
        await until(lambda: real.all_in([caller], ANONYMOUS))
    await real.hang_up(caller)


async def test_a_wrong_password(real: RealAsterisk, relay: Relay) -> None:
    """A refused login is an error that tells no secret."""
    with pytest.raises(PeerError, match=r"^AMI Login: refused$"):
        # Asterisk takes a second to refuse.
        async with connected(manager(real, relay, "wrong", timeout=5.0)):
            pass


async def test_an_action_that_is_refused(real: RealAsterisk, relay: Relay) -> None:
    """Redirecting a channel that is gone is an error, and originating is not allowed at all."""
    async with connected(manager(real, relay)) as ami:
        with pytest.raises(PeerError, match=r"^AMI Redirect: refused$"):
            await ami.ask("Redirect", Channel="PJSIP/gone", Context=ANONYMOUS, Exten="s", Priority="1")
        with pytest.raises(PeerError, match=r"^AMI Originate: refused$"):
            await ami.ask("Originate", Channel="Local/14010@irmacall-from-outside", Application="Echo")


async def test_nobody_there(real: RealAsterisk) -> None:
    """A port where nothing listens is a peer that is not available."""
    settings = AmiSettings(NODE, real.address[0], 9, "watchdog", "x", timeout=1.0)
    with pytest.raises(PeerUnavailable):
        async with connected(settings):
            pass


async def test_a_header_is_one_line(real: RealAsterisk, relay: Relay) -> None:
    """Nothing that stands in a value can begin an action of its own."""
    async with connected(manager(real, relay)) as ami:
        with pytest.raises(AssertionError, match="one line"):
            await ami.ask("Getvar", Variable="x\r\nAction: Hangup")
