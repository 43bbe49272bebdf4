"""How fast one may guess: a delay that doubles with each wrong password, per login and address together.

The pair is what keeps it from being a weapon: who types wrong passwords for somebody's login from elsewhere
delays only herself, never the one whose login it is. Against guessing from very many addresses stand the
length of a password and the web's limit on requests, not a lock that anybody could close for another.

It lives in memory: a restart forgets it, which costs an attacker more than it gives. Times are given, in
seconds of any clock that does not go back.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

_FREE: Final = 3
"""Wrong passwords that cost nothing: people mistype."""
_LONGEST_S: Final = 300.0
_FORGOTTEN_AFTER_S: Final = 3600.0
_MOST_PAIRS: Final = 20_000
"""Pairs remembered, the oldest forgotten first: some 5 MB at most."""


@dataclass(slots=True)
class _Guesses:
    wrong: int
    last: float


class Throttle:
    """Remembers who guessed wrong. Ask `wait` before a password is verified, then tell the outcome.

    `failed` may be told before the outcome is known, so that guesses side by side count too.
    """

    def __init__(self) -> None:
        self._guesses: OrderedDict[tuple[str, str], _Guesses] = OrderedDict()

    def wait(self, login: str, address: str, now: float) -> float:
        """Seconds until this pair may try again; 0 when it may now."""
        guesses = self._guesses.get(_pair(login, address))
        if guesses is None or now - guesses.last >= _FORGOTTEN_AFTER_S:
            return 0.0
        return max(0.0, guesses.last + _delay(guesses.wrong) - now)

    def failed(self, login: str, address: str, now: float) -> None:
        """The password was wrong, or there is no such login: both count alike."""
        pair = _pair(login, address)
        guesses = self._guesses.pop(pair, None)
        if guesses is None or now - guesses.last >= _FORGOTTEN_AFTER_S:
            guesses = _Guesses(0, now)
        self._guesses[pair] = _Guesses(guesses.wrong + 1, now)
        if len(self._guesses) > _MOST_PAIRS:
            self._guesses.popitem(last=False)

    def succeeded(self, login: str, address: str) -> None:
        """The password was right: this pair begins afresh."""
        self._guesses.pop(_pair(login, address), None)


def _pair(login: str, address: str) -> tuple[str, str]:
    return (login.strip().casefold()[:64], address)


def _delay(wrong: int) -> float:
    """1 s after the fourth, 2 after the fifth, 4, 8… up to five minutes."""
    return 0.0 if wrong <= _FREE else min(_LONGEST_S, 2.0 ** min(wrong - _FREE - 1, 20))
