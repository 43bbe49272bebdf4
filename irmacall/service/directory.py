"""Who can be called by name, department or extension, and what else a caller can be passed to.

Searched as one types: who there is, is read from the users' file once in a few seconds, and not at every key.
"""

from __future__ import annotations

import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

import structlog

from irmacall.core.ids import QueueId, UserId
from irmacall.core.numbers import may_be_called, normalise
from irmacall.errors import PeerError
from irmacall.settings import DeskSettings
from irmacall.store.users import Role, User

log = structlog.get_logger("irmacall.directory")

STALE_SECONDS: Final = 5.0
"""A change of who there is, is found after so long at the latest."""
MOST: Final = 8
"""So many people are found, and so many queues."""
_CALLED: Final = frozenset({Role.AGENT, Role.OFFICIAL})
_WORD: Final = re.compile(r"\w+")


class People(Protocol):
    """What must be known of who there is (see `store.users.Users`)."""

    async def list_users(self) -> list[User]:
        """Everybody, the disabled too. Raises PeerError."""

    async def get(self, user_id: UserId) -> User | None:
        """Somebody, as she is now. Raises PeerError."""


@dataclass(frozen=True, slots=True)
class Line:
    """A queue, as one finds it."""

    queue: QueueId
    title: str
    extension: str | None = None


@dataclass(frozen=True, slots=True)
class Reach:
    """To whom a caller can be passed beside people: by the site file. `outside`: beginnings of numbers, in E.164."""

    lines: Sequence[Line] = ()
    outside: tuple[str, ...] = ()

    @classmethod
    def of(cls, desk: DeskSettings) -> Reach:
        """What the site says of this desk."""
        lines = tuple(Line(QueueId(queue.id), queue.title, queue.extension) for queue in desk.queues)
        return cls(lines, desk.transfer.outside)

    def line_at(self, extension: str) -> QueueId | None:
        """The queue that one reaches by dialling this."""
        return next((line.queue for line in self.lines if line.extension == extension), None)

    def found(self, text: str) -> list[Line]:
        """The queues that are meant by this text, the best first, and only a few."""
        sought = _Sought.of(text)
        found = ((sought.rank(_Words.of(line.title, "", line.extension)), line) for line in self.lines)
        return [line for rank, line in sorted(found, key=lambda each: each[0]) if rank < _NOT][:MOST]

    def number(self, text: str) -> str | None:
        """The number outside that this text is, in E.164, if callers may be passed to it; else None."""
        number = normalise(text) if text.strip().startswith(("0", "+")) else None
        return number if number is not None and may_be_called(number, self.outside) else None


class Directory:
    """The people of the municipality. What searches raises PeerError where their file fails us."""

    def __init__(self, people: People, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._people = people
        self._clock = clock
        self._known: dict[UserId, _Entry] = {}
        self._read_at: float | None = None

    async def found(self, text: str, asker: UserId) -> list[User]:
        """Whom a caller can be passed to by the one who asks, of those whom this text finds: the best first.

        Found are those of whom each of its words begins one of the name, department or extension; capitals, accents
        and order do not count. First who has this very extension, then those who are found by their names alone.
        """
        sought, everybody = _Sought.of(text), (await self._everybody()).values()
        can = (each for each in everybody if each.user.id != asker and is_called(each.user))
        found = ((sought.rank(each.words), each.words.name, each.user) for each in can)
        best = sorted((each for each in found if each[0] < _NOT), key=lambda each: each[:2])
        return [user for _, _, user in best[:MOST]]

    async def at(self, extension: str) -> User | None:
        """Whom one reaches by dialling this, if a caller can be passed to her."""
        everybody = (each.user for each in (await self._everybody()).values())
        return next((user for user in everybody if user.extension == extension and is_called(user)), None)

    async def somebody(self, user: UserId) -> User | None:
        """Somebody as she is at this moment, whatever she is; None: nobody."""
        return await self._people.get(user)

    async def names(self, users: Iterable[UserId | None]) -> Mapping[UserId, str]:
        """What colleagues call them, as far as it is known. Raises nothing: a call matters more than a name."""
        asked = {user for user in users if user is not None}
        if not asked <= self._known.keys():
            try:
                await self._everybody()
            except PeerError as error:
                log.warning("names not read", error=str(error))
        return {user: self._known[user].user.name for user in asked & self._known.keys()}

    async def _everybody(self) -> Mapping[UserId, _Entry]:
        if self._read_at is None or self._clock() - self._read_at >= STALE_SECONDS:
            began, listed = self._clock(), await self._people.list_users()
            self._known = {user.id: self._entry(user) for user in listed}
            self._read_at = began
        return self._known

    def _entry(self, user: User) -> _Entry:
        """Taking names apart is what costs time: done once for who has not changed."""
        known = self._known.get(user.id)
        if known is not None and known.user == user:
            return known
        return _Entry(user, _Words.of(user.name, user.department, user.extension))


def is_called(user: User) -> bool:
    """Whether a caller can be passed to her at all."""
    return user.role in _CALLED and user.endpoint is not None and not user.disabled


_EXACT, _BY_NAME, _FOUND, _NOT = range(4)


@dataclass(frozen=True, slots=True)
class _Words:
    """What somebody, or a queue, is found by."""

    name: tuple[str, ...]
    others: tuple[str, ...]
    extension: str | None

    @classmethod
    def of(cls, name: str, department: str, extension: str | None) -> _Words:
        by_name, dialled = _words(name), () if extension is None else (extension,)
        return cls(by_name, (*by_name, *_words(department), *dialled), extension)


@dataclass(frozen=True, slots=True)
class _Entry:
    user: User
    words: _Words


@dataclass(frozen=True, slots=True)
class _Sought:
    """What somebody typed. `words`: the longest first."""

    text: str
    words: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> _Sought:
        return cls(text.strip(), tuple(sorted(_words(text), key=len, reverse=True)))

    def rank(self, words: _Words) -> int:
        """How well these are meant by it."""
        if not self.words:
            return _NOT
        if words.extension == self.text:
            return _EXACT
        if self._begins(words.name):
            return _BY_NAME
        return _FOUND if self._begins(words.others) else _NOT

    def _begins(self, words: tuple[str, ...]) -> bool:
        """Whether each word that is sought begins one of these, no two of them the same one."""
        left = list(words)
        for beginning in self.words:
            word = next((each for each in left if each.startswith(beginning)), None)
            if word is None:
                return False
            left.remove(word)
        return True


def _words(text: str) -> tuple[str, ...]:
    """Its words, without capitals and accents."""
    split = unicodedata.normalize("NFKD", text).casefold()
    return tuple(_WORD.findall("".join(letter for letter in split if not unicodedata.combining(letter))))
