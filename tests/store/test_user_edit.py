"""Changing a user as a screen does: all of it or nothing, over nobody else's change, and the last admin stays."""

from __future__ import annotations

import asyncio
from dataclasses import replace

import pytest

from irmacall.core.ids import Endpoint, GroupId, SeatId, UserId
from irmacall.store.sessions import Sessions
from irmacall.store.sqlite import Database
from irmacall.store.user_edit import Edit, edit_user, revision
from irmacall.store.user_rules import UserFault, UserRefused
from irmacall.store.users import Role, User, Users

GOOD = "groene-tafel-onder-de-kersenboom"
SEAT = SeatId("els-in-her-browser")


def as_she_is(user: User) -> Edit:
    """What changes nothing."""
    return Edit(user.name, user.role, user.endpoint, user.function, user.groups, user.department, user.extension)


async def els(users: Users, login: str = "els", role: Role = Role.AGENT, extension: str | None = None) -> User:
    """Somebody with a phone."""
    return await users.add_user(login, "Els de Boer", role, GOOD, endpoint=Endpoint(login), extension=extension)


async def test_everything_at_once(users: Users, database: Database) -> None:
    """What is wanted is kept as a whole, and told with what was before."""
    user = await els(users)
    wanted = Edit(
        " Els  de  Boer-Smit ", Role.AGENT, Endpoint("els"), "Adviseur", frozenset({GroupId("balie")}), "KCC", "204"
    )
    edited = await edit_user(database, user.id, revision(user), wanted)
    assert edited.before == user
    assert edited.after == await users.get(user.id)
    assert edited.after == replace(
        user,
        name="Els de Boer-Smit",
        function="Adviseur",
        groups=frozenset({GroupId("balie")}),
        department="KCC",
        extension="204",
    )


async def test_who_comes_second_is_told(users: Users, database: Database) -> None:
    """Two who have read the same and change it at the same moment: one of them is refused, and nothing is lost."""
    user = await els(users)
    first, second = replace(as_she_is(user), name="Els Een"), replace(as_she_is(user), department="Twee")
    edits = [edit_user(database, user.id, revision(user), wanted) for wanted in (first, second)]
    done, refused = await asyncio.gather(*edits, return_exceptions=True)
    assert isinstance(refused, UserRefused)
    assert refused.fault is UserFault.CHANGED
    kept = await users.get(user.id)
    assert kept is not None
    assert (kept.name, kept.department) == ("Els Een", "")
    assert not isinstance(done, BaseException)
    assert revision(kept) == revision(done.after) != revision(user)


async def test_the_command_lines_change_counts_too(users: Users, database: Database) -> None:
    """What one command changes is a change like any other; a new password is none, since no screen shows it."""
    user = await els(users)
    await users.set_password(user.id, "vijf blauwe kranen lekken zacht")
    assert (await edit_user(database, user.id, revision(user), as_she_is(user))).after == user
    await users.set_department(user.id, "Belastingen")
    with pytest.raises(UserRefused) as told:
        await edit_user(database, user.id, revision(user), as_she_is(user))
    assert told.value.fault is UserFault.CHANGED


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"name": " "}, UserFault.NAME_FORM),
        ({"name": "x" * 81}, UserFault.NAME_FORM),
        ({"function": "a\u202eb"}, UserFault.FUNCTION_FORM),
        ({"department": "x" * 81}, UserFault.DEPARTMENT_FORM),
        ({"extension": "1"}, UserFault.EXTENSION_FORM),
        ({"extension": "112"}, UserFault.EXTENSION_PUBLIC),
        ({"extension": "300"}, UserFault.EXTENSION_TAKEN),
        ({"role": Role.OFFICIAL, "endpoint": None}, UserFault.PHONE_NEEDED),
        ({"role": Role.OFFICIAL, "groups": frozenset({GroupId("balie")})}, UserFault.GROUPS_OF_AN_OFFICIAL),
    ],
    ids=str,
)
async def test_what_may_not_be(users: Users, database: Database, change: dict[str, object], fault: UserFault) -> None:
    """Each field has its rule, and nothing of it is kept where one is broken."""
    user = await els(users)
    await els(users, "bram", extension="300")
    wanted = replace(as_she_is(user), **{"department": "Elders", **change})  # type: ignore[arg-type]
    with pytest.raises(UserRefused) as told:
        await edit_user(database, user.id, revision(user), wanted)
    assert told.value.fault is fault
    assert told.value.whose == ("bram" if fault is UserFault.EXTENSION_TAKEN else "")
    assert await users.get(user.id) == user


