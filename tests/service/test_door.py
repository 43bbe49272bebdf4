"""The one door through which identity leaves: everything that must be true, and each way in which it may not be."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field

import pytest

from irmacall.core.commands import Grant, Withdraw
from irmacall.core.glass import Looks
from irmacall.core.ids import CallId, GrantNumber, SealedId, SeatId, UserId
from irmacall.core.ownership import Grants
from irmacall.core.sight_events import IdentitySeen
from irmacall.errors import ClockSkew, LeaseLost, PeerError, PeerUnavailable, Refused, VaultGone
from irmacall.service import identity
from irmacall.service.audit import AuditWriter
from irmacall.service.reveal import Door
from irmacall.store.audit import AuditKind, AuditLine
from irmacall.store.desk import Lease
from tests.core.leader import PLAN
from tests.service.fakes import FakeAudit, HeldVault
from tests.service.house import named, within

SEAT, CALL, NUMBER = SeatId("seat-els"), CallId("near-1"), GrantNumber(7)
SEALED, ELS, OTHER = SealedId("sealed1"), UserId("els"), CallId("near-2")
GRANT = Grant(SEAT, ELS, CALL, SEALED, NUMBER)
WITHDRAW = Withdraw(SEAT, ELS, CALL, NUMBER, "hung up")
SHOWN = (AuditKind.REVEAL, CALL, "has the caller on the line")
NOTE, TEXT, BO = SealedId("note1"), "Bezwaar tegen een boete", UserId("bo")
GONE = "the vault holds it no longer"
NOT_HERS = "does not have this caller on the line under this grant"


@dataclass
class Hall:
    """A door with a vault behind it that holds one identity, granted to one seat."""

    grants: Grants = field(default_factory=Grants)
    looks: Looks = field(default_factory=Looks)
    vault: HeldVault = field(default_factory=HeldVault)
    audit: FakeAudit = field(default_factory=FakeAudit)
    lost: list[SealedId] = field(default_factory=list)
    seen: list[IdentitySeen] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.lease = Lease(PLAN.desk, "us", 3, 3.0, time.monotonic() + 3.0)
        self.writer = AuditWriter(self.audit, PLAN.desk)  # type: ignore[arg-type]
        self.door = Door(
            PLAN.desk,
            self.grants,
            self.looks,
            self.vault,
            self.writer,
            lease=lambda: self.lease,
            lost=self.lost.append,
            seen=self.seen.append,
            is_call=frozenset({CALL, OTHER}).__contains__,
        )

    async def reveal(
        self, seat: SeatId = SEAT, call: CallId = CALL, number: GrantNumber = NUMBER, user: UserId = ELS
    ) -> str:
        """The family name that the seat gets."""
        revealed = await within(self.door.reveal(seat, user, call, number))
        assert revealed.identity is not None
        return revealed.identity.attributes["familyname"]

    async def is_passed_on(self, sealed: SealedId | None = SEALED) -> None:
        """From now on the grant is of a note, and of this identity."""
        await self.vault.seal(PLAN.desk, NOTE, identity.packed_note(TEXT, BO), time.time() + 60, 3)
        self.grants.grant(Grant(SEAT, ELS, CALL, sealed, NUMBER, NOTE))

    async def both(self) -> tuple[str | None, str | None]:
        """The family name and the note that Els gets."""
        revealed = await within(self.door.reveal(SEAT, ELS, CALL, NUMBER))
        name = None if revealed.identity is None else revealed.identity.attributes["familyname"]
        return name, None if revealed.note is None else revealed.note.attributes[identity.NOTE]

    async def written(self) -> list[tuple[AuditKind, CallId | None, str]]:
        """All that stands in the log in the end."""
        await within(self.writer.drain())
        return [(line.kind, line.call, line.why) for line in self.audit.lines.all]


@pytest.fixture
async def hall() -> Hall:
    """Els has the caller on the line."""
    hall = Hall()
    await hall.vault.seal(PLAN.desk, SEALED, named(1), time.time() + 60, 3)
    hall.grants.grant(GRANT)
    return hall


def _opened(hall: Hall) -> int:
    return sum(method == "open" for method, _ in hall.vault.called.all)


async def test_who_has_the_caller_on_the_line_sees_her_and_it_is_written_down(hall: Hall) -> None:
    """One card, one line: who, where, whom, under which grant, and by which rule."""
    assert await hall.reveal() == "Vries1"
    [line] = hall.audit.lines.all
    assert (line.kind, line.who, line.seat, line.call, line.desk, line.grant) == (
        AuditKind.REVEAL,
        "els",
        SEAT,
        CALL,
        PLAN.desk,
        NUMBER,
    )
    assert line.why == "has the caller on the line"


@pytest.mark.parametrize(
    ("seat", "user", "call", "number"),
    [
        (SeatId("seat-bo"), ELS, CALL, NUMBER),
        (SEAT, UserId("bo"), CALL, NUMBER),
        (SEAT, ELS, OTHER, NUMBER),
        (SEAT, ELS, CALL, GrantNumber(6)),
        (SEAT, ELS, CALL, GrantNumber(8)),
    ],
)
async def test_any_other_seat_user_call_or_grant_is_refused(
    hall: Hall, seat: SeatId, user: UserId, call: CallId, number: GrantNumber
) -> None:
    """The vault is not even asked, and the one line says who asked for whom, not that somebody saw something."""
    with pytest.raises(Refused):
        await hall.reveal(seat, call, number, user)
    assert (_opened(hall), hall.audit.asked.all) == (0, [])
    assert await hall.written() == [(AuditKind.REVEAL_REFUSED, call, NOT_HERS)]
    [line] = hall.audit.lines.all
    assert (line.who, line.seat, line.desk) == (user, seat, PLAN.desk)


async def test_who_asks_again_and_again_has_one_line_and_a_count(hall: Hall) -> None:
    """A login can ask as often as it likes, and cannot fill the log with that."""
    for number in range(1000):
        with pytest.raises(Refused):
            await hall.reveal(call=OTHER, number=GrantNumber(number))
    first, last = await hall.written()
    assert first == (AuditKind.REVEAL_REFUSED, OTHER, NOT_HERS)
    assert last == (AuditKind.REVEAL_REFUSED, OTHER, f"{NOT_HERS} (999 times more since the last line of this)")


async def test_what_is_no_call_of_ours_is_not_written_down(hall: Hall) -> None:
    """A call's name comes from her browser: it is no way to write what she likes, nor to get a line for each."""
    for made_up in ("Xanthippe", "near-99"):
        with pytest.raises(Refused):
            await hall.reveal(call=CallId(made_up))
    assert [call for _, call, _ in await hall.written()] == [None, None]
    assert "Xanthippe" not in str(hall.audit.lines.all)


