"""What became of the callers: who was dropped by us, and what silence anybody heard."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.storm.truth import Span, Truth

LONGEST_SILENCE: Final = 2.0
_KEYING: Final = 4.0
"""From the answer on: while she keys in her code nobody says anything."""
_LAST_SECONDS: Final = 1.5
"""The one who has a caller on the line may hang up: both go within these seconds."""
Calm = Callable[[float, float], bool]
"""Whether nothing was broken from one moment to another (monotonic clock)."""


@dataclass(frozen=True, slots=True)
class Ended:
    """One citizen's call as her telephone saw it, by the monotonic clock."""

    line: str
    began: float
    ended: float
    hung_up: bool
    """By herself."""
    silences: Sequence[tuple[float, float]]
    """When each began that is longer than `LONGEST_SILENCE`, and its seconds."""


def call_of(truth: Truth, ended: Ended) -> str | None:
    """The call that this was: the one on her line that Asterisk was seen to lose at about that moment."""
    near = {
        call: abs(at - ended.ended)
        for call, at in truth.ended.items()
        if truth.callers.get(call) == ended.line and at > ended.began
    }
    call = min(near, key=lambda each: near[each], default=None)
    return call if call is not None and near[call] < _LAST_SECONDS else None


def dropped(calls: Sequence[Ended], truth: Truth, calm: Calm) -> list[dict[str, Any]]:
    """Calls that we ended while nobody had the caller on the line, and nothing was broken."""
    found = []
    for each in calls:
        if each.hung_up or not calm(each.ended - 10.0, each.ended):
            continue
        call = call_of(truth, each)
        spans: list[Span] = [] if call is None else truth.of(call)
        if not any(span.ended_before > each.ended - _LAST_SECONDS for span in spans):
            owners = [span.endpoint for span in spans]
            found.append({"call": call, "line": each.line, "ended": round(each.ended, 2), "owners": owners})
    return found


def silent(
    calls: Sequence[Ended],
    truth: Truth,
    calm: Calm,
    muted: Collection[str],
    keyed: Sequence[tuple[str, float, float]],
) -> list[dict[str, Any]]:
    """Silences that somebody heard after her code, while nothing was broken.

    `muted`: calls in which an owner muted herself. `keyed`: whose telephone sent keys and no voice, and when.
    """
    found = []
    for each in calls:
        call = call_of(truth, each)
        if call in muted:
            continue
        for began, seconds in each.silences:
            ended = began + seconds
            if began - each.began > _KEYING and calm(began, ended) and not _keying(truth, call, keyed, began, ended):
                told = {"began": round(began, 2), "seconds": round(seconds, 1), "into": round(began - each.began, 1)}
                found.append({"call": call, "line": each.line, **told})
    return found


def _keying(
    truth: Truth, call: str | None, keyed: Sequence[tuple[str, float, float]], since: float, until: float
) -> bool:
    """Whether an owner of this call keyed something in meanwhile."""
    owners = [] if call is None else [span.endpoint for span in truth.of(call) if span.touches(since, until)]
    return any(who in owners and first <= until and since <= last for who, first, last in keyed)
