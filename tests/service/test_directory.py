"""Whom a caller can be passed to: found as one types, the best first, and never who cannot be reached."""

from __future__ import annotations

import dataclasses

import pytest

from irmacall.core.ids import Endpoint, QueueId, UserId
from irmacall.errors import PeerError
from irmacall.service import directory
from irmacall.service.directory import STALE_SECONDS, Directory, Line, Reach
from irmacall.store.users import Role, User
from tests.service.fakes import FakePeople

ELS, WILLEM, ZOE, OBRIEN, BO = map(UserId, ("els", "willem", "zoe", "obrien", "bo"))


def somebody(
    user: UserId,
    name: str,
    department: str = "",
    extension: str | None = None,
    *,
    role: Role = Role.OFFICIAL,
    phone: bool = True,
    disabled: bool = False,
) -> User:
    """Somebody with a login."""
    endpoint = Endpoint(f"{user}-phone") if phone else None
    return User(user, user, name, role, endpoint, "", disabled, frozenset(), department, extension)


PEOPLE = (
    somebody(ELS, "Els Smit", "Burgerzaken", "4101", role=Role.AGENT),
    somebody(WILLEM, "Willem Smit", "Belastingen", "4102"),
    somebody(ZOE, "Zoë van den Berg", "Burgerzaken en belastingen", "41"),
    somebody(OBRIEN, "Áine O'Brien", "Ruimte"),
)


class Hours:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def people() -> FakePeople:
    """Four people."""
    people = FakePeople()
    people.has(*PEOPLE)
    return people


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("smit", [ELS, WILLEM]),
        ("SMIT wil", [WILLEM]),
        ("zoe", [ZOE]),
        ("ZOË B", [ZOE]),
        ("berg den v z", [ZOE]),
        ("berg berg", []),
        ("aine", [OBRIEN]),
        ("brien o'", [OBRIEN]),
        ("burgerz", [ELS, ZOE]),
        ("smit belast", [WILLEM]),
        ("bel", [WILLEM, ZOE]),
        ("41", [ZOE, ELS, WILLEM]),
        ("4102", [WILLEM]),
        (" 4102 ", [WILLEM]),
        ("410", [ELS, WILLEM]),
        ("mit", []),
        ("", []),
        (" .-' ", []),
        ("%", []),
    ],
)
async def test_who_is_found(people: FakePeople, text: str, found: list[UserId]) -> None:
    """By the beginnings of words of name, department and extension, in any order, without capitals and accents."""
    assert [user.id for user in await Directory(people).found(text, BO)] == found


async def test_an_extension_comes_first_and_a_name_before_a_department(people: FakePeople) -> None:
    """Then by name."""
    berg = UserId("berg")
    people.has(somebody(berg, "Anna Bakker", "Berg en dal", "1234"))
    assert [user.id for user in await Directory(people).found("berg", BO)] == [ZOE, berg]
    people.has(somebody(UserId("twelve"), "1234 Balie"))
    assert [user.id for user in await Directory(people).found("1234", BO)] == [berg, "twelve"]


async def test_who_cannot_have_a_caller_is_not_found(people: FakePeople) -> None:
    """The disabled, those without a phone, who only manage, and the one who asks."""
    people.has(
        somebody(UserId("a"), "Jan Smit", disabled=True),
        somebody(UserId("b"), "Piet Smit", phone=False),
        somebody(UserId("c"), "Klaas Smit", role=Role.MANAGEMENT),
        somebody(UserId("d"), "Kees Smit", role=Role.ADMIN),
    )
    assert [user.id for user in await Directory(people).found("smit", ELS)] == [WILLEM]


async def test_a_few_are_found(people: FakePeople) -> None:
    """Eight at the most, and the first of the alphabet."""
    people.has(*(somebody(UserId(f"user{number}"), f"Jansen {number:02}") for number in range(20)))
    found = await Directory(people).found("jansen", BO)
    assert [user.name for user in found] == [f"Jansen {number:02}" for number in range(directory.MOST)]


