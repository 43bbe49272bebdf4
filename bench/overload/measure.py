"""Once the limit, twice, half; what the telephones saw and what the desk's records say; var/bench/overload.json."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from bench.figures import percentile, write
from bench.overload.callers import STAY, Callers, Ending, Saw, begin, endings
from bench.overload.ground import LIMIT, PLACES, TALKERS, Ground, ground
from bench.setup.usage import Meter
from irmacall.core.facts import CallFacts, Outcome

AIM: Final = "≥ 90 % of the limit served; all others refused politely; no talk hurt; all normal 10 s after"
NORMAL_AFTER: Final = 10.0
_BROKEN: Final = (Ending.FAILED, Ending.UNHEARD, Ending.BROKEN)


@dataclass(slots=True)
class Phase:
    """So many times the limit, for so long; then what came of it, by the telephones and by the desk's records."""

    name: str
    times: float
    seconds: float
    since: float = 0.0
    saw: list[Saw] = field(default_factory=list)
    facts: list[CallFacts] = field(default_factory=list)
    cpu: dict[str, float] = field(default_factory=dict)

    @property
    def served(self) -> float:
        """Calls a second that an agent answered."""
        return len(self._answered) / self.seconds

    @property
    def told(self) -> int:
        """Callers who were answered, heard that it is too busy, and were hung up on."""
        return sum(each.outcome is Outcome.REFUSED for each in self.facts)

    @property
    def hurt(self) -> int:
        """Calls that ended as no call should: we hung up on more than were told why, or nothing was heard of us."""
        dismissed = sum(each.ending is Ending.DISMISSED for each in self.saw)
        return max(0, dismissed - self.told) + sum(each.ending in _BROKEN for each in self.saw)

    @property
    def _answered(self) -> list[CallFacts]:
        return [each for each in self.facts if each.outcome is Outcome.ANSWERED]

    def refused(self, after: float = 0.0) -> list[float]:
        """When callers dialled who were refused, of those who dialled so many seconds after the first."""
        turned = (Ending.REFUSED, Ending.DISMISSED)
        return [each.began for each in self.saw if each.ending in turned and each.began >= after]

    def setup_ms(self) -> dict[str, float]:
        """From a caller's arrival, her keys included, until she and an agent were in one bridge."""
        took = [(each.answered_at - each.arrived_at) * 1000 for each in self._answered if each.answered_at]
        return {f"p{share * 100:.0f}": round(percentile(took, share), 1) for share in (0.5, 0.99)} if took else {}

    def slowest(self, window: int = 5) -> float:
        """The fewest a second that were answered in any such seconds of it; its first few seconds are left out."""
        answered = [each.answered_at - self.since for each in self._answered if each.answered_at]
        starts = range(window, int(self.seconds) - window + 1)
        return min(sum(start <= at < start + window for at in answered) / window for start in starts)

    def as_json(self) -> dict[str, Any]:
        """What is written."""
        return {
            "times_the_limit": self.times,
            "seconds": self.seconds,
            "offered": len(self.saw),
            "endings": endings(self.saw),
            "told_busy_by_message": self.told,
            "outcomes": {each.value: sum(one.outcome is each for one in self.facts) for each in Outcome},
            "served_per_second": round(self.served, 2),
            "fewest_per_second_in_5_s": round(self.slowest(), 2),
            "hurt": self.hurt,
            "setup_ms": self.setup_ms(),
            "cpu_seconds_a_second": {name: round(value, 3) for name, value in self.cpu.items()},
        }

    def row(self) -> str:
        """One line for whoever looks on."""
        took = "  ".join(f"{name} {value:.0f} ms" for name, value in self.setup_ms().items())
        ended = ", ".join(f"{count} {ending}" for ending, count in endings(self.saw).items())
        rate = f"{self.name:9}{self.times:4.1f} ×  served {self.served:5.2f}/s"
        return f"  {rate}  {ended}; {self.told} told by message; hurt {self.hurt}; set-up {took}"


async def measure(seconds: float = 60.0) -> Path:
    """Half a minute at the limit, so many seconds at twice, then less: what is normal is in the same run."""
    phases = [Phase("control", 1.0, 30.0), Phase("overload", 2.0, seconds), Phase("after", 0.5, 25.0)]
    async with ground() as place:
        offered = [await _offer(place, number, phase) for number, phase in enumerate(phases)]
        for phase, callers in zip(phases, offered, strict=True):
            phase.saw = await callers.over(phase.seconds)
        talks = await place.unhurt()
        await _records(place, phases)
        left = await place.channels() - 2 * len(TALKERS)
    for phase in phases:
        print(phase.row(), flush=True)
    found = _figures(phases, talks, left)
    print("\n".join(f"  {'yes' if held else 'NO '}  {what}" for what, held in found["held"].items()))
    return write("overload", found)


async def _offer(place: Ground, number: int, phase: Phase) -> Callers:
    """Until the last of them has dialled."""
    meter = Meter(place.pids)
    callers = await begin(place.lab, phase.name, place.callers_at(number), LIMIT * phase.times, phase.seconds)
    phase.since = callers.since
    meter.begin()
    await asyncio.sleep(phase.seconds)
    phase.cpu = {name: value / phase.seconds for name, value in meter.read().items()}
    return callers


async def _records(place: Ground, phases: Sequence[Phase]) -> None:
    """To each phase what is kept of its calls: of all that were answered, by us or by an agent."""
    answered = sum(each.ending in (Ending.LEFT, Ending.DISMISSED) for phase in phases for each in phase.saw)
    facts = await place.facts(answered)
    ends = [*(phase.since for phase in phases[1:]), float("inf")]
    for phase, end in zip(phases, ends, strict=True):
        phase.facts = [each for each in facts if phase.since <= each.arrived_at < end]


def _figures(phases: Sequence[Phase], talks: int, left: int) -> dict[str, Any]:
    control, overload, after = phases
    share = overload.served / LIMIT
    late = after.refused(NORMAL_AFTER)
    back = max(after.refused(), default=0.0)
    usual, again = control.setup_ms(), after.setup_ms()
    held = {
        f"{share:.1%} of the limit served (aim: 90 %)": share >= 0.9,
        f"{talks} of {len(TALKERS)} long talks stood, heard on both sides": talks == len(TALKERS),
        f"{sum(phase.hurt for phase in phases)} calls hurt": not any(phase.hurt for phase in phases),
        f"{len(late)} refused from {NORMAL_AFTER:.0f} s after on (the last {back:.1f} s after)": not late,
        f"set-up after: {again} ms, before: {usual} ms": again["p50"] <= 1.2 * usual["p50"],
        f"{left} channels left": left == 0,
    }
    return {
        "name": "overload",
        "unit": "share of the limit that is served at twice the limit",
        "aim": AIM,
        "limit": {"calls": PLACES + len(TALKERS), "stay_seconds": STAY, "per_second": LIMIT},
        "share": round(share, 3),
        "control": control.as_json(),
        "overload": overload.as_json(),
        "after": after.as_json(),
        "last_refused_seconds_after": round(back, 1),
        "refused_10_s_after": len(late),
        "long_talks": {"began": len(TALKERS), "stood": talks},
        "channels_left": left,
        "held": held,
    }
