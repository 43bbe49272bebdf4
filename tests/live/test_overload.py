"""More callers than there may be: who is let in, who hears the busy tone, and that nobody who talks notices."""

from __future__ import annotations

import asyncio
import itertools
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from irmacall.core.dialplan import most_variable
from irmacall.core.facts import Outcome
from irmacall.core.ids import DeskId
from lab.lab import LINES, Lab
from lab.phone import PhoneCall
from lab.town import Town
from tests.live.exchange import TIMES, Kept, at_work, over, served
from tests.live.scenes import nothing_left, until

PLACES = 2
_TONES = itertools.cycle((440, 494, 554, 622, 698, 784))


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A municipality whose Asterisk may have two calls at once."""
    overload = {"calls": PLACES, "cpu": 0, "lag": 0}
    async with (
        Lab(tmp_path_factory.mktemp("overload")) as lab,
        Town(lab, times=TIMES, overload=overload) as town,
    ):
        await served(town)
        yield town


async def _limited(town: Town) -> None:
    """Wait until the dialplan was told how many there may be."""
    variable = most_variable(DeskId(town.lab.desk))

    async def told() -> bool:
        shown = await town.lab.nodes[0].cli("dialplan show globals")
        return any(re.fullmatch(rf"\s*{variable}=[0-9]+:{PLACES}", line) for line in shown.splitlines())

    await until(told, "the dialplan knows its limit")


async def _let_in(call: PhoneCall) -> bool:
    """Whether she is answered; who is not was told that it is busy, and nothing else."""
    answered, ended = (asyncio.create_task(moment.wait(15)) for moment in (call.connected, call.disconnected))
    await asyncio.wait({answered, ended}, return_when=asyncio.FIRST_COMPLETED)
    for waiting in (answered, ended):
        waiting.cancel()
    await asyncio.gather(answered, ended, return_exceptions=True)
    if not call.connected:
        assert call.disconnected.news["code"] == 486
    return bool(call.connected)


async def _left(town: Town, line: str, call: PhoneCall) -> None:
    """She hangs up, and Asterisk has done with her."""
    await over(call)

    async def gone() -> bool:
        return f"PJSIP/{line}-" not in await town.lab.nodes[0].cli("core show channels concise")

    await until(gone, f"{line} has no channel")


async def _hear_each_other(caller: PhoneCall, agent: PhoneCall) -> None:
    """Each says a tone that was not in the air before, and the other hears it."""
    there, back = next(_TONES), next(_TONES)
    await agent.speak(there)
    await caller.speak(back)
    await caller.hears(there, 10)
    await agent.hears(back, 10)


async def test_two_of_four_are_served_and_the_next_when_one_leaves(town: Town) -> None:
    """Two talk, two hear the busy tone; who calls meanwhile hears it too; a place that is left is the next one's."""
    kept, lab = Kept(town), town.lab
    await _limited(town)
    async with at_work(town, 0) as clerk, at_work(town, 1) as colleague:
        calls = await asyncio.gather(*(lab.phone(line).call(lab.number) for line in LINES))
        inside = [await _let_in(call) for call in calls]
        assert inside.count(True) == PLACES
        places = [at for at, let_in in enumerate(inside) if let_in]
        one, other = (calls[place] for place in places)
        outside = LINES[inside.index(False)]
        for caller in (one, other):
            await caller.key_in("#")
        talks = [(one, await clerk.answers()), (other, await colleague.answers())]
        for caller, agent in talks:
            await _hear_each_other(caller, agent)

        assert not await _let_in(await lab.phone(outside).call(lab.number))
        for caller, agent in talks:
            await _hear_each_other(caller, agent)

        await _left(town, LINES[places[0]], one)
        third = await lab.phone(outside).call(lab.number)
        assert await _let_in(third)
        await third.key_in("#")
        await _hear_each_other(third, await clerk.answers())
        await _hear_each_other(*talks[1])
        await over(third, other)
    await kept.outcomes(*[Outcome.ANSWERED] * 3)
    await nothing_left(town)
