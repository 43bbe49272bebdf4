"""The daemon and its redis are killed during a stream of calls: each is answered, and nobody is left waiting."""

from __future__ import annotations

import asyncio
import re
from collections import Counter
from collections.abc import AsyncIterator

import pytest_asyncio

from irmacall.core.dialplan import anonymous_context
from irmacall.core.ids import DeskId
from lab.asterisk import Asterisk
from lab.lab import OUTSIDE
from lab.load.callers import Caller, Ending, begin
from lab.process import Program, says
from lab.sound import Heard
from lab.town import Town
from tests.live.scenes import nothing_left, until

EVERY_S, STREAM_S = 0.3, 20.0
PATIENCE_S = 45.0
"""A caller's: longer than the watchdog takes, and the dialplan's three attempts."""
WAITING = 8
"""So many have been put into the waiting bridge when the daemon is killed; others still hear the welcome."""


@pytest_asyncio.fixture(loop_scope="session")
async def watchdog(town: Town) -> AsyncIterator[Program]:
    """The watchdog beside Asterisk."""
    program = town.irmacall("watchdog-away", "watchdog", ready=says("watchdog.connected"))
    await program.start()
    yield program
    await program.stop()


async def test_a_stream_of_calls_while_everything_of_ours_is_killed(town: Town, watchdog: Program) -> None:
    """Who waited is moved into the dialplan's queue, who comes later finds it, and each hears something."""
    node, phone = town.lab.nodes[0], town.lab.phone(town.agents[0].endpoint)
    await phone.register()
    callers = [Caller(f"06{number:08}", PATIENCE_S) for number in range(int(STREAM_S / EVERY_S))]
    stream = await begin(town.lab, callers, rate=1 / EVERY_S)
    await until(lambda: _waiting(node, WAITING), "callers wait in the daemon's bridge", STREAM_S)
    waited = await town.lab.phone("citizen1").call(town.lab.number)
    await waited.hears(Heard.SPEECH, 10)
    cared_for = {name for name, (app, _, _) in (await _channels(node)).items() if app == "Stasis"}
    assert len(cared_for) > WAITING
    await asyncio.gather(town.daemon.kill(), town.lab.desk_redis.kill())
    try:
        later = await town.lab.phone("citizen2").call(town.lab.number)
        await later.connected.wait(5)
        await later.hears(Heard.SPEECH, 5)
        await until(lambda: _moved(town, node, cared_for), "who waited is in the dialplan's queue", 20)
        for line in (waited, later):
            await line.hears(Heard.MUSIC, 30)
        assert await _silent(node) == [], "each channel is sent a prompt or music"
        saw = await stream.over(STREAM_S + PATIENCE_S + 20)
        assert Counter(each.ending for each in saw) == {Ending.LEFT: len(callers)}
        for line in (waited, later):
            await line.hang_up()
        await nothing_left(town)
        await phone.unregister()
    finally:
        await town.lab.desk_redis.start()
        await town.daemon.start()


async def _channels(node: Asterisk) -> dict[str, tuple[str, str, str]]:
    """The callers' channels: the application that each is in, the context, and the bridge."""
    listed = [line.split("!") for line in (await node.cli("core show channels concise")).splitlines()]
    return {
        name: (app, context, bridge)
        for name, context, _, _, _, app, _, _, _, _, _, _, bridge, *_ in listed
        if name.startswith((f"PJSIP/{OUTSIDE}-", "PJSIP/citizen"))
    }


async def _waiting(node: Asterisk, number: int) -> bool:
    return sum(app == "Stasis" and bool(bridge) for app, _, bridge in (await _channels(node)).values()) >= number


async def _moved(town: Town, node: Asterisk, cared_for: set[str]) -> bool:
    """Whether all of these are where the dialplan serves them; none may be gone."""
    there = await _channels(node)
    assert cared_for <= there.keys(), f"gone: {cared_for - there.keys()}"
    return {there[name][:2] for name in cared_for} == {("Queue", anonymous_context(DeskId(town.lab.desk)))}


async def _silent(node: Asterisk) -> list[str]:
    """Callers' channels to which Asterisk has sent no second of voice yet, although they are up for longer."""
    shown = await node.cli("pjsip show channelstats")
    rows = re.findall(r"^ *\S* +((?:outside|citizen)\S*) +(\d+):(\d+):(\d+) +\S+ +(.*)$", shown, re.M)
    assert len(rows) > WAITING, shown
    return [
        f"{name} {rest}"
        for name, hours, minutes, seconds, rest in rows
        if int(hours) * 3600 + int(minutes) * 60 + int(seconds) > 3 and _sent(rest) < 50
    ]


def _sent(rest: str) -> int:
    """Packets sent, from: received, lost, per cent, jitter, sent, lost, per cent, jitter, round trip."""
    packets = rest.split()[4]
    return int(packets.removesuffix("K")) * (1000 if packets.endswith("K") else 1)
