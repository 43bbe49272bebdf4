"""What stands for the measurement: one Asterisk, the daemon with all it has, the control, and telephones of sipp's.

The control is what a telephone engineer would write without irmacall: a dialplan with the same prompts and keys, and
app_queue. Its members are phones of their own, which the daemon does not follow, so that each side is measured alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from bench.setup import sipp
from bench.setup.sipp import Sipp
from lab.exchange import Exchange
from lab.lab import Lab
from lab.paths import VAR
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
    """One of the two ways that a call can take. `phones`: the endpoints of its agents."""

    name: str
    callers_at: str
    phones_at: str
    phones: Sequence[str]


@dataclass(frozen=True, slots=True)
class Ground:
    """All of it."""

    lab: Lab
    town: Town
    ours: Side
    control: Side

    @property
    def pids(self) -> dict[str, int]:
        """The processes whose cost is counted."""
        redis = {"redis": self.lab.desk_redis.program.pid}
        return {"asterisk": self.lab.nodes[0].program.pid, "daemon": self.town.daemon.pid, **redis}

    async def call(self, side: Side, rate: float, calls: int, stay: float) -> Sipp:
        """Callers on one side."""
        return await sipp.callers(self.lab, f"callers-{side.name}", side.callers_at, rate, calls, stay)

    async def ready(self) -> None:
        """Wait until Asterisk has seen that every phone is there: it asks each within a quarter of a minute."""
        node, wanted = self.lab.nodes[0], len(self.ours.phones) + len(self.control.phones)
        async with asyncio.timeout(60):
            while (await node.cli("pjsip show contacts")).count(" Avail ") < wanted:  # noqa: ASYNC110
                await asyncio.sleep(1.0)

    async def quiet(self, patience: float = 60.0) -> None:
        """Wait until no channel is left; what is left after so many seconds is hung up, and waited for again."""
        node = self.lab.nodes[0]
        for _ in range(2):
            end = asyncio.get_running_loop().time() + patience
            while asyncio.get_running_loop().time() < end:
                if "0 active channels" in await node.cli("core show channels count"):
                    return
                await asyncio.sleep(1.0)
            await node.cli("channel request hangup all")
        raise TimeoutError("channels are left, whatever is done")


@asynccontextmanager
async def ground(phones: int = PHONES) -> AsyncIterator[tuple[Ground, dict[str, Sipp]]]:
    """The ground, and the phones of both sides by the side's name."""
    names = {name: [f"{name}{number}" for number in range(phones)] for name, *_ in (_OURS, _CONTROL)}
    async with Lab(VAR / "bench-setup", agents=[one for of in names.values() for one in of], lines=()) as lab:
        ours, control = (
            Side(name, lab.network.address(callers), lab.network.address(at), names[name])
            for name, callers, at in (_OURS, _CONTROL)
        )
        await _configure(lab, ours, control)
        up = {side.name: await sipp.phones(lab, f"phones-{side.name}", side.phones_at) for side in (ours, control)}
        async with Town(lab, log_level="info", exchange=EXCHANGE, times=TIMES, overload=NO_LIMIT) as town:
            yield Ground(lab, town, ours, control), up


async def _configure(lab: Lab, ours: Side, control: Side) -> None:
    """The bench's own lines, phones and dialplan, beside what the product rendered."""
    node = lab.nodes[0]
    etc = node.directory / "etc"
    lines = [line("bench-ours", ours.callers_at, "irmacall-from-outside")]
    lines += [line("bench-control", control.callers_at, "bench-control")]
    lines += [contact(phone, side.phones_at) for side in (ours, control) for phone in side.phones]
    (etc / "pjsip.d/bench.conf").write_text("\n".join(lines))
    members = "".join(f"member => PJSIP/{phone}\n" for phone in control.phones)
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
