"""The emergency switch, from the operator's words to the desk and the audit log."""

from __future__ import annotations

import asyncio
import os
import socket
import time
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from irmacall.core.call import Stage
from irmacall.core.events import CallerArrived, ChannelGone, HangUpBegan
from irmacall.core.ids import CallId, ChannelId, LanguageId, QueueId, SoundName
from irmacall.core.routes import ToMessage, ToQueue
from irmacall.errors import PeerUnavailable, Refused
from irmacall.service.caveats import wanted
from irmacall.service.emergency import Emergencies, messages
from irmacall.service.leadership import Leadership
from irmacall.service.operating import Operating
from tests.ari.fake import FakeAsterisk, Fault
from tests.core.leader import NEAR
from tests.service.site import NEW_QUEUE, Operated, operated
from tests.settings.sample import make_sample


@pytest.fixture
async def daemon(tmp_path: Path) -> AsyncIterator[Operated]:
    """A daemon that leads."""
    async with operated(tmp_path) as daemon:
        yield daemon


async def said(daemon: Operated, **request: Any) -> Mapping[str, Any]:
    """What the command answers to this, of an operator called anna."""
    return await daemon.commands["emergency"]({"command": "emergency", **request}, "anna")


async def test_it_is_thrown_shown_and_ended(daemon: Operated) -> None:
    """Each act is a line in the audit log: who, what, how long and why."""
    began = time.time()
    thrown = await said(daemon, do="on", minutes=30, queue="burgerzaken", reason="brand in het stadhuis")
    held = daemon.house.term.desk.emergency
    assert held is not None
    assert held.to == ToQueue(QueueId("burgerzaken"))
    assert began + 1800 <= held.until <= time.time() + 1800
    assert (
        thrown == {"emergency": {"to": "to queue burgerzaken", "until": held.until}} == await said(daemon, do="show")
    )
    assert await said(daemon, do="off") == {"ended": True, "emergency": None}
    assert daemon.house.term.desk.emergency is None
    assert await said(daemon, do="show") == {"emergency": None}
    told = "by anna: to queue burgerzaken for 30 minutes: brand in het stadhuis"
    assert (await daemon.noted("emergency_thrown"), await daemon.noted("emergency_ended")) == ([told], ["by anna"])


async def test_who_calls_goes_where_it_says(daemon: Operated) -> None:
    """A caller who is not answered yet, at once; until it is over."""
    await daemon.house.happens(CallerArrived(NEAR, ChannelId("near-1")))
    await daemon.emergencies.throw(ToQueue(QueueId("burgerzaken")), 5, by="anna")
    call = daemon.house.term.desk.calls[CallId("near-1")]
    assert (call.stage, call.queue) == (Stage.WAITING, "burgerzaken")


@pytest.mark.parametrize("sound", ["emergency", "gesloten"])
async def test_a_message_may_be_a_shipped_one_or_the_sites_own(daemon: Operated, sound: str) -> None:
    """By the name of its sound."""
    await said(daemon, do="on", minutes=1, message=sound)
    held = daemon.house.term.desk.emergency
    assert held is not None
    assert held.to == ToMessage(SoundName(sound))


async def test_a_message_that_nobody_would_hear_is_refused_with_those_that_can(tmp_path: Path) -> None:
    """A node without its sound would hang up in silence; one that cannot say what it has holds nothing up."""
    async with (
        FakeAsterisk(password="f4c29b7e1d3a55aa01c8") as asterisk,
        operated(tmp_path, "http://{}:{}".format(*asterisk.address), asterisk.password) as daemon,
    ):
        settings = daemon.in_force.now.settings
        names = wanted(settings, settings.nodes[0])
        asterisk.sounds = {language: [f"irmacall/{name}" for name in names[language]] for language in names}
        asterisk.sounds[LanguageId("en")].remove("irmacall/gesloten")
        with pytest.raises(Refused) as refused:
            await said(daemon, do="on", minutes=5, message="gesloten")
        told, heard = str(refused.value).split("Can be heard now: ")
        assert told.startswith(
            "message = 'gesloten': pbx1 has no sound of it, so callers would hear nothing: make or "
        )
        assert set(heard.split(", ")) == messages(daemon.in_force.now.desk) - {"gesloten"} > {"emergency"}
        assert daemon.house.term.desk.emergency is None
        asterisk.sounds = {}
        with pytest.raises(Refused, match="Can be heard now: none: use a queue"):
            await said(daemon, do="on", minutes=5, message="emergency")
        await said(daemon, do="on", minutes=5, queue="algemeen")
        asterisk.faults["GET", "sounds"] = Fault(500)
        assert (await said(daemon, do="on", minutes=5, message="emergency"))["emergency"]


