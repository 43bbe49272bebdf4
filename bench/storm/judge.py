"""What was given, held against what was true: each card that somebody got who did not have that caller."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Final

from bench.storm.truth import Span, Truth


@dataclass(frozen=True, slots=True)
class Given:
    """A card that the server gave: to whom, of which call, asked and answered when (monotonic clock, seconds)."""

    endpoint: str
    """Of the phone of who was logged in."""
    seat: bool
    """In the session that she works in; else in another one of hers."""
    call: str
    grant: int
    asked: float
    answered: float
    name: str = ""
    """As it stands on the card; empty where nobody knows who she is, and there is a note alone."""


@dataclass(frozen=True, slots=True)
class Violation:
    """A card that should not have been given. `away`: so many seconds from when it could have been."""

    why: str
    given: Given
    away: float

    def as_json(self) -> dict[str, object]:
        """Times from `since` on stay what they are: seconds of this machine's clock."""
        told = {**asdict(self.given), "asked": round(self.given.asked, 4), "answered": round(self.given.answered, 4)}
        return {"why": self.why, "away_ms": round(self.away * 1000, 1), **told}


_SLOWEST: Final = 5
NEVER: Final = -1.0
"""Away: there was no instant at which it could have been."""


def violations(given: Iterable[Given], truth: Truth, names: Mapping[str, str]) -> list[Violation]:
    """All of them. `names`: the endpoint of a caller's line → the family name of who calls on it.

    A card is rightly given to the seat of one who was the caller's owner at any instant between ask and answer.
    """
    spans: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in truth.spans:
        spans[span.call, span.endpoint].append(span)
    found = []
    for each in given:
        away = min((span.away(each.asked, each.answered) for span in spans[each.call, each.endpoint]), default=NEVER)
        if away:
            found.append(Violation("not the owner", each, away))
        elif not each.seat:
            found.append(Violation("not her seat", each, away))
        elif each.name and names.get(truth.callers.get(each.call, ""), "?") not in each.name:
            found.append(Violation("another caller's", each, away))
    return found


@dataclass(frozen=True, slots=True)
class Shown:
    """A screen had the card: of this call, on the screen of who has this phone, at this moment (monotonic clock)."""

    endpoint: str
    call: str
    at: float


@dataclass(frozen=True, slots=True)
class Latencies:
    """Seconds from joining to the card: at the most (from the look before she had joined), and at the least."""

    most: Sequence[float]
    least: Sequence[float]
    under_faults: int
    """Cards that came while something was broken or just mended; they are in neither."""
    slowest: Sequence[tuple[float, Span]]
    """The slowest of them (at the most), and whose ownership it was."""


def latencies(shown: Iterable[Shown], truth: Truth, faults: Sequence[tuple[float, float]]) -> Latencies:
    """The first card of each ownership that was shown to its owner. `faults`: from when to when each lasted."""
    first: dict[int, tuple[Span, float]] = {}
    spans: dict[tuple[str, str], list[Span]] = defaultdict(list)
    for span in truth.spans:
        spans[span.call, span.endpoint].append(span)
    for each in sorted(shown, key=lambda one: one.at):
        for span in spans[each.call, each.endpoint]:
            if span.began_after <= each.at <= span.ended_before:
                first.setdefault(id(span), (span, each.at))
    calm = [(span, at) for span, at in first.values() if not struck(span.began_after, at, faults)]
    most = [at - span.began_after for span, at in calm]
    least = [max(0.0, at - span.began_before) for span, at in calm]
    slowest = sorted(((at - span.began_after, span) for span, at in calm), key=lambda each: -each[0])[:_SLOWEST]
    return Latencies(most, least, len(first) - len(calm), slowest)


def struck(since: float, until: float, faults: Sequence[tuple[float, float]]) -> bool:
    """Whether a fault lasted at any instant of these."""
    return any(began <= until and since <= ended for began, ended in faults)
