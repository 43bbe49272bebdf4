"""What the one who asks as everybody asks for: every call that there is, and every grant that may be one."""

from __future__ import annotations

import time

from bench.storm.asker import EARLIER, LATER, Known
from irmacall.core.state import GRANTS_A_FENCE


def test_nobody_is_asked_about_when_nobody_calls() -> None:
    """Nor about who has been gone for a while."""
    known = Known(calls={"gone": time.monotonic() - 60}, grants={"gone": 7})
    assert known.questions() == []


def test_each_call_is_asked_for_under_each_grant_that_may_be_one() -> None:
    """Those that were, the one that is, the next ones, and the first of the next leader."""
    top, now = GRANTS_A_FENCE + 40, time.monotonic()
    known = Known(calls={"c1": now, "c2": now}, grants={"c1": top, "c2": top - 3})
    asked = set(known.questions())
    for call in ("c1", "c2"):
        grants = {grant for each, grant in asked if each == call}
        assert set(range(top - EARLIER, top + LATER + 1)) <= grants
        assert 2 * GRANTS_A_FENCE + 1 in grants


def test_what_is_known_is_asked_more_often_than_what_is_guessed() -> None:
    """So that a card is asked for again and again while somebody has it."""
    now = time.monotonic()
    calls = {f"c{number}": now for number in range(6)}
    known = Known(calls=calls, grants={call: 20 + at for at, call in enumerate(calls)})
    asked = known.questions()
    assert asked.count(("c0", 20)) > 2
    assert asked.count(("c0", 26)) == 1
