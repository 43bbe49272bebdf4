"""Passing a caller on from a screen: whom one finds, what lies in the vault meanwhile, and what is never asked."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from unittest import mock

import pytest

from irmacall.core.commands import CallOut
from irmacall.core.events import Event, PhoneCalled, PhoneRegistered
from irmacall.core.ids import CallId, ChannelId, Endpoint, QueueId, SealedId, UserId
from irmacall.core.plan import TransferRules
from irmacall.core.transfer import Act, Standing, ToLine, ToOutside, ToPerson
from irmacall.core.transfer_events import ActAsked, TransferAsked
from irmacall.errors import PeerError, PeerUnavailable, Refused, VaultGone
from irmacall.service import identity
from irmacall.service.callbacks import KIND
from irmacall.service.directory import Line, Reach
from irmacall.store.users import Role, User
from irmacall.web.ports import NOTE_LENGTH, PassOn, PersonView
from tests.core.leader import GENERAL, NEAR, PASSPORTS, PLAN
from tests.core.plays import BO, ELS, HOUR, phone_of, seat_of
from tests.service.house import House
from tests.service.office import ELSEWHERE, SEAT, Office

WILLEM = UserId("willem")
TEXT = "Bezwaar tegen een boete\nvan vorige week"
NUMBER = "+31241234567"
LINES = (Line(PASSPORTS, "Burgerzaken", "2200"), Line(GENERAL, "Algemeen"), Line(QueueId("weg"), "Burgerloket"))
TO_WILLEM = PassOn(user=WILLEM)


def somebody(user: UserId, name: str, role: Role, department: str = "", extension: str | None = None) -> User:
    """Somebody with a phone."""
    return User(user, user, name, role, phone_of(user), "", False, frozenset(), department, extension)


@pytest.fixture
async def office() -> AsyncIterator[Office]:
    """A daemon that leads; its site allows numbers in Nijmegen and all mobiles, and its node can call them."""
    house = House(plan=replace(PLAN, transfers=TransferRules(outside=True)))
    house.reach = Reach(LINES, ("+3124", "+316"))
    house.people.has(
        somebody(ELS, "Els Smit", Role.AGENT, "Burgerzaken", "4101"),
        somebody(BO, "Bo Smit", Role.AGENT, "Burgerzaken"),
        somebody(WILLEM, "Willem Smit", Role.OFFICIAL, "Belastingen", "4102"),
    )
    async with house.leads():
        house.node.calls_out = ("+31",)
        await house.happens(PhoneRegistered(NEAR, phone_of(WILLEM), online=True))
        yield Office(house)


@pytest.fixture
def asked(office: Office) -> Iterator[list[Event]]:
    """What screens ask of the desk."""
    with mock.patch.object(office.house.term, "ask", wraps=office.house.term.ask) as ask:
        events: list[Event] = []

        def note(event: Event) -> object:
            events.append(event)
            return mock.DEFAULT

        ask.side_effect = note
        yield events


def _notes(office: Office) -> list[SealedId]:
    """What was ever sealed, beside the identities."""
    sealed = [name for method, names in office.house.vault.called.all if method == "seal" for name in names]
    return [name for name in sealed if not name.startswith("sealed")]


async def _numbers(office: Office) -> set[str]:
    """The names under which numbers are saved."""
    records = await office.house.store.load(office.house.term.lease)
    return {name for kind, name in records if kind == KIND}


# -- whom one finds --------------------------------------------------------------------------------------------


async def test_people_are_found_with_their_presence(office: Office) -> None:
    """Free, on a call, or away; an official like an agent; never the one who asks."""
    found = await office.staff.targets(ELS, "smit")
    assert found.people == [
        PersonView(BO, "Bo Smit", "Burgerzaken", "", "away"),
        PersonView(WILLEM, "Willem Smit", "Belastingen", "4102", "away"),
    ]
    await office.house.comes(BO)
    await office.house.comes(WILLEM)
    await office.house.happens(PhoneCalled(NEAR, phone_of(WILLEM), ChannelId("his-own")))
    assert [each.presence for each in (await office.staff.targets(ELS, "smit")).people] == ["free", "busy"]


async def test_queues_are_found_with_how_many_wait(office: Office) -> None:
    """By title or extension; none that the desk does not have."""
    await office.house.discloses()
    await office.house.calls()
    [line] = (await office.staff.targets(ELS, "burger")).lines
    assert (line.queue, line.title, line.extension, line.waiting) == (PASSPORTS, "Burgerzaken", "2200", 1)
    assert [line.queue for line in (await office.staff.targets(ELS, "2200")).lines] == [PASSPORTS]


async def test_a_number_is_offered_where_a_line_may_call_it(office: Office) -> None:
    """Allowed by the site, and by a line of some node."""
    assert (await office.staff.targets(ELS, "024 1234567")).number == NUMBER
    assert (await office.staff.targets(ELS, "0201234567")).number is None
    office.house.node.calls_out = ("+316",)
    assert (await office.staff.targets(ELS, "024 1234567")).number is None


# -- passing on ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("consult", [True, False])
async def test_to_somebody_on_her_phone(office: Office, asked: list[Event], *, consult: bool) -> None:
    """On the phone that she has at this moment."""
    call, _ = await office.house.talks()
    await office.staff.targets(ELS, "willem")
    moved = Endpoint("his-new-phone")
    office.house.people.has(replace(somebody(WILLEM, "Willem Smit", Role.OFFICIAL), endpoint=moved))
    await office.staff.pass_on(SEAT, ELS, call, replace(TO_WILLEM, consult=consult))
    assert asked == [TransferAsked(SEAT, call, ToPerson(WILLEM, moved), consult)]


async def test_no_transfer_waits_for_a_node_that_is_silent(office: Office, asked: list[Event]) -> None:
    """What it would tell of the phone is wanted, and its owner may be about to hang up."""
    call, _ = await office.house.talks()
    office.house.node.following.hold()
    await office.staff.pass_on(SEAT, ELS, call, TO_WILLEM)
    assert phone_of(WILLEM) in office.house.node.followed.all
    assert asked == [TransferAsked(SEAT, call, ToPerson(WILLEM, phone_of(WILLEM)), False)]
    office.house.node.following.release()


@pytest.mark.parametrize("standing", ["first", "hers", "last"])
async def test_to_a_queue(office: Office, asked: list[Event], standing: str) -> None:
    """At the place that was chosen."""
    call, _ = await office.house.talks()
    wish = PassOn(queue=GENERAL, standing=standing)  # type: ignore[arg-type]
    await office.staff.pass_on(SEAT, ELS, call, wish)
    assert asked == [TransferAsked(SEAT, call, ToLine(GENERAL, Standing(standing)))]


async def test_to_a_number_that_is_kept_sealed_and_called(office: Office, asked: list[Event]) -> None:
    """The desk knows its name; the number itself is opened when it is called."""
    call, _ = await office.house.talks()
    await office.staff.pass_on(SEAT, ELS, call, PassOn(number="024-1234567", consult=True))
    [event] = asked
    assert isinstance(event, TransferAsked)
    assert isinstance(event.to, ToOutside)
    rung = await office.house.node.asked_for(CallOut, call)
    assert rung.number == event.to.number
    assert office.house.term._numbers.number_of(rung.number) == NUMBER
    records = await office.house.store.load(office.house.term.lease)
    assert NUMBER.encode() not in b"".join(records.values())


async def test_a_number_that_is_done_with_is_gone(office: Office) -> None:
    """When the call is over."""
    call, _ = await office.house.talks()
    await office.staff.pass_on(SEAT, ELS, call, PassOn(number=NUMBER, consult=True))
    assert await _numbers(office)
    await office.house.hangs_up(call)
    await office.house.store.saved.until(lambda keys: any(kind == KIND for kind, _ in keys))
    async with asyncio.timeout(5):
        while await _numbers(office):
            await office.house.store.saved.number(len(office.house.store.saved.all) + 1)


REFUSED = {
    "nobody": (PassOn(user=UserId("nobody")), "no such user"),
    "herself": (PassOn(user=ELS), "herself"),
    "two at once": (PassOn(user=BO, queue=GENERAL), "one person, one queue or one number"),
    "none": (PassOn(note="x"), "one person, one queue or one number"),
    "a queue that is gone": (PassOn(queue=QueueId("weg")), "no such queue"),
    "a queue, to talk with": (PassOn(queue=GENERAL, consult=True), "cannot be consulted"),
    "a number that the site does not allow": (PassOn(number="0201234567"), r"desk\.transfer\.outside"),
    "a number that no line may call": (PassOn(number="0612345678"), r"desk\.transfer\.outside"),
    "no number": (PassOn(number="112"), r"desk\.transfer\.outside"),
    "a note that is too long": (replace(TO_WILLEM, note="x" * (NOTE_LENGTH + 1)), "at most 500 characters"),
}


@pytest.mark.parametrize("case", REFUSED)
async def test_what_cannot_be_is_refused_and_leaves_nothing(office: Office, asked: list[Event], case: str) -> None:
    """The desk is not asked, and neither a note nor a number is kept."""
    call, _ = await office.house.talks()
    office.house.node.calls_out = ("+3124",)
    wish, why = REFUSED[case]
    with pytest.raises(Refused, match=why):
        await office.staff.pass_on(SEAT, ELS, call, replace(wish, note=wish.note or TEXT))
    assert (asked, _notes(office), await _numbers(office)) == ([], [], set())


@pytest.mark.parametrize("state", ["disabled", "without a phone", "management"])
async def test_who_can_no_longer_have_a_caller_is_refused(office: Office, asked: list[Event], state: str) -> None:
    """Though she was found a moment ago."""
    call, _ = await office.house.talks()
    assert (await office.staff.targets(ELS, "willem")).people
    willem = somebody(WILLEM, "Willem Smit", Role.OFFICIAL)
    now = {
        "disabled": replace(willem, disabled=True),
        "without a phone": replace(willem, endpoint=None),
        "management": replace(willem, role=Role.MANAGEMENT),
    }
    office.house.people.has(now[state])
    with pytest.raises(Refused, match="no caller can be passed to willem"):
        await office.staff.pass_on(SEAT, ELS, call, TO_WILLEM)
    assert asked == []


@pytest.mark.parametrize("wrong", ["seat", "user", "call", "ringing", "waiting"])
async def test_who_has_her_not_on_the_line_causes_no_seal(office: Office, asked: list[Event], wrong: str) -> None:
    """Neither another seat or user, nor the right one before she has answered."""
    house = office.house
    call = await house.rings() if wrong == "ringing" else (await house.talks())[0]
    if wrong == "waiting":
        await house.discloses(2)
        call = await house.calls(2)
    await house.comes(BO)
    with pytest.raises(Refused, match="does not have this caller on the line"):
        await office.staff.pass_on(
            seat_of(BO) if wrong == "seat" else SEAT,
            BO if wrong in ("user", "seat") else ELS,
            CallId("near-9") if wrong == "call" else call,
            PassOn(number=NUMBER, note=TEXT),
        )
    assert (asked, _notes(office), await _numbers(office)) == ([], [], set())


async def test_a_seat_that_was_lost_causes_no_seal(office: Office, asked: list[Event]) -> None:
    """She claimed another one meanwhile."""
    call, _ = await office.house.talks()
    await office.staff.claim(ELS, ELSEWHERE)
    asked.clear()
    with pytest.raises(Refused, match="does not have this caller on the line"):
        await office.staff.pass_on(SEAT, ELS, call, replace(TO_WILLEM, note=TEXT))
    assert (asked, _notes(office)) == ([], [])


# -- the note --------------------------------------------------------------------------------------------------


async def test_a_note_lies_in_the_vault_before_the_desk_is_asked(office: Office, asked: list[Event]) -> None:
    """Under a name of its own, with who wrote it, and no longer than the caller's identity."""
    call, _ = await office.house.talks()
    house = office.house
    await office.staff.pass_on(SEAT, ELS, call, replace(TO_WILLEM, consult=True, note=f"  {TEXT}\n"))
    [event] = asked
    assert isinstance(event, TransferAsked)
    [note] = _notes(office)
    known = house.term.desk.disclosures[SealedId("sealed1")]
    assert (event.note, event.note_until) == (note, known.expires_at)
    assert house.term.desk.calls[call].note == note
    kept = await house.vault.open(PLAN.desk, note, house.term.lease.fence, time.time())
    assert kept.attributes == {"@note": TEXT, "@by": ELS}
    assert kept.expires_at == pytest.approx(known.expires_at, abs=1)


