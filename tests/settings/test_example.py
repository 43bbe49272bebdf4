"""The shipped example and the page about every key: both say what the code does."""

from __future__ import annotations

import dataclasses
import json
import re
from pathlib import Path
from typing import Any

import pytest

from irmacall.irma.question import is_demo
from irmacall.settings import KEYS, Purpose, is_demo_scheme, needed
from irmacall.settings.reading import keys_of
from irmacall.settings.site import SiteFile
from irmacall.settings.sounds import MESSAGES, shipped
from tests.settings.sample import Sample

PAGE = Path(__file__).resolve().parents[2] / "docs" / "site.md"
_HEADING = re.compile(r"## `\[+([a-z_.]+)\]+`")
_ROW = re.compile(r"\| `([a-z_.]+)` \|.*\| ([^|]+) \|")


def test_the_example_is_accepted(sample: Sample) -> None:
    """A site made from the example and generated secrets has nothing wrong, for whatever purpose."""
    for purpose in Purpose:
        sample.load(purpose)


def test_the_example_means_what_it_says(sample: Sample) -> None:
    """Values arrive as the program uses them: paths absolute, addresses split, defaults filled in."""
    settings = sample.load()
    desk = settings.desks[0]
    assert (desk.number, desk.shown_number) == ("+31241234567", "024 - 123 45 67")
    assert desk.dialled == ("+31241234567", "31241234567")
    assert (desk.times.ring, desk.times.identity) == (20.0, 3600.0)
    assert [subject.queue for subject in desk.subjects] == ["burgerzaken", "algemeen"]
    assert desk.subjects[0].attributes[0].credential == "pbdf.gemeente.personalData"
    assert settings.data == sample.directory / "data"
    assert (settings.public.listen.host, settings.public.listen.port) == ("192.0.2.10", 443)
    assert settings.public.tls_key == sample.credentials / "public-tls-key"
    assert settings.irma.client_origin == "https://yivi.example.nl"
    assert (settings.staff.idle, settings.staff.absolute) == (900.0, 43200.0)
    assert not settings.demo


def test_no_secret_is_printed(sample: Sample) -> None:
    """Settings in a log line or a traceback show the names of the secrets, and none of them."""
    settings = sample.load(Purpose.CHECK)
    printed = f"{settings!r} {settings.credentials}"
    for name in needed(settings):
        assert name in printed
        assert settings.credentials.text(name) not in printed
    assert all(len(settings.credentials.key(name)) == 32 for name in KEYS)


def test_the_page_names_every_key_with_its_default() -> None:
    """docs/site.md has a row for each key that the code knows, for no other, and with the same default."""
    told = _told(PAGE.read_text(encoding="utf-8"))
    known = {at: _default(each) for at, each in keys_of(SiteFile, "")}
    assert set(told) == set(known)
    wrong = {at: (told[at], known[at]) for at in told if told[at] != known[at]}
    assert not wrong


def test_the_page_about_prompts_names_every_message() -> None:
    """docs/prompts.md tells all that a call can end with."""
    page = PAGE.with_name("prompts.md").read_text(encoding="utf-8")
    [listed] = re.findall(r"a site may name these as messages or comfort: ([^.]*)\.", page)
    comfort = {name for name in shipped() if name.startswith("comfort-")}
    assert set(re.findall("`([^`]+)`", listed)) == MESSAGES | comfort


def test_a_queue_to_which_nothing_leads_is_allowed(sample: Sample) -> None:
    """One that is kept for emergencies, as docs/site.md says."""
    sample.add('\n[[desk.queue]]\nid = "crisis"\ntitle = "Crisis"\n')
    [desk] = sample.load().desks
    assert desk.queues[-1].id == "crisis"


@pytest.mark.parametrize(
    "scheme", ["pbdf", "irma-demo", "test", "test2", "irmacall-demo", "demo", "demo-pbdf", "-demo"]
)
def test_a_demo_scheme_is_one_everywhere(scheme: str) -> None:
    """The check of the site and the one of each disclosure mean the same schemes."""
    assert is_demo_scheme(scheme) == is_demo(scheme)


def _told(page: str) -> dict[str, str]:
    """Key → default, as the page has them; what follows a colon explains it."""
    found: dict[str, str] = {}
    table = ""
    for line in page.splitlines():
        if heading := _HEADING.match(line):
            table = heading[1]
        elif line.startswith("## "):
            table = ""
        elif table and (row := _ROW.match(line)):
            found[f"{table}.{row[1]}"] = row[2].split(": ")[0].strip("`")
    return found


def _default(each: dataclasses.Field[Any]) -> str:
    """A key's default as TOML writes it."""
    if each.default_factory is not dataclasses.MISSING:
        assert each.default_factory() == {}
        return "{}"
    if each.default is dataclasses.MISSING:
        return "–"
    return "none" if each.default is None else _toml(each.default)


def _toml(value: object) -> str:
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        raise AssertionError("no such default")
    if isinstance(value, tuple):
        return "[" + ", ".join(map(_toml, value)) + "]"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return f'"{value}"'
