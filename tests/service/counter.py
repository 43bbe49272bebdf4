"""The citizens' side of one daemon, with a yivi server in memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from irmacall.errors import PeerUnavailable
from irmacall.irma.memory import MemoryIrma
from irmacall.irma.question import AttributeId, Question, Wanted
from irmacall.irma.wire import RequestorToken, Session, Status
from irmacall.service.citizen import Citizens, Offer, Subject
from irmacall.service.live_page import LivePage
from irmacall.service.two_words import Pairs
from irmacall.web.citizen_ports import Begun, CitizenView, SubjectView
from tests.core.leader import PASSPORT, hash_of
from tests.service.house import House

FAMILYNAME = AttributeId("pbdf.gemeente.personalData.familyname")
QUESTION = Question(((Wanted(FAMILYNAME, "familyname"),),), frozenset({"pbdf"}))
SUBJECT = Subject(SubjectView(PASSPORT, "Paspoort", ("uw achternaam",), "Dan weten wij wie u bent."), QUESTION)
NUMBER, SHOWN = "+31241234567", "024 - 123 45 67"
OFFER = Offer(NUMBER, SHOWN, {PASSPORT: SUBJECT}, 3600.0)


class Irma(MemoryIrma):
    """A yivi server that keeps what it gave out, can let a session run out, and notes what is cancelled."""

    def __init__(self) -> None:
        super().__init__()
        self.given: list[Session] = []
        self.links: list[str] = []
        self.cancelled: list[RequestorToken] = []
        self.out_of_time = asyncio.Event()
        self.cancel_fails = False

    async def start(self, question: Question, return_url: str) -> Session:
        """See `IrmaClient.start`. As over a network, others have their turn before it answers."""
        await asyncio.sleep(0)
        session = await super().start(question, return_url)
        self.given.append(session)
        self.links.append(return_url)
        return session

    async def follow(self, session: Session, *, within_s: float = 300) -> Status:
        """See `IrmaClient.follow`."""
        following = asyncio.ensure_future(super().follow(session, within_s=within_s))
        late = asyncio.ensure_future(self.out_of_time.wait())
        await asyncio.wait([following, late], return_when=asyncio.FIRST_COMPLETED)
        late.cancel()
        if following.done():
            return following.result()
        following.cancel()
        return Status.TIMEOUT

    async def cancel(self, session: Session) -> None:
        """See `IrmaClient.cancel`."""
        self.cancelled.append(session.token)
        if self.cancel_fails:
            raise PeerUnavailable("away")
        await super().cancel(session)


@dataclass
class Counter:
    """The citizens' side of a daemon."""

    house: House
    irma: Irma
    citizens: Citizens

    async def view(self, begun: Begun) -> CitizenView:
        """What her page shows."""
        return await self.citizens.view(begun.page)

    async def becomes(self, begun: Begun, state: str) -> CitizenView:
        """What her page shows as soon as it is in this state; looked at whenever the page is told to look."""
        with self.citizens.changes(begun.page) as looks:
            async with asyncio.timeout(5):
                while (seen := await self.view(begun)).state != state:
                    await anext(looks)
        return seen

    async def sealed(self) -> Begun:
        """A page whose disclosure is done."""
        begun = await self.citizens.begin(PASSPORT)
        self.discloses()
        await self.becomes(begun, "sealed")
        return begun

    def discloses(self, value: str = "Vries1", attribute: AttributeId = FAMILYNAME, proof: str = "VALID") -> None:
        """The citizen whose session began last shares this."""
        self.irma.disclose(self.irma.given[-1], {attribute: value}, proof_status=proof)

    def in_vault(self) -> int:
        """How many identities lie there."""
        return len(self.house.vault._kept)


def citizens_of(house: House, irma: Irma, offer: Offer = OFFER) -> Citizens:
    return Citizens(
        house.leadership,
        house.screens,
        irma,  # type: ignore[arg-type]
        house.vault,
        lambda: offer,
        page_key=b"p" * 32,
        hash_code=hash_of,
        live=LivePage(house.directory, Pairs(bytes(32)), lambda: {"dateofbirth": "uw geboortedatum"}),
    )


@asynccontextmanager
async def opened() -> AsyncIterator[Counter]:
    house, irma = House(), Irma()
    citizens = citizens_of(house, irma)
    async with house.leads(citizens.run):
        yield Counter(house, irma, citizens)
