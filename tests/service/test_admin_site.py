"""The site in force, the audit log and the servers, as an administrator is shown them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from argon2 import PasswordHasher

from irmacall.core.ids import CallId, UserId
from irmacall.errors import PeerError, PeerUnavailable, SettingsError
from irmacall.irma.memory import MemoryIrma
from irmacall.service.admin.audit import AdminAudit
from irmacall.service.admin.nodes import AdminHealth
from irmacall.service.admin.site import AdminSite, hours
from irmacall.service.audit import AuditWriter
from irmacall.settings import NodeSettings
from irmacall.store.audit import AuditKind, AuditLine, AuditLog, Head
from irmacall.store.passwords import Hashing
from irmacall.store.users import Role, Users, open_users
from irmacall.web.admin.ports import AuditQuery, HoursView, TableView
from tests.core.leader import NEAR, PLAN
from tests.service.site import NEW_QUEUE, Operated, operated
from tests.settings.sample import make_sample

AMSTERDAM = ZoneInfo("Europe/Amsterdam")


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Operated]:
    """A daemon that leads."""
    async with operated(tmp_path) as daemon:
        yield daemon


@pytest.fixture
async def users(tmp_path: Path) -> AsyncIterator[Users]:
    """An administrator."""
    database = await open_users(tmp_path / "users.sqlite")
    yield Users(database, Hashing(PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)))
    await database.close()


def _at(text: str) -> float:
    return datetime.fromisoformat(text).replace(tzinfo=AMSTERDAM).timestamp()


def _site(daemon: Operated, users: Users) -> AdminSite:
    return AdminSite(daemon.in_force, daemon.reloading, users)


def _table(tables: Sequence[TableView], source: str, name: str) -> TableView:
    return next(each for each in tables if (each.source, each.id) == (source, name))


async def test_every_table_of_the_desk_is_shown_with_its_source(daemon: Operated, users: Users) -> None:
    """Queues, subjects, hours, menus, times: each key by its name in the file, with the value that holds."""
    seen = await _site(daemon, users).site()
    assert seen.file == str(daemon.sample.file)
    assert {table.source for table in seen.tables} >= {
        "[[desk]]", "[desk.times]", "[desk.transfer]", "[desk.callback]", "[[desk.queue]]", "[[desk.subject]]",
        "[[desk.schedule]]", "[[desk.menu]]", "[[desk.language]]", "[[desk.sound]]",
    }  # fmt: skip
    queue = _table(seen.tables, "[[desk.queue]]", "burgerzaken")
    told = {each.key: each.value for each in queue.settings}
    assert queue.title == "Burgerzaken"
    assert (told["extension"], told["wrap_up"], told["impatient"]) == ("2200", 30, "queue algemeen")
    assert (told["announce.every"], told["service_level.share"], told["most"]) == (45, 0.8, None)
    menu = _table(seen.tables, "[[desk.menu]]", "hoofd")
    choices = next(each.value for each in menu.settings if each.key == "choices")
    assert choices == ("key 1, queue burgerzaken", "key 2, menu afval", "key 9, menu hoofd, language en")
    schedule = _table(seen.tables, "[[desk.schedule]]", "kantoor")
    assert {each.key: each.value for each in schedule.settings}["monday"] == ("00:00–24:00",)


async def test_what_a_key_is_called_is_never_lost(daemon: Operated, users: Users) -> None:
    """Each key of the file's schema of a queue is shown: what is new there is new here without a change."""
    seen = await _site(daemon, users).site()
    keys = {each.key for each in _table(seen.tables, "[[desk.queue]]", "algemeen").settings}
    assert {"strategy", "head_start", "ring", "nobody", "closed", "music", "callback", "steps"} <= keys
    assert not {"id", "title"} & keys


def _hours(directory: Path, now: str) -> list[HoursView]:
    return list(hours(make_sample(directory).load().desks[0], _at(now)))


@pytest.mark.parametrize(
    ("now", "is_open", "why", "spans", "next_change"),
    [
        ("2026-11-23 10:00", True, "weekday", ("09:00–17:00",), ("2026-11-23 17:00", False)),
        ("2026-11-26 12:30", False, "weekday", ("09:00–12:00", "13:00–20:00"), ("2026-11-26 13:00", True)),
        ("2026-12-24 11:00", True, "exception", ("09:00–12:00",), ("2026-12-24 12:00", False)),
        ("2026-12-25 10:00", False, "holiday", (), ("2027-01-04 09:00", True)),
    ],
)
async def test_when_it_opens_and_closes_is_computed(
    tmp_path: Path,
    now: str,
    is_open: bool,
    why: str,
    spans: tuple[str, ...],
    next_change: tuple[str, bool],
) -> None:
    """Whether it is open, by which rule, today's hours, and the next moments at which that changes."""
    desk, *queues = await asyncio.to_thread(_hours, tmp_path, now)
    assert (desk.kind, desk.schedule, desk.is_open, desk.why, desk.spans) == ("desk", "kantoor", is_open, why, spans)
    assert [queue.title for queue in queues] == ["Algemeen", "Burgerzaken"]
    first, *others = desk.changes
    assert first == (_at(next_change[0]), next_change[1])
    assert len(others) == 3
    assert all(one[0] < other[0] and one[1] is not other[1] for one, other in zip(desk.changes, others, strict=False))


