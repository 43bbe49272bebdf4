"""Who may log in, and with what."""

from __future__ import annotations

import asyncio
import hashlib
import time
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from irmacall.core.ids import Endpoint, GroupId, SeatId, UserId
from irmacall.errors import PeerError, Refused
from irmacall.store import schema
from irmacall.store.passwords import Hashing, Objection, PasswordRefused, objection
from irmacall.store.phones import Phones, sip_digest
from irmacall.store.sessions import Sessions
from irmacall.store.sqlite import Database
from irmacall.store.users import Role, User, Users, open_users
from tests.store.files import contents

SEAT = SeatId("els-in-her-browser")
GOOD, OTHER = "groene-tafel-onder-de-kersenboom", "vijf blauwe kranen lekken zacht"


async def added(users: Users, login: str = "jansen") -> User:
    """An agent who may log in."""
    phone = Endpoint("agent1")
    return await users.add_user(login, "Anna Jansen", Role.AGENT, GOOD, endpoint=phone, function="Burgerzaken")


async def test_added_and_verified(users: Users) -> None:
    """Who was added gets in with her password, however she writes her login, and is known by all that was given."""
    user = await added(users, "Jansen")
    assert await users.verify(" JANSEN ", GOOD) == user
    assert (user.login, user.role, user.endpoint, user.function) == ("jansen", "agent", "agent1", "Burgerzaken")
    assert await users.get(user.id) == await users.find("jansen") == user
    assert await users.list_users() == [user]


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("jansen", OTHER),
        ("pietersen", GOOD),
        ("jansen", ""),
        ("", ""),
        ("jansen", GOOD * 40),
        ("ja\0n", "\udcff"),
        ("\udcff", GOOD),
    ],
)
async def test_not_verified(users: Users, login: str, password: str) -> None:
    """A wrong password, an unknown login and nonsense are refused alike."""
    await added(users)
    assert await users.verify(login, password) is None


async def test_refusals_take_the_same_time(database: Database) -> None:
    """An unknown login takes as long to refuse as a wrong password: time tells nobody who works here."""
    users = Users(database, Hashing(PasswordHasher(time_cost=2, memory_cost=16_384, parallelism=1)))
    await added(users)

    quickest = {"nobody": 60.0, "jansen": 60.0}
    for login in ("nobody", "jansen") * 9:  # in turn, so that whatever else the machine does is fair to both
        began = time.perf_counter()
        assert await users.verify(login, OTHER) is None
        quickest[login] = min(quickest[login], time.perf_counter() - began)
    assert 0.5 < quickest["nobody"] / quickest["jansen"] < 2.0


async def test_loop_goes_on_meanwhile(database: Database) -> None:
    """While a password is hashed the event loop serves others."""
    users = Users(database, Hashing(PasswordHasher(time_cost=4, memory_cost=65_536, parallelism=1)))
    verifying = asyncio.create_task(users.verify("nobody", GOOD))
    turns = 0
    while not verifying.done():
        await asyncio.sleep(0.001)
        turns += 1
    assert turns > 10


async def test_login_is_unique(users: Users) -> None:
    """A second user cannot take a login, in capitals neither; the first keeps hers."""
    user = await added(users)
    with pytest.raises(Refused, match="already"):
        await added(users, "JANSEN")
    assert await users.list_users() == [user]


@pytest.mark.parametrize("login", ["", " ", "a b", "x" * 65, "jånsen", "a\nb"])
async def test_login_that_cannot_be_one(users: Users, login: str) -> None:
    """A login that could be confused with another, or cannot be typed, is refused."""
    with pytest.raises(Refused):
        await added(users, login)


async def test_disabled(users: Users, database: Database) -> None:
    """Who is disabled gets in no more and is thrown out at once; enabled again she may come back."""
    sessions, user = Sessions(database), await added(users)
    await sessions.begin("secret", user.id, SEAT, 100.0)
    await users.disable(user.id)
    assert await users.verify("jansen", GOOD) is None
    assert await sessions.load("secret", 101.0) is None
    await sessions.begin("secret", user.id, SEAT, 102.0)
    assert await sessions.load("secret", 103.0) is None
    await users.enable(user.id)
    assert await users.verify("jansen", GOOD) == user
    assert await sessions.load("secret", 103.0) is None


async def test_new_password(users: Users, database: Database) -> None:
    """A new password replaces the old one and ends what was open under it."""
    sessions, user = Sessions(database), await added(users)
    await sessions.begin("secret", user.id, SEAT, 100.0)
    await users.set_password(user.id, OTHER)
    assert await users.verify("jansen", GOOD) is None
    assert await users.verify("jansen", OTHER) == user
    assert await sessions.load("secret", 101.0) is None


