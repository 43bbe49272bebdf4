"""What a citizen reads on her page while she calls and after: her place, who sees her data, who saw them, two words.

Sentences alone, in the language of her request, so that her page's script has nothing to say by itself.
"""

from __future__ import annotations

import math
import time
from zoneinfo import ZoneInfo

from irmacall.core.pace import told_minutes
from irmacall.web.citizen_ports import CitizenView, LiveView, SightView, SubjectView
from irmacall.web.clocks import clock
from irmacall.web.greeting import printable
from irmacall.web.i18n import _


def told(
    view: CitizenView, subject: SubjectView | None, timezone: str, now: float | None = None
) -> dict[str, object]:
    """All of it. `subject`: what she shared data for, in her language; None where the site has it no longer."""
    live, zone = view.live, ZoneInfo(timezone)
    return {
        "place": _place(live),
        "left": _left(view.expires_at, time.time() if now is None else now),
        "seers": [_seer(each, zone) for each in live.seers],
        "sights": [_sight(each, each.until, zone) for each in live.sights if each.until is not None],
        "shared": _shared(live, subject) if live.sights else "",
        "words": list(live.words or ()),
        "doubt": _doubt(live),
    }


def _place(live: LiveView) -> str:
    """Her place in the queue, and about how long she waits; nothing of what nobody knows."""
    if live.position is None:
        return ""
    if live.position <= 1:
        before = _("U bent de eerste in de rij.")
    elif live.position == 2:
        before = _("Er is 1 wachtende voor u.")
    else:
        before = _("Er zijn {number} wachtenden voor u.").format(number=live.position - 1)
    return before if live.wait is None else f"{before} {_wait(live.wait)}"


def _wait(seconds: float) -> str:
    minutes = told_minutes(seconds)
    if minutes is None:
        return _("Het duurt langer dan een half uur.")
    return (
        _("Het duurt ongeveer 1 minuut.") if minutes == 1 else _("Het duurt ongeveer {n} minuten.").format(n=minutes)
    )


def _left(expires_at: float | None, now: float) -> str:
    """How long her data are kept at the most."""
    if expires_at is None:
        return ""
    minutes = math.ceil(max(0.0, expires_at - now) / 60)
    return _("Dat is over 1 minuut.") if minutes <= 1 else _("Dat is over {n} minuten.").format(n=minutes)


def _who(sight: SightView) -> str:
    """What somebody does, as it stands at the beginning of a sentence; never who it is."""
    function, department = printable(sight.function), printable(sight.department)
    if sight.by_glass:  # in the words of what she read before she shared anything
        where = _("Een leidinggevende van {department}") if department else _("Een leidinggevende")
        return where.format(department=department)
    if function[:1].islower():
        return _("Een {function}").format(function=function)
    if function or department:
        return _("Een medewerker van {department}").format(department=function or department)
    return _("Een medewerker")


def _seer(sight: SightView, zone: ZoneInfo) -> str:
    since = clock(sight.since, zone)
    if sight.by_glass:
        text = _("{who} kijkt mee, sinds {since}. Dat duurt hoogstens een minuut.")
        return text.format(who=_who(sight), since=since)
    return _("{who}, sinds {since}.").format(who=_who(sight), since=since)


def _sight(sight: SightView, over: float, zone: ZoneInfo) -> str:
    """Of who sees it no longer; who still may is told of above."""
    since, who = clock(sight.since, zone), _who(sight)
    who = _("{who} (keek mee)").format(who=who) if sight.by_glass else who
    until = clock(over, zone)
    if since == until:
        return _("{who}, om {since}.").format(who=who, since=since)
    return _("{who}, van {since} tot {until}.").format(who=who, since=since, until=until)


def _shared(live: LiveView, subject: SubjectView | None) -> str:
    """What was seen: the names of what she shared, and none of the values."""
    shares = [*(() if subject is None else subject.shares), *(() if live.more is None else (live.more,))]
    listed = ", ".join(dict.fromkeys(shares))
    return _("Gezien is: {shares}.").format(shares=listed) if listed else ""


def _doubt(live: LiveView) -> str:
    """Why her data are gone, where somebody said that they are not right."""
    match live.doubt:
        case "citizen":
            return _("U zei dat er iets niet klopt. Daarom zijn uw gegevens meteen gewist.")
        case "owner":
            return _("De medewerker zei dat er iets niet klopt. Daarom zijn uw gegevens meteen gewist.")
        case None:
            return ""
