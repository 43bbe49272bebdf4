"""Which name an app answers to: its own origin's. Whoever came by another one was led here, or guesses."""

from __future__ import annotations

import logging
from urllib.parse import urlsplit

from aiohttp import hdrs, web
from aiohttp.typedefs import Handler, Middleware

from irmacall.web.doors import Malformed

log = logging.getLogger("irmacall.web")


def only_as(origin: str) -> Middleware:
    """A middleware that answers 421 to a request for any other host (RFC 9110, 7.4 and 15.5.20).

    A page of another name that leads to our address (DNS rebinding) thus gets nothing. A proxy in front must pass the
    `Host` that the browser sent.
    """
    names = _names(origin)

    @web.middleware
    async def refuse_other_names(request: web.Request, handler: Handler) -> web.StreamResponse:
        named = request.headers.getall(hdrs.HOST, [])
        if len(named) != 1:
            raise Malformed("host")
        if not names.issuperset(name.lower() for name in (*named, *_named_by_target(request.raw_path))):
            log.info("action=http.other_name")
            raise web.HTTPMisdirectedRequest
        return await handler(request)

    return refuse_other_names


def _names(origin: str) -> frozenset[str]:
    """The origin's host as a request can name it: the port may be left out where it is the usual one."""
    host = urlsplit(origin).netloc.lower()
    return frozenset({host, f"{host}:443"}) if urlsplit(origin).port is None else frozenset({host})


def _named_by_target(target: str) -> list[str]:
    """The host that a request names a second time, where it asks for a whole address (RFC 9112, 3.2.2)."""
    if target.startswith("/") or target == "*":
        return []
    try:
        return [urlsplit(target).netloc]
    except ValueError as broken:
        raise Malformed("target") from broken
