"""How the daemon that answers is, and every server behind it, as `irmacall status` knows it; asked of each seldom."""

from __future__ import annotations

import asyncio
import platform
import socket
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import replace
from typing import Final, Protocol, TypeVar

import irmacall
from irmacall.core.ids import NodeName, QueueId
from irmacall.core.routes import ToMessage, ToQueue
from irmacall.core.state import Desk, Emergency
from irmacall.errors import IrmacallError, PeerUnavailable
from irmacall.service import caveats
from irmacall.service.in_force import InForce, Rules
from irmacall.service.leadership import Leadership
from irmacall.service.operating import counts
from irmacall.service.strain import Seen, Strain
from irmacall.service.term import Term
from irmacall.settings import NodeSettings
from irmacall.store.desk import DeskStore
from irmacall.store.vault import LARGEST_SKEW, Vault
from irmacall.web.admin.ports import EmergencyView, HealthView, NodeView, PeerKind, PeerView, State

FRESH: Final = 5.0
"""Seconds for which an answer of the servers is used again, whoever asks."""
SECONDS: Final = 4.0
"""That one server is given to answer."""


class Yivi(Protocol):
    """The yivi server, as far as this needs it (see `irma.client.IrmaClient`)."""

    async def known(self) -> None:
        """Whether it answers, and knows our token. Raises PeerError."""


class Facts(Protocol):
    """The records' database, as far as this needs it (see `late_facts.LateFacts`)."""

    async def check(self) -> str:
        """What it is, in words. Raises PeerError, SettingsError."""


Answer = TypeVar("Answer")
VersionOf = Callable[[NodeSettings], Awaitable[str]]


class AdminHealth:
    """See `web.admin.ports.HealthBook`."""

    def __init__(
        self,
        in_force: InForce,
        leadership: Leadership,
        store: DeskStore,
        vault: Vault,
        yivi: Yivi,
        facts: Facts,
        version_of: VersionOf | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._in_force = in_force
        self._leadership = leadership
        self._store = store
        self._vault = vault
        self._yivi = yivi
        self._facts = facts
        self._version_of = version_of or self._asked_version
        self._clock = clock
        self._turn = asyncio.Lock()
        self._asked: tuple[float, list[PeerView], dict[str, str | IrmacallError]] | None = None

    async def health(self) -> HealthView:
        """See `HealthBook.health`."""
        peers, versions = await self._servers()
        rules = self._in_force.now
        term = self._term()
        leader = None if term is not None else await self._leadership.leader()
        told = HealthView(
            at=time.time(),
            version=f"{irmacall.__version__} (Python {platform.python_version()})",
            host=socket.gethostname(),
            revision=rules.revision,
            leads=term is not None,
            leader=leader or "",
            fence=None if term is None else term.lease.fence,
            nodes=[_node(node.name, versions[node.name], term) for node in rules.settings.nodes],
            peers=peers,
        )
        return told if term is None else _with_desk(told, term.desk, rules)

    def _term(self) -> Term | None:
        try:
            return self._leadership.term()
        except PeerUnavailable:  # This daemon stands by, and says so.
            return None

    async def _servers(self) -> tuple[list[PeerView], dict[str, str | IrmacallError]]:
        """What each server says of itself; all who ask within a few seconds get one answer."""
        async with self._turn:
            if self._asked is None or self._clock() - self._asked[0] >= FRESH:
                nodes = self._in_force.now.settings.nodes
                peers = asyncio.gather(self._desk_redis(), self._vault_redis(), self._yivi_server(), self._records())
                versions = asyncio.gather(*(_outcome(self._version_of(node)) for node in nodes))
                names = [node.name for node in nodes]
                self._asked = self._clock(), list(await peers), dict(zip(names, await versions, strict=True))
            return self._asked[1], self._asked[2]

    async def _asked_version(self, node: NodeSettings) -> str:
        return await caveats.version_of(self._in_force.now.settings, node)

    async def _desk_redis(self) -> PeerView:
        in_memory = self._in_force.now.settings.store.in_memory
        return _peer("desk_redis", await _outcome(_silent(self._store.check_configuration())), in_memory=in_memory)

    async def _vault_redis(self) -> PeerView:
        in_memory = self._in_force.now.settings.store.vault == "memory://"
        found = await _outcome(_silent(self._vault.check_configuration()))
        skew = await _outcome(self._vault.clock_skew())
        if isinstance(found, IrmacallError) or isinstance(skew, IrmacallError):
            problem = found if isinstance(found, IrmacallError) else skew
            return _peer("vault_redis", problem if isinstance(problem, IrmacallError) else "", in_memory=in_memory)
        state: State = "wrong" if abs(skew) > LARGEST_SKEW else "well"
        return PeerView("vault_redis", state, in_memory, skew=abs(skew))

    async def _yivi_server(self) -> PeerView:
        return _peer("yivi", await _outcome(_silent(self._yivi.known())))

    async def _records(self) -> PeerView:
        return _peer("records", await _outcome(self._facts.check()))


async def _silent(work: Awaitable[None]) -> str:
    await work
    return ""


async def _outcome(work: Awaitable[Answer]) -> Answer | IrmacallError:
    """What it answers, or why it does not: a server that fails is what there is to tell."""
    try:
        async with asyncio.timeout(SECONDS):
            return await work
    except TimeoutError:
        return PeerUnavailable(f"no answer within {SECONDS:g} s")
    except IrmacallError as error:
        return error


def _peer(kind: PeerKind, found: str | IrmacallError, *, in_memory: bool = False) -> PeerView:
    if isinstance(found, IrmacallError):
        return PeerView(kind, "wrong", in_memory, problem=str(found))
    return PeerView(kind, "look" if in_memory else "well", in_memory, detail=found)


def _node(name: str, version: str | IrmacallError, term: Term | None) -> NodeView:
    node = NodeName(name)
    problem = str(version) if isinstance(version, IrmacallError) else ""
    shown = "" if isinstance(version, IrmacallError) else version
    if term is None:
        return NodeView(name, "wrong" if problem else "well", None, shown, problem=problem)
    heard, strain = node in term.desk.confirmed, term.strain
    seen = _seen(strain, node)
    refused = 0 if strain is None else strain.refused(node)
    state: State = "wrong" if problem or not heard else "look" if refused else "well"
    return NodeView(name, state, heard, shown, seen.calls, seen.lag, seen.cpu, refused, problem)


def _seen(strain: Strain | None, node: NodeName) -> Seen:
    return Seen(0, 0.0) if strain is None else strain.latest.get(node, Seen(0, 0.0))


def _with_desk(told: HealthView, desk: Desk, rules: Rules) -> HealthView:
    counted = counts(desk)
    titles = rules.titles.queues
    waiting = {titles.get(QueueId(queue), queue): number for queue, number in counted["waiting"].items()}
    return replace(
        told,
        calls=counted["calls"],
        waiting=waiting,
        callbacks=counted["callbacks"],
        spooled=counted["spooled"],
        emergency=None if desk.emergency is None else _emergency(desk.emergency, titles),
    )


def _emergency(emergency: Emergency, titles: Mapping[QueueId, str]) -> EmergencyView:
    match emergency.to:
        case ToQueue(queue):
            return EmergencyView("queue", titles.get(queue, queue), emergency.until)
        case ToMessage(sound):
            return EmergencyView("message", sound, emergency.until)
    raise AssertionError("an emergency sends callers to a queue or to a message")
