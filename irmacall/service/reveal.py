"""The one door through which identity leaves.

Nothing else calls `vault.open`. The door asks whether this seat may see this caller, opens the vault
while the audit line is written (no line, no reveal), and asks again before it hands the answer on: what was withdrawn
meanwhile is not shown.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Protocol

from irmacall.core.commands import Grant
from irmacall.core.ids import CallId, DeskId, GrantNumber, SealedId, SeatId, UserId
from irmacall.core.ownership import Grants
from irmacall.errors import LeaseLost, Refused, VaultGone
from irmacall.store.desk import Lease
from irmacall.store.sealing import Disclosed
from irmacall.store.vault import Vault


class AuditTrail(Protocol):
    """What the door needs of the audit log: a line that is durable when this returns."""

    def __call__(
        self, kind: str, *, seat: SeatId, user: UserId, call: CallId, grant: GrantNumber, why: str
    ) -> Awaitable[None]:
        """Write one line, or raise."""


class Door:
    """One leader's door. It is shut for good once the lease no longer stands."""

    def __init__(
        self,
        desk: DeskId,
        grants: Grants,
        vault: Vault,
        audit: AuditTrail,
        lease: Callable[[], Lease],
        lost: Callable[[SealedId], None],
    ) -> None:
        self._desk = desk
        self._grants = grants
        self._vault = vault
        self._audit = audit
        self._lease = lease
        self._lost = lost

    async def reveal(self, seat: SeatId, call: CallId, number: GrantNumber) -> Disclosed:
        """What the caller of this call disclosed, for the seat that has her on the line.

        Raises Refused (not hers to see), LeaseLost, VaultGone (and the desk is told), or PeerError.
        """
        held = self._ask(seat, call, number)
        why = "has the caller on the line"
        line = asyncio.ensure_future(
            self._audit("reveal", seat=seat, user=held.user, call=call, grant=number, why=why)
        )
        try:
            disclosed = await self._open(held.sealed)
        finally:
            await line  # Written while the vault was opened; without it nothing is handed on.
        self._ask(seat, call, number)
        return disclosed

    async def _open(self, sealed: SealedId) -> Disclosed:
        try:
            return await self._vault.open(self._desk, sealed, self._lease().fence, time.time())
        except VaultGone:
            self._lost(sealed)
            raise

    def _ask(self, seat: SeatId, call: CallId, number: GrantNumber) -> Grant:
        if not self._lease().stands_at(time.monotonic()):
            raise LeaseLost("the lease has lapsed")
        held = self._grants.may_see(seat, call, number)
        if held is None:
            raise Refused("this seat does not have this caller on the line under this grant")
        return held
