"""One rate, held on one side: its callers, who was answered, and what it cost.

A hold lasts a minute, since shorter ones overstate: Asterisk past its limit takes seconds to collapse.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

from bench.setup.ground import Ground, Side
from bench.setup.ladder import Hold
from bench.setup.usage import Meter

STAY: Final = 1.2
"""Seconds from a caller's last key to her goodbye: within these she must have been answered."""
_LATE: Final = 5.0
"""Seconds after which callers who are not gone have failed: beside STAY, for their keys and a machine's delay."""
_AT_REST: Final = 10.0
_CALM: Final = 0.25
"""Processors that a process may use beyond what it does at rest, to be called at rest again."""
_PATIENCE: Final = 30
"""Seconds within which what a hold left behind must be worked off."""


async def at_rest(place: Ground, seconds: float = _AT_REST) -> dict[str, float]:
    """CPU seconds a second of each process while nobody calls."""
    meter = Meter(place.pids)
    meter.begin()
    await asyncio.sleep(seconds)
    return {name: value / meter.seconds for name, value in meter.read().items()}


async def hold(place: Ground, side: Side, rate: float, seconds: float, rest: Mapping[str, float]) -> Hold:
    """So many callers a second for so long. Returns when nothing of them is left."""
    before, calls = (await side.phones.counted_anew()).answered, round(rate * seconds)
    meter = Meter(place.pids)
    meter.begin()
    callers = await place.call(side, rate, calls, STAY)
    seen = await callers.over(seconds + STAY + _LATE)
    used, passed = meter.read(), meter.seconds
    await place.quiet()
    await _settled(place, rest)
    answered = (await side.phones.counted_anew()).answered - before
    cpu = {name: max(0.0, value - rest[name] * passed) * 1000 / calls for name, value in used.items()}
    return Hold(side.name, rate, seconds, calls, answered, calls - seen.over, cpu)


async def _settled(place: Ground, rest: Mapping[str, float]) -> None:
    """Wait until no process works off what is left; say so when it takes too long: it hurts what comes next."""
    for _ in range(_PATIENCE):
        now = await at_rest(place, 1.0)
        late = [name for name, used in now.items() if used > rest[name] + _CALM]
        if not late:
            return
    print(f"  {', '.join(late)}: not at rest after {_PATIENCE} s", flush=True)
