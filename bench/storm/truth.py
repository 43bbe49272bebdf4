"""Who had which caller on the line, by what Asterisk said whenever it was asked who is in which bridge.

A call's talk bridge is `<call>.talk`. Its owner is the channel that has been in it longest of those that are not the
caller's: who is consulted or joins comes after the owner, and follows her when she has left. That is another road to
the same answer than the desk's, which goes by what it decided. Between two looks a thing may have begun right after
the earlier and ended right before the later one: a span says how early and how late an ownership can have been.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

TALK: Final = ".talk"


@dataclass(frozen=True, slots=True)
class Look:
    """What one node said: asked at `sent`, all heard at `got` (monotonic clock, seconds)."""

    node: str
    sent: float
    got: float
    bridges: Mapping[str, frozenset[str]]
    """Talk bridges, with the channels in each."""
    channels: Mapping[str, str]
    """Channel → endpoint ("agent1"), of all that the node has."""


@dataclass(slots=True)
class Span:
    """One (endpoint) had this caller on the line: since between the first two of these moments, until the last."""

    call: str
    endpoint: str
    began_after: float
    began_before: float
    ended_before: float = float("inf")

    def touches(self, since: float, until: float) -> bool:
        """Whether it can have been true at any instant of these."""
        return self.began_after <= until and since <= self.ended_before

    def away(self, since: float, until: float) -> float:
        """The seconds between it and these instants; 0 where it touches them."""
        return max(0.0, self.began_after - until, since - self.ended_before)


@dataclass(slots=True)
class Truth:
    """Ownership of every call, looked at again and again. Looks at one node come in order."""

    spans: list[Span] = field(default_factory=list)
    ties: int = 0
    """How often two came into a talk bridge between two looks, so that either may have been the owner."""
    callers: dict[str, str] = field(default_factory=dict)
    """Call → the endpoint of the caller's own line."""
    ended: dict[str, float] = field(default_factory=dict)
    """Call → when it was gone, at the latest."""
    _inside: dict[str, list[set[str]]] = field(default_factory=dict)
    """Call → who is in its talk bridge, in the order in which they came; together: between two looks."""
    _open: dict[str, dict[str, Span]] = field(default_factory=dict)
    _calls: dict[str, set[str]] = field(default_factory=dict)
    _before: dict[str, float] = field(default_factory=dict)
    _endpoints: dict[str, str] = field(default_factory=dict)

    def look(self, look: Look) -> None:
        """What a node said next."""
        self._endpoints.update(look.channels)
        known = self._calls.setdefault(look.node, set())
        known |= {bridge.removesuffix(TALK) for bridge in look.bridges if bridge.endswith(TALK)}
        earliest = self._before.get(look.node, look.sent)
        for call in sorted(known):
            owners = self._owners(call, look)
            self._note(call, owners, earliest, look)
            if call not in look.channels and not owners:
                known.discard(call)
                self._inside.pop(call, None)
                self.ended.setdefault(call, look.got)
        self._before[look.node] = look.sent

    def _owners(self, call: str, look: Look) -> set[str]:
        if call not in look.channels:
            return set()
        self.callers[call] = look.channels[call]
        there = set(look.bridges.get(call + TALK, frozenset())) - {call}
        inside = [still for group in self._inside.get(call, []) if (still := group & there)]
        came = there - set().union(*inside) if inside else there
        if came:
            self.ties += len(came) > 1
            inside.append(came)
        self._inside[call] = inside
        return {self._endpoints.get(channel, "unknown") for channel in (inside[0] if inside else ())}

    def _note(self, call: str, owners: set[str], earliest: float, look: Look) -> None:
        standing = self._open.setdefault(call, {})
        for endpoint in set(standing) - owners:
            standing.pop(endpoint).ended_before = look.got
        for endpoint in owners - set(standing):
            standing[endpoint] = Span(call, endpoint, earliest, look.got)
            self.spans.append(standing[endpoint])

    def of(self, call: str) -> list[Span]:
        """Who had this caller, in order."""
        return [span for span in self.spans if span.call == call]


def truth_of(looks: Iterable[Look]) -> Truth:
    """All that was looked at, in order."""
    truth = Truth()
    for look in looks:
        truth.look(look)
    return truth