def test_a_menus_question_is_no_message(tmp_path: Path) -> None:
    """Nor is a part of a sentence, whoever wrote it; what a call can end with is."""
    sample = make_sample(tmp_path)
    sample.add('\n[[desk.sound]]\nid = "number-7"\nnl = "zeven"\nen = "seven"\n')
    [desk] = sample.load().desks
    questions = {menu.sound for menu in desk.menus}
    assert questions
    assert not messages(desk) & {*questions, "number-7"}
    assert messages(desk) >= {"gesloten", "emergency"}


async def test_a_queue_of_a_file_that_was_read_anew_will_do(daemon: Operated) -> None:
    """What is known is what the site file says now."""
    with pytest.raises(Refused):
        await said(daemon, do="on", minutes=5, queue="parkeren")
    daemon.sample.add(NEW_QUEUE)
    await daemon.reloading.reload("anna")
    assert (await said(daemon, do="on", minutes=5, queue="parkeren"))["emergency"]["to"] == "to queue parkeren"


ON = {"do": "on", "minutes": 5, "queue": "algemeen"}


@pytest.mark.parametrize(
    ("request_", "told"),
    [
        ({}, "do: should be on, off or show"),
        ({"do": "maybe"}, "do: should be on, off or show"),
        ({**ON, "minutes": None}, "minutes: should be a whole number"),
        ({**ON, "minutes": 1.5}, "minutes: should be a whole number"),
        ({**ON, "minutes": True}, "minutes: should be a whole number"),
        ({**ON, "minutes": 0}, "minutes = 0: should be 1 to 1440"),
        ({**ON, "minutes": 1441}, "minutes = 1441: should be 1 to 1440"),
        ({**ON, "queue": None}, "should have one of message"),
        ({**ON, "message": "emergency"}, "should have message or queue, not both"),
        ({**ON, "queue": 1}, "queue: should be a text"),
        ({**ON, "queue": "nergens"}, "queue = 'nergens': should be one of algemeen, burgerzaken"),
        (
            {**ON, "queue": None, "message": "niets"},
            "message = 'niets': should be one of busy, closed, emergency, g",
        ),
        ({**ON, "queue": None, "message": "number-7"}, "message = 'number-7': should be one of busy, closed"),
        ({**ON, "reason": "x" * 201}, "reason: should be one line of at most 200 characters"),
        ({**ON, "reason": "two\nlines"}, "reason: should be one line of at most 200 characters"),
    ],
)
async def test_what_cannot_be_is_refused_with_what_can(
    daemon: Operated, request_: Mapping[str, Any], told: str
) -> None:
    """And nothing is thrown."""
    with pytest.raises(Refused) as refused:
        await said(daemon, **request_)
    assert told in str(refused.value)
    assert daemon.house.term.desk.emergency is None


async def test_ending_what_is_not_there_is_harmless(daemon: Operated) -> None:
    """It says so, and leaves no line."""
    assert await said(daemon, do="off") == {"ended": False, "emergency": None}
    await daemon.emergencies.throw(ToQueue(QueueId("algemeen")), 5, by="bo")
    await daemon.noted("emergency_thrown")
    assert "emergency_ended" not in [line.kind for line in daemon.house.audit_log.lines.all]


