"""What the agent's screen says about her availability, in sentences."""

from __future__ import annotations

from typing import Final

from irmacall.web.i18n import _
from irmacall.web.ports import PanelView

UNAVAILABLE: Final = {
    "no-answer": _("U nam een gesprek niet op. Daarom krijgt u nu geen gesprekken."),
    "rejected": _("U weigerde een gesprek. Daarom krijgt u nu geen gesprekken."),
    "phone-gone": _("Uw telefoon is niet aangemeld. Zet hem aan en meld u weer beschikbaar."),
    "phone-failed": _("Een gesprek kon uw telefoon niet bereiken. Daarom krijgt u nu geen gesprekken."),
    "phone-offline": _("Uw telefoon is niet aangemeld. Zodra hij aan staat, krijgt u weer gesprekken."),
    "phone-busy": _("Uw telefoon is bezet met een ander gesprek. Daarna krijgt u weer gesprekken."),
    "elsewhere": _("U werkt nu op een ander scherm. Hier ziet u geen bellers."),
    "disconnected": _("Dit scherm was de verbinding kwijt. Meld u weer beschikbaar."),
    "no-phone": _("Bij uw account hoort geen telefoon. Vraag de beheerder."),
}
"""Why an agent gets no calls, in words. A key that is not here gets the sentence of `_OTHERWISE`."""

_OTHERWISE: Final = _("U krijgt nu geen gesprekken. Meld u weer beschikbaar.")


def sentence(panel: PanelView) -> str:
    """What she reads under her availability."""
    if panel.talking is not None:
        ready = panel.availability == "available"
        return _("Hierna krijgt u het volgende gesprek.") if ready else _("Hierna krijgt u geen gesprekken.")
    if panel.ringing is not None:
        return _("Uw telefoon gaat over. Neem op.")
    match panel.availability:
        case "available":
            return _("U krijgt het volgende gesprek.")
        case "paused":
            return _("{reason}. U krijgt geen gesprekken.").format(reason=panel.reason or _("Pauze"))
        case "wrap-up":
            return _("U rondt uw laatste gesprek af. Daarna krijgt u weer gesprekken.")
        case "away" if panel.reason is None:
            return _("U bent aangemeld, maar krijgt nog geen gesprekken.")
        case _:
            return UNAVAILABLE.get(panel.reason or "", _OTHERWISE)


def headline(panel: PanelView) -> str:
    """Her availability in a word or two."""
    if panel.talking is not None:
        return _("In gesprek")
    if panel.ringing is not None:
        return _("Er komt een gesprek")
    return {
        "available": _("Beschikbaar"),
        "paused": _("Pauze"),
        "wrap-up": _("Afronden"),
        "unavailable": _("Niet beschikbaar"),
        "away": _("Afwezig"),
    }[panel.availability]


def announcement(panel: PanelView) -> str:
    """What a screen reader is told: the state alone, never who it is."""
    if panel.talking is not None:
        known = panel.talking.identified and panel.talking.grant is not None
        return _("In gesprek. Beller geïdentificeerd.") if known else _("In gesprek. Beller is anoniem.")
    if panel.ringing is not None:
        return _("Er komt een gesprek binnen: {queue}.").format(queue=panel.ringing.queue)
    return headline(panel)
