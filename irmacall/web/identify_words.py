"""What is said of a caller who identifies herself during the call: to the owner of the call, and in an SMS."""

from __future__ import annotations

from typing import Final

from irmacall.web.i18n import DUTCH, LANGUAGES, N_, _, catalogue
from irmacall.web.identify_ports import AskedView, Choice

_TEXT: Final = N_("{municipality}: ga naar {address} en toets {number}. Belt u niet met ons? Doe dan niets.")


def spaced(number: str) -> str:
    """Six digits as one reads them: 123 456."""
    return f"{number[:3]} {number[3:]}"


def text_message(language: str, municipality: str, address: str, number: str) -> str:
    """The SMS, in the caller's language: who it is from, where to go, and the number. Nothing of the caller."""
    told = catalogue(language if language in LANGUAGES else DUTCH).gettext(_TEXT)
    return told.format(municipality=municipality, address=address, number=spaced(number))


def choice(offered: Choice) -> str:
    """One thing that can be asked of the caller."""
    if offered.more is None:
        return offered.title
    return _("{subject}: ook {what}").format(subject=offered.title, what=offered.label)


def state(asked: AskedView) -> str:
    """How far it is, in a sentence; and where that is so, that there is no further number."""
    if asked.last and asked.state != "done":
        return " ".join((_state(asked), _("Voor dit gesprek kunt u geen nieuw nummer meer krijgen.")))
    return _state(asked)


def _state(asked: AskedView) -> str:
    if asked.state == "asked" and asked.number is None:
        gone = _("Dit nummer staat hier niet meer.")
        return gone if asked.last else _("Dit nummer staat hier niet meer. Vraag een nieuw nummer.")
    return {
        "asked": _("De beller heeft het nummer nog niet ingetoetst."),
        "taken": _("Het nummer is ingetoetst. De beller leest nu wat er wordt gedeeld."),
        "sharing": _("De beller deelt de gegevens nu met de Yivi-app."),
        "failed": _failed(asked.why or "unavailable"),
        "done": _("Gelukt. U ziet de gegevens hieronder."),
        "expired": _("De tijd is voorbij.") if asked.last else _("De tijd is voorbij. Vraag een nieuw nummer."),
        "stopped": _("Gestopt op de pagina van de beller. Klopt het wel dat u deze persoon spreekt?"),
    }[asked.state]


def _failed(why: str) -> str:
    return {
        "refused": _("De beller is gestopt in de Yivi-app. Opnieuw proberen kan met hetzelfde nummer."),
        "expired": _("Het delen duurde te lang. De beller kan het opnieuw proberen."),
        "invalid": _("Deze gegevens kunnen wij niet gebruiken. De beller kan het opnieuw proberen."),
        "unavailable": _("Yivi werkt nu niet. Vraag zelf wie het is."),
    }[why]


def texted(asked: AskedView) -> str:
    """What became of the SMS."""
    return {
        "never": "",
        "offered": "",
        "sent": _("De sms is verstuurd."),
        "failed": _("De sms kon niet worden verstuurd. Lees het nummer voor."),
    }[asked.texted]
