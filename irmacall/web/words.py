"""What the agent's screen says about her availability, calls and callbacks, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from irmacall.core.ids import LanguageId
from irmacall.web.i18n import _
from irmacall.web.ports import CallbackView, PanelView, Presence, RingingView, TalkingView

UNAVAILABLE: Final = {
    "no-answer": _("U nam een gesprek niet op. Daarom krijgt u nu geen gesprekken."),
    "rejected": _("U weigerde een gesprek. Daarom krijgt u nu geen gesprekken."),
    "phone-gone": _("Uw telefoon is niet aangemeld. Zet hem aan en meld u weer beschikbaar."),
    "phone-failed": _("Een gesprek kon uw telefoon niet bereiken. Daarom krijgt u nu geen gesprekken."),
    "phone-offline": _("Uw telefoon is niet aangemeld. Zodra hij aan staat, krijgt u weer gesprekken."),
    "phone-busy": _("Uw telefoon is bezet met een ander gesprek. Daarna krijgt u weer gesprekken."),
    "elsewhere": _("U werkt nu op een ander scherm. Hier ziet u geen bellers."),
    "on-the-line": _("Een collega verbindt een beller met u door. Druk op Beschikbaar: dan ziet u wie het is."),
    "disconnected": _("Dit scherm was de verbinding kwijt. Meld u weer beschikbaar."),
    "no-phone": _("Bij uw account hoort geen telefoon. Vraag de beheerder."),
}
"""Why an agent gets no calls, in words. A key that is not here gets the sentence of `_OTHERWISE`."""

LANGUAGES: Final = {LanguageId("nl"): _("Nederlands"), LanguageId("en"): _("Engels")}
NO_QUEUE: Final = _("U bedient geen wachtrij: vraag uw beheerder om een groep. Meld u dan opnieuw beschikbaar.")

ANONYMOUS: Final = _("Deze beller is anoniem. Vraag zelf wie het is.")
PRESENCE: Final[Mapping[Presence, str]] = {"free": _("vrij"), "busy": _("in gesprek"), "away": _("afwezig")}

_OTHERWISE: Final = _("U krijgt nu geen gesprekken. Meld u weer beschikbaar.")


def sentence(panel: PanelView) -> str:
    """What she reads under her availability."""
    if panel.talking is not None:
        if panel.official and panel.availability == "available":
            return _("Hierna kunnen collega’s weer naar u doorverbinden.")
        ready = panel.availability == "available" and panel.waiting
        return _("Hierna krijgt u het volgende gesprek.") if ready else _("Hierna krijgt u geen gesprekken.")
    if panel.ringing is not None:
        return _("Blijf aan de lijn.") if panel.ringing.dialled else _("Uw telefoon gaat over. Neem op.")
    if panel.official:
        return _official(panel)
    if not panel.waiting and panel.availability != "unavailable" and panel.reason not in UNAVAILABLE:
        return NO_QUEUE
    match panel.availability:
        case "available":
            return _("U krijgt het volgende gesprek.")
        case "paused":
            return _("U krijgt geen gesprekken.")
        case "wrap-up":
            return _("Daarna krijgt u weer gesprekken.")
        case "away" if panel.reason is None:
            return _("U bent aangemeld, maar krijgt nog geen gesprekken.")
        case _:
            return UNAVAILABLE.get(panel.reason or "", _OTHERWISE)


def _official(panel: PanelView) -> str:
    """The same for who serves no queue, and is called by name."""
    match panel.availability:
        case "available":
            return _("U krijgt een gesprek als een collega u doorverbindt.")
        case "paused":
            return _("Collega’s zien dat u afwezig bent. U krijgt geen gesprekken.")
        case "wrap-up":
            return _("Daarna kunnen collega’s weer naar u doorverbinden.")
        case "away" if panel.reason is None:
            return _("U bent aangemeld, maar collega’s zien u nog als afwezig.")
        case _:
            return UNAVAILABLE.get(panel.reason or "", _OTHERWISE)


def headline(panel: PanelView) -> str:
    """Her availability in a word or two."""
    if panel.talking is not None:
        return _("In gesprek") if panel.talking.consulted_by is None else _("In overleg")
    if panel.ringing is not None and panel.ringing.consult:
        return _("Een collega belt")
    if panel.ringing is not None:
        return _("Terugbelverzoek") if panel.ringing.callback else _("Er komt een gesprek")
    if panel.availability == "paused":
        pause = _("Pauze")
        return f"{pause} – {panel.reason}" if panel.reason and panel.reason != pause else pause
    return {
        "available": _("Beschikbaar"),
        "wrap-up": _("Nawerk"),
        "unavailable": _("Niet beschikbaar"),
        "away": _("Afwezig"),
    }[panel.availability]


def announcement(panel: PanelView) -> str:
    """What a screen reader is told: the state and the language, never who it is."""
    if panel.talking is not None:
        told = (_talking(panel.talking), _in_language(panel.talking.language), state(panel.talking))
        return " ".join(filter(None, told))
    if panel.ringing is not None:
        return " ".join(filter(None, (_ringing(panel.ringing), _in_language(panel.ringing.language))))
    return headline(panel)


def _talking(call: TalkingView) -> str:
    if call.consulted_by is not None:
        return unknown(call)
    if call.callback or call.erased:
        return f"{_('In gesprek.')} {unknown(call)}"
    known = call.identified and call.grant is not None
    return _("In gesprek. Beller geïdentificeerd.") if known else _("In gesprek. Beller is anoniem.")


def _ringing(call: RingingView) -> str:
    told = _("Er komt een gesprek binnen: {queue}.")
    if call.recall or call.passed_by is not None:
        return f"{ringing(call)}: {call.queue}." if call.queue else f"{ringing(call)}."
    if call.callback:
        told = _("Wij bellen terug: {queue}.") if call.dialled else _("Terugbelverzoek: {queue}.")
    return told.format(queue=call.queue)


def _in_language(chosen: LanguageId | None) -> str:
    return "" if chosen is None else _("Taal: {language}.").format(language=language(chosen))


def language(chosen: LanguageId | None) -> str:
    """What the caller's language is called, where she chose another than the desk's."""
    return "" if chosen is None else LANGUAGES.get(chosen, chosen)


def ringing(call: RingingView) -> str:
    """What stands over a call that rings."""
    if call.recall:
        return _("Uw beller komt terug")
    if call.passed_by is not None:
        told = _("{name} wil met u overleggen") if call.consult else _("{name} verbindt een beller door")
        return told.format(name=call.passed_by)
    if not call.callback:
        return _("Er komt een gesprek")
    return _("Terugbelverzoek – {queue}").format(queue=call.queue)


def ringing_note(call: RingingView) -> str:
    """What she should know of a call that rings."""
    if call.consult:
        return _("Gegevens van de beller ziet u pas als uw collega doorverbindt.")
    if call.dialled:
        return _("Wij bellen nu. U hoort het als er wordt opgenomen.")
    if call.callback:
        return _("Neem op. Daarna bellen wij de inwoner. U ziet geen gegevens.")
    return _("Gegevens van de beller ziet u pas als u opneemt.")


def unknown(call: TalkingView) -> str:
    """What stands in the place of a card."""
    if call.consulted_by is not None:
        told = _("{name} overlegt met u over een beller. U ziet geen gegevens.")
        if call.together:
            told = _("{name} overlegt met u over een beller. De beller praat mee. U ziet geen gegevens.")
        return told.format(name=call.consulted_by)
    if call.callback:
        return _("U belt terug: vraag wie u spreekt.")
    if call.erased:
        return _("De gegevens van deze beller zijn gewist. Vraag zelf wie het is.")
    return ANONYMOUS


def state(call: TalkingView) -> str:
    """Who hears whom, where that is not as in any talk."""
    told = []
    if call.phone_held and call.consult is None:
        told.append(_("De beller hoort muziek. Neem het gesprek terug met de toets van uw telefoon."))
    elif call.held and call.consult is None:
        told.append(_("De beller hoort muziek."))
    if call.muted:
        told.append(_("Uw microfoon staat uit: niemand hoort u."))
    return " ".join(told)


def tries(number: int) -> str:
    """How often somebody was called back in vain, behind when she asked for it."""
    if not number:
        return ""
    return ", " + (_("1 keer gebeld") if number == 1 else _("{number} keer gebeld").format(number=number))


def when(callback: CallbackView) -> str:
    """When somebody is called back; where that is later, the time that is left follows."""
    if callback.under_way:
        return _("wordt gebeld")
    return _("over") if callback.due > 0 else _("nu")


def more_callbacks(number: int) -> str:
    """How many there are besides those that are listed."""
    return _("En nog {number}.").format(number=number) if number > 0 else ""
