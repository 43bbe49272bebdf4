"""Users as an administrator rules them: kept, told by field where they may not be, put out at once, and audited."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from argon2 import PasswordHasher

from irmacall.core.call import Stage
from irmacall.core.ids import Endpoint, GroupId, SeatId, UserId
from irmacall.service.accounts import Logins
from irmacall.service.admin.sessions import AdminSessions
from irmacall.service.admin.users import AdminUsers
from irmacall.service.audit import AuditWriter
from irmacall.service.call_on_screen import Titles
from irmacall.service.directory import Reach
from irmacall.service.in_force import InForce, rules
from irmacall.service.staff import Staff
from irmacall.service.transfers import Transfers
from irmacall.service.two_words import Pairs
from irmacall.store.passwords import Hashing
from irmacall.store.phones import Phones
from irmacall.store.sessions import Sessions
from irmacall.store.users import Role, Users, open_users
from irmacall.web.accounts import SessionKey
from irmacall.web.admin.ports import NotAccepted, Problem, UserView, Wanted
from irmacall.web.sessions import seat_named
from tests.core.leader import PLAN, hash_of
from tests.core.plays import ELS, seat_of
from tests.service.fakes import FakeAudit
from tests.service.house import House
from tests.service.test_logins import FakeSeats
from tests.settings.sample import make_sample

GOOD, OTHER = "zeven blauwe olifanten", "acht groene giraffen"
GROUP = '\n[[desk.group]]\nid = "balie"\ntitle = "De balie"\nqueues = ["algemeen", "burgerzaken"]\n'
KEY, NOORS_KEY = SessionKey("k" * 43), SessionKey("n" * 43)
NOW = 1_000_000.0


@dataclass
class Office:
    """An administrator, an agent with a phone, and the file in which they are."""

    users: Users
    phones: Phones
    sessions: Sessions
    seats: FakeSeats
    log: FakeAudit
    writer: AuditWriter
    admin: AdminUsers
    logins: AdminSessions
    noor: UserId
    els: UserId

    async def told(self) -> list[str]:
        """What the audit log says: who did what, and why."""
        await self.writer.drain()
        return [f"{line.who} {line.kind}: {line.why}" for line in self.log.lines.all]

    async def view(self) -> UserView:
        """Els as she is now."""
        found = await self.admin.user(self.els)
        assert found is not None
        return found

    async def logs_in(self) -> SeatId:
        """Els is logged in and at work."""
        await self.sessions.begin(KEY, self.els, seat_named(KEY), NOW)
        self.seats.seats.add(seat_named(KEY))
        return seat_named(KEY)


@pytest.fixture
async def office(tmp_path: Path) -> AsyncIterator[Office]:
    """A site with one group."""
    sample = make_sample(tmp_path)
    sample.add(GROUP)
    database = await open_users(tmp_path / "users.sqlite")
    users = Users(database, Hashing(PasswordHasher(time_cost=1, memory_cost=256, parallelism=1)))
    phones, sessions, seats, log = Phones(database), Sessions(database), FakeSeats(), FakeAudit()
    await phones.add_phone(Endpoint("els"))
    await phones.add_phone(Endpoint("leeg"))
    noor = await users.add_user("noor", "Noor El Amrani", Role.ADMIN, GOOD)
    els = await users.add_user("els", "Els de Boer", Role.AGENT, GOOD, endpoint=Endpoint("els"))
    writer = AuditWriter(log, PLAN.desk)  # type: ignore[arg-type]
    logins = Logins(users, sessions, writer, seats, lambda: None)  # type: ignore[arg-type, return-value]
    admin = AdminUsers(database, users, phones, logins, writer, InForce(rules(sample.load(), hash_of)))
    ended = AdminSessions(sessions, users, logins, seats, writer, clock=lambda: NOW + 10)
    yield Office(users, phones, sessions, seats, log, writer, admin, ended, noor.id, els.id)
    await database.close()


def wanted(view: UserView) -> Wanted:
    """What a form that nobody changed sends."""
    return Wanted(
        view.login, view.name, view.role, view.function, view.department, view.extension, view.phone, view.groups
    )


async def refused(work: object) -> Problem:
    """Why it was not accepted."""
    with pytest.raises(NotAccepted) as told:
        await work  # type: ignore[misc]
    return told.value.problem


async def test_somebody_is_let_in(office: Office) -> None:
    """She can log in with what was typed, and the audit log says who let her in and as what, without the password."""
    given = Wanted("Bram", "Bram Vos", "official", "Adviseur", "Belastingen", "204", "leeg")
    view = await office.admin.add(office.noor, given, GOOD)
    assert (view.login, view.role, view.phone, view.extension) == ("bram", "official", "leeg", "204")
    assert (await office.users.verify("bram", GOOD)) is not None
    assert await office.told() == [
        f"{office.noor} user_added: bram: name: 'Bram Vos'; role: official; function: 'Adviseur'; "
        "department: 'Belastingen'; extension: 204; phone: leeg"
    ]


async def test_a_change_is_told_with_what_was_before(office: Office) -> None:
    """Each field that changed, from what to what; a form that changed nothing is no line."""
    view = await office.view()
    changed = replace(wanted(view), name="Els Smit", groups=(GroupId("balie"),), extension=" 204 ")
    after = await office.admin.edit(office.noor, office.els, view.revision, changed)
    assert await office.admin.edit(office.noor, office.els, after.revision, wanted(after)) == after
    assert await office.told() == [
        f"{office.noor} user_changed: els: name: 'Els de Boer' -> 'Els Smit'; extension: - -> 204; groups: - -> balie"
    ]


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"name": ""}, Problem("name", "name_form")),
        ({"role": "chief"}, Problem("role", "role_unknown")),
        ({"phone": "nergens"}, Problem("phone", "phone_unknown")),
        ({"role": "official", "phone": ""}, Problem("phone", "phone_needed")),
        ({"groups": (GroupId("kelder"),)}, Problem("groups", "group_unknown", "kelder")),
        ({"role": "official", "groups": (GroupId("balie"),)}, Problem("groups", "groups_of_an_official")),
        ({"extension": "2100"}, Problem("extension", "extension_of_queue", "Algemeen")),
        ({"extension": "twee"}, Problem("extension", "extension_form")),
        ({"extension": "14024"}, Problem("extension", "extension_public")),
    ],
    ids=str,
)
async def test_what_may_not_be_is_told_by_its_field(
    office: Office, change: dict[str, object], problem: Problem
) -> None:
    """Nothing of it is kept, and nothing is audited."""
    view = await office.view()
    given = replace(wanted(view), **{"department": "KCC", **change})  # type: ignore[arg-type]
    assert await refused(office.admin.edit(office.noor, office.els, view.revision, given)) == problem
    assert await refused(office.admin.add(office.noor, replace(given, login="bram"), GOOD)) == problem
    assert await office.view() == view
    assert await office.told() == []


async def test_what_a_new_one_may_not_be(office: Office) -> None:
    """A login that is taken or none, and a password that anybody guesses."""
    view = wanted(await office.view())
    assert await refused(office.admin.add(office.noor, view, GOOD)) == Problem("login", "login_taken", "els")
    given = replace(view, login="bram vos")
    assert await refused(office.admin.add(office.noor, given, GOOD)) == Problem("login", "login_form")
    given = replace(view, login="bram")
    assert await refused(office.admin.add(office.noor, given, "kort")) == Problem("password", "password_too_short")
    assert await refused(office.admin.add(office.noor, given, "wachtwoord123")) == Problem(
        "password", "password_easy_to_guess"
    )


async def test_who_comes_second_is_told(office: Office) -> None:
    """Two administrators with one user before them: the second one's change is not laid over the first one's."""
    view = await office.view()
    await office.admin.edit(office.noor, office.els, view.revision, replace(wanted(view), department="KCC"))
    late = office.admin.edit(office.noor, office.els, view.revision, replace(wanted(view), name="Els Smit"))
    assert await refused(late) == Problem("", "changed")
    assert ((await office.view()).name, (await office.view()).department) == ("Els de Boer", "KCC")


async def test_nobody_locks_herself_out(office: Office) -> None:
    """Neither by another role nor by disabling, though there are other administrators; her name she may change."""
    await office.users.add_user("zoe", "Zoë Mol", Role.ADMIN, GOOD)
    noor = await office.admin.user(office.noor)
    assert noor is not None
    demoted = office.admin.edit(office.noor, office.noor, noor.revision, replace(wanted(noor), role="management"))
    assert await refused(demoted) == Problem("role", "oneself")
    assert await refused(office.admin.set_disabled(office.noor, office.noor, disabled=True)) == Problem("", "oneself")
    await office.admin.edit(office.noor, office.noor, noor.revision, replace(wanted(noor), name="Noor Amrani"))


async def test_an_administrator_stays(office: Office) -> None:
    """Where somebody acts who is none any more herself, the last one is still not disabled."""
    assert await refused(office.admin.set_disabled(office.els, office.noor, disabled=True)) == Problem(
        "", "last_admin"
    )


async def test_who_is_disabled_is_out_at_once(office: Office) -> None:
    """Her session is gone and her seat released in the same moment; enabled she may come back. Each is one line."""
    seat = await office.logs_in()
    for _ in range(2):  # Twice is once.
        assert (await office.admin.set_disabled(office.noor, office.els, disabled=True)).disabled
    assert office.seats.released.all == [seat]
    assert await office.sessions.load(KEY, NOW + 1) is None
    assert not (await office.admin.set_disabled(office.noor, office.els, disabled=False)).disabled
    assert await office.told() == [f"{office.noor} user_disabled: els", f"{office.noor} user_enabled: els"]


@pytest.mark.parametrize("change", [{"role": "management"}, {"phone": "leeg"}], ids=str)
async def test_another_role_or_phone_puts_her_out_at_once(office: Office, change: dict[str, str]) -> None:
    """She comes back as what she is now."""
    seat, view = await office.logs_in(), await office.view()
    await office.admin.edit(office.noor, office.els, view.revision, replace(wanted(view), **change))  # type: ignore[arg-type]
    assert office.seats.released.all == [seat]


async def test_another_password(office: Office) -> None:
    """It opens what the old one did no more, ends her sessions, and stands in no audit line."""
    seat = await office.logs_in()
    await office.admin.set_password(office.noor, office.els, OTHER)
    assert await office.users.verify("els", GOOD) is None
    assert await office.users.verify("els", OTHER) is not None
    assert office.seats.released.all == [seat]
    assert await office.told() == [f"{office.noor} password_set: els"]


async def test_on_a_standby_the_change_stands(office: Office) -> None:
    """The seat is another daemon's to release; here she is out of her login all the same."""
    await office.logs_in()
    office.seats.standby = True
    await office.admin.set_disabled(office.noor, office.els, disabled=True)
    assert await office.sessions.load(KEY, NOW + 1) is None


