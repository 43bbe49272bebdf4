"""Break-glass through the service: a reason before anything, a minute at the most, and who is concerned is told."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import pytest

from irmacall.core.events import SeatClaimed
from irmacall.core.ids import CallId, GrantNumber, SeatId, UserId
from irmacall.errors import PeerError, Refused
from irmacall.service.management.glass import CHANGED, NOTHING, Glass
from irmacall.store.audit import AuditKind
from tests.core.leader import PLAN
from tests.core.plays import ELS, phone_of, seat_of
from tests.service.house import House
from tests.service.lead import DESK_OF_MIA, ELS_USER, MIA, MIA_USER
from tests.service.office import TITLES, Office

WHY = "Dreigement aan de telefoon"


@pytest.fixture
async def house() -> AsyncIterator[House]:
    """A desk that allows it, with Els on it."""
    house = House(plan=replace(PLAN, break_glass=True))
    house.people.has(ELS_USER, MIA_USER)
    async with house.leads():
        yield house


def _glass(house: House) -> Glass:
    return Glass(house.leadership, house.directory, house.audit, lambda: TITLES)


async def _grant(house: House, call: CallId) -> GrantNumber:
    await house.eventually(lambda: len(house.term.looks.held()) == 1)
    [look] = house.term.looks.held()
    assert (look.call, look.seat) == (call, DESK_OF_MIA)
    return look.grant


async def _lines(house: House, *kinds: AuditKind) -> list[tuple[AuditKind, UserId | None, str]]:
    await house.audit_log.lines.until(lambda line: line.kind is kinds[-1])
    return [(line.kind, line.who, line.why) for line in house.audit_log.lines.all if line.kind in kinds]


async def test_a_reason_is_written_down_and_then_she_sees_for_a_minute(house: House) -> None:
    """The line with her reason is the first of all; the owner, the card and the citizen's page tell of it."""
    call, _ = await house.talks()
    glass = _glass(house)
    before = await glass.look_at(ELS, DESK_OF_MIA)
    assert before is not None
    assert (before.name, before.call, before.grant, before.taken) == ("Els de Boer", call, None, False)
    await glass.ask(DESK_OF_MIA, MIA, call, WHY)
    grant = await _grant(house, call)
    seen = await glass.look_at(ELS, DESK_OF_MIA)
    assert seen is not None
    assert seen.grant == grant
    assert 55 < seen.left <= 60
    card, left = await glass.reveal_by_glass(DESK_OF_MIA, MIA, call, grant)
    assert (card.familyname, card.note, card.crm_url, card.words) == ("Vries1", "", None, None)
    assert 55 < left <= 60
    kinds = (AuditKind.GLASS, AuditKind.GLASS_GRANTED, AuditKind.REVEAL)
    assert [kind for kind, _, _ in await _lines(house, *kinds)] == list(kinds)
    assert (await _lines(house, AuditKind.GLASS)) == [(AuditKind.GLASS, MIA, WHY)]
    panel = await Office(house).panel()
    assert panel.talking is not None
    assert panel.talking.onlooker is not None
    assert panel.talking.onlooker.name == "Mia Bakker"
    await house.eventually(lambda: any(s.by_glass for d in house.term.desk.disclosures.values() for s in d.sights))


async def test_a_look_is_told_to_the_owner_however_short_it_was(house: House) -> None:
    """Her screen may ask only when it is over: until the call ends it says who looked, and when."""
    call, _ = await house.talks()
    glass, office = _glass(house), Office(house)
    await glass.ask(DESK_OF_MIA, MIA, call, WHY)
    await glass.reveal_by_glass(DESK_OF_MIA, MIA, call, await _grant(house, call))
    with office.staff.changes(seat_of(ELS)) as nudges:
        await glass.leave(DESK_OF_MIA, call)
        async with asyncio.timeout(5):
            async for _ in nudges:
                panel = await office.panel()
                assert panel.talking is not None
                if panel.talking.looked is not None:
                    break
    talking = (await office.panel()).talking
    assert talking is not None
    assert talking.looked is not None
    assert (talking.onlooker, talking.looked.name) == (None, "Mia Bakker")
    assert re.fullmatch("[0-9]{2}:[0-9]{2}", talking.looked.until)


