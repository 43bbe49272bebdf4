"""The site file and the credentials of a lab's municipality, as an operator would write them."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from lab.exchange import PLAIN, Exchange, toml, trunk_lines
from lab.identity.scheme import CREDENTIAL, ISSUER, SCHEME
from lab.lab import Lab
from lab.yivi import YiviServer

NAME = (("initials", "voorletters"), ("prefix", "voorvoegsel"), ("familyname", "achternaam"), ("gender", "geslacht"))
SUBJECTS = (
    ("paspoort", "Paspoort of identiteitskaart", "burgerzaken", "Zo weet de medewerker meteen wie u bent.", ()),
    (
        "verhuizing",
        "Verhuizing doorgeven",
        "burgerzaken",
        "Zo kan de medewerker uw verhuizing meteen opschrijven.",
        (("dateofbirth", "geboortedatum"),),
    ),
    ("afval", "Afval en milieu", "publiekszaken", "Zo hoeft u uw naam niet te spellen.", ()),
)


ENGLISH: Mapping[str, tuple[str, str]] = {
    "paspoort": ("Passport or identity card", "So the person who answers knows at once who you are."),
    "verhuizing": ("Moving house", "So your move can be written down at once."),
    "afval": ("Waste and environment", "So you need not spell your name."),
}
LABELS: Mapping[str, str] = {
    "initials": "initials",
    "prefix": "name prefix",
    "familyname": "surname",
    "gender": "gender",
    "dateofbirth": "date of birth",
}
"""Each subject's title and explanation, and what is asked, for who reads the pages in English."""


FURTHER = {"paspoort": (("dateofbirth", "geboortedatum"),)}
"""What may be asked besides, during a call."""
ALONE: Mapping[str, float] = {"cpu": 0, "lag": 0}
"""A lab shares its machine with others, whose work is not to refuse its callers."""


@dataclass(frozen=True, slots=True)
class Site:
    """What differs between one lab's municipality and another's."""

    directory: Path
    lab: Lab
    yivi: YiviServer
    ari: Mapping[str, str]
    """Node → where the daemon reaches its ARI."""
    times: Mapping[str, float]
    memory: bool
    log_level: str
    patience: float
    """The watchdog's, in seconds."""
    exchange: Exchange = PLAIN
    overload: Mapping[str, float] = field(default_factory=lambda: ALONE)
    """Keys of [overload]."""

    @property
    def data(self) -> Path:
        """Users and audit."""
        return self.directory / "data"

    @property
    def public_url(self) -> str:
        """The citizens' origin."""
        return f"https://127.0.0.1:{self.lab.network.port('public')}"

    @property
    def staff_url(self) -> str:
        """The staff's origin: another host, so that no cookie is shared."""
        return f"https://localhost:{self.lab.network.port('staff')}"


def write(site: Site) -> Path:
    """Write all that `irmacall serve` reads; the path of the site file."""
    directory = site.directory
    shutil.rmtree(directory, ignore_errors=True)
    (directory / "data").mkdir(parents=True, mode=0o700)
    (directory / "credentials").mkdir(mode=0o700)
    for name, secret in _secrets(site).items():
        file = directory / "credentials" / name
        file.touch(mode=0o600)
        file.write_text(secret)
    file = directory / "site.toml"
    file.write_text(_toml(site))
    return file


def _secrets(site: Site) -> Mapping[str, str]:
    lab = site.lab
    return {
        **{f"ari-{node.name}": node.values.ari_account.password for node in lab.nodes},
        **{f"ami-{node.name}": node.values.ami_account.password for node in lab.nodes},
        **{name: secrets.token_hex(32) for name in ("vault-key", "code-key", "session-key")},
        "irma-token": site.yivi.token,
        **{name: secrets.token_urlsafe(32) for name in ("sms-token", "crm-key")},
        "redis-desk": lab.desk_redis.password,
        "redis-vault": lab.vault_redis.password,
    }


