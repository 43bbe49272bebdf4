"""What each browser began on the citizens' pages, and how all of it is given up and erased again.

A browser that begins once more gets another page, with another secret; which of these it keeps nobody can know. So
whoever has one of them can stop and erase what was begun from any.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Sequence, Set
from dataclasses import dataclass, field
from typing import Final

import structlog

from irmacall.core import citizen_views
from irmacall.core.code import Digits
from irmacall.core.events import ErasureAsked
from irmacall.core.ids import PageId, SealedId, SubjectId
from irmacall.errors import PeerError, PeerUnavailable
from irmacall.irma.client import IrmaClient
from irmacall.irma.wire import Session
from irmacall.service.leadership import Leadership
from irmacall.store.vault import Vault
from irmacall.web.citizen_ports import FailureReason

log = structlog.get_logger("irmacall.citizen")

REMEMBERED: Final = 3600.0
"""Seconds that a page's failure, or its code in clear, is remembered at the most."""
OVER: Final = frozenset({citizen_views.CitizenStage.UNKNOWN, citizen_views.CitizenStage.ERASED})
SEALED: Final = frozenset({citizen_views.CitizenStage.SEALED, citizen_views.CitizenStage.DROPPED})
"""Where something lies in the vault that no call has."""


@dataclass(slots=True)
class Browser:
    """What one browser began, each page from the one before it, whichever of their secrets it kept."""

    turn: asyncio.Lock = field(default_factory=asyncio.Lock)
    """One disclosure is begun at a time."""
    pages: list[PageId] = field(default_factory=list)
    """Those that may still hold something to erase, the newest last."""


@dataclass(frozen=True, slots=True)
class OnTheLine:
    """A page whose caller is on the line, and what it shows."""

    page: PageId
    view: citizen_views.PageView


@dataclass(slots=True)
class Page:
    """What this daemon alone knows of a page: its session at yivi, how that failed, and its code in clear."""

    since: float = field(default_factory=time.time)
    session: Session | None = field(default=None, repr=False)
    following: asyncio.Task[None] | None = None
    failed: FailureReason | None = None
    code: Digits | None = None
    subject: SubjectId | None = None
    given_up: bool = False
    """The citizen has said that she wants none of it, perhaps while her answer was on its way."""
    keeping: asyncio.Lock = field(default_factory=asyncio.Lock, repr=False)
    """Held while it goes into the vault and the desk is told: until then nobody can say what there is to erase."""
    unburned: SealedId | None = None
    """What must not lie in the vault, and for all that we know still does."""
    browser: Browser = field(default_factory=Browser, repr=False)
    left: bool = False
    """Another page was begun from it."""
    paired: PageId | None = None
    """The page that typed in the number of the call for which it is; None: it is for a call that is still to come."""


