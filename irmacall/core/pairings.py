"""Identifying during a call: from the number that its owner reads out to the identity that is bound to it.

    asked ─▶ typed in ─▶ shared in the app ─▶ bound to the call
      │         │  ▲            │
      │         │  └── failed ◀─┘
      └─────────┴─▶ time over · stopped · the call is over · asked anew

Whoever owns the call when something is bound sees it: that is derived, as ever (`ownership`).
"""

from __future__ import annotations

from irmacall.core import disclosures
from irmacall.core.call import Call, Stage
from irmacall.core.commands import Burn, NoteForAudit, RefreshPage, RefreshSeat
from irmacall.core.ids import CallId, PageId, SeatId
from irmacall.core.pairing import LIFE, MOST, Pairing, PairingState
from irmacall.core.pairing_events import (
    IdentifyAsked,
    IdentifyDropped,
    PairingFailed,
    PairingSealed,
    PairingShared,
    PairingStopped,
    PairingTaken,
)
from irmacall.core.state import Desk, Turn

# -- its owner ---------------------------------------------------------------------------------------------------


def owned(desk: Desk, seat: SeatId, call: CallId) -> Call | None:
    """This call, where the one at this seat has its caller on the line, or has put her aside for a moment."""
    agent, found = desk.agent_at(seat), desk.calls.get(call)
    leg = None if found is None or found.stage is not Stage.TALKING else found.leg
    if agent is None or leg is None or (leg.user, leg.endpoint) != (agent.user, agent.endpoint):
        return None
    return found


def asked(turn: Turn, event: IdentifyAsked) -> None:
    """Its owner has a number to read out. A number that somebody else has already is none: she must ask again."""
    call = owned(turn.desk, event.seat, event.call)
    if call is None or call.paired >= MOST or event.number in turn.desk.call_of_pairing:
        return
    _drop(turn, call)
    call.paired += 1
    call.pairing = Pairing(event.number, turn.now + LIFE, event.subject, event.more)
    turn.desk.call_of_pairing[event.number] = call.id
    turn.do(NoteForAudit("pairing_asked", call.id, f"number {call.paired} of this call"))
    _changed(turn, call)


def dropped(turn: Turn, event: IdentifyDropped) -> None:
    """Its owner wants it no longer, or has read what became of it."""
    call = owned(turn.desk, event.seat, event.call)
    if call is not None and call.pairing is not None:
        _drop(turn, call)
        _changed(turn, call)


# -- who types it in -----------------------------------------------------------------------------------------------


def taken(turn: Turn, event: PairingTaken) -> None:
    """The first page that types it in has it, and has time of its own from now on; for all others it is wrong."""
    call = turn.desk.calls.get(turn.desk.call_of_pairing.get(event.number, CallId("")))
    if call is None or call.pairing is None:
        return
    _leave(turn, event.page)  # A page is of one call: what it typed in before was for another.
    pairing = call.pairing
    _void_number(turn, pairing)
    pairing.page, pairing.state, pairing.until = event.page, PairingState.TAKEN, turn.now + LIFE
    turn.desk.call_of_paired_page[event.page] = call.id
    turn.do(NoteForAudit("pairing_taken", call.id, "a page typed in its number"))
    _changed(turn, call)


def shared(turn: Turn, event: PairingShared) -> None:
    """There the app is asked. What was begun before on that page is for nothing."""
    call = live_of(turn.desk, event.page)
    pairing = None if call is None else call.pairing
    if call is None or pairing is None or pairing.page != event.page:
        return
    if (call.id, call.paired) != (event.call, event.nth):
        return
    if event.earlier is not None:
        disclosures.move(turn, call, event.earlier, event.sharing)
    if pairing.sharing is not None:
        turn.desk.call_of_paired_page.pop(pairing.sharing, None)
    pairing.sharing, pairing.state, pairing.why = event.sharing, PairingState.SHARING, None
    turn.desk.call_of_paired_page[event.sharing] = call.id
    _changed(turn, call)


def failed(turn: Turn, event: PairingFailed) -> None:
    """It can be tried again, as long as there is time."""
    call = live_of(turn.desk, event.sharing)
    if call is not None and call.pairing is not None and call.pairing.sharing == event.sharing:
        call.pairing.state, call.pairing.why = PairingState.FAILED, event.why
        _changed(turn, call)