async def test_groups_are_kept_and_changed_as_a_whole(users: Users, database: Database) -> None:
    """She belongs to those that were given last, each once; a change ends no session of hers."""
    first = [GroupId("kcc"), GroupId("engels"), GroupId("kcc")]
    user = await users.add_user("jansen", "Anna Jansen", Role.AGENT, GOOD, groups=first)
    assert (await users.verify("jansen", GOOD)) == user
    assert user.groups == {"kcc", "engels"}
    sessions = Sessions(database)
    await sessions.begin("secret", user.id, SEAT, 100.0)
    await users.set_groups(user.id, [GroupId("belastingen")])
    found = await users.get(user.id)
    assert found is not None
    assert found.groups == {"belastingen"}
    assert await sessions.load("secret", 101.0) is not None
    await users.set_groups(user.id, [])
    [listed] = await users.list_users()
    assert listed.groups == frozenset()


@pytest.mark.parametrize("steps", range(1, len(schema.USERS)))
async def test_an_older_file_is_taken_along(tmp_path: Path, steps: int) -> None:
    """Everybody who was in it may still log in; she belongs to no group, and has no department or extension."""
    old = await Database.open(tmp_path / "users.db", schema.USERS[:steps])
    columns = "id, login, name, password_hash, role, endpoint, shown_function"
    await old.run(
        lambda db: db.execute(f"INSERT INTO users ({columns}) VALUES ('1', 'jansen', 'Anna', 'x', 'agent', 'a1', '')")
    )
    await old.close()
    database = await open_users(tmp_path / "users.db")
    [user] = await Users(database, Hashing()).list_users()
    await database.close()
    assert (user.login, user.endpoint, user.groups) == ("jansen", "a1", frozenset())
    assert (user.department, user.extension) == ("", None)


async def test_department_and_extension_are_kept_and_changed(users: Users, database: Database) -> None:
    """As colleagues look for them; a change ends no session, and each can be taken away again."""
    user = await users.add_user(
        "jansen", "Anna Jansen", Role.AGENT, GOOD, department=" Burger  zaken ", extension="2100"
    )
    assert (user.department, user.extension) == ("Burger zaken", "2100")
    assert await users.get(user.id) == user
    sessions = Sessions(database)
    await sessions.begin("secret", user.id, SEAT, 100.0)
    await users.set_department(user.id, "Belastingen")
    await users.set_extension(user.id, "2101")
    [listed] = await users.list_users()
    assert (listed.department, listed.extension) == ("Belastingen", "2101")
    assert await sessions.load("secret", 101.0) is not None
    await users.set_department(user.id, "")
    await users.set_extension(user.id, None)
    [listed] = await users.list_users()
    assert (listed.department, listed.extension) == ("", None)


async def test_an_extension_is_of_one(users: Users) -> None:
    """Neither a new user nor another can take it, nor from who is disabled; to give her own again is no fault."""
    first = await users.add_user("jansen", "Anna Jansen", Role.AGENT, GOOD, extension="2100")
    second = await users.add_user("smit", "Willem Smit", Role.AGENT, GOOD)
    await users.disable(first.id)
    with pytest.raises(Refused, match=r"2100 is jansen's already"):
        await users.set_extension(second.id, "2100")
    with pytest.raises(Refused, match=r"2100 is jansen's already"):
        await users.add_user("meijer", "Bo Meijer", Role.AGENT, GOOD, extension="2100")
    await users.set_extension(first.id, "2100")
    assert [(user.login, user.extension) for user in await users.list_users()] == [("jansen", "2100"), ("smit", None)]


@pytest.mark.parametrize("extension", ["112", "113", "144", "14020", "140412"])
async def test_a_public_number_is_nobodys_extension(users: Users, extension: str) -> None:
    """Who dials it wants help, or a municipality, and no colleague."""
    user = await users.add_user("jansen", "Anna Jansen", Role.AGENT, GOOD)
    with pytest.raises(Refused, match=f"{extension} is a public number"):
        await users.set_extension(user.id, extension)
    await users.set_extension(user.id, "1400")
    with pytest.raises(Refused, match="is a public number"):
        await users.add_user("meijer", "Bo Meijer", Role.AGENT, GOOD, extension=extension)


@pytest.mark.parametrize("extension", ["", "1", "1234567", "21 00", "21a", "\u0661\u0662", "2100\n"])
async def test_an_extension_that_cannot_be_dialled(users: Users, extension: str) -> None:
    """Two to six digits; all else is refused, and nothing changes."""
    user = await added(users)
    with pytest.raises(Refused, match="2 to 6 digits"):
        await users.set_extension(user.id, extension)
    assert await users.get(user.id) == user


@pytest.mark.parametrize("department", ["x" * 81, "a\x1bb"])
async def test_a_department_that_no_screen_can_show(users: Users, department: str) -> None:
    """Too long, or not to be printed."""
    user = await added(users)
    with pytest.raises(Refused, match="at most 80 characters"):
        await users.set_department(user.id, department)
    assert await users.get(user.id) == user


async def test_an_official_has_a_phone_and_no_groups(users: Users) -> None:
    """She is called by name; without a phone nobody could reach her, and a queue she serves not."""
    with pytest.raises(Refused, match="needs a phone"):
        await users.add_user("smit", "Willem Smit", Role.OFFICIAL, GOOD)
    phone, groups = Endpoint("smit"), [GroupId("kcc")]
    with pytest.raises(Refused, match="serves no queue"):
        await users.add_user("smit", "Willem Smit", Role.OFFICIAL, GOOD, endpoint=phone, groups=groups)
    user = await users.add_user("smit", "Willem Smit", Role.OFFICIAL, GOOD, endpoint=phone)
    with pytest.raises(Refused, match="serves no queue"):
        await users.set_groups(user.id, groups)
    await users.set_groups(user.id, [])
    assert await users.list_users() == [user]


