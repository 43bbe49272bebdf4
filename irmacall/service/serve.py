"""Everything that one daemon opens, in order; and, when it is told to stop, closes in the other order.

A stop leaves calls up: Asterisk keeps them, and who leads next takes them over.
"""

from __future__ import annotations

import asyncio
import os
import signal
import socket
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AsyncExitStack

import structlog
from aiohttp import web

from irmacall.ari.client import Node
from irmacall.core.ids import DeskId, Endpoint, NodeName, UserId
from irmacall.errors import PeerError, SettingsError
from irmacall.irma.client import IrmaClient
from irmacall.service import plan
from irmacall.service.accounts import Logins
from irmacall.service.attendance import Attendance
from irmacall.service.audit import AuditWriter
from irmacall.service.callbacks import NumberOf
from irmacall.service.caveats import Caveats, warn
from irmacall.service.citizen import Citizens
from irmacall.service.control import Control
from irmacall.service.directory import Directory
from irmacall.service.emergency import Emergencies
from irmacall.service.in_force import InForce, rules
from irmacall.service.late_facts import LateFacts
from irmacall.service.leadership import Leadership
from irmacall.service.operating import Operating
from irmacall.service.records import Records
from irmacall.service.reload import Reloading
from irmacall.service.screens import Screens
from irmacall.service.staff import Place, Staff
from irmacall.service.term import Peers
from irmacall.service.transfers import Transfers
from irmacall.settings import PublicSettings, Settings, StaffSettings, server_context
from irmacall.store.audit import AuditLog
from irmacall.store.numbers import numbers_key
from irmacall.store.passwords import Hashing
from irmacall.store.sessions import Sessions
from irmacall.store.users import Users, open_users
from irmacall.web.entrance import Limits
from irmacall.web.listener import listen
from irmacall.web.public import public_app
from irmacall.web.staff import staff_app

log = structlog.get_logger("irmacall")


async def serve(settings: Settings, reread: Callable[[], Settings]) -> None:
    """Serve the site's desk until SIGTERM or SIGINT. Raises SettingsError for what cannot be used.

    `reread` reads the same site file again, when an operator asks for it (`irmacall reload`, or SIGHUP).
    """
    if len(settings.desks) != 1:
        raise SettingsError(f"desk: {len(settings.desks)} are configured; one daemon serves one: start one for each")
    async with AsyncExitStack() as stack:
        daemon = await _Daemon.open(settings, reread, stack)
        await daemon.run()


