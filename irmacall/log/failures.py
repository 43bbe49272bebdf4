"""An exception in a log line: where it went wrong and of which kind, and its words only where they are ours.

Python's own traceback ends in the exception's text, which may quote what somebody sent or who somebody is:
KeyError('De Vries'). The messages of our own tree hold no content, by its contract (irmacall/errors.py).
"""

from __future__ import annotations

import sys
import traceback
from pathlib import Path
from typing import Final

from structlog.typing import EventDict, WrappedLogger

from irmacall.errors import IrmacallError

_FRAMES: Final = 25
_DEPTH: Final = 8


def told(_: WrappedLogger, __: str, line: EventDict) -> EventDict:
    """Put `failure` in the place of `exc_info` (a structlog processor)."""
    given = line.pop("exc_info", None)
    error = _exception(given)
    if error is not None:
        line["failure"] = "\n".join(_lines(error, 0))
    return line


def _exception(given: object) -> BaseException | None:
    """What logging takes as exc_info: an exception, a triple, or true for the one being handled."""
    if isinstance(given, BaseException):
        return given
    if isinstance(given, tuple):
        return given[1] if isinstance(given[1], BaseException) else None
    return sys.exc_info()[1] if given else None


def _lines(error: BaseException, depth: int) -> list[str]:
    words = f": {error}" if isinstance(error, IrmacallError) else ""
    lines = [f"{type(error).__name__}{words}", *_places(error)]
    if depth == _DEPTH:
        return lines
    if isinstance(error, BaseExceptionGroup):
        for inner in error.exceptions:
            lines += ["with", *_lines(inner, depth + 1)]
    before = error.__cause__ or (None if error.__suppress_context__ else error.__context__)
    return lines if before is None else [*lines, "after", *_lines(before, depth + 1)]


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)[-_FRAMES:]
    return [f"  {_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames]


def _short(file: str) -> str:
    """The last three parts of a path say enough."""
    return "/".join(Path(file).parts[-3:])