async def test_a_file_that_waits_is_told_and_changes_nothing(daemon: Operated, users: Users) -> None:
    """What a reload would do: something else for the desk, keys for a restart, or nothing, since it is wrong."""
    site, before = _site(daemon, users), daemon.in_force.now
    assert (await site.site()).pending.differs is False
    daemon.sample.add(NEW_QUEUE)
    daemon.sample.change("[store]\n", "[store]\nlease = 7\n")
    pending = (await site.site()).pending
    assert (pending.differs, pending.waiting, pending.problems) == (True, ("store.lease",), ())
    daemon.sample.change('default_queue = "algemeen"', 'default_queue = "algemene"')
    pending = (await site.site()).pending
    assert not pending.differs
    assert any("desk[1].default_queue = 'algemene'" in line for line in pending.problems)
    assert daemon.in_force.now is before


async def test_a_reload_is_the_command_lines(daemon: Operated, users: Users) -> None:
    """It is taken at once, and the audit log says which administrator did it; a wrong file changes nothing."""
    noor = await users.add_user("noor", "Noor El Amrani", Role.ADMIN, "zeven blauwe olifanten")
    site = _site(daemon, users)
    daemon.sample.add(NEW_QUEUE)
    before = daemon.in_force.now.revision
    done = await site.reload(noor.id)
    assert (done.changed, done.leads) == (True, True)
    assert await daemon.noted("plan_taken") == [f"by noor: {before} became {done.revision}"]
    [line] = [line for line in daemon.house.audit_log.lines.all if line.kind == "plan_taken"]
    assert line.who == noor.id
    daemon.sample.change('default_queue = "algemeen"', 'default_queue = "algemene"')
    with pytest.raises(SettingsError, match="default_queue"):
        await site.reload(noor.id)


# -- the audit log -----------------------------------------------------------------------------------------


@dataclass
class Reading:
    """An audit log, and the administrator who reads it."""

    log: AuditLog
    users: Users
    writer: AuditWriter
    book: AdminAudit
    noor: UserId

    async def told(self) -> list[str]:
        """What was written about her reading."""
        await self.writer.drain()
        kinds = ("audit_read", "audit_verified")
        return [f"{line.kind}: {line.why}" for _, line in await self.log.lines() if line.kind in kinds]


@pytest.fixture
async def reading(tmp_path: Path, users: Users) -> AsyncIterator[Reading]:
    """Two lines."""
    log = await AuditLog.open(tmp_path / "audit.sqlite")
    noor = await users.add_user("noor", "Noor El Amrani", Role.ADMIN, "zeven blauwe olifanten")
    await log.append(AuditLine(1_700_000_000.0, AuditKind.LOGIN, who=noor.id, why="password"))
    await log.append(AuditLine(1_700_000_100.0, AuditKind.GRANTED, who=UserId("gone"), call=CallId("near-1")))
    writer = AuditWriter(log, PLAN.desk)
    yield Reading(log, users, writer, AdminAudit(log, users, writer), noor.id)
    await log.close()


async def test_lines_name_who_did_it(reading: Reading) -> None:
    """By her login and name as far as she is known; a login that is nobody's finds nothing, and says so."""
    page = await reading.book.search(reading.noor, AuditQuery())
    assert [(line.number, line.kind, line.who, line.name, line.call) for line in page.lines] == [
        (2, "granted", "gone", "", "near-1"),
        (1, "login", "noor", "Noor El Amrani", ""),
    ]
    assert page.older is None
    page = await reading.book.search(reading.noor, AuditQuery(login="noor"))
    assert [line.number for line in page.lines] == [1]
    page = await reading.book.search(reading.noor, AuditQuery(login="vries"))
    assert (list(page.lines), page.nobody) == ([], True)


async def test_who_reads_is_noted_and_what_she_typed_is_not(reading: Reading) -> None:
    """One line for what is the same, with how often; names of ours alone, whatever was typed."""
    for _ in range(3):
        await reading.book.search(reading.noor, AuditQuery())
    typed = AuditQuery(text="De Vries", call=CallId("0612345678"), login="vries", since=1.0)
    await reading.book.search(reading.noor, typed)
    await reading.book.search(reading.noor, AuditQuery(kind="login", login="noor"))
    assert sorted(await reading.told()) == [
        "audit_read: all",
        "audit_read: all (2 times more since the last line of this)",
        "audit_read: kind: login, of: noor",
        "audit_read: times: given, call: given, text: given",
    ]


