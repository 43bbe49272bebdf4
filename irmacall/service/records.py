"""The hand that writes the facts of calls: whatever the database does, each ends up there once, and none is lost.

    KeepFacts ─▶ waiting, by call ─▶ a batch ─▶ the database ─▶ FactsKept ─▶ the desk forgets

The desk remembers the facts of a call until FactsKept, in its own saved records. So nothing here need survive: who
leads next is told again of all that was not kept, and the database keeps what it is told twice once. A database that
is away is tried again at growing intervals, with one line in the log when it goes and one when it is back. Nothing
that happens here ends a term of leadership: calls go on without their records.
"""

from __future__ import annotations

import asyncio
import itertools
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import structlog

from irmacall.core.events import FactsKept
from irmacall.core.facts import CallFacts
from irmacall.core.ids import CallId
from irmacall.errors import FactsRefused, IrmacallError

log = structlog.get_logger("irmacall.records")

AT_ONCE = 100
"""Facts in one batch: some milliseconds of the database's time."""
RETRY_SECONDS = 0.5
"""Before the second try; each next one waits twice as long, up to LONGEST_WAIT."""
LONGEST_WAIT = 30.0
DAY_SECONDS = 86_400.0
PURGE_AGAIN_SECONDS = 600.0


class FactsKeeper(Protocol):
    """What the hand needs of a store (see `store.facts.FactsStore`). Each raises IrmacallError."""

    async def prepare(self) -> None:
        """Make of the database what is needed."""

    async def put(self, facts: Sequence[CallFacts]) -> None:
        """Keep these, all or none, each once. Raises FactsRefused when one of them cannot be kept."""

    async def purge(self, before: float) -> int:
        """Forget the calls that arrived before this moment, in epoch seconds; how many there were."""


@dataclass(frozen=True, slots=True)
class Records:
    """Where the facts of calls are kept, and how long, in days."""

    store: FactsKeeper
    days: int
    clock: Callable[[], float] = time.time


class RecordsWriter:
    """One term's hand in the records. `keep` never waits; `run` writes, and forgets what is too old."""

    def __init__(self, records: Records, tell: Callable[[FactsKept], None]) -> None:
        self._records = records
        self._tell = tell
        self._waiting: dict[CallId, CallFacts] = {}
        self._refused: dict[CallId, CallFacts] = {}
        self._more = asyncio.Event()
        self._ready = asyncio.Event()

    @property
    def spooled(self) -> int:
        """How many calls the database does not have yet; the desk remembers them."""
        return len(self._waiting) + len(self._refused)

    def keep(self, facts: CallFacts) -> None:
        """Keep these soon. Told again before that is done, they are kept once."""
        self._waiting[facts.call] = facts
        self._more.set()

    async def run(self) -> None:
        """Until cancelled."""
        async with asyncio.TaskGroup() as both:
            both.create_task(self._write_all(), name="records.write")
            both.create_task(self._purge_daily(), name="records.purge")

    # -- writing -------------------------------------------------------------------------------------------

    async def _write_all(self) -> None:
        await self._insist(self._records.store.prepare)
        self._ready.set()
        while True:
            await self._more.wait()
            self._more.clear()
            while self._waiting:
                await self._insist(self._put_next)

    async def _put_next(self) -> None:
        """Put one batch. Where the database will not have one of them, the others are put without it."""
        batch = list(itertools.islice(self._waiting.values(), AT_ONCE))
        try:
            await self._put(batch)
        except FactsRefused:
            for facts in batch:
                await self._put_alone(facts)

    async def _put_alone(self, facts: CallFacts) -> None:
        try:
            await self._put([facts])
        except FactsRefused as error:
            # Not lost: the desk remembers them, and who leads next tries again, perhaps with a better program.
            log.error("facts refused, the next leader tries again", call=facts.call, error=str(error))
            self._refused[facts.call] = self._waiting.pop(facts.call)

    async def _put(self, batch: list[CallFacts]) -> None:
        await self._records.store.put(batch)
        for facts in batch:
            del self._waiting[facts.call]
        self._tell(FactsKept(tuple(facts.call for facts in batch)))

    async def _insist(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do it, however long the database is away."""
        wait = 0.0
        while not await self._tried(work, first=not wait):
            wait = min(wait * 2 or RETRY_SECONDS, LONGEST_WAIT)
            await asyncio.sleep(wait)
        if wait:
            log.info("records' database is back", waiting=self.spooled)

    async def _tried(self, work: Callable[[], Awaitable[None]], *, first: bool) -> bool:
        try:
            await work()
        except IrmacallError as error:
            if first:
                log.warning(
                    "records' database is away: calls go on, facts wait", waiting=self.spooled, error=str(error)
                )
            return False
        except Exception:
            # A defect of ours: it must not end the term, since calls need no records.
            if first:
                log.exception("records cannot be written: calls go on, facts wait", waiting=self.spooled)
            return False
        return True

    # -- forgetting ----------------------------------------------------------------------------------------

    async def _purge_daily(self) -> None:
        await self._ready.wait()
        while True:
            done = await self._purged()
            await asyncio.sleep(DAY_SECONDS if done else PURGE_AGAIN_SECONDS)

    async def _purged(self) -> bool:
        try:
            forgotten = await self._records.store.purge(self._records.clock() - self._records.days * DAY_SECONDS)
        except IrmacallError as error:
            log.warning("old records not erased yet, trying again", error=str(error))
            return False
        except Exception:
            log.exception("old records not erased yet, trying again")
            return False
        if forgotten:
            log.info("old records erased", calls=forgotten, days=self._records.days)
        return True