async def test_a_withdrawn_grant_is_refused(hall: Hall) -> None:
    """From the instant of the hang-up."""
    hall.grants.withdraw(WITHDRAW)
    with pytest.raises(Refused):
        await hall.reveal()
    assert _opened(hall) == 0


async def test_what_is_withdrawn_while_the_vault_is_opened_is_not_shown(hall: Hall) -> None:
    """The door asks twice, and the second time with the answer in its hand."""
    hall.vault.gate.hold()
    asked = asyncio.create_task(hall.reveal())
    await hall.vault.called.until(lambda called: called[0] == "open")
    hall.grants.withdraw(WITHDRAW)
    hall.vault.gate.release()
    with pytest.raises(Refused):
        await asked
    assert await hall.written() == [SHOWN, (AuditKind.REVEAL_FAILED, CALL, "withdrawn before it was shown")]


async def test_what_is_withdrawn_while_its_line_is_written_is_not_shown(hall: Hall) -> None:
    """A slow disk gives nobody a look at a caller who is gone."""
    hall.audit.gate.hold()
    asked = asyncio.create_task(hall.reveal())
    await hall.audit.asked.number(1)
    hall.grants.withdraw(WITHDRAW)
    hall.audit.gate.release()
    with pytest.raises(Refused):
        await asked


async def test_a_grant_that_came_after_a_withdrawal_does_not_pay_for_the_earlier_question(hall: Hall) -> None:
    """The same seat and call under a new number: the screen must ask anew."""
    hall.vault.gate.hold()
    asked = asyncio.create_task(hall.reveal())
    await hall.vault.called.until(lambda called: called[0] == "open")
    hall.grants.withdraw(WITHDRAW)
    hall.grants.grant(Grant(SEAT, ELS, CALL, SEALED, GrantNumber(8)))
    hall.vault.gate.release()
    with pytest.raises(Refused):
        await asked


async def test_without_an_audit_line_nothing_is_shown(hall: Hall) -> None:
    """A full disk is a reason to show nobody."""
    hall.audit.faults.always["append"] = PeerError("disk full")
    with pytest.raises(PeerError, match="disk full"):
        await hall.reveal()
    hall.audit.faults.always.clear()
    assert await hall.written() == []  # no line says that it was shown, so none needs to say that it was not


async def test_the_answer_waits_for_its_line(hall: Hall) -> None:
    """The vault was quick, the disk is not: the card comes when the line is durable."""
    hall.audit.gate.hold()
    asked = asyncio.create_task(hall.reveal())
    await hall.vault.called.until(lambda called: called[0] == "open")
    done, _ = await asyncio.wait([asked], timeout=0.02)
    assert done == set()
    hall.audit.gate.release()
    assert await asked == "Vries1"


async def test_an_identity_that_the_vault_lost_is_told_to_the_desk(hall: Hall) -> None:
    """The call goes on without it."""
    hall.vault.restart()
    with pytest.raises(VaultGone):
        await hall.reveal()
    assert hall.lost == [SEALED]
    assert await hall.written() == [SHOWN, (AuditKind.REVEAL_FAILED, CALL, "the vault holds it no longer")]


