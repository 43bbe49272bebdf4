"""One Asterisk node: one event socket that is kept up, and commands over a pool beside it.

A connection begins in the order that loses nothing: the event socket first, its events kept back; then filters and
subscriptions; then the snapshot; then the events kept back, then live ones. What the snapshot already shows
may so be told twice, which is ordinary.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Final, Never, Self

import structlog
from yarl import URL

from irmacall.ari import opening
from irmacall.ari.answers import Reply
from irmacall.ari.fields import Fields
from irmacall.ari.intake import Intake
from irmacall.ari.lag import Lag
from irmacall.ari.music import Music
from irmacall.ari.outgoing import NOWHERE, Outgoing
from irmacall.ari.pool import Pool
from irmacall.ari.requests import Request, callout_requests, path, requests_for
from irmacall.ari.socket import event_socket, listen
from irmacall.core.commands import CallOut, DialLeg, NodeCommand
from irmacall.core.dialplan import application, busy_variable, leader_variable, most_variable
from irmacall.core.events import ChannelGone, LegEntered, NodeEvent, NodeLost, PhoneRegistered
from irmacall.core.ids import ChannelId, DeskId, Endpoint, NodeName
from irmacall.core.numbers import normalise
from irmacall.errors import LeaseLost, PeerError

FIRST_WAIT: Final = 0.1
LONGEST_WAIT: Final = 2.0
"""Seconds before a lost node is tried again: doubled each time, and drawn, so that leaders do not march."""

log = structlog.get_logger("irmacall.ari")


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """How one desk reaches one Asterisk. Times are seconds."""

    name: NodeName
    desk: DeskId
    url: str
    """Such as http://127.0.0.1:8088: the HTTP server that ARI is on, without /ari."""
    user: str
    password: str = field(repr=False)
    connections: int = 16
    """Commands on their way at once; all daemons' together below http.conf's `sessionlimit`."""
    timeout: float = 5.0
    """For one command's answer: moving a channel that a prompt is played to waits for the prompt's end."""

    @property
    def app(self) -> str:
        """The desk's ARI application."""
        return application(self.desk)


