"""Who is watching, and the nudges that tell them to look again: what changed, never what it is.

A mailbox holds at most one nudge of each kind, so that a slow browser costs a constant and is never fed history.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Callable, Collection, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, Self, TypeVar

from irmacall.core.ids import PageId, SeatId
from irmacall.web.ports import Nudge

Name = TypeVar("Name", SeatId, PageId)
PANEL = Nudge("panel")


class Mailbox:
    """What one stream has still to be told, newest of each kind only, in the order in which it came.

    Iterated, it gives its one reader every nudge until it is closed; what waits then is not told any more.
    """

    __slots__ = ("_closed", "_filled", "_waiting")

    def __init__(self) -> None:
        self._waiting: dict[str, Nudge] = {}
        self._filled: asyncio.Future[None] | None = None
        """What its reader waits for; lighter than an event, and there is one for each open screen."""
        self._closed = False

    def put(self, nudge: Nudge) -> None:
        """Tell it; an older nudge of the same kind, and a card that is blanked before it was told, are dropped."""
        self._waiting.pop(nudge.kind, None)
        if nudge.kind == "blank":
            self._waiting.pop("card", None)
        self._waiting[nudge.kind] = nudge
        self._wake()

    def close(self) -> None:
        """Nothing that is told from now on can be relied on: let the stream end."""
        self._closed = True
        self._wake()

    def _wake(self) -> None:
        if self._filled is not None and not self._filled.done():
            self._filled.set_result(None)

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Nudge:
        while not self._waiting and not self._closed:
            self._filled = asyncio.get_running_loop().create_future()
            await self._filled
        if self._closed:
            raise StopAsyncIteration
        return self._waiting.pop(next(iter(self._waiting)))


class Streams(Generic[Name]):
    """The open mailboxes of one kind of watcher, by whom they watch for; one may have several (tabs)."""

    def __init__(self) -> None:
        self._open: dict[Name, set[Mailbox]] = defaultdict(set)

    def mailbox(
        self, *names: Name, first: Callable[[], Collection[Nudge]] = lambda: ()
    ) -> AbstractContextManager[Mailbox]:
        """A mailbox that is fed with what is told to any of these, while the context lasts.

        `first` is asked in the moment in which that begins: what is so then. All later changes come after it.
        """
        return _Fed(self, names, first)

    def add(self, names: Collection[Name], box: Mailbox) -> None:
        """From now on it is told what these are told."""
        for name in names:
            self._open[name].add(box)

    def remove(self, names: Collection[Name], box: Mailbox) -> None:
        """No more, after `add`."""
        for name in names:
            self._open[name].discard(box)
            if not self._open[name]:
                del self._open[name]

    def watched(self, name: Name) -> bool:
        """Whether anybody watches for this one now."""
        return name in self._open

    def nudge(self, name: Name, nudge: Nudge) -> None:
        """Tell all who watch for this one."""
        for box in self._open.get(name, ()):
            box.put(nudge)

    def nudge_all(self, nudge: Nudge) -> None:
        """Tell everybody, at once: for what happens seldom (`panels` tells of queues)."""
        for boxes in self._open.values():
            for box in boxes:
                box.put(nudge)

    def names(self) -> Collection[Name]:
        """Everybody who is watched for now."""
        return self._open.keys()

    def close(self) -> None:
        """End every stream that is open now."""
        for boxes in self._open.values():
            for box in boxes:
                box.close()


class _Fed(Generic[Name]):
    """A mailbox's context. A class: a generator's costs ten times as much, and there is one for each open screen."""

    __slots__ = ("_box", "_first", "_names", "_streams")

    def __init__(
        self, streams: Streams[Name], names: Collection[Name], first: Callable[[], Collection[Nudge]]
    ) -> None:
        self._streams: Streams[Name] = streams
        self._names: Collection[Name] = names
        self._first = first
        self._box = Mailbox()

    def __enter__(self) -> Mailbox:
        for nudge in self._first():
            self._box.put(nudge)
        self._streams.add(self._names, self._box)
        return self._box

    def __exit__(self, *_: object) -> None:
        self._streams.remove(self._names, self._box)


class Screens:
    """All that is being watched: seats by agents, pages by citizens."""

    def __init__(self) -> None:
        self.seats: Streams[SeatId] = Streams()
        self.pages: Streams[PageId] = Streams()

    @contextmanager
    def page_changes(self, pages: Collection[PageId]) -> Iterator[AsyncIterator[None]]:
        """See `CitizenDesk.changes`; one of these pages may show how it goes with another."""
        with self.pages.mailbox(*pages) as box:
            yield _only_that(box)


async def _only_that(box: Mailbox) -> AsyncIterator[None]:
    async for _ in box:
        yield None
