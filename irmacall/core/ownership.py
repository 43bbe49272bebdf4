"""Who may see whom: one function of the state of a call, and the book that the one door asks.

A seat may see a caller when, and only when, all of this is true at once:

* the call is in its TALKING stage and an identity is bound to it, and to no other call;
* its talk bridge holds the caller's channel and the leg, and no third;
* the leg is the phone of the agent who holds this seat;
* the node is confirmed: its snapshot is in, and its event socket stands.

So nobody sees anything while ringing, after leaving, or on the word of a node that has fallen silent. There is one
leg in a call and one seat to an agent: that at most one seat may see a caller needs no bookkeeping.

What this function says after every event is compared with what it said before: the difference is withdrawn first and
granted under a new number after. A withdrawal acts before the save and a grant after it (`Grants`).
"""

from __future__ import annotations

from dataclasses import dataclass, field

from irmacall.core.call import Call, Granted, Stage
from irmacall.core.commands import Grant, Withdraw
from irmacall.core.disclosure import Seal
from irmacall.core.ids import CallId, GrantNumber, SeatId
from irmacall.core.state import Desk, Turn


def owner(desk: Desk, call: Call) -> Granted | None:
    """Who has this caller on the line and may see her (the number is not yet given); None: nobody."""
    leg = call.leg
    if call.stage is not Stage.TALKING or call.sealed is None or leg is None or leg.user is None:
        return None
    if call.node not in desk.confirmed or call.members != {call.channel, leg.channel}:
        return None
    disclosure = desk.disclosures.get(call.sealed)
    if disclosure is None or disclosure.seal is not Seal.BOUND or disclosure.call != call.id:
        return None
    agent = desk.agents.get(leg.user)
    if agent is None or agent.seat is None or agent.endpoint != leg.endpoint:
        return None
    return Granted(agent.seat, agent.user, GrantNumber(0))


def settle(turn: Turn, call: Call, why: str) -> None:
    """Bring what is granted in step with what is true: withdraw, then grant."""
    had, has = call.granted, owner(turn.desk, call)
    if had is not None and (has is None or has.seat != had.seat):
        call.granted = None
        turn.do(Withdraw(had.seat, had.user, call.id, had.number, why))
    if has is not None and call.granted is None:
        assert call.sealed is not None
        number = turn.desk.new_grant()
        call.granted = Granted(has.seat, has.user, number)
        turn.do_first(Grant(has.seat, has.user, call.id, call.sealed, number))


@dataclass(slots=True)
class Grants:
    """What may be seen right now: the last saved grants, less every later withdrawal. The one door asks here."""

    _of_seat: dict[SeatId, Grant] = field(default_factory=dict)
    _void: set[GrantNumber] = field(default_factory=set)
    """Withdrawn while their own save was still on its way: they must not come to life after it."""

    def withdraw(self, withdrawal: Withdraw) -> None:
        """From this instant the grant is void."""
        held = self._of_seat.get(withdrawal.seat)
        if held is not None and held.grant == withdrawal.grant:
            del self._of_seat[withdrawal.seat]
        else:
            self._void.add(withdrawal.grant)

    def grant(self, grant: Grant) -> bool:
        """The decision that granted this is saved; False where it was withdrawn meanwhile."""
        if grant.grant in self._void:
            self._void.remove(grant.grant)
            return False
        self._of_seat[grant.seat] = grant
        return True

    def clear(self) -> list[Grant]:
        """Void everything (the lease is lost, a clock cannot be trusted); what was held, to blank its screens."""
        held = list(self._of_seat.values())
        self._of_seat.clear()
        return held

    def held(self) -> list[Grant]:
        """Every grant that stands now."""
        return list(self._of_seat.values())

    def may_see(self, seat: SeatId, call: CallId, number: GrantNumber) -> Grant | None:
        """The grant under which this seat may see this caller now; None: it may not."""
        held = self._of_seat.get(seat)
        return held if held is not None and (held.call, held.grant) == (call, number) else None
