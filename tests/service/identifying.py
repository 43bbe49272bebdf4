"""A daemon in memory whose callers identify themselves during the call: both sides, and what is between them."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace

from irmacall.core import views
from irmacall.core.call import Stage
from irmacall.core.code import Digits
from irmacall.core.events import CallerArrived, KeysPressed, LegAnswered, LegEntered, PhoneCalled
from irmacall.core.ids import CallId, ChannelId, SubjectId, UserId, leg_channel
from irmacall.errors import PeerError
from irmacall.irma.question import AttributeId, Question, Wanted
from irmacall.service.call_on_screen import Titles
from irmacall.service.citizen import Further
from irmacall.service.identify import Identifying, Told
from irmacall.web.citizen_ports import Begun
from irmacall.web.identify_ports import AskedView, IdentifyView, NowToken
from tests.core.leader import GENERAL, NEAR, PASSPORT, PASSPORTS, WASTE, hash_of
from tests.core.plays import ELS, phone_of, seat_of
from tests.service.counter import FAMILYNAME, OFFER, QUESTION, SUBJECT, Counter, Irma, citizens_of
from tests.service.house import House

NOW, OTHER = NowToken("now" * 15), NowToken("other" * 9)
BIRTH = AttributeId("pbdf.gemeente.personalData.dateofbirth")
WITH_BIRTH = Question(((Wanted(FAMILYNAME, "familyname"), Wanted(BIRTH, "dateofbirth")),), QUESTION.schemes)
LABEL = "uw geboortedatum"
FURTHER = Further(LABEL, replace(SUBJECT.view, shares=(*SUBJECT.view.shares, LABEL)), WITH_BIRTH)
ORIGIN = "https://bellen.example.nl"
WASTES = replace(SUBJECT, view=replace(SUBJECT.view, id=WASTE, title="Afval"))
OFFERED = replace(
    OFFER,
    subjects={WASTE: WASTES, PASSPORT: replace(SUBJECT, more={"dateofbirth": FURTHER})},
    origin=ORIGIN,
)
TITLES = Titles({PASSPORTS: "Burgerzaken", GENERAL: "Algemeen"}, {PASSPORT: "Paspoort", WASTE: "Afval"}, {})
MOBILE = "+31612345656"


@dataclass
class FakeGateway:
    """An SMS gateway that notes what it is given, and can fail."""

    texts: list[tuple[str, str]] = field(default_factory=list)
    fails: PeerError | None = None

    async def send(self, number: str, text: str) -> None:
        """See `SmsGateway.send`."""
        if self.fails is not None:
            raise self.fails
        self.texts.append((number, text))


@dataclass
class Desk(Counter):
    """The citizens' side, and with it who asks them during a call. `told`: what the site file says now."""

    gateway: FakeGateway
    told: Told
    identifying: Identifying = field(init=False)

    def __post_init__(self) -> None:
        self.identifying = Identifying(
            self.house.leadership,
            self.house.screens,
            self.citizens,
            self.house.audit,
            lambda: self.told,
            page_key=b"p" * 32,
            hash_code=hash_of,
        )

    async def talks_unknown(self, number: int = 1, user: UserId = ELS) -> CallId:
        """A caller without a code whom this agent has on the line."""
        house, channel = self.house, ChannelId(f"near-{number}")
        call, leg = CallId(channel), leg_channel(CallId(channel), 1)
        await house.comes(user)
        await house.happens(CallerArrived(NEAR, channel), KeysPressed(NEAR, channel, Digits("#")))
        await house.happens(PhoneCalled(NEAR, phone_of(user), leg), LegEntered(NEAR, leg), LegAnswered(NEAR, leg))
        await house.joins(call)
        assert house.term.desk.calls[call].stage is Stage.TALKING
        return call

    async def asks(
        self, call: CallId, subject: SubjectId = PASSPORT, more: str | None = None, by: UserId = ELS
    ) -> str:
        """This agent asks her caller; the number that her screen shows."""
        await self.identifying.identify(seat_of(by), by, call, subject, more)
        number = self.asked(call, by).number
        assert number is not None
        return number

    def shown(self, call: CallId, to: UserId = ELS) -> IdentifyView:
        """What this agent's screen shows of it."""
        view = views.seat_view(self.house.term.desk, to, seat_of(to)).call
        assert view is not None
        assert view.call == call
        return self.identifying.shown(view)

    def asked(self, call: CallId, to: UserId = ELS) -> AskedView:
        """How far her screen says that it is."""
        asked = self.shown(call, to).asked
        assert asked is not None
        return asked

    async def until(self, call: CallId, state: str) -> AskedView:
        """The same, as soon as it is in this state."""
        await self.house.eventually(lambda: self.asked(call).state == state)
        return self.asked(call)

    async def begins(self, page: NowToken = NOW) -> Begun:
        """The page that typed in the number begins to disclose."""
        return await self.identifying.begin_paired(page, None)

    def audited(self, kind: str) -> list[str]:
        """Why each line of this kind was written."""
        return [line.why or "" for line in self.house.audit_log.lines.all if line.kind == kind]


@asynccontextmanager
async def identifying() -> AsyncIterator[Desk]:
    """One that leads; everybody calls with a mobile telephone, and there is an SMS gateway."""
    house, irma, gateway = House(), Irma(), FakeGateway()
    citizens = citizens_of(house, irma, OFFERED)
    desk = Desk(house, irma, citizens, gateway, Told(OFFERED, TITLES, "Gemeente Voorbeeld", gateway))
    async with house.leads(citizens.run):
        house.node.number = MOBILE
        yield desk
