"""The truth of a storm, and what it says of the cards that were given: a wrong one is found, a right one is not."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from pathlib import Path

import pytest

from bench.storm import sampler
from bench.storm.judge import NEVER, Given, Shown, latencies, violations
from bench.storm.truth import Look, Truth, truth_of
from bench.storm.watched import note

LINES = {"c1": "citizen1", "c2": "citizen2", "a": "agent1", "b": "agent2", "o": "official1", "x": "outside"}
NAMES = {"citizen1": "Jansen", "citizen2": "Bos"}


def _looks(*talks: Iterable[str] | None, others: Iterable[str] = ()) -> list[Look]:
    """A look a second at one call, c1: who is in its talk bridge; None: the caller is gone, and all with her.

    Each look is asked at n and answered a tenth of a second later. `others`: channels that are there besides.
    """
    found = []
    for at, talk in enumerate(talks):
        there = {"c1", *(talk or ()), *others} if talk is not None else set()
        bridges: Mapping[str, frozenset[str]] = {} if talk is None else {"c1.talk": frozenset(talk)}
        found.append(Look("node1", at, at + 0.1, bridges, {channel: LINES[channel] for channel in sorted(there)}))
    return found


def _spans(truth: Truth) -> list[tuple[str, float, float, float]]:
    return [(span.endpoint, span.began_after, span.began_before, span.ended_before) for span in truth.spans]


def test_who_answers_is_the_owner_until_she_leaves() -> None:
    """From between two looks to between two looks."""
    truth = truth_of(_looks([], ["c1", "a"], ["c1", "a"], ["c1"], None))
    assert _spans(truth) == [("agent1", 0, 1.1, 3.1)]
    assert truth.callers == {"c1": "citizen1"}
    assert truth.ended == {"c1": 4.1}


def test_the_owner_is_who_came_first_wherever_the_caller_is() -> None:
    """Held, consulting, three together: hers; and of who stays, once she has left."""
    truth = truth_of(_looks(["c1", "a"], ["a"], ["a", "o"], ["c1", "a", "o"], ["c1", "o"], None))
    assert _spans(truth) == [("agent1", 0, 0.1, 4.1), ("official1", 3, 4.1, 5.1)]


def test_who_is_put_aside_and_comes_back_is_still_second() -> None:
    """A swap to and fro gives nobody a caller."""
    truth = truth_of(_looks(["c1", "a"], ["a", "o"], ["c1", "a"], ["a", "o"], ["c1", "o"], None))
    assert [endpoint for endpoint, *_ in _spans(truth)] == ["agent1", "official1"]


def test_a_caller_who_is_gone_is_nobody_s() -> None:
    """Though the phones are still in the bridge."""
    gone = Look("node1", 1, 1.1, {"c1.talk": frozenset("a")}, {"a": "agent1"})
    assert _spans(truth_of([*_looks(["c1", "a"]), gone])) == [("agent1", 0, 0.1, 1.1)]


def test_two_who_came_between_two_looks_may_each_have_been_first() -> None:
    """That is told, and nobody is accused of it."""
    truth = truth_of(_looks(["c1"], ["c1", "a", "o"], ["c1", "o"], None))
    assert truth.ties == 1
    assert {endpoint for endpoint, *_ in _spans(truth)} == {"agent1", "official1"}


def test_nodes_are_looked_at_each_for_itself() -> None:
    """A look at one says nothing of the other's calls."""
    other = Look("node2", 0.5, 0.6, {}, {"c2": "citizen2"})
    truth = truth_of([_looks(["c1", "a"])[0], other, *_looks(["c1", "a"], ["c1", "a"])[1:]])
    assert _spans(truth) == [("agent1", 0, 0.1, float("inf"))]


def _given(endpoint: str, asked: float, answered: float, *, seat: bool = True, name: str = "mevrouw Jansen") -> Given:
    return Given(endpoint, seat, "c1", 4, asked, answered, name)


TALK = (["c1"], ["c1", "a"], ["c1", "a"], ["c1", "a", "o"], ["c1", "o"], ["c1", "o"], None)
"""agent1 from before 1.1 until before 4.1, official1 from after 3 until before 6.1."""


@pytest.mark.parametrize(
    ("given", "why", "away"),
    [
        (_given("official1", 2.2, 2.6), "not the owner", 0.4),
        (_given("agent1", 4.3, 4.4), "not the owner", 0.2),
        (_given("agent2", 2.0, 2.1), "not the owner", NEVER),
        (_given("agent1", 2.0, 2.1, seat=False), "not her seat", 0.0),
        (_given("agent1", 2.0, 2.1, name="meneer Bos"), "another caller's", 0.0),
    ],
)
def test_a_card_that_should_not_have_been_given_is_found(given: Given, why: str, away: float) -> None:
    """Consulted, after leaving, a bystander, another login of the owner, and somebody else's name."""
    [found] = violations([given], truth_of(_looks(*TALK)), NAMES)
    assert (found.why, found.given) == (why, given)
    assert found.away == pytest.approx(away)
    assert found.as_json()["why"] == why


def test_a_card_that_was_asked_for_or_answered_in_time_is_no_violation() -> None:
    """What was on its way as the ownership began or ended counts as of then; a note alone has no name."""
    right = [
        _given("agent1", 2.0, 2.1),
        _given("agent1", 4.05, 9.0),
        _given("official1", 2.0, 3.05),
        _given("official1", 5.0, 5.1, name=""),
    ]
    assert violations(right, truth_of(_looks(*TALK)), NAMES) == []


def test_how_long_an_owner_waits_for_her_card() -> None:
    """The first card of each ownership; what comes under a fault is counted apart."""
    truth = truth_of(_looks(*TALK))
    shown = [Shown("agent1", "c1", 1.2), Shown("agent1", "c1", 2.0), Shown("official1", "c1", 4.2)]
    calm = latencies(shown, truth, [])
    assert [round(each, 1) for each in calm.most] == [1.2, 1.2]
    assert [round(each, 1) for each in calm.least] == [0.1, 0.1]
    assert {(round(late, 1), span.endpoint) for late, span in calm.slowest} == {(1.2, "agent1"), (1.2, "official1")}
    struck = latencies(shown, truth, [(3.5, 3.6)])
    assert (len(struck.most), struck.under_faults) == (1, 1)


def test_looks_come_back_as_they_were_written(tmp_path: Path) -> None:
    """What did not change is written once; a line that was cut off is none."""
    path = tmp_path / "looks.jsonl"
    found = {"bridges": {"c1.talk": ["a", "c1"]}, "channels": {"c1": "citizen1", "a": "agent1"}}
    with path.open("w") as out:
        note(out, {"node": "node1", "sent": 0, "got": 0.1, **found})
        note(out, {"node": "node1", "unknown": "TimeoutError()", "sent": 1})
        note(out, {"node": "node1", "sent": 1, "got": 1.1})
        out.write('{"node": "node1", "se')
    looks = list(sampler.looks(path))
    assert [(look.sent, look.got) for look in looks] == [(0, 0.1), (1, 1.1)]
    assert all(one.bridges == other.bridges for one, other in itertools.pairwise(looks))
    assert looks[1].channels == found["channels"]
