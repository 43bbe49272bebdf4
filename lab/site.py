"""The site file and the credentials of a lab's municipality, as an operator would write them."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from lab.identity.scheme import CREDENTIAL, ISSUER, SCHEME

if TYPE_CHECKING:
    from lab.town import Town

NAME = (("initials", "voorletters"), ("prefix", "voorvoegsel"), ("familyname", "achternaam"), ("gender", "geslacht"))
SUBJECTS = (
    ("paspoort", "Paspoort of identiteitskaart", "burgerzaken", ()),
    ("verhuizing", "Verhuizing doorgeven", "burgerzaken", (("dateofbirth", "geboortedatum"),)),
    ("afval", "Afval en milieu", "publiekszaken", ()),
)


def write(town: Town) -> Path:
    """Write all that `irmacall serve` reads; the path of the site file."""
    directory = town.directory
    shutil.rmtree(directory, ignore_errors=True)
    (directory / "data").mkdir(parents=True, mode=0o700)
    (directory / "credentials").mkdir(mode=0o700)
    for name, secret in _secrets(town).items():
        file = directory / "credentials" / name
        file.touch(mode=0o600)
        file.write_text(secret)
    site = directory / "site.toml"
    site.write_text(_toml(town))
    return site


def _secrets(town: Town) -> Mapping[str, str]:
    lab = town.lab
    return {
        **{f"ari-{node.name}": node.values.ari_account.password for node in lab.nodes},
        **{f"ami-{node.name}": node.values.ami_account.password for node in lab.nodes},
        **{name: secrets.token_hex(32) for name in ("vault-key", "code-key", "session-key")},
        "irma-token": town.yivi.token,
        "redis-desk": lab.desk_redis.password,
        "redis-vault": lab.vault_redis.password,
    }


def _toml(town: Town) -> str:
    lab = town.lab
    parts = [
        "[site]",
        f"data = {_q(town.data)}",
        "demo = true",
        "[log]",
        f"level = {_q(town.log_level)}",
    ]
    for node in lab.nodes:
        parts += [
            "[[node]]",
            f"name = {_q(node.name)}",
            f"sip_address = {_q(node.values.sip.host)}",
            f"ari = {_q(town.ari[node.name])}",
            f"ari_user = {_q(node.values.ari_account.user)}",
            f"ami = {_q(f'{node.values.ami.host}:{node.values.ami.port}')}",
            f"ami_user = {_q(node.values.ami_account.user)}",
        ]
    if not town.memory:
        parts += [
            "[store]",
            f"desk = {_q(f'redis://{lab.desk_redis.host}:6379/0')}",
            f"vault = {_q(f'redis://{lab.vault_redis.host}:6379/0')}",
        ]
    parts += ["[irma]", f"url = {_q(town.yivi.url)}", f"client_url = {_q(town.yivi.app_url)}"]
    parts += _listeners(town) + _desk(town)
    return "\n".join(parts) + "\n"


def _listeners(town: Town) -> list[str]:
    certificate = town.lab.ca.issue("web")
    parts = []
    for name, origin, limit in (
        ("public", town.public_url, "begins_per_minute"),
        ("staff", town.staff_url, "logins_per_minute"),
    ):
        parts += [
            f"[{name}]",
            f"listen = {_q(f'127.0.0.1:{town.lab.network.port(name)}')}",
            f"origin = {_q(origin)}",
            f"tls_cert = {_q(certificate.certificate)}",
            f"tls_key = {_q(certificate.key)}",
            f"{limit} = 10000",  # one address plays everybody
        ]
    return parts


def _desk(town: Town) -> list[str]:
    parts = [
        "[[desk]]",
        f"id = {_q(town.lab.desk)}",
        'title = "gemeente Voorbeeld"',
        f"number = {_q(town.lab.number)}",
        'default_queue = "publiekszaken"',
        'privacy_contact = "fg@voorbeeld.example"',
        'crm_url = "https://crm.voorbeeld.example/contact?gesprek={call_id}&onderwerp={subject}"',
        f"schemes = [{_q(SCHEME)}]",
        "[desk.times]",
        *(f"{key} = {value}" for key, value in town.times.items()),
        '[[desk.queue]]\nid = "publiekszaken"\ntitle = "Publiekszaken"',
        '[[desk.queue]]\nid = "burgerzaken"\ntitle = "Burgerzaken"',
    ]
    for name, title, queue, more in SUBJECTS:
        parts += [
            "[[desk.subject]]",
            f"id = {_q(name)}",
            f"title = {_q(title)}",
            f"queue = {_q(queue)}",
            'explanation = "Dan hoeft de medewerker niet te vragen wie u bent."',
            *(
                f"[[desk.subject.attributes]]\nid = {_q(f'{SCHEME}.{ISSUER}.{CREDENTIAL}.{field}')}\n"
                f"field = {_q(field)}\nlabel = {_q(label)}"
                for field, label in (*NAME, *more)
            ),
        ]
    return parts


def _q(value: object) -> str:
    """A TOML basic string (a JSON string is one)."""
    return json.dumps(str(value), ensure_ascii=False)
