"""var/demo.json: enough for a stranger's own SIP phone, wallet and browser to play every role."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any, Final

from irmacall.store.users import Role
from lab.browser import CHROMIUM, trusting
from lab.identity.scheme import public_schemes
from lab.paths import VAR, VENV, sounds
from lab.town import Town

FILE = VAR / "demo.json"


def write(town: Town) -> Path:
    """Write it, readable for this user alone; its path."""
    fresh = FILE.with_suffix(".new")
    descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with open(descriptor, "w", encoding="utf-8") as file:
        json.dump(facts(town), file, indent=2, ensure_ascii=False)
    fresh.replace(FILE)
    return FILE


def facts(town: Town) -> dict[str, Any]:
    """What stands where, and who may do what."""
    lab = town.lab
    return {
        "service_number": lab.number,
        "citizen_url": town.public_url,
        "screen_url": town.staff_url,
        "ca_certificate": str(lab.ca.root),
        "chromium": str(CHROMIUM),
        "chromium_trusts_by": trusting(lab.ca.spki_hash),
        "irma_server": town.yivi.url,
        "irma_client_server": town.yivi.app_url,
        "irma_requestor_token": town.yivi.token,
        "schemes": str(public_schemes(town.schemes)),
        "nodes": [
            {
                "name": node.name,
                "sip_host": node.values.sip.host,
                "sip_port": node.values.sip.port,
                "ari_url": f"http://{node.values.ari.host}:{node.values.ari.port}/ari",
                "ari_user": node.values.ari_account.user,
                "ari_password": node.values.ari_account.password,
            }
            for node in lab.nodes
        ],
        "people": people(town),
        "desk_redis": lab.desk_redis.url,
        "vault_redis": lab.vault_redis.url,
        "irmacall": str(VENV / "bin" / "irmacall"),
        "site": str(town.site),
        "credentials": str(town.site.parent / "credentials"),
        "sounds": str(sounds()),
        "logs": str(lab.logs),
        "pids": _pids(town),
    }


FIRST_PAGES: Final = {Role.AGENT: "/", Role.OFFICIAL: "/", Role.MANAGEMENT: "/wallboard", Role.ADMIN: "/admin/users"}
"""Where each role begins, below `screen_url`."""


def people(town: Town) -> list[dict[str, str | None]]:
    """Whom a stranger can be: everybody of the municipality, and a citizen for each line. No phone is None."""
    return _staff(town) + _citizens(town)


def _staff(town: Town) -> list[dict[str, str | None]]:
    return [
        {
            "role": person.role.value,
            "name": person.name,
            "login": person.login,
            "password": person.password,
            "page": town.staff_url + FIRST_PAGES[person.role],
            "totp_secret": None,
            "sip_user": person.endpoint or None,
            "sip_password": town.lab.staff[person.endpoint] if person.endpoint else None,
            "department": person.department,
            "extension": person.extension,
        }
        for person in (*town.agents, *town.officials, town.leader, town.administrator)
    ]


def _citizens(town: Town) -> list[dict[str, str | None]]:
    return [
        {
            "role": "citizen",
            "name": f"line {number}",
            "login": None,
            "password": None,
            "page": town.public_url,
            "totp_secret": None,
            "sip_user": line,
            "sip_password": password,
        }
        for number, (line, password) in enumerate(town.lab.lines.items(), 1)
    ]


def _pids(town: Town) -> dict[str, int]:
    lab = town.lab
    return {
        "daemon": town.daemon.pid,
        "yivi": town.yivi.program.pid,
        "desk_redis": lab.desk_redis.program.pid,
        "vault_redis": lab.vault_redis.program.pid,
        **{f"asterisk_{node.name}": node.program.pid for node in lab.nodes},
    } | ({"asterisk": lab.nodes[0].program.pid} if len(lab.nodes) == 1 else {})
