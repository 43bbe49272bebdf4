"""How fast one may guess."""

from __future__ import annotations

from irmacall.store.throttle import Throttle


def guessed(throttle: Throttle, times: int, login: str = "jansen", address: str = "192.0.2.1") -> None:
    """So many wrong passwords at second 0."""
    for _ in range(times):
        throttle.failed(login, address, 0.0)


def test_doubles() -> None:
    """Three mistakes are free; after that the wait doubles, up to five minutes."""
    waits = []
    throttle = Throttle()
    for _ in range(14):
        guessed(throttle, 1)
        waits.append(throttle.wait("jansen", "192.0.2.1", 0.0))
    assert waits == [0, 0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]
    assert throttle.wait("jansen", "192.0.2.1", 299.0) == 1.0
    assert throttle.wait("jansen", "192.0.2.1", 300.0) == 0.0


def test_locks_nobody_else_out() -> None:
    """Who guesses somebody's password from elsewhere delays neither her nor another at that address."""
    throttle = Throttle()
    guessed(throttle, 50)
    assert throttle.wait("jansen", "192.0.2.2", 0.0) == 0.0
    assert throttle.wait("pietersen", "192.0.2.1", 0.0) == 0.0
    assert throttle.wait(" JANSEN", "192.0.2.1", 0.0) == 300.0


def test_success_and_time_forget() -> None:
    """The right password, or an hour, begins afresh."""
    throttle = Throttle()
    guessed(throttle, 10)
    throttle.succeeded("Jansen", "192.0.2.1")
    assert throttle.wait("jansen", "192.0.2.1", 0.0) == 0.0
    guessed(throttle, 10)
    throttle.failed("jansen", "192.0.2.1", 3600.0)
    assert throttle.wait("jansen", "192.0.2.1", 3600.0) == 0.0


def test_bounded() -> None:
    """A flood of logins does not fill the memory, and what is forgotten first is the oldest."""
    throttle = Throttle()
    guessed(throttle, 10, "first")
    guessed(throttle, 10, "second")
    for n in range(19_999):
        throttle.failed(str(n), "192.0.2.9", 1.0)
    assert throttle.wait("first", "192.0.2.1", 1.0) == 0.0
    assert throttle.wait("second", "192.0.2.1", 1.0) > 0.0
