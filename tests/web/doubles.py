"""Working doubles of what the web apps need: a desk for citizens, a desk for staff, and accounts, in memory."""

from __future__ import annotations

import asyncio
import secrets
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field, replace
from typing import Generic, TypeVar

from irmacall.core.ids import CallId, GrantNumber, LanguageId, QueueId, SeatId, SubjectId, UserId
from irmacall.errors import PeerUnavailable, Refused
from irmacall.web.accounts import SessionKey, User
from irmacall.web.citizen_ports import Begun, CitizenView, LiveView, PageToken, SubjectView
from irmacall.web.ports import (
    ActName,
    CallbackView,
    Card,
    ConsultingView,
    LineView,
    Nudge,
    PanelView,
    PassOn,
    PersonView,
    QueueView,
    RingingView,
    TalkingView,
    TargetsView,
    TooManyTries,
)
from irmacall.web.today import DayView

NUMBER = "024 - 123 45 67"
CODE = "0123456784"
CALL = CallId("node1-1700000000.12")
WAITING = (QueueView("Burgerzaken", 3, 194.0, agents=5, free=0), QueueView("Afval", 0, 0.0, agents=2, free=1))
CALLBACKS = (
    CallbackView("Burgerzaken", 4510.0, 2, 0.0, True),
    CallbackView("Burgerzaken", 1510.0, 0, 0.0, False),
    CallbackView("Afval", 900.0, 1, 310.0, False),
)
PEOPLE = (
    PersonView(UserId("u4"), "Willem Smit", "Belastingen", "204", "free"),
    PersonView(UserId("u5"), "Wilma Özdemir", "Burgerzaken", "211", "busy"),
    PersonView(UserId("u6"), "Wim <b>Vos</b>", "", "", "away"),
)
LINES = (LineView(QueueId("afval"), "Afval", "301", 2), LineView(QueueId("wijk"), "Wijkbeheer", "", 0))
OUTSIDE = "024"
"""What numbers begin with to which callers may be passed."""
PASSWORD = "een lang genoeg wachtwoord"

Told = TypeVar("Told")


class Ears(Generic[Told]):
    """Who listens to whom: what is told to one key reaches all its listeners, in order."""

    def __init__(self) -> None:
        self._queues: dict[str, set[asyncio.Queue[list[Told]]]] = {}
        self.arrived = asyncio.Event()
        self.left = asyncio.Event()

    def tell(self, key: str, what: Told) -> None:
        """Reach all who listen at this key."""
        for queue in self._queues.get(key, ()):
            queue.put_nowait([what])

    def end(self, key: str) -> None:
        """End what listens at this key."""
        for queue in self._queues.get(key, ()):
            queue.put_nowait([])

    @contextmanager
    def listen(self, key: str, first: Sequence[Told] = ()) -> Iterator[AsyncIterator[Told]]:
        """Listen at a key; `first` is told at once."""
        queue: asyncio.Queue[list[Told]] = asyncio.Queue()
        for told in first:
            queue.put_nowait([told])
        self._queues.setdefault(key, set()).add(queue)
        self.arrived.set()
        try:
            yield _until_the_end(queue)
        finally:
            self._queues[key].discard(queue)
            self.left.set()

    def listening(self, key: str) -> int:
        """How many listen at a key."""
        return len(self._queues.get(key, ()))


async def _until_the_end(queue: asyncio.Queue[list[Told]]) -> AsyncIterator[Told]:
    while told := await queue.get():
        yield told[0]


