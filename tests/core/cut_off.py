"""A caller who was cut off, and what the desk keeps of her: what plays about that have in common."""

from __future__ import annotations

import dataclasses

from irmacall.core import citizen_views
from irmacall.core.citizen_views import PageView
from irmacall.core.commands import CreateLeg
from irmacall.core.disclosure import Disclosure, Seal
from irmacall.core.ids import CallId, PageId, SealedId
from irmacall.core.lines import QueueRules
from irmacall.core.plan import Plan
from tests.core.leader import PLAN, QUEUES
from tests.core.plays import BO, Play
from tests.core.transfer_plays import PASSED_ON, TransferPlay

SEALED = SealedId("sealed1")
PAGE = PageId("page1")
KEPT = 300.0
KEEPS = dataclasses.replace(PASSED_ON, times=dataclasses.replace(PLAN.times, dropped=KEPT))


def with_rules(rules: QueueRules) -> Plan:
    """A site that keeps who is cut off, and this queue among its queues."""
    return dataclasses.replace(KEEPS, queues={**QUEUES, rules.id: rules})


def begun(plan: Plan = KEEPS) -> TransferPlay:
    """A play by this plan."""
    return TransferPlay(plan=plan)


def cut_off(plan: Plan = KEEPS, *, bo: bool = False) -> TransferPlay:
    """Els and an identified caller talked, and the caller's line ended; Els' phone is free again.

    `bo`: Bo is there too, and idle for longer.
    """
    play = begun(plan)
    call = play.talks(1)
    if bo:
        play.agent_comes(BO)
    play.later(1)
    leg = play.leg(call)
    play.hangs_up(call)
    play.gone(leg)
    return play


def kept(play: Play) -> Disclosure:
    """What is kept of her: sealed, and bound to no call."""
    disclosure = play.desk.disclosures[SEALED]
    assert (disclosure.seal, disclosure.call) == (Seal.OPEN, None)
    assert disclosure.dropped is not None
    return disclosure


def page_of(play: Play) -> PageView:
    """What her page shows."""
    return citizen_views.page_view(play.desk, PAGE, play.leader.now)


def comes_back(play: Play, number: int = 2) -> CallId:
    """Her page asks for a new code, and she calls with it."""
    play.code_renewed(PAGE, number)
    return play.caller_waits(number)


def rings_at(play: Play) -> list[str]:
    """The phones that the last turn rang."""
    return [command.endpoint for command in play.asked_for(CreateLeg)]
