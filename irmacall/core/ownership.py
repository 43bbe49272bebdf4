"""Who may see whom: one function of the state of a call, and the book that the one door asks.

A seat may see a caller when, and only when, all of this is true at once:

* the call is in its TALKING stage, and an identity is bound to it and to no other call, or there is a note about her;
* its talk bridge holds the owner's leg, and nobody but the caller and whom that owner consults;
* the caller is there too, or hears music at the owner's wish;
* the leg is the phone of the agent who holds this seat;
* the node is confirmed: its snapshot is in, and its event socket stands.

So nobody sees anything while ringing, while being consulted, after leaving, or on the word of a node that has fallen
silent. There is one owner's leg in a call and one seat to an agent: that at most one seat may see a caller needs no
bookkeeping. When a caller is passed on, the leg is another's from that instant; its owner sees nothing before the old
leg has left the bridge and the caller is in it.

What this function says after every event is compared with what it said before: the difference is withdrawn first and
granted under a new number after. A withdrawal acts before the save and a grant after it (`Grants`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from irmacall.core import disclosures, sights
from irmacall.core.agent import Agent
from irmacall.core.call import Call, Granted, Leg, Stage
from irmacall.core.commands import Grant, Withdraw
from irmacall.core.disclosure import Seal
from irmacall.core.ids import CallId, ChannelId, GrantNumber, SeatId
from irmacall.core.state import Desk, Turn


def owner(desk: Desk, call: Call) -> Agent | None:
    """Who has this caller on the line, at a seat; None: nobody."""
    leg = call.leg
    if call.stage is not Stage.TALKING or leg is None or leg.user is None or call.node not in desk.confirmed:
        return None
    here = call.channel in call.members or call.parked
    if not here or leg.channel not in call.members or not call.members <= _tolerated(call, leg):
        return None
    agent = desk.agents.get(leg.user)
    if agent is None or agent.seat is None or agent.endpoint != leg.endpoint:
        return None
    return agent


def _tolerated(call: Call, leg: Leg) -> frozenset[ChannelId]:
    """Who may be in the talk bridge beside the owner: the caller, and who is consulted, or is on her way out."""
    consulted = () if call.consult is None else (call.consult.leg.channel,)
    return frozenset((call.channel, leg.channel, *consulted)) | call.leaving


def shown(desk: Desk, call: Call) -> Granted | None:
    """What its owner may see now, and where (the number is not yet given); None: nobody sees anything."""
    agent = owner(desk, call)
    if agent is None or agent.seat is None:
        return None
    disclosure = None if call.sealed is None else desk.disclosures.get(call.sealed)
    bound = disclosure is not None and disclosure.seal is Seal.BOUND and disclosure.call == call.id
    sealed = call.sealed if bound else None
    note = call.note if call.note_by != agent.user else None  # What she wrote herself, she need not be told.
    if sealed is None and note is None:
        return None
    return Granted(agent.seat, agent.user, GrantNumber(0), sealed, note)


def settle(turn: Turn, call: Call, why: str) -> None:
    """Bring what is granted in step with what is true: withdraw, then grant."""
    had, has = call.granted, shown(turn.desk, call)
    if had is not None and (has is None or replace(has, number=had.number) != had):
        call.granted = None
        turn.do(Withdraw(had.seat, had.user, call.id, had.number, why))
        sights.over(turn, had.sealed, had.number)
        disclosures.refresh(turn, call)
    if has is not None and call.granted is None:
        call.granted = replace(has, number=turn.desk.new_grant())
        disclosures.refresh(turn, call)
        turn.do_first(Grant(has.seat, has.user, call.id, has.sealed, call.granted.number, has.note))


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

    def of(self, seat: SeatId) -> Grant | None:
        """What this seat is granted now."""
        return self._of_seat.get(seat)

    def may_see(self, seat: SeatId, call: CallId, number: GrantNumber) -> Grant | None:
        """The grant under which this seat may see this caller now; None: it may not."""
        held = self._of_seat.get(seat)
        return held if held is not None and (held.call, held.grant) == (call, number) else None
