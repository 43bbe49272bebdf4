"""The municipality's SMS gateway in the site file: what it needs, and what it may not be."""

from __future__ import annotations

import secrets

import pytest

from irmacall.settings import Purpose, needed
from tests.settings.sample import Sample, problems

ABSENT = '# [desk.sms]\n# url = "https://sms.example.nl/v1/messages"'


def _with_gateway(sample: Sample, url: str) -> None:
    sample.change(ABSENT, f'[desk.sms]\nurl = "{url}"')
    sample.secret("sms-token", secrets.token_urlsafe(32))


def test_a_site_with_a_gateway_needs_its_token(sample: Sample) -> None:
    """Whoever serves it does; who only renders files does not."""
    assert "sms-token" not in needed(sample.load())
    sample.change(ABSENT, ABSENT.replace("# ", ""))
    [missing] = problems(sample)
    assert missing.startswith("credential sms-token: is missing")
    sample.secret("sms-token", secrets.token_urlsafe(32))
    settings = sample.load()
    assert settings.desks[0].sms.url == "https://sms.example.nl/v1/messages"
    assert "sms-token" in needed(settings)
    assert "sms-token" not in needed(settings, Purpose.RENDER)


@pytest.mark.parametrize("url", ["http://127.0.0.1:8025/send", "https://sms.example.nl"])
def test_what_stays_here_or_is_private_is_taken(sample: Sample, url: str) -> None:
    """A program on this machine that speaks to another gateway, for instance."""
    _with_gateway(sample, url)
    assert sample.load().desks[0].sms.url == url


def test_a_number_leaves_this_machine_by_tls_alone(sample: Sample) -> None:
    """It is a citizen's telephone number."""
    _with_gateway(sample, "http://sms.example.nl/v1/messages")
    [told] = problems(sample)
    assert "desk[1].sms.url" in told
    assert "https://" in told