async def test_the_chain_is_verified_when_asked(reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """How many lines, the last one's hash, and the first that is not as it was written; asking is noted."""
    head = await reading.log.head()
    state = await reading.book.verify(reading.noor)
    assert (state.lines, state.hash, state.broken) == (2, head.hash, None)

    async def broken(noted: Head | None = None) -> int | None:
        return 2

    monkeypatch.setattr(reading.log, "verify", broken)
    assert (await reading.book.verify(reading.noor)).broken == 2
    assert await reading.told() == [
        "audit_verified: 2 lines: whole",
        "audit_verified: 2 lines: line 2 is not as it was written, or is missing",
    ]


# -- the servers -------------------------------------------------------------------------------------------


@dataclass
class Facts:
    """The records' database."""

    asked: int = 0
    failure: Exception | None = None

    async def check(self) -> str:
        """What it is."""
        self.asked += 1
        if self.failure is not None:
            raise self.failure
        return "records.sqlite, version 1"


async def _version(node: NodeSettings) -> str:
    return "22.11.0"


async def _no_version(node: NodeSettings) -> str:
    raise PeerUnavailable("no connection")


def _health(daemon: Operated, facts: Facts, irma: MemoryIrma, version: object = _version) -> AdminHealth:
    house = daemon.house
    now = iter(range(0, 1000, 6))  # Each time one asks, it is long ago that anybody did.
    return AdminHealth(
        daemon.in_force,
        house.leadership,
        house.store,
        house.vault,
        irma,
        facts,
        version,  # type: ignore[arg-type]
        clock=lambda: float(next(now)),
    )


async def test_a_leader_tells_of_all_that_is_behind_it(daemon: Operated) -> None:
    """Who leads, the desk in counts, each node and each server; nothing of a caller."""
    call = await daemon.house.calls()
    seen = await _health(daemon, Facts(), MemoryIrma()).health()
    assert (seen.leads, seen.fence, seen.leader) == (True, daemon.house.term.lease.fence, "")
    assert sum(seen.calls.values()) == 1
    assert [(node.name, node.state, node.version) for node in seen.nodes] == [("pbx1", "wrong", "22.11.0")]
    assert seen.nodes[0].heard is False  # The house's node has another name than the site file's.
    assert {peer.kind: peer.state for peer in seen.peers} == {
        "desk_redis": "well", "vault_redis": "well", "yivi": "well", "records": "well",
    }  # fmt: skip
    assert call not in repr(seen)


async def test_a_node_that_is_heard_and_bears_its_calls_is_well(daemon: Operated) -> None:
    """With its calls and how late it is heard, as the last look saw it."""
    daemon.house.term.desk.confirmed.add(NEAR)
    [node] = daemon.in_force.now.settings.nodes
    settings = replace(daemon.in_force.now.settings, nodes=(replace(node, name=NEAR),))
    daemon.in_force.swap(replace(daemon.in_force.now, settings=settings))
    [seen] = (await _health(daemon, Facts(), MemoryIrma()).health()).nodes
    assert (seen.state, seen.heard, seen.refused, seen.problem) == ("well", True, 0, "")


async def test_a_server_that_fails_is_told_and_hides_no_other(daemon: Operated) -> None:
    """With the words that the command line has for it."""
    irma = MemoryIrma()
    irma.away(True)
    facts = Facts(failure=PeerError("records: not there"))
    seen = await _health(daemon, facts, irma, _no_version).health()
    assert {peer.kind: peer.state for peer in seen.peers} == {
        "desk_redis": "well", "vault_redis": "well", "yivi": "wrong", "records": "wrong",
    }  # fmt: skip
    assert seen.peers[-1].problem == "records: not there"
    assert (seen.nodes[0].state, seen.nodes[0].problem) == ("wrong", "no connection")


async def test_who_asks_again_at_once_gets_the_same_answer(daemon: Operated) -> None:
    """However many administrators look, a server is asked once in a few seconds."""
    facts, irma = Facts(), MemoryIrma()
    health = _health(daemon, facts, irma)
    health._clock = lambda: 0.0
    await asyncio.gather(*(health.health() for _ in range(5)))
    assert facts.asked == 1


async def test_a_standby_tells_who_leads(tmp_path: Path) -> None:
    """Its servers it knows, the desk it does not."""
    daemon = Operated(await asyncio.to_thread(make_sample, tmp_path))
    other = "kcc2, process 12 0123456789abcdef"
    await daemon.house.store.acquire(daemon.house.leadership.desk, other, 60.0)
    seen = await _health(daemon, Facts(), MemoryIrma()).health()
    assert (seen.leads, seen.fence, seen.leader) == (False, None, "kcc2, process 12")
    assert seen.nodes[0].heard is None
    assert seen.calls == {}
