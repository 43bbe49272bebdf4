"""The rules that hold now, and what is made of them."""

from __future__ import annotations

from pathlib import Path

from irmacall.service.in_force import InForce, Rules, rules
from tests.core.leader import hash_of
from tests.settings.sample import make_sample


def test_what_is_made_of_the_rules_is_made_once_for_each(tmp_path: Path) -> None:
    """However often it is asked; and at once anew when the site file is read again."""
    sample = make_sample(tmp_path)
    force = InForce(rules(sample.load(), hash_of))
    seen: list[Rules] = []

    def make(of: Rules) -> str:
        seen.append(of)
        return f"made {len(seen)}"

    current = force.derived(make)
    assert seen == []
    assert [current(), current()] == ["made 1", "made 1"]
    force.swap(rules(sample.load(), hash_of))
    assert [current(), current()] == ["made 2", "made 2"]
    assert seen[1] is force.now
