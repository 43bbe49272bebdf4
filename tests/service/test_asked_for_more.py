"""She is known already and is asked for more: all the while she sees who sees her, and can erase it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from irmacall.core.ids import CallId
from irmacall.service.management.glass import Glass
from irmacall.web.citizen_ports import Begun, PageToken
from tests.service.counter import FAMILYNAME, citizens_of
from tests.service.identifying import BIRTH, NOW, OFFERED, OTHER, Desk, identifying
from tests.service.lead import DESK_OF_MIA, ELS_USER, MIA, MIA_USER
from tests.service.office import TITLES


@pytest.fixture(name="desk")
async def _desk() -> AsyncIterator[Desk]:
    async with identifying() as desk:
        plan = desk.house.term.desk.plan
        desk.house.term.desk.plan = replace(plan, break_glass=True, times=replace(plan.times, dropped=300.0))
        desk.house.people.has(ELS_USER, MIA_USER)
        yield desk


async def _identified(desk: Desk, call: CallId, earlier: PageToken | None = None) -> Begun:
    """She types in the number that she is told, and shares who she is."""
    assert await desk.identifying.take(NOW, await desk.asks(call))
    begun = await desk.identifying.begin_paired(NOW, earlier)
    desk.discloses("Vries")
    await desk.until(call, "done")
    return begun


async def _asked_for_more(desk: Desk, call: CallId, begun: Begun) -> Begun:
    """She is asked for her date of birth, and her app has not answered yet; her browser has this page from now on."""
    assert await desk.identifying.take(NOW, await desk.asks(call, more="dateofbirth"))
    return await desk.identifying.begin_paired(NOW, begun.page)


async def _shares_more(desk: Desk, call: CallId) -> None:
    desk.irma.disclose(desk.irma.given[-1], {FAMILYNAME: "Vries", BIRTH: "01-02-1990"})
    await desk.until(call, "done")


async def _looks(desk: Desk, call: CallId) -> None:
    """Somebody of management looks, and soon has seen enough."""
    house = desk.house
    glass = Glass(house.leadership, house.directory, house.audit, lambda: TITLES)
    await house.eventually(lambda: bool(house.term.grants.held()))
    await glass.ask(DESK_OF_MIA, MIA, call, "Dreigement aan de telefoon")
    await house.eventually(lambda: len(house.term.looks.held()) == 1)
    [look] = house.term.looks.held()
    await glass.reveal_by_glass(DESK_OF_MIA, MIA, call, look.grant)
    await glass.leave(DESK_OF_MIA, call)


async def test_who_sees_her_is_told_while_the_app_is_asked(desk: Desk) -> None:
    """Els sees her all the while, and her page says so; a wipe there is for what Els sees."""
    call = await desk.talks_unknown()
    second = await _asked_for_more(desk, call, await _identified(desk, call))
    view = await desk.view(second)
    assert (view.state, len(view.live.seers)) == ("talking", 1)
    await desk.citizens.erase(second.page)
    assert desk.house.term.desk.calls[call].sealed is None
    assert (await desk.view(second)).state != "talking"


async def test_a_look_while_the_app_is_asked_is_told(desk: Desk) -> None:
    """On the page that her browser has then, and still when what she shared first has been replaced."""
    call = await desk.talks_unknown()
    second = await _asked_for_more(desk, call, await _identified(desk, call))
    await _looks(desk, call)
    assert [sight.by_glass for sight in (await desk.view(second)).live.sights] == [True]
    await _shares_more(desk, call)
    view = await desk.view(second)
    assert [(sight.by_glass, sight.until is not None) for sight in view.live.sights] == [(True, True)]
    assert desk.in_vault() == 1


async def test_who_saw_the_first_is_told_after_the_second(desk: Desk) -> None:
    """The one page that her browser still has tells of both."""
    call = await desk.talks_unknown()
    begun = await _identified(desk, call)
    house = desk.house
    await house.eventually(lambda: bool(house.term.grants.held()))
    [grant] = house.term.grants.held()
    await house.term.door.reveal(grant.seat, grant.user, grant.call, grant.grant)
    await house.eventually(lambda: any(each.sights for each in house.term.desk.disclosures.values()))
    again = await _identified(desk, call, begun.page)
    assert len((await desk.view(again)).live.sights) == 1


async def test_another_daemon_erases_what_is_shown(desk: Desk) -> None:
    """The desk knows which page has her call: nothing of it is in the memory of one daemon."""
    call = await desk.talks_unknown()
    second = await _asked_for_more(desk, call, await _identified(desk, call))
    desk.irma.refuse(desk.irma.given[-1])
    await desk.until(call, "failed")
    anew = citizens_of(desk.house, desk.irma, OFFERED)
    assert (await anew.view(second.page)).state == "talking"
    await anew.erase(second.page)
    assert desk.house.term.desk.calls[call].sealed is None


@pytest.mark.parametrize("how", ["refused in the app", "cut off while she shares"])
async def test_who_is_cut_off_after_that_can_come_back(desk: Desk, how: str) -> None:
    """What she shared first is kept for her, and her page has a code for it."""
    call = await desk.talks_unknown()
    second = await _asked_for_more(desk, call, await _identified(desk, call))
    if how == "refused in the app":
        desk.irma.refuse(desk.irma.given[-1])
        await desk.until(call, "failed")
        await desk.house.hangs_up(call)
    else:
        await desk.house.hangs_up(call)
        desk.irma.disclose(desk.irma.given[-1], {FAMILYNAME: "Vries", BIRTH: "01-02-1990"})
    await desk.becomes(second, "dropped")
    await desk.citizens.renew_code(second.page)
    view = await desk.view(second)
    assert (view.state, view.code is not None) == ("dropped", True)
    await desk.house.eventually(lambda: desk.in_vault() == 1)


async def test_who_wipes_afterwards_reads_that_it_is_erased(desk: Desk) -> None:
    """And who saw it: that the second came to nothing is not what matters then."""
    call = await desk.talks_unknown()
    begun = await _identified(desk, call)
    await _looks(desk, call)
    second = await _asked_for_more(desk, call, begun)
    desk.irma.refuse(desk.irma.given[-1])
    await desk.until(call, "failed")
    await desk.citizens.doubt(second.page)
    view = await desk.view(second)
    assert (view.state, view.live.doubt, len(view.live.sights)) == ("erased", "citizen", 1)


async def test_who_is_cut_off_while_her_app_is_asked_keeps_it(desk: Desk) -> None:
    """Her page says so at once, and stopping what goes on in the app is not wiping what is kept."""
    call = await desk.talks_unknown()
    second = await _asked_for_more(desk, call, await _identified(desk, call))
    await desk.house.hangs_up(call)
    await desk.becomes(second, "dropped")
    await desk.citizens.cancel(second.page)
    assert ((await desk.view(second)).state, desk.in_vault()) == ("dropped", 1)


async def test_who_wiped_and_shares_anew_reads_who_saw_the_first(desk: Desk) -> None:
    """Her browser's next page takes that over, too."""
    call = await desk.talks_unknown()
    begun = await _identified(desk, call)
    await _looks(desk, call)
    await desk.citizens.erase(begun.page)
    again = await _identified(desk, call, begun.page)
    assert [sight.by_glass for sight in (await desk.view(again)).live.sights] == [True]


async def test_an_older_secret_of_her_browser_takes_nothing_over(desk: Desk) -> None:
    """Somebody kept a cookie that this computer had before, and types in the next number first: no code, no words."""
    old = PageToken("x" * 43)
    call = await desk.talks_unknown()
    hers = await _identified(desk, call, old)
    assert (await desk.citizens.view(old)).live.words is None
    assert (await desk.view(hers)).live.words is not None
    assert await desk.identifying.take(OTHER, await desk.asks(call, more="dateofbirth"))
    theirs = await desk.identifying.begin_paired(OTHER, old)
    await desk.house.hangs_up(call)
    await desk.becomes(hers, "dropped")
    await desk.citizens.renew_code(theirs.page)
    assert (await desk.view(theirs)).code is None
    await desk.citizens.renew_code(hers.page)
    assert (await desk.view(hers)).code is not None
