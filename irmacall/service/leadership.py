"""Terms, one after the other: take the lease, load the desk, lead until it is lost, and stand by again."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket

import structlog

from irmacall.core.events import PlanChanged
from irmacall.core.ids import DeskId
from irmacall.core.plan import Plan
from irmacall.core.records import RecordError, load
from irmacall.errors import LeaseLost, PeerError, PeerUnavailable
from irmacall.service.callbacks import KIND as NUMBER
from irmacall.service.term import Peers, Term
from irmacall.store.desk import Lease
from irmacall.store.vault import LARGEST_SKEW

log = structlog.get_logger("irmacall.leadership")

STAND_BY_SECONDS = 0.25
LONGEST_WAIT = 5.0


class Leadership:
    """Whether this daemon leads the desk, and the term in which it does."""

    def __init__(self, plan: Plan, peers: Peers, ttl: float) -> None:
        self._plan = plan
        self._peers = peers
        self._ttl = ttl
        # Where it is, for people; and what no other life of a daemon has.
        self._holder = f"{socket.gethostname()}, process {os.getpid()} {secrets.token_hex(16)}"
        self._term: Term | None = None
        self.leading = asyncio.Event()
        self.next_term = asyncio.Event()
        """Set when the next term begins; another one stands here from then on."""

    @property
    def desk(self) -> DeskId:
        """The desk that this is about."""
        return self._plan.desk

    def term(self) -> Term:
        """The term that runs now. Raises PeerUnavailable on a standby, or where the lease cannot be proven."""
        if self._term is None or not self._term.leads():
            raise PeerUnavailable("this daemon does not lead the desk now")
        return self._term

    async def leader(self) -> str | None:
        """Where the daemon is that leads now, in words; None: nobody does, or it cannot be told."""
        try:
            holder = await self._peers.store.holder(self.desk)
        except PeerError as error:
            log.info("the leader cannot be told", desk=self.desk, error=str(error))
            return None
        where = "" if holder is None else holder.rpartition(" ")[0][:100]
        return where if where.isprintable() and where else None

    async def take(self, plan: Plan) -> bool:
        """New calls get this plan, in this term and in later ones; whether a term runs now that has saved it so."""
        self._plan = plan
        if self._term is None:
            return False
        try:
            await self._term.ask(PlanChanged(plan))
        except PeerUnavailable as error:  # The term ended meanwhile: the next one begins with it.
            log.info("the next term begins with the new plan", desk=self.desk, error=str(error))
            return False
        return True

    async def run(self) -> None:
        """Lead whenever that is possible. Ends only by being cancelled, in which case the lease is given back."""
        wait = STAND_BY_SECONDS
        while not _asked_to_stop():
            lease = await self._acquire()
            if lease is None:
                await asyncio.sleep(STAND_BY_SECONDS)
                continue
            began = asyncio.get_running_loop().time()
            try:
                await self._lead_and_give_back(lease)
            except* (LeaseLost, PeerError) as ended:
                log.warning("term ended", desk=self.desk, fence=lease.fence, errors=_texts(ended))
            except* RecordError as ended:
                log.error("not leading: what was saved cannot be read", desk=self.desk, errors=_texts(ended))
            except* Exception:
                # A defect of ours: what was saved is loaded again, and the calls are taken over.
                log.exception("term broke", desk=self.desk, fence=lease.fence)
            stood = asyncio.get_running_loop().time() - began
            wait = STAND_BY_SECONDS if stood > LONGEST_WAIT else min(wait * 2, LONGEST_WAIT)
            if not _asked_to_stop():
                await asyncio.sleep(wait)

    async def _acquire(self) -> Lease | None:
        try:
            if abs(await self._skew()) > LARGEST_SKEW:
                log.error("not leading: our clock and the vault's differ too much", desk=self.desk)
                return None
            lease = await self._peers.store.acquire(self.desk, self._holder, self._ttl, await self._floor())
        except PeerError as error:
            log.warning("no lease", desk=self.desk, error=str(error))
            return None
        return lease

    async def _skew(self) -> float:
        try:
            return await self._peers.vault.clock_skew()
        except PeerError:
            return 0.0  # No vault, no identity: there is nothing whose expiry could be wrong.

    async def _floor(self) -> int:
        try:
            return await self._peers.vault.highest_fence(self.desk)
        except PeerError:
            return 0  # A vault that comes back comes back empty; any other refuses a fence that is too low.

    async def _lead_and_give_back(self, lease: Lease) -> None:
        try:
            # A task of its own: its group, when it fails, leaves a mark of cancellation behind (Python 3.11).
            await asyncio.create_task(self._lead(lease), name=f"term {lease.fence}")
        finally:
            await self._give_back(lease)  # Here, since a task that is cancelled before it began does nothing at all.

    async def _lead(self, lease: Lease) -> None:
        try:
            records = await self._peers.store.load(lease)
            numbers = {key: value for key, value in records.items() if key[0] == NUMBER}
            known = {key: value for key, value in records.items() if key not in numbers}
            self._term = Term(load(self._plan, lease.fence, known), lease, self._peers, numbers)
            log.info("leading", desk=self.desk, fence=lease.fence, records=len(records))
            self.leading.set()
            self.next_term.set()
            self.next_term = asyncio.Event()
            await self._term.run()
        finally:
            self.leading.clear()
            self._term = None

    async def _give_back(self, lease: Lease) -> None:
        try:
            await self._peers.store.release(lease)
        except PeerError as error:
            log.info("lease not given back, it will lapse", desk=self.desk, error=str(error))


def _asked_to_stop() -> bool:
    """Whether this task was cancelled: a task group that fails while it is cancelled forgets it (Python 3.11)."""
    task = asyncio.current_task()
    return task is not None and task.cancelling() > 0


def _texts(group: BaseExceptionGroup[BaseException]) -> list[str]:
    return [f"{type(error).__name__}: {error}" for error in group.exceptions]
