"""What one storm came to, as var/bench/storm.json has it and as it is told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bench.figures import percentile
from bench.storm.fate import Ended
from bench.storm.judge import Latencies, Violation
from bench.storm.script import Wish
from bench.storm.truth import Look, Truth

AIM: Final = "0 violations; the card p99 ≤ 100 ms after joining; nothing left"
CARD_MS: Final = 100.0
_LISTED: Final = 50
_TRANSFERS: Final = {wish.value for wish in Wish} - {
    Wish.ACT,
    Wish.NOTHING,
    Wish.HANG_UP_SCREEN,
    Wish.HANG_UP_PHONE,
    Wish.PHONE_HOLD,
}
_ACTS: Final = {"swap", "join", "complete", "cancel"}


@dataclass(frozen=True, slots=True)
class Found:
    """All that was counted."""

    seed: int
    seconds: float
    done: Counter[tuple[str, str]]
    why: Mapping[tuple[str, str], str]
    faults: Sequence[tuple[str, float, float]]
    counts: Counter[str]
    """Of the observer: "asked", and each status."""
    given: int
    violations: Sequence[Violation]
    truth: Truth
    cards: Latencies
    control: Sequence[float]
    looks: Sequence[Look]
    left: Sequence[str]
    calls: Sequence[Ended]
    dropped: Sequence[Mapping[str, Any]]
    silences: Sequence[Mapping[str, Any]]


def figures(found: Found) -> dict[str, Any]:
    """What is written."""
    own = sum(each.hung_up for each in found.calls)
    return {
        "name": "storm",
        "aim": AIM,
        "seed": found.seed,
        "seconds": round(found.seconds),
        "calls": len(found.calls),
        "ended": {"by the caller": own, "by us": len(found.calls) - own},
        "dropped": list(found.dropped),
        "silences_over_2_s": list(found.silences),
        "transfers": _by_kind(found.done, _TRANSFERS | _ACTS),
        "ownerships": len(found.truth.spans),
        "passed_on": _passed(found.truth),
        "faults": dict(Counter(what for what, _, _ in found.faults)),
        "faults_at": [[what, round(since, 1), round(until, 1)] for what, since, until in found.faults],
        "asks": found.counts["asked"],
        "answers": {status: found.counts[status] for status in sorted(found.counts) if status != "asked"},
        "given": found.given,
        "violations": len(found.violations),
        "violations_listed": [each.as_json() for each in found.violations[:_LISTED]],
        "ties": found.truth.ties,
        "card": {
            "n": len(found.cards.most),
            "at_most_ms": _percentiles(found.cards.most),
            "at_least_ms": _percentiles(found.cards.least),
            "under_faults": found.cards.under_faults,
            "slowest": [
                {
                    "ms": round(late * 1000, 1),
                    "call": span.call,
                    "endpoint": span.endpoint,
                    "since": span.began_before,
                }
                for late, span in found.cards.slowest
            ],
        },
        "control_panel_ms": {"n": len(found.control), **_percentiles(found.control)},
        "looks": {"n": len(found.looks), "apart_ms": _percentiles(_apart(found.looks))},
        "everything_done": _by_kind(found.done, {what for what, _ in found.done}),
        "why": {f"{what}: {how}": why for (what, how), why in sorted(found.why.items())},
        "channels_left": list(found.left),
    }


def _by_kind(done: Counter[tuple[str, str]], kinds: set[str]) -> dict[str, dict[str, int]]:
    """Kind → how it went → how often."""
    return {
        kind: {how: count for (what, how), count in sorted(done.items()) if what == kind}
        for kind in sorted(kinds)
        if any(what == kind for what, _ in done)
    }


def _passed(truth: Truth) -> int:
    """How often a caller came from one owner to another."""
    calls = Counter(span.call for span in truth.spans)
    return sum(count - 1 for count in calls.values())


def _apart(looks: Sequence[Look]) -> list[float]:
    """Seconds from a look at a node to the end of the next: how long anything can have gone unseen."""
    found: list[float] = []
    before: dict[str, float] = {}
    for look in looks:
        if look.node in before:
            found.append(look.got - before[look.node])
        before[look.node] = look.sent
    return found


def _percentiles(seconds: Sequence[float]) -> dict[str, float]:
    if not seconds:
        return {}
    shares = {"p50": 0.5, "p99": 0.99, "max": 1.0}
    return {name: round(percentile(seconds, share) * 1000, 1) for name, share in shares.items()}


def holds(figures: Mapping[str, Any]) -> bool:
    """Whether the promise held, and something was tried at all."""
    tried = figures["asks"] and figures["given"] and figures["passed_on"] and figures["card"]["n"]
    return bool(tried) and not figures["violations"] and not figures["channels_left"]


def tell(figures: Mapping[str, Any]) -> None:
    """For whoever looks on."""
    print(f"  {figures['calls']} calls, {figures['passed_on']} times passed on; faults: {figures['faults']}")
    for kind, went in figures["transfers"].items():
        print(f"    {kind:22}{went}")
    print(f"  asked {figures['asks']} times, given {figures['given']}: {figures['violations']} violations")
    card, control = figures["card"], figures["control_panel_ms"]
    print(f"  card after joining, ms: {card['at_most_ms']} (n {card['n']}); a bare panel: {control}")
    print(f"  dropped {len(figures['dropped'])}; silences over 2 s: {len(figures['silences_over_2_s'])}")
    print(f"  left: {figures['channels_left'] or 'nothing'}; seed {figures['seed']}")
