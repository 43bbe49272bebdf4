"""Work that makes sense only as long as all its programs run."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Iterable
from typing import Any, Final, TypeVar

from lab.errors import LabError
from lab.process import Program

_Given = TypeVar("_Given")
_ENDING: Final = 2.0
"""Seconds within which a program has ended whose sockets broke off."""


async def while_standing(programs: Iterable[Program], work: Coroutine[Any, Any, _Given]) -> _Given:
    """What the work gives. Raises LabError as soon as a program ends, with its name and where to read on."""
    doing = asyncio.create_task(work)
    ends = {asyncio.create_task(program.wait()): program for program in programs}
    try:
        await asyncio.wait({doing, *ends}, return_when=asyncio.FIRST_COMPLETED)
        if doing.done() and doing.exception() is not None:
            await asyncio.wait(ends, timeout=_ENDING, return_when=asyncio.FIRST_COMPLETED)
        for end, program in ends.items():
            if end.done():
                why = f"{program.name} ended ({end.result()}) while it was needed; see {program.log}"
                raise LabError(why) from (doing.exception() if doing.done() else None)
        return await doing
    finally:
        for task in (doing, *ends):
            task.cancel()
        await asyncio.gather(doing, *ends, return_exceptions=True)
