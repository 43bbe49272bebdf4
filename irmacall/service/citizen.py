"""The desk as a citizen's page sees it (`web.citizen_ports.CitizenDesk`): from her subject to the wiping of her data.

Only the page that began a disclosure is ever told its code. The code in clear is kept here, in memory, for that page
alone and for as long as it lives; the desk knows its keyed hash. What was disclosed goes from yivi straight into the
vault; the desk is told where it lies.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager
from dataclasses import dataclass, field, replace
from typing import Final

import structlog

from irmacall.core.citizen_views import CitizenStage, PageView
from irmacall.core.code import Digits, make_code
from irmacall.core.events import CodeRenewed, DisclosureSealed, ErasureAsked, IdentityLost
from irmacall.core.ids import CallId, CodeHash, PageId, SealedId, SubjectId
from irmacall.core.pairing import Unshared
from irmacall.core.pairing_events import PairingFailed, PairingSealed, PairingShared
from irmacall.core.sight_events import PageDoubts
from irmacall.errors import DisclosureRefused, PeerError, PeerUnavailable, Refused
from irmacall.irma.client import IrmaClient
from irmacall.irma.question import Question, is_demo
from irmacall.irma.wire import Attributes, Refusal, Status, tel_link, verify
from irmacall.service import identity
from irmacall.service.browsers import Browser, Browsers, Page
from irmacall.service.leadership import Leadership
from irmacall.service.live_page import LivePage
from irmacall.service.screens import PANEL, Screens
from irmacall.service.term import Term
from irmacall.store.vault import Vault
from irmacall.web.citizen_ports import Begun, CitizenView, FailureReason, PageToken, SubjectView

log = structlog.get_logger("irmacall.citizen")

UNPAIRED: Final = "unpaired"
"""Why a disclosure that was made during a call came to nothing: the call, or the time for it, was over."""
FAILURES: Mapping[str, FailureReason] = {
    Refusal.REFUSED: "refused",
    Refusal.TIMED_OUT: "expired",
    UNPAIRED: "unpaired",
}
"""What a page is told of a refusal; every other one (an expired credential too) is "invalid"."""


@dataclass(frozen=True, slots=True)
class Subject:
    """One subject of the site: what it is called, what it asks, and how."""

    view: SubjectView
    question: Question
    more: Mapping[str, Further] = field(default_factory=dict)
    """What may be asked besides during a call, by its field."""

    def with_more(self, name: str | None) -> Subject | None:
        """The same, with this field asked besides; None where that may not be asked."""
        if name is None:
            return self
        further = self.more.get(name)
        if further is None:
            return None
        return replace(self, view=further.view, question=further.question)


@dataclass(frozen=True, slots=True)
class Paired:
    """For which call something is begun, and for which one of the numbers that were given out for it."""

    page: PageId
    """The one that typed it in."""
    call: CallId
    nth: int


@dataclass(frozen=True, slots=True)
class Further:
    """One attribute that may be asked besides: what it is called, and the subject and the question with it."""

    label: str
    view: SubjectView
    question: Question


@dataclass(frozen=True, slots=True)
class Offer:
    """What citizens can do by the site file. Whatever was begun under an earlier one goes on under that."""

    number: str
    shown_number: str
    subjects: Mapping[SubjectId, Subject]
    lifetime: float
    """Seconds that an identity lives, from the start of its disclosure session."""
    origin: str = ""
    """Of the citizens' pages."""


