"""What the agent's screen says about her availability, calls and callbacks, in sentences."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from irmacall.core.ids import LanguageId
from irmacall.web.i18n import N_, _
from irmacall.web.ports import CallbackView, PanelView, Presence, RingingView, TalkingView

UNAVAILABLE: Final = {
    "no-answer": N_("U nam een gesprek niet op. Daarom krijgt u nu geen gesprekken."),
    "rejected": N_("U weigerde een gesprek. Daarom krijgt u nu geen gesprekken."),
    "phone-gone": N_("Uw telefoon is niet aangemeld. Zet hem aan en meld u weer beschikbaar."),
    "phone-failed": N_("Een gesprek kon uw telefoon niet bereiken. Daarom krijgt u nu geen gesprekken."),
    "phone-offline": N_("Uw telefoon is niet aangemeld. Zodra hij aan staat, krijgt u weer gesprekken."),
    "phone-busy": N_("Uw telefoon is bezet met een ander gesprek. Daarna krijgt u weer gesprekken."),
    "elsewhere": N_("U werkt nu op een ander scherm. Hier ziet u geen bellers."),
    "elsewhere-on-the-line": N_("U hebt een beller aan de lijn. Druk op Beschikbaar: dan ziet u het gesprek hier."),
    "on-the-line": N_("Een collega verbindt een beller met u door. Druk op Beschikbaar: dan ziet u wie het is."),
    "disconnected": N_("Dit scherm was de verbinding kwijt. Meld u weer beschikbaar."),
    "no-phone": N_("Bij uw account hoort geen telefoon. Vraag de beheerder."),
}
"""Why an agent gets no calls, in words. A key that is not here gets the sentence of `_OTHERWISE`."""

LANGUAGES: Final = {LanguageId("nl"): N_("Nederlands"), LanguageId("en"): N_("Engels")}
NO_QUEUE: Final = N_("U bedient geen wachtrij: vraag uw beheerder om een groep. Meld u dan opnieuw beschikbaar.")

PAUSE: Final = N_("Pauze")
"""Also the site's own word for a break of no kind in particular."""
ANONYMOUS: Final = N_("Deze beller is anoniem. Vraag zelf wie het is.")
PRESENCE: Final[Mapping[Presence, str]] = {"free": N_("vrij"), "busy": N_("in gesprek"), "away": N_("afwezig")}

_OTHERWISE: Final = N_("U krijgt nu geen gesprekken. Meld u weer beschikbaar.")


def sentence(panel: PanelView) -> str:
    """What she reads under her availability."""
    if panel.availability == "paused" and panel.paused_by is not None and panel.ringing is None:
        return _paused_by(panel.paused_by, later=panel.talking is not None)
    if panel.talking is not None:
        if panel.official and panel.availability == "available":
            return _("Hierna kunnen collega’s weer naar u doorverbinden.")
        ready = panel.availability == "available" and panel.waiting
        return _("Hierna krijgt u weer gesprekken.") if ready else _("Hierna krijgt u geen gesprekken.")
    if panel.ringing is not None:
        return _("Blijf aan de lijn.") if panel.ringing.dialled else _("Uw telefoon gaat over. Neem op.")
    if panel.official:
        return _official(panel)
    if not panel.waiting and panel.availability != "unavailable" and panel.reason not in UNAVAILABLE:
        return _(NO_QUEUE)
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
            return _(UNAVAILABLE.get(panel.reason or "", _OTHERWISE))


def _paused_by(name: str, *, later: bool) -> str:
    told = _("{name} heeft u op pauze gezet. U krijgt geen gesprekken.")
    if later:
        told = _("{name} heeft u op pauze gezet. Na dit gesprek krijgt u geen gesprekken.")
    return told.format(name=name)


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
            return _(UNAVAILABLE.get(panel.reason or "", _OTHERWISE))


def headline(panel: PanelView) -> str:
    """Her availability in a word or two."""
    if panel.talking is not None:
        return _("In gesprek") if panel.talking.consulted_by is None else _("In overleg")
    if panel.ringing is not None and panel.ringing.consult:
        return _("Een collega belt")
    if panel.ringing is not None:
        return _("Terugbelverzoek") if panel.ringing.callback else _("Er komt een gesprek")
    if panel.availability == "paused":
        bare = panel.reason in (None, "", PAUSE)
        return _(PAUSE) if bare else f"{_(PAUSE)} – {panel.reason}"
    return {
        "available": _("Beschikbaar"),
        "wrap-up": _("Nawerk"),
        "unavailable": _("Niet beschikbaar"),
        "away": _("Afwezig"),
    }[panel.availability]


