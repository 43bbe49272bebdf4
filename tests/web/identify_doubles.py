"""Stands in for the desk of callers who identify themselves during the call, on both sides."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace

from irmacall.core.ids import CallId, SeatId, SubjectId, UserId
from irmacall.errors import Refused
from irmacall.web.citizen_ports import Begun, PageToken, SubjectView
from irmacall.web.identify_ports import AskedView, Choice, IdentifyView, NowToken, PairedView
from tests.web.doubles import Ears, MemoryCitizenDesk

NUMBER = "123456"
SUBJECT = SubjectView(
    SubjectId("paspoort"),
    "Paspoort",
    ("uw voorletters", "uw achternaam", "uw geboortedatum"),
    "Dan vinden wij uw aanvraag.",
)
TAKEN = PairedView("taken", 1_700_000_000.0, "Burgerzaken", "56", subject=SUBJECT)
CHOICES = (
    Choice(SubjectId("paspoort"), "Paspoort"),
    Choice(SubjectId("afval"), "Afval"),
)
MORE = Choice(SubjectId("paspoort"), "Paspoort", "dateofbirth", "uw geboortedatum")
OFFERED = IdentifyView("bellen.example.nl/nu", CHOICES)
ASKED = AskedView("asked", "Paspoort", 299.0, NUMBER, texted="offered")


def asked(**changed: object) -> IdentifyView:
    """What an owner's screen shows once she has asked."""
    return replace(OFFERED, asked=replace(ASKED, **changed))  # type: ignore[arg-type]


class MemoryPairedDesk:
    """A desk with one call, whose number is `NUMBER` until somebody types it in."""

    def __init__(self, citizens: MemoryCitizenDesk) -> None:
        self.citizens = citizens
        self.pages: dict[NowToken, PairedView] = {}
        self.number: str | None = NUMBER
        self.ears: Ears[None] = Ears()
        self.tried: list[str] = []
        self.begun: list[PageToken | None] = []
        self.stopped: list[NowToken] = []

    async def take(self, page: NowToken, digits: str) -> bool:
        self.tried.append(digits)
        if digits != self.number:
            return False
        self.number, self.pages[page] = None, TAKEN
        return True

    async def paired(self, page: NowToken) -> PairedView:
        return self.pages.get(page, PairedView("none"))

    async def begin_paired(self, page: NowToken, earlier: PageToken | None) -> Begun:
        if page not in self.pages:
            raise Refused("nothing")
        self.begun.append(earlier)
        return await self.citizens.begin(SUBJECT.id, earlier)

    async def stop_paired(self, page: NowToken) -> None:
        self.stopped.append(page)
        self.pages.pop(page, None)

    def paired_changes(self, page: NowToken) -> AbstractContextManager[AsyncIterator[None]]:
        return self.ears.listen(page)

    def become(self, state: str) -> None:
        """The one page that typed in the number is in this state, and its browser is told."""
        [page] = self.pages
        self.pages[page] = replace(TAKEN, state=state)  # type: ignore[arg-type]
        self.ears.tell(page, None)


@dataclass
class MemoryIdentifyDesk:
    """Notes what the owner of a call asks."""

    acts: list[tuple[str | None, ...]] = field(default_factory=list)
    refuse: bool = False

    async def identify(self, seat: SeatId, user: UserId, call: CallId, subject: SubjectId, more: str | None) -> None:
        self._note("identify", call, subject, more)

    async def drop(self, seat: SeatId, user: UserId, call: CallId) -> None:
        self._note("drop", call)

    async def text(self, seat: SeatId, user: UserId, call: CallId) -> None:
        self._note("text", call)

    def _note(self, *act: str | None) -> None:
        if self.refuse:
            raise Refused("not hers")
        self.acts.append(act)
