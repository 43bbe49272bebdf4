"""The one door through which identity leaves.

Nothing else calls `vault.open`. The door asks whether this seat may see this caller, opens the vault
while the audit line is written (no line, no reveal), and asks again before it hands the answer on: what was withdrawn
meanwhile is not shown. A line of a reveal after which nothing was shown is followed by one that says so, and who asks
for what is not hers has a line too.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Final, Protocol

import structlog

from irmacall.core.commands import Grant
from irmacall.core.ids import CallId, DeskId, GrantNumber, SealedId, SeatId, UserId
from irmacall.core.ownership import Grants
from irmacall.errors import ClockSkew, LeaseLost, PeerError, Refused, VaultGone
from irmacall.store.desk import Lease
from irmacall.store.sealing import Disclosed
from irmacall.store.vault import Vault

log = structlog.get_logger("irmacall.reveal")

NOT_SHOWN: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (Refused, "withdrawn before it was shown"),
    (VaultGone, "the vault holds it no longer"),
    (LeaseLost, "this daemon leads no longer"),
    (ClockSkew, "the clock cannot be trusted"),
    (PeerError, "the vault did not answer"),
    (asyncio.CancelledError, "the question was broken off"),
    (BaseException, "a mistake of ours"),
)
"""What a line says of a reveal that was not shown: the first that fits, never the error's own words."""
NO_CALL: Final = "not a call that goes on now"


class AuditTrail(Protocol):
    """What the door needs of the audit log."""

    def write(
        self, kind: str, *, seat: SeatId, user: UserId, call: CallId, grant: GrantNumber, why: str
    ) -> Awaitable[None]:
        """Write one line, durable when this returns, or raise."""

    def note(self, kind: str, *, seat: SeatId, user: UserId, call: CallId, grant: GrantNumber, why: str) -> None:
        """Write one line soon."""

    def count(self, kind: str, *, seat: SeatId, user: UserId, call: CallId | None, why: str) -> None:
        """Write one line soon, and for what is the same a minute long only how often it was."""


class Door:
    """One leader's door. It is shut for good once the lease no longer stands."""

    def __init__(
        self,
        desk: DeskId,
        grants: Grants,
        vault: Vault,
        audit: AuditTrail,
        *,
        lease: Callable[[], Lease],
        lost: Callable[[SealedId], None],
        is_call: Callable[[CallId], bool],
    ) -> None:
        self._desk = desk
        self._grants = grants
        self._vault = vault
        self._audit = audit
        self._lease = lease
        self._lost = lost
        self._is_call = is_call

    async def reveal(self, seat: SeatId, user: UserId, call: CallId, number: GrantNumber) -> Disclosed:
        """What the caller of this call disclosed, for the user at the seat that has her on the line.

        Raises Refused (not hers to see), LeaseLost, VaultGone (and the desk is told), or PeerError.
        """
        try:
            held = self._ask(seat, user, call, number)
        except Refused as refused:
            self._refuse(seat, user, call, str(refused))
            raise
        why = "has the caller on the line"
        line = asyncio.ensure_future(
            self._audit.write("reveal", seat=seat, user=user, call=call, grant=number, why=why)
        )
        try:
            disclosed = await self._opened(held.sealed, line)
            self._ask(seat, user, call, number)
        except BaseException as failed:
            self._not_shown(held, line, failed)
            raise
        return disclosed

    async def _opened(self, sealed: SealedId, line: asyncio.Future[None]) -> Disclosed:
        try:
            return await self._vault.open(self._desk, sealed, self._lease().fence, time.time())
        except VaultGone:
            self._lost(sealed)
            raise
        finally:
            await line  # Written while the vault was opened; without it nothing is handed on.

    def _ask(self, seat: SeatId, user: UserId, call: CallId, number: GrantNumber) -> Grant:
        if not self._lease().stands_at(time.monotonic()):
            raise LeaseLost("the lease has lapsed")
        held = self._grants.may_see(seat, call, number)
        if held is None or held.user != user:
            raise Refused("does not have this caller on the line under this grant")
        return held

    def _refuse(self, seat: SeatId, user: UserId, call: CallId, why: str) -> None:
        """A call's name comes from her browser: what is no call of ours is not written down, whatever it says."""
        known = self._is_call(call)
        self._audit.count(
            "reveal_refused", seat=seat, user=user, call=call if known else None, why=why if known else NO_CALL
        )

    def _not_shown(self, held: Grant, line: asyncio.Future[None], failed: BaseException) -> None:
        if line.done() and not line.cancelled() and line.exception() is not None:
            log.error("not shown, since its audit line could not be written", action="reveal.failed", call=held.call)
            return
        why = next(words for kind, words in NOT_SHOWN if isinstance(failed, kind))
        self._audit.note("reveal_failed", seat=held.seat, user=held.user, call=held.call, grant=held.grant, why=why)
