"""The SMS gateway's contract, against a real HTTP server: what it is sent, and what is raised when that fails."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from irmacall.errors import PeerError, PeerUnavailable
from irmacall.sms.client import SmsGateway
from lab.sms import Gateway, Text

NUMBER, TEXT, TOKEN = "+31612345678", "Ga naar bellen.example.nl/nu en toets 123 456.", "token-of-the-test"


@pytest.fixture(name="gateway")
async def _gateway() -> AsyncIterator[Gateway]:
    async with Gateway(TOKEN) as gateway:
        yield gateway


async def _send(url: str, token: str = TOKEN, timeout: float = 5.0) -> None:
    await SmsGateway(url, token, "Gemeente", timeout=timeout).send(NUMBER, TEXT)


async def test_a_text_arrives_as_it_was_given(gateway: Gateway) -> None:
    """Sender, number and words."""
    await _send(gateway.url)
    assert gateway.texts == [Text("Gemeente", NUMBER, TEXT)]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, PeerError), (302, PeerError), (500, PeerUnavailable), (503, PeerUnavailable)],
)
async def test_a_text_that_is_refused_is_told(gateway: Gateway, status: int, kind: type[PeerError]) -> None:
    """It is not sent a second time, and the error has neither the number nor the words."""
    gateway.status = status
    with pytest.raises(PeerError) as refused:
        await _send(gateway.url)
    assert type(refused.value) is kind
    assert str(status) in str(refused.value)
    assert not any(secret in str(refused.value) for secret in (NUMBER, "123 456", TOKEN))


async def test_a_wrong_token_is_told(gateway: Gateway) -> None:
    """Whoever reads it knows which credential to look at."""
    with pytest.raises(PeerError, match="sms-token"):
        await _send(gateway.url, "another-token")
    assert gateway.texts == []


async def test_a_gateway_that_is_not_there_is_unavailable() -> None:
    """Nothing listens at its address."""
    async with Gateway(TOKEN) as gone:
        url = gone.url
    with pytest.raises(PeerUnavailable):
        await _send(url)


async def test_a_gateway_that_never_answers_is_unavailable_in_time(gateway: Gateway) -> None:
    """Whoever pressed the button does not wait for ever."""
    gateway.silent.set()
    with pytest.raises(PeerUnavailable):
        await _send(gateway.url, timeout=0.05)