async def test_a_note_about_somebody_unknown_lives_an_hour(office: Office, asked: list[Event]) -> None:
    """At most, as an identity does."""
    call, _ = await office.house.talks()
    office.house.term.desk.calls[call].sealed = None
    await office.staff.pass_on(SEAT, ELS, call, replace(TO_WILLEM, consult=True, note=TEXT))
    [event] = asked
    assert isinstance(event, TransferAsked)
    assert event.note_until == pytest.approx(time.time() + HOUR, abs=5)


@pytest.mark.parametrize("note", ["", "  \n"])
async def test_no_note_seals_nothing(office: Office, asked: list[Event], note: str) -> None:
    """Blanks are none."""
    call, _ = await office.house.talks()
    await office.staff.pass_on(SEAT, ELS, call, replace(TO_WILLEM, note=note))
    assert (len(asked), _notes(office)) == (1, [])


async def test_the_longest_note_is_kept(office: Office) -> None:
    """Five hundred characters, each of which may be long."""
    call, _ = await office.house.talks()
    await office.staff.pass_on(SEAT, ELS, call, replace(TO_WILLEM, consult=True, note="€" * NOTE_LENGTH))
    [note] = _notes(office)
    kept = await office.house.vault.open(PLAN.desk, note, office.house.term.lease.fence, time.time())
    assert kept.attributes[identity.NOTE] == "€" * NOTE_LENGTH


