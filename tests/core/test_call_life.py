"""The table of a call's life: it is drawn as it is, and it leads where it should."""

from __future__ import annotations

import runpy
from pathlib import Path

import pytest

from irmacall.core.call import TRANSITIONS, Call, Stage, Turning
from irmacall.core.ids import CallId, ChannelId
from tests.core.leader import GENERAL, NEAR, PLAN

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("page", ["call-life.md", "transfers.md"])
def test_the_drawings_are_those_of_the_tables(page: str) -> None:
    """Out of date? `python -m docs.draw` draws them anew."""
    draw = runpy.run_path(str(DOCS / "draw.py"))
    assert (DOCS / page).read_text(encoding="utf-8") == draw["redrawn"](page), f"docs/{page}: python -m docs.draw"


def test_every_call_can_end_from_every_stage_and_none_comes_back() -> None:
    """ENDED is reached by one turning from everywhere, and left by none."""
    for stage, turnings in TRANSITIONS.items():
        assert turnings.get(Turning.ENDED) == (None if stage is Stage.ENDED else Stage.ENDED)
    assert TRANSITIONS[Stage.ENDED] == {}


def test_nobody_talks_who_has_not_been_answered() -> None:
    """The one way into a talk leads over waiting, ringing and the answer."""
    into = {to: {stage for stage, turnings in TRANSITIONS.items() if to in turnings.values()} for to in Stage}
    assert into[Stage.TALKING] == {Stage.CONNECTING, Stage.TALKING}  # The latter: whom was consulted has answered.
    assert into[Stage.CONNECTING] == {Stage.RINGING, Stage.DIALLING}
    assert into[Stage.DIALLING] == {Stage.RINGING}
    assert into[Stage.RINGING] == {Stage.WAITING}


def test_every_stage_has_a_way_to_be_reached_and_every_turning_a_use() -> None:
    """Nothing in the table is dead."""
    reached = {Stage.WELCOME, *(to for turnings in TRANSITIONS.values() for to in turnings.values())}
    assert reached == set(Stage) == set(TRANSITIONS)
    assert {turning for turnings in TRANSITIONS.values() for turning in turnings} == set(Turning)


def test_a_turning_that_the_table_does_not_have_is_a_defect() -> None:
    """It is asserted, never swallowed."""
    call = Call(CallId("c"), NEAR, ChannelId("c"), GENERAL, 0.0, PLAN)
    with pytest.raises(AssertionError, match="WELCOME has no"):
        call.turn(Turning.JOINED)
    assert call.stage is Stage.WELCOME
