"""The lab's identity parts: made once, secret where they should be, and real."""

from __future__ import annotations

import asyncio
import ssl
import stat
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import aiohttp
import pytest

from lab.ca import Authority
from lab.errors import LabError
from lab.identity import parts as identity_parts
from lab.identity.parts import Parts
from lab.identity.workshop import new_enough
from lab.network import Network, claim_network
from lab.wallet import Wallet
from lab.yivi import Address, YiviServer

_ISSUANCE = {"@context": "https://irma.app/ld/request/issuance/v2"}


@pytest.fixture(scope="module")
def parts() -> Parts:
    """Programs and schemes."""
    return identity_parts.prepare()


@pytest.fixture
def network() -> Iterator[Network]:
    """Addresses of this test's own."""
    network = claim_network()
    yield network
    network.release()


@pytest.fixture
async def https_yivi(parts: Parts, network: Network, tmp_path: Path) -> AsyncIterator[YiviServer]:
    """A server whose app side speaks https with the lab's certificate."""
    host = network.address(80)
    certificate = Authority(tmp_path / "ca").issue("yivi", [host])
    tls = (certificate.certificate, certificate.key)
    requestors, apps = Address(host, 8088), Address(host, 8443)
    server = YiviServer(parts.binaries.yivi, parts.schemes, tmp_path / "yivi", requestors, apps, tls)
    try:
        await server.start()
        yield server
    finally:
        await server.stop()


def test_a_second_time_nothing_is_made(parts: Parts) -> None:
    """What was made is found again, and not made anew."""
    before = [path.stat().st_mtime_ns for path in (parts.binaries.wallet, parts.schemes, parts.public)]
    again = identity_parts.prepare()
    assert again == parts
    assert [path.stat().st_mtime_ns for path in (again.binaries.wallet, again.schemes, again.public)] == before


def test_no_private_key_reaches_a_wallet(parts: Parts) -> None:
    """The schemes that wallets get have no private key of issuer or scheme; the others are for their owner alone."""
    assert list(parts.schemes.rglob("PrivateKeys/*"))
    assert list(parts.schemes.rglob("sk.pem"))
    assert not list(parts.public.rglob("PrivateKeys"))
    assert not list(parts.public.rglob("sk.pem"))
    assert stat.S_IMODE(parts.schemes.stat().st_mode) == 0o700


@pytest.mark.parametrize(
    ("version", "enough"),
    [("go1.26", True), ("go1.26.8", True), ("go2.0", True), ("go1.24.4", False), ("", False), ("devel", False)],
)
def test_which_go_will_do(version: str, enough: bool) -> None:
    """A Go from 1.26 builds here; with an older one, or none, the rootfs's is used."""
    assert new_enough(version) is enough


async def test_https_for_the_app(https_yivi: YiviServer, parts: Parts, tmp_path: Path) -> None:
    """An app that trusts the lab's authority gets its credential over https, and a stranger's app does not."""
    root = tmp_path / "ca" / "root.pem"
    async with Wallet(parts.binaries.wallet, parts.public, tmp_path / "citizen", ca=root) as wallet:
        await wallet.issue(https_yivi)
    async with Wallet(parts.binaries.wallet, parts.public, tmp_path / "stranger") as stranger:
        with pytest.raises(LabError, match="nothing was issued"):
            await stranger.issue(https_yivi)
    trust = ssl.create_default_context(cafile=str(root))
    async with aiohttp.ClientSession() as http, http.get(f"{https_yivi.app_url}/irma/session/x", ssl=trust) as answer:
        assert answer.status >= 400


async def test_the_requestors_token_is_for_its_owner_alone(https_yivi: YiviServer) -> None:
    """The token is in files that only their owner reads, and not on the command line, which everybody reads."""
    command_line, modes = await asyncio.to_thread(_where_the_token_is, https_yivi)
    assert b"--requestors" not in command_line
    assert https_yivi.token.encode() not in command_line
    assert modes == [0o600]


def _where_the_token_is(server: YiviServer) -> tuple[bytes, list[int]]:
    files = [path for path in server.directory.rglob("*") if path.is_file()]
    holders = [path for path in files if server.token.encode() in path.read_bytes()]
    command_line = Path(f"/proc/{server.program.pid}/cmdline").read_bytes()
    assert server.binary.name.encode() in command_line
    return command_line, [stat.S_IMODE(path.stat().st_mode) for path in holders]


async def test_apps_do_not_reach_the_requestors_side(https_yivi: YiviServer, tmp_path: Path) -> None:
    """On the port for apps no session can be started, not even with the token."""
    trust = ssl.create_default_context(cafile=str(tmp_path / "ca" / "root.pem"))
    headers = {"Authorization": https_yivi.token}
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{https_yivi.app_url}/session", json=_ISSUANCE, headers=headers, ssl=trust) as answer,
    ):
        assert answer.status == 404


async def test_a_wallet_keeps_what_it_got(https_yivi: YiviServer, parts: Parts, tmp_path: Path) -> None:
    """An app that is closed and opened again still has its credentials, and gets a new one in place of the old."""
    root = tmp_path / "ca" / "root.pem"
    wallet = Wallet(parts.binaries.wallet, parts.public, tmp_path / "citizen", ca=root)
    async with wallet:
        await wallet.issue(https_yivi)
    async with wallet:
        await wallet.issue(https_yivi, {"familyname": "Jansen"})


async def test_a_wallet_that_cannot_open(parts: Parts, tmp_path: Path) -> None:
    """A wallet without schemes says so, and leaves no process behind."""
    wallet = Wallet(parts.binaries.wallet, tmp_path / "nowhere", tmp_path / "citizen")
    with pytest.raises(LabError, match="did not open"):
        await wallet.start()