async def test_without_a_line_for_her_reason_nothing_is_asked(house: House) -> None:
    """A full disk shows management nobody, and no grant is ever given."""
    call, _ = await house.talks()
    house.audit_log.faults.always["append"] = PeerError("disk full")
    with pytest.raises(PeerError, match="disk full"):
        await _glass(house).ask(DESK_OF_MIA, MIA, call, WHY)
    house.audit_log.faults.always.clear()
    assert house.term.desk.looks == {}


@pytest.mark.parametrize("again", [False, True])
async def test_who_changes_while_the_reason_is_written_is_not_seen_under_it(house: House, again: bool) -> None:
    """Her line names the owner's grant of before: under the next she sees nothing, and it takes another reason."""
    call, before = await house.talks()
    glass, write = _glass(house), house.audit.write

    async def slowly(kind: str, **given: Any) -> None:
        await write(kind, **given)
        house.audit.write = write  # type: ignore[method-assign]
        await house.term.ask(SeatClaimed(ELS, SeatId("elsewhere"), phone_of(ELS)))
        if again:  # Meanwhile she gives her reason once more, and that one is about who sees her caller now.
            await glass.ask(DESK_OF_MIA, MIA, call, WHY)

    house.audit.write = slowly  # type: ignore[method-assign]
    with pytest.raises(Refused, match="no longer the one"):
        await glass.ask(DESK_OF_MIA, MIA, call, WHY)
    owner = house.term.desk.calls[call].granted
    assert owner is not None
    assert owner.number > before, "somebody sees her again"
    assert [look.over for look in house.term.desk.looks.values()] == ([owner.number] if again else [])
    await house.audit.drain()
    lines = house.audit_log.lines.all
    assert next(line.grant for line in lines if line.kind is AuditKind.GLASS) == before
    assert [line.why for line in lines if line.kind is AuditKind.GLASS_REFUSED] == [CHANGED]


async def test_what_there_is_nothing_to_see_of_is_refused_and_audited(house: House) -> None:
    """A call that waits, one that is made up, and one at which somebody looks; a made-up name is not written down."""
    glass = _glass(house)
    for name in ("near-99", "Xanthippe"):
        with pytest.raises(Refused):
            await glass.ask(DESK_OF_MIA, MIA, CallId(name), WHY)
    call, _ = await house.talks()
    await glass.ask(DESK_OF_MIA, MIA, call, WHY)
    with pytest.raises(Refused):
        await glass.ask(SeatId("manager-mo"), UserId("mo"), call, WHY)
    seen = await glass.look_at(ELS, SeatId("manager-mo"))
    assert seen is not None
    assert (seen.taken, seen.grant) == (True, None)
    await house.audit.drain()
    lines = [line for line in house.audit_log.lines.all if line.kind is AuditKind.GLASS_REFUSED]
    assert [(line.call, line.why) for line in lines][:2] == [(None, NOTHING), (call, NOTHING)]
    assert "Xanthippe" not in str(house.audit_log.lines.all)


async def test_it_ends_when_the_call_does_and_with_her_login(house: House) -> None:
    """The server refuses from that instant; her seat counts as one that a log-out ends."""
    call, _ = await house.talks()
    glass, office = _glass(house), Office(house)
    await glass.ask(DESK_OF_MIA, MIA, call, WHY)
    grant = await _grant(house, call)
    assert {DESK_OF_MIA, seat_of(ELS)} <= set(office.staff.claimed())
    office.staff.release(DESK_OF_MIA)
    await house.eventually(lambda: not house.term.desk.looks)
    with pytest.raises(Refused):
        await glass.reveal_by_glass(DESK_OF_MIA, MIA, call, grant)
    await glass.ask(DESK_OF_MIA, MIA, call, WHY)
    again = await _grant(house, call)
    await house.hangs_up(call)
    with pytest.raises(Refused):
        await glass.reveal_by_glass(DESK_OF_MIA, MIA, call, again)
    over = await _lines(house, AuditKind.GLASS_OVER)
    assert {who for _, who, _ in over} == {MIA}


async def test_a_desk_that_does_not_allow_it_has_no_such_page() -> None:
    """It is off unless the site file says otherwise."""
    house = House()
    house.people.has(ELS_USER)
    async with house.leads():
        call, _ = await house.talks()
        glass = _glass(house)
        assert await glass.look_at(ELS, DESK_OF_MIA) is None
        with pytest.raises(Refused):
            await glass.ask(DESK_OF_MIA, MIA, call, WHY)
        assert house.term.desk.looks == {}
