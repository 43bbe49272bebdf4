"""The vault during one term: what must be erased is, what it lost is noticed, its clock is held against ours."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Collection

import structlog

from irmacall.core.ids import DeskId, SealedId
from irmacall.errors import LeaseLost, PeerError
from irmacall.store.vault import LARGEST_SKEW, Vault

log = structlog.get_logger("irmacall.custody")

WATCH_SECONDS = 1.0
RETRY_SECONDS = 0.2


class Custody:
    """One term's care for what lies in the vault. `kept` says what should lie there; `lost` is told what does not."""

    def __init__(
        self,
        vault: Vault,
        desk: DeskId,
        fence: int,
        kept: Callable[[], Collection[SealedId]],
        lost: Callable[[SealedId], None],
        *,
        unburned: set[SealedId] | None = None,
        wall: Callable[[], float] = time.time,
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self._vault = vault
        self._desk = desk
        self._fence = fence
        self._kept = kept
        self._lost = lost
        self._wall = wall
        self._steady = steady
        self._offset = wall() - steady()
        self._to_burn = set() if unburned is None else unburned
        self._told = asyncio.Event()
        if self._to_burn:
            self._told.set()

    def burn(self, sealed: SealedId) -> None:
        """Erase this identity now."""
        self._to_burn.add(sealed)
        self._told.set()

    async def burn_all(self) -> None:
        """Erase what must be erased; where the vault does not answer, again, until it does."""
        while True:
            await self._told.wait()
            self._told.clear()
            burning = frozenset(self._to_burn)
            try:
                await self._vault.burn(self._desk, burning)
                self._to_burn -= burning
            except PeerError as error:
                log.warning("not burned yet, trying again", error=str(error))
                self._told.set()
                await asyncio.sleep(RETRY_SECONDS)

    async def watch(self) -> None:
        """Until a clock cannot be trusted, which ends the term: raises LeaseLost."""
        while True:
            self._distrust_a_clock_set_back()
            try:
                skew = await self._vault.clock_skew()
                await self._claim()
            except PeerError as error:  # away, or at odds with us: no identity can be had, and calls go on
                log.warning("vault does not answer", error=str(error))
            else:
                if abs(skew) > LARGEST_SKEW:
                    raise LeaseLost(f"our clock and the vault's differ by {skew:.1f} s: no expiry can be trusted")
            await asyncio.sleep(WATCH_SECONDS)

    def _distrust_a_clock_set_back(self) -> None:
        """With our clock set back every expiry lies further away than it was promised: erase what there is."""
        offset, self._offset = self._offset, self._wall() - self._steady()
        if self._offset > offset - LARGEST_SKEW:
            return
        log.error("the clock was set back: every identity is erased", seconds=round(offset - self._offset, 1))
        for sealed in self._kept():
            self._lost(sealed)

    async def _claim(self) -> None:
        """A vault that does not know this term may have lost what it kept: say what is missing."""
        if await self._vault.claimant(self._desk) == self._fence:
            return
        for sealed in await self._vault.missing(self._desk, self._kept()):
            self._lost(sealed)
        await self._vault.claim(self._desk, self._fence)
