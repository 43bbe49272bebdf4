"""The one way to a redis server."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from irmacall.errors import PeerUnavailable
from irmacall.store.redis_link import RedisLink
from lab.redisd import RedisServer
from tests.store.redis_server import link

ECHO = "return ARGV[1]"


async def _ping(connection: RedisLink) -> None:
    await connection.ask("PING")


async def _run(connection: RedisLink) -> None:
    await connection.run(connection.script(ECHO), [], ["x"])


async def _ask_for_ever(server: RedisServer, ask: Callable[[RedisLink], Awaitable[None]]) -> None:
    connection = link(server)
    try:
        while True:
            await ask(connection)
    finally:
        await connection.close()


@pytest.mark.parametrize("ask", [_ping, _run])
async def test_a_cancellation_is_never_lost(
    vault_redis: RedisServer, ask: Callable[[RedisLink], Awaitable[None]]
) -> None:
    """Whoever is cancelled while a request is under way, at whichever step of it, is cancelled."""
    for steps in range(60):
        asking = asyncio.create_task(_ask_for_ever(vault_redis, ask))
        await asyncio.sleep(0.02)  # The connection stands: what differs is the step of a request.
        for _ in range(steps):
            await asyncio.sleep(0)
        asking.cancel()
        done, _ = await asyncio.wait({asking}, timeout=2)
        assert done, f"not cancelled after {steps} steps"
        assert asking.cancelled()


async def test_nobody_reads_the_answer_of_one_who_was_cancelled(desk_link: RedisLink) -> None:
    """An answer that was still on its way when its asker left is given to nobody else."""
    echo = desk_link.script(ECHO)
    for steps in range(30):
        left = asyncio.create_task(desk_link.run(echo, [], ["his"]))
        for _ in range(steps):
            await asyncio.sleep(0)
        left.cancel()
        assert await desk_link.run(echo, [], ["mine"]) == b"mine"
        await asyncio.wait({left})


async def test_a_script_that_the_server_forgot_is_sent_again(desk_link: RedisLink) -> None:
    """Scripts are lost with a restart of redis, or when they are flushed."""
    echo = desk_link.script(ECHO)
    for _ in range(2):
        assert await desk_link.run(echo, [], ["x"]) == b"x"
        await desk_link.ask("SCRIPT", "FLUSH")


async def test_a_line_that_the_server_closed_is_not_used_again(desk_link: RedisLink) -> None:
    """A request goes over a new connection where redis has closed the old one meanwhile, and nobody notices."""
    echo = desk_link.script(ECHO)
    for _ in range(3):
        assert await desk_link.run(echo, [], ["x"]) == b"x"
        await desk_link.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        await desk_link.ask("PING")


async def test_whoever_waits_when_it_is_closed_hears_of_it(own_desk_redis: RedisServer) -> None:
    """A link that is closed leaves nobody behind who waits until his deadline."""
    connection = link(own_desk_redis, timeout=30.0)
    echo = connection.script(ECHO)
    assert await connection.run(echo, [], ["x"]) == b"x"
    own_desk_redis.program.freeze()
    waiting = asyncio.create_task(connection.run(echo, [], ["y"]))
    for _ in range(20):
        await asyncio.sleep(0)
    await connection.close()
    with pytest.raises(PeerUnavailable):
        async with asyncio.timeout(5):
            await waiting
    own_desk_redis.program.wake()
