"""The administrator's pages over the real files: users, sessions and audit log in SQLite, and a site file on disk."""

from __future__ import annotations

import dataclasses
import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web
from argon2 import PasswordHasher

from irmacall.core.ids import CallId, Endpoint, SeatId, UserId
from irmacall.irma.memory import MemoryIrma
from irmacall.service.accounts import Logins
from irmacall.service.admin.audit import AdminAudit
from irmacall.service.admin.nodes import AdminHealth
from irmacall.service.admin.sessions import AdminSessions
from irmacall.service.admin.site import AdminSite
from irmacall.service.admin.users import AdminUsers
from irmacall.service.audit import AuditWriter
from irmacall.settings import NodeSettings
from irmacall.store.audit import AuditKind, AuditLine, AuditLog
from irmacall.store.passwords import Hashing
from irmacall.store.phones import Phones
from irmacall.store.sessions import Sessions
from irmacall.store.users import Role, Users, open_users
from irmacall.web.accounts import SessionKey
from irmacall.web.admin.app import admin_part
from irmacall.web.admin.ports import AdminBooks
from irmacall.web.config import WebConfig
from irmacall.web.listener import listen
from irmacall.web.sessions import seat_named
from irmacall.web.staff import staff_app
from tests.core.leader import PLAN
from tests.service.site import Operated, operated
from tests.service.test_logins import FakeSeats
from tests.web.conftest import field as form_field
from tests.web.conftest import free_port
from tests.web.doubles import PASSWORD, MemoryStaffDesk

GROUP = '\n[[desk.group]]\nid = "balie"\ntitle = "De balie"\nqueues = ["algemeen", "burgerzaken"]\n'
KEY = SessionKey("e" * 43)
CALL = CallId("pbx1-1700000000.12")


@dataclass
class Facts:
    """The records' database."""

    async def check(self) -> str:
        """What it is."""
        return "records.sqlite, version 1"


@dataclass
class Office:
    """The running app, what is behind it, and who there is: noor administers, els answers, and so on."""

    origin: str
    daemon: Operated
    users: Users
    phones: Phones
    sessions: Sessions
    seats: FakeSeats
    log: AuditLog
    writer: AuditWriter
    irma: MemoryIrma
    health: AdminHealth
    runner: web.AppRunner = field(init=False)
    ids: dict[str, UserId] = field(default_factory=dict)

    async def told(self, *kinds: AuditKind) -> list[str]:
        """Why, of the audit log's lines of these kinds."""
        await self.writer.drain()
        return [line.why for _, line in await self.log.lines(limit=1000) if line.kind in kinds]

    async def logs_in(self, login: str = "els") -> SeatId:
        """Somebody else is logged in and at work."""
        await self.sessions.begin(KEY, self.ids[login], seat_named(KEY), time.time())
        self.seats.seats.add(seat_named(KEY))
        return seat_named(KEY)


async def _version(node: NodeSettings) -> str:
    return "22.11.0"


@asynccontextmanager
async def opened(directory: Path, tls: ssl.SSLContext) -> AsyncIterator[Office]:
    """The staff's app with the administrator's part, until the block ends."""
    async with operated(directory) as daemon:
        daemon.sample.add(GROUP)
        await daemon.reloading.reload("test")
        database = await open_users(directory / "users.sqlite")
        log = await AuditLog.open(directory / "audit.sqlite")
        users = Users(database, Hashing(PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)))
        sessions, seats, writer, irma = Sessions(database), FakeSeats(), AuditWriter(log, PLAN.desk), MemoryIrma()
        port = free_port()
        house = daemon.house
        health = AdminHealth(daemon.in_force, house.leadership, house.store, house.vault, irma, Facts(), _version)
        phones, origin = Phones(database), f"https://localhost:{port}"
        office = Office(origin, daemon, users, phones, sessions, seats, log, writer, irma, health)
        await _people(office)
        logins = Logins(users, sessions, writer, seats, lambda: daemon.house.leadership.next_term)
        books = AdminBooks(
            AdminUsers(database, users, office.phones, logins, writer, daemon.in_force),
            AdminSessions(sessions, users, logins, seats, writer),
            AdminSite(daemon.in_force, daemon.reloading, users),
            AdminAudit(log, users, writer),
            health,
        )
        config = WebConfig(office.origin, "gemeente Voorbeeld", demo=True, logins_per_minute=1000)
        app = staff_app(MemoryStaffDesk(), logins, lambda: config, admin_part(books, lambda: config))
        office.runner = await listen(app, "127.0.0.1", port, tls)
        try:
            yield office
        finally:
            await office.runner.cleanup()
            await log.close()
            await database.close()


async def _people(office: Office) -> None:
    for phone in ("els", "willem", "leeg"):
        await office.phones.add_phone(Endpoint(phone))
    for login, name, role in (
        ("noor", "Noor El Amrani", Role.ADMIN),
        ("zoe", "Zoë Mol", Role.ADMIN),
        ("els", "Els de Boer", Role.AGENT),
        ("willem", "Willem <b>Smit</b>", Role.OFFICIAL),
        ("maria", "Maria Smit", Role.MANAGEMENT),
    ):
        own = Endpoint(login) if role in (Role.AGENT, Role.OFFICIAL) else None
        user = await office.users.add_user(login, name, role, PASSWORD, endpoint=own, function="Adviseur")
        office.ids[login] = user.id
        await office.log.append(AuditLine(1_700_000_000.0, AuditKind.LOGIN, who=user.id, why="password"))
    await office.log.append(AuditLine(1_700_000_100.0, AuditKind.GRANTED, who=office.ids["els"], call=CALL))


@dataclass
class Desk:
    """One administrator's browser, but for the browser: a client that is logged in, and its token."""

    client: aiohttp.ClientSession
    origin: str
    token: str = ""

    async def get(self, path: str) -> tuple[int, str]:
        """A page that she goes to."""
        headers = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Site": "same-origin"}
        async with self.client.get(self.origin + path, headers=headers, allow_redirects=False) as answer:
            return answer.status, await answer.text()

    async def post(self, path: str, **given: str) -> tuple[int, str]:
        """A form that she sends; the place that she is led to, or the page that is the answer."""
        headers = {"Origin": self.origin}
        data = {"token": self.token, **given}
        where = self.origin + path
        async with self.client.post(where, data=data, headers=headers, allow_redirects=False) as answer:
            return answer.status, answer.headers.get("Location") or await answer.text()


async def log_in(client: aiohttp.ClientSession, office: Office, login: str = "noor") -> Desk:
    """Log in as a browser does."""
    desk = Desk(client, office.origin)
    async with client.get(f"{office.origin}/login") as form:
        desk.token = form_field(await form.text(), "token")
    assert (await desk.post("/login", login=login, password=PASSWORD))[0] == 303
    begin = "/admin/users" if login in ("noor", "zoe") else "/"
    _, page = await desk.get(begin)
    return dataclasses.replace(desk, token=form_field(page, "token") if 'name="token"' in page else "")
