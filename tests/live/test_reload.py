"""A running daemon is given another site file, and the emergency switch: by `irmacall`, on a line that is open."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import pytest_asyncio

from lab.process import says
from lab.sound import Heard
from lab.town import Town
from tests.live.conftest import Sit
from tests.live.scenes import anonymous, until

GIVEN = """
[[desk.queue]]
id = "parkeren"
title = "Parkeren"

[[desk.menu]]
id = "keuze"
sound = "comfort-1"
choices = [{ key = "1", queue = "parkeren" }]
"""


@dataclass
class Operator:
    """Who has a shell on the daemon's machine."""

    town: Town

    async def types(self, *words: str) -> tuple[int, str, str]:
        """The exit code, what was written and what was complained of."""
        given = {**os.environ, "CREDENTIALS_DIRECTORY": str(self.town.directory / "credentials")}
        argv = [sys.executable, "-m", "irmacall", *words, "--site", str(self.town.site)]
        pipe = asyncio.subprocess.PIPE
        process = await asyncio.create_subprocess_exec(*argv, env=given, stdout=pipe, stderr=pipe)
        async with asyncio.timeout(60):
            out, err = await process.communicate()
        assert process.returncode is not None
        return process.returncode, out.decode(), err.decode()

    async def sees(self) -> str:
        """What the daemon says of itself."""
        _, out, _ = await self.types("status")
        [line] = [line for line in out.splitlines() if line.startswith("ok     daemon of ")]
        return line

    async def waits_for(self, words: str) -> None:
        """Until the daemon says this of itself."""

        async def said() -> bool:
            return words in await self.sees()

        await until(said, f"the daemon says: {words}")

    def writes(self, text: str) -> None:
        """Another site file."""
        self.town.site.write_text(text, encoding="utf-8")

    def reads(self) -> str:
        """The site file."""
        return self.town.site.read_text(encoding="utf-8")


@pytest_asyncio.fixture(loop_scope="session")
async def operator(town: Town) -> AsyncIterator[Operator]:
    """An operator, after whom all is as it was before."""
    operator = Operator(town)
    before = operator.reads()
    yield operator
    await operator.types("emergency", "off")
    operator.writes(before)
    assert (await operator.types("reload"))[0] == 0


async def test_new_calls_get_the_new_plan_and_those_under_way_keep_theirs(
    town: Town, operator: Operator, sit: Sit
) -> None:
    """Who waited waits on in her queue; who calls now is given a choice, and waits in a queue that was not there."""
    first = await anonymous(town, line=1)
    await operator.waits_for("waiting: 1 in publiekszaken")
    changed = operator.reads().replace("[desk.times]", 'start = { menu = "keuze" }\n[desk.times]', 1)
    operator.writes(changed.replace('title = "Publiekszaken"', 'title = "Alle zaken"') + GIVEN)
    code, out, err = await operator.types("reload")
    assert (code, err) == (0, "")
    assert out.startswith("taken (revision ")
    assert out.count("\n") == 1

    second = await town.lab.phone("citizen2").call(town.lab.number)
    await second.connected.wait(20)
    await second.key_in("#")
    await second.is_told("comfort-1", 15)
    await second.key_in("1")
    await second.hears(Heard.MUSIC, 20)
    await operator.waits_for("waiting: 1 in parkeren, 1 in publiekszaken")
    await first.hears(Heard.MUSIC)

    desk = await sit(0)  # Both are found, in the order in which they came; her screen says the new title.
    for caller, queue, hertz in ((first, "Alle zaken", 440), (second, "Parkeren", 880)):
        ringing = await desk.phone.rings(20)
        await desk.screen.state("ringing")
        assert queue in (await desk.screen.page.inner_text("#ringing")).splitlines()
        await ringing.answer()
        await ringing.speak(hertz)
        await caller.hears(hertz)
        await caller.hang_up()
    await desk.screen.state("available")


@pytest.mark.parametrize("way", ["command", "signal"])
async def test_a_file_that_is_wrong_leaves_the_daemon_as_it_was(town: Town, operator: Operator, way: str) -> None:
    """One clear line; the caller who waits notices nothing, and the daemon answers by the plan of before."""
    waits = await anonymous(town, line=1)
    before, right = await operator.sees(), operator.reads()
    operator.writes(right.replace('default_queue = "publiekszaken"', 'default_queue = "publiek"', 1))
    if way == "command":
        code, out, err = await operator.types("reload")
        first, second = err.splitlines()
        assert (code, out, first) == (1, "", f"irmacall: {town.site} cannot be used:")
    else:
        town.daemon.signal(signal.SIGHUP)
        await says("action=reload.refused")(town.daemon)
        [second] = [line for line in town.daemon.written().splitlines() if "action=reload.refused" in line]
    told = "desk[1].default_queue = 'publiek': should be one of this desk's queues: burgerzaken, publiekszaken"
    assert told in second
    operator.writes(right)  # `status` reads it too.
    assert await operator.sees() == before
    await waits.hears(Heard.MUSIC)
    await waits.hang_up()


async def test_an_emergency_reaches_who_waits_and_who_calls(town: Town, operator: Operator) -> None:
    """Both are told what the switch says, and the line is closed; when it is off, a caller waits as before."""
    waits = await anonymous(town, line=1)
    code, out, _ = await operator.types("emergency", "on", "--minutes", "2", "--message", "emergency")
    assert code == 0
    assert out.startswith("emergency: every caller goes to message emergency until ")
    await waits.is_told("emergency", 15)
    await waits.disconnected.wait(30)
    calls = await town.lab.phone("citizen2").call(town.lab.number)
    await calls.is_told("emergency", 15)
    await calls.disconnected.wait(30)
    assert await operator.types("emergency", "off") == (0, "the emergency is over\n", "")
    again = await anonymous(town, line=3)
    await again.hang_up()
