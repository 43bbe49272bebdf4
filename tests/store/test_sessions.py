"""Who is logged in where, and until when."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from irmacall.core.ids import SeatId, UserId
from irmacall.store.sessions import Sessions
from irmacall.store.sqlite import Database
from irmacall.store.users import Role, Users
from tests.store.files import contents

IDLE, ABSOLUTE = 900.0, 43_200.0
BEGAN = 1_000_000.0
SEAT, OTHER_SEAT = SeatId("in her browser"), SeatId("in another")


@pytest.fixture
def sessions(database: Database) -> Sessions:
    """The sessions in it."""
    return Sessions(database, idle=IDLE, absolute=ABSOLUTE)


@pytest.fixture
async def user_id(users: Users) -> UserId:
    """An agent."""
    return (await users.add_user("jansen", "Anna", Role.AGENT, "groene-tafel-bij-de-boom")).id


@pytest.fixture
async def stranger(users: Users) -> UserId:
    """Another one."""
    return (await users.add_user("bakker", "Bo", Role.AGENT, "blauwe-stoel-onder-de-trap")).id


async def test_kept_and_found(sessions: Sessions, user_id: UserId) -> None:
    """A session is found by its id, with its user and her seat, and by no other id."""
    await sessions.begin("secret", user_id, SEAT, BEGAN)
    record = await sessions.load("secret", BEGAN + 1)
    assert record is not None
    assert (record.user.id, record.user.name, record.user.role) == (user_id, "Anna", Role.AGENT)
    assert (record.seat, record.created) == (SEAT, BEGAN)
    for other in ("Secret", "", "\udcff"):
        assert await sessions.load(other, BEGAN + 1) is None


async def test_one_visit_to_the_file(
    sessions: Sessions, database: Database, user_id: UserId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Every request of a screen begins with this, so it waits for the file's thread once."""
    await sessions.begin("secret", user_id, SEAT, BEGAN)
    visits = []
    real = database.run_here

    def counted(work: Callable[[sqlite3.Connection], object]) -> object:
        visits.append(work)
        return real(work)

    monkeypatch.setattr(database, "run_here", counted)
    assert await sessions.load("secret", BEGAN + IDLE / 2) is not None
    assert len(visits) == 1


async def test_id_is_not_in_the_file(sessions: Sessions, user_id: UserId, tmp_path: Path) -> None:
    """Who reads the file cannot use a session: its id is not there."""
    await sessions.begin("a-very-secret-id", user_id, SEAT, BEGAN)
    assert len(contents(tmp_path)) == 3
    for content in contents(tmp_path):
        assert b"a-very-secret-id" not in content


async def test_idle(sessions: Sessions, user_id: UserId) -> None:
    """A session that is used lives on; left alone for 15 minutes it is over, and does not come back."""
    await sessions.begin("secret", user_id, SEAT, BEGAN)
    assert await sessions.load("secret", BEGAN + IDLE - 1)
    assert await sessions.load("secret", BEGAN + 2 * IDLE - 2)
    assert await sessions.load("secret", BEGAN + 3 * IDLE - 2) is None
    assert await sessions.load("secret", BEGAN + 2 * IDLE - 1) is None


async def test_what_a_page_does_by_itself(sessions: Sessions, user_id: UserId) -> None:
    """A request that no person made keeps nobody logged in."""
    await sessions.begin("secret", user_id, SEAT, BEGAN)
    for seconds in range(100, int(IDLE), 100):
        assert await sessions.load("secret", BEGAN + seconds, used=False)
    assert await sessions.load("secret", BEGAN + IDLE, used=False) is None


async def test_absolute(sessions: Sessions, user_id: UserId) -> None:
    """However busy she is, after 12 hours a session is over."""
    await sessions.begin("secret", user_id, SEAT, BEGAN)
    now = BEGAN
    while now + 600 < BEGAN + ABSOLUTE:
        now += 600
        assert await sessions.load("secret", now)
    assert await sessions.load("secret", BEGAN + ABSOLUTE) is None


async def test_clock_set_back(sessions: Sessions, user_id: UserId) -> None:
    """A clock that is set back gives no session a longer life."""
    await sessions.begin("secret", user_id, SEAT, BEGAN)
    assert await sessions.load("secret", BEGAN - 86_400) is None


async def test_ended(sessions: Sessions, user_id: UserId, stranger: UserId) -> None:
    """Ended by itself, by its handle, or with all of the user's: it is gone, and others are not."""
    for name in ("one", "two", "three"):
        await sessions.begin(name, user_id, SEAT, BEGAN)
    await sessions.begin("stranger", stranger, SEAT, BEGAN)
    await sessions.delete("one")
    assert await sessions.load("one", BEGAN) is None
    listed = await sessions.list_sessions(user_id, BEGAN)
    assert len(listed) == 2
    await sessions.delete_handle(user_id, listed[0].handle)
    assert await sessions.list_sessions(user_id, BEGAN) == listed[1:]
    await sessions.delete_user(user_id)
    assert await sessions.list_sessions(user_id, BEGAN) == []
    assert await sessions.load("stranger", BEGAN)


async def test_over_is_swept(sessions: Sessions, database: Database, user_id: UserId) -> None:
    """Those that are over are not listed, and a sweep removes them from the file and leaves the others."""
    await sessions.begin("old", user_id, SEAT, BEGAN)
    await sessions.begin("new", user_id, OTHER_SEAT, BEGAN + IDLE)
    assert len(await sessions.list_sessions(user_id, BEGAN + IDLE)) == 1
    assert await sessions.sweep(BEGAN + IDLE, []) == {OTHER_SEAT}
    assert await database.run(lambda db: db.execute("SELECT count(*) FROM sessions").fetchone()) == (1,)
    assert await sessions.load("new", BEGAN + IDLE)


async def test_who_is_at_work_uses_her_session(sessions: Sessions, user_id: UserId) -> None:
    """For as long as she is, up to the longest day; what is over does not come back by it."""
    await sessions.begin("talking", user_id, SEAT, BEGAN)
    await sessions.begin("not talking", user_id, OTHER_SEAT, BEGAN)
    assert await sessions.sweep(BEGAN + IDLE - 1, [SEAT]) == {SEAT, OTHER_SEAT}
    assert await sessions.sweep(BEGAN + IDLE, [SEAT, OTHER_SEAT]) == {SEAT}
    for now in range(int(BEGAN + IDLE), int(BEGAN + ABSOLUTE), int(IDLE) - 1):
        assert await sessions.sweep(now, [SEAT]) == {SEAT}
    assert await sessions.sweep(BEGAN + ABSOLUTE, [SEAT]) == frozenset()


async def test_disabled_user(sessions: Sessions, database: Database, user_id: UserId) -> None:
    """A session of a user who is disabled, in whatever way, is not found; a new one is not even kept."""
    await sessions.begin("before", user_id, SEAT, BEGAN)
    await database.run(lambda db: db.execute("UPDATE users SET disabled = 1").rowcount)
    assert await sessions.load("before", BEGAN) is None
    assert await sessions.sweep(BEGAN, [SEAT]) == frozenset()
    await sessions.begin("after", user_id, SEAT, BEGAN)
    assert len(await sessions.list_sessions(user_id, BEGAN)) == 1
