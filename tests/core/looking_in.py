"""What may happen to who sees a caller, besides the telephone: cards are looked at and doubted, and management
breaks the glass. The rules are mixed into the histories of `test_promise` and `test_exchange`."""

from __future__ import annotations

from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from irmacall.core.events import SeatReleased
from irmacall.core.ids import GrantNumber, PageId, SealedId, SeatId, UserId
from irmacall.core.sight_events import GlassAsked, GlassLeft, PageDoubts, SeatDoubts
from tests.core.passing_on import PICK, SEATS, one
from tests.core.world import World

MANAGERS = st.sampled_from([UserId("mia"), UserId("mo")])


def manager_at(user: UserId) -> SeatId:
    """The browser in which somebody of management is logged in."""
    return SeatId(f"manager-{user}")


class LookingIn:
    """Rules about who sees a caller. `world` is the history's."""

    world: World

    @rule()
    def the_cards_are_looked_at(self) -> None:
        """Every seat that has a card asks for it, and every manager who may look."""
        self.world.look()

    @precondition(lambda self: self.world.leader.desk.calls)
    @rule(
        user=MANAGERS,
        seconds=st.sampled_from([60.0, 60.0, 10.0, 3600.0, -1.0, None]),
        looks=st.booleans(),
        pick=PICK,
    )
    def a_manager_breaks_the_glass(self, user: UserId, seconds: float | None, looks: bool, pick: int) -> None:
        """Of any call, whether somebody sees its caller or not; None: her reason is not written yet."""
        call = one(self.world.leader.desk.calls, pick)
        owner = self.world.leader.desk.calls[call].granted
        over = GrantNumber(0) if owner is None else owner.number
        sealed = SealedId("nobody's") if owner is None or owner.sealed is None else owner.sealed
        self.world.reasons.append((manager_at(user), call, over, sealed))
        if seconds is None:
            return
        self.world.tell(GlassAsked(manager_at(user), user, call, over, sealed, self.world.now + seconds))
        if looks:
            self.world.leader.save()
            self.world.look()

    @precondition(lambda self: self.world.reasons)
    @rule(pick=PICK)
    def a_reason_is_written_late(self, pick: int) -> None:
        """She gave it a while ago, and the desk hears of it now, or once more."""
        seat, call, over, sealed = one(self.world.reasons, pick)
        user = next(each for each in (UserId("mia"), UserId("mo")) if manager_at(each) == seat)
        self.world.tell(GlassAsked(seat, user, call, over, sealed, self.world.now + 60))

    @precondition(lambda self: self.world.leader.desk.looks)
    @rule(user=MANAGERS, out=st.booleans(), pick=PICK)
    def a_manager_has_seen_enough(self, user: UserId, out: bool, pick: int) -> None:
        """Or logs out; it may be another's look that she would end."""
        call = one(self.world.leader.desk.looks, pick)
        self.world.tell(SeatReleased(manager_at(user)) if out else GlassLeft(manager_at(user), call))

    @precondition(lambda self: self.world.pages)
    @rule(pick=PICK)
    def a_citizen_doubts(self, pick: int) -> None:
        """On any page there ever was."""
        page: PageId = one(self.world.pages, pick)
        self.world.tell(PageDoubts(page))

    @precondition(lambda self: self.world.leader.desk.calls)
    @rule(seat=SEATS, rarely=st.integers(0, 3), pick=PICK)
    def a_seat_doubts(self, seat: SeatId, rarely: int, pick: int) -> None:
        """A call that may be another's."""
        calls: Any = self.world.leader.desk.calls
        if rarely == 0:
            call = one(calls, pick)
            granted = calls[call].granted
            self.world.tell(SeatDoubts(seat, call, GrantNumber(0) if granted is None else granted.number))
