"""The beat of every open stream, and its end: one task for all, since a thousand that wake each second cost much.

A stream beats as long as its login is known to stand. Where nobody could ask for a while, it is silent, and its page
blanks by itself. Who does not read what is written is shed.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

BEAT_SECONDS: Final = 1.0
SLOTS: Final = 20
"""Streams beat at so many different moments of a second: whatever is urgent comes between them."""
CHECK_SECONDS: Final = 3.0
"""How often it is asked whether a stream's login stands."""
SILENT_SECONDS: Final = 6.0
"""After so long without an answer to that, a stream beats no more."""
BUFFER_BYTES: Final = 4096
"""More than this may not wait for a reader, for two beats in a row."""
MOST_BYTES: Final = 65_536
"""More than this may never."""
_BEAT: Final = b"event: beat\ndata:\n\n"


class StreamOver(Exception):
    """The stream must end."""


class SessionOver(StreamOver):
    """The login that it was opened with is over."""


class TooSlow(StreamOver):
    """Its reader does not keep up, or has left."""


class NoMore(StreamOver):
    """The desk tells nothing more: it may not speak, or stops."""


class Stream:
    """One open stream of events, in HTTP's chunks (RFC 9112, 7.1), written straight to where they leave.

    aiohttp's own writer waits for a slow reader, which takes a task for each stream.
    """

    __slots__ = ("_slow", "_transport", "checked_at", "ended", "may_go_on", "task")

    def __init__(
        self,
        transport: asyncio.Transport,
        task: asyncio.Task[object],
        may_go_on: Callable[[], Awaitable[bool]],
    ) -> None:
        self._transport = transport
        self.task = task
        self.may_go_on = may_go_on
        self.checked_at = 0.0
        self.ended: Exception | None = None
        """Why the pulse ended it."""
        self._slow = False

    def write(self, event: bytes) -> None:
        """Send an event. Raises TooSlow, or ConnectionResetError where nobody is there."""
        if self._waiting() > MOST_BYTES:
            raise TooSlow
        self._transport.write(b"%x\r\n%b\r\n" % (len(event), event))

    def must_go_on(self, may: bool) -> None:
        """Note the answer to whether its login stands. Raises SessionOver."""
        if not may:
            raise SessionOver
        self.checked_at = asyncio.get_running_loop().time()

    def beat(self, now: float) -> None:
        """It is alive, if its login is. Raises TooSlow, or ConnectionResetError where nobody is there."""
        was_slow, self._slow = self._slow, self._waiting() > BUFFER_BYTES
        if was_slow and self._slow:
            raise TooSlow
        if now - self.checked_at <= SILENT_SECONDS:
            self.write(_BEAT)

    def _waiting(self) -> int:
        """Bytes that its reader has not taken. Raises ConnectionResetError: a closed transport has no such number."""
        if self._transport.is_closing():
            raise ConnectionResetError
        return self._transport.get_write_buffer_size()

    def end(self, why: Exception) -> None:
        """Let the one who serves it stop."""
        if self.ended is None:
            self.ended = why
            self.task.cancel()


class Pulse:
    """All streams of one app. It works while there are any."""

    def __init__(self) -> None:
        self._slots: list[dict[Stream, None]] = [{} for _ in range(SLOTS)]
        self._next = 0
        self._working: asyncio.Task[None] | None = None
        self._count = 0

    def add(self, stream: Stream) -> None:
        """From now on this stream beats, and is told to end where it must. Raises as `Stream.write`."""
        stream.write(_BEAT)
        self._slots[self._next][stream] = None
        self._next = (self._next + 1) % SLOTS
        self._count += 1
        if self._working is None:
            self._working = asyncio.create_task(self._work(), name="pulse")

    def remove(self, stream: Stream) -> None:
        """No more; harmless for one that does not beat."""
        for slot in self._slots:
            if stream in slot:
                del slot[stream]
                self._count -= 1
        if not self._count and self._working is not None:
            self._working.cancel()
            self._working = None

    async def _work(self) -> None:
        async with asyncio.TaskGroup() as both:
            both.create_task(self._beat(), name="pulse.beat")
            both.create_task(self._check(), name="pulse.check")

    async def _beat(self) -> None:
        loop = asyncio.get_running_loop()
        due = loop.time()
        while True:
            for slot in self._slots:
                due = max(due + BEAT_SECONDS / SLOTS, loop.time())
                await asyncio.sleep(due - loop.time())
                now = loop.time()
                for stream in list(slot):
                    _or_end(stream, now)

    async def _check(self) -> None:
        """One after the other: all of them ask the same file."""
        loop = asyncio.get_running_loop()
        while True:
            began = loop.time()
            for slot in self._slots:
                for stream in list(slot):
                    await _checked(stream)
            await asyncio.sleep(max(0.0, began + CHECK_SECONDS - loop.time()))


def _or_end(stream: Stream, now: float) -> None:
    try:
        stream.beat(now)
    except (StreamOver, ConnectionError) as over:
        stream.end(over)


async def _checked(stream: Stream) -> None:
    try:
        stream.must_go_on(await stream.may_go_on())
    except Exception as over:  # noqa: BLE001  # whatever it is, it ends this stream, which raises it, and no other
        stream.end(over)
