"""How a command ends that fails: our own errors in a line each, without a traceback."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Final

from irmacall.errors import IrmacallError, SettingsError

FAILED: Final = 1
TOLD_WRONGLY: Final = 2
INTERRUPTED: Final = 130
"""As shells have it: 128 and the signal's number."""


def ours(error: BaseException) -> list[IrmacallError]:
    """The errors of ours that this one is or holds; none when there is anything else among them."""
    if isinstance(error, IrmacallError):
        return [error]
    if not isinstance(error, BaseExceptionGroup):
        return []
    inner = [ours(each) for each in error.exceptions]
    return [each for found in inner for each in found] if all(inner) else []


def unread(error: BaseException) -> bool:
    """Whether nobody reads our output any more: also where several tasks found that, and nothing else was wrong."""
    if isinstance(error, BaseExceptionGroup):
        return all(unread(each) for each in error.exceptions)
    return isinstance(error, BrokenPipeError)


def say(errors: Sequence[IrmacallError]) -> int:
    """Tell them on standard error; the exit code."""
    for error in errors:
        print(f"irmacall: {error}", file=sys.stderr)
    return TOLD_WRONGLY if any(isinstance(error, SettingsError) for error in errors) else FAILED