class MemoryCitizenDesk:
    """A desk whose pages change when a test says so."""

    def __init__(self, irma: str = "https://127.0.0.1:1") -> None:
        self.irma = irma
        self.away = False
        self.pages: dict[PageToken, CitizenView] = {}
        self.ears: Ears[None] = Ears()
        self.calls: list[str] = []
        self.earlier: list[PageToken | None] = []
        """What each disclosure was begun from."""

    @property
    def service_number(self) -> str:
        return NUMBER

    def subjects(self) -> Sequence[SubjectView]:
        return [
            SubjectView(
                SubjectId("paspoort"),
                "Paspoort",
                ["uw voorletters", "uw achternaam", "uw geslacht"],
                "Een paspoort aanvragen, ophalen of als vermist opgeven.",
                translated=(
                    SubjectView(
                        SubjectId("paspoort"),
                        "Passport",
                        ["your initials", "your surname", "your gender"],
                        "Applying for a passport, collecting it, or reporting it missing.",
                        "en",
                    ),
                ),
            ),
            SubjectView(
                SubjectId("afval"), "Afval", ["uw achternaam"], "Een nieuwe container, of grof vuil laten ophalen."
            ),
        ]

    async def begin(self, subject: SubjectId, earlier: PageToken | None = None) -> Begun:
        if self.away:
            raise PeerUnavailable("yivi")
        self.earlier.append(earlier)
        page = PageToken(secrets.token_urlsafe(32))
        self.pages[page] = CitizenView("disclosing", NUMBER, subject=subject)
        pointer = {"u": f"{self.irma}/irma/session/abc", "irmaqr": "disclosing"}
        versions = {"minProtocolVersion": "1.0", "maxProtocolVersion": "1.1", "authorization": "xyz"}
        return Begun(page, pointer, versions)

    async def view(self, page: PageToken) -> CitizenView:
        return self.pages.get(page, CitizenView("unknown", NUMBER))

    def seal(self, page: PageToken, code: str = CODE) -> None:
        """The disclosure succeeded."""
        now = time.time()
        tel = f"tel:+31241234567,,{code}"
        self.become(page, state="sealed", code=code, tel=tel, code_expires_at=now + 900, expires_at=now + 3600)

    def become(self, page: PageToken, **changed: object) -> None:
        """The page's view changes, and its browser is told."""
        self.pages[page] = replace(self.pages[page], **changed)  # type: ignore[arg-type]
        self.ears.tell(page, None)

    async def renew_code(self, page: PageToken) -> None:
        self.calls.append("renew")
        state = self.pages[page].state
        self.seal(page, "9876543210")
        if state == "dropped":
            self.become(page, state=state)

    async def erase(self, page: PageToken) -> None:
        self.calls.append("erase")
        self.become(page, state="erased", code=None, tel=None)

    async def doubt(self, page: PageToken) -> None:
        self.calls.append("doubt")
        live = LiveView(doubt="citizen")
        self.become(page, state="erased", on_the_line=True, live=live, code=None, tel=None)

    async def cancel(self, page: PageToken) -> None:
        self.calls.append("cancel")
        self.become(page, state="failed", reason="refused")

    def changes(self, page: PageToken) -> AbstractContextManager[AsyncIterator[None]]:
        return self.ears.listen(page)


def card(grant: int, name: str = "Vries", gender: str = "V", language: str = "nl") -> Card:
    """Somebody made up."""
    now = time.time()
    return Card(
        CALL,
        GrantNumber(grant),
        familyname=name,
        initials="J",
        prefix="de",
        gender=gender,
        disclosed_at=now - 95,
        expires_at=now + 3500,
        scheme="irmacall-demo",
        issuer="Gemeente Voorbeeld",
        demo=True,
        crm_url="https://crm.example/contact?ref=a1b2c3",
        language=LanguageId(language),
        others={"Geboortedatum": "01-02-1980"},
        words=("tulp", "fiets"),
    )


@dataclass
class Seat:
    """One seat as the double knows it."""

    panel: PanelView = field(default_factory=lambda: PanelView("away", waiting=WAITING))
    card: Card | None = None
    hold: asyncio.Event | None = None
    """While it is there and not set, a reveal is on its way."""