async def test_a_phone_has_a_password_that_is_told_once(office: Office) -> None:
    """Made here, told here, and kept as its digest; who has which phone is listed."""
    before = (await office.phones.digests())[Endpoint("els")]
    password = await office.admin.set_phone_password(office.noor, "els")
    assert (await office.phones.digests())[Endpoint("els")] != before
    await office.admin.set_phone_password(office.noor, "nieuw")
    assert await refused(office.admin.set_phone_password(office.noor, "[fout]")) == Problem("phone", "phone_form")
    assert await refused(office.admin.remove_phone(office.noor, Endpoint("els"))) == Problem(
        "phone", "phone_in_use", "els"
    )
    await office.admin.remove_phone(office.noor, Endpoint("leeg"))
    await office.admin.remove_phone(office.noor, Endpoint("leeg"))
    phones = {phone.endpoint: phone.logins for phone in (await office.admin.choices()).phones}
    assert phones == {"els": ("els",), "nieuw": ()}
    told = await office.told()
    assert told == [f"{office.noor} phone_password_set: {what}" for what in ("els", "nieuw added", "leeg removed")]
    assert password not in "".join(told)


async def test_who_is_gone(office: Office) -> None:
    """An id that is nobody's is told as such, whatever is asked of it."""
    ghost = UserId("ghost")
    assert await office.admin.user(ghost) is None
    for work in (
        office.admin.edit(office.noor, ghost, "", Wanted(name="X")),
        office.admin.set_disabled(office.noor, ghost, disabled=True),
        office.admin.set_password(office.noor, ghost, OTHER),
    ):
        assert await refused(work) == Problem("", "nobody")


