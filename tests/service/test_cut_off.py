"""A caller who is cut off, as her page and a seat find it: kept in the vault, shown to nobody, open to her."""

from __future__ import annotations

import pytest

from irmacall.core.code import Digits
from irmacall.core.events import CallerArrived, HangUpBegan, KeysPressed, PlanChanged
from irmacall.core.ids import CallId, ChannelId
from irmacall.errors import Refused
from irmacall.store.audit import AuditKind
from irmacall.web.citizen_ports import Begun
from tests.core.coming_back import KEPT, keeping
from tests.core.leader import NEAR, PASSPORT, PLAN
from tests.core.plays import ELS, seat_of
from tests.service.counter import Counter, citizens_of
from tests.service.house import House, within

LINE, AGAIN = ChannelId("near-1"), ChannelId("near-2")


async def _cut_off(counter: Counter, kept: float = KEPT) -> Begun:
    """She shared, called, waited, and her line ended; the site keeps so many seconds what she shared."""
    await counter.house.happens(PlanChanged(keeping(PLAN, kept)))
    begun = await counter.sealed()
    await _calls(counter, begun, LINE)
    await counter.house.happens(HangUpBegan(NEAR, LINE))
    assert (await counter.view(begun)).state == "dropped"
    return begun


async def _calls(counter: Counter, begun: Begun, channel: ChannelId) -> None:
    code = (await counter.view(begun)).code
    assert code is not None
    await counter.house.happens(CallerArrived(NEAR, channel), KeysPressed(NEAR, channel, Digits(code)))
    await counter.becomes(begun, "waiting")


async def test_her_page_gives_her_a_new_code_and_with_it_she_is_back(counter: Counter) -> None:
    """The first one is gone from the page and opens nothing; the second is told to this page alone."""
    begun = await _cut_off(counter)
    seen = await counter.view(begun)
    assert (seen.code, seen.tel, seen.detail) == (None, None, "plain")
    assert counter.in_vault() == 1
    await counter.citizens.renew_code(begun.page)
    seen = await counter.view(begun)
    assert (seen.state, seen.detail) == ("dropped", "code")
    assert seen.tel is not None
    assert seen.code is not None
    assert seen.tel.endswith(seen.code)
    assert seen.code_expires_at is not None
    assert seen.expires_at is not None
    assert seen.code_expires_at <= seen.expires_at
    await _calls(counter, begun, AGAIN)
    written = counter.house.audit_log.lines.all
    await counter.house.eventually(lambda: written[-1:] != [] and written[-1].kind is AuditKind.IDENTITY_BACK)
    [kept] = [line for line in written if line.kind is AuditKind.IDENTITY_KEPT]
    assert (kept.call, written[-1].call) == (CallId(LINE), CallId(AGAIN))


async def test_what_was_kept_is_gone_from_the_vault_when_she_says_so_or_begins_anew(counter: Counter) -> None:
    """Her word is enough; and a browser that begins once more leaves nothing behind."""
    begun = await _cut_off(counter)
    await counter.citizens.erase(begun.page)
    assert (await counter.view(begun)).state == "erased"
    await counter.house.eventually(lambda: counter.in_vault() == 0)
    again = await counter.sealed()
    await _calls(counter, again, AGAIN)
    await counter.house.happens(HangUpBegan(NEAR, AGAIN))
    await counter.becomes(again, "dropped")
    await counter.citizens.begin(PASSPORT, again.page)
    await counter.house.eventually(lambda: counter.in_vault() == 0)


async def test_what_nobody_came_back_to_is_burned(counter: Counter) -> None:
    """When its time is over, without anybody asking."""
    begun = await _cut_off(counter, kept=0.3)
    assert counter.in_vault() == 1
    await counter.becomes(begun, "erased")
    await counter.house.eventually(lambda: counter.in_vault() == 0)


async def test_after_a_restart_her_page_offers_a_code_as_before(counter: Counter) -> None:
    """The code in clear lived in the memory of the daemon that is gone."""
    begun = await _cut_off(counter)
    await counter.citizens.renew_code(begun.page)
    restarted = Counter(counter.house, counter.irma, citizens_of(counter.house, counter.irma))
    seen = await restarted.view(begun)
    assert (seen.state, seen.detail) == ("dropped", "plain")
    await restarted.citizens.renew_code(begun.page)
    assert (await restarted.view(begun)).detail == "code"


async def test_no_seat_is_shown_who_was_cut_off() -> None:
    """Not by the grant of before, though what she disclosed lies in the vault still."""
    house = House(plan=keeping(PLAN))
    async with house.leads():
        call, grant = await house.talks()
        await house.hangs_up(call)
        with pytest.raises(Refused):
            await within(house.term.door.reveal(seat_of(ELS), ELS, call, grant))
        assert len(house.vault._kept) == 1
