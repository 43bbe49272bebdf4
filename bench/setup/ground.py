"""What stands for the measurement: one Asterisk, the daemon with all it has, the control, and telephones of sipp's.

The control is what a telephone engineer would write without irmacall: a dialplan with the same prompts and keys, and
app_queue. Its members are phones of their own, which the daemon does not follow, so that each side is measured alone.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.setup import sipp
from bench.setup.sipp import Sipp
from lab.errors import LabError
from lab.exchange import Exchange
from lab.lab import Lab
from lab.paths import VAR
from lab.process import Program
from lab.town import Town

PHONES: Final = 500
"""On each side: more than are ever busy at the rates that Asterisk reaches on two cores."""
_OURS, _CONTROL = ("ours", 120, 130), ("control", 121, 131)
"""Name of a side, and the last numbers of the addresses of its callers and its phones."""

DIALPLAN: Final = """
[bench-control]
exten => _X.,1,Answer(,i)
 same => n,Goto(bench-welcome,s,1)

[bench-welcome]
exten => s,1,Background(irmacall/welcome)
 same => n,WaitExten(7)
exten => #,1,Goto(bench-menu,s,1)

[bench-menu]
exten => s,1,Background(irmacall/without-code&irmacall/please-hold)
 same => n,WaitExten(7)
exten => 1,1,Queue(bench,ci,,,1800)
 same => n,Hangup()
"""
QUEUE: Final = """
[bench]
strategy = rrmemory
timeout = 20
retry = 2
ringinuse = no
"""


EXCHANGE: Final = Exchange(
    desk={"start": {"menu": "bench"}},
    tables={"menu": [{"id": "bench", "sound": "please-hold", "choices": [{"key": "1", "queue": "burgerzaken"}]}]},
)
"""The same in irmacall's words: a menu behind the welcome, and a queue behind its first key."""
TIMES: Final = {"choice": 0.3}
"""Asterisk takes a key that leads somewhere at once; a desk waits, since it may be the first of a code."""


NO_LIMIT: Final = {"calls": 0, "cpu": 0, "lag": 0}
"""Nobody is refused: what the machine itself bears is looked for."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two ways that a call can take. `endpoints`: of its agents, whose `phones` are all one sipp."""

    name: str
    callers_at: str
    endpoints: Sequence[str]
    phones: Sipp


@dataclass(frozen=True, slots=True)
class Ground:
    """All of it."""

    lab: Lab
    town: Town
    ours: Side
    control: Side

    @property
    def servers(self) -> dict[str, Program]:
        """Whose cost is counted."""
        return {
            "asterisk": self.lab.nodes[0].program,
            "daemon": self.town.daemon,
            "redis": self.lab.desk_redis.program,
        }

    @property
    def programs(self) -> list[Program]:
        """All that must run from the first caller to the last."""
        return [*self.servers.values(), self.ours.phones.program, self.control.phones.program]

    @property
    def pids(self) -> dict[str, int]:
        """The servers, and what the measurement itself takes from them: screens, and phones.

        Raises LabError when one has ended.
        """
        phones = {f"phones-{side.name}": side.phones.program.pid for side in (self.ours, self.control)}
        return {**{name: server.pid for name, server in self.servers.items()}, **phones, "screens": os.getpid()}

    async def call(self, side: Side, rate: float, calls: int, stay: float) -> Sipp:
        """Callers on one side."""
        return await sipp.callers(self.lab, f"callers-{side.name}", side.callers_at, rate, calls, stay)

    async def ready(self) -> None:
        """Wait until Asterisk has seen that every phone is there: it asks each within a quarter of a minute."""
        node, wanted = self.lab.nodes[0], len(self.ours.endpoints) + len(self.control.endpoints)
        async with asyncio.timeout(60):
            while (await node.cli("pjsip show contacts")).count(" Avail ") < wanted:  # noqa: ASYNC110
                await asyncio.sleep(1.0)

    async def channels(self) -> int:
        """How many Asterisk has now."""
        said = await self.lab.nodes[0].cli("core show channels count")
        return int(said.split()[0])

    async def hang_up(self) -> None:
        """End every call."""
        await self.lab.nodes[0].cli("channel request hangup all")

    async def quiet(self, patience: float = 20.0) -> None:
        """Wait until no channel is left; what is left after so many seconds is hung up, and waited for again.

        Raises LabError when some are left even then.
        """
        for _ in range(2):
            end = asyncio.get_running_loop().time() + patience
            while asyncio.get_running_loop().time() < end:
                if not await self.channels():
                    return
                await asyncio.sleep(1.0)
            await self.hang_up()
        raise LabError(f"{await self.channels()} channels are left; see {self.lab.logs / 'node1'}")


@asynccontextmanager
async def ground(phones: int = PHONES) -> AsyncIterator[Ground]:
    """The ground, with so many phones on each side."""
    names = {name: [f"{name}{number}" for number in range(phones)] for name, *_ in (_OURS, _CONTROL)}
    async with Lab(VAR / "bench-setup", agents=[one for of in names.values() for one in of], lines=()) as lab:
        ours, control = [await _side(lab, *each, names[each[0]]) for each in (_OURS, _CONTROL)]
        await _configure(lab, ours, control)
        async with Town(lab, log_level="info", exchange=EXCHANGE, times=TIMES, overload=NO_LIMIT) as town:
            yield Ground(lab, town, ours, control)


async def _side(lab: Lab, name: str, callers_at: int, phones_at: int, endpoints: Sequence[str]) -> Side:
    phones = await sipp.phones(lab, f"phones-{name}", lab.network.address(phones_at))
    return Side(name, lab.network.address(callers_at), endpoints, phones)


async def _configure(lab: Lab, ours: Side, control: Side) -> None:
    """The bench's own lines, phones and dialplan, beside what the product rendered."""
    node = lab.nodes[0]
    etc = node.directory / "etc"
    lines = [line("bench-ours", ours.callers_at, "irmacall-from-outside")]
    lines += [line("bench-control", control.callers_at, "bench-control")]
    for side, (_, _, phones_at) in ((ours, _OURS), (control, _CONTROL)):
        lines += [contact(phone, lab.network.address(phones_at)) for phone in side.endpoints]
    (etc / "pjsip.d/bench.conf").write_text("\n".join(lines))
    members = "".join(f"member => PJSIP/{phone}\n" for phone in control.endpoints)
    for file, text in (("extensions.conf", DIALPLAN), ("queues.conf", QUEUE + members)):
        with (etc / file).open("a") as opened:
            opened.write(text)
    await node.restart()


def line(name: str, address: str, context: str) -> str:
    """Callers without a password, known by an address of their own; without voice they would be hung up in 30 s."""
    endpoint = f"[{name}](irmacall-trunk)\nidentify_by = ip\ncontext = {context}\nrtp_timeout = 0\n"
    return f"{endpoint}[{name}-match]\ntype = identify\nendpoint = {name}\nmatch = {address}\n"


def contact(phone: str, address: str) -> str:
    """Where this phone is: it does not register, so that nothing expires within the measurement."""
    return f"[{phone}](+type=aor)\ncontact = sip:{phone}@{address}:5060\n"
