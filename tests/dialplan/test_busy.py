"""Too much: the dialplan refuses as many new callers as the leader says, before it answers, and only for a while."""

from __future__ import annotations

import asyncio
import time

import pytest

from irmacall.core.dialplan import busy_variable
from irmacall.core.ids import DeskId
from lab.lab import Lab
from lab.phone import PhoneCall

_LINES = ("citizen1", "citizen2", "citizen3", "citizen4")


async def _told(lab: Lab, order: str) -> None:
    """The leader's word, as Asterisk has it."""
    variable = busy_variable(DeskId(lab.desk))
    await lab.nodes[0].cli(f"dialplan set global {variable} {order}")


async def _calls(lab: Lab, line: str) -> tuple[PhoneCall, int | None]:
    """A call, and the status it was refused with before it was answered; None: it was answered, and is hung up."""
    call = await lab.phone(line).call(lab.number)
    answered = asyncio.create_task(call.connected.wait(10))
    ended = asyncio.create_task(call.disconnected.wait(10))
    await asyncio.wait({answered, ended}, return_when=asyncio.FIRST_COMPLETED)
    if answered.done() and answered.exception() is None:
        await call.hang_up()
        await ended
        return call, None
    answered.cancel()
    return call, int((await ended)["code"])


async def test_all_are_refused_with_the_busy_tone(lab: Lab) -> None:
    """486 before an answer: her telephone plays the busy tone, and her line does not try again."""
    await _told(lab, f"100:{int(time.time()) + 60}")
    assert [(await _calls(lab, line))[1] for line in _LINES[:2]] == [486, 486]
    await _told(lab, "000:0")


@pytest.mark.parametrize("order", ["000:0", "100:1", "", "000:9999999999", "nonsense"])
async def test_nobody_is_refused_by_what_is_over_or_no_order(lab: Lab, order: str) -> None:
    """An order lapses by itself, and one that cannot be read refuses nobody."""
    await _told(lab, order)
    assert (await _calls(lab, "citizen1"))[1] is None
    await _told(lab, "000:0")


async def test_some_are_refused(lab: Lab) -> None:
    """Of 40 callers about half; that none or all are is a chance of 1 in 500,000,000,000."""
    await _told(lab, f"050:{int(time.time()) + 60}")
    refused = 0
    for number in range(40):
        refused += (await _calls(lab, _LINES[number % len(_LINES)]))[1] == 486
    assert 0 < refused < 40
    await _told(lab, "000:0")
