"""Who may log in and who has; and a seat that ends with its session, however that ends."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from irmacall.core.events import SeatClaimed
from irmacall.core.ids import SeatId, UserId
from irmacall.errors import LeaseLost, PeerError, PeerUnavailable
from irmacall.service import accounts
from irmacall.service.accounts import Logins
from irmacall.service.audit import AuditWriter
from irmacall.service.call_on_screen import Titles
from irmacall.service.directory import Reach
from irmacall.service.staff import Staff
from irmacall.service.transfers import Transfers
from irmacall.service.two_words import Pairs
from irmacall.store.audit import AuditKind
from irmacall.store.passwords import Hashing
from irmacall.store.sessions import Sessions
from irmacall.store.users import Role, User, Users, open_users
from irmacall.web.accounts import SessionKey
from irmacall.web.ports import TooManyTries
from irmacall.web.sessions import seat_named
from tests.core.leader import PLAN
from tests.core.plays import phone_of
from tests.service.fakes import FakeAudit, Heard
from tests.service.house import House

IDLE, ABSOLUTE = 900.0, 43_200.0
PASSWORD = "zeven blauwe olifanten"
OTHER_PASSWORD = "acht groene giraffen"
KEY, OTHER_KEY = SessionKey("k" * 43), SessionKey("o" * 43)
SEAT = seat_named(KEY)
HOME, AWAY = "192.0.2.1", "198.51.100.7"


@dataclass
class FakeSeats:
    """The desk's seats."""

    seats: set[SeatId] = field(default_factory=set)
    busy: set[SeatId] = field(default_factory=set)
    released: Heard[SeatId] = field(default_factory=Heard)
    asked: Heard[bool] = field(default_factory=Heard)
    standby: bool = False

    def claimed(self) -> Collection[SeatId]:
        """See `Seats.claimed`."""
        self.asked.add(True)
        self._must_lead()
        return self.seats

    def on_the_line(self, seat: SeatId) -> bool:
        """See `Seats.on_the_line`."""
        self._must_lead()
        return seat in self.busy

    def release(self, seat: SeatId) -> None:
        """See `Seats.release`."""
        self._must_lead()
        self.seats.discard(seat)
        self.released.add(seat)

    def _must_lead(self) -> None:
        if self.standby:
            raise PeerUnavailable("this daemon does not lead the desk now")


@dataclass
class Porch:
    """Accounts over a real file, with a clock that a test moves."""

    users: Users
    sessions: Sessions
    els: User
    seats: FakeSeats = field(default_factory=FakeSeats)
    log: FakeAudit = field(default_factory=FakeAudit)
    next_term: asyncio.Event = field(default_factory=asyncio.Event)
    now: float = 1_000_000.0

    def __post_init__(self) -> None:
        self.logins = self.begins()

    def begins(self) -> Logins:
        """The accounts of a daemon that starts now."""
        writer = AuditWriter(self.log, PLAN.desk)  # type: ignore[arg-type]
        self.writer = writer
        return Logins(self.users, self.sessions, writer, self.seats, lambda: self.next_term, clock=lambda: self.now)

    async def logs_in(self) -> None:
        """Els logs in and claims her seat."""
        await self.logins.open_session(KEY, self.els.id)
        self.seats.seats.add(SEAT)

    async def kinds(self) -> list[AuditKind]:
        """What the audit log says."""
        await self.writer.drain()
        return [line.kind for line in self.log.lines.all]


@pytest.fixture
async def porch(tmp_path: Path) -> AsyncIterator[Porch]:
    """One agent with a password."""
    database = await open_users(tmp_path / "users.sqlite")
    users = Users(database, Hashing(PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)))
    els = await users.add_user("els", "Els de Boer", Role.AGENT, PASSWORD)
    yield Porch(users, Sessions(database, idle=IDLE, absolute=ABSOLUTE), els)
    await database.close()