class _Daemon:
    """All that is open while we serve."""

    def __init__(self, settings: Settings, reread: Callable[[], Settings], stack: AsyncExitStack) -> None:
        self._settings = settings
        self._reread = reread
        self._desk = settings.desks[0]
        self._stack = stack
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()

    @classmethod
    async def open(cls, settings: Settings, reread: Callable[[], Settings], stack: AsyncExitStack) -> _Daemon:
        """Open what must be there before anything is served."""
        daemon = cls(settings, reread, stack)
        await daemon._open_stores()
        daemon._open_rooms()
        return daemon

    async def _open_stores(self) -> None:
        self._store, self._vault = plan.desk_store(self._settings), plan.vault(self._settings)
        self._stack.push_async_callback(self._vault.close)
        self._stack.push_async_callback(self._store.close)
        await _checked_when_there(self._store.check_configuration, "the desk's redis")
        await _checked_when_there(self._vault.check_configuration, "the vault's redis")
        self._facts = LateFacts(self._settings, self._desk)
        self._stack.push_async_callback(self._facts.close)
        database = await open_users(self._settings.users)
        self._stack.push_async_callback(database.close)
        self._users = Users(database, Hashing())
        idle, absolute = self._settings.staff.idle, self._settings.staff.absolute
        self._sessions = Sessions(database, idle=idle, absolute=absolute)
        audit = await AuditLog.open(self._settings.audit)
        self._stack.push_async_callback(audit.close)
        self._audit = AuditWriter(audit, DeskId(self._desk.id))
        self._stack.push_async_callback(self._audit.drain)

    def _open_rooms(self) -> None:
        settings = self._settings
        hashed = plan.code_hash(settings.credentials.key("code-key"))
        self._in_force = force = InForce(rules(settings, hashed))
        screens = Screens()
        self._endpoints: set[Endpoint] = set()
        records = Records(self._facts, settings.records.days)
        key = numbers_key(settings.credentials.key("vault-key"))
        directory = Directory(self._users)
        peers = Peers(
            self._store,
            self._vault,
            screens,
            self._audit,
            self._nodes,
            records,
            key,
            directory,
            lambda: force.now.reach,
            plan.node_limits(settings),
        )
        self._leadership = Leadership(force.now.plan, peers, settings.store.lease)
        self._irma = IrmaClient(settings.irma.url, settings.credentials.text("irma-token"))
        self._stack.push_async_callback(self._irma.close)
        self._citizens = Citizens(
            self._leadership,
            screens,
            self._irma,
            self._vault,
            lambda: force.now.offer,
            page_key=settings.credentials.key("session-key"),
            hash_code=hashed,
        )
        transfers = Transfers(self._leadership, directory, lambda: force.now.reach, self._vault)
        self._staff = Staff(self._leadership, screens, lambda: force.now.titles, self._place_of, directory, transfers)
        self._attendance = Attendance(self._leadership, screens)
        caveats = Caveats(self._users.list_users)
        self._reloading = Reloading(force, self._reread, self._leadership, screens, self._audit, caveats)
        emergencies = Emergencies(self._leadership, force, self._audit)
        operating = Operating(force, self._leadership, self._reloading, emergencies)
        self._control = Control(settings.control(self._desk.id), operating.commands())
        self._logins = Logins(
            self._users, self._sessions, self._audit, self._staff, lambda: self._leadership.next_term
        )

    def _nodes(self, number_of: NumberOf) -> Mapping[NodeName, Node]:
        each = [
            Node(plan.ari(node, self._desk, self._settings), self._endpoints, plan.outgoing(node, number_of))
            for node in self._settings.nodes
        ]
        return {one.name: one for one in each}

    async def _place_of(self, user: UserId) -> Place | None:
        return Place.of(await self._users.get(user))

    # -- running -------------------------------------------------------------------------------------------

    async def run(self) -> None:
        """Serve until a signal says that it is enough."""
        self._endpoints |= {user.endpoint for user in await self._users.list_users() if user.endpoint}
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stop.set)
        loop.add_signal_handler(signal.SIGHUP, self._reload.set)
        await self._stack.enter_async_context(self._control.open())
        async with asyncio.TaskGroup() as group:
            works = (
                self._audit.run,
                self._citizens.run,
                self._leadership.run,
                self._logins.run,
                self._attendance.run,
            )
            running = [group.create_task(self._reloading.when_told(self._reload), name="reload")]
            running += [group.create_task(work(), name=work.__qualname__) for work in works]
            running.append(group.create_task(warn(self._settings), name="caveats"))
            await self._listen()
            _notify("READY=1")
            log.info(
                "serving", desk=self._desk.id, public=self._settings.public.origin, staff=self._settings.staff.origin
            )
            await self._stop.wait()
            log.info("stopping", desk=self._desk.id)
            _notify("STOPPING=1")
            for task in reversed(running):
                task.cancel()

    async def _listen(self) -> None:
        settings = self._settings
        public = public_app(self._citizens, lambda: self._in_force.now.public)
        staff = staff_app(self._staff, self._logins, lambda: self._in_force.now.staff)
        await self._put(public, settings.public, plan.public_limits(settings))
        await self._put(staff, settings.staff, plan.staff_limits(settings))

    async def _put(self, app: web.Application, at: PublicSettings | StaffSettings, limits: Limits) -> None:
        where, key = at.listen, at.tls_key
        assert key is not None, "settings give every listener a key"
        try:
            runner = await listen(app, where.host, where.port, server_context(at.tls_cert, key), limits)
        except OSError as error:  # ssl.SSLError is one too
            raise SettingsError(f"cannot listen on {where}: {error}") from error
        self._stack.push_async_callback(runner.cleanup)


async def _checked_when_there(check: Callable[[], Awaitable[object]], what: str) -> None:
    """Refuse a store that is set up wrongly; one that is away now is waited for, as at any other time."""
    try:
        await check()
    except PeerError as error:
        log.warning("not checked, since it does not answer", peer=what, error=str(error))


def _notify(state: str) -> None:
    """Tell systemd (sd_notify(3)); nothing where nobody asked."""
    where = os.environ.get("NOTIFY_SOCKET")
    if not where:
        return
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC) as notify:
        notify.sendto(state.encode(), "\0" + where[1:] if where.startswith("@") else where)
