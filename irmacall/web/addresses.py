"""Who may come at all: the addresses that an app serves. The firewall says it too; neither relies on the other."""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Sequence
from typing import Final

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

log = logging.getLogger("irmacall.web")

Network = ipaddress.IPv4Network | ipaddress.IPv6Network
ALLOWED: Final = web.AppKey("allowed", tuple[Network, ...])
"""What an app says of itself: the listener turns strangers away before they cost a place."""


def only_from(allowed: Sequence[Network]) -> Middleware:
    """A middleware that answers 403 to every other address; an empty list lets everybody in.

    Behind our own listener it is the second line.
    """

    @web.middleware
    async def refuse_strangers(request: web.Request, handler: Handler) -> web.StreamResponse:
        if not is_among(request.remote, allowed):
            log.warning("action=http.stranger")
            raise web.HTTPForbidden
        return await handler(request)

    return refuse_strangers


def is_among(remote: str | None, allowed: Sequence[Network]) -> bool:
    """Whether the address may come; all may where nobody was named."""
    if not allowed:
        return True
    if remote is None:
        return False
    address = ipaddress.ip_address(remote.partition("%")[0])
    if isinstance(address, ipaddress.IPv6Address) and address.ipv4_mapped is not None:
        address = address.ipv4_mapped
    return any(address in network for network in allowed)
