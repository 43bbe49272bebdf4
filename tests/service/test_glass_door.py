"""The door for management: the same vault and log behind it, another book, and word to the citizen of each reveal."""

from __future__ import annotations

import asyncio
import time

import pytest

from irmacall.core.commands import Grant, HideFromGlass, ShowByGlass, Withdraw
from irmacall.core.ids import GrantNumber, SeatId, UserId
from irmacall.core.sight_events import IdentitySeen
from irmacall.errors import PeerError, Refused, VaultGone
from irmacall.store.audit import AuditKind
from tests.core.leader import PLAN
from tests.service.house import named, within
from tests.service.test_door import CALL, ELS, NUMBER, SEALED, SEAT, Hall

MIA, DESK_OF_MIA, LOOK = UserId("mia"), SeatId("manager-mia"), GrantNumber(8)
SHOWN = (AuditKind.REVEAL, CALL, "broke the glass; her reason stands in an earlier line")
NOT_HERS = "may not look at this caller under this grant"


@pytest.fixture
async def hall() -> Hall:
    """Els has the caller on the line, and Mia may look for a minute."""
    hall = Hall()
    await hall.vault.seal(PLAN.desk, SEALED, named(1), time.time() + 60, 3)
    hall.grants.grant(Grant(SEAT, ELS, CALL, SEALED, NUMBER))
    hall.looks.grant(ShowByGlass(Grant(DESK_OF_MIA, MIA, CALL, SEALED, LOOK), time.time() + 60))
    return hall


async def _looks(hall: Hall, seat: SeatId = DESK_OF_MIA, user: UserId = MIA, number: GrantNumber = LOOK) -> str:
    revealed = await within(hall.door.reveal_by_glass(seat, user, CALL, number))
    assert revealed.identity is not None
    assert revealed.note is None
    return revealed.identity.attributes["familyname"]


def _over(hall: Hall) -> None:
    hall.looks.withdraw(HideFromGlass(Withdraw(DESK_OF_MIA, MIA, CALL, LOOK, "over")).withdrawal)


async def test_who_broke_the_glass_sees_her_under_a_line_that_says_so(hall: Hall) -> None:
    """The line is a reveal as any other, and the desk hears who saw what, for the citizen's page."""
    assert await _looks(hall) == "Vries1"
    assert await hall.reveal() == "Vries1"
    assert await hall.written() == [SHOWN, (AuditKind.REVEAL, CALL, "has the caller on the line")]
    assert next((line.who, line.seat, line.grant) for line in hall.audit.lines.all) == (MIA, DESK_OF_MIA, LOOK)
    assert hall.seen == [IdentitySeen(SEALED, MIA, LOOK, by_glass=True), IdentitySeen(SEALED, ELS, NUMBER)]


async def test_the_two_books_are_apart(hall: Hall) -> None:
    """No owner's grant opens the door of management, and none of hers that of the owner; nobody hears of a sight."""
    for seat, user, number in ((SEAT, ELS, NUMBER), (DESK_OF_MIA, UserId("mo"), LOOK), (SEAT, MIA, LOOK)):
        with pytest.raises(Refused):
            await _looks(hall, seat, user, number)
    with pytest.raises(Refused):
        await hall.reveal(DESK_OF_MIA, CALL, LOOK, MIA)
    lines = await hall.written()
    assert {kind for kind, _, _ in lines} == {AuditKind.REVEAL_REFUSED}
    assert lines[0][2] == NOT_HERS
    assert hall.seen == []


async def test_no_line_no_look(hall: Hall) -> None:
    """A full disk shows management nobody."""
    hall.audit.faults.always["append"] = PeerError("disk full")
    with pytest.raises(PeerError, match="disk full"):
        await _looks(hall)
    assert hall.seen == []


async def test_what_ends_while_the_vault_is_opened_is_not_shown(hall: Hall) -> None:
    """She logged out, her owner changed, or the citizen wiped: the door asks again with the answer in its hand."""
    hall.vault.gate.hold()
    asked = asyncio.create_task(_looks(hall))
    await hall.vault.called.until(lambda called: called[0] == "open")
    _over(hall)
    hall.vault.gate.release()
    with pytest.raises(Refused):
        await asked
    assert hall.seen == []
    assert await hall.written() == [SHOWN, (AuditKind.REVEAL_FAILED, CALL, "withdrawn before it was shown")]


async def test_a_minute_is_over_whether_the_desk_woke_or_not(hall: Hall) -> None:
    """The door looks at the clock itself."""
    hall.looks.clear()
    hall.looks.grant(ShowByGlass(Grant(DESK_OF_MIA, MIA, CALL, SEALED, LOOK), time.time() - 0.01))
    with pytest.raises(Refused):
        await _looks(hall)


async def test_what_the_vault_lost_is_no_sight(hall: Hall) -> None:
    """The desk hears that it is lost, and not that somebody saw it."""
    hall.vault.restart()
    with pytest.raises(VaultGone):
        await _looks(hall)
    assert (hall.lost, hall.seen) == ([SEALED], [])


async def test_a_note_alone_is_no_sight(hall: Hall) -> None:
    """What somebody wrote about her is not what she disclosed."""
    await hall.is_passed_on(sealed=None)
    assert (await hall.both())[0] is None
    assert hall.seen == []
