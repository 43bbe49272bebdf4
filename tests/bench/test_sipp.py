"""What sipp counted, as it stands in its file while sipp writes on."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.setup.sipp import Counted, Sipp, read
from lab.errors import LabError
from lab.process import Program

COLUMNS = "CurrentTime;TotalCallCreated;CurrentCall;SuccessfulCall(C);FailedCall(C);GenericCounter1(C);\n"
FIRST, SECOND = "2026-11-22\t16:21:33.7;10;4;5;1;7;\n", "2026-11-22\t16:21:34.7;1200;40;1150;10;1170;\n"


def test_the_newest_line_counts() -> None:
    wanted = Counted(begun=1200, over=1150, failed=10, now=40, answered=1170, lines=2)
    assert read(COLUMNS + FIRST + SECOND) == wanted


@pytest.mark.parametrize("cut", range(1, len(SECOND)))
def test_of_a_line_that_is_being_written_nothing_counts(cut: int) -> None:
    """It would look as if fewer had been answered than before."""
    assert read(COLUMNS + FIRST + SECOND[:-cut]) == read(COLUMNS + FIRST)


@pytest.mark.parametrize("written", ["", COLUMNS[:20], COLUMNS, COLUMNS + FIRST[:-1]])
def test_before_the_first_line_nothing_was_counted(written: str) -> None:
    assert read(written) == Counted()


def test_callers_answer_no_phone() -> None:
    assert read("TotalCallCreated;CurrentCall;SuccessfulCall(C);FailedCall(C);\n3;1;2;0;\n").answered == 0


async def ran(tmp_path: Path, code: str) -> Program:
    """A program that did this and ended."""
    program = Program("phones-ours", [sys.executable, "-c", code], tmp_path / "phones-ours.log")
    await program.start()
    await program.wait()
    return program


async def test_callers_of_whom_some_failed_are_counted_and_sipp_that_gave_up_is_an_error(tmp_path: Path) -> None:
    counts = tmp_path / "counts.csv"
    counts.write_text(COLUMNS + FIRST)
    assert (await Sipp(await ran(tmp_path, "raise SystemExit(1)"), counts).over(5.0)).failed == 1
    with pytest.raises(LabError, match=r"gave up \(255\)"):
        await Sipp(await ran(tmp_path, "raise SystemExit(255)"), counts).over(5.0)


async def test_callers_who_do_not_end_are_ended(tmp_path: Path) -> None:
    program = Program("callers", ["sleep", "600"], tmp_path / "callers.log")
    await program.start()
    assert (await Sipp(program, tmp_path / "none.csv").over(0.1)) == Counted()
    assert not program.running