@pytest.mark.parametrize(
    ("error", "why"),
    [
        (PeerUnavailable("away"), "the vault did not answer"),
        (ClockSkew("4 s"), "the clock cannot be trusted"),
        (PeerError("nonsense"), "the vault did not answer"),
        (ZeroDivisionError("a defect"), "a mistake of ours"),
    ],
)
async def test_a_vault_that_fails_shows_nobody_and_loses_nothing(hall: Hall, error: Exception, why: str) -> None:
    """It may answer the next time: the identity is not given up, and the log tells which ask showed it."""
    hall.vault.faults.once["open"] = [error]
    with pytest.raises(type(error)):
        await hall.reveal()
    assert hall.lost == []
    assert await hall.written() == [SHOWN, (AuditKind.REVEAL_FAILED, CALL, why)]
    failed = hall.audit.lines.all[-1]
    assert (failed.who, failed.seat, failed.grant) == (ELS, SEAT, NUMBER)
    assert await hall.reveal() == "Vries1"


async def test_a_vault_that_has_seen_a_later_leader_refuses_us(hall: Hall) -> None:
    """A daemon that slept cannot show a name, even if it believes in its lease."""
    await hall.vault.claim(PLAN.desk, 4)
    with pytest.raises(LeaseLost):
        await hall.reveal()
    assert await hall.written() == [SHOWN, (AuditKind.REVEAL_FAILED, CALL, "this daemon leads no longer")]


async def test_a_lapsed_lease_opens_no_vault_and_writes_no_line(hall: Hall) -> None:
    """It is looked at first."""
    hall.lease = Lease(PLAN.desk, "us", 3, 3.0, time.monotonic())
    with pytest.raises(LeaseLost):
        await hall.reveal()
    assert (_opened(hall), hall.audit.asked.all) == (0, [])


async def test_a_screen_that_goes_away_leaves_no_task_behind(hall: Hall) -> None:
    """Its question is cancelled, whether the vault or the line was waited for."""
    before = asyncio.all_tasks()
    for held in (hall.vault.gate, hall.audit.gate):
        held.hold()
        asked = asyncio.create_task(hall.door.reveal(SEAT, ELS, CALL, NUMBER))
        await hall.audit.asked.until(lambda _: True)
        await asyncio.sleep(0)
        asked.cancel()
        hall.audit.gate.release()
        await asyncio.wait([asked])
        assert asked.cancelled()
        held.release()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() <= before
    broken_off = (AuditKind.REVEAL_FAILED, CALL, "the question was broken off")
    assert (await hall.written()).count(broken_off) == 2


async def test_a_note_is_shown_with_the_identity_under_one_line(hall: Hall) -> None:
    """What the one who passed her on wrote is opened by the same ask, and neither has a repr."""
    await hall.is_passed_on()
    assert await hall.both() == ("Vries1", TEXT)
    assert await hall.written() == [SHOWN]
    revealed = await hall.door.reveal(SEAT, ELS, CALL, NUMBER)
    assert "Vries1" not in repr(revealed)
    assert TEXT not in repr(revealed)


async def test_a_note_about_somebody_unknown_is_shown_alone(hall: Hall) -> None:
    """The line says that it was no identity."""
    await hall.is_passed_on(sealed=None)
    assert await hall.both() == (None, TEXT)
    assert await hall.written() == [(AuditKind.REVEAL, CALL, "has the caller on the line; a note alone")]


async def test_a_lost_note_hides_no_identity(hall: Hall) -> None:
    """The desk is told of what is lost, and she is shown."""
    await hall.is_passed_on()
    await hall.vault.burn(PLAN.desk, [NOTE])
    assert await hall.both() == ("Vries1", None)
    assert hall.lost == [NOTE]
    assert await hall.written() == [SHOWN]


async def test_a_lost_identity_hides_no_note(hall: Hall) -> None:
    """And the log says that the identity was not shown after all."""
    await hall.is_passed_on()
    await hall.vault.burn(PLAN.desk, [SEALED])
    assert await hall.both() == (None, TEXT)
    assert hall.lost == [SEALED]
    assert await hall.written() == [SHOWN, (AuditKind.REVEAL_FAILED, CALL, f"{GONE}; a note was shown")]


async def test_where_both_are_lost_nothing_is_shown(hall: Hall) -> None:
    """Both are told to the desk."""
    await hall.is_passed_on()
    hall.vault.restart()
    with pytest.raises(VaultGone):
        await hall.both()
    assert hall.lost == [SEALED, NOTE]
    assert await hall.written() == [SHOWN, (AuditKind.REVEAL_FAILED, CALL, GONE)]


async def test_a_note_that_is_withdrawn_while_it_is_opened_is_not_shown(hall: Hall) -> None:
    """It is shown with ownership alone, as the identity is."""
    await hall.is_passed_on(sealed=None)
    hall.vault.gate.hold()
    asked = asyncio.create_task(hall.both())
    await hall.vault.called.until(lambda called: called == ("open", frozenset({NOTE})))
    hall.grants.withdraw(WITHDRAW)
    hall.vault.gate.release()
    with pytest.raises(Refused):
        await asked


def test_a_card_is_never_in_a_line() -> None:
    """A line has no place for anything that was disclosed."""
    assert {"at", "kind", "who", "seat", "call", "desk", "grant", "why"} == set(AuditLine.__dataclass_fields__)
