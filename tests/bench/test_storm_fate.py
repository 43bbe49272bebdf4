"""Who was dropped in a storm, and who heard silence: what had a reason is told from what had none."""

from __future__ import annotations

from collections.abc import Sequence

from bench.storm.fate import Ended, dropped, silent
from bench.storm.truth import Span, Truth


def _truth(*owners: tuple[str, float, float]) -> Truth:
    """One call, c1, of citizen1, which Asterisk was seen to lose at 30."""
    spans = [Span("c1", endpoint, began, began, ended) for endpoint, began, ended in owners]
    return Truth(spans=spans, callers={"c1": "citizen1"}, ended={"c1": 30.0})


def _ended(*, hung_up: bool = False, silences: Sequence[tuple[float, float]] = (), line: str = "citizen1") -> Ended:
    return Ended(line, 1.0, 29.9, hung_up, silences)


def _calm(since: float, until: float) -> bool:
    return True


def _struck(since: float, until: float) -> bool:
    return False


def test_a_caller_whom_nobody_had_is_dropped() -> None:
    """Let go, and ended while she waited; or never answered at all."""
    [found] = dropped([_ended()], _truth(("agent1", 5.0, 20.0)), _calm)
    assert (found["call"], found["owners"]) == ("c1", ["agent1"])
    [found] = dropped([_ended(line="citizen2")], _truth(), _calm)
    assert found["call"] is None


def test_a_caller_who_hangs_up_or_whose_owner_does_is_not() -> None:
    """Nor one whose call ended while something was broken."""
    left_alone = _truth(("agent1", 5.0, 20.0))
    assert dropped([_ended(hung_up=True)], left_alone, _calm) == []
    assert dropped([_ended()], _truth(("agent1", 5.0, 29.8)), _calm) == []
    assert dropped([_ended()], left_alone, _struck) == []


def test_silence_counts_where_it_has_no_reason() -> None:
    """Not where an owner muted herself or keyed a star code, nor under a fault, nor while she keys in her code."""
    heard, truth = [_ended(silences=[(11.0, 2.5)])], _truth(("agent1", 5.0, 29.8))
    assert silent(heard, truth, _calm, (), ()) == [
        {"call": "c1", "line": "citizen1", "began": 11.0, "seconds": 2.5, "into": 10.0}
    ]
    assert silent(heard, truth, _calm, {"c1"}, ()) == []
    assert silent(heard, truth, _calm, (), [("agent1", 10.9, 13.0)]) == []
    assert silent(heard, truth, _calm, (), [("agent2", 10.9, 13.0), ("agent1", 14.0, 16.0)]) != []
    assert silent([_ended(silences=[(1.5, 2.5)])], truth, _calm, (), ()) == [], "she keys in her code"
    assert silent(heard, truth, _struck, (), ()) == []
