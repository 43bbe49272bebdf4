"""The rendered dialplan, read by asterisklint (a program of its own)."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from irmacall.ops.render import render_node
from tests.ops.test_render import NODE

_LINT = Path(sys.executable).with_name("asterisklint")


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    """What asterisklint says of the dialplan in this folder."""
    argv: list[str | Path] = [_LINT, "dialplan-check", "--asterisk-version", "22", "extensions.conf"]
    return subprocess.run(argv, cwd=folder, capture_output=True, text=True, timeout=60)


@pytest.fixture
def plan(tmp_path: Path) -> Path:
    """A node's rendered configuration."""
    render_node(NODE, tmp_path)
    return tmp_path / "extensions.conf"


def test_the_dialplan_has_no_fault(plan: Path) -> None:
    """asterisklint finds nothing to say."""
    said = lint(plan.parent)
    assert (said.returncode, said.stdout + said.stderr) == (0, "")


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("Playback(", "Plaiback("),
        ("irmacall-anonymous-gemeente,s,1)", "irmacall-anonymos-gemeente,s,1)"),
        ("n(offer)", "n(ofer)"),
        ("n(closed)", "n(clozed)"),  # what the included hours go on at
        ("[irmacall-anonymous-gemeente]", "[irmacall-anonymous]"),
    ],
)
def test_the_linter_sees_faults(plan: Path, right: str, wrong: str) -> None:
    """A misspelt application, a Goto to nowhere and a missing label are found."""
    text = plan.read_text()
    assert right in text
    plan.write_text(text.replace(right, wrong))
    said = lint(plan.parent)
    assert said.returncode or said.stdout or said.stderr


def test_nothing_dials_out(plan: Path) -> None:
    """No line of the plan can place a call to the outside, run a program or take words from a caller."""
    plan_text = plan.read_text()
    for word in ("Dial(", "Originate(", "System(", "TrySystem(", "${CALLERID(name)}", "${SHELL(", "_X", "_."):
        assert word not in plan_text
