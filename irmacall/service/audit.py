"""What goes into the audit log, and in which order: a reveal waits for its line, everything else only queues it."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import replace

import structlog

from irmacall.core.ids import CallId, DeskId, GrantNumber, SeatId, UserId
from irmacall.errors import PeerError
from irmacall.service.repeats import MINUTE, Repeats
from irmacall.store.audit import AuditKind, AuditLine, AuditLog

log = structlog.get_logger("irmacall.audit")


class AuditWriter:
    """One desk's hand in the audit log."""

    def __init__(self, audit: AuditLog, desk: DeskId, clock: Callable[[], float] = time.monotonic) -> None:
        self._audit = audit
        self._desk = desk
        self._repeats: Repeats[AuditLine] = Repeats(clock)
        self._queued: asyncio.Queue[AuditLine] = asyncio.Queue()
        self._late: list[AuditLine] = []

    async def write(
        self, kind: str, *, seat: SeatId, user: UserId, call: CallId, grant: GrantNumber, why: str
    ) -> None:
        """Write one line and wait until it is durable. Raises PeerError: then what it was for must not happen."""
        line = AuditLine(time.time(), AuditKind(kind), user, seat, call, self._desk, grant, why)
        await self._audit.append(line)

    def note(
        self,
        kind: str,
        *,
        why: str,
        call: CallId | None = None,
        user: UserId | None = None,
        seat: SeatId | None = None,
        grant: GrantNumber | None = None,
    ) -> None:
        """Write one line soon; the time is now's."""
        self._queued.put_nowait(AuditLine(time.time(), AuditKind(kind), user, seat, call, self._desk, grant, why))

    def count(
        self,
        kind: str,
        *,
        why: str,
        user: UserId | None = None,
        seat: SeatId | None = None,
        call: CallId | None = None,
    ) -> None:
        """Write one line soon, and for what is the same a minute long no second one, but how often it was.

        For what one person can bring about as often as she likes.
        """
        line = AuditLine(0.0, AuditKind(kind), user, seat, call, self._desk, None, why)
        if self._repeats.is_new(line):
            self._queued.put_nowait(replace(line, at=time.time()))

    async def run(self) -> None:
        """Write what is noted, until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._write_queued(), name="audit.write")
            both.create_task(self._tell_repeats(), name="audit.repeats")

    async def _tell_repeats(self) -> None:
        while True:
            await asyncio.sleep(MINUTE / 4)
            self.tell_repeats()

    def tell_repeats(self, *, all_of_them: bool = False) -> None:
        """Queue a line for whatever went on after its first line, of which the minute is over."""
        for line, more in self._repeats.over(all_of_them=all_of_them):
            why = f"{line.why} ({more} times more since the last line of this)"
            self._queued.put_nowait(replace(line, at=time.time(), why=why))

    async def _write_queued(self) -> None:
        """In order; a line that cannot be written is tried again until it can."""
        while True:
            line = await self._queued.get()
            try:
                await self._insist(line)
            except asyncio.CancelledError:
                self._late.append(line)  # Perhaps it was written already: twice is better than never.
                raise

    async def drain(self) -> None:
        """Write what is still queued when we stop. Raises PeerError where that cannot be done."""
        self.tell_repeats(all_of_them=True)
        while not self._queued.empty():
            self._late.append(self._queued.get_nowait())
        while self._late:
            await self._audit.append(self._late[0])
            self._late.pop(0)

    async def _insist(self, line: AuditLine) -> None:
        while True:
            try:
                await self._audit.append(line)
                return
            except PeerError as error:
                log.error("audit line not written, trying again", action=line.kind, error=str(error))
                await asyncio.sleep(1.0)