class Citizens:
    """Answers for every citizen's page."""

    def __init__(
        self,
        leadership: Leadership,
        screens: Screens,
        irma: IrmaClient,
        vault: Vault,
        offer: Callable[[], Offer],
        *,
        page_key: bytes,
        hash_code: Callable[[Digits], CodeHash],
        live: LivePage,
    ) -> None:
        """`offer` is asked each time: a site file can be read anew."""
        self._leadership = leadership
        self._screens = screens
        self._irma = irma
        self._vault = vault
        self._browsers = Browsers(leadership, irma, vault)
        self._offer = offer
        self._page_key = page_key
        self._hash_code = hash_code
        self._live = live
        self._group: asyncio.TaskGroup | None = None

    async def run(self) -> None:
        """Follow disclosures, until cancelled."""
        async with asyncio.TaskGroup() as self._group:
            while True:
                await asyncio.sleep(60)
                self._browsers.forget_old()

    @property
    def service_number(self) -> str:
        """See `CitizenDesk.service_number`."""
        return self._offer().shown_number

    def subjects(self) -> Sequence[SubjectView]:
        """See `CitizenDesk.subjects`."""
        return [subject.view for subject in self._offer().subjects.values()]

    async def begin(self, subject: SubjectId, earlier: PageToken | None = None) -> Begun:
        """See `CitizenDesk.begin`."""
        asked = self._offer().subjects.get(subject)
        if asked is None:
            raise Refused("no such subject")
        async with self._leaving(earlier) as browser:
            return await self._begin(asked, browser)

    async def begin_paired(self, asked: Subject, paired: Paired, earlier: PageToken | None) -> Begun:
        """Start a disclosure for the call whose number a page typed in. Raises as `begin` does."""
        async with self._leaving(earlier) as browser:
            begun = await self._begin(asked, browser, paired.page)
            # The page whose secret she has now; who has an older one of this browser's gets nothing by it.
            await self._tell_pairing(paired, self._id(begun.page), None if earlier is None else self._id(earlier))
            return begun

    @asynccontextmanager
    async def _leaving(self, earlier: PageToken | None) -> AsyncIterator[Browser]:
        """The browser that begins from this page, one disclosure at a time; what waited there is given up."""
        self._leadership.term()
        browser = Browser() if earlier is None else self._browsers.from_page(self._id(earlier))
        async with browser.turn:
            await self._browsers.leave(browser)
            yield browser

    async def _tell_pairing(self, paired: Paired, page_id: PageId, earlier: PageId | None) -> None:
        """What was begun is for this call, which may be over by now, or have another number. Raises Refused."""
        term = self._leadership.term()
        await term.ask(PairingShared(paired.page, page_id, paired.call, paired.nth, earlier))
        call = term.desk.calls.get(paired.call)
        if call is None or call.pairing is None or call.pairing.sharing != page_id:
            await self._browsers.give_up(page_id)
            raise Refused("its number is for something else now")

    async def _begin(self, asked: Subject, browser: Browser, taken: PageId | None = None) -> Begun:
        token = PageToken(secrets.token_urlsafe(32))
        page_id, started_at = self._id(token), time.time()
        code = self._draw() if taken is None else None
        session = await self._irma.start(asked.question, self._afterwards(code))
        page = Page(started_at, session, code=code, subject=asked.view.id, browser=browser, paired=taken)
        self._browsers.add(page_id, page)
        assert self._group is not None, "citizens are not running"
        page.following = self._group.create_task(self._follow(page_id, asked, started_at), name="disclosure")
        return Begun(token, dict(session.session_ptr), dict(session.frontend_request))

    def _afterwards(self, code: Digits | None) -> str:
        """Where the app goes when it is done: to the call, or back to the page of a call that goes on."""
        offer = self._offer()
        return f"{offer.origin}/bellen" if code is None else tel_link(offer.number, code)

    async def stop_paired(self, taken: PageId) -> None:
        """What was begun for a call is given up: who typed in its number wants none of it."""
        for page_id, page in list(self._browsers.pages.items()):
            if page.paired == taken and page.session is not None:
                await self._browsers.give_up(page_id)

    def _draw(self) -> Digits:
        """A code that is not alive yet."""
        desk = self._leadership.term().desk
        while True:
            code = Digits(make_code(secrets.randbelow(10**9)))
            taken = any(page.code == code for page in self._browsers.pages.values())
            if not taken and self._hash_code(code) not in desk.sealed_of_code:
                return code

    # -- from the app's answer to the vault ----------------------------------------------------------------

    async def _follow(self, page_id: PageId, subject: Subject, started_at: float) -> None:
        page = self._browsers.pages[page_id]
        try:
            await self._seal(page_id, page, subject, started_at)
        except DisclosureRefused as refused:
            log.info("disclosure refused", action="disclosure.refused", reason=refused.reason)
            page.failed = FAILURES.get(refused.reason, "invalid")
        except (PeerError, Refused) as error:
            log.warning("disclosure lost", action="disclosure.lost", error=str(error))
            page.failed = "unavailable"
        except Exception:
            log.exception("disclosure broke", action="disclosure.broke")
            page.failed = "unavailable"
        finally:
            page.session = None
            if page.failed is not None:
                page.code = None
                self._tell_of_failure(page_id, page)
            self._screens.pages.nudge(page_id, PANEL)

    def _tell_of_failure(self, page_id: PageId, page: Page) -> None:
        """Who has the caller on the line waits for it."""
        if page.paired is None or page.failed is None or page.failed == UNPAIRED:
            return
        try:
            self._leadership.term().tell(PairingFailed(page_id, Unshared(page.failed)))
        except PeerUnavailable:
            log.info("nobody leads who could be told", action="pairing.failed")

    async def _seal(self, page_id: PageId, page: Page, subject: Subject, started_at: float) -> None:
        sealed, expires_at = SealedId(secrets.token_hex(16)), started_at + self._offer().lifetime
        told: DisclosureSealed | PairingSealed
        if page.paired is not None:
            told = PairingSealed(sealed, page_id, subject.view.id, started_at, expires_at)
        else:
            assert page.code is not None
            hashed = self._hash_code(page.code)
            told = DisclosureSealed(sealed, page_id, hashed, subject.view.id, started_at, expires_at)
        proven = await self._proven(page, subject.question)
        packed = identity.packed(
            proven.fields,
            scheme=proven.scheme,
            issuer=proven.issuer,
            started_at=started_at,
            demo=is_demo(proven.scheme),
        )
        async with page.keeping:
            await self._keep(page, told, packed)

    async def _proven(self, page: Page, question: Question) -> Attributes:
        """What she disclosed. Raises DisclosureRefused, also where she has given it up since."""
        assert page.session is not None
        if await self._irma.follow(page.session) is Status.TIMEOUT:
            await self._irma.cancel(page.session)  # The app could still disclose, and nobody would be listening.
            raise DisclosureRefused(Refusal.TIMED_OUT)
        proven = verify(await self._irma.result(page.session), question)
        if page.given_up:
            raise DisclosureRefused(Refusal.REFUSED)
        return proven

    async def _keep(self, page: Page, told: DisclosureSealed | PairingSealed, packed: Mapping[str, str]) -> None:
        """Into the vault, and the desk told of it, and of what she said meanwhile; or none of it."""
        term = self._leadership.term()
        try:
            await self._vault.seal(self._leadership.desk, told.sealed, packed, told.expires_at, term.lease.fence)
            await self._tell(term, page, told)
            if isinstance(told, PairingSealed) and told.sealed not in term.desk.disclosures:
                raise DisclosureRefused(UNPAIRED)
        except BaseException:
            # Sealed or not, it must not lie there; burning is final, also for a late seal.
            page.unburned = told.sealed
            self._burn_in_time(term, told.sealed)  # For as long as it takes, while this daemon leads…
            await self._burn_now(page)  # …and once in any case.
            raise
        log.info("disclosure sealed", action="disclosure.sealed", subject=told.subject)

    async def _tell(self, term: Term, page: Page, told: DisclosureSealed | PairingSealed) -> None:
        if page.given_up:
            term.tell(told)  # Decided and saved with what follows, so that its code is never alive.
        else:
            await term.ask(told)
        if page.given_up:  # Before the desk knew what her word was about, or just now.
            await term.ask(ErasureAsked(told.page))

    def _burn_in_time(self, term: Term, sealed: SealedId) -> None:
        """In the term that leads now, which may be a later one; where there is none, the next begins with it."""
        term.custody.burn(sealed)
        try:
            now = self._leadership.term()
        except PeerUnavailable:
            return
        now.custody.burn(sealed)
        now.tell(IdentityLost(sealed))  # Its code opens nothing, should the desk know of it.

    async def _burn_now(self, page: Page) -> None:
        try:
            await self._browsers.burn(page)
        except PeerError as error:
            log.warning("not burned at once", action="disclosure.burn", error=str(error))

    # -- what the page shows and asks ----------------------------------------------------------------------

    async def view(self, page: PageToken) -> CitizenView:
        """See `CitizenDesk.view`."""
        page_id = self._id(page)
        local = self._browsers.pages.get(page_id)
        if local is None:
            return await self._shown(self._browsers.seen(page_id), None)
        own, going = self._browsers.known(page_id), self._browsers.on_the_line(local.browser)
        if going is not None and going.page != page_id and _goes_first(going.view, local, own):
            return await self._shown(replace(going.view, sealed=None), None)  # The words are for that page alone.
        if own is not None:
            return await self._shown(own, local.code if own.code_live else None)
        if local.session is not None:
            return CitizenView("disclosing", self.service_number)
        if local.left and (still := self._browsers.still_sealed(local.browser)) is not None:
            return await self._shown(still, None)
        if local.failed is not None:
            return CitizenView("failed", self.service_number, subject=local.subject, reason=local.failed)
        return await self._shown(self._browsers.seen(page_id), None)

    async def _shown(self, seen: PageView, code: Digits | None) -> CitizenView:
        return CitizenView(
            state=seen.stage.value,
            number=self.service_number,
            subject=seen.subject,
            code=None if code is None else code.plain(),
            code_expires_at=seen.code_expires_at,
            expires_at=seen.expires_at,
            tel=None if code is None else tel_link(self._offer().number, code),
            on_the_line=seen.on_the_line,
            seen=seen.seen,
            callback=seen.callback,
            live=await self._live.of(seen),
            replaced=seen.replaced,
        )

    async def renew_code(self, page: PageToken) -> None:
        """See `CitizenDesk.renew_code`."""
        page_id, term, code = self._id(page), self._leadership.term(), self._draw()
        hashed = self._hash_code(code)
        await term.ask(CodeRenewed(page_id, hashed))
        known = term.desk.disclosure_of(page_id)
        if known is not None and known.code == hashed:  # A page that has nothing to open gets no code either.
            self._browsers.page(page_id).code = code

    async def erase(self, page: PageToken) -> None:
        """See `CitizenDesk.erase`. Raises PeerError where it is not sure, so that nobody is told that it is done."""
        await self._browsers.erase(self._id(page))

    async def doubt(self, page: PageToken) -> None:
        """See `CitizenDesk.doubt`; raises as `erase`. Which of her browser's pages has the call, the desk knows."""
        term = self._leadership.term()
        for page_id in self._browsers.all_of(self._id(page)):
            await term.ask(PageDoubts(page_id))
        await self.erase(page)

    async def cancel(self, page: PageToken) -> None:
        """See `CitizenDesk.cancel`. What is sealed already is erased; a call that goes on is left alone."""
        await self._browsers.give_up(self._id(page))

    def changes(self, page: PageToken) -> AbstractContextManager[AsyncIterator[None]]:
        """See `CitizenDesk.changes`."""
        return self._screens.page_changes(self._browsers.all_of(self._id(page)))

    def _id(self, page: PageToken) -> PageId:
        return PageId(hmac.new(self._page_key, page.encode(), hashlib.sha256).hexdigest()[:32])


def _goes_first(going: PageView, local: Page, own: PageView | None) -> bool:
    """Of a browser that began once more during its call: whether the call is what it is shown.

    There she has something to see and to wipe. Where that is wiped, or she waits still, a new code comes first.
    """
    if going.stage is CitizenStage.ERASED:
        return own is None and local.failed is not None
    return own is None or going.stage is CitizenStage.TALKING
