"""Too much: the dialplan refuses as many new callers as the leader says, before it answers, and only for a while."""

from __future__ import annotations

import asyncio
import time

import pytest

from irmacall.core.dialplan import busy_variable, most_variable
from irmacall.core.ids import DeskId
from lab.lab import Lab
from lab.phone import PhoneCall

_LINES = ("citizen1", "citizen2", "citizen3", "citizen4")


async def _told(lab: Lab, order: str) -> None:
    """The leader's word, as Asterisk has it."""
    variable = busy_variable(DeskId(lab.desk))
    await lab.nodes[0].cli(f"dialplan set global {variable} {order}")


async def _may_have(lab: Lab, calls: int, until: float | None = None) -> None:
    """How many calls there may be at once, and until when: for a minute."""
    order = f"{int(until if until is not None else time.time() + 60):010}:{calls}"
    await lab.nodes[0].cli(f"dialplan set global {most_variable(DeskId(lab.desk))} {order}")


async def _ending(call: PhoneCall) -> int | None:
    """The status that a call was refused with; None: it was answered."""
    answered = asyncio.create_task(call.connected.wait(10))
    ended = asyncio.create_task(call.disconnected.wait(10))
    await asyncio.wait({answered, ended}, return_when=asyncio.FIRST_COMPLETED)
    refused = ended.done() and not call.connected
    for waiting in (answered, ended):
        waiting.cancel()
    await asyncio.gather(answered, ended, return_exceptions=True)
    return int(call.disconnected.news["code"]) if refused else None


async def _gone(lab: Lab, *calls: PhoneCall) -> None:
    """They hang up, and Asterisk has done with them."""
    for call in calls:
        await call.hang_up()
    async with asyncio.timeout(10):
        while "0 active channels" not in await lab.nodes[0].cli("core show channels count"):  # noqa: ASYNC110
            await asyncio.sleep(0.02)


async def _calls(lab: Lab, line: str) -> int | None:
    """The status that a call was refused with before it was answered; None: it was answered, and is hung up."""
    call = await lab.phone(line).call(lab.number)
    status = await _ending(call)
    await call.hang_up()
    await call.disconnected.wait(10)
    return status


async def test_all_are_refused_with_the_busy_tone(lab: Lab) -> None:
    """486 before an answer: her telephone plays the busy tone, and her line does not try again."""
    await _told(lab, f"100:{int(time.time()) + 60}")
    assert [await _calls(lab, line) for line in _LINES[:2]] == [486, 486]
    await _told(lab, "000:0")


@pytest.mark.parametrize("order", ["000:0", "100:1", "", "000:9999999999", "nonsense"])
async def test_nobody_is_refused_by_what_is_over_or_no_order(lab: Lab, order: str) -> None:
    """An order lapses by itself, and one that cannot be read refuses nobody."""
    await _told(lab, order)
    assert await _calls(lab, "citizen1") is None
    await _told(lab, "000:0")


async def test_some_are_refused(lab: Lab) -> None:
    """Of 40 callers about half; that none or all are is a chance of 1 in 500,000,000,000."""
    await _told(lab, f"050:{int(time.time()) + 60}")
    refused = 0
    for number in range(40):
        refused += await _calls(lab, _LINES[number % len(_LINES)]) == 486
    assert 0 < refused < 40
    await _told(lab, "000:0")


async def test_as_many_are_let_in_as_there_may_be_however_they_come(lab: Lab) -> None:
    """Of four who call at one moment exactly two are answered, every time; the others hear the busy tone."""
    await _may_have(lab, 2)
    for _ in range(3):
        calls = await asyncio.gather(*(lab.phone(line).call(lab.number) for line in _LINES))
        statuses = await asyncio.gather(*(_ending(call) for call in calls))
        assert sorted(statuses, key=str) == [486, 486, None, None]
        await _gone(lab, *calls)
    await _may_have(lab, 0, until=0)


async def test_who_came_before_there_was_a_limit_counts(lab: Lab) -> None:
    """A place is free again as soon as a call is over, whoever of them it was."""
    first, second = [await lab.phone(line).call(lab.number) for line in _LINES[:2]]
    assert [await _ending(call) for call in (first, second)] == [None, None]
    await _may_have(lab, 2)
    assert await _calls(lab, _LINES[2]) == 486
    await _may_have(lab, 3)
    assert await _calls(lab, _LINES[2]) is None
    await _gone(lab, first, second)
    await _may_have(lab, 0, until=0)


async def test_a_limit_that_nobody_repeats_lapses(lab: Lab) -> None:
    """Without a daemon all are let in; what cannot be read limits nobody."""
    await _may_have(lab, 0, until=1)
    assert await _calls(lab, _LINES[0]) is None
    await lab.nodes[0].cli(f"dialplan set global {most_variable(DeskId(lab.desk))} nonsense")
    assert await _calls(lab, _LINES[0]) is None