def _toml(site: Site) -> str:
    lab = site.lab
    parts = [
        "[site]",
        f"data = {_q(site.data)}",
        "demo = true",
        "[log]",
        f"level = {_q(site.log_level)}",
        "[watchdog]",
        f"patience = {site.patience}",
        "[overload]",
        *(f"{key} = {value}" for key, value in site.overload.items()),
    ]
    for node in lab.nodes:
        parts += [
            "[[node]]",
            f"name = {_q(node.name)}",
            f"sip_address = {_q(node.values.sip.host)}",
            f"ari = {_q(site.ari[node.name])}",
            f"ari_user = {_q(node.values.ari_account.user)}",
            f"ami = {_q(f'{node.values.ami.host}:{node.values.ami.port}')}",
            f"ami_user = {_q(node.values.ami_account.user)}",
            *(["phone_transfers = true"] if node.values.phone_transfers else []),
            *trunk_lines((lab.way_out, *site.exchange.trunks)),
        ]
    if not site.memory:
        parts += [
            "[store]",
            f"desk = {_q(f'redis://{lab.desk_redis.host}:6379/0')}",
            f"vault = {_q(f'redis://{lab.vault_redis.host}:6379/0')}",
        ]
    parts += ["[irma]", f"url = {_q(site.yivi.url)}", f"client_url = {_q(site.yivi.app_url)}"]
    parts += _listeners(site) + _desk(site)
    return "\n".join(parts) + "\n"


def _listeners(site: Site) -> list[str]:
    certificate = site.lab.ca.issue("web")
    parts = []
    for name, origin, limit in (
        ("public", site.public_url, "begins_per_minute"),
        ("staff", site.staff_url, "logins_per_minute"),
    ):
        parts += [
            f"[{name}]",
            f"listen = {_q(f'127.0.0.1:{site.lab.network.port(name)}')}",
            f"origin = {_q(origin)}",
            f"tls_cert = {_q(certificate.certificate)}",
            f"tls_key = {_q(certificate.key)}",
            f"{limit} = 10000",  # one address plays everybody
            *(["streams_per_address = 2000"] if name == "public" else []),
        ]
    return parts


def _desk(site: Site) -> list[str]:
    parts = [
        "[[desk]]",
        f"id = {_q(site.lab.desk)}",
        'title = "gemeente Voorbeeld"',
        f"number = {_q(site.lab.number)}",
        'default_queue = "publiekszaken"',
        'privacy_contact = "fg@voorbeeld.example"',
        'crm_url = "https://crm.voorbeeld.example/contact?gesprek={call_id}&onderwerp={subject}"',
        "break_glass = true",
        f"schemes = [{_q(SCHEME)}]",
        *site.exchange.keys(),
        "[desk.times]",
        *(f"{key} = {value}" for key, value in site.times.items()),
        *site.exchange.lines(),
    ]
    for name, title, queue, why, more in SUBJECTS:
        parts += [
            "[[desk.subject]]",
            f"id = {_q(name)}",
            f"title = {_q(title)}",
            f"queue = {_q(queue)}",
            f"explanation = {_q(why)}",
            f"title_en = {_q(ENGLISH[name][0])}",
            f"explanation_en = {_q(ENGLISH[name][1])}",
            *(
                f"[[desk.subject.attributes]]\nid = {_q(f'{SCHEME}.{ISSUER}.{CREDENTIAL}.{field}')}\n"
                f"field = {_q(field)}\nlabel = {_q(label)}\nlabel_en = {_q(LABELS[field])}"
                for field, label in (*NAME, *more)
            ),
            *(
                f"[[desk.subject.more]]\nid = {_q(f'{SCHEME}.{ISSUER}.{CREDENTIAL}.{field}')}\n"
                f"field = {_q(field)}\nlabel = {_q(label)}\nlabel_en = {_q(LABELS[field])}"
                for field, label in FURTHER.get(name, ())
            ),
        ]
    return parts


def _q(value: object) -> str:
    """A TOML basic string."""
    return toml(str(value))
