"""What the administrator's pages call things, and what is wrong with what was typed, in sentences."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_datetime

from irmacall.web import i18n
from irmacall.web.admin.ports import Problem, ProblemKind
from irmacall.web.i18n import N_, _

ROLES: Final = {
    "agent": N_("KCC-medewerker"),
    "official": N_("Medewerker afdeling"),
    "management": N_("Teamleider"),
    "admin": N_("Beheer"),
}
ROLE_HINTS: Final = {
    "agent": N_("neemt bellers uit wachtrijen aan"),
    "official": N_("krijgt alleen bellers die een collega doorverbindt"),
    "management": N_("ziet het wandbord en de rapporten"),
    "admin": N_("ziet deze pagina’s"),
}
DONE: Final = {
    "added": N_("De gebruiker is toegevoegd."),
    "saved": N_("De wijzigingen zijn opgeslagen."),
    "password": N_("Het wachtwoord is gewijzigd. De gebruiker is overal afgemeld."),
    "disabled": N_("De gebruiker is geblokkeerd en afgemeld."),
    "enabled": N_("De gebruiker kan zich weer aanmelden."),
    "phone-removed": N_("De telefoon is verwijderd."),
    "ended": N_("De sessie is beëindigd."),
    "none-ended": N_("Die sessie was al voorbij."),
}
_PROBLEMS: Final[Mapping[ProblemKind, str]] = {
    "login_form": N_("Vul een inlognaam in van 1 tot 64 letters, cijfers of tekens: geen spatie, geen accent."),
    "login_taken": N_("Er is al een gebruiker {whose}. Kies een andere inlognaam."),
    "name_form": N_("Vul een naam in van 1 tot 80 tekens."),
    "function_form": N_("Een functie heeft hoogstens 80 tekens."),
    "department_form": N_("Een afdeling heeft hoogstens 80 tekens."),
    "extension_form": N_("Een toestelnummer heeft 2 tot 6 cijfers, en niets anders."),
    "extension_public": N_("Dit is een openbaar nummer, zoals 112 of 14024. Kies een ander toestelnummer."),
    "extension_taken": N_("Dit toestelnummer is al van {whose}. Kies een ander."),
    "extension_of_queue": N_("Dit toestelnummer is al van de wachtrij {whose}. Kies een ander."),
    "phone_needed": N_("Kies een telefoon: zonder telefoon kan niemand bellers doorverbinden naar een afdeling."),
    "phone_unknown": N_("Deze telefoon is er niet. Voeg hem eerst toe bij Telefoons."),
    "phone_form": N_("De naam van een telefoon heeft letters zonder accent, cijfers, - en _, en niets anders."),
    "phone_in_use": N_("Deze telefoon hoort bij {whose}. Geef eerst een andere telefoon."),
    "groups_of_an_official": N_("Wie bij een afdeling werkt, bedient geen wachtrij. Kies geen groep."),
    "group_unknown": N_("De groep {whose} staat niet in de inrichting. Kies een andere."),
    "role_unknown": N_("Kies een rol uit de lijst."),
    "password_too_short": N_("Dit wachtwoord is te kort. Gebruik minstens 12 tekens."),
    "password_too_long": N_("Dit wachtwoord is te lang. Gebruik hoogstens 256 tekens."),
    "password_easy_to_guess": N_("Dit wachtwoord is makkelijk te raden. Gebruik bijvoorbeeld vier losse woorden."),
    "passwords_differ": N_("De twee wachtwoorden zijn niet gelijk. Typ ze opnieuw."),
    "nobody": N_("Deze gebruiker is er niet meer."),
    "last_admin": N_("Dit is de laatste gebruiker met de rol Beheer. Voeg eerst een andere toe."),
    "oneself": N_("U kunt uzelf niet blokkeren, en u kunt uw eigen rol niet wijzigen."),
    "changed": N_("Iemand anders heeft deze gebruiker net gewijzigd. Controleer het formulier en sla opnieuw op."),
}  # fmt: skip

FIELDS: Final = {
    "login": N_("Inlognaam"),
    "name": N_("Naam"),
    "role": N_("Rol"),
    "function": N_("Functie"),
    "department": N_("Afdeling"),
    "extension": N_("Toestelnummer"),
    "phone": N_("Telefoon"),
    "groups": N_("Groepen"),
}
KINDS: Final = {
    "reveal": N_("Gegevens getoond"),
    "reveal_failed": N_("Gegevens toch niet getoond"),
    "reveal_refused": N_("Gegevens geweigerd"),
    "granted": N_("Mag gegevens zien"),
    "withdrawn": N_("Mag gegevens niet meer zien"),
    "withdrawn_foreign_channel": N_("Ingetrokken: onbekende lijn in het gesprek"),
    "doubted": N_("Gegevens kloppen niet, gewist"),
    "glass": N_("Noodinzage gevraagd"),
    "glass_granted": N_("Noodinzage begonnen"),
    "glass_over": N_("Noodinzage voorbij"),
    "glass_refused": N_("Noodinzage geweigerd"),
    "code_wrong": N_("Foute code"),
    "pairing_asked": N_("Koppelnummer gevraagd"),
    "pairing_taken": N_("Koppelnummer gebruikt"),
    "pairing_wrong": N_("Fout koppelnummer"),
    "pairing_stopped": N_("Koppelen gestopt door de inwoner"),
    "pairing_bound": N_("Gegevens gekoppeld aan een gesprek"),
    "pairing_sms": N_("Koppelnummer per sms"),
    "identity_kept": N_("Verbinding verbroken, gegevens bewaard"),
    "identity_back": N_("Inwoner belt terug, gegevens horen er weer bij"),
    "login": N_("Aangemeld"),
    "login_failed": N_("Aanmelden mislukt"),
    "login_delayed": N_("Aanmelden vertraagd"),
    "logout": N_("Afgemeld"),
    "user_added": N_("Gebruiker toegevoegd"),
    "user_changed": N_("Gebruiker gewijzigd"),
    "user_disabled": N_("Gebruiker geblokkeerd"),
    "user_enabled": N_("Gebruiker weer toegelaten"),
    "password_set": N_("Wachtwoord gewijzigd"),
    "phone_password_set": N_("Telefoon gewijzigd"),
    "groups_set": N_("Groepen gewijzigd"),
    "department_set": N_("Afdeling gewijzigd"),
    "extension_set": N_("Toestelnummer gewijzigd"),
    "sessions_ended": N_("Sessies beëindigd"),
    "audit_read": N_("Logboek gelezen"),
    "audit_verified": N_("Logboek gecontroleerd"),
    "plan_taken": N_("Inrichting opnieuw gelezen"),
    "emergency_thrown": N_("Noodschakelaar aan"),
    "emergency_ended": N_("Noodschakelaar uit"),
    "agent_paused": N_("Op pauze gezet"),
}

REASONS: Final = {
    # The event upon which somebody was granted a caller, or no longer: its name in `core`.
    "ActAsked": N_("Gekozen op het scherm"),
    "BridgeEntered": N_("Iemand kwam in het gesprek"),
    "BridgeLeft": N_("Iemand ging uit het gesprek"),
    "HangUpBegan": N_("Iemand hing op"),
    "HangUpAsked": N_("Ophangen gekozen op het scherm"),
    "ChannelGone": N_("De verbinding is voorbij"),
    "LegAnswered": N_("De telefoon is opgenomen"),
    "LegEntered": N_("Er is gebeld"),
    "CallerArrived": N_("Er kwam een beller"),
    "KeysPressed": N_("De beller koos een toets"),
    "CommandFailed": N_("De telefooncentrale deed niet wat werd gevraagd"),
    "NodeLost": N_("De telefooncentrale is niet bereikbaar"),
    "NodeSnapshot": N_("Na een storing gekeken wie er in gesprek is"),
    "LeadershipBegan": N_("Een andere server nam het over"),
    "TimePassed": N_("De tijd was voorbij"),
    "PlanChanged": N_("De inrichting is opnieuw gelezen"),
    "DisclosureSealed": N_("De inwoner deelde gegevens"),
    "PairingSealed": N_("De inwoner deelde gegevens tijdens het gesprek"),
    "PairingStopped": N_("De inwoner stopte ermee"),
    "ErasureAsked": N_("De inwoner heeft de gegevens gewist"),
    "IdentityLost": N_("De gegevens waren er niet meer"),
    "PageDoubts": N_("De inwoner zegt dat de gegevens niet kloppen"),
    "SeatDoubts": N_("De medewerker zegt dat de gegevens niet kloppen"),
    "GlassAsked": N_("Iemand wil meekijken met een reden"),
    "GlassLeft": N_("Het meekijken is beëindigd"),
    "SeatClaimed": N_("De medewerker opende het scherm"),
    "SeatPaused": N_("De medewerker ging op pauze"),
    "SeatReleased": N_("De medewerker is afgemeld"),
    "SeatUnwatched": N_("Het scherm van de medewerker is weg"),
    "PhoneRegistered": N_("De telefoon ging aan of uit"),
    "PhoneDialled": N_("Gekozen op de telefoon"),
    "PhoneHeld": N_("In de wacht gezet met de telefoon"),
    "PhoneReferred": N_("Doorverbonden met de telefoon"),
    "TransferAsked": N_("Doorverbinden gekozen op het scherm"),
    "TargetFound": N_("Doorverbinden kan: de collega is gevonden"),
    # What is fixed in `service/reveal.py`.
    "has the caller on the line": N_("Heeft de beller aan de lijn"),
    "has the caller on the line; a note alone": N_("Heeft de beller aan de lijn; alleen een notitie"),
    "does not have this caller on the line under this grant": N_("Heeft deze beller niet aan de lijn"),
    "broke the glass; her reason stands in an earlier line": N_("Noodinzage: de reden staat in een regel hiervoor"),
    "may not look at this caller under this grant": N_("Mag bij deze beller niet meekijken"),
    "not a call that goes on now": N_("Geen gesprek van nu"),
    "withdrawn before it was shown": N_("Ingetrokken voordat het te zien was"),
    "the vault holds it no longer": N_("De gegevens zijn niet meer bewaard"),
    "the vault holds it no longer; a note was shown": N_("De gegevens zijn niet meer bewaard; wel een notitie"),
    "this daemon leads no longer": N_("Een andere server nam het over"),
    "the clock cannot be trusted": N_("De klok van de server klopt niet"),
    "the vault did not answer": N_("De server met de gegevens gaf geen antwoord"),
    "the question was broken off": N_("De vraag is afgebroken"),
    "a mistake of ours": N_("Een fout in irmacall"),
    # What is fixed elsewhere: of logins, of a talk, of identifying.
    "password": N_("Met wachtwoord"),
    "asked": N_("Zelf gedaan"),
    "unknown login, wrong password, or disabled": N_("Onbekende naam, fout wachtwoord, of geblokkeerd"),
    "too many wrong passwords from one address": N_("Te veel foute wachtwoorden van één adres"),
    "the owner and the citizen are told": N_("De medewerker en de inwoner zien het"),
    "a third channel is in the talk bridge": N_("Er is een derde lijn in het gesprek"),
    "who has the caller on the line says that it is not right": N_("De medewerker zegt dat de gegevens niet kloppen"),
    "the citizen says that it is not right": N_("De inwoner zegt dat de gegevens niet kloppen"),
    "identified during the call": N_("Gegevens gedeeld tijdens het gesprek"),
    "a page typed in its number": N_("Iemand vulde het nummer in"),
    "by who typed in its number": N_("Door wie het nummer gaf"),
    "typed in, and no call's number": N_("Ingevuld, maar van geen gesprek"),
    "sent": N_("Verstuurd"),
    "not sent": N_("Niet verstuurd"),
}  # fmt: skip
"""What the reasons of audit lines mean, the commonest first. A reason is written in English and stays as it is."""
_MORE: Final = re.compile(r"(?P<first>.+) \((?P<number>\d+) times more since the last line of this\)")


def reason(why: str) -> str:
    """What the reason of an audit line means; empty where there is no word of ours for it."""
    more = _MORE.fullmatch(why)
    first, number = (why, "") if more is None else more.groups()
    if first not in REASONS:
        return ""
    told = _(REASONS[first])
    return told if more is None else _("{reason} (nog {number} keer)").format(reason=told, number=number)


def problem(found: Problem) -> str:
    """What is wrong, and what to do."""
    return _(_PROBLEMS[found.kind]).format(whose=found.whose)


def kind(name: str) -> str:
    """What a kind of audit line is called; one without a word of ours keeps its own name."""
    return _(KINDS[name]) if name in KINDS else name


def role(name: str) -> str:
    """What a role is called."""
    return _(ROLES[name]) if name in ROLES else name


def day_and_time(at: float, timezone: str, *, seconds: bool = False) -> str:
    """A moment by the site's clocks: "ma 23 nov 2026 10:12"."""
    pattern = "EEE d MMM y HH:mm:ss" if seconds else "EEE d MMM y HH:mm"
    return format_datetime(datetime.fromtimestamp(at, ZoneInfo(timezone)), pattern, locale=i18n.spoken())


def time_of_day(at: float, timezone: str) -> str:
    """The same without its day: "10:12:05"."""
    return datetime.fromtimestamp(at, ZoneInfo(timezone)).strftime("%H:%M:%S")


def duration(seconds: float) -> str:
    """So long, in its largest fitting unit: "12 minuten"."""
    minutes = round(seconds / 60)
    if minutes < 1:
        return _("minder dan een minuut")
    if minutes == 1:
        return _("1 minuut")
    if minutes < 120:
        return _("{number} minuten").format(number=minutes)
    return _("{number} uur").format(number=round(minutes / 60))
