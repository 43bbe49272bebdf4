"""What the site file's keys are called, and their values in words. A key without a word here keeps its own name."""

from __future__ import annotations

from typing import Final

from irmacall.web.admin.ports import Setting, Value
from irmacall.web.i18n import N_, _

TABLES: Final = {
    "desk": N_("Gemeente"),
    "queue": N_("Wachtrijen"),
    "subject": N_("Onderwerpen"),
    "schedule": N_("Openingstijden"),
    "menu": N_("Keuzemenu’s"),
    "group": N_("Groepen"),
    "times": N_("Tijden"),
    "transfer": N_("Doorverbinden"),
    "callback": N_("Terugbellen"),
    "language": N_("Talen"),
    "sound": N_("Gesproken teksten"),
    "sms": N_("Sms"),
    "crm": N_("Klantsysteem"),
}
"""By kind of table, in the order in which they are shown; what is not here comes behind them."""
_LABELS: Final = {
    "id": N_("Kenmerk"),
    "title": N_("Naam"),
    "number": N_("Telefoonnummer"),
    "number_shown": N_("Telefoonnummer zoals het getoond wordt"),
    "default_queue": N_("Gewone wachtrij"),
    "privacy_contact": N_("Vragen over privacy"),
    "privacy_url": N_("Privacyverklaring"),
    "crm_url": N_("Link naar het klantsysteem"),
    "timezone": N_("Tijdzone"),
    "pause_reasons": N_("Redenen voor pauze"),
    "code_tries": N_("Pogingen voor de code"),
    "schemes": N_("Yivi-schema’s"),
    "extensions": N_("Nummers die de telefoonlijn doorgeeft"),
    "start": N_("Wie geen code geeft, gaat naar"),
    "hours": N_("Openingstijden"),
    "closed": N_("Buiten openingstijd naar"),
    "first_digit": N_("Wachten op het eerste cijfer"),
    "next_digit": N_("Wachten op het volgende cijfer"),
    "choice": N_("Wachten op een keuze"),
    "prompt": N_("Een tekst duurt hoogstens"),
    "ring": N_("Een telefoon gaat over"),
    "code": N_("Een code is geldig"),
    "identity": N_("Gegevens blijven hoogstens"),
    "dropped": N_("Na een verbroken verbinding blijven gegevens"),
    "url": N_("Adres"),
    "sender": N_("Afzender"),
    "timeout": N_("Wacht op antwoord"),
    "extension": N_("Toestelnummer"),
    "strategy": N_("Wie is aan de beurt"),
    "head_start": N_("Voorsprong"),
    "wrap_up": N_("Nawerk"),
    "most": N_("Hoogstens zoveel wachtenden"),
    "full": N_("Als de rij vol is naar"),
    "patience": N_("Wacht hoogstens"),
    "impatient": N_("Daarna naar"),
    "nobody": N_("Als niemand er is naar"),
    "music": N_("Wachtmuziek"),
    "callback": N_("Terugbellen aanbieden"),
    "steps": N_("Wat een medewerker moet kunnen"),
    "announce.first": N_("Eerste bericht na"),
    "announce.every": N_("Bericht elke"),
    "announce.position": N_("Zegt de plaats in de rij"),
    "announce.expected_wait": N_("Zegt de verwachte wachttijd"),
    "announce.comfort": N_("Geruststellende teksten"),
    "service_level.share": N_("Doel: deel van de bellers"),
    "service_level.seconds": N_("Doel: binnen"),
    "queue": N_("Wachtrij"),
    "explanation": N_("Uitleg voor de inwoner"),
    "attributes": N_("Gevraagde gegevens"),
    "monday": N_("Maandag"),
    "tuesday": N_("Dinsdag"),
    "wednesday": N_("Woensdag"),
    "thursday": N_("Donderdag"),
    "friday": N_("Vrijdag"),
    "saturday": N_("Zaterdag"),
    "sunday": N_("Zondag"),
    "holidays": N_("Gesloten op feestdagen van"),
    "exceptions": N_("Uitzonderingen"),
    "sound": N_("Gesproken tekst"),
    "choices": N_("Keuzes"),
    "tries": N_("Pogingen"),
    "otherwise": N_("Wie niets kiest, gaat naar"),
    "queues": N_("Wachtrijen"),
    "skills": N_("Vaardigheden"),
    "interval": N_("Tijd tussen twee pogingen"),
    "span": N_("Wij proberen het hoogstens"),
    "hangup_completes": N_("Ophangen verbindt door"),
    "star_codes": N_("Doorverbinden met * op de telefoon"),
    "outside": N_("Externe nummers die mogen"),
    "skill": N_("Vaardigheid"),
    "level": N_("Niveau"),
    "nl": N_("Nederlands"),
    "en": N_("Engels"),
    "break_glass": N_("Leidinggevende mag gegevens bekijken"),
    "webhook": N_("Adres dat van gesprekken hoort"),
    "origin": N_("Adres dat een regel mag tonen"),
    "title_en": N_("Naam in het Engels"),
    "explanation_en": N_("Uitleg in het Engels"),
    "more": N_("Wat ook gevraagd mag worden"),
}
_SECONDS: Final = frozenset(
    {"first_digit", "next_digit", "choice", "prompt", "ring", "code", "identity", "head_start", "wrap_up", "patience"}
    | {"announce.first", "announce.every", "service_level.seconds", "interval", "span", "dropped", "timeout"}
)
_SHARES: Final = frozenset({"service_level.share"})
_DAYS: Final = frozenset({"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"})
_WAYS: Final = {
    "queue": N_("wachtrij {name}"),
    "menu": N_("keuzemenu {name}"),
    "message": N_("gesproken tekst {name}, en ophangen"),
    "callback": N_("terugbellen"),
}
_GO: Final = frozenset({"start", "closed", "full", "impatient", "nobody", "otherwise"})
_STRATEGIES: Final = {
    "longest-idle": N_("wie het langst vrij is"),
    "round-robin": N_("om de beurt"),
    "ring-all": N_("iedereen tegelijk"),
}


