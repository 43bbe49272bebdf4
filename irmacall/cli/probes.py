"""What each server behind a site says of itself. A probe that fails raises an error of ours; none changes a thing."""

from __future__ import annotations

import asyncio
import importlib
import json
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar
from urllib.parse import urlsplit

import aiohttp
from cryptography import x509

from irmacall.ami.client import AmiSettings, connected
from irmacall.ari import opening
from irmacall.ari.fields import Fields
from irmacall.ari.pool import Pool
from irmacall.ari.requests import Request
from irmacall.cli.judging import Caution
from irmacall.cli.seen import seen
from irmacall.core.dialplan import leader_variable
from irmacall.core.ids import DeskId, NodeName
from irmacall.errors import PeerError, PeerUnavailable, Refused
from irmacall.service import caveats, plan
from irmacall.service.outside import uncalled_in_words
from irmacall.settings import NodeSettings, PublicSettings, Settings, StaffSettings, StoreSettings
from irmacall.store.users import extensions_in
from irmacall.store.vault import refuse_skew

if TYPE_CHECKING:
    from irmacall.store.facts import FactsStore

Probe = Callable[[], Awaitable[str]]
Answer = TypeVar("Answer")

_SECONDS: Final = 5.0
_BEAT_SECONDS: Final = 2.5
"""A leader changes its variable every two seconds."""
_TIME_LEFT: Final = timedelta(days=14)
_AGAIN: Final = "`irmacall render` and a reload give it ours"


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server should be, in the site's words without a secret; what helps; seconds that it is given."""

    words: str
    remedy: str
    seconds: float = _SECONDS


def probes(settings: Settings, *, ami: bool) -> list[tuple[str, Probe]]:
    """Every server by the name of its table, with what asks it. `ami`: the watchdogs' accounts too."""
    found: list[tuple[str, Probe]] = []
    for node in settings.nodes:
        found.append((f"node {node.name}", partial(asterisk, settings, node)))
        found.append((f"node {node.name}, sounds", partial(sounds, settings, node)))
        found.append((f"node {node.name}, phones' transfers", partial(phone_transfers, settings, node)))
        if ami:
            found.append((f"node {node.name}, AMI", partial(manager, settings, node)))
    store, irma = settings.store, settings.irma
    yivi = "start the yivi server (docs/install.md, 5)"
    if any(desk.transfer.outside for desk in settings.desks):
        found.append(("desk.transfer.outside", partial(outside, settings)))
    return [
        *found,
        ("store.desk", partial(_reached, _redis(store.desk, store), partial(desk_store, settings))),
        ("store.vault", partial(_reached, _redis(store.vault, store), partial(vault, settings))),
        ("records.database", partial(records_database, settings)),
        ("irma.url", partial(_reached, Place(irma.url, yivi), partial(requestors, settings))),
        (
            "irma.client_url",
            partial(
                _reached,
                Place(irma.client_url, f"{yivi}, and what passes its apps' side on"),
                partial(apps, settings),
            ),
        ),
        ("public.tls_cert", partial(certificate, settings.public)),
        ("staff.tls_cert", partial(certificate, settings.staff)),
    ]


async def asterisk(settings: Settings, node: NodeSettings) -> str:
    """Whether it answers, knows the daemon, and is new enough."""

    async def ask() -> str:
        async with _pool(settings, node) as pool:
            info = await pool.exchange(Request("GET", "asterisk/info"))
            if info.status == 401:
                raise PeerError(f"401: it does not know {node.ari_user} by {node.ari_credential}: {_AGAIN}")
            await opening.startup_time(pool)
        return f"Asterisk {Fields.parse(info.body, 'info')['system']['version'].text()}"

    return await _reached(_ari(node), ask)


async def sounds(settings: Settings, node: NodeSettings) -> str:
    """Whether it has a sound of every text that its callers can hear."""
    missing = await _reached(_ari(node), partial(caveats.lacking, settings, node))
    if missing:
        raise PeerError(caveats.without(missing))
    return "there is one of every text"


async def phone_transfers(settings: Settings, node: NodeSettings) -> str:
    """Whether phones may ask for transfers there, and whether it bears them."""
    asterisk = await _reached(_ari(node), partial(caveats.version_of, settings, node))
    bears = caveats.bears_refers(asterisk)
    if node.phone_transfers:
        return "phones pass callers on with their own keys" if bears else Caution(caveats.endangered(asterisk))
    hint = f"; Asterisk {asterisk} bears phone_transfers = true (docs/site.md)" if bears else ""
    return f"callers are passed on from the screen{hint}"