class Browsers:
    """The pages that this daemon knows more of than the desk does, by their ids."""

    def __init__(self, leadership: Leadership, irma: IrmaClient, vault: Vault) -> None:
        self._leadership = leadership
        self._irma = irma
        self._vault = vault
        self.pages: dict[PageId, Page] = {}

    def add(self, page_id: PageId, page: Page) -> None:
        """A page was begun by its browser."""
        self.pages[page_id] = page
        page.browser.pages.append(page_id)

    def page(self, page_id: PageId) -> Page:
        """This page, which may be one that we never heard of."""
        return self.pages.setdefault(page_id, Page())

    def from_page(self, page_id: PageId) -> Browser:
        """The browser that begins from this page."""
        page = self.page(page_id)
        page.since = time.time()
        if page_id not in page.browser.pages:
            page.browser.pages.append(page_id)
        return page.browser

    def seen(self, page_id: PageId) -> citizen_views.PageView:
        """What the desk knows of a page. Raises PeerUnavailable on a standby."""
        return citizen_views.page_view(self._leadership.term().desk, page_id, time.time())

    def still_sealed(self, browser: Browser) -> citizen_views.PageView | None:
        """What can be erased from a page that was left: its browser may have kept this secret and not the last one.

        It says that there is something, never the code: whoever gave the browser its cookie could know that secret.
        """
        seen = (self.seen(page_id) for page_id in reversed(browser.pages))
        return next((view for view in seen if view.stage in SEALED), None)

    def on_the_line(self, browser: Browser) -> OnTheLine | None:
        """The page of this browser whose caller is on the line, known to us or erased; None: no such is known."""
        try:
            seen = [OnTheLine(page_id, self.seen(page_id)) for page_id in reversed(browser.pages)]
        except PeerUnavailable:  # Nobody leads: how calls go, nobody knows now.
            return None
        return next((each for each in seen if each.view.on_the_line), None)

    def known(self, page_id: PageId) -> citizen_views.PageView | None:
        """What the desk knows of this page; None: nothing, so that what its own session came to is what it shows.

        What could not be kept for it is nothing to show; and where nobody leads, nobody knows.
        """
        page = self.pages.get(page_id)
        try:
            seen = self.seen(page_id)
        except PeerUnavailable:
            return None
        lost = seen.stage is citizen_views.CitizenStage.ERASED and page is not None and page.failed == "unavailable"
        return None if lost or seen.stage is citizen_views.CitizenStage.UNKNOWN else seen

    async def leave(self, browser: Browser) -> None:
        """What waits is not left behind when the browser loses its page's secret; a call that goes on is."""
        for page_id in browser.pages:
            if (page := self.pages.get(page_id)) is not None:
                page.left = True
        await self._give_up(browser.pages, SEALED)
        browser.pages = [page_id for page_id in browser.pages if not self._is_over(page_id)]

    async def give_up(self, page_id: PageId) -> None:
        """All that this page's browser began is stopped, or erased where it lies sealed.

        A call goes on, and what is kept for who was cut off stays: that is wiped, and not stopped.
        """
        await self._give_up(self.all_of(page_id), frozenset({citizen_views.CitizenStage.SEALED}))

    async def erase(self, page_id: PageId) -> None:
        """All that this page's browser disclosed is erased. Raises PeerError where that is not sure."""
        await self._erase(self.all_of(page_id))

    async def burn(self, page: Page) -> None:
        """What this page left in the vault is gone. Raises PeerError where the vault does not say so."""
        if page.unburned is not None:
            await self._vault.burn(self._leadership.desk, [page.unburned])
            page.unburned = None

    def forget_old(self) -> None:
        """What was begun long ago and does not go on is known to the desk alone."""
        oldest = time.time() - REMEMBERED
        for page_id, page in list(self.pages.items()):
            if page.since < oldest and page.session is None:
                del self.pages[page_id]

    async def _give_up(self, pages: Sequence[PageId], erased: Set[citizen_views.CitizenStage]) -> None:
        for page_id in pages:
            page = self.pages.get(page_id)
            if page is not None and page.session is not None:
                page.given_up = True
                await self._cancel(page.session)
        await self._erase([page_id for page_id in pages if self.seen(page_id).stage in erased])

    async def _cancel(self, session: Session) -> None:
        try:
            await self._irma.cancel(session)
        except PeerError as error:
            log.info("session not cancelled, it will time out", action="disclosure.cancel", error=str(error))

    async def _erase(self, pages: Sequence[PageId]) -> None:
        """The desk is told of all before the vault is asked for any: what cannot be burned keeps no other alive."""
        for page in self._known(pages):
            page.given_up = True
        for page_id in pages:
            for page in self._known([page_id]):
                async with page.keeping:  # What is being sealed now is known to the desk by then, or to be burned.
                    page.code = None
            await self._leadership.term().ask(ErasureAsked(page_id))
        unsure = [error for page in self._known(pages) if (error := await self._not_burned(page)) is not None]
        if unsure:
            raise unsure[0]

    async def _not_burned(self, page: Page) -> PeerError | None:
        try:
            await self.burn(page)
        except PeerError as error:
            return error
        return None

    def _known(self, pages: Sequence[PageId]) -> list[Page]:
        return [self.pages[page_id] for page_id in pages if page_id in self.pages]

    def all_of(self, page_id: PageId) -> list[PageId]:
        """This page, and all else that its browser began."""
        page = self.pages.get(page_id)
        return list(dict.fromkeys((page_id, *(page.browser.pages if page is not None else ()))))

    def _is_over(self, page_id: PageId) -> bool:
        """Whether nothing lies in the vault for this page, nor can get there any more."""
        page = self.pages.get(page_id)
        settled = page is None or (page.session is None and page.unburned is None)
        return settled and self.seen(page_id).stage in OVER
