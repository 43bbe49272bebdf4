"""The municipality's CRM in the site file: what it needs, and what it may not be."""

from __future__ import annotations

import secrets

import pytest

from irmacall.service.plan import staff_web
from irmacall.settings import Purpose, needed
from tests.settings.sample import Sample, problems

ABSENT = '# [desk.crm]\n# webhook = "https://crm.example.nl/telephone"'


def test_a_site_with_a_webhook_needs_its_key(sample: Sample) -> None:
    """Whoever serves it does; who only renders files does not."""
    assert "crm-key" not in needed(sample.load())
    sample.change(ABSENT, ABSENT.replace("# ", ""))
    [missing] = problems(sample)
    assert missing.startswith("credential crm-key: is missing")
    sample.secret("crm-key", secrets.token_urlsafe(32))
    settings = sample.load()
    assert settings.desks[0].crm.webhook == "https://crm.example.nl/telephone"
    assert "crm-key" in needed(settings)
    assert "crm-key" not in needed(settings, Purpose.RENDER)


def test_what_is_told_leaves_this_machine_by_tls_alone(sample: Sample) -> None:
    """When an agent is called is nobody's else to read."""
    sample.change(ABSENT, '[desk.crm]\nwebhook = "http://crm.example.nl/telephone"')
    sample.secret("crm-key", secrets.token_urlsafe(32))
    [told] = problems(sample)
    assert "desk[1].crm.webhook" in told
    assert "https://" in told


def test_a_crms_page_is_named_by_its_origin(sample: Sample) -> None:
    """It needs no key; without it nobody has a page of ours in a frame."""
    assert sample.load().desks[0].crm.origin is None
    sample.change(ABSENT, '[desk.crm]\norigin = "https://crm.example.nl"')
    settings = sample.load()
    assert settings.desks[0].crm.origin == "https://crm.example.nl"
    assert "crm-key" not in needed(settings)
    assert staff_web(settings, settings.desks[0]).crm_origin == "https://crm.example.nl"


@pytest.mark.parametrize(
    "wrong",
    [
        "http://localhost:8080",
        "https://crm.example.nl/",
        "https://*.example.nl",
        "https://a.nl https://b.nl",
        "*",
        "",
    ],
)
def test_no_more_than_one_origin_may_have_it(sample: Sample, wrong: str) -> None:
    """Written as a browser writes it, over TLS: it stands in a header."""
    sample.change(ABSENT, f'[desk.crm]\norigin = "{wrong}"')
    [told] = problems(sample)
    assert "desk[1].crm.origin" in told