def stopped(turn: Turn, event: PairingStopped) -> None:
    """She did not call, or does not want this: its owner is told."""
    _stop(turn, event.page)


def _leave(turn: Turn, page: PageId) -> None:
    """It is no earlier call's page any more: one that was identified on it may end before this one does."""
    _stop(turn, page)
    call = turn.desk.calls.get(turn.desk.call_of_paired_page.pop(page, CallId("")))
    if call is not None and call.pairing is not None:
        call.pairing.page = None
        turn.touch_call(call)


def _stop(turn: Turn, page: PageId) -> None:
    call = live_of(turn.desk, page)
    if call is not None:
        turn.do(NoteForAudit("pairing_stopped", call.id, "by who typed in its number"))
        _end(turn, call, PairingState.STOPPED)


def live_of(desk: Desk, page: PageId) -> Call | None:
    """The call that this page may still disclose for."""
    call = desk.calls.get(desk.call_of_paired_page.get(page, CallId("")))
    return call if call is not None and call.pairing is not None and call.pairing.live else None


# -- what was disclosed --------------------------------------------------------------------------------------------


def sealed(turn: Turn, event: PairingSealed) -> None:
    """It is bound to the call of its pairing if that still stands, and burned in any other case."""
    desk = turn.desk
    if event.sealed in desk.disclosures:
        return
    call = live_of(desk, event.page)
    pairing = None if call is None else call.pairing
    if call is None or pairing is None or (pairing.sharing, pairing.subject) != (event.page, event.subject):
        turn.do(Burn(event.sealed))
        turn.do(RefreshPage(event.page))
        return
    replaced = None if call.sealed is None else desk.disclosures.get(call.sealed)
    disclosure = disclosures.begin(turn, event, replaced)
    disclosure.more = pairing.more
    disclosures.bind(turn, call, disclosure)
    if replaced is not None:
        disclosures.replace_by(turn, replaced, disclosure)
    pairing.state = PairingState.DONE
    turn.do(NoteForAudit("pairing_bound", call.id, "identified during the call"))
    _changed(turn, call)


# -- how it ends ---------------------------------------------------------------------------------------------------


def out_of_time(turn: Turn, call: Call) -> None:
    """Nobody typed it in, or who did has not shared anything."""
    _end(turn, call, PairingState.EXPIRED)


def settle(turn: Turn, call: Call) -> None:
    """Of a call that changed: who is gone, or talks with somebody outside, can be identified no longer."""
    outside = call.leg is not None and call.leg.number is not None and call.stage is Stage.TALKING
    if call.pairing is not None and (outside or call.stage in (Stage.LEAVING, Stage.ENDED)):
        _drop(turn, call)
        turn.touch_call(call)


def _end(turn: Turn, call: Call, state: PairingState) -> None:
    """Nothing can come of it any more; its owner reads why."""
    pairing = call.pairing
    if pairing is None or not pairing.live:
        return
    _refresh(turn, pairing)
    _void_number(turn, pairing)
    _leave_pages(turn, pairing)
    pairing.state, pairing.page, pairing.sharing = state, None, None
    _changed(turn, call)


def _drop(turn: Turn, call: Call) -> None:
    """Nothing is left of it."""
    pairing, call.pairing = call.pairing, None
    turn.set_timer(("pairing", call.id), None)
    if pairing is not None:
        _refresh(turn, pairing)
        _void_number(turn, pairing)
        _leave_pages(turn, pairing)


def _void_number(turn: Turn, pairing: Pairing) -> None:
    if pairing.number is not None:
        turn.desk.call_of_pairing.pop(pairing.number, None)
        pairing.number = None


def _leave_pages(turn: Turn, pairing: Pairing) -> None:
    for page in pairing.pages:
        turn.desk.call_of_paired_page.pop(page, None)


def _changed(turn: Turn, call: Call) -> None:
    """Save it, set its clock, and let its owner and its page look again."""
    pairing = call.pairing
    turn.set_timer(("pairing", call.id), pairing.until if pairing is not None and pairing.live else None)
    turn.touch_call(call)
    if pairing is not None:
        _refresh(turn, pairing)
    agent = None if call.leg is None or call.leg.user is None else turn.desk.agents.get(call.leg.user)
    if agent is not None and agent.seat is not None:
        turn.do(RefreshSeat(agent.seat))


def _refresh(turn: Turn, pairing: Pairing) -> None:
    for page in pairing.pages:
        turn.do(RefreshPage(page))
