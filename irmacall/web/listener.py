"""Putting an app on its socket: limits on what is read, and no log line with what somebody sent."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable, Mapping, MutableMapping
from typing import Any, Final

from aiohttp import web

from irmacall.web.addresses import ALLOWED, Network, is_among
from irmacall.web.connection import Connection, expecting_nothing
from irmacall.web.entrance import Entrance, Limits


class _WithoutContent(logging.LoggerAdapter[logging.Logger]):
    """aiohttp logs a broken request with the bytes that broke it: keep the kind, drop the bytes."""

    def process(self, msg: object, kwargs: MutableMapping[str, Any]) -> tuple[str, MutableMapping[str, Any]]:
        failed = kwargs.pop("exc_info", None)
        kind = type(failed).__name__ if isinstance(failed, BaseException) else "unknown"
        return f"action=http.malformed kind={kind}", kwargs

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        """As the base class, but the arguments go the way of the message."""
        super().log(min(level, logging.WARNING), msg, **kwargs)


USUAL: Final = Limits()
_READING: Final[Mapping[str, Any]] = {
    "access_log": None,
    "max_line_size": 4096,
    "max_field_size": 4096,
    "max_headers": 64,
    "keepalive_timeout": 30,
}
"""No access log: the service's own records say what happened, without addresses that somebody visited."""


async def listen(
    app: web.Application, host: str, port: int, tls: ssl.SSLContext, limits: Limits = USUAL
) -> web.AppRunner:
    """Serve the app over TLS until `runner.cleanup()`, which ends its streams first. Raises OSError.

    Where the app names the addresses that it serves (`ALLOWED`), nobody else gets as far as TLS.
    """
    runner = web.AppRunner(app, shutdown_timeout=2)
    await runner.setup()
    try:
        await _Site(runner, host, port, tls, limits, app.get(ALLOWED, ())).start()
    except OSError:
        await runner.cleanup()
        raise
    return runner


class _Site(web.BaseSite):
    """What the runner opens and closes: our own entrance."""

    def __init__(
        self,
        runner: web.AppRunner,
        host: str,
        port: int,
        tls: ssl.SSLContext,
        limits: Limits,
        allowed: tuple[Network, ...],
    ) -> None:
        super().__init__(runner)
        self._host, self._port, self._tls, self._limits, self._allowed = host, port, tls, limits, allowed

    @property
    def name(self) -> str:
        """Where it is, for aiohttp."""
        return f"https://{self._host}:{self._port}"

    async def start(self) -> None:
        """Listen. Raises OSError."""
        await super().start()
        server = self._runner.server
        assert server is not None
        server.request_handler = expecting_nothing(server.request_handler)
        quiet = _WithoutContent(logging.getLogger("irmacall.web"), {})

        def made(left: Callable[[], None]) -> Connection:
            return Connection(server, left, logger=quiet, **_READING)

        def expected(address: str) -> bool:
            return is_among(address, self._allowed)

        self._server = await Entrance.open(self._host, self._port, self._tls, self._limits, made, expected)

    async def stop(self) -> None:
        """Let nobody in any more."""
        await super().stop()
        if self._server is not None:
            await self._server.wait_closed()