async def test_typing_costs_no_query_a_key_and_a_change_is_found_soon(people: FakePeople) -> None:
    """Who there is, is read once in five seconds."""
    hours = Hours()
    found = Directory(people, clock=hours)
    for length in range(1, 5):
        assert await found.found("smit"[:length], BO)
    assert len(people.read.all) == 1
    people.has(dataclasses.replace(PEOPLE[1], disabled=True), somebody(BO, "Bo Smit"))
    hours.now += STALE_SECONDS - 0.1
    assert [user.id for user in await found.found("smit", ELS)] == [WILLEM]
    hours.now += 0.1
    assert [user.id for user in await found.found("smit", ELS)] == [BO]
    assert len(people.read.all) == 2


async def test_a_file_that_fails_is_told_to_who_searches(people: FakePeople) -> None:
    """She sees that nothing can be found now, and not that there is nobody."""
    people.faults.once["list_users"] = [PeerError("users.db: SQLITE_BUSY")]
    found = Directory(people)
    with pytest.raises(PeerError):
        await found.found("smit", BO)
    assert await found.found("smit", BO)


async def test_names_are_known_whatever_the_file_does(people: FakePeople) -> None:
    """Of the disabled too; a caller is not kept from anybody because a colleague's name cannot be read."""
    people.has(somebody(BO, "Bo Smit", disabled=True))
    found = Directory(people)
    people.faults.once["list_users"] = [PeerError("users.db: SQLITE_BUSY")]
    assert await found.names([BO, None]) == {}
    assert await found.names([BO, None, UserId("nobody")]) == {BO: "Bo Smit"}
    people.faults.always["list_users"] = PeerError("users.db: SQLITE_BUSY")
    assert await found.names([BO, ELS]) == {BO: "Bo Smit", ELS: "Els Smit"}
    assert await found.names([None]) == {}


async def test_whose_an_extension_is(people: FakePeople) -> None:
    """This very one; nobody's where she cannot have a caller."""
    found = Directory(people)
    assert [user.id for user in [await found.at("4101")] if user is not None] == [ELS]
    assert await found.at("410") is None
    people.has(dataclasses.replace(PEOPLE[0], disabled=True))
    assert await Directory(people).at("4101") is None


LINES = (
    Line(QueueId("algemeen"), "Algemeen", "2100"),
    Line(QueueId("burgerzaken"), "Burgerzaken"),
    Line(QueueId("parkeren"), "Parkeren burgers", "21"),
)
REACH = Reach(LINES, ("+3124", "+316"))


@pytest.mark.parametrize(
    ("text", "found"),
    [("burg", ["burgerzaken", "parkeren"]), ("21", ["parkeren", "algemeen"]), ("2100", ["algemeen"]), ("", [])],
)
def test_which_queues_are_found(text: str, found: list[str]) -> None:
    """By title or extension, in the site's order; this very extension first."""
    assert [line.queue for line in REACH.found(text)] == found


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("024 - 123 45 67", "+31241234567"),
        ("+31612345678", "+31612345678"),
        ("0031612345678", "+31612345678"),
        ("31612345678", None),
        ("0201234567", None),
        ("09001234567", None),
        ("112", None),
        ("061234567", None),
        ("smit", None),
    ],
)
def test_which_numbers_may_be_called(text: str, number: str | None) -> None:
    """Those that begin as the site allows, written as people do."""
    assert REACH.number(text) == number


def test_a_site_that_allows_no_number_has_none() -> None:
    """That is the default."""
    assert Reach(LINES).number("0241234567") is None


def test_a_queues_extension_is_its_own() -> None:
    """Nobody's else."""
    assert (REACH.line_at("2100"), REACH.line_at("210"), REACH.line_at("")) == ("algemeen", None, None)