def table(kind: str) -> str:
    """What the tables of a kind are called."""
    return _(TABLES[kind]) if kind in TABLES else kind


def label(key: str) -> str:
    """What a key is called."""
    return _(_LABELS[key]) if key in _LABELS else key


def value(setting: Setting) -> str:
    """Its value, in words."""
    key, found = setting.key, setting.value
    if key in _DAYS and not found:
        return _("gesloten")
    if found is None or found in ((), ""):
        return "–"
    if key in _GO:
        return _way(str(found))
    if key == "strategy":
        return _(_STRATEGIES[str(found)]) if str(found) in _STRATEGIES else str(found)
    if isinstance(found, int | float) and not isinstance(found, bool):
        return _number(key, found)
    return _plain(found)


def _plain(found: Value) -> str:
    if isinstance(found, bool):
        return _("ja") if found else _("nee")
    return " · ".join(found) if isinstance(found, tuple) else str(found)


def _number(key: str, found: float) -> str:
    if key in _SHARES:
        return f"{round(100 * found)} %"
    if key not in _SECONDS:
        return f"{found:g}"
    if key == "announce.every" and not found:
        return _("nooit")
    if found >= 7200 and found % 3600 == 0:
        return _("{number} uur").format(number=f"{found / 3600:g}")
    if found >= 120 and found % 60 == 0:
        return _("{number} minuten").format(number=f"{found / 60:g}")
    return _("{number} seconden").format(number=f"{found:g}")


def _way(found: str) -> str:
    """Where `queue algemeen` leads, in words."""
    kind, _blank, name = found.partition(" ")
    return _(_WAYS[kind]).format(name=name) if kind in _WAYS else found
