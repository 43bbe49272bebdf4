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
from irmacall.crm.webhook import Webhook
from irmacall.errors import PeerError, SettingsError
from irmacall.irma.client import IrmaClient
from irmacall.service import plan
from irmacall.service.accounts import Logins
from irmacall.service.admin.audit import AdminAudit
from irmacall.service.admin.nodes import AdminHealth
from irmacall.service.admin.sessions import AdminSessions
from irmacall.service.admin.site import AdminSite
from irmacall.service.admin.users import AdminUsers
from irmacall.service.attendance import Attendance
from irmacall.service.audit import AuditWriter
from irmacall.service.callbacks import NumberOf
from irmacall.service.caveats import Caveats, warn
from irmacall.service.citizen import Citizens
from irmacall.service.control import Control
from irmacall.service.crm import Crm, Reference
from irmacall.service.crm_frame import Framed
from irmacall.service.directory import Directory
from irmacall.service.emergency import Emergencies
from irmacall.service.identify import Identifying, Told
from irmacall.service.in_force import InForce, rules
from irmacall.service.late_facts import LateFacts
from irmacall.service.leadership import Leadership
from irmacall.service.live_page import LivePage
from irmacall.service.management.desk import Management
from irmacall.service.management.glass import Glass
from irmacall.service.memory import map_large_buffers
from irmacall.service.operating import Operating
from irmacall.service.records import Records
from irmacall.service.reload import Reloading
from irmacall.service.screens import Screens
from irmacall.service.staff import Place, Staff
from irmacall.service.term import Peers
from irmacall.service.today import Day
from irmacall.service.transfers import Transfers
from irmacall.service.two_words import Pairs
from irmacall.settings import PublicSettings, Settings, StaffSettings, server_context
from irmacall.store.audit import AuditLog
from irmacall.store.numbers import numbers_key
from irmacall.store.passwords import Hashing
from irmacall.store.phones import Phones
from irmacall.store.sessions import Sessions
from irmacall.store.users import Users, open_users
from irmacall.web.admin.app import admin_part
from irmacall.web.admin.ports import AdminBooks
from irmacall.web.crm import CrmFrame
from irmacall.web.entrance import Limits
from irmacall.web.identification import Identification
from irmacall.web.listener import listen
from irmacall.web.management.glass import glass
from irmacall.web.management.pages import management
from irmacall.web.public import public_app
from irmacall.web.staff import staff_app
from irmacall.web.today import Today

log = structlog.get_logger("irmacall")


