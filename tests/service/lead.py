"""Mia, who leads the team, and Els, whose caller she may want to see."""

from __future__ import annotations

from irmacall.core.ids import SeatId, UserId
from irmacall.store.users import Role, User
from tests.core.plays import ELS, phone_of

MIA, DESK_OF_MIA = UserId("mia"), SeatId("manager-mia")
ELS_USER = User(ELS, "els", "Els de Boer", Role.AGENT, phone_of(ELS), "medewerker", disabled=False)
MIA_USER = User(MIA, "mia", "Mia Bakker", Role.MANAGEMENT, None, "teamleider", disabled=False)
