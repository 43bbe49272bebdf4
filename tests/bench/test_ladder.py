"""The search for the highest rate that is held: where it begins, which way it steps, what it finds."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bench.setup.ladder import Hold, Ladder, first_rate

PROBE = Hold("ours", 20.0, 10.0, 200, 200, 0, {"asterisk": 14.0, "daemon": 6.0})


def held(rate: float, most: float, beyond: float = 0.5) -> Hold:
    """A minute at this rate on a side that bears `most`; `beyond`: the share that is answered at higher rates."""
    offered = round(rate * 60)
    answered = offered if rate <= most else round(offered * beyond)
    return Hold("ours", rate, 60.0, offered, answered, 0, PROBE.cpu)


def climbed(begin: float, most: float, turns: int) -> Ladder:
    """So many turns on a side that bears `most`."""
    ladder = Ladder(begin)
    for _ in range(turns):
        ladder.take(held(ladder.rate, most))
    return ladder


@pytest.mark.parametrize(
    ("answered", "failed", "passed"), [(1000, 0, True), (990, 10, True), (989, 0, False), (1000, 11, False)]
)
def test_a_hold_counts_as_held_when_nearly_all_were_answered_and_nearly_none_broke_off(
    answered: int, failed: int, passed: bool
) -> None:
    assert replace(PROBE, offered=1000, answered=answered, failed=failed).passed is passed


def test_the_first_rate_leaves_the_machine_some_room() -> None:
    # 20 ms a call on two processors of which 0.4 are in use anyway: (2 × 0.7 - 0.4) / 0.02
    assert first_rate(PROBE, 2, 0.4) == 50.0


def test_the_first_rate_is_low_after_a_probe_that_was_not_held() -> None:
    assert first_rate(replace(PROBE, answered=100), 2, 0.0) == 14.0


def test_a_probe_that_seems_to_cost_nothing_does_not_make_the_first_rate_absurd() -> None:
    assert first_rate(replace(PROBE, cpu={"asterisk": 0.0}), 2, 0.0) == 160.0
    assert first_rate(replace(PROBE, cpu={"asterisk": 0.1}), 2, 0.0) == 160.0


def test_programs_that_are_busy_before_anybody_calls_still_leave_a_rate_to_try() -> None:
    assert first_rate(PROBE, 2, 2.0) == 2.5


def test_three_turns_find_a_rate_even_when_the_first_is_twice_what_can_be_held() -> None:
    ladder = climbed(100.0, 50.0, 3)
    assert (ladder.sustained, ladder.not_sustained) == (49.0, 70.0)


def test_after_what_was_nearly_held_the_step_is_small() -> None:
    ladder = Ladder(100.0)
    ladder.take(held(100.0, 95.0, 0.96))
    assert ladder.rate == 90.0


def test_a_hold_in_which_many_broke_off_was_not_nearly_held() -> None:
    assert not replace(PROBE, failed=20).nearly


def test_a_side_that_holds_all_is_asked_for_more_each_time() -> None:
    ladder = climbed(100.0, 1000.0, 3)
    assert [hold.rate for hold in ladder.holds] == [100.0, 115.0, 132.2]
    assert (ladder.sustained, ladder.not_sustained) == (132.2, None)


def test_between_held_and_not_held_the_middle_is_next() -> None:
    ladder = climbed(100.0, 110.0, 3)
    assert [hold.rate for hold in ladder.holds] == [100.0, 115.0, 107.2]
    assert (ladder.sustained, ladder.not_sustained) == (107.2, 115.0)


def test_a_side_that_holds_nothing_says_so() -> None:
    ladder = climbed(100.0, 1.0, 3)
    assert ladder.sustained is None
    assert ladder.not_sustained == 49.0


def test_a_rate_that_was_held_by_luck_above_one_that_was_not_is_not_sustained() -> None:
    ladder = Ladder(100.0)
    for hold in (held(100.0, 200.0), held(90.0, 50.0), held(80.0, 100.0)):
        ladder.take(hold)
    assert (ladder.sustained, ladder.not_sustained) == (80.0, 90.0)