async def test_nobody(users: Users) -> None:
    """To change somebody who is not there is refused, not done to nobody."""
    nobody = UserId("x")
    for change in (
        users.disable(nobody),
        users.enable(nobody),
        users.set_password(nobody, OTHER),
        users.set_groups(nobody, []),
        users.set_department(nobody, "Burgerzaken"),
        users.set_extension(nobody, "2100"),
    ):
        with pytest.raises(Refused):
            await change


async def test_rehash(users: Users, database: Database) -> None:
    """When the parameters were raised, the next login keeps the password under the new ones."""
    user = await added(users)
    stronger = Hashing(PasswordHasher(time_cost=2, memory_cost=512, parallelism=1))
    assert await Users(database, stronger).verify("jansen", GOOD) == user
    kept = await kept_hash(database)
    assert kept.startswith("$argon2id$v=19$m=512,t=2,p=1$")
    assert await Users(database, stronger).verify("jansen", GOOD) == user
    assert await kept_hash(database) == kept


async def test_ruined_hash_is_told(users: Users, database: Database) -> None:
    """A hash that argon2 never made is a fault of the file, and no wrong password."""
    await added(users)
    await database.run(lambda db: db.execute("UPDATE users SET password_hash = 'x'").rowcount)
    with pytest.raises(PeerError):
        await users.verify("jansen", GOOD)


async def kept_hash(database: Database) -> str:
    """The one password hash in the file."""
    (kept,) = await database.run(lambda db: db.execute("SELECT password_hash FROM users").fetchone())
    return str(kept)


async def test_password_is_not_in_the_file(users: Users, tmp_path: Path) -> None:
    """Neither a user's nor a phone's password can be found in the file."""
    await added(users)
    for content in contents(tmp_path):
        assert GOOD.encode() not in content


def test_default_parameters() -> None:
    """What is kept by default is at least what OWASP asks of argon2id (19 MiB, two passes)."""
    hashing = Hashing()
    kept = asyncio.run(hashing.hashed(GOOD))
    hashing.close()
    assert kept.startswith("$argon2id$v=19$m=65536,t=3,p=1$")


@pytest.mark.parametrize(
    ("password", "wrong"),
    [
        ("kort-wachtw", Objection.TOO_SHORT),
        ("x" * 257, Objection.TOO_LONG),
        ("123456789012", Objection.EASY_TO_GUESS),
        ("aaaaaaaaaaaaaaaa", Objection.EASY_TO_GUESS),
        ("abcdefghijklmn", Objection.EASY_TO_GUESS),
        ("Welkom-Gemeente-2025!", Objection.EASY_TO_GUESS),
        ("W4chtw00rd!2345", Objection.EASY_TO_GUESS),
        ("anna.jansen1975", Objection.EASY_TO_GUESS),
        ("irmacall-yivi-12", Objection.EASY_TO_GUESS),
        (GOOD, None),
        (OTHER, None),
        ("pT9#xvQ2!mLz", None),
        ("correct-paard-batterij-nietje", None),
    ],
)
def test_passwords(password: str, wrong: Objection | None) -> None:
    """Long enough, not what everybody tries first, and no other rule."""
    assert objection(password, "ajansen", "Anna Jansen") == wrong


async def test_bad_password_is_not_set(users: Users) -> None:
    """A refused password says why, without the password, and adds nobody."""
    with pytest.raises(PasswordRefused, match="easy_to_guess") as refusal:
        await users.add_user("jansen", "Anna Jansen", Role.AGENT, "welkom12345678")
    assert refusal.value.objection is Objection.EASY_TO_GUESS
    assert await users.list_users() == []


async def test_phones(database: Database) -> None:
    """A phone's password is told once and kept as SIP's digest; the next one voids it."""
    phones, phone = Phones(database), Endpoint("agent1")
    first = await phones.add_phone(phone)
    second = await phones.add_phone(phone)
    assert first != second
    assert len(second) >= 32
    digest = hashlib.md5(f"agent1:asterisk:{second}".encode(), usedforsecurity=False).hexdigest()
    assert await phones.digests() == {phone: digest}
    await phones.remove_phone(phone)
    assert await phones.digests() == {}


def test_digest_of_the_rfc() -> None:
    """HA1 as everybody computes it: the example of the realm that Asterisk has by default."""
    assert sip_digest(Endpoint("agent1"), "secret") == hashlib.md5(b"agent1:asterisk:secret").hexdigest()


@pytest.mark.parametrize("name", ["", "a b", "a]\n[b", "a:b", "é", "-"])
async def test_phone_that_cannot_be_one(database: Database, name: str) -> None:
    """A name that would be something else in Asterisk's files is refused."""
    with pytest.raises(Refused):
        await Phones(database).add_phone(Endpoint(name))
