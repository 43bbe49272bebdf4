"""SIP over TLS: the versions and ciphers that the bar allows, and no others."""

from __future__ import annotations

import asyncio
import dataclasses
import shutil
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from irmacall.ops.render import Tls
from lab.lab import Lab

V = ssl.TLSVersion


@pytest.fixture(scope="module")
async def tls(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[tuple[str, Path]]:
    """A node with a TLS transport on port 5061: its address, and the authority to trust."""
    async with Lab(tmp_path_factory.mktemp("tls")) as lab:
        node, host = lab.nodes[0], lab.nodes[0].values.sip.host
        issued = lab.ca.issue("sip", [host])
        for path in (issued.certificate, issued.key):
            shutil.copy(path, node.directory / "etc" / path.name)
        inside = node.values.directories.etc
        listening = Tls(host, 5061, f"{inside}/sip.pem", f"{inside}/sip.key")
        node.configure(dataclasses.replace(node.values, tls=listening))
        await node.restart()
        yield host, lab.ca.root


async def handshake(tls: tuple[str, Path], version: ssl.TLSVersion, ciphers: str = "") -> str:
    """The cipher that was agreed on, by a client that knows one version. Raises ssl.SSLError."""
    host, root = tls
    context = ssl.create_default_context(cafile=root)
    context.maximum_version = version
    context.minimum_version = version
    if ciphers:
        context.set_ciphers(ciphers)
    _, writer = await asyncio.open_connection(host, 5061, ssl=context)
    agreed: tuple[str, str, int] = writer.get_extra_info("cipher")
    writer.close()
    return agreed[0]


async def test_modern_tls_is_spoken(tls: tuple[str, Path]) -> None:
    """TLS 1.3 and 1.2, each with an authenticated cipher and forward secrecy."""
    assert await handshake(tls, V.TLSv1_3) in {"TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"}
    assert await handshake(tls, V.TLSv1_2) == "ECDHE-ECDSA-AES256-GCM-SHA384"


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
@pytest.mark.parametrize(
    ("version", "ciphers"),
    [
        (V.TLSv1, "ALL:@SECLEVEL=0"),
        (V.TLSv1_1, "ALL:@SECLEVEL=0"),
        (V.TLSv1_2, "ECDHE-ECDSA-AES256-SHA384"),
        (V.TLSv1_2, "ECDHE-ECDSA-AES256-SHA"),
        (V.TLSv1_2, "ECDHE-ECDSA-AES256-CCM"),
    ],
)
async def test_old_tls_is_refused(tls: tuple[str, Path], version: ssl.TLSVersion, ciphers: str) -> None:
    """No TLS before 1.2, no CBC, nothing that is not on the list."""
    with pytest.raises(ssl.SSLError, match=r"PROTOCOL_VERSION|HANDSHAKE_FAILURE"):
        await handshake(tls, version, ciphers)