class Node:
    """A node, as one desk sees it. Use it as a context manager, and keep `run` running inside.

    `perform`, `show_leader` and `follow` may be called side by side and while the event socket is down.
    """

    def __init__(
        self, settings: NodeSettings, endpoints: Iterable[Endpoint] = (), outgoing: Outgoing = NOWHERE
    ) -> None:
        """`endpoints`: the phones to hear of. `outgoing`: how people are called; without it nobody is."""
        self.name = settings.name
        self._outgoing = outgoing
        self._settings = settings
        self._endpoints = set(endpoints)
        self._followed: set[Endpoint] = set()
        """Those of them of which we know all since the event socket stands."""
        self._stands = False
        self._replaced = False
        self._started_at = ""
        self._intake: Intake | None = None
        self.lag = Lag()
        self._music = Music(self._exchange)
        self._undialled: dict[ChannelId, bool] = {}
        """Legs that entered while we looked, until they are gone: whether nobody has dialled them yet."""
        self._pool = Pool(settings.url, settings.user, settings.password, settings.connections, settings.timeout)

    async def __aenter__(self) -> Self:
        await self._pool.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._pool.__aexit__(kind, error, trace)

    async def check(self) -> None:
        """Whether this node can be used at all: it answers, knows us, and is new enough. Raises PeerError."""
        await opening.startup_time(self._pool)

    async def run(self, sink: Callable[[NodeEvent], None]) -> Never:
        """Tell `sink` what happens on this node: a snapshot, then events; NodeLost, and a snapshot again.

        Raises LeaseLost when another socket took our application over: `perform` refuses from that instant.
        """
        wait = FIRST_WAIT
        while True:
            self._intake = intake = Intake(self.name, lambda event: self._pass(event, sink), self.lag)
            try:
                await self._connection(intake)
            except PeerError as error:
                self._undialled.clear()  # what happens to them now we are not told of
                log.warning("node.lost", node=self.name, error=str(error))
            except LeaseLost:
                self._replaced = True
                raise
            finally:
                self._intake, self._stands = None, False
            if intake.live:
                sink(NodeLost(self.name))
                wait = FIRST_WAIT
            await asyncio.sleep(wait * random.uniform(0.5, 1.0))
            wait = min(wait * 2, LONGEST_WAIT)

    def _pass(self, event: NodeEvent, sink: Callable[[NodeEvent], None]) -> None:
        if isinstance(event, LegEntered):
            self._undialled.setdefault(event.channel, True)
        elif isinstance(event, ChannelGone):
            self._undialled.pop(event.channel, None)
        sink(event)

    async def perform(self, command: NodeCommand) -> None:
        """Do one command. Raises PeerError where Asterisk refuses it, PeerUnavailable where it does not answer,

        and LeaseLost where another daemon has our application.
        """
        requests = self._requests(command)
        if isinstance(command, DialLeg) and self._undialled.get(command.channel):
            self._undialled[command.channel] = False
            # It entered before our eyes, so nobody has dialled it: to look would cost every call a request.
            requests = tuple(request for request in requests if not request.ends)
        for request in requests:
            if await self._do(request) in request.ends:
                return
        self._music.came(command)

    def _requests(self, command: NodeCommand) -> tuple[Request, ...]:
        if isinstance(command, CallOut):
            return callout_requests(command, self._outgoing.endpoint(command.number), self._settings.app)
        return requests_for(command, self._settings.app)

    async def caller_number(self, channel: ChannelId) -> str | None:
        """The number that this caller calls with, in E.164; None where she withholds it, or it is none.

        Raises PeerError where the channel is gone, and as `perform` does. For whoever keeps numbers; never for a log.
        """
        request = Request("GET", path("channels", channel))
        seen = Fields.parse((await self._exchange(request)).body, str(request))
        return normalise(seen["caller"]["number"].text())

    def may_call(self, number: str) -> bool:
        """Whether a line of this node may call this number: ask before anybody is promised a call."""
        return self._outgoing.may_call(number)

    async def show_leader(self, beat: str) -> None:
        """Let the watchdog of this node see that the desk has a leader: `beat` must change from call to call."""
        query = (("variable", leader_variable(self._settings.desk)), ("value", beat))
        await self._do(Request("POST", "asterisk/variable", query))

    @property
    def is_here(self) -> bool:
        """Whether this Asterisk is on our machine: it is reached by a loopback address."""
        host = URL(self._settings.url).host or ""
        return host == "localhost" or host == "::1" or host.startswith("127.")

    async def refuse(self, percent: int, until: int) -> None:
        """Have the dialplan refuse so many of 100 new callers before it answers them, until then (epoch seconds)."""
        query = (("variable", busy_variable(self._settings.desk)), ("value", f"{percent:03}:{until}"))
        await self._do(Request("POST", "asterisk/variable", query))

    async def limit(self, calls: int, until: int) -> None:
        """Have the dialplan let in callers while fewer than so many are here, until then (epoch seconds)."""
        query = (("variable", most_variable(self._settings.desk)), ("value", f"{until:010}:{calls}"))
        await self._do(Request("POST", "asterisk/variable", query))

    async def follow(self, endpoints: Iterable[Endpoint]) -> None:
        """Hear of these phones too, from now on and after every reconnect; whether each is there is told first.

        Of those that are followed already nothing is asked. Raises as `perform` does.
        """
        wanted = set(endpoints)
        self._endpoints |= wanted
        if not self._stands:
            return  # All of them are asked for when it stands; nobody waits for a node that is away.
        new = sorted(wanted - self._followed)
        known = await self._subscribe(new)
        for endpoint in new:
            await self._look_at(endpoint)
        self._followed |= known

    async def _look_at(self, endpoint: Endpoint) -> None:
        """A phone that came or went between the snapshot and our subscription: no event will tell of that."""
        intake = self._intake
        if intake is None:
            return  # the next snapshot has it
        intake.changed.discard(endpoint)
        online = await opening.is_online(self._pool, endpoint)
        if online is not None and intake is self._intake and endpoint not in intake.changed:
            intake.tell(PhoneRegistered(self.name, endpoint, online))

    async def _do(self, request: Request) -> int:
        return (await self._exchange(request)).status

    async def _exchange(self, request: Request) -> Reply:
        if self._replaced:
            raise LeaseLost("another socket has our application")
        return await opening.do(self._pool, request)

    async def _connection(self, intake: Intake) -> None:
        settings = self._settings
        async with event_socket(
            settings.url, settings.user, settings.password, settings.app, settings.timeout
        ) as socket:
            self._stands = True
            await _first_failure(
                asyncio.create_task(listen(socket, intake.hear), name=f"listen {self.name}"),
                asyncio.create_task(self._open(intake), name=f"open {self.name}"),
                asyncio.create_task(self._music.run(), name=f"music {self.name}"),
            )

    async def _open(self, intake: Intake) -> None:
        started_at = await opening.startup_time(self._pool)
        await opening.filter_events(self._pool, self._settings.app)
        self._followed = await self._subscribe(self._endpoints)
        snapshot = await opening.read_snapshot(self._pool, self.name, self._settings.app)
        restarted = self._started_at not in ("", started_at)
        self._started_at = started_at
        log.info("node.ready", node=self.name, channels=len(snapshot.channels), restarted=restarted)
        intake.go_live(snapshot)

    async def _subscribe(self, endpoints: Iterable[Endpoint]) -> set[Endpoint]:
        """Ask for the events of these; those of them that this Asterisk knows by now."""
        asked = set(endpoints)
        unknown = await opening.subscribe(self._pool, self._settings.app, asked)
        if unknown:
            log.warning("node.phones_unknown", node=self.name, endpoints=unknown)
        return asked.difference(unknown)


async def _first_failure(*tasks: asyncio.Task[None]) -> None:
    """Wait until one of these fails, end the others, and raise what failed.

    Not a TaskGroup: before Python 3.13 one that fails while it is cancelled forgets the cancellation.
    """
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_EXCEPTION)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
    failures = [error for task in tasks if not task.cancelled() and (error := task.exception())]
    # What must not be taken for a lost connection goes first.
    raise next((error for error in failures if not isinstance(error, PeerError)), failures[0])
