"""What the agent's screen says of passing a caller on: to whom one can, who is asked about her, and how it went.

Sentences and rows; a colleague's name is in them, and never the caller's.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from irmacall.web import words
from irmacall.web.i18n import N_, _
from irmacall.web.ports import ConsultingView, LineView, PersonView, ReturnedView, TalkingView, TargetsView

_OUTSIDE: Final = N_("Een extern nummer")
_FAILED: Final = {
    "busy": N_("{name} is in gesprek."),
    "no-answer": N_("{name} nam niet op."),
    "rejected": N_("{name} weigerde het gesprek."),
    "unreachable": N_("{name} is niet bereikbaar."),
    "hung-up": N_("{name} hing op."),
    "unknown": N_("Hierheen kunt u niet doorverbinden."),
    "closed": N_("Deze wachtrij neemt nu geen bellers aan."),
    "failed": N_("Doorverbinden lukte niet. Probeer het nog eens."),
}
"""By the words of `core.transfer.Failure`."""
_CONSULT: Final = {
    "ringing": N_("{name} wordt gebeld. De beller hoort muziek."),
    "consulted": N_("U overlegt met {name}. De beller hoort muziek."),
    "aside": N_("U spreekt met de beller. {name} hoort muziek."),
    "together": N_("U spreekt met de beller en met {name}."),
}


def returned(call: TalkingView) -> str:
    """Why her last wish came to nothing, and where the caller is now; empty where nothing did."""
    if call.returned is None:
        return ""
    return f"{_why(call.returned)} {_where(call, call.returned)}"


def _where(call: TalkingView, failed: ReturnedView) -> str:
    if call.held or call.phone_held:
        return _("De beller hoort muziek.")
    return _("U spreekt nog met de beller.") if failed.stayed else _("U spreekt weer met de beller.")


def _why(failed: ReturnedView) -> str:
    return _(_FAILED[failed.why]).format(name=failed.name or _(_OUTSIDE))


def passed_by(call: TalkingView) -> str:
    """Who passed the caller on to her."""
    return "" if call.passed_by is None else _("Doorverbonden door {name}").format(name=call.passed_by)


def consulting(consult: ConsultingView) -> str:
    """Whom she asks, and who hears music meanwhile."""
    told = _CONSULT[consult.state]
    if consult.blind and consult.state == "ringing":
        told = N_("{name} wordt gebeld en krijgt de beller zodra er is opgenomen.")
    told = _(told)
    said = told.format(name=consult.name or _in_a_sentence(told))
    return f"{said} {_('Wisselen doet u met de toetsen van uw telefoon.')}" if consult.by_phone else said


def _in_a_sentence(told: str) -> str:
    return _(_OUTSIDE) if told.startswith("{name}") or ". {name}" in told else _("een extern nummer")


def note_from(name: str) -> str:
    """What stands over the note of who passed the caller on."""
    return _("Bericht van {name}").format(name=name) if name else _("Bericht")


def targets(found: TargetsView) -> dict[str, object]:
    """The rows to choose from: `send` is what the page sends back of the one that is chosen."""
    rows = [*map(_person, found.people), *map(_line, found.lines)]
    if found.number is not None:
        rows.append(_row("number", {"number": found.number}, found.number, _(_OUTSIDE)))
    return {"rows": rows, "told": _found(len(rows))}


def _person(person: PersonView) -> dict[str, object]:
    about = " · ".join(filter(None, (person.department, person.extension)))
    presence = {"presence": person.presence, "there": _(words.PRESENCE[person.presence])}
    return {**_row("person", {"user": person.user}, person.name, about), **presence}


def _line(line: LineView) -> dict[str, object]:
    waiting = _("niemand wacht") if not line.waiting else _("{number} wacht").format(number=line.waiting)
    if line.waiting > 1:
        waiting = _("{number} wachten").format(number=line.waiting)
    about = " · ".join(filter(None, (_("Wachtrij"), line.extension, waiting)))
    return _row("line", {"queue": line.queue}, line.title, about)


def _row(kind: str, send: Mapping[str, str], name: str, about: str) -> dict[str, object]:
    return {"kind": kind, "send": send, "name": name, "about": about, "presence": None, "there": ""}


def _found(number: int) -> str:
    if not number:
        return _("Niemand gevonden")
    return _("{number} gevonden").format(number=number)
