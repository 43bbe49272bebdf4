"""Who can be called by name, department or extension, and what else a caller can be passed to.

Searched as one types: who there is, is read from the users' file once in a few seconds, and not at every key.
"""

from __future__ import annotations

import asyncio
import re
import time
import unicodedata
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from itertools import combinations
from typing import Final, Protocol, TypeVar

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
        return _best(text, ((_Words.of(line.title, "", line.extension), line) for line in self.lines))

    def number(self, text: str) -> str | None:
        """The number outside that this text is, in E.164, if callers may be passed to it; else None."""
        number = normalise(text) if text.strip().startswith(("0", "+")) else None
        return number if number is not None and may_be_called(number, self.outside) else None


class Directory:
    """The people of the municipality. What searches raises PeerError where their file fails us."""

    def __init__(self, people: People, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._people = people
        self._clock = clock
        self._known: Mapping[UserId, _Entry] = {}
        self._called: Sequence[_Entry] = ()
        self._read_at: float | None = None

    async def found(self, text: str, asker: UserId) -> list[User]:
        """Whom a caller can be passed to by the one who asks, of those whom this text finds: the best first.

        Found are those of whom each of its words begins one of the name, department or extension; capitals, accents
        and order do not count. First who has this very extension, then those who are found by their names alone.
        """
        await self._read()
        return _best(text, ((each.words, each.user) for each in self._called if each.user.id != asker))

    async def at(self, extension: str) -> User | None:
        """Whom one reaches by dialling this, if a caller can be passed to her."""
        await self._read()
        return next((each.user for each in self._called if each.user.extension == extension), None)

    async def somebody(self, user: UserId) -> User | None:
        """Somebody as she is at this moment, whatever she is; None: nobody."""
        return await self._people.get(user)

    async def known(self, users: Iterable[UserId | None]) -> Mapping[UserId, User]:
        """Those of them whom the users' file knows, the disabled too, as far as it can be read. Raises nothing."""
        asked = {user for user in users if user is not None}
        if not asked <= self._known.keys():
            try:
                await self._read()
            except PeerError as error:
                log.warning("people not read", error=str(error))
        return {user: self._known[user].user for user in asked & self._known.keys()}

    async def names(self, users: Iterable[UserId | None]) -> Mapping[UserId, str]:
        """What colleagues call them, as far as it is known. Raises nothing: a call matters more than a name."""
        return {name: user.name for name, user in (await self.known(users)).items()}

    async def _read(self) -> None:
        if self._read_at is not None and self._clock() - self._read_at < STALE_SECONDS:
            return
        began, listed = self._clock(), await self._people.list_users()
        # Beside the loop: of thousands of people it takes a while, and calls go on.
        self._known, self._called = await asyncio.to_thread(_index, listed, self._known)
        self._read_at = began


def _index(listed: Sequence[User], known: Mapping[UserId, _Entry]) -> tuple[dict[UserId, _Entry], list[_Entry]]:
    """Everybody, and by name those to whom a caller can be passed. Who has not changed is not taken apart again."""
    entries = {user.id: _entry(user, known.get(user.id)) for user in listed}
    called = (entry for entry in entries.values() if is_called(entry.user))
    return entries, sorted(called, key=lambda entry: entry.words.name)


def _entry(user: User, known: _Entry | None) -> _Entry:
    if known is not None and known.user == user:
        return known
    return _Entry(user, _Words.of(user.name, user.department, user.extension))


def is_called(user: User) -> bool:
    """Whether a caller can be passed to her at all."""
    return user.role in _CALLED and user.endpoint is not None and not user.disabled


Found = TypeVar("Found")


def _best(text: str, among: Iterable[tuple[_Words, Found]]) -> list[Found]:
    """Those that are meant by this text, the best first, and of equals those that come first here; only a few."""
    sought, ranked = _Sought.of(text), [list[Found]() for _ in _Rank]
    for words, each in among:
        rank = sought.rank(words)
        if rank is not None and len(ranked[rank]) < MOST:
            ranked[rank].append(each)
    return [each for found in ranked for each in found][:MOST]


class _Rank(IntEnum):
    EXTENSION = 0
    NAME = 1
    ANYTHING = 2


@dataclass(frozen=True, slots=True)
class _Words:
    """What somebody, or a queue, is found by: each word with a blank before it."""

    name: str
    anything: str
    extension: str | None

    @classmethod
    def of(cls, name: str, department: str, extension: str | None) -> _Words:
        by_name, dialled = _spaced(_words(name)), () if extension is None else (extension,)
        return cls(by_name, by_name + _spaced((*_words(department), *dialled)), extension)


@dataclass(frozen=True, slots=True)
class _Entry:
    user: User
    words: _Words


@dataclass(frozen=True, slots=True)
class _Sought:
    """What somebody typed. `beginnings`: of words, each with a blank before it, the longest first."""

    text: str
    beginnings: tuple[str, ...]
    alike: bool
    """One of them begins another: both may be found in one word."""

    @classmethod
    def of(cls, text: str) -> _Sought:
        beginnings = tuple(sorted((f" {word}" for word in _words(text)), key=len, reverse=True))
        alike = any(one.startswith(other) for one, other in combinations(beginnings, 2))
        return cls(text.strip(), beginnings, alike)

    def rank(self, words: _Words) -> _Rank | None:
        """How well these are meant by it; None: not at all."""
        if not self.beginnings or not self._begin(words.anything):
            return None
        if words.extension == self.text:
            return _Rank.EXTENSION
        return _Rank.NAME if self._begin(words.name) else _Rank.ANYTHING

    def _begin(self, spaced: str) -> bool:
        """Whether each begins a word of these, no two of them the same one."""
        for beginning in self.beginnings:
            if beginning not in spaced:
                return False
        return not self.alike or self._begin_each_another(spaced)

    def _begin_each_another(self, spaced: str) -> bool:
        left = [f" {word}" for word in spaced.split()]
        for beginning in self.beginnings:
            word = next((each for each in left if each.startswith(beginning)), None)
            if word is None:
                return False
            left.remove(word)
        return True


def _spaced(words: Iterable[str]) -> str:
    return "".join(f" {word}" for word in words)


def _words(text: str) -> list[str]:
    """Its words, without capitals and accents."""
    split = unicodedata.normalize("NFKD", text).casefold()
    return _WORD.findall("".join(letter for letter in split if not unicodedata.combining(letter)))