async def serve(settings: Settings, reread: Callable[[], Settings]) -> None:
    """Serve the site's desk until SIGTERM or SIGINT. Raises SettingsError for what cannot be used.

    `reread` reads the same site file again, when an operator asks for it (`irmacall reload`, or SIGHUP).
    """
    if len(settings.desks) != 1:
        raise SettingsError(f"desk: {len(settings.desks)} are configured; one daemon serves one: start one for each")
    map_large_buffers()
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
        self._users_file, self._users = database, Users(database, Hashing())
        idle, absolute = self._settings.staff.idle, self._settings.staff.absolute
        self._sessions = Sessions(database, idle=idle, absolute=absolute)
        audit = await AuditLog.open(self._settings.audit)
        self._stack.push_async_callback(audit.close)
        self._audit_log = audit
        self._audit = AuditWriter(audit, DeskId(self._desk.id))
        self._stack.push_async_callback(self._audit.drain)

    def _open_rooms(self) -> None:
        settings, credentials = self._settings, self._settings.credentials
        self._hashed = plan.code_hash(credentials.key("code-key"))
        self._in_force = force = InForce(rules(settings, self._hashed))
        self._screens = Screens()
        self._endpoints: set[Endpoint] = set()
        self._directory = Directory(self._users)
        self._pairs = Pairs(credentials.key("code-key"))
        peers = Peers(
            self._store,
            self._vault,
            self._screens,
            self._audit,
            self._nodes,
            Records(self._facts, settings.records.days),
            numbers_key(credentials.key("vault-key")),
            self._directory,
            lambda: force.now.reach,
            plan.node_limits(settings),
            crm=self._crm(),
        )
        self._leadership = Leadership(force.now.plan, peers, settings.store.lease)
        self._open_citizens_rooms()
        self._open_staffs_rooms()
        self._open_operators_rooms()

    def _open_citizens_rooms(self) -> None:
        credentials, force = self._settings.credentials, self._in_force
        self._irma = IrmaClient(self._settings.irma.url, credentials.text("irma-token"))
        self._stack.push_async_callback(self._irma.close)
        self._citizens = Citizens(
            self._leadership,
            self._screens,
            self._irma,
            self._vault,
            lambda: force.now.offer,
            page_key=credentials.key("session-key"),
            hash_code=self._hashed,
            live=LivePage(self._directory, self._pairs, lambda: force.now.titles.labels),
        )
        self._identifying = Identifying(
            self._leadership,
            self._screens,
            self._citizens,
            self._audit,
            force.derived(Told.of),
            page_key=credentials.key("session-key"),
            hash_code=self._hashed,
        )

    def _open_staffs_rooms(self) -> None:
        force, directory = self._in_force, self._directory
        self._staff = Staff(
            self._leadership,
            self._screens,
            lambda: force.now.titles,
            self._place_of,
            directory,
            Transfers(self._leadership, directory, lambda: force.now.reach, self._vault),
            self._pairs,
            self._identifying.shown,
        )
        self._day = Day(self._facts, force, directory)
        self._attendance = Attendance(self._leadership, self._screens)
        self._logins = Logins(
            self._users, self._sessions, self._audit, self._staff, lambda: self._leadership.next_term
        )
        self._glass = Glass(self._leadership, directory, self._audit, lambda: force.now.titles)

    def _open_operators_rooms(self) -> None:
        force = self._in_force
        caveats = Caveats(self._users.list_users)
        self._reloading = Reloading(force, self._reread, self._leadership, self._screens, self._audit, caveats)
        emergencies = Emergencies(self._leadership, force, self._audit)
        operating = Operating(force, self._leadership, self._reloading, emergencies)
        self._control = Control(self._settings.control(self._desk.id), operating.commands())
        self._management = Management(
            self._leadership,
            force,
            self._directory,
            self._facts,
            emergencies,
            self._audit,
            self._logins.end_sessions,
        )

    def _crm(self) -> Crm | None:
        """The CRM that is told of calls; a change of it in the site file is for the next start."""
        told, secrets = self._desk.crm, self._settings.credentials
        self._reference = Reference(secrets.key("session-key"))
        self._webhook: Webhook | None = None
        if told.webhook is None:
            return None
        self._webhook = Webhook(told.webhook, secrets.text("crm-key").encode(), timeout=told.timeout)
        return Crm(self._webhook, self._reference)

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
                self._management.run,
            )
            running = [group.create_task(self._reloading.when_told(self._reload), name="reload")]
            running += [group.create_task(work(), name=work.__qualname__) for work in works]
            running.append(group.create_task(warn(self._settings), name="caveats"))
            if self._webhook is not None:
                running.append(group.create_task(self._webhook.run(), name="crm"))
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
        public = public_app(self._citizens, lambda: self._in_force.now.public, self._identifying)
        parts = (
            Today(self._day),
            Identification(self._identifying).part,
            CrmFrame(self._staff, Framed(self._leadership, self._reference), self._desk.crm.origin),
            glass(self._glass, lambda: self._in_force.now.staff),
            management(self._management, lambda: self._in_force.now.staff),
            admin_part(self._admin_books(), lambda: self._in_force.now.staff),
        )
        staff = staff_app(self._staff, self._logins, lambda: self._in_force.now.staff, *parts)
        await self._put(public, settings.public, plan.public_limits(settings))
        await self._put(staff, settings.staff, plan.staff_limits(settings))

    def _admin_books(self) -> AdminBooks:
        file, users, force, audit = self._users_file, self._users, self._in_force, self._audit
        return AdminBooks(
            AdminUsers(file, users, Phones(file), self._logins, audit, force),
            AdminSessions(self._sessions, users, self._logins, self._staff, audit),
            AdminSite(force, self._reloading, users),
            AdminAudit(self._audit_log, users, audit),
            AdminHealth(force, self._leadership, self._store, self._vault, self._irma, self._facts),
        )

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
