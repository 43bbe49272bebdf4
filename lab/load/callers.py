"""Callers by the hundred: who they are, sipp that plays them, and what became of each."""

from __future__ import annotations

import asyncio
import enum
import itertools
import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import jinja2

from lab.errors import LabError
from lab.lab import Lab
from lab.load import events as telephone
from lab.network import SIP_PORT
from lab.process import Program

_HERE = Path(__file__).parent
_FIRST_VOICE = 6000
_numbers = itertools.count()


@dataclass(frozen=True, slots=True)
class Caller:
    """One who calls. `patience`: seconds that she waits after her last key. `keys`: what she presses, at once."""

    number: str
    patience: float
    keys: str = ""


class Ending(enum.Enum):
    """How a call ended, as the telephone saw it."""

    LEFT = "left"
    """She hung up: her patience was over."""
    DISMISSED = "dismissed"
    """We ended it."""
    REFUSED = "refused"
    """It was never answered."""


@dataclass(frozen=True, slots=True)
class Saw:
    """What one caller saw. `waited`: seconds between her last key and the end."""

    number: str
    ending: Ending
    waited: float


class Load:
    """Callers who are calling. `over` waits until the last has hung up."""

    def __init__(self, program: Program, callers: Sequence[Caller], log: Path) -> None:
        self.program, self.callers, self._log = program, callers, log

    def saw(self) -> list[Saw]:
        """What became of those whose calls are over, so far."""
        return list(_read(self._log))

    async def over(self, deadline: float) -> list[Saw]:
        """What became of each, when all are over. Raises LabError where sipp met what it did not expect."""
        try:
            async with asyncio.timeout(deadline):
                status = await self.program.wait()
        except TimeoutError:
            missing = len(self.callers) - len(self.saw())
            raise LabError(f"{self.program.name}: {missing} callers are not done after {deadline} s") from None
        saw = self.saw()
        told = Counter(each.number for each in saw)
        lost = [caller.number for caller in self.callers if told[caller.number] != 1]
        if status or lost:
            met = _unexpected(self._log.with_name("errors.log"))
            raise LabError(f"{self.program.name}: ended with {status}; nobody knows what became of {lost}\n{met}")
        return saw


async def begin(
    lab: Lab, callers: Sequence[Caller], *, node: int = 0, rate: float = 5.0, events: bool = False
) -> Load:
    """These callers call the desk by the line OUTSIDE of this node, `rate` of them a second.

    Their keys go by SIP INFO; with `events` as telephone events (RFC 4733), and then all press the same ones.
    """
    index = next(_numbers)
    room = lab.directory / "load" / str(index)
    room.mkdir(parents=True, exist_ok=True)
    scenario, people, log = room / "caller.xml", room / "callers.csv", room / "saw.log"
    scenario.write_text(_scenario(callers, _recorded(callers, room) if events else None))
    people.write_text(_people(callers))
    log.unlink(missing_ok=True)
    voice = _FIRST_VOICE + 4 * index % 10_000
    sip = lab.nodes[node].values.sip
    argv = ["sipp", "-sf", scenario, "-inf", people, "-i", lab.outside, "-p", SIP_PORT + index, "-mp", voice]
    argv += ["-r", rate, "-m", len(callers), "-l", len(callers), "-s", lab.number, "-rtp_echo", "-nostdin"]
    argv += ["-trace_logs", "-log_file", log, "-trace_err", "-error_file", room / "errors.log"]
    program = lab.program(f"callers-{index}", [*map(str, argv), f"{sip.host}:{sip.port}"])
    await program.start()
    return Load(program, callers, log)


def _scenario(callers: Sequence[Caller], events: Path | None) -> str:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(_HERE),
        undefined=jinja2.StrictUndefined,
        autoescape=False,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    most = max(len(caller.keys) for caller in callers)
    template = environment.get_template("caller.xml.j2")
    return template.render(keys=most, events=events, type=telephone.TYPE, period=telephone.PERIOD_MS)


def _recorded(callers: Sequence[Caller], room: Path) -> Path:
    keys = {caller.keys for caller in callers}
    assert len(keys) == 1, "what is recorded is the same for all"
    file = room / "keys.pcap"
    file.write_bytes(telephone.recording(keys.pop()))
    return file


def _people(callers: Sequence[Caller]) -> str:
    most = max(len(caller.keys) for caller in callers)
    lines = [
        ";".join([caller.number, str(round(caller.patience * 1000)), *caller.keys.ljust(most, "-")])
        for caller in callers
    ]
    return "\n".join(["SEQUENTIAL", *lines]) + "\n"


def _unexpected(errors: Path) -> str:
    """What sipp met that its scenario knows nothing of; the end of a wait is none of it."""
    met = re.split(r"(?=\d{4}-\d\d-\d\d\t)", errors.read_text(errors="replace")) if errors.exists() else []
    return "\n".join(each for each in met[1:] if "receive timeout" not in each)[:2000]


def _read(log: Path) -> Iterator[Saw]:
    if not log.exists():
        return
    for ending, number, waited in re.findall(r"^(left|dismissed|refused) (\S+) ([0-9.]*)", log.read_text(), re.M):
        yield Saw(number, Ending(ending), float(waited or 0) / 1000)
