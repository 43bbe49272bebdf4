"""The agents' side of a daemon: what one agent's browser asks and is shown."""

from __future__ import annotations

from dataclasses import dataclass, field

from irmacall.core.ids import GroupId, QueueId, SeatId, UserId
from irmacall.service.call_on_screen import Titles
from irmacall.service.staff import Place, Staff
from irmacall.service.transfers import Transfers
from irmacall.service.two_words import Pairs
from irmacall.web.ports import PanelView
from tests.core.leader import GENERAL, PASSPORT, PASSPORTS
from tests.core.plays import BO, ELS, phone_of, seat_of
from tests.service.house import House

SEAT = seat_of(ELS)
ELSEWHERE = SeatId("another-browser")
KCC, OTHERS = GroupId("kcc"), GroupId("anderen")
CLOSED = QueueId("dicht")
TITLES = Titles(
    {PASSPORTS: "Burgerzaken", GENERAL: "Algemeen"},
    {PASSPORT: "Paspoort"},
    {"dateofbirth": "uw geboortedatum", "familyname": "uw achternaam"},
    "https://crm.example.nl/contact?gesprek={call_id}&onderwerp={subject}",
)


@dataclass
class Office:
    """The agents' side of a daemon."""

    house: House
    places: dict[UserId, Place] = field(
        default_factory=lambda: {ELS: Place(phone_of(ELS), frozenset({KCC})), BO: Place(phone_of(BO))}
    )
    titles: Titles = TITLES

    def __post_init__(self) -> None:
        house = self.house
        transfers = Transfers(house.leadership, house.directory, lambda: house.reach, house.vault)
        self.staff = Staff(
            house.leadership,
            house.screens,
            lambda: self.titles,
            self.place_of,
            house.directory,
            transfers,
            Pairs(bytes(32)),
        )

    async def place_of(self, user: UserId) -> Place | None:
        """Where this user works."""
        return self.places.get(user)

    async def panel(self, seat: SeatId = SEAT, user: UserId = ELS) -> PanelView:
        """What this browser shows."""
        return await self.staff.panel(seat, user)

    async def told(self) -> tuple[str, str | None]:
        """Her availability, and why."""
        panel = await self.panel()
        return panel.availability, panel.reason