async def outside(settings: Settings) -> str:
    """Whether some line may call every number to which a caller may be passed."""
    lacking = uncalled_in_words(settings)
    return Caution(lacking) if lacking else "lines may call them"


async def extensions(settings: Settings) -> str:
    """Whether each queue's extension is nobody's of the staff. Nothing is made here."""
    people = await asyncio.to_thread(extensions_in, settings.users) if settings.users.exists() else {}
    both = caveats.shared(settings, people)
    if both:
        raise Refused(f"{'; '.join(both)} (`irmacall user extension LOGIN DIGITS`, or the key)")
    return "nobody of the staff has a queue's"


async def leader(settings: Settings, node: NodeSettings, desk: DeskId) -> str | None:
    """What the desk's leader shows itself by on this node, if that changes as a living one's does; else None."""

    async def ask() -> str | None:
        async with _pool(settings, node) as pool:
            before = await _beat(pool, desk)
            await asyncio.sleep(_BEAT_SECONDS)
            after = await _beat(pool, desk)
        return after if after and after != before else None

    return await _reached(_ari(node), ask)


async def manager(settings: Settings, node: NodeSettings) -> str:
    """Whether the watchdog may come in."""
    password = settings.credentials.text(node.ami_credential)
    at = AmiSettings(NodeName(node.name), node.ami.host, node.ami.port, node.ami_user, password, _SECONDS)

    async def ask() -> str:
        async with connected(at) as ami:
            await ami.ask("Ping")
        return "the watchdog may come in"

    try:
        return await _reached(Place(f"ami = {node.ami}", _rendered("manager.conf")), ask)
    except PeerUnavailable:
        raise
    except PeerError as error:
        raise PeerError(f"{error}: {node.ami_user} by {node.ami_credential}: {_AGAIN}") from error


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


async def records_database(settings: Settings) -> str:
    """Whether the facts of calls can be kept, and in which version of their table. Nothing is made here."""
    if settings.records.is_sqlite and not settings.records_file.exists():
        return f"{settings.records_file.name}, not there yet: who leads makes it"
    # Aside: it loads for a second, in which every other server would seem not to answer.
    library = await asyncio.to_thread(importlib.import_module, "irmacall.service.facts")
    at: FactsStore = library.facts_store(settings, settings.desks[0])
    try:
        return await at.check()
    except PeerUnavailable as error:
        remedy = "start that PostgreSQL, or let us in (docs/storage.md), or change the key; until then facts wait"
        raise PeerUnavailable(f"{error}: {remedy}") from error
    finally:
        await at.close()


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


async def _reached(place: Place, ask: Callable[[], Awaitable[Answer]]) -> Answer:
    """What is answered there. Raises PeerUnavailable with the address, what was seen there, and what may help."""
    try:
        return await ask()
    except PeerUnavailable as error:
        raise PeerUnavailable(
            f"{place.words} {seen(error, place.seconds)}: {place.remedy}, or change the key"
        ) from error


def _ari(node: NodeSettings) -> Place:
    return Place(f"ari = {node.ari}", _rendered("http.conf"))


def _rendered(file: str) -> str:
    return f"see that Asterisk runs there with the {file} of `irmacall render`"


def _redis(url: str, store: StoreSettings) -> Place:
    return Place(url, "start that redis (docs/install.md, 3)", store.timeout)


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


async def _beat(pool: Pool, desk: DeskId) -> str:
    reply = await opening.do(pool, Request("GET", "asterisk/variable", (("variable", leader_variable(desk)),)))
    return Fields.parse(reply.body, "variable")["value"].text()


@asynccontextmanager
async def _http() -> AsyncIterator[aiohttp.ClientSession]:
    limit = aiohttp.ClientTimeout(total=_SECONDS)
    try:
        async with aiohttp.ClientSession(timeout=limit, cookie_jar=aiohttp.DummyCookieJar()) as http:
            yield http
    except (aiohttp.ClientError, ssl.SSLError, OSError) as error:  # TimeoutError is an OSError
        raise PeerUnavailable("the yivi server does not answer") from error


def _error_word(body: bytes) -> str:
    """The yivi server's own word for what is wrong; empty for who is no yivi server."""
    try:
        answer = json.loads(body)
    except (ValueError, RecursionError):
        return ""
    word = answer.get("error") if isinstance(answer, dict) else None
    return word if isinstance(word, str) and word.replace("_", "").isupper() else ""
