"""A site file that is read anew: taken by everybody at once, or by nobody; and what waits for a restart."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from irmacall.core.events import CallerArrived
from irmacall.core.ids import CallId, ChannelId, QueueId, SubjectId
from irmacall.errors import LeaseLost, SettingsError
from irmacall.service.reload import Reloading
from irmacall.settings import Settings
from tests.core.leader import NEAR
from tests.service.house import within
from tests.service.site import NEW_QUEUE, Operated, operated
from tests.settings.sample import make_sample

GENERAL, PARKING = QueueId("algemeen"), QueueId("parkeren")


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Operated]:
    """A daemon that leads."""
    async with operated(tmp_path) as daemon:
        yield daemon


async def test_everybody_has_the_new_rules_at_once(daemon: Operated) -> None:
    """The desk, the screens and the citizens' pages; and a line in the audit log says who did it."""
    before = daemon.in_force.now
    daemon.sample.change('title = "Gemeente Voorbeeld"', 'title = "Gemeente Elders"')
    daemon.sample.change('title = "Afval"', 'title = "Afval en milieu"')
    daemon.sample.change("ring = 20", "ring = 25")
    daemon.sample.add(NEW_QUEUE)
    done = await daemon.reloading.reload("anna")
    now = daemon.in_force.now
    assert (done.changed, done.leads, done.waiting) == (True, True, ())
    assert done.revision == now.revision != before.revision
    assert PARKING in daemon.decided.queues
    assert daemon.decided.queues[GENERAL].ring == 25
    assert now.titles.queues[PARKING] == "Parkeren"
    assert now.offer.subjects[SubjectId("afval")].view.title == "Afval en milieu"
    assert now.public.municipality == now.staff.municipality == "Gemeente Elders"
    assert await daemon.noted("plan_taken") == [f"by anna: {before.revision} became {done.revision}"]


async def test_a_file_without_a_change_is_noted_as_such(daemon: Operated) -> None:
    """Who reloaded is in the audit log, and that nothing came of it."""
    done = await daemon.reloading.reload("anna")
    assert not done.changed
    assert await daemon.noted("plan_taken") == [f"by anna: {done.revision}, the same as before"]


async def test_a_call_under_way_keeps_its_plan(daemon: Operated) -> None:
    """And the next one has the new."""
    await daemon.house.happens(CallerArrived(NEAR, ChannelId("near-1")))
    daemon.sample.add(NEW_QUEUE)
    await daemon.reloading.reload("anna")
    await daemon.house.happens(CallerArrived(NEAR, ChannelId("near-2")))
    calls = daemon.house.term.desk.calls
    assert PARKING not in calls[CallId("near-1")].plan.queues
    assert PARKING in calls[CallId("near-2")].plan.queues


async def test_a_file_that_is_wrong_changes_nothing(daemon: Operated) -> None:
    """Every problem is told, and all goes on by the file of before."""
    before, plan = daemon.in_force.now, daemon.decided
    daemon.sample.change('default_queue = "algemeen"', 'default_queue = "algemene"')
    daemon.sample.change("ring = 20", "ring = 0")
    with pytest.raises(SettingsError) as told:
        await daemon.reloading.reload("anna")
    assert len(str(told.value).splitlines()) == 3
    assert "desk[1].default_queue = 'algemene'" in str(told.value)
    assert daemon.in_force.now is before
    assert daemon.decided is plan


async def test_what_cannot_change_is_named_and_the_rest_is_taken(daemon: Operated) -> None:
    """Listeners, servers, nodes and secrets wait for a restart; a secret is named and never shown."""
    lease = daemon.in_force.now.settings.store.lease
    daemon.sample.change("[public]\n", "[public]\nconnections = 5000\n")
    daemon.sample.change('name = "pbx1"', 'name = "pbx1"\nsip_port = 5070')
    daemon.sample.change("[store]\n", "[store]\nlease = 7\n")
    daemon.sample.secret("irma-token", "f4c2" * 4 + "9b7e1d3a55aa01c8")
    daemon.sample.add(NEW_QUEUE)
    done = await daemon.reloading.reload("anna")
    assert done.waiting == ("node[1].sip_port", "store.lease", "public.connections", "credential irma-token")
    assert PARKING in daemon.decided.queues
    assert daemon.in_force.now.settings.store.lease == lease
    again = await daemon.reloading.reload("anna")
    assert (again.changed, again.waiting) == (False, done.waiting)


