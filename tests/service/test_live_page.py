"""What a citizen's page is told of who sees her data: functions and never names, until the hour is over."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from irmacall.core.code import Digits
from irmacall.core.events import CallerArrived, KeysPressed, LegAnswered, LegEntered, PhoneCalled
from irmacall.core.ids import CallId, ChannelId, leg_channel
from irmacall.store.audit import AuditKind
from irmacall.store.users import Role, User
from irmacall.web.citizen_ports import Begun
from tests.core.leader import NEAR
from tests.core.plays import ELS, phone_of, seat_of
from tests.service.counter import Counter, opened
from tests.service.office import Office

CALL = CallId("near-1")


@pytest.fixture
async def counter() -> AsyncIterator[Counter]:
    """A citizens' counter, with Els in the users' file."""
    async with opened() as counter:
        els = User(ELS, "els", "Els de Boer", Role.AGENT, phone_of(ELS), "medewerker Publiekszaken", disabled=False)
        counter.house.people.has(els)
        yield counter


async def _talks(counter: Counter) -> Begun:
    """She disclosed, called, and Els has her on the line."""
    begun = await counter.sealed()
    code = (await counter.view(begun)).code
    assert code is not None
    house, channel, leg = counter.house, ChannelId(CALL), leg_channel(CALL, 1)
    await house.comes()
    await house.happens(CallerArrived(NEAR, channel), KeysPressed(NEAR, channel, Digits(code)))
    await house.happens(PhoneCalled(NEAR, phone_of(ELS), leg), LegEntered(NEAR, leg), LegAnswered(NEAR, leg))
    await house.joins(CALL)
    await house.eventually(lambda: bool(house.term.grants.held()))
    return begun


async def test_her_page_tells_a_function_and_what_was_seen_stays_after_the_wipe(counter: Counter) -> None:
    """Who may see it, then who saw it; no name is anywhere in it, and both pages have the same two words."""
    begun = await _talks(counter)
    [seer] = (await counter.view(begun)).live.seers
    assert (seer.function, seer.until) == ("medewerker Publiekszaken", None)
    office, [grant] = Office(counter.house), counter.house.term.grants.held()
    card = await office.staff.reveal(seat_of(ELS), ELS, CALL, grant.grant)
    live = (await counter.becomes(begun, "talking")).live
    assert card.words == live.words is not None
    assert "Els" not in repr(live)
    await counter.house.eventually(lambda: any(d.sights for d in counter.house.term.desk.disclosures.values()))
    await counter.citizens.erase(begun.page)
    live = (await counter.view(begun)).live
    assert (live.seers, live.words, live.doubt) == ([], None, None)
    [sight] = live.sights
    assert (sight.function, sight.until is not None) == ("medewerker Publiekszaken", True)


async def test_when_she_wipes_the_door_refuses_before_her_page_is_answered(counter: Counter) -> None:
    """Withdrawn, blanked and erased, and only then is she told that it is done."""
    begun = await _talks(counter)
    house, seat = counter.house, seat_of(ELS)
    with house.screens.seats.mailbox(seat) as nudges:
        house.store.gate.hold()  # Nothing can be saved: what takes away waits for nobody.
        task = asyncio.create_task(counter.citizens.erase(begun.page))
        assert (await anext(nudges)).kind == "blank"
        assert house.term.grants.held() == []
        await house.eventually(lambda: counter.in_vault() == 0)
        assert not task.done(), "it is not told as done before it is saved"
        house.store.gate.release()
        await task


async def test_she_doubts_and_it_is_written_down(counter: Counter) -> None:
    """Her page and the agent's panel say whose word it was; the call goes on."""
    begun = await _talks(counter)
    await counter.citizens.doubt(begun.page)
    view = await counter.view(begun)
    assert (view.state, view.on_the_line, view.live.doubt) == ("erased", True, "citizen")
    panel = await Office(counter.house).panel()
    assert panel.talking is not None
    assert (panel.talking.erased, panel.talking.doubt) == (True, "citizen")
    line = await counter.house.audit_log.lines.until(lambda line: line.kind is AuditKind.DOUBTED)
    assert (line.call, line.who) == (CALL, None)
    await counter.house.eventually(lambda: counter.in_vault() == 0)


async def test_who_has_her_on_the_line_doubts(counter: Counter) -> None:
    """The line says who did; another seat cannot."""
    begun = await _talks(counter)
    office = Office(counter.house)
    panel = await office.panel()
    assert panel.talking is not None
    assert panel.talking.grant is not None
    await office.staff.doubt(seat_of(ELS), CALL, panel.talking.grant)
    assert (await counter.view(begun)).live.doubt == "owner"
    line = await counter.house.audit_log.lines.until(lambda line: line.kind is AuditKind.DOUBTED)
    assert (line.call, line.who, line.seat) == (CALL, ELS, seat_of(ELS))


async def test_whom_the_users_file_does_not_know_is_somebody(counter: Counter) -> None:
    """Removed, or the file is away: her page says no more than that somebody of the municipality sees it."""
    begun = await _talks(counter)
    counter.house.people.users.clear()
    counter.house.directory._read_at = None
    counter.house.directory._known = {}
    [seer] = (await counter.view(begun)).live.seers
    assert (seer.function, seer.department) == ("", "")
