"""One redis server, spoken to with a deadline on everything and in the words of our own error tree."""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import hiredis
from redis import exceptions
from redis.asyncio import BlockingConnectionPool, Connection, Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.commands.core import AsyncScript

from irmacall.errors import PeerError, PeerUnavailable

_CONNECTIONS = 16
"""Enough to never wait behind one another: redis itself runs one script at a time."""


class RedisLink:
    """A small pool of connections to one redis server.

    `url` is `redis://host:port/db`, `rediss://…` (TLS) or `unix:///path`. Its password is better given apart;
    where it stands in the URL it is left out of every message. `timeout` is in seconds,
    for a whole request with its connection.
    """

    def __init__(
        self, url: str, *, password: str | None = None, timeout: float = 1.0, ca_file: Path | None = None
    ) -> None:
        self.timeout = timeout
        self._name = re.sub("//[^/]*@", "//", url)
        tls = {"ssl_ca_certs": str(ca_file) if ca_file else None, "ssl_min_version": ssl.TLSVersion.TLSv1_2}
        pool = BlockingConnectionPool.from_url(
            url,
            max_connections=_CONNECTIONS,
            timeout=timeout,
            password=password,
            # No deadline of redis-py's own for a send: it uses asyncio.wait_for, which before Python 3.12 forgets a
            # cancellation that comes as the send ends. `_answer` has the deadline for all of it.
            socket_timeout=None,
            socket_connect_timeout=timeout,
            # Whoever asked decides about trying again: a silent second try would double the deadline.
            retry=Retry(NoBackoff(), 0),
            protocol=2,
            **(tls if url.startswith("rediss://") else {}),
        )
        self._redis: Redis = Redis.from_pool(pool)
        self._lines = _Lines(pool)

    def script(self, text: str) -> AsyncScript:
        """A Lua script of this server; it is sent once and then called by its hash."""
        return self._redis.register_script(text)

    async def run(self, script: AsyncScript, keys: Sequence[str], arguments: Sequence[str | bytes]) -> Any:
        """What the script answers. Raises `PeerUnavailable` or `PeerError`."""
        return await self._answer(self._lines.evaluate(script, keys, arguments))

    async def ask(self, *words: str) -> Any:
        """What one command answers. Raises `PeerUnavailable` or `PeerError`."""
        return await self._answer(self._redis.execute_command(*words))  # type: ignore[no-untyped-call]

    async def close(self) -> None:
        """Close every connection."""
        await self._lines.close()
        await self._redis.aclose(close_connection_pool=True)

    async def _answer(self, request: Any) -> Any:
        """The outcome of one request. The messages name the server and the fault, never an argument."""
        try:
            async with asyncio.timeout(self.timeout):
                return await request
        except exceptions.AuthenticationError as error:
            raise PeerError(f"{self._name} refuses our password") from error
        except (TimeoutError, exceptions.TimeoutError) as error:
            raise PeerUnavailable(f"{self._name} did not answer within {self.timeout} s") from error
        except (exceptions.ConnectionError, OSError) as error:
            raise PeerUnavailable(f"{self._name} cannot be reached: {type(error).__name__}") from error
        except exceptions.RedisError as error:
            raise PeerError(f"{self._name} refused: {_first_word(error)}") from error


class _Lines:
    """Connections for scripts, beside the client's own: several of them run with every call.

    The same connections, made by the same pool, but without its bookkeeping and the client's, which cost the daemon
    three times what the connection does.
    """

    def __init__(self, pool: BlockingConnectionPool) -> None:
        self._pool = pool
        self._free = asyncio.Semaphore(_CONNECTIONS)
        self._idle: list[Connection] = []
        self._busy: set[Connection] = set()

    async def evaluate(self, script: AsyncScript, keys: Sequence[str], arguments: Sequence[str | bytes]) -> Any:
        """What the script answers. Raises as a connection does."""
        words = (str(len(keys)), *keys, *arguments)
        async with self._free:
            try:
                return await self._ask("EVALSHA", str(script.sha), *words)
            except exceptions.NoScriptError:  # this server was started, or flushed, after it was sent
                await self._ask("SCRIPT", "LOAD", str(script.script))
                return await self._ask("EVALSHA", str(script.sha), *words)

    async def close(self) -> None:
        """Close all of them, also one on which somebody waits: he hears that it is gone."""
        for line in (*self._idle, *self._busy):
            await line.disconnect()
        self._idle.clear()

    async def _ask(self, *words: str | bytes) -> Any:
        line = await self._take()
        self._busy.add(line)
        try:
            await line.send_packed_command(hiredis.pack_command(words))  # type: ignore[arg-type]  # of any length
            answer = await line.read_response()
        except exceptions.ResponseError:
            self._idle.append(line)
            raise
        except BaseException:
            # Its answer may be on its way: nobody may read it as his own.
            await line.disconnect(nowait=True)
            raise
        finally:
            self._busy.discard(line)
        self._idle.append(line)
        return answer

    async def _take(self) -> Connection:
        """One that stands, or a new one, which connects as soon as it is used."""
        while self._idle:
            line = self._idle.pop()
            if await _stands(line):
                return line
            await line.disconnect(nowait=True)
        return self._pool.make_connection()  # type: ignore[no-any-return,no-untyped-call]


async def _stands(line: Connection) -> bool:
    """Whether nothing has come of it unasked, which would be its end."""
    try:
        return not await line.can_read()
    except (exceptions.ConnectionError, OSError):
        return False


def _first_word(error: exceptions.RedisError) -> str:
    """The kind of a refusal (OOM, MISCONF, READONLY…); what follows it may quote what we sent."""
    word = str(error).partition(" ")[0]
    return word if word.isupper() else type(error).__name__