@asynccontextmanager
async def _sweeping(logins: Logins, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[asyncio.Task[None]]:
    monkeypatch.setattr(accounts, "SWEEP_SECONDS", 0.001)
    task = asyncio.create_task(logins.run())
    yield task
    task.cancel()
    await asyncio.wait([task])


async def test_a_right_password_lets_her_in_and_is_audited(porch: Porch) -> None:
    """With her name and role, and nothing else of hers."""
    user = await porch.logins.verify("Els", PASSWORD, HOME)
    assert user is not None
    assert (user.id, user.name, user.role) == (porch.els.id, "Els de Boer", "agent")
    assert await porch.kinds() == [AuditKind.LOGIN]


@pytest.mark.parametrize(("login", "password"), [("els", "verkeerd"), ("niemand", PASSWORD)])
async def test_a_wrong_password_and_an_unknown_login_are_audited_alike(
    porch: Porch, login: str, password: str
) -> None:
    """Neither what was typed nor which of the two it was is written down."""
    assert await porch.logins.verify(login, password, HOME) is None
    await porch.writer.drain()
    [line] = porch.log.lines.all
    assert (line.kind, line.who) == (AuditKind.LOGIN_FAILED, None)
    assert login not in line.why
    assert password not in line.why


async def test_whoever_guesses_must_wait_and_delays_nobody_else(porch: Porch) -> None:
    """After four wrong ones from one address, even the right one; from elsewhere she is let in."""
    for _ in range(4):
        await porch.logins.verify("els", "verkeerd", AWAY)
    with pytest.raises(TooManyTries) as raised:
        await porch.logins.verify("els", PASSWORD, AWAY)
    assert 0 < raised.value.retry_after <= 1
    assert await porch.logins.verify("els", PASSWORD, HOME) is not None
    kinds = await porch.kinds()
    assert kinds == [AuditKind.LOGIN_FAILED] * 4 + [AuditKind.LOGIN_DELAYED, AuditKind.LOGIN]


async def test_guesses_side_by_side_count_too(porch: Porch) -> None:
    """Twenty at once are not twenty free ones."""
    answers = await asyncio.gather(
        *(porch.logins.verify("els", "verkeerd", AWAY) for _ in range(20)), return_exceptions=True
    )
    assert sum(isinstance(answer, TooManyTries) for answer in answers) == 16


async def test_a_right_password_forgives_the_slips_before_it(porch: Porch) -> None:
    """She mistyped, and begins afresh."""
    for _ in range(3):
        for _ in range(3):
            await porch.logins.verify("els", "verkeerd", HOME)
        assert await porch.logins.verify("els", PASSWORD, HOME) is not None


async def test_a_session_knows_its_user_until_it_is_closed(porch: Porch) -> None:
    """Logging out ends the seat at once, and is audited."""
    await porch.logs_in()
    user = await porch.logins.session_user(KEY, active=True)
    assert user is not None
    assert user.id == porch.els.id
    await porch.logins.close_session(KEY)
    assert porch.seats.released.all == [SEAT]
    assert await porch.logins.session_user(KEY, active=True) is None
    assert await porch.kinds() == [AuditKind.LOGOUT]


async def test_a_session_that_there_is_not_closes_without_a_word(porch: Porch) -> None:
    """Logging out twice is harmless."""
    await porch.logins.close_session(KEY)
    assert (await porch.kinds(), porch.seats.released.all) == ([], [])


async def test_a_session_that_fell_idle_ends_its_seat_when_it_is_used(porch: Porch) -> None:
    """Before any sweep comes by."""
    await porch.logs_in()
    porch.now += IDLE
    assert await porch.logins.session_user(KEY, active=True) is None
    assert porch.seats.released.all == [SEAT]


async def test_a_disabled_user_is_put_out(porch: Porch) -> None:
    """Her session ended in the same transaction; her seat ends with her next question."""
    await porch.logs_in()
    await porch.users.disable(porch.els.id)
    assert await porch.logins.session_user(KEY, active=False) is None
    assert porch.seats.released.all == [SEAT]


async def test_a_page_that_asks_by_itself_keeps_nobody_logged_in(porch: Porch) -> None:
    """A stream that reconnects all day is no person."""
    await porch.logs_in()
    for _ in range(3):
        porch.now += IDLE / 2.5
        user = await porch.logins.session_user(KEY, active=False)
    assert user is None


async def test_a_sweep_ends_the_seat_of_a_session_that_is_over(porch: Porch, monkeypatch: pytest.MonkeyPatch) -> None:
    """A browser that was simply closed asks nothing any more."""
    await porch.logs_in()
    porch.now += IDLE
    async with _sweeping(porch.logins, monkeypatch):
        await porch.seats.released.number(1)
    assert porch.seats.released.all == [SEAT]


async def test_a_sweep_is_no_use_of_a_session(porch: Porch) -> None:
    """Else nobody would ever fall idle."""
    await porch.logs_in()
    for _ in range(3):
        porch.now += IDLE / 2.5
        await porch.logins._sweep()
    assert porch.seats.released.all == [SEAT]


async def test_nobody_falls_idle_during_a_call(porch: Porch) -> None:
    """She talks for an hour and touches nothing; fifteen minutes after it she is idle."""
    await porch.logs_in()
    porch.seats.busy.add(SEAT)
    for _ in range(5):
        porch.now += IDLE - 1
        await porch.logins._sweep()
    assert await porch.logins.session_user(KEY, active=False) is not None
    porch.seats.busy.clear()
    porch.now += IDLE
    await porch.logins._sweep()
    assert porch.seats.released.all == [SEAT]


async def test_a_call_does_not_lengthen_the_longest_day(porch: Porch) -> None:
    """Twelve hours after the log-in it is over, on the line or not."""
    await porch.logs_in()
    porch.seats.busy.add(SEAT)
    for _ in range(int(ABSOLUTE / (IDLE - 1)) + 1):
        porch.now += IDLE - 1
        await porch.logins._sweep()
    assert porch.seats.released.all == [SEAT]


async def test_a_seat_of_which_no_session_is_kept_is_released(porch: Porch) -> None:
    """Whoever claimed it, she is not logged in here."""
    porch.seats.seats.add(SEAT)
    await porch.logins._sweep()
    assert porch.seats.released.all == [SEAT]


async def test_a_seat_from_before_our_start_is_kept_with_its_session(porch: Porch) -> None:
    """Her browser need not be seen for it: the file knows which seat is hers."""
    await porch.logs_in()
    await porch.begins()._sweep()
    assert porch.seats.released.all == []


async def _log_out(porch: Porch) -> None:
    await porch.sessions.delete(KEY)


async def _disable(porch: Porch) -> None:
    await porch.users.disable(porch.els.id)


async def _fall_idle(porch: Porch) -> None:
    porch.now += IDLE


@pytest.mark.parametrize("meanwhile", [_log_out, _disable, _fall_idle])
async def test_who_was_put_out_while_nobody_led_loses_her_seat_at_the_take_over(
    porch: Porch, meanwhile: Callable[[Porch], Awaitable[None]]
) -> None:
    """At once, and not when the next sweep comes by: her phone must not ring."""
    await porch.logs_in()
    await meanwhile(porch)
    porch.seats.standby = True
    restarted = asyncio.create_task(porch.begins().run())
    await porch.seats.asked.number(1)
    porch.seats.standby = False
    porch.next_term.set()
    await porch.seats.released.number(1)
    restarted.cancel()
    await asyncio.wait([restarted])
    assert porch.seats.released.all == [SEAT]


async def test_a_real_desk_that_is_taken_over_has_lost_her_seat(porch: Porch, house: House) -> None:
    """Disabled while nobody led, she is rung for no caller, and who is logged in keeps her seat."""
    other = await porch.users.add_user("bo", "Bo Smit", Role.AGENT, OTHER_PASSWORD)
    transfers = Transfers(house.leadership, house.directory, Reach, house.vault)
    titles, pairs = lambda: Titles({}, {}, {}), Pairs(bytes(32))
    staff = Staff(house.leadership, house.screens, titles, _no_place, house.directory, transfers, pairs)
    logins = Logins(
        porch.users, porch.sessions, house.audit, staff, lambda: house.leadership.next_term, clock=lambda: porch.now
    )
    for user, key in ((porch.els.id, KEY), (other.id, OTHER_KEY)):
        await logins.open_session(key, user)
        await house.happens(SeatClaimed(user, seat_named(key), phone_of(user)))
    await house.store.saved.until(lambda keys: ("agent", other.id) in keys)
    running = asyncio.create_task(logins.run())
    fence = house.term.lease.fence
    house.node.fail(LeaseLost("replaced"))
    await porch.users.disable(porch.els.id)
    await house.confirmed(fence)
    await house.eventually(lambda: set(staff.claimed()) == {seat_named(OTHER_KEY)})
    running.cancel()
    await asyncio.wait([running])


async def _no_place(user: UserId) -> None:
    return None


async def test_a_seat_that_is_claimed_during_a_sweep_is_left_alone(
    porch: Porch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its session may have begun after the file was asked."""
    real = porch.sessions.sweep

    async def slow(now: float, at_work: Collection[SeatId]) -> frozenset[SeatId]:
        live = await real(now, at_work)
        await porch.logs_in()
        return live

    monkeypatch.setattr(porch.sessions, "sweep", slow)
    await porch.logins._sweep()
    assert (porch.seats.released.all, porch.seats.seats) == ([], {SEAT})


async def test_who_logged_out_while_we_stood_by_loses_her_seat_when_we_lead(porch: Porch) -> None:
    """The desk could not be told then; her phone must not ring for nobody now."""
    await porch.logs_in()
    porch.seats.standby = True
    await porch.logins.close_session(KEY)
    porch.seats.standby = False
    assert porch.seats.released.all == []
    await porch.logins._sweep()
    assert porch.seats.released.all == [SEAT]


async def test_sweeping_goes_on_over_a_standby_and_a_file_that_fails(
    porch: Porch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither ends the daemon."""
    await porch.logs_in()
    porch.now += IDLE
    porch.seats.standby = True
    fails = [PeerError("locked")] * 3
    real = porch.sessions.sweep

    async def failing(now: float, at_work: Collection[SeatId]) -> frozenset[SeatId]:
        if fails:
            raise fails.pop()
        return await real(now, at_work)

    monkeypatch.setattr(porch.sessions, "sweep", failing)
    async with _sweeping(porch.logins, monkeypatch) as task:
        await porch.seats.asked.number(2)
        porch.seats.standby = False
        await porch.seats.released.number(1)
        assert not task.done()


async def test_who_is_logged_out_by_management_is_told_by_whom(porch: Porch) -> None:
    """In the browser whose login it was, which opens nothing any more; who logged out herself is told nothing."""
    chief = await porch.users.add_user("maria", "Maria Smit", Role.MANAGEMENT, OTHER_PASSWORD)
    await porch.logs_in()
    await porch.logins.open_session(OTHER_KEY, chief.id)
    assert await porch.logins.end_sessions(porch.els.id, chief.id) == {SEAT}
    assert await porch.logins.session_user(KEY, active=True) is None
    assert porch.logins.ended_by(KEY) == "Maria Smit"
    await porch.logins.close_session(OTHER_KEY)
    assert porch.logins.ended_by(OTHER_KEY) is None
