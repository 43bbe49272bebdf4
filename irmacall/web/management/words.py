"""What the screens of management say, in words and in figures that people read."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import date
from typing import Final

from irmacall.core.wallboard import Doing
from irmacall.web.i18n import N_, _
from irmacall.web.management.ports import MOST_DAYS, AgentLine, Aim, CallbackLine, EmergencyLine, Grain, NodeLine

NOTHING: Final = "–"
"""In the place of a figure that there is not."""

DOING: Final[Mapping[Doing, str]] = {
    Doing.FREE: N_("Vrij"),
    Doing.RINGING: N_("Telefoon gaat over"),
    Doing.TALKING: N_("In gesprek"),
    Doing.HOLDING: N_("Beller in de wacht"),
    Doing.CONSULTED: N_("In overleg"),
    Doing.WRAP_UP: N_("Nawerk"),
    Doing.PAUSED: N_("Pauze"),
    Doing.UNAVAILABLE: N_("Niet beschikbaar"),
    Doing.BUSY: N_("Ander gesprek"),
    Doing.OFFLINE: N_("Telefoon staat uit"),
}
_UNAVAILABLE: Final = {
    "no-answer": N_("nam niet op"),
    "rejected": N_("weigerde een gesprek"),
    "phone-gone": N_("telefoon staat uit"),
    "phone-failed": N_("telefoon niet bereikt"),
    "disconnected": N_("scherm is weg"),
}
GRAINS: Final[Mapping[Grain, str]] = {"day": N_("Dag"), "week": N_("Week"), "hour": N_("Uur van de dag")}
_WEEKDAYS: Final = (N_("ma"), N_("di"), N_("wo"), N_("do"), N_("vr"), N_("za"), N_("zo"))
MESSAGES: Final = {
    "emergency": N_("Storing: probeer het later"),
    "closed": N_("Gesloten"),
    "busy": N_("Het is te druk"),
    "nobody": N_("Nu niemand die kan helpen"),
    "queue-full": N_("De wachtrij is vol"),
}
"""The messages that are shipped; a site's own is called by the name of its sound."""


def duration(seconds: float | None) -> str:
    """As a clock shows it: 1:05, or 1:02:03."""
    if seconds is None:
        return NOTHING
    whole = round(seconds)
    hours, minutes = divmod(whole // 60, 60)
    return f"{hours}:{minutes:02}:{whole % 60:02}" if hours else f"{minutes}:{whole % 60:02}"


def percent(share: float | None) -> str:
    """Whole percents, never more than there are: an aim that was just missed does not look reached."""
    return NOTHING if share is None else _("{share}%").format(share=math.floor(share * 100 + 1e-9))


def aim(of: Aim) -> str:
    """What a queue aims at."""
    return _("{share} binnen {seconds} s").format(share=percent(of.share), seconds=f"{of.seconds:g}")


def doing(agent: AgentLine) -> str:
    """What somebody does, and with which queue's call, or why."""
    told = _(DOING[agent.doing])
    why = agent.queue or reason(agent)
    return f"{told} – {why}" if why else told


def reason(agent: AgentLine) -> str:
    """Why she gets no calls; empty where there is nothing to say."""
    if agent.doing is Doing.PAUSED:
        return "" if agent.reason in (None, _(DOING[Doing.PAUSED])) else str(agent.reason)
    found = _UNAVAILABLE.get(agent.reason or "")
    return "" if found is None else _(found)


def about_pause(agent: AgentLine) -> str:
    """Who paused her, and whether that begins after her call."""
    told = [_("door {name}").format(name=agent.paused_by)] if agent.paused_by is not None else []
    if agent.pausing:
        told.insert(0, _("hierna pauze"))
    return " ".join(told)


def tries(number: int) -> str:
    """How often somebody was called back in vain."""
    if not number:
        return _("nog niet gebeld")
    return _("1 keer gebeld") if number == 1 else _("{number} keer gebeld").format(number=number)


def callbacks(number: int) -> str:
    """How many asked to be called back; empty: nobody."""
    if not number:
        return ""
    return _("1 terugbelverzoek") if number == 1 else _("{number} terugbelverzoeken").format(number=number)


def elsewhere(number: int) -> str:
    """How many waited, and neither were answered nor hung up nor asked to be called back; empty: nobody."""
    return _("{number} anders").format(number=number) if number else ""


def when(callback: CallbackLine) -> str:
    """When somebody is called back; where that is later, the time that is left follows."""
    if callback.under_way:
        return _("wordt gebeld")
    return _("over") if callback.due > 0 else _("nu")


def nodes(lines: Sequence[NodeLine]) -> str:
    """How the telephone exchanges are, in one line."""
    told = [
        _("{name} niet bereikbaar").format(name=node.name)
        if not node.there
        else _("{name} overbelast").format(name=node.name)
        for node in lines
        if not node.there or node.strained
    ]
    if told:
        return "; ".join(told)
    if len(lines) == 1:
        return _("De telefooncentrale werkt.")
    return _("Alle {number} telefooncentrales werken.").format(number=len(lines))


def destination(emergency: EmergencyLine) -> str:
    """Where an emergency sends everybody."""
    if emergency.is_queue:
        return _("wachtrij {title}").format(title=emergency.to)
    return _("melding “{title}”").format(title=message(emergency.to))


def message(sound: str) -> str:
    """What a message is called."""
    return _(MESSAGES[sound]) if sound in MESSAGES else sound


def day(of: date) -> str:
    """A day as people write it: ma 02-11-2026."""
    return f"{_(_WEEKDAYS[of.weekday()])} {of:%d-%m-%Y}"


def week(first: date) -> str:
    """A week by its number, and the first of its days that is in the report."""
    return _("week {number} ({day})").format(number=first.isocalendar().week, day=f"{first:%d-%m-%Y}")


def hour(of: int, *, again: bool = False, twice: bool = False) -> str:
    """An hour of the day; of one that the clock has twice, which."""
    told = f"{of:02}:00"
    if again:
        return _("{hour} (wintertijd)").format(hour=told)
    return _("{hour} (zomertijd)").format(hour=told) if twice else told


def odd_day(of: date, hours: int) -> str:
    """Why a day of a report has another number of hours."""
    told = _("Op {day} ging de klok vooruit: die dag had {hours} uur.")
    if hours > 24:
        told = _("Op {day} ging de klok achteruit: die dag had {hours} uur.")
    return told.format(day=f"{of:%d-%m-%Y}", hours=hours)


def span_fault(days: int) -> str:
    """What is wrong with the days of a report."""
    if days < 1:
        return _("De laatste dag ligt vóór de eerste. Draai ze om.")
    return _("Dat zijn {days} dagen. Kies er ten hoogste {most}.").format(days=days, most=MOST_DAYS)
