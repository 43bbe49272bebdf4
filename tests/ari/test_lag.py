"""How late events are heard: by what they say themselves, and by a clock that need not be theirs."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from irmacall.ari.lag import Lag


class Clocks:
    """Ours, and Asterisk's, which is so many seconds ahead of it."""

    def __init__(self, ahead: float = 0.0) -> None:
        self.now, self.ahead = 1_000_000.0, ahead
        self.lag = Lag(lambda: self.now, lambda: self.now)

    def hears(self, late: float, after: float = 0.05) -> None:
        """An event that happened so long ago comes, so long after the one before."""
        self.now += after
        when = datetime.fromtimestamp(self.now - late + self.ahead, UTC).isoformat(timespec="milliseconds")
        self.lag.heard(f'{{"type":"StasisStart","timestamp":"{when.replace("+00:00", "+0000")}","args":[]}}')


@pytest.mark.parametrize("ahead", [0.0, 3600.0, -7.5])
def test_what_is_late_is_seen_whatever_the_clocks_say(ahead: float) -> None:
    """Two machines' clocks may differ; how much later than the quickest counts."""
    clocks = Clocks(ahead)
    for _ in range(60):
        clocks.hears(0.01, after=0.02)
    assert clocks.lag.seconds() == pytest.approx(0.0, abs=0.002)
    for _ in range(120):
        clocks.hears(0.81, after=0.02)
    assert clocks.lag.seconds() == pytest.approx(0.8, abs=0.002)


def test_quiet_is_not_late() -> None:
    """Where nothing was heard for two seconds there is no lag."""
    clocks = Clocks()
    clocks.hears(0.0)
    clocks.hears(2.0)
    clocks.now += 2.5
    assert clocks.lag.seconds() == 0.0
    assert Lag().seconds() == 0.0


def test_a_few_late_events_are_no_lag() -> None:
    """One that slept hears what was said meanwhile all at once, and late: that is over when it has been heard."""
    clocks = Clocks()
    for _ in range(60):
        clocks.hears(0.0, after=1.0)
    for _ in range(1000):
        clocks.hears(5.0, after=0.0005)
    assert not clocks.lag.busy()
    assert clocks.lag.seconds() == 0.0


def test_one_late_event_of_many_is_no_lag() -> None:
    """Nine of ten count."""
    clocks = Clocks()
    for number in range(90):
        clocks.hears(1.0 if number == 20 else 0.0, after=0.02)
    assert clocks.lag.busy()
    assert clocks.lag.seconds() == pytest.approx(0.0, abs=0.002)


def test_clocks_that_drift_apart() -> None:
    """The quickest of long ago is no measure: after some minutes at the new distance there is no lag."""
    clocks = Clocks()
    clocks.hears(0.0)
    for _ in range(35_000):
        clocks.hears(1.0, after=0.02)
    assert clocks.lag.seconds() == pytest.approx(0.0, abs=0.002)


@pytest.mark.parametrize(
    "event",
    ["", "{}", '{"timestamp":"yesterday, at about half past three"}', '{"timestamp":"2026-13-41T99:99:99.000"}'],
)
def test_an_event_without_its_time_tells_nothing(event: str) -> None:
    """And is no fault here: what cannot be read is another's to say."""
    clocks = Clocks()
    clocks.lag.heard(event)
    assert clocks.lag.seconds() == 0.0
