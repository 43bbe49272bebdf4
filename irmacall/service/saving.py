"""What was decided is saved, and only then carried out; what is decided meanwhile goes into the next save.

What is only noted is carried out at once, and saved with what comes next, or soon by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field

import structlog

from irmacall.core.commands import Command
from irmacall.core.ids import RecordKey
from irmacall.core.records import record
from irmacall.core.state import Decision, Desk
from irmacall.errors import LeaseLost, PeerError, PeerUnavailable
from irmacall.store.desk import DeskStore, Lease

log = structlog.get_logger("irmacall.saving")

RETRY_SECONDS = 0.2
NOTED_SECONDS = 0.02
"""So long a note waits for another save: who leads next, after a kill within it, shows a talk as ringing at first."""


def answer(done: asyncio.Future[None] | None, error: PeerError | None = None) -> None:
    """Tell who asked that it is done and saved, or why not; who was told already is told nothing."""
    if done is None or done.done():
        return
    if error is None:
        done.set_result(None)
    else:
        done.set_exception(error)


@dataclass(slots=True)
class _Batch:
    """What was decided since the last save."""

    changed: set[RecordKey] = field(default_factory=set)
    noted: set[RecordKey] = field(default_factory=set)
    late: bool = False
    """What is noted has waited long enough."""
    commands: list[Command] = field(default_factory=list)
    asked: list[asyncio.Future[None]] = field(default_factory=list)
    """Who waits to hear that this is saved."""

    def refuse(self, why: str) -> None:
        """It will not be saved: whoever was told that it is done would be told what is not so."""
        for done in self.asked:
            answer(done, PeerUnavailable(why))


class Saving:
    """The saves of one term. `run` ends only by raising: LeaseLost, or what went wrong."""

    def __init__(
        self,
        desk: Desk,
        store: DeskStore,
        *,
        lease: Callable[[], Lease],
        leads: Callable[[], bool],
        act: Callable[[Command], None],
    ) -> None:
        """`lease` is the one that stands now; `leads`: whether it can be proven; `act` carries out one command."""
        self._desk, self._store = desk, store
        self._lease, self._leads, self._act = lease, leads, act
        self._batch = _Batch()
        self._decided = asyncio.Event()
        self._notes: asyncio.TimerHandle | None = None
        """When what was noted is saved, unless it was with something else."""

    def take(self, decision: Decision) -> None:
        """Save and carry this out."""
        if decision.changed or decision.noted or decision.commands:
            self._batch.changed |= decision.changed
            self._batch.noted |= decision.noted
            self._batch.commands += decision.commands
            self._decided.set()

    def tell_when_saved(self, done: asyncio.Future[None]) -> None:
        """All that was taken so far is saved, or never will be (PeerUnavailable)."""
        self._batch.asked.append(done)
        self._decided.set()

    def end(self, why: str) -> None:
        """Nothing is saved any more."""
        if self._notes is not None:
            self._notes.cancel()
        self._batch.refuse(why)

    async def run(self) -> None:
        """Batch after batch."""
        while True:
            await self._decided.wait()
            self._decided.clear()
            batch, self._batch = self._batch, _Batch()
            try:
                await self._carry_out(batch)
            finally:
                batch.refuse("what was decided could not be saved")

    async def _carry_out(self, batch: _Batch) -> None:
        if batch.changed:
            await self._save(batch.changed | batch.noted)
        for command in batch.commands:
            self._act(command)
        for done in batch.asked:
            answer(done)
        if batch.noted and not batch.changed:
            await self._save_noted(batch)

    async def _save_noted(self, batch: _Batch) -> None:
        """Now, if that has waited long enough; with the next save otherwise, or in a while."""
        if batch.late:
            await self._save(batch.noted)
            return
        self._batch.noted |= batch.noted
        if self._notes is None:
            self._notes = asyncio.get_running_loop().call_later(NOTED_SECONDS, self._notes_are_late)

    def _notes_are_late(self) -> None:
        self._notes = None
        self._batch.late = True
        self._decided.set()

    async def _save(self, changed: set[RecordKey]) -> None:
        now = {key: record(self._desk, key) for key in changed}
        puts = {key: value for key, value in now.items() if value is not None}
        deletes = [key for key, value in now.items() if value is None]
        while True:
            try:
                await self._store.save(self._lease(), puts, deletes)
                return
            except PeerError as error:  # away, full, read-only: as long as we lead, it may mend
                if not self._leads():
                    raise LeaseLost("the desk could not be saved before the lease lapsed") from error
                log.warning("save failed, trying again", error=str(error))
                await asyncio.sleep(RETRY_SECONDS)
