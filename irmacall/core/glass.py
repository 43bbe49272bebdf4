"""Break-glass: somebody of management sees a caller whom another has on the line. The one exception to `ownership`.

It is a predicate of its own, with grants of its own and a book of its own; no function of `ownership` knows of it. A
look is allowed when, and only when, all of this is true at once:

* the site file allows it at this desk;
* the owner may see an identity now, under the same grant as when the reason was given: neither the call, nor the
  owner, nor the identity has changed since;
* its time is not over: a minute from the reason at the most;
* nobody else looks, and she looks at nobody else.

The owner's screen and the citizen's page are told with the same decision. What is withdrawn from the owner ends it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from irmacall.core import sights
from irmacall.core.call import Call
from irmacall.core.commands import Grant, HideFromGlass, RefreshPage, RefreshSeat, ShowByGlass, Withdraw
from irmacall.core.ids import CallId, GrantNumber, QueueId, SealedId, SeatId, UserId
from irmacall.core.ownership import Grants
from irmacall.core.sight import Look
from irmacall.core.sight_events import GlassAsked, GlassLeft
from irmacall.core.state import Desk, Turn

LONGEST: Final = 60.0
"""Seconds from her reason for which somebody may look."""


def onlooker(desk: Desk, call: Call) -> Look | None:
    """Who of management may see this caller now, beside her owner; None: nobody."""
    look = desk.looks.get(call.id)
    if look is None or not desk.plan.break_glass:
        return None
    return look if stands(call, look.over, look.sealed) else None


def can_be_asked(desk: Desk, call: Call) -> bool:
    """Whether there is something to see, and nobody looks yet."""
    seen = call.granted is not None and call.granted.sealed is not None
    return desk.plan.break_glass and seen and call.id not in desk.looks


def stands(call: Call | None, over: GrantNumber, sealed: SealedId) -> bool:
    """Whether this call's owner sees this identity under this grant now."""
    owner = None if call is None else call.granted
    return owner is not None and (owner.number, owner.sealed) == (over, sealed)


def asked(turn: Turn, event: GlassAsked) -> None:
    """She may look, from the moment that her owner and the citizen are told of it.

    Her reason was being written meanwhile: it is about the grant that its line names, and allows no other.
    """
    desk, until = turn.desk, min(event.until, turn.now + LONGEST)
    call = desk.calls.get(event.call)
    if call is None or until <= turn.now or not can_be_asked(desk, call):
        return
    if call.granted is None or not stands(call, event.over, event.sealed):
        return
    seat_left(turn, event.seat)  # One screen shows one caller.
    number, owner = desk.new_grant(), call.granted.user
    look = Look(call.id, event.seat, event.user, number, event.sealed, event.over, owner, turn.now, until)
    desk.looks[call.id] = look
    turn.set_timer(("glass", call.id), until)
    _tell(turn, look)
    turn.do(ShowByGlass(Grant(look.seat, look.user, look.call, look.sealed, number), until))


def left(turn: Turn, event: GlassLeft) -> None:
    """She has seen enough."""
    look = turn.desk.looks.get(event.call)
    if look is not None and look.seat == event.seat:
        _end(turn, look, "she has seen enough")


def seat_left(turn: Turn, seat: SeatId) -> None:
    """Her session is over, or shows another caller from now on."""
    for look in [look for look in turn.desk.looks.values() if look.seat == seat]:
        _end(turn, look, "her screen is another's, or nobody's")


def out_of_time(turn: Turn, call: CallId) -> None:
    """The minute is over."""
    _end(turn, turn.desk.looks[call], "its time is over")


def settle(turn: Turn, call: Call, why: str) -> None:
    """Whatever ended what the owner saw ends what is seen beside her."""
    look = turn.desk.looks.get(call.id)
    if look is not None and onlooker(turn.desk, call) is None:
        _end(turn, look, why)


def _end(turn: Turn, look: Look, why: str) -> None:
    del turn.desk.looks[look.call]
    turn.desk.looked = {call: each for call, each in turn.desk.looked.items() if call in turn.desk.calls}
    turn.desk.looked[look.call] = look
    turn.set_timer(("glass", look.call), None)
    turn.do(HideFromGlass(Withdraw(look.seat, look.user, look.call, look.grant, why)))
    sights.over(turn, look.sealed, look.grant)
    _tell(turn, look)


def _tell(turn: Turn, look: Look) -> None:
    """Her owner and the citizen see that somebody looks, or does no longer."""
    call = turn.desk.calls.get(look.call)
    if call is not None and call.granted is not None:
        turn.do(RefreshSeat(call.granted.seat))
    disclosure = turn.desk.disclosures.get(look.sealed)
    if disclosure is not None:
        turn.do(RefreshPage(disclosure.page))


@dataclass(frozen=True, slots=True)
class GlassView:
    """What management is told of a call at which she may want to look: never who calls."""

    owner: UserId | None
    """Who has her on the line, and may see who she is."""
    queue: QueueId | None = None
    since: float | None = None
    """Since when she talks with that one."""
    can_be_asked: bool = False
    taken: bool = False
    """Somebody else looks now."""
    look: Look | None = None
    """This seat may look now."""


def view(desk: Desk, name: CallId, seat: SeatId) -> GlassView:
    """What this seat is told of a call, which may be over."""
    call = desk.calls.get(name)
    if call is None or call.granted is None or call.granted.sealed is None:
        return GlassView(None)
    look = desk.looks.get(name)
    mine = look if look is not None and look.seat == seat else None
    since = call.joined_at if call.joined_at is not None else call.talking_since
    may_ask = can_be_asked(desk, call)
    return GlassView(call.granted.user, call.queue, since, may_ask, look is not None and mine is None, mine)


@dataclass(slots=True)
class Looks:
    """What management may see right now: the book that the one door asks for this, apart from the owners'."""

    _grants: Grants = field(default_factory=Grants)
    _until: dict[GrantNumber, float] = field(default_factory=dict)

    def withdraw(self, withdrawal: Withdraw) -> None:
        """From this instant the look is over."""
        self._until.pop(withdrawal.grant, None)
        self._grants.withdraw(withdrawal)

    def grant(self, shown: ShowByGlass) -> bool:
        """Owner and citizen are told; False where it was withdrawn meanwhile."""
        if not self._grants.grant(shown.grant):
            return False
        self._until[shown.grant.grant] = shown.until
        return True

    def clear(self) -> list[Grant]:
        """Void everything; what was held, to blank its screens."""
        self._until.clear()
        return self._grants.clear()

    def held(self) -> list[Grant]:
        """Every look that stands now."""
        return self._grants.held()

    def may_see(self, seat: SeatId, call: CallId, number: GrantNumber, now: float) -> Grant | None:
        """The grant under which this seat may look at this caller now; None: it may not. The wake-up may be late."""
        return self._grants.may_see(seat, call, number) if now < self._until.get(number, 0.0) else None
