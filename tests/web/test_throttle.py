"""How often one address may try something."""

from __future__ import annotations

import pytest

from irmacall.web import throttle
from irmacall.web.ports import TooManyTries
from irmacall.web.throttle import Throttle


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_address_must_wait_when_its_tries_are_used() -> None:
    """After so many tries the next must wait, for as long as it is told; another address need not."""
    clock = Clock()
    limit = Throttle(3, clock)
    for _ in range(3):
        limit.take("192.0.2.1")
    with pytest.raises(TooManyTries) as refused:
        limit.take("192.0.2.1")
    limit.take("192.0.2.2")
    clock.now += refused.value.retry_after
    limit.take("192.0.2.1")


def test_refused_tries_do_not_lengthen_the_wait() -> None:
    """Somebody who hammers gets in as soon as one who waits."""
    clock = Clock()
    limit = Throttle(1, clock)
    limit.take("192.0.2.1")
    for _ in range(59):
        clock.now += 1
        with pytest.raises(TooManyTries):
            limit.take("192.0.2.1")
    clock.now += 1.001
    limit.take("192.0.2.1")


def test_neighbours_in_one_ipv6_network_count_as_one() -> None:
    """An IPv6 visitor owns a /64, so that is what is counted."""
    limit = Throttle(1, Clock())
    limit.take("2001:db8::1")
    with pytest.raises(TooManyTries):
        limit.take("2001:db8::2")
    limit.take("2001:db8:0:1::1")


def test_memory_stays_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many addresses come by, only so many are remembered."""
    monkeypatch.setattr(throttle, "_ADDRESSES", 10)
    limit = Throttle(1, Clock())
    for last in range(200):
        limit.take(f"192.0.2.{last}")
    assert len(limit._buckets) == 10


def test_to_look_costs_no_try() -> None:
    """Who must pay only for what went wrong is asked first whether she can; that does not count."""
    limit = Throttle(2, Clock())
    for _ in range(5):
        limit.must_have("192.0.2.1")
    limit.take("192.0.2.1")
    limit.must_have("192.0.2.1")
    limit.take("192.0.2.1")
    with pytest.raises(TooManyTries):
        limit.must_have("192.0.2.1")