async def test_another_desk_is_no_other_plan(daemon: Operated) -> None:
    """The desk's id is in its records: a file with another one, or with two, is of another daemon."""
    before = daemon.in_force.now
    daemon.sample.change('id = "voorbeeld"', 'id = "elders"')
    with pytest.raises(SettingsError, match="desk: has elders: should be one desk, voorbeeld"):
        await daemon.reloading.reload("anna")
    assert daemon.in_force.now is before


async def test_later_terms_begin_with_the_new_plan(daemon: Operated) -> None:
    """The lease was lost since, and taken again."""
    daemon.sample.add(NEW_QUEUE)
    await daemon.reloading.reload("anna")
    fence = daemon.house.term.lease.fence
    daemon.house.node.fail(LeaseLost("replaced"))
    term = await daemon.house.confirmed(fence)
    assert PARKING in term.desk.plan.queues


async def test_a_term_that_ends_meanwhile_leaves_the_plan_to_the_next(daemon: Operated) -> None:
    """The file is taken, although nobody leads at that moment."""
    term, fence = daemon.house.term, daemon.house.term.lease.fence
    daemon.house.store.gate.hold()
    daemon.house.term.tell(CallerArrived(NEAR, ChannelId("near-1")))
    await daemon.house.store.begun.until(lambda keys: ("call", "near-1") in keys)
    daemon.sample.add(NEW_QUEUE)
    reloading = asyncio.create_task(daemon.reloading.reload("anna"))
    await daemon.house.eventually(lambda: PARKING in term.desk.plan.queues)
    daemon.house.node.fail(LeaseLost("replaced"))
    done = await within(reloading)
    daemon.house.store.gate.release()
    assert (done.changed, done.leads) == (True, False)
    assert PARKING in (await daemon.house.confirmed(fence)).desk.plan.queues


async def test_a_standby_takes_it_for_when_it_leads(tmp_path: Path) -> None:
    """It says that it does not lead, and begins with the new plan."""
    standby = Operated(await asyncio.to_thread(make_sample, tmp_path))
    standby.sample.add(NEW_QUEUE)
    done = await standby.reloading.reload("anna")
    assert (done.changed, done.leads) == (True, False)
    async with standby.house.leads():
        assert PARKING in standby.decided.queues


async def test_the_signal_does_the_same(daemon: Operated) -> None:
    """A file that is wrong, and a defect, are in the log, and the next signal is heard."""
    told = asyncio.Event()
    listening = asyncio.create_task(daemon.reloading.when_told(told))
    daemon.sample.change("ring = 20", "ring = 0")
    told.set()
    await daemon.house.eventually(lambda: daemon.refused == 1)
    daemon.sample.change("ring = 0", "ring = 30")
    told.set()
    await daemon.house.eventually(lambda: daemon.decided.queues[GENERAL].ring == 30)
    assert (await daemon.noted("plan_taken"))[0].startswith("by SIGHUP: ")
    listening.cancel()


async def test_reloads_are_done_one_after_the_other(daemon: Operated) -> None:
    """Whoever asks: the second reads the file when the first was taken."""
    may_end, doing = threading.Event(), list[str]()

    def reads() -> Settings:
        doing.append("begins")
        assert may_end.wait(10)
        doing.append("ends")
        return daemon.sample.load()

    house = daemon.house
    reloading = Reloading(daemon.in_force, reads, house.leadership, house.screens, house.audit, daemon.caveats)
    both = [asyncio.create_task(reloading.reload(who)) for who in ("anna", "bo")]
    await house.eventually(lambda: bool(doing))
    may_end.set()
    await within(asyncio.gather(*both))
    assert doing == ["begins", "ends"] * 2


async def test_a_defect_while_reading_ends_no_daemon(daemon: Operated) -> None:
    """It is logged, and the signal is heard again."""
    tries: list[int] = []

    def breaks() -> object:
        tries.append(1)
        raise ValueError("a defect")

    house, told = daemon.house, asyncio.Event()
    reloading = Reloading(daemon.in_force, breaks, house.leadership, house.screens, house.audit, daemon.caveats)  # type: ignore[arg-type]
    listening = asyncio.create_task(reloading.when_told(told))
    for number in (1, 2):
        told.set()
        await house.eventually(lambda number=number: len(tries) == number)  # type: ignore[misc]
    assert not listening.done()
    listening.cancel()