async def test_who_is_put_out_keeps_her_call_and_loses_her_card(office: Office, house: House) -> None:
    """On a real desk: the card is withdrawn at once, and her caller hears nothing of it."""
    call, grant = await house.talks()
    transfers = Transfers(house.leadership, house.directory, Reach, house.vault)
    titles, pairs = lambda: Titles({}, {}, {}), Pairs(bytes(32))
    staff = Staff(house.leadership, house.screens, titles, _no_place, house.directory, transfers, pairs)
    logins = Logins(office.users, office.sessions, office.writer, staff, lambda: house.leadership.next_term)
    await office.sessions.begin(KEY, office.els, seat_of(ELS), NOW)
    ended = AdminSessions(office.sessions, office.users, logins, staff, office.writer, clock=lambda: NOW)
    assert [each.at_work for each in await ended.sessions(NOORS_KEY)] == [True]
    assert await ended.end_all(office.noor, office.els) == 1
    await house.eventually(lambda: house.term.grants.may_see(seat_of(ELS), call, grant) is None)
    assert house.term.desk.calls[call].stage is Stage.TALKING
    assert list(staff.claimed()) == []


async def _no_place(user: UserId) -> None:
    return None


async def test_sessions_are_listed_and_ended_with_their_seats(office: Office) -> None:
    """One's own is marked; who ended whose is audited; what is over already is no line."""
    seat = await office.logs_in()
    await office.sessions.begin(NOORS_KEY, office.noor, seat_named(NOORS_KEY), NOW + 5)
    noors, elses = await office.logins.sessions(NOORS_KEY)
    assert (noors.login, noors.own, noors.at_work) == ("noor", True, False)
    assert (elses.login, elses.own, elses.at_work, elses.since, elses.role) == ("els", False, True, NOW, "agent")
    assert await office.logins.end(office.noor, office.noor, elses.handle) == 0
    assert await office.logins.end(office.noor, office.els, elses.handle) == 1
    assert office.seats.released.all == [seat]
    assert await office.logins.end_all(office.noor, office.els) == 0
    await office.logs_in()
    assert await office.logins.end_all(office.noor, office.els) == 1
    assert await office.told() == [f"{office.noor} sessions_ended: els: {which}" for which in ("one", "all 1")]
    office.seats.standby = True
    assert [each.at_work for each in await office.logins.sessions(NOORS_KEY)] == [None]