async def test_a_vault_that_is_away_passes_nobody_on(office: Office, asked: list[Event]) -> None:
    """She is told that it could not be done, and what may have been sealed is burned."""
    call, _ = await office.house.talks()
    office.house.vault.faults.once["seal"] = [PeerUnavailable("away")]
    with pytest.raises(PeerUnavailable):
        await office.staff.pass_on(SEAT, ELS, call, PassOn(number=NUMBER, note=TEXT))
    assert asked == []
    await _burned(office)
    async with asyncio.timeout(5):
        while await _numbers(office):
            await office.house.store.saved.number(len(office.house.store.saved.all) + 1)


async def test_a_note_of_which_the_desk_made_nothing_is_burned(office: Office) -> None:
    """She was hung up in the same moment: nobody else would ever erase it."""
    call, _ = await office.house.talks()
    office.house.vault.gate.hold()
    passing = asyncio.create_task(office.staff.pass_on(SEAT, ELS, call, replace(TO_WILLEM, note=TEXT)))
    await office.house.vault.called.until(lambda called: bool(_notes(office)))
    await office.house.hangs_up(call)
    office.house.vault.gate.release()
    await passing
    await _burned(office)


async def test_a_second_press_leaves_nothing(office: Office, asked: list[Event]) -> None:
    """Both were sent before the screen showed what the first did: the note and number of the first alone are kept."""
    call, _ = await office.house.talks()
    wish = PassOn(number=NUMBER, consult=True, note=TEXT)
    await asyncio.gather(*(office.staff.pass_on(SEAT, ELS, call, wish) for _ in range(2)))
    first, second = (event for event in asked if isinstance(event, TransferAsked))
    assert first.note != second.note
    assert office.house.term.desk.calls[call].note == first.note
    await office.house.vault.called.until(lambda called: called == ("burn", frozenset({second.note})))
    assert isinstance(first.to, ToOutside)
    async with asyncio.timeout(5):
        while await _numbers(office) != {first.to.number}:
            await office.house.store.saved.number(len(office.house.store.saved.all) + 1)