@pytest.mark.parametrize("request_", [ON, {"do": "off"}, {"do": "show"}])
async def test_a_standby_refuses(tmp_path: Path, request_: Mapping[str, Any]) -> None:
    """Its switch would switch nothing."""
    standby = Operated(await asyncio.to_thread(make_sample, tmp_path))
    with pytest.raises(PeerUnavailable, match="does not lead the desk now; nobody that is known of does"):
        await said(standby, **request_)


async def test_two_acts_at_once_are_one_after_the_other(daemon: Operated) -> None:
    """Each says what it did: of two that end it one has ended it, and what was thrown first was there to be ended."""
    on, off = await asyncio.gather(said(daemon, do="on", minutes=30, message="closed"), said(daemon, do="off"))
    assert (on["emergency"]["to"], off["ended"]) == ("to message closed", True)
    assert await daemon.noted("emergency_ended") == ["by anna"]
    await said(daemon, do="on", minutes=30, message="closed")
    ended = await asyncio.gather(said(daemon, do="off"), said(daemon, do="off"))
    assert [each["ended"] for each in ended] == [True, False]


async def test_a_standby_says_who_leads(daemon: Operated) -> None:
    """By machine and process, so that its operator knows where to go; and nothing where the store does not answer."""
    other = Leadership(daemon.decided, daemon.house.peers, 3.0)
    standby = Operating(
        daemon.in_force, other, daemon.reloading, Emergencies(other, daemon.in_force, daemon.house.audit)
    )
    where = f"{socket.gethostname()}, process {os.getpid()}"
    with pytest.raises(PeerUnavailable, match=f"does not lead the desk now; {where} does"):
        await standby.commands()["emergency"]({"do": "off"}, "anna")
    assert (await standby.commands()["status"]({}, "anna"))["leader"] == where
    daemon.house.store.faults.always["holder"] = PeerUnavailable("away")
    assert (await standby.commands()["status"]({}, "anna"))["leader"] is None


async def test_the_status_is_names_and_counts(daemon: Operated) -> None:
    """Calls by stage, who waits by queue, nodes, an emergency; nothing of any caller."""
    for number in (1, 2):
        await daemon.house.happens(CallerArrived(NEAR, ChannelId(f"near-{number}")))
    await daemon.emergencies.throw(ToQueue(QueueId("burgerzaken")), 5, by="anna")
    await daemon.house.happens(CallerArrived(NEAR, ChannelId("near-3")))
    told = await daemon.commands["status"]({}, "anna")
    assert (told["desk"], told["revision"]) == ("voorbeeld", daemon.in_force.now.revision)
    assert (told["leads"], told["fence"]) == (True, daemon.house.term.lease.fence)
    assert told["waiting"] == {"burgerzaken": 3}
    assert told["calls"] == {"waiting": 3}
    assert told["nodes"] == {"pbx1": False}
    assert told["spooled"] == 0
    assert told["emergency"]["to"] == "to queue burgerzaken"
    assert "near-1" not in repr(told)


async def test_the_status_tells_what_the_records_do_not_have_yet(daemon: Operated) -> None:
    """While the records' database is away, the operator sees how many calls wait for it."""
    daemon.house.facts.faults.always["put"] = PeerUnavailable("away")
    await daemon.house.happens(
        CallerArrived(NEAR, ChannelId("near-1")),
        HangUpBegan(NEAR, ChannelId("near-1")),
        ChannelGone(NEAR, ChannelId("near-1"), 16),
    )
    assert (await daemon.commands["status"]({}, "anna"))["spooled"] == 1


async def test_a_standbys_status_says_that_it_stands_by(tmp_path: Path) -> None:
    """With the revision that it would lead by."""
    standby = Operated(await asyncio.to_thread(make_sample, tmp_path))
    told = await standby.commands["status"]({}, "anna")
    assert told == {"desk": "voorbeeld", "revision": standby.in_force.now.revision, "leads": False, "leader": None}
