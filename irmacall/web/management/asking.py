"""What is asked for in the forms of management: parsed here, or answered with what is wrong, beside its field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from urllib.parse import urlencode

from irmacall.core.ids import QueueId, SoundName
from irmacall.web.doors import Malformed
from irmacall.web.i18n import N_, _
from irmacall.web.management import words
from irmacall.web.management.ports import (
    GRAINS,
    MOST_DAYS,
    EmergencyChoices,
    EmergencyWish,
    Grain,
    ManagementDesk,
    ReportWish,
)

_USUAL_DAYS: Final = 7
_LONGEST_REASON: Final = 200


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody filled in for a report, as it came, and what is wrong with it, by field."""

    first: str
    last: str
    grain: Grain
    queue: str
    faults: Mapping[str, str]
    wish: ReportWish | None

    @property
    def query(self) -> str:
        """The same report's address, behind the question mark."""
        return urlencode({"from": self.first, "to": self.last, "by": self.grain, "queue": self.queue})


def report(query: Mapping[str, str], desk: ManagementDesk) -> Asked:
    """What a report's query asks for; without one, the last seven days. Raises Malformed for what no page asks."""
    today = desk.today()
    first = query.get("from", f"{today - timedelta(days=_USUAL_DAYS - 1)}")[:20]
    last, queue = query.get("to", f"{today}")[:20], query.get("queue", "")
    grain = next((each for each in GRAINS if each == query.get("by", "day")), None)
    if grain is None or queue not in {"", *(place.id for place in desk.queues())}:
        raise Malformed("report")
    begun, ended = _day(first), _day(last)
    faults = {name: _("Vul een datum in.") for name, day in (("from", begun), ("to", ended)) if day is None}
    if begun is None or ended is None:
        return Asked(first, last, grain, queue, faults, None)
    days = (ended - begun).days + 1
    if not 1 <= days <= MOST_DAYS:
        return Asked(first, last, grain, queue, {"to": words.span_fault(days)}, None)
    return Asked(first, last, grain, queue, {}, ReportWish(begun, ended, grain, QueueId(queue) if queue else None))


def _day(text: str) -> date | None:
    """A day as a browser sends it. Of the first and last years the neighbours are no days."""
    try:
        found = date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return found if found is not None and 1971 <= found.year <= 9998 else None


_SPANS: Final = (
    N_("Vandaag"),
    N_("Gisteren"),
    N_("Deze week"),
    N_("Vorige week"),
    N_("Deze maand"),
    N_("Vorige maand"),
)


def spans(today: date, grain: Grain, queue: str) -> list[tuple[str, str]]:
    """What is asked for most: its name, and its address behind the question mark."""
    monday, month = today - timedelta(days=today.weekday()), today.replace(day=1)
    before = month - timedelta(days=1)
    day = timedelta(days=1)
    found = (
        (today, today),
        (today - day, today - day),
        (monday, today),
        (monday - 7 * day, monday - day),
        (month, today),
        (before.replace(day=1), before),
    )
    return [
        (_(name), urlencode({"from": f"{first}", "to": f"{last}", "by": grain, "queue": queue}))
        for name, (first, last) in zip(_SPANS, found, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Emergency:
    """What somebody filled in for the emergency switch, as it came, and what is wrong with it, by field."""

    to: str
    minutes: str
    reason: str
    faults: Mapping[str, str]
    wish: EmergencyWish | None


NO_EMERGENCY: Final = Emergency("", "30", "", {}, None)


def emergency(fields: Mapping[str, str], choices: EmergencyChoices) -> Emergency:
    """What the form of the emergency switch says. `to` is "queue:…" or "message:…"."""
    to, minutes, reason = fields.get("to", ""), fields.get("minutes", "").strip(), fields.get("reason", "").strip()
    kind, _colon, name = to.partition(":")
    queue = kind == "queue" and name in {place.id for place in choices.queues}
    message = kind == "message" and name in {place.id for place in choices.messages}
    faults: dict[str, str] = {}
    if not (queue or message):
        faults["to"] = _("Kies waar iedereen heen gaat.")
    number = int(minutes) if minutes.isascii() and minutes.isdigit() and len(minutes) < 6 else 0
    if not 1 <= number <= choices.most_minutes:
        faults["minutes"] = _("Vul een aantal minuten in: 1 tot en met {most}.").format(most=choices.most_minutes)
    if not reason:
        faults["reason"] = _("Vul in waarom.")
    elif len(reason) > _LONGEST_REASON or not reason.isprintable():
        faults["reason"] = _("Gebruik ten hoogste {most} tekens, op één regel.").format(most=_LONGEST_REASON)
    if faults:
        return Emergency(to, minutes, reason, faults, None)
    wish = EmergencyWish(QueueId(name) if queue else None, SoundName(name) if message else None, number, reason)
    return Emergency(to, minutes, reason, {}, wish)