def announcement(panel: PanelView) -> str:
    """What a screen reader is told: the state and the language, never who it is."""
    if panel.talking is not None:
        call = panel.talking
        told = (_talking(call), _in_language(call.language), state(call), onlooker(call))
        return " ".join(filter(None, told))
    if panel.ringing is not None:
        return " ".join(filter(None, (_ringing(panel.ringing), _in_language(panel.ringing.language))))
    return headline(panel)


def _talking(call: TalkingView) -> str:
    if call.consulted_by is not None:
        return unknown(call)
    if (call.callback and not call.identified) or call.erased:
        return f"{_('In gesprek.')} {unknown(call)}"
    known = call.identified and call.grant is not None
    return _("In gesprek. Beller geïdentificeerd.") if known else _("In gesprek. Beller is anoniem.")


def _ringing(call: RingingView) -> str:
    told = _("Er komt een gesprek binnen: {queue}.")
    if call.recall or call.came_back or call.passed_by is not None:
        return f"{ringing(call)}: {call.queue}." if call.queue else f"{ringing(call)}."
    if call.callback:
        told = _("Wij bellen terug: {queue}.") if call.dialled else _("Terugbelverzoek: {queue}.")
    return told.format(queue=call.queue)


def _in_language(chosen: LanguageId | None) -> str:
    return "" if chosen is None else _("Taal: {language}.").format(language=language(chosen))


def language(chosen: LanguageId | None) -> str:
    """What the caller's language is called, where she chose another than the desk's."""
    return "" if chosen is None else _(LANGUAGES.get(chosen, chosen))


def ringing(call: RingingView) -> str:
    """What stands over a call that rings."""
    if call.recall:
        return _("Uw beller komt terug")
    if call.passed_by is not None:
        told = _("{name} wil met u overleggen") if call.consult else _("{name} verbindt een beller door")
        return told.format(name=call.passed_by)
    if call.came_back:
        return _("Beller komt terug")
    if not call.callback:
        return _("Er komt een gesprek")
    return _("Terugbelverzoek – {queue}").format(queue=call.queue)


def notice(call: RingingView) -> str:
    """What a notification says, which anybody may see who passes by: that she is called, and for which queue."""
    if not call.queue:
        return _("Een collega belt")
    told = _("Terugbelverzoek: {queue}") if call.callback else _("Er komt een gesprek: {queue}")
    return told.format(queue=call.queue)


def ringing_note(call: RingingView) -> str:
    """What she should know of a call that rings."""
    if call.consult:
        return _("Gegevens van de beller ziet u pas als uw collega doorverbindt.")
    if call.dialled:
        return _("Wij bellen nu. U hoort het als er wordt opgenomen.")
    if call.callback:
        return _("Neem op. Daarna bellen wij de inwoner. U ziet geen gegevens.")
    if call.came_back:
        return _("De verbinding viel weg. Gegevens van de beller ziet u pas als u opneemt.")
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
    if call.erased and call.doubt == "citizen":
        return _("De beller zegt dat er iets niet klopt. De gegevens zijn gewist. Vraag zelf wie het is.")
    if call.erased and call.doubt == "owner":
        return _("U zei dat de gegevens niet kloppen. Ze zijn gewist. Vraag zelf wie het is.")
    if call.erased:
        return _("De gegevens van deze beller zijn gewist. Vraag zelf wie het is.")
    return _(ANONYMOUS)


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


def onlooker(call: TalkingView) -> str:
    """That management sees the caller now, too, or has seen her; however short that was."""
    if call.onlooker is not None:
        looks = _("Uw leidinggevende {name} ziet deze gegevens nu ook, tot {until}.")
        return looks.format(name=call.onlooker.name, until=call.onlooker.until)
    if call.looked is not None:
        looked = _("Uw leidinggevende {name} heeft deze gegevens bekeken, om {at}.")
        return looked.format(name=call.looked.name, at=call.looked.until)
    return ""


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
