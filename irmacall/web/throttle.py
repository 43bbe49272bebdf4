"""How often one address may try something: a bucket that fills again, in bounded memory."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from irmacall.web.ports import TooManyTries

_ADDRESSES: Final = 10_000
"""Remembered at most; beyond it the one seen longest ago is forgotten."""


class Throttle:
    """`per_minute` tries at once, and as many again each minute, for each address (IPv6: each /64)."""

    def __init__(self, per_minute: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def must_have(self, address: str | None) -> None:
        """Count nothing. Raises TooManyTries where a try would."""
        self._left(network_of(address))

    def take(self, address: str | None) -> None:
        """Count one try. Raises TooManyTries."""
        whose = network_of(address)
        left = self._left(whose)
        self._buckets[whose] = (left - 1, self._clock())

    def _left(self, whose: str) -> float:
        """How many tries there are, at least one."""
        now = self._clock()
        left, since = self._buckets.pop(whose, (float(self._per_minute), now))
        left = min(float(self._per_minute), left + (now - since) * self._per_minute / 60)
        self._buckets[whose] = (left, now)
        if len(self._buckets) > _ADDRESSES:
            self._buckets.popitem(last=False)
        if left < 1:
            raise TooManyTries((1 - left) * 60 / self._per_minute)
        return left


def network_of(address: str | None) -> str:
    """Whom an address belongs to, as far as one can tell: itself, or the /64 of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    if parsed.version == 4:
        return str(parsed)
    return str(ipaddress.ip_network((parsed, 64), strict=False))
