"""What is asked of a node at the beginning of every connection: its version, filters, subscriptions, snapshot.

Filters and subscriptions outlive a socket but not a restart of Asterisk, so each connection sends them again.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from typing import Final

from irmacall.ari import snapshot
from irmacall.ari.answers import Reply
from irmacall.ari.fields import Fields
from irmacall.ari.pool import Pool
from irmacall.ari.requests import Request, path
from irmacall.ari.snapshot import PATHS, parse_snapshot
from irmacall.ari.wire import DISALLOWED
from irmacall.core.events import NodeSnapshot
from irmacall.core.ids import Endpoint, NodeName
from irmacall.errors import PeerError

OLDEST: Final = (22, 10)
"""The first Asterisk with all that we rely on (`report_events`)."""

BATCH: Final = 20
"""Endpoints in one subscription request, so that its URL stays below Asterisk's limit."""


async def do(pool: Pool, request: Request) -> Reply:
    """Send a request and see that it is done. Raises PeerError where it is not, PeerUnavailable as the pool does."""
    reply = await pool.exchange(request)
    if 200 <= reply.status < 300 or reply.status in request.also:
        return reply
    if reply.status == 409 and request.proof is not None:
        seen = await pool.exchange(Request("GET", request.proof.path))
        if seen.status == 200 and request.proof.holds(Fields.parse(seen.body, str(request))):
            return seen
    raise PeerError(f"{request}: {reply.status}")


async def version(pool: Pool) -> str:
    """What this Asterisk calls itself ("22.10.1~dfsg"). Raises as `do`."""
    return (await _info(pool))["system"]["version"].text()


async def startup_time(pool: Pool) -> str:
    """When this Asterisk was started, as it says itself. Raises PeerError where it is older than OLDEST."""
    info = await _info(pool)
    version = info["system"]["version"]
    found = re.match(r"([0-9]+)\.([0-9]+)", version.text())
    if found is None or (int(found[1]), int(found[2])) < OLDEST:
        raise version.bad("Asterisk 22.10 or newer is needed")
    return info["status"]["startup_time"].text()


async def _info(pool: Pool) -> Fields:
    return Fields.parse((await do(pool, Request("GET", path("asterisk", "info")))).body, "info")


async def filter_events(pool: Pool, app: str) -> None:
    """Ask for no event that the desk does not need."""
    body = json.dumps({"disallowed": [{"type": kind} for kind in DISALLOWED]})
    await do(pool, Request("PUT", path("applications", app, "eventFilter"), body=body))


async def subscribe(pool: Pool, app: str, endpoints: Iterable[Endpoint]) -> tuple[Endpoint, ...]:
    """Ask for the events of these phones; returns those that this Asterisk does not know.

    Never all endpoints at once, and no `deviceState:`: dropping a socket with such a subscription can
    deadlock Asterisk (its issue 2170).
    """
    unknown: list[Endpoint] = []
    wanted = tuple(sorted(endpoints))
    for start in range(0, len(wanted), BATCH):
        batch = wanted[start : start + BATCH]
        if not await _subscribe(pool, app, batch):
            # One bad source in a list refuses the whole list.
            unknown += [endpoint for endpoint in batch if not await _subscribe(pool, app, (endpoint,))]
    return tuple(unknown)


async def _subscribe(pool: Pool, app: str, endpoints: tuple[Endpoint, ...]) -> bool:
    sources = ",".join(f"endpoint:PJSIP/{endpoint}" for endpoint in endpoints)
    request = Request("POST", path("applications", app, "subscription"), (("eventSource", sources),))
    reply = await pool.exchange(request)
    if reply.status not in (200, 422):
        raise PeerError(f"{request}: {reply.status}")
    return reply.status == 200


async def is_online(pool: Pool, endpoint: Endpoint) -> bool | None:
    """Whether this phone can be reached now; None where this Asterisk does not know it."""
    request = Request("GET", path("endpoints", "PJSIP", endpoint), also=frozenset({404}))
    reply = await do(pool, request)
    return None if reply.status == 404 else snapshot.is_online(Fields.parse(reply.body, str(request)))


async def read_snapshot(pool: Pool, node: NodeName, app: str) -> NodeSnapshot:
    """All that the node holds now."""
    channels, bridges, endpoints = [(await do(pool, Request("GET", what))).body for what in PATHS]
    return parse_snapshot(node, app, channels, bridges, endpoints)