class MemoryStaffDesk:
    """A desk whose calls a test makes. Seats are found by their id; `only` is for tests with one."""

    def __init__(self) -> None:
        self.seats: dict[SeatId, Seat] = {}
        self.ears: Ears[Nudge] = Ears()
        self.acts: list[tuple[str, ...]] = []
        self.people: Sequence[PersonView] = PEOPLE
        self.sought: list[str] = []
        self.wishes: list[PassOn] = []
        self.reveals: list[GrantNumber] = []
        self.refuse: Exception | None = None

    def seat(self, seat: SeatId) -> Seat:
        """This seat, known from now on."""
        return self.seats.setdefault(seat, Seat())

    @property
    def only(self) -> SeatId:
        """The one seat there is."""
        (seat,) = self.seats
        return seat

    async def claim(self, user: UserId, seat: SeatId) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.acts.append(("claim", user))
        self.show(seat, PanelView("available", since=0.0, waiting=WAITING))

    async def pause(self, seat: SeatId, reason: str) -> None:
        self.acts.append(("pause", reason))
        self.show(seat, PanelView("paused", reason, since=0.0, waiting=WAITING))

    async def extend_wrap_up(self, seat: SeatId, seconds: float) -> None:
        self.acts.append(("extend_wrap_up", f"{seconds:g}"))
        panel = self.seat(seat).panel
        if panel.left is not None:
            self.show(seat, replace(panel, left=panel.left + seconds))

    async def hang_up(self, seat: SeatId, call: CallId) -> None:
        self.acts.append(("hang_up", call))
        self.withdraw(seat)

    async def doubt(self, seat: SeatId, call: CallId, grant: GrantNumber) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.acts.append(("doubt", call))
        self.withdraw(seat, still_talking=True)
        self.change(seat, erased=True, doubt="owner")

    async def targets(self, user: UserId, text: str) -> TargetsView:
        self.sought.append(text)
        people = [
            each for each in self.people if text.lower() in f"{each.name} {each.department} {each.extension}".lower()
        ]
        lines = [each for each in LINES if text.lower() in f"{each.title} {each.extension}".lower()]
        allowed = text.isdecimal() and len(text) > 8 and text.startswith(OUTSIDE)
        return TargetsView(people, lines, text if allowed else None)

    async def pass_on(self, seat: SeatId, user: UserId, call: CallId, wish: PassOn) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.wishes.append(wish)
        if wish.consult:
            name = next((each.name for each in PEOPLE if each.user == wish.user), None)
            return self.change(seat, consult=ConsultingView("ringing", name, 0.0))
        self.withdraw(seat)

    async def act(self, seat: SeatId, call: CallId, act: ActName) -> None:
        if self.refuse is not None:
            raise self.refuse
        self.acts.append((act, call))
        if act in ("hold", "resume"):
            self.change(seat, held=act == "hold")
        elif act in ("mute", "unmute"):
            self.change(seat, muted=act == "mute")

    async def panel(self, seat: SeatId, user: UserId) -> PanelView:
        return self.seat(seat).panel

    async def reveal(self, seat: SeatId, user: UserId, call: CallId, grant: GrantNumber) -> Card:
        self.reveals.append(grant)
        held = self.seat(seat)
        found = held.card
        if found is None or found.call != call or found.grant != grant:
            raise Refused("not yours")
        if held.hold is not None:
            await held.hold.wait()
        return found

    def changes(self, seat: SeatId) -> AbstractContextManager[AsyncIterator[Nudge]]:
        return self.ears.listen(seat, self._first(seat))

    def _first(self, seat: SeatId) -> list[Nudge]:
        """With what a stream begins: what is so now."""
        found = self.seat(seat).card
        return [Nudge("panel")] if found is None else [Nudge("card", found.call, found.grant), Nudge("panel")]

    # -- what a test does ----------------------------------------------------------------------------------

    def show(self, seat: SeatId, panel: PanelView) -> None:
        """The panel changes."""
        self.seat(seat).panel = panel
        self.ears.tell(seat, Nudge("panel"))

    def ring(self, seat: SeatId, *, callback: bool = False) -> None:
        """A call rings, or the phone of who is to call somebody back."""
        ringing = RingingView(CALL, "Burgerzaken", None if callback else "Paspoort", 42.0, callback=callback)
        self.show(seat, PanelView("available", ringing=ringing, waiting=WAITING))

    def grant(self, seat: SeatId, shown: Card) -> None:
        """She has somebody on the line who is known."""
        held = self.seat(seat)
        held.card = shown
        held.panel = PanelView("available", talking=TalkingView(CALL, shown.grant, True, 0.0), waiting=WAITING)
        self.ears.tell(seat, Nudge("card", CALL, shown.grant))

    def change(self, seat: SeatId, **changed: object) -> None:
        """Something changes in the call that she has on the line."""
        panel = self.seat(seat).panel
        assert panel.talking is not None
        self.show(seat, replace(panel, talking=replace(panel.talking, **changed)))  # type: ignore[arg-type]

    def withdraw(self, seat: SeatId, still_talking: bool = False) -> None:
        """She may not see the caller any more."""
        held = self.seat(seat)
        held.card = None
        talking = TalkingView(CALL, None, False, 12.0) if still_talking else None
        held.panel = PanelView("available", talking=talking, waiting=WAITING)
        self.ears.tell(seat, Nudge("blank"))


class MemoryDay:
    """What somebody did today, as a test says it."""

    def __init__(self) -> None:
        self.day = DayView(0, 0.0)
        self.away = False

    async def today(self, user: UserId, most: int) -> DayView:
        if self.away:
            raise PeerUnavailable("records")
        return replace(self.day, calls=self.day.calls[:most])


class MemoryAccounts:
    """Logins in memory, with roles and sessions that a test can end."""

    def __init__(self) -> None:
        self.users = {
            "anna": User(UserId("u1"), "Anna de Boer", "agent"),
            "karim": User(UserId("u2"), "Karim Haddad", "agent"),
            "maria": User(UserId("u3"), "Maria Smit", "management"),
            "willem": User(UserId("u4"), "Willem Smit", "official"),
            "noor": User(UserId("u7"), "Noor El Amrani", "admin"),
        }
        self.sessions: dict[SessionKey, User] = {}
        self.acts: list[bool] = []
        self.locked = False
        self.farewells: dict[SessionKey, str] = {}

    async def verify(self, login: str, password: str, address: str) -> User | None:
        if self.locked:
            raise TooManyTries(30)
        return self.users.get(login) if password == PASSWORD else None

    async def open_session(self, key: SessionKey, user: UserId) -> None:
        self.sessions[key] = next(known for known in self.users.values() if known.id == user)

    async def session_user(self, key: SessionKey, *, active: bool) -> User | None:
        self.acts.append(active)
        return self.sessions.get(key)

    async def close_session(self, key: SessionKey) -> None:
        self.sessions.pop(key, None)

    def ended_by(self, key: SessionKey) -> str | None:
        return self.farewells.get(key)

    async def keep_look(self, user: UserId, look: str) -> None:
        for login, known in self.users.items():
            if known.id == user:
                self.users[login] = replace(known, look=look)
        self.sessions = {
            key: replace(known, look=look) if known.id == user else known for key, known in self.sessions.items()
        }
