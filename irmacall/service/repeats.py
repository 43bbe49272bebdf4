"""What one person can make happen as often as she likes is told once a minute, with how often it was.

A line in the audit log stays for ever: who asks a hundred times a second must not fill the disk, nor hide one line
among a million. Nothing is left out of the count.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Generic, TypeVar

MINUTE = 60.0

What = TypeVar("What", bound=Hashable)


@dataclass(slots=True)
class _Since:
    began: float
    more: int = 0


class Repeats(Generic[What]):
    """What was told less than a minute ago, and how often it happened again since. Times are in seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._told: dict[What, _Since] = {}

    def is_new(self, what: What) -> bool:
        """It happened: whether to tell it now; otherwise it is counted."""
        known = self._told.get(what)
        if known is None:
            self._told[what] = _Since(self._clock())
            return True
        known.more += 1
        return False

    def over(self, *, all_of_them: bool = False) -> list[tuple[What, int]]:
        """What is to be told now, since its minute is over, with how many times more it happened.

        What went on gets another minute; what did not is forgotten.
        """
        now = self._clock()
        due = [what for what, since in self._told.items() if all_of_them or since.began + MINUTE <= now]
        told = [(what, since.more) for what in due if (since := self._told.pop(what)).more]
        if not all_of_them:
            self._told.update((what, _Since(now)) for what, _ in told)
        return told
