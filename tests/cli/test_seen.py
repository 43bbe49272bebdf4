"""What is told of a server that cannot be used: words, where the libraries have the names of their classes."""

from __future__ import annotations

import errno
import re
import socket
import ssl

import aiohttp
import pytest

from irmacall.cli.seen import seen
from irmacall.errors import PeerUnavailable
from irmacall.settings import server_context
from tests.cli.command import on_site
from tests.settings.sample import Sample

_ANSWERS_OTHERWISE = aiohttp.ClientResponseError(None, ())  # type: ignore[arg-type]

CAUSES: dict[str, tuple[BaseException, str]] = {
    "refused": (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed"), "refuses connections"),
    "refused at each address": (
        OSError("Multiple exceptions: [Errno 111] Connect call failed ('::1', 9), [Errno 111] Connect call failed"),
        "refuses connections",
    ),
    "no name": (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "has a name that is not known"),
    "no answer": (TimeoutError(), "gives no answer in 5 s"),
    "reset": (ConnectionResetError(errno.ECONNRESET, "reset"), "hangs up"),
    "lost": (PeerUnavailable("GET asterisk/info: connection lost"), "hangs up"),
    "dropped": (aiohttp.ServerDisconnectedError(), "hangs up"),
    "no socket": (FileNotFoundError(errno.ENOENT, "No such file"), "is not there"),
    "not for us": (PermissionError(errno.EACCES, "Permission denied"), "may not be reached by this user"),
    "no way": (OSError(errno.ENETUNREACH, "x"), "cannot be reached: there is no way to its network"),
    "no HTTP": (_ANSWERS_OTHERWISE, "answers in another language than HTTP"),
    "another": (OSError(errno.EADDRNOTAVAIL, "x"), "cannot be reached: cannot assign requested address"),
}


@pytest.mark.parametrize("case", CAUSES)
@pytest.mark.parametrize("spared", [True, False])
def test_what_led_to_an_error_is_told_in_words(case: str, spared: bool) -> None:
    """Each cause has words of its own, also under an error of ours that keeps its cause from the log."""
    cause, words = CAUSES[case]
    assert seen(cause, 5.0) == words
    ours = PeerUnavailable("GET asterisk/info: connection lost")
    ours.__context__, ours.__cause__ = cause, None if spared else cause
    assert seen(ours, 5.0) == words


def test_tls_that_fails_says_whose_fault_it_is(sample: Sample) -> None:
    """A server without TLS, and one whose certificate is nobody's that we know, are told in OpenSSL's own words."""
    plain = ssl.MemoryBIO()
    plain.write(b"HTTP/1.1 400 Bad Request\r\n")
    client = ssl.create_default_context().wrap_bio(plain, ssl.MemoryBIO(), server_hostname="pbx.example.nl")
    with pytest.raises(ssl.SSLError) as no_tls:
        client.do_handshake()
    assert seen(no_tls.value, 5.0) == "does not speak TLS as we do (wrong version number)"
    to_us, to_them = ssl.MemoryBIO(), ssl.MemoryBIO()
    context = server_context(sample.directory / "public.pem", sample.credentials / "public-tls-key")
    server = context.wrap_bio(to_them, to_us, server_side=True)
    client = ssl.create_default_context().wrap_bio(to_us, to_them, server_hostname="bellen.example.nl")
    with pytest.raises(ssl.SSLWantReadError):
        client.do_handshake()
    with pytest.raises(ssl.SSLWantReadError):
        server.do_handshake()
    with pytest.raises(ssl.SSLCertVerificationError) as unknown:
        client.do_handshake()
    assert seen(unknown.value, 5.0).startswith("has a certificate that is not believed (")


def test_a_server_that_is_silent_and_one_without_a_name_are_told_apart(sample: Sample) -> None:
    """A name that nobody knows, a server that says nothing, and one that speaks no TLS each get their line."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        sample.change("[irma]", f'ca_file = "{sample.directory}/public.pem"\ntimeout = 0.1\n[irma]')
        sample.change("redis://127.0.0.1:6379", f"redis://127.0.0.1:{port}")
        sample.change("redis://127.0.0.1:6380", "rediss://vault.invalid:6380")
        sample.change("http://127.0.0.1:8080", "https://yivi.invalid")
        sample.change("https://yivi.example.nl", "https://127.0.0.1:10")
        sample.change('name = "pbx1"', 'name = "pbx1"\nari = "https://pbx.invalid"\nami = "127.0.0.1:9"')
        told = on_site(sample, "check").out
    assert f"WRONG  store.desk: redis://127.0.0.1:{port}/0 gives no answer in 0.1 s: start that redis" in told
    assert "WRONG  irma.url: https://yivi.invalid has a name that is not known: start the yivi server" in told
    assert "WRONG  node pbx1: ari = https://pbx.invalid has a name that is not known: see that" in told
    assert not re.search(r"[A-Za-z]Error|Errno", told)
