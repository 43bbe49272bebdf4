"""Putting an app on its socket: limits on what is read, and no log line with what somebody sent."""

from __future__ import annotations

import logging
import ssl
from collections.abc import Mapping, MutableMapping
from typing import Any

from aiohttp import web


class _WithoutContent(logging.LoggerAdapter[logging.Logger]):
    """aiohttp logs a broken request with the bytes that broke it: keep the kind, drop the bytes."""

    def process(self, msg: object, kwargs: MutableMapping[str, Any]) -> tuple[str, MutableMapping[str, Any]]:
        failed = kwargs.pop("exc_info", None)
        kind = type(failed).__name__ if isinstance(failed, BaseException) else "unknown"
        return f"action=http.malformed kind={kind}", kwargs

    def log(self, level: int, msg: object, *args: object, **kwargs: Any) -> None:
        """As the base class, but the arguments go the way of the message."""
        super().log(min(level, logging.WARNING), msg, **kwargs)


async def listen(app: web.Application, host: str, port: int, tls: ssl.SSLContext) -> web.AppRunner:
    """Serve the app over TLS until `runner.cleanup()`, which ends its streams first.

    No access log: the service's own records say what happened, without addresses that somebody visited.
    """
    quiet = _WithoutContent(logging.getLogger("irmacall.web"), {})
    runner = web.AppRunner(
        app,
        access_log=None,
        logger=quiet,
        max_line_size=4096,
        max_field_size=4096,
        max_headers=64,
        keepalive_timeout=30,
        shutdown_timeout=2,
    )
    await runner.setup()
    await web.TCPSite(runner, host, port, ssl_context=tls, reuse_address=True).start()
    return runner


def ports_of(runner: web.AppRunner) -> Mapping[str, int]:
    """Host → port that the runner really listens on; for port 0."""
    return {address[0]: address[1] for address in runner.addresses}
