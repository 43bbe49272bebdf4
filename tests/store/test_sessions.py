"""Who is logged in where, and until when."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from irmacall.core.ids import UserId
from irmacall.store.passwords import Hashing
from irmacall.store.sessions import Sessions
from irmacall.store.sqlite import Database
from irmacall.store.users import Role, Users, open_users
from tests.store.files import contents

IDLE, ABSOLUTE = 900.0, 43_200.0
BEGAN = 1_000_000.0


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """An empty users' file."""
    database = await open_users(tmp_path / "users.db")
    yield database
    await database.close()


@pytest.fixture
def sessions(database: Database) -> Sessions:
    """The sessions in it."""
    return Sessions(database, idle=IDLE, absolute=ABSOLUTE)


@pytest.fixture
async def user_id(database: Database) -> UserId:
    """An agent."""
    users = Users(database, Hashing(PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)))
    return (await users.add_user("jansen", "Anna", Role.AGENT, "groene-tafel-bij-de-boom")).id


async def test_kept_and_found(sessions: Sessions, user_id: UserId) -> None:
    """A session is found by its id, with what was kept in it, and by no other id."""
    await sessions.save("secret", user_id, '{"a":1}', BEGAN)
    record = await sessions.load("secret", BEGAN + 1)
    assert record is not None
    assert (record.user_id, record.content, record.created) == (user_id, '{"a":1}', BEGAN)
    for other in ("Secret", "", "\udcff"):
        assert await sessions.load(other, BEGAN + 1) is None


async def test_before_login(sessions: Sessions) -> None:
    """A session may begin before anybody logged in."""
    await sessions.save("secret", None, "{}", BEGAN)
    record = await sessions.load("secret", BEGAN)
    assert record is not None
    assert record.user_id is None


async def test_id_is_not_in_the_file(sessions: Sessions, tmp_path: Path) -> None:
    """Who reads the file cannot use a session: its id is not there."""
    await sessions.save("a-very-secret-id", None, "{}", BEGAN)
    assert len(contents(tmp_path)) == 3
    for content in contents(tmp_path):
        assert b"a-very-secret-id" not in content


async def test_idle(sessions: Sessions, user_id: UserId) -> None:
    """A session that is used lives on; left alone for 15 minutes it is over, and does not come back."""
    await sessions.save("secret", user_id, "{}", BEGAN)
    assert await sessions.load("secret", BEGAN + IDLE - 1)
    assert await sessions.load("secret", BEGAN + 2 * IDLE - 2)
    assert await sessions.load("secret", BEGAN + 3 * IDLE - 2) is None
    assert await sessions.load("secret", BEGAN + 2 * IDLE - 1) is None


async def test_what_a_page_does_by_itself(sessions: Sessions, user_id: UserId) -> None:
    """A request that no person made keeps nobody logged in."""
    await sessions.save("secret", user_id, "{}", BEGAN)
    for seconds in range(100, int(IDLE), 100):
        assert await sessions.load("secret", BEGAN + seconds, used=False)
    assert await sessions.load("secret", BEGAN + IDLE, used=False) is None


async def test_absolute(sessions: Sessions, user_id: UserId) -> None:
    """However busy she is, and whatever is saved in it, after 12 hours a session is over."""
    await sessions.save("secret", user_id, "{}", BEGAN)
    now = BEGAN
    while now + 600 < BEGAN + ABSOLUTE:
        now += 600
        await sessions.save("secret", user_id, "{}", now)
        assert await sessions.load("secret", now)
    assert await sessions.load("secret", BEGAN + ABSOLUTE) is None


async def test_clock_set_back(sessions: Sessions, user_id: UserId) -> None:
    """A clock that is set back gives no session a longer life."""
    await sessions.save("secret", user_id, "{}", BEGAN)
    assert await sessions.load("secret", BEGAN - 86_400) is None


async def test_ended(sessions: Sessions, user_id: UserId) -> None:
    """Ended by itself, by its handle, or with all of the user's: it is gone, and others are not."""
    for name in ("one", "two", "three"):
        await sessions.save(name, user_id, "{}", BEGAN)
    await sessions.save("stranger", None, "{}", BEGAN)
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
    await sessions.save("old", user_id, "{}", BEGAN)
    await sessions.save("new", user_id, "{}", BEGAN + IDLE)
    assert len(await sessions.list_sessions(user_id, BEGAN + IDLE)) == 1
    await sessions.delete_ended(BEGAN + IDLE)
    assert await database.run(lambda db: db.execute("SELECT count(*) FROM sessions").fetchone()) == (1,)
    assert await sessions.load("new", BEGAN + IDLE)


async def test_disabled_user(sessions: Sessions, database: Database, user_id: UserId) -> None:
    """A session of a user who is disabled, in whatever way, is not found; a new one is not even kept."""
    await sessions.save("before", user_id, "{}", BEGAN)
    await database.run(lambda db: db.execute("UPDATE users SET disabled = 1").rowcount)
    assert await sessions.load("before", BEGAN) is None
    await sessions.save("after", user_id, "{}", BEGAN)
    assert len(await sessions.list_sessions(user_id, BEGAN)) == 1
