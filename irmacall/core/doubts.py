""" "Klopt niet": whoever is on the line, at either end, says that an identity is not right, and it is erased at once.

The call goes on: the two talk, and find out what it is.
"""

from __future__ import annotations

from irmacall.core import disclosures
from irmacall.core.call import Call
from irmacall.core.commands import NoteForAudit
from irmacall.core.disclosure import Disclosure, Seal
from irmacall.core.ids import SeatId, UserId
from irmacall.core.sight import Doubt
from irmacall.core.sight_events import PageDoubts, SeatDoubts
from irmacall.core.state import Turn


def page_doubts(turn: Turn, event: PageDoubts) -> None:
    """The citizen's word is enough, while her call has it."""
    disclosure = turn.desk.disclosure_of(event.page)
    if disclosure is not None:
        _doubt(turn, disclosure, Doubt.CITIZEN, "the citizen says that it is not right")


def seat_doubts(turn: Turn, event: SeatDoubts) -> None:
    """So is that of who may see it: she has the caller on the line."""
    call = turn.desk.calls.get(event.call)
    granted = None if call is None else call.granted
    if granted is None or granted.seat != event.seat or granted.sealed is None:
        return
    disclosure = turn.desk.disclosures[granted.sealed]
    if event.grant != granted.number and not any(sight.grant == event.grant for sight in disclosure.sights):
        return  # What she means is the card of before.
    why = "who has the caller on the line says that it is not right"
    _doubt(turn, disclosure, Doubt.OWNER, why, granted.user, event.seat)


def _doubt(
    turn: Turn, disclosure: Disclosure, by: Doubt, why: str, user: UserId | None = None, seat: SeatId | None = None
) -> None:
    call: Call | None = None if disclosure.call is None else turn.desk.calls.get(disclosure.call)
    if disclosure.seal is not Seal.BOUND or call is None:
        return
    disclosure.doubt = call.doubt = by
    turn.do(NoteForAudit("doubted", call.id, why, user, seat))
    disclosures.erase(turn, disclosure)
