"""What may happen to a pairing number: it is asked for, typed in by whoever, shared, refused, stopped, and bound.

The rules are mixed into the histories of `test_promise`; the world remembers whose number each was.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import hypothesis.strategies as st
from hypothesis.stateful import precondition, rule

from irmacall.core.call import Stage
from irmacall.core.ids import CallId, PageId, SeatId
from irmacall.core.pairing import Unshared
from irmacall.core.pairing_events import (
    IdentifyDropped,
    PairingFailed,
    PairingStopped,
)
from tests.core.leader import PASSPORT, WASTE
from tests.core.passing_on import PICK, SEATS, one
from tests.core.world import World


class Identifying:
    """Rules about callers who identify themselves during the call. `world` is the history's."""

    world: World

    def shares_under_way(self) -> list[PageId]:
        """Every page on which the app was asked."""
        return [page for page in self.world.paired_pages if page.startswith("sharing")]

    @precondition(lambda self: self.world.leader.desk.calls)
    @rule(subject=st.sampled_from([PASSPORT, PASSPORT, WASTE]), pick=PICK, seat=SEATS, drops=st.integers(0, 4))
    def somebody_wants_to_know_who_calls(self, subject: Any, pick: int, seat: SeatId, drops: int) -> None:
        """Of any call, whether it is hers or not; or wants it no longer."""
        call = one(_talking_first(self.world), pick)
        if drops == 0:
            self.world.tell(IdentifyDropped(seat, call))
            return
        self.world.want(seat, call, subject)

    @precondition(lambda self: self.world.pairing_numbers)
    @rule(pick=PICK, again=st.integers(0, 3), which=PICK)
    def a_number_is_typed_in(self, pick: int, again: int, which: int) -> None:
        """One that there ever was; on a page of its own, or on one that typed in another."""
        pages = [page for page in self.world.paired_pages if page.startswith("now")]
        page = one(pages, which) if pages and again == 0 else PageId(f"now{next(self.world.ids)}")
        self.world.type_in(one(reversed(self.world.pairing_numbers), pick), page)

    @precondition(lambda self: self.world.paired_pages)
    @rule(pick=PICK, what=st.sampled_from(["share", "share", "fail", "stop"]))
    def a_paired_page_acts(self, pick: int, what: str) -> None:
        """It begins to disclose, gets nothing from the app, or stops."""
        page = one(reversed(self.world.paired_pages), pick)
        if what == "share":
            self.world.share(page)
        elif what == "fail":
            self.world.tell(PairingFailed(page, Unshared.REFUSED))
        else:
            self.world.tell(PairingStopped(page))

    @precondition(lambda self: self.shares_under_way())
    @rule(pick=PICK, subject=st.sampled_from([PASSPORT, PASSPORT, WASTE]))
    def what_was_shared_is_sealed(self, pick: int, subject: Any) -> None:
        """Late or in time, whatever became of its number; also a second time."""
        self.world.seal_for_pairing(one(reversed(self.shares_under_way()), pick), subject)

    @precondition(lambda self: self.world.leader.desk.calls)
    @rule(pick=PICK)
    def somebody_is_identified_during_her_call(self, pick: int) -> None:
        """All of it, without trouble; that histories get far."""
        desk = self.world.leader.desk
        call = desk.calls[one(_talking_first(self.world), pick)]
        agent = None if call.leg is None or call.leg.user is None else desk.agents.get(call.leg.user)
        if agent is None or agent.seat is None:
            return
        self.world.want(agent.seat, call.id, PASSPORT)
        page = PageId(f"now{next(self.world.ids)}")
        self.world.type_in(self.world.pairing_numbers[-1], page)
        self.world.seal_for_pairing(self.world.share(page), PASSPORT)


def _talking_first(world: World) -> list[CallId]:
    calls: Iterable[Any] = world.leader.desk.calls.values()
    return [call.id for call in sorted(calls, key=lambda call: (call.stage is not Stage.TALKING, call.id))]
