"""Who may come at all: the addresses that an app serves. The firewall says it too; neither relies on the other."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Sequence

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

log = logging.getLogger("irmacall.web")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


def only_from(allowed: Sequence[Network]) -> Middleware:
    """A middleware that answers 403 to every other address; an empty list lets everybody in."""

    @web.middleware
    async def refuse_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
        if allowed and not _comes_from(request.remote, allowed):
            log.warning("action=http.stranger")
            raise web.HTTPForbidden
        return await handler(request)

    return refuse_strangers


def _comes_from(remote: str | None, allowed: Sequence[Network]) -> bool:
    if remote is None:
        return False
    address = ipaddress.ip_address(remote.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in allowed)
