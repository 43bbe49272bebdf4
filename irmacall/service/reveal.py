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
from dataclasses import dataclass, field
from typing import Final, Protocol

import structlog

from irmacall.core.commands import Grant
from irmacall.core.glass import Looks
from irmacall.core.ids import CallId, DeskId, GrantNumber, SealedId, SeatId, UserId
from irmacall.core.ownership import Grants
from irmacall.core.sight_events import IdentitySeen
from irmacall.errors import ClockSkew, LeaseLost, PeerError, Refused, VaultGone
from irmacall.store.desk import Lease
from irmacall.store.sealing import Disclosed
from irmacall.store.vault import Vault

log = structlog.get_logger("irmacall.reveal")

_GONE: Final = "the vault holds it no longer"
NOT_SHOWN: Final[tuple[tuple[type[BaseException], str], ...]] = (
    (Refused, "withdrawn before it was shown"),
    (VaultGone, _GONE),
    (LeaseLost, "this daemon leads no longer"),
    (ClockSkew, "the clock cannot be trusted"),
    (PeerError, "the vault did not answer"),
    (asyncio.CancelledError, "the question was broken off"),
    (BaseException, "a mistake of ours"),
)
"""What a line says of a reveal that was not shown: the first that fits, never the error's own words."""
NO_CALL: Final = "not a call that goes on now"
ON_THE_LINE: Final = "has the caller on the line"
"""What a line says of who is granted a caller, and of who is shown her."""
BROKE_THE_GLASS: Final = "broke the glass; her reason stands in an earlier line"
"""What a line says of management who is shown a caller."""


@dataclass(frozen=True, slots=True)
class _Rule:
    """One of the two reasons for which somebody may see a caller, in the words of the log."""

    allows: str
    forbids: str
    by_glass: bool = False


_OWNER: Final = _Rule(ON_THE_LINE, "does not have this caller on the line under this grant")
_ONLOOKER: Final = _Rule(BROKE_THE_GLASS, "may not look at this caller under this grant", by_glass=True)


@dataclass(frozen=True, slots=True)
class Revealed:
    """What there is to show of a caller: at least one of the two. Never printed.

    `identity`: what she disclosed. `note`: what the one who passed her on wrote (see `notes`).
    """

    identity: Disclosed | None = field(repr=False)
    note: Disclosed | None = field(repr=False)


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
        looks: Looks,
        vault: Vault,
        audit: AuditTrail,
        *,
        lease: Callable[[], Lease],
        lost: Callable[[SealedId], None],
        seen: Callable[[IdentitySeen], None],
        is_call: Callable[[CallId], bool],
    ) -> None:
        self._desk = desk
        self._grants = grants
        self._looks = looks
        self._vault = vault
        self._audit = audit
        self._lease = lease
        self._lost = lost
        self._seen = seen
        self._is_call = is_call

    async def reveal(self, seat: SeatId, user: UserId, call: CallId, number: GrantNumber) -> Revealed:
        """What there is to show of the caller of this call, for the user at the seat that has her on the line.

        Raises Refused (not hers to see), LeaseLost, VaultGone (nothing is there any more, and the desk is told), or
        PeerError. Where the vault has lost one of the two the other is shown.
        """
        return await self._reveal(seat, user, call, number, _OWNER)

    async def reveal_by_glass(self, seat: SeatId, user: UserId, call: CallId, number: GrantNumber) -> Revealed:
        """Who the caller of this call is, for somebody of management whose reason was written down: never a note.

        Raises as `reveal` does.
        """
        return await self._reveal(seat, user, call, number, _ONLOOKER)

    async def _reveal(self, seat: SeatId, user: UserId, call: CallId, number: GrantNumber, rule: _Rule) -> Revealed:
        try:
            held = self._ask(seat, user, call, number, rule)
        except Refused as refused:
            self._refuse(seat, user, call, str(refused))
            raise
        why = rule.allows if held.sealed is not None else f"{rule.allows}; a note alone"
        line = asyncio.ensure_future(
            self._audit.write("reveal", seat=seat, user=user, call=call, grant=number, why=why)
        )
        try:
            revealed = await self._opened(held, line)
            self._ask(seat, user, call, number, rule)
        except BaseException as failed:
            self._not_shown(held, line, failed)
            raise
        if held.sealed is not None and revealed.identity is None:
            self._note("reveal_failed", held, f"{_GONE}; a note was shown")
        if held.sealed is not None and revealed.identity is not None:
            self._seen(IdentitySeen(held.sealed, user, number, by_glass=rule.by_glass))
        return revealed

    async def _opened(self, held: Grant, line: asyncio.Future[None]) -> Revealed:
        try:
            revealed = Revealed(await self._content(held.sealed), await self._content(held.note))
        finally:
            await line  # Written while the vault was opened; without it nothing is handed on.
        if revealed.identity is None and revealed.note is None:
            raise VaultGone("burned, expired, or lost")
        return revealed

    async def _content(self, sealed: SealedId | None) -> Disclosed | None:
        """What lies under this name; None where nothing does, and then the desk is told."""
        if sealed is None:
            return None
        try:
            return await self._vault.open(self._desk, sealed, self._lease().fence, time.time())
        except VaultGone:
            self._lost(sealed)
            return None

    def _ask(self, seat: SeatId, user: UserId, call: CallId, number: GrantNumber, rule: _Rule) -> Grant:
        if not self._lease().stands_at(time.monotonic()):
            raise LeaseLost("the lease has lapsed")
        if rule.by_glass:
            held = self._looks.may_see(seat, call, number, time.time())
        else:
            held = self._grants.may_see(seat, call, number)
        if held is None or held.user != user:
            raise Refused(rule.forbids)
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
        self._note("reveal_failed", held, why)

    def _note(self, kind: str, held: Grant, why: str) -> None:
        self._audit.note(kind, seat=held.seat, user=held.user, call=held.call, grant=held.grant, why=why)
