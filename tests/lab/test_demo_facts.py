"""What the demo tells a newcomer: who can log in as what, with which words, and at which page."""

from __future__ import annotations

from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from irmacall.store.users import Role
from irmacall.web.shell import NAVIGATION
from lab.demo.__main__ import _invitation
from lab.demo.facts import FIRST_PAGES, people
from lab.paths import VAR
from lab.town import Agent, Town

STAFF = "https://balie.example.nl"


@pytest.fixture
def town() -> Town:
    """One of each role; nothing of it runs."""
    sip = SimpleNamespace(host="127.0.0.1", port=5060)
    lab = SimpleNamespace(
        staff={"agent1": "one", "official1": "two"},
        lines={"line1": "three"},
        nodes=[SimpleNamespace(values=SimpleNamespace(sip=sip))],
        number="140000",
        ca=SimpleNamespace(root=Path("ca.pem"), spki_hash="hash"),
    )
    made = SimpleNamespace(
        lab=lab,
        public_url="https://bellen.example.nl",
        staff_url=STAFF,
        site=VAR / "town" / "site.toml",
        agents=[Agent("Samira Bakker", "samira", "word-a", "agent1", extension="1001")],
        officials=[Agent("Ingrid de Boer", "ingrid", "word-b", "official1", "Vergunningen", "2101", Role.OFFICIAL)],
        leader=Agent("Marijke Hendriks", "marijke", "word-c", "", role=Role.MANAGEMENT),
        administrator=Agent("Noor El Amrani", "noor", "word-d", "", "ICT", role=Role.ADMIN),
    )
    return cast("Town", made)


def test_every_role_stands_in_the_facts(town: Town) -> None:
    """With login, password and page; who leads or administers has no phone, and the others have theirs."""
    assert {
        person["role"]: (
            person["login"],
            person["password"],
            person["page"],
            person["sip_user"],
            person["sip_password"],
        )
        for person in people(town)
    } == {
        "agent": ("samira", "word-a", f"{STAFF}/", "agent1", "one"),
        "official": ("ingrid", "word-b", f"{STAFF}/", "official1", "two"),
        "management": ("marijke", "word-c", f"{STAFF}/wallboard", None, None),
        "admin": ("noor", "word-d", f"{STAFF}/admin/users", None, None),
        "citizen": (None, None, "https://bellen.example.nl", "line1", "three"),
    }


def test_the_pages_are_those_where_each_role_begins() -> None:
    """Who has a phone has one page; of the others it is the first that their navigation has."""
    begins = {role: NAVIGATION[role][0][0] if role in NAVIGATION else "/" for role in Role}
    assert begins == FIRST_PAGES


def test_the_invitation_names_whoever_can_log_in(town: Town) -> None:
    """Each with her password; who leads the team and who administers with their page."""
    told = _invitation(town)
    for person in (*town.agents, *town.officials, town.leader, town.administrator):
        assert f"{person.login} / {person.password}" in told
    assert f"{STAFF}/wallboard" in told
    assert f"{STAFF}/admin/users" in told