async def test_a_note_is_burned_where_the_asking_fails(office: Office) -> None:
    """The term ended while she asked."""
    call, _ = await office.house.talks()
    failing = mock.patch.object(office.house.term, "ask", side_effect=PeerUnavailable("over"))
    with failing, pytest.raises(PeerUnavailable):
        await office.staff.pass_on(SEAT, ELS, call, replace(TO_WILLEM, note=TEXT))
    await _burned(office)


async def _burned(office: Office) -> None:
    """The one note that was written is gone for good."""
    vault, [note] = office.house.vault, _notes(office)
    await vault.called.until(lambda called: called[0] == "burn" and note in called[1])
    with pytest.raises(VaultGone):
        await vault.open(PLAN.desk, note, office.house.term.lease.fence, time.time())


async def test_a_note_that_the_vault_lost_is_noticed(office: Office) -> None:
    """As an identity is, though nobody asks for it: the call goes on without."""
    call, _ = await office.house.talks()
    await office.staff.pass_on(SEAT, ELS, call, replace(TO_WILLEM, consult=True, note=TEXT))
    assert office.house.term.desk.calls[call].note is not None
    office.house.vault.restart()
    await office.house.eventually(lambda: office.house.term.desk.calls[call].note is None)


# -- all else --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("act", Act)
async def test_every_act_is_asked_by_its_name(office: Office, asked: list[Event], act: Act) -> None:
    """The desk decides what it means now."""
    call, _ = await office.house.talks()
    await office.staff.act(SEAT, call, act.value)
    assert asked == [ActAsked(SEAT, call, act)]


async def test_a_standby_refuses_transfers(office: Office) -> None:
    """Whatever cannot be proven is not done."""
    call, _ = await office.house.talks()
    with mock.patch.object(office.house.leadership, "term", side_effect=PeerUnavailable("a standby")):
        for refused in (
            office.staff.targets(ELS, "smit"),
            office.staff.pass_on(SEAT, ELS, call, replace(TO_WILLEM, note=TEXT)),
            office.staff.act(SEAT, call, "hold"),
        ):
            with pytest.raises(PeerUnavailable):
                await refused
    assert _notes(office) == []


async def test_a_users_file_that_fails_passes_nobody_on(office: Office, asked: list[Event]) -> None:
    """She is told, and the caller is still hers."""
    call, _ = await office.house.talks()
    office.house.people.faults.always["get"] = PeerError("users.db: SQLITE_BUSY")
    with pytest.raises(PeerError):
        await office.staff.pass_on(SEAT, ELS, call, TO_WILLEM)
    assert asked == []
