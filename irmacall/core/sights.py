"""What is remembered for a citizen of who saw her data: begun by the door's word, ended by what is withdrawn.

It is remembered as long as her page is: until the hour is over, also where her data are erased long before.
"""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace
from typing import Final

from irmacall.core.commands import RefreshPage
from irmacall.core.disclosure import Disclosure
from irmacall.core.ids import GrantNumber, SealedId
from irmacall.core.sight import Sight
from irmacall.core.sight_events import IdentitySeen
from irmacall.core.state import Desk, Turn

ONE_SIGHT: Final = 60.0
"""Seconds. Who sees her again so soon after is told of as once: a page that was reloaded, a node that was silent."""


def seen(turn: Turn, event: IdentitySeen) -> None:
    """Somebody was shown it. The word may come late: what was withdrawn meanwhile is over now.

    Where she has identified herself anew on the same page meanwhile, it is told there.
    """
    disclosure = turn.desk.disclosures.get(turn.desk.successors.get(event.sealed, event.sealed))
    if disclosure is None or any(sight.grant == event.grant for sight in disclosure.sights):
        return
    until = None if _stands(turn.desk, disclosure, event.grant) else turn.now
    sight = Sight(event.user, event.grant, turn.now, until, event.by_glass)
    earlier = disclosure.sights
    again = _again(earlier, sight)
    if again is not None:
        earlier, sight = tuple(each for each in earlier if each is not again), replace(sight, since=again.since)
    disclosure.sights = (*earlier, sight)
    turn.touch_disclosure(disclosure)
    turn.do(RefreshPage(disclosure.page))


def closed(disclosure: Disclosure, now: float, grants: Set[GrantNumber] | None = None) -> tuple[Sight, ...]:
    """Who saw it, where what was shown under these grants is over; None: under any."""
    return tuple(
        replace(sight, until=now) if sight.until is None and (grants is None or sight.grant in grants) else sight
        for sight in disclosure.sights
    )


def _again(earlier: tuple[Sight, ...], sight: Sight) -> Sight | None:
    """The sight that goes on with this one, if there is one."""
    last = next((each for each in reversed(earlier) if each.by_glass is sight.by_glass), None)
    if last is None or last.user != sight.user or last.until is None:
        return None
    return last if sight.since - last.until <= ONE_SIGHT else None


def _stands(desk: Desk, disclosure: Disclosure, grant: GrantNumber) -> bool:
    call = None if disclosure.call is None else desk.calls.get(disclosure.call)
    if call is None:
        return False
    look = desk.looks.get(call.id)
    return (call.granted is not None and call.granted.number == grant) or (look is not None and look.grant == grant)


def over(turn: Turn, sealed: SealedId | None, grant: GrantNumber) -> None:
    """This grant was withdrawn: nobody sees it under this number any more."""
    disclosure = None if sealed is None else turn.desk.disclosures.get(sealed)
    if disclosure is not None:
        _end(turn, disclosure, {grant})


def end_all(turn: Turn) -> None:
    """A new leader: whatever stood under the one before it is over."""
    for disclosure in turn.desk.disclosures.values():
        _end(turn, disclosure, {sight.grant for sight in disclosure.sights})


def _end(turn: Turn, disclosure: Disclosure, grants: set[GrantNumber]) -> None:
    if not any(sight.until is None and sight.grant in grants for sight in disclosure.sights):
        return
    disclosure.sights = closed(disclosure, turn.now, grants)
    turn.touch_disclosure(disclosure)
    turn.do(RefreshPage(disclosure.page))
