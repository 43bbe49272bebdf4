"""A caller who identifies herself during the call: what its owner's screen asks, and what the caller's browser does.

The six digits in clear are kept here, in memory, for the screen of who has the caller on the line; the desk knows
their keyed hash. Of the number that she calls with, her page is told the last two digits; an SMS is sent to the whole
of it, which is kept nowhere.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from typing import Final, Protocol
from urllib.parse import urlsplit

import structlog

from irmacall.core import pairings
from irmacall.core.call import Call
from irmacall.core.code import Digits
from irmacall.core.ids import CallId, CodeHash, PageId, SeatId, SubjectId, UserId
from irmacall.core.numbers import may_be_called
from irmacall.core.pairing import LENGTH, Pairing, PairingState
from irmacall.core.pairing_events import IdentifyAsked, IdentifyDropped, PairingStopped, PairingTaken
from irmacall.core.views import CallView
from irmacall.errors import PeerError, Refused
from irmacall.service.audit import AuditWriter
from irmacall.service.call_on_screen import Titles
from irmacall.service.citizen import Citizens, Offer, Paired, Subject
from irmacall.service.in_force import Rules
from irmacall.service.leadership import Leadership
from irmacall.service.screens import PANEL, Screens
from irmacall.service.term import Term
from irmacall.sms.client import SmsGateway
from irmacall.web import identify_words
from irmacall.web.citizen_ports import Begun, PageToken
from irmacall.web.identify_ports import AskedView, Choice, IdentifyView, NowToken, PairedState, PairedView, Texted

log = structlog.get_logger("irmacall.identify")

MOBILE: Final = ("+316",)
"""How the numbers begin to which an SMS is sent: those of the Netherlands, where it costs what one expects."""
MOST_TEXTS: Final = 2
"""Of one pairing number."""


class Gateway(Protocol):
    """What must be known of an SMS gateway (see `sms.client`)."""

    async def send(self, number: str, text: str) -> None:
        """Send this text to this number. Raises PeerError."""


@dataclass(frozen=True, slots=True)
class Told:
    """What the site file in force says for this: who we are, and what things are called."""

    offer: Offer
    titles: Titles
    municipality: str
    gateway: Gateway | None = field(default=None, repr=False)

    @classmethod
    def of(cls, rules: Rules) -> Told:
        """What these rules say."""
        sms = rules.desk.sms
        gateway = None
        if sms.url is not None:
            token = rules.settings.credentials.text("sms-token")
            gateway = SmsGateway(sms.url, token, sms.sender, timeout=sms.timeout)
        return cls(rules.offer, rules.titles, rules.desk.title, gateway)


@dataclass(slots=True)
class _Asked:
    """A number of one call in clear."""

    call: CallId
    digits: Digits
    mobile: bool
    """An SMS can be sent to who calls."""
    texts: int = 0
    failed: bool = False

    @property
    def texted(self) -> Texted:
        if not self.mobile:
            return "never"
        if self.failed:
            return "failed"
        return "sent" if self.texts else "offered"


class Identifying:
    """Gives out pairing numbers, and answers the pages that type them in."""

    def __init__(
        self,
        leadership: Leadership,
        screens: Screens,
        citizens: Citizens,
        audit: AuditWriter,
        told: Callable[[], Told],
        *,
        page_key: bytes,
        hash_code: Callable[[Digits], CodeHash],
    ) -> None:
        """`told` is asked each time: a site file can be read anew."""
        self._leadership = leadership
        self._screens = screens
        self._citizens = citizens
        self._audit = audit
        self._told = told
        self._page_key = page_key
        self._hash_code = hash_code
        self._asked: dict[CodeHash, _Asked] = {}
        self._last_digits: dict[tuple[PageId, CallId], str] = {}

    # -- its owner -----------------------------------------------------------------------------------------

    async def identify(self, seat: SeatId, user: UserId, call: CallId, subject: SubjectId, more: str | None) -> None:
        """See `IdentifyDesk.identify`."""
        term = self._leadership.term()
        hers = _owned(term, seat, user, call)
        if self._subject(subject, more) is None:
            raise Refused("this cannot be asked")
        mobile = self._told().gateway is not None and await self._mobile(term, hers) is not None
        self._forget_old(term)
        digits = self._draw(term)
        number = self._hash_code(digits)
        self._asked[number] = _Asked(call, digits, mobile)  # Before the desk decides: her screen looks at once.
        await term.ask(IdentifyAsked(seat, call, number, subject, more))
        if hers.pairing is None or hers.pairing.number != number:
            self._asked.pop(number, None)  # Forgotten already where the call is over.
            raise Refused("no number for this call: it is over, another's, or had too many")

    async def drop(self, seat: SeatId, user: UserId, call: CallId) -> None:
        """See `IdentifyDesk.drop`."""
        term = self._leadership.term()
        _owned(term, seat, user, call)
        await term.ask(IdentifyDropped(seat, call))

    async def text(self, seat: SeatId, user: UserId, call: CallId) -> None:
        """See `IdentifyDesk.text`. The caller's number goes from Asterisk to the gateway, and is kept nowhere."""
        term, told = self._leadership.term(), self._told()
        hers = _owned(term, seat, user, call)
        asked = self._known(hers.pairing)
        if asked is None or told.gateway is None or asked.texts >= MOST_TEXTS:
            raise Refused("no text can be sent for this call now")
        asked.texts += 1  # Before anything is waited for: a second press is a second text.
        number = await self._mobile(term, hers)
        if number is None:
            asked.texts -= 1
            raise Refused("no text can be sent to this caller")
        words = identify_words.text_message(hers.language, told.municipality, self._address(), asked.digits.plain())
        try:
            await told.gateway.send(number, words)
            asked.failed = False
            self._audit.note("pairing_sms", why="sent", call=call, user=user, seat=seat)
        except PeerError as error:
            log.warning("text not sent", action="pairing.sms", call=call, error=str(error))
            asked.failed = True
            self._audit.note("pairing_sms", why="not sent", call=call, user=user, seat=seat)
        self._screens.seats.nudge(seat, PANEL)

    def shown(self, call: CallView) -> IdentifyView:
        """What the screen shows of it to who has this caller on the line."""
        pairing = call.pairing
        return IdentifyView(
            self._address(),
            self._choices(call),
            None if pairing is None else self._shown(call, pairing),
        )

    def _shown(self, call: CallView, pairing: Pairing) -> AskedView:
        asked = self._known(pairing)
        return AskedView(
            state=pairing.state.value,
            title=self._title(pairing.subject, pairing.more),
            left=max(0.0, pairing.until - time.time()),
            number=None if asked is None else asked.digits.plain(),
            why=None if pairing.why is None else pairing.why.value,
            texted="never" if asked is None else asked.texted,
            last=call.last_number,
        )

    def _known(self, pairing: Pairing | None) -> _Asked | None:
        """The number in clear, while it can be typed in; None too where another daemon gave it out."""
        if pairing is None or pairing.number is None or pairing.state is not PairingState.ASKED:
            return None
        return self._asked.get(pairing.number)

    def _choices(self, call: CallView) -> list[Choice]:
        """Of who is identified, what her subject may ask besides comes first; else the queue's own subject does."""
        subjects = self._told().offer.subjects
        queue_of = self._leadership.term().desk.plan.queue_of
        further = subjects.get(call.subject) if call.identified and call.subject is not None else None
        more = (
            []
            if further is None
            else [
                Choice(further.view.id, further.view.title, name, each.label) for name, each in further.more.items()
            ]
        )
        likely = sorted(
            subjects.values(),
            key=lambda each: (each.view.id != call.subject, queue_of(each.view.id) != call.queue),
        )
        return more + [Choice(each.view.id, each.view.title) for each in likely]

    def _title(self, subject: SubjectId, more: str | None) -> str:
        found = self._told().offer.subjects.get(subject)
        if found is None:
            return subject
        return found.view.title if more is None or more not in found.more else found.more[more].label

    def _subject(self, subject: SubjectId, more: str | None) -> Subject | None:
        found = self._told().offer.subjects.get(subject)
        return None if found is None else found.with_more(more)

    def _draw(self, term: Term) -> Digits:
        """A number that nobody can type in yet."""
        while True:
            digits = Digits(f"{secrets.randbelow(10**LENGTH):0{LENGTH}d}")
            number = self._hash_code(digits)
            if number not in term.desk.call_of_pairing and number not in self._asked:
                return digits

    def _forget_old(self, term: Term) -> None:
        desk = term.desk
        self._asked = {number: asked for number, asked in self._asked.items() if asked.call in desk.calls}
        self._last_digits = {
            (page, call): digits
            for (page, call), digits in self._last_digits.items()
            if desk.call_of_paired_page.get(page) == call
        }

    async def _mobile(self, term: Term, call: Call) -> str | None:
        """The number of a mobile telephone that calls; None where it is another one, withheld, or not known."""
        number = await self._number(term, call)
        return number if number is not None and may_be_called(number, MOBILE) else None

    async def _number(self, term: Term, call: Call) -> str | None:
        try:
            return await term.nodes[call.node].caller_number(call.channel)
        except PeerError as error:
            log.warning("number not known", call=call.id, error=str(error))
            return None

    def _address(self) -> str:
        """As one reads it aloud."""
        return f"{urlsplit(self._told().offer.origin).netloc}/nu"

    # -- the page that types it in -----------------------------------------------------------------------------

    async def take(self, page: NowToken, digits: str) -> bool:
        """See `PairedDesk.take`. A wrong number is told without anything being waited for: whoever counts the wrong
        ones counts them all."""
        term, page_id = self._leadership.term(), self._id(page)
        number = self._hash_code(Digits(digits))
        call = term.desk.call_of_pairing.get(number)
        if call is not None:
            await term.ask(PairingTaken(number, page_id))
        taken = pairings.live_of(term.desk, page_id)
        if call is None or taken is None or taken.id != call:
            self._audit.count("pairing_wrong", why="typed in, and no call's number")
            return False
        return True

    async def paired(self, page: NowToken) -> PairedView:
        """See `PairedDesk.paired`."""
        page_id = self._id(page)
        call = self._call_of(page_id)
        if call is None:
            return PairedView("none")
        last = await self._last_of(page_id, call)
        asked_of, call = call.id, self._call_of(page_id)  # Anything may have happened meanwhile.
        if call is None or call.pairing is None:
            return PairedView("none")
        if call.id != asked_of:
            return await self.paired(page)
        if call.pairing.state is PairingState.DONE and call.sealed is None:
            return PairedView("none")  # What was shared is erased: nobody sees it.
        told, pairing = self._told(), call.pairing
        subject = self._subject(pairing.subject, pairing.more)
        began = call.arrived_at if call.callback is None or call.talking_since is None else call.talking_since
        return PairedView(
            state=_STATES[pairing.state],
            began=began,
            service=told.titles.queues.get(call.queue, call.queue),
            last_digits=last,
            callback=call.callback is not None,
            subject=None if subject is None else subject.view,
        )

    async def begin_paired(self, page: NowToken, earlier: PageToken | None) -> Begun:
        """See `PairedDesk.begin_paired`."""
        page_id = self._id(page)
        call = pairings.live_of(self._leadership.term().desk, page_id)
        pairing = None if call is None else call.pairing
        if call is None or pairing is None or pairing.page != page_id:
            raise Refused("nothing is to be shared on this page")
        subject = self._subject(pairing.subject, pairing.more)
        if subject is None:
            raise Refused("what was to be asked is no longer")
        return await self._citizens.begin_paired(subject, Paired(page_id, call.id, call.paired), earlier)

    async def stop_paired(self, page: NowToken) -> None:
        """See `PairedDesk.stop_paired`."""
        page_id = self._id(page)
        await self._leadership.term().ask(PairingStopped(page_id))
        await self._citizens.stop_paired(page_id)

    def paired_changes(self, page: NowToken) -> AbstractContextManager[AsyncIterator[None]]:
        """See `PairedDesk.paired_changes`."""
        return self._screens.page_changes([self._id(page)])

    def _call_of(self, page: PageId) -> Call | None:
        """The call whose number this page typed in, whatever has become of that."""
        desk = self._leadership.term().desk
        call = desk.calls.get(desk.call_of_paired_page.get(page, CallId("")))
        return call if call is not None and call.pairing is not None and call.pairing.page == page else None

    async def _last_of(self, page: PageId, call: Call) -> str:
        """The last two digits of the number that this call is made with: asked for once."""
        if (page, call.id) not in self._last_digits:
            number = await self._number(self._leadership.term(), call)
            self._last_digits[page, call.id] = "" if number is None else number[-2:]
        return self._last_digits[page, call.id]

    def _id(self, page: NowToken) -> PageId:
        return PageId(hmac.new(self._page_key, b"now " + page.encode(), hashlib.sha256).hexdigest()[:32])


_STATES: Final[Mapping[PairingState, PairedState]] = {
    PairingState.TAKEN: "taken",
    PairingState.SHARING: "sharing",
    PairingState.FAILED: "failed",
    PairingState.DONE: "done",
}


def _owned(term: Term, seat: SeatId, user: UserId, call: CallId) -> Call:
    """This call, which the user at this seat has on the line. Raises Refused."""
    found, agent = pairings.owned(term.desk, seat, call), term.desk.agent_at(seat)
    if found is None or agent is None or agent.user != user:
        raise Refused("does not have this caller on the line")
    return found