async def test_nobody(database: Database) -> None:
    """Who is not there cannot be changed."""
    wanted = Edit("Els", Role.AGENT, None, "", frozenset(), "", None)
    with pytest.raises(UserRefused) as told:
        await edit_user(database, UserId("nobody"), "", wanted)
    assert told.value.fault is UserFault.NOBODY


@pytest.mark.parametrize(
    ("change", "ends"),
    [({"role": Role.ADMIN}, True), ({"endpoint": Endpoint("els2")}, True), ({"department": "KCC"}, False)],
    ids=str,
)
async def test_another_role_or_phone_ends_her_sessions(
    users: Users, database: Database, change: dict[str, object], ends: bool
) -> None:
    """She comes back as what she is now; what is only said of her puts nobody out."""
    user, sessions = await els(users), Sessions(database)
    await sessions.begin("secret", user.id, SEAT, 100.0)
    wanted = replace(as_she_is(user), **change)  # type: ignore[arg-type]
    edited = await edit_user(database, user.id, revision(user), wanted)
    assert edited.ended == (frozenset({SEAT}) if ends else frozenset())
    assert (await sessions.load("secret", 101.0) is None) is ends


async def test_the_last_admin_stays(users: Users, database: Database) -> None:
    """Two admins who take each other's role away at the same moment: one of them stays what she is."""
    one, other = await els(users, "one", Role.ADMIN), await els(users, "other", Role.ADMIN)
    edits = [
        edit_user(database, each.id, revision(each), replace(as_she_is(each), role=Role.AGENT))
        for each in (one, other)
    ]
    _, refused = await asyncio.gather(*edits, return_exceptions=True)
    assert isinstance(refused, UserRefused)
    assert refused.fault is UserFault.LAST_ADMIN
    with pytest.raises(UserRefused, match="let in another first"):
        await users.disable(other.id)
    await users.disable(one.id)
    assert [user.login for user in await users.list_users() if user.role is Role.ADMIN] == ["other"]
    await els(users, "third", Role.ADMIN)
    await users.disable(other.id)
    with pytest.raises(UserRefused, match="let in another first"):
        await users.disable((await users.find("third") or one).id)


async def test_disabled_and_with_another_password_her_seats_are_told(users: Users, database: Database) -> None:
    """Whoever ends her sessions knows which seats end with them."""
    user, sessions = await els(users), Sessions(database)
    await sessions.begin("secret", user.id, SEAT, 100.0)
    assert await users.set_password(user.id, "vijf blauwe kranen lekken zacht") == {SEAT}
    await sessions.begin("secret", user.id, SEAT, 100.0)
    assert await users.disable(user.id) == {SEAT}
    assert await users.disable(user.id) == frozenset()


async def test_everybodys_sessions_are_listed_and_ended(users: Users, database: Database) -> None:
    """One by its handle, or all of a user; those that are over are not shown."""
    user, other, sessions = await els(users), await els(users, "bram"), Sessions(database)
    for number, (who, began) in enumerate([(user, 100.0), (user, 200.0), (other, 300.0), (other, -9e6)]):
        await sessions.begin(f"secret{number}", who.id, SeatId(f"seat{number}"), began)
    listed = await sessions.list_everybodys(400.0)
    assert [(each.user.login, each.seat) for each in listed] == [
        ("bram", "seat2"),
        ("els", "seat1"),
        ("els", "seat0"),
    ]
    assert await sessions.delete_handle(other.id, listed[1].handle) == frozenset()
    assert await sessions.delete_handle(user.id, listed[1].handle) == {"seat1"}
    assert await sessions.delete_user(user.id) == {"seat0"}
    assert [each.user.login for each in await sessions.list_everybodys(400.0)] == ["bram"]
