"""How many there may be at once, of all and of one: connections by address, streams by address and by page."""

from __future__ import annotations

from collections import Counter


class Places:
    """`total` places, of which one name can have `each`."""

    def __init__(self, total: int, each: int) -> None:
        self._each = each
        self._left = total
        self._taken: Counter[str] = Counter()

    def take(self, name: str) -> bool:
        """Take a place, to be given back with `leave`; False where there is none left for this name."""
        if not self._left or self._taken.get(name, 0) >= self._each:
            return False
        self._left -= 1
        self._taken[name] += 1
        return True

    def leave(self, name: str) -> None:
        """Give one place back."""
        self._left += 1
        self._taken[name] -= 1
        if not self._taken[name]:
            del self._taken[name]
