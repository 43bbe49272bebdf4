"""What each server behind a site says of itself. A probe that fails raises an error of ours; none changes a thing."""

from __future__ import annotations

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import aiohttp
from cryptography import x509

from irmacall.ami.client import AmiSettings, connected
from irmacall.ari import opening
from irmacall.ari.client import LEADER_VARIABLE
from irmacall.ari.fields import Fields
from irmacall.ari.pool import Pool
from irmacall.ari.requests import Request
from irmacall.core.ids import NodeName
from irmacall.errors import PeerError, PeerUnavailable
from irmacall.service import plan
from irmacall.settings import NodeSettings, PublicSettings, Settings, StaffSettings
from irmacall.store.vault import refuse_skew

Probe = Callable[[], Awaitable[str]]

_SECONDS: Final = 5.0
_BEAT_SECONDS: Final = 2.5
"""A leader changes its variable every two seconds."""
_TIME_LEFT: Final = timedelta(days=14)


def probes(settings: Settings, *, ami: bool) -> list[tuple[str, Probe]]:
    """Every server by the name of its table, with what asks it. `ami`: the watchdogs' accounts too."""
    found: list[tuple[str, Probe]] = []
    for node in settings.nodes:
        found.append((f"node {node.name}", partial(asterisk, settings, node)))
        if ami:
            found.append((f"node {node.name}, AMI", partial(manager, settings, node)))
    return [
        *found,
        ("store.desk", partial(desk_store, settings)),
        ("store.vault", partial(vault, settings)),
        ("irma.url", partial(requestors, settings)),
        ("irma.client_url", partial(apps, settings)),
        ("public.tls_cert", partial(certificate, settings.public)),
        ("staff.tls_cert", partial(certificate, settings.staff)),
    ]


async def asterisk(settings: Settings, node: NodeSettings) -> str:
    """Whether it answers, knows the daemon, and is new enough."""
    async with _pool(settings, node) as pool:
        await opening.startup_time(pool)
        info = await opening.do(pool, Request("GET", "asterisk/info"))
    return f"Asterisk {Fields.parse(info.body, 'info')['system']['version'].text()}"


async def leader(settings: Settings, node: NodeSettings) -> str | None:
    """What the leader shows itself by on this node, when it changes as that of a living one does; else None."""
    async with _pool(settings, node) as pool:
        before = await _beat(pool)
        await asyncio.sleep(_BEAT_SECONDS)
        after = await _beat(pool)
    return after if after and after != before else None


async def manager(settings: Settings, node: NodeSettings) -> str:
    """Whether the watchdog may come in."""
    password = settings.credentials.text(node.ami_credential)
    at = AmiSettings(NodeName(node.name), node.ami.host, node.ami.port, node.ami_user, password)
    async with connected(at) as ami:
        await ami.ask("Ping")
    return "the watchdog may come in"


async def desk_store(settings: Settings) -> str:
    """Whether what it was given survives."""
    if settings.store.in_memory:
        return "in memory: a restart forgets every call"
    at = plan.desk_store(settings)
    try:
        await at.check_configuration()
    finally:
        await at.close()
    return "keeps all that it is given"


async def vault(settings: Settings) -> str:
    """Whether it keeps nothing on a disk, and has our time."""
    at = plan.vault(settings)
    try:
        await at.check_configuration()
        skew = await at.clock_skew()
    finally:
        await at.close()
    refuse_skew(skew)
    return f"keeps nothing on a disk; its clock and ours are {abs(skew):.1f} s apart"


async def requestors(settings: Settings) -> str:
    """Whether the yivi server answers, and knows our token. What is asked of it can start no session."""
    headers = {"Authorization": settings.credentials.text("irma-token"), "Content-Type": "application/json"}
    async with _http() as http, http.post(f"{settings.irma.url}/session", data=b"{}", headers=headers) as answer:
        word = _error_word(await answer.content.read(65_536))
    if word in ("UNAUTHORIZED", "USER_NOT_FOUND"):
        raise PeerError("the yivi server does not know our token (credential irma-token)")
    if not word:
        raise PeerError(f"HTTP {answer.status}, and not as a yivi server answers")
    return "the yivi server knows us"


async def apps(settings: Settings) -> str:
    """Whether the apps' side answers, from here at least; and that it is not the requestors' side."""
    async with _http() as http, http.post(f"{settings.irma.client_url}/session", data=b"{}") as answer:
        word = _error_word(await answer.content.read(65_536))
    if word:
        raise PeerError("requestors are answered here too: give the yivi server a --client-port of its own")
    return "answers"


async def certificate(web: PublicSettings | StaffSettings) -> str:
    """Whether the certificate is of this host, and for how long."""
    leaf = await asyncio.to_thread(_leaf, web.tls_cert)
    host = urlsplit(web.origin).hostname or ""
    begins, ends = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    if not _names(leaf, host):
        raise PeerError(f"is not of {host}")
    if begins > datetime.now(UTC) or ends - datetime.now(UTC) < _TIME_LEFT:
        raise PeerError(f"is valid from {begins:%Y-%m-%d} until {ends:%Y-%m-%d}")
    return f"of {host}, until {ends:%Y-%m-%d}"


def _names(leaf: x509.Certificate, host: str) -> bool:
    """Whether it was made for this host (RFC 6125: one * in place of the first name)."""
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return False
    known = {*names.get_values_for_type(x509.DNSName), *map(str, names.get_values_for_type(x509.IPAddress))}
    return host in known or f"*.{host.partition('.')[2]}" in known


def _leaf(file: Path) -> x509.Certificate:
    return x509.load_pem_x509_certificate(file.read_bytes())


def _pool(settings: Settings, node: NodeSettings) -> Pool:
    return Pool(node.ari, node.ari_user, settings.credentials.text(node.ari_credential), 1, _SECONDS)


async def _beat(pool: Pool) -> str:
    reply = await opening.do(pool, Request("GET", "asterisk/variable", (("variable", LEADER_VARIABLE),)))
    return Fields.parse(reply.body, "variable")["value"].text()


@asynccontextmanager
async def _http() -> AsyncIterator[aiohttp.ClientSession]:
    limit = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield http
    except (aiohttp.ClientError, ssl.SSLError, OSError) as error:  # TimeoutError is an OSError
        raise PeerUnavailable(f"does not answer: {type(error).__name__}") from error


def _error_word(body: bytes) -> str:
    """The yivi server's own word for what is wrong; empty for who is no yivi server."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    word = answer.get("error") if isinstance(answer, dict) else None
    return word if isinstance(word, str) and word.replace("_", "").isupper() else ""
