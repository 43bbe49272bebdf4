"""A measurement ends, with a name and a log to read, when a program ends that it needs."""

from __future__ import annotations

import asyncio
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bench.setup.standing import while_standing
from lab.errors import LabError
from lab.process import Program


@pytest.fixture
async def programs(tmp_path: Path) -> AsyncIterator[list[Program]]:
    """Two that run until somebody ends them."""
    both = [Program(name, ["sleep", "600"], tmp_path / f"{name}.log") for name in ("asterisk", "phones")]
    for program in both:
        await program.start()
    yield both
    for program in both:
        await program.kill()


async def test_work_under_programs_that_run_gives_what_it_gives(programs: list[Program]) -> None:
    assert await while_standing(programs, asyncio.sleep(0, "measured")) == "measured"


async def test_a_program_that_ends_is_named_with_its_log_and_the_work_ends_too(programs: list[Program]) -> None:
    ended = asyncio.Event()

    async def work() -> None:
        programs[1].signal(signal.SIGKILL)
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(LabError, match=r"phones ended \(-9\) .*/phones\.log"):
        await while_standing(programs, work())
    assert ended.is_set()


async def test_what_breaks_since_a_program_ended_is_told_as_that(programs: list[Program]) -> None:
    async def work() -> None:
        programs[0].signal(signal.SIGKILL)
        raise ConnectionError("a stream ended")

    with pytest.raises(LabError, match="asterisk ended") as raised:
        await while_standing(programs, work())
    assert isinstance(raised.value.__cause__, ConnectionError)


async def test_an_error_of_the_work_itself_stays_what_it_is(programs: list[Program]) -> None:
    async def work() -> None:
        raise ValueError("ours")

    with pytest.raises(ValueError, match="ours"):
        await while_standing(programs, work())
