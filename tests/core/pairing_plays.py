"""Callers who identify themselves during the call: what a play of it does and sees."""

from __future__ import annotations

from irmacall.core import citizen_views
from irmacall.core.code import Digits
from irmacall.core.ids import CallId, CodeHash, PageId, SealedId, SubjectId, UserId
from irmacall.core.pairing import PairingState
from irmacall.core.pairing_events import (
    IdentifyAsked,
    PairingSealed,
    PairingShared,
    PairingTaken,
)
from tests.core.leader import PASSPORT, hash_of
from tests.core.plays import ELS, HOUR, seat_of
from tests.core.transfer_plays import TransferPlay

NOW, OTHER, SHARING = PageId("now"), PageId("other"), PageId("sharing")
LATE = SealedId("late")


def number(digits: str = "123456") -> CodeHash:
    """A pairing number as the desk knows it."""
    return hash_of(Digits(digits))


class PairingPlay(TransferPlay):
    """A play in which callers identify themselves during the call."""

    def wants(self, call: CallId, digits: str = "123456", by: UserId = ELS, more: str | None = None) -> None:
        """She who has the caller on the line asks her to identify herself."""
        self.tell(IdentifyAsked(seat_of(by), call, number(digits), PASSPORT, more))

    def types(self, digits: str = "123456", page: PageId = NOW) -> None:
        """Somebody types this number in."""
        self.tell(PairingTaken(number(digits), page))

    def shares(self, page: PageId = NOW, sharing: PageId = SHARING, earlier: PageId | None = None) -> None:
        """There the app is asked."""
        call = self.desk.calls.get(self.desk.call_of_paired_page.get(page, CallId("")))
        of, nth = (CallId("near-1"), 1) if call is None else (call.id, call.paired)
        self.tell(PairingShared(page, sharing, of, nth, earlier))

    def seals(self, sealed: SealedId = LATE, page: PageId = SHARING, subject: SubjectId = PASSPORT) -> None:
        """What was disclosed there lies in the vault."""
        self.store.vault.add(sealed)
        now = self.leader.now
        self.tell(PairingSealed(sealed, page, subject, now, now + HOUR))

    def identifies(self, call: CallId, by: UserId = ELS) -> None:
        """All of it, without trouble."""
        self.wants(call, by=by)
        self.types()
        self.shares()
        self.seals()

    def state(self, call: CallId) -> PairingState | None:
        """How far it is."""
        pairing = self.call(call).pairing
        return None if pairing is None else pairing.state

    def page(self, page: PageId) -> citizen_views.PageView:
        """What the page of a disclosure shows."""
        return citizen_views.page_view(self.desk, page, self.leader.now)
