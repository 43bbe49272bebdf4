"""What only the real yivi server and a real wallet can show: outages, expired and tampered proofs, pairing."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from irmacall.errors import DisclosureRefused, PeerError, PeerUnavailable
from irmacall.irma.client import IDLE_S, IrmaClient
from irmacall.irma.wire import Refusal, Session, Status, verify
from lab.identity.parts import Parts
from lab.identity.scheme import OTHER_SCHEME
from lab.listening import listening
from lab.wallet import Wallet
from lab.yivi import YiviServer
from tests.irma.asking import TEL, question
from tests.irma.houses import serve

_OPTIONS = "https://irma.app/ld/request/frontendoptions/v1"


@pytest.fixture
async def client(yivi: YiviServer) -> AsyncIterator[IrmaClient]:
    """A client of the server that all share."""
    client = IrmaClient(yivi.url, yivi.token)
    yield client
    await client.close()


@pytest.fixture
async def own_client(own_yivi: YiviServer) -> AsyncIterator[IrmaClient]:
    """A client of the server that this test may break."""
    client = IrmaClient(own_yivi.url, own_yivi.token)
    yield client
    await client.close()


async def _refused(client: IrmaClient, session: Session, scheme: str = "irmacall-demo") -> str:
    assert await client.follow(session, within_s=20) is Status.DONE
    with pytest.raises(DisclosureRefused) as refused:
        verify(await client.result(session), question(scheme=scheme))
    return refused.value.reason


async def test_another_scheme_is_not_believed(client: IrmaClient, wallet: Wallet) -> None:
    """A valid proof of a scheme that the desk does not allow proves nothing."""
    session = await client.start(question(scheme=OTHER_SCHEME), TEL)
    assert (await wallet.disclose(session.session_ptr)).succeeded
    assert await _refused(client, session, OTHER_SCHEME) == Refusal.SCHEME


async def test_less_was_asked_than_the_desk_wants(client: IrmaClient, wallet: Wallet) -> None:
    """A proof that lacks what the subject asks is incomplete, and one that holds more than it asks is refused."""
    session = await client.start(question("initials", "gender"), TEL)
    await wallet.disclose(session.session_ptr)
    await client.follow(session)
    result = await client.result(session)
    with pytest.raises(DisclosureRefused, match=Refusal.INCOMPLETE):
        verify(result, question("initials", "gender", "familyname"))
    with pytest.raises(DisclosureRefused, match=Refusal.UNASKED):
        verify(result, question("initials"))


async def test_an_expired_credential_is_not_believed(
    parts: Parts, yivi: YiviServer, client: IrmaClient, tmp_path: Path
) -> None:
    """The server says DONE of a disclosure from a credential that has expired; it is refused all the same."""
    async with Wallet(parts.binaries.wallet, parts.public, tmp_path / "wallet") as wallet:
        async with serve(parts, parts.binaries.lateissuer, tmp_path / "late") as late:
            await wallet.issue(late, valid_until=_now_to_irma())
        session = await client.start(question(), TEL)
        assert (await wallet.disclose(session.session_ptr)).kind == "rejected"
        assert await _refused(client, session) == Refusal.EXPIRED


def _now_to_irma() -> int:
    """IRMA counts in weeks: what it issues now begins, and may end, at the start of this one (irma/attributes.go)."""
    week = 7 * 86400
    return int(time.time()) // week * week


async def test_a_tampered_proof_is_not_believed(
    yivi: YiviServer, client: IrmaClient, wallet: Wallet, tampering: str
) -> None:
    """A proof that was changed on its way is DONE and INVALID to the server; it is refused."""
    session = await client.start(question(), TEL)
    changed = {**session.session_ptr, "u": session.session_ptr["u"].replace(yivi.app_url, tampering)}
    await wallet.disclose(changed)
    assert await _refused(client, session) == Refusal.INVALID


@pytest.fixture
async def tampering(yivi: YiviServer) -> AsyncIterator[str]:
    """The address of one who sits between app and server, and changes a digit of the proof."""

    async def pass_on(request: web.Request) -> web.Response:
        body = await request.read()
        if request.path.endswith("/proofs"):
            body = json.dumps(_spoil(json.loads(body))).encode()
        headers = {name: value for name, value in request.headers.items() if name not in ("Host", "Content-Length")}
        async with (
            aiohttp.ClientSession(auto_decompress=False) as http,
            http.request(request.method, yivi.app_url + request.path, data=body, headers=headers) as answer,
        ):
            kept = {"Content-Type": answer.headers.get("Content-Type", "")}
            return web.Response(status=answer.status, body=await answer.read(), headers=kept)

    app = web.Application()
    app.router.add_route("*", "/{rest:.*}", pass_on)
    runner = await listening(app)
    host, port = runner.addresses[0][:2]
    yield f"http://{host}:{port}"
    await runner.cleanup()


def _spoil(disclosure: Any) -> Any:
    """Another hidden response in the first proof: base64, its first letter changed."""
    proof = disclosure["proofs"][0]
    hidden = next(iter(proof["a_responses"]))
    value = proof["a_responses"][hidden]
    proof["a_responses"][hidden] = ("B" if value[0] != "B" else "C") + value[1:]
    return disclosure


async def test_forgotten_between_done_and_result(own_yivi: YiviServer, parts: Parts, tmp_path: Path) -> None:
    """A server that restarts after DONE has forgotten the result: told as an error within its time."""
    client = IrmaClient(own_yivi.url, own_yivi.token)
    async with Wallet(parts.binaries.wallet, parts.public, tmp_path / "wallet") as wallet:
        await wallet.issue(own_yivi)
        session = await client.start(question(), TEL)
        await wallet.disclose(session.session_ptr)
    assert await client.follow(session) is Status.DONE
    await own_yivi.kill()
    with pytest.raises(PeerUnavailable):
        await client.result(session, within_s=0.5)
    fetching = asyncio.create_task(client.result(session))
    await own_yivi.start()
    with pytest.raises(PeerError, match="forgotten"):
        await fetching
    await client.close()


async def test_a_server_that_comes_back_is_followed_on(own_client: IrmaClient, own_yivi: YiviServer) -> None:
    """A server that answers nothing for a while loses us nothing, if it still knows the session afterwards."""
    session = await own_client.start(question(), TEL)
    following = asyncio.create_task(own_client.follow(session))
    own_yivi.freeze()
    impatient = IrmaClient(own_yivi.url, own_yivi.token, answer_s=0.5)
    try:
        with pytest.raises(PeerUnavailable):
            await impatient.start(question(), TEL)
    finally:
        await impatient.close()
    own_yivi.wake()
    await own_client.cancel(session)
    async with asyncio.timeout(20):
        assert await following is Status.CANCELLED


async def test_away_to_the_end(own_client: IrmaClient, own_yivi: YiviServer) -> None:
    """A server that is killed while a session runs, and stays away, is told when the session's time is up."""
    session = await own_client.start(question(), TEL)
    await own_yivi.kill()
    with pytest.raises(PeerUnavailable):
        await own_client.follow(session, within_s=1)


async def test_its_idle_connections_outlive_ours(yivi: YiviServer) -> None:
    """The server keeps an idle connection for longer than we use one again: no request meets it as it closes."""
    reader, writer = await asyncio.open_connection(yivi.requestors.host, yivi.requestors.port)
    writer.write(b"GET /session/nobody/status HTTP/1.1\r\nHost: yivi\r\n\r\n")
    assert await reader.readuntil(b"\r\n\r\n")
    answered_at = time.monotonic()
    async with asyncio.timeout(30):
        while await reader.read(1024):
            pass
    assert time.monotonic() - answered_at > IDLE_S + 0.5
    writer.close()


async def test_a_wrong_token_is_told(yivi: YiviServer) -> None:
    """The server refuses a requestor that it does not know, and the message holds no secret."""
    client = IrmaClient(yivi.url, "not-the-token")
    with pytest.raises(PeerError) as refused:
        await client.start(question(), TEL)
    assert "not-the-token" not in str(refused.value)
    await client.close()


async def test_pairing(client: IrmaClient, wallet: Wallet) -> None:
    """With pairing the app shows four digits and asks nothing until the page has confirmed them."""
    session = await client.start(question(), TEL)
    options = await _page(session, "options", {"@context": _OPTIONS, "pairingMethod": "pin"})
    app = await wallet.open(session.session_ptr)
    assert await app.pairing_code() == options["pairingCode"]
    await _page(session, "pairingcompleted", {})
    assert (await app.outcome()).client_return_url == TEL
    assert await client.follow(session) is Status.DONE


async def test_put_away_while_it_shows_its_digits(client: IrmaClient, wallet: Wallet) -> None:
    """A citizen who does not trust the page puts the app away at the digits, and the session ends."""
    session = await client.start(question(), TEL)
    await _page(session, "options", {"@context": _OPTIONS, "pairingMethod": "pin"})
    app = await wallet.open(session.session_ptr)
    await app.pairing_code()
    await wallet.answer(app, "refuse")
    assert (await app.outcome()).status == "dismissed"
    assert await client.follow(session, within_s=10) is Status.CANCELLED


async def _page(session: Session, what: str, body: dict[str, str]) -> dict[str, Any]:
    """What yivi-frontend does in the page, with the page's own key."""
    headers = {"Authorization": str(session.frontend_request["authorization"])}
    address = f"{session.session_ptr['u']}/frontend/{what}"
    async with aiohttp.ClientSession() as http, http.post(address, json=body, headers=headers) as answer:
        assert answer.status in (200, 204)
        return dict(await answer.json()) if answer.status == 200 else {}


async def test_its_log_holds_no_code_and_no_token(own_yivi: YiviServer, own_client: IrmaClient) -> None:
    """What is kept of the server's log says that a session began, and has no link, code, attribute or token in it."""
    session = await own_client.start(question(), TEL)
    await own_client.cancel(session)
    with pytest.raises(PeerError):
        await own_client.start(question("nonsense"), TEL)
    await own_yivi.stop()
    kept = own_yivi.log.read_text()
    assert "Session started" in kept
    assert "CANCELLED" in kept
    for secret in ("0123456789", "tel:", "familyname", session.token, own_yivi.token):
        assert secret not in kept


async def test_without_its_filter_it_writes_nothing(own_yivi: YiviServer, own_client: IrmaClient) -> None:
    """When the filter on its log dies the server dies with it, rather than write what it is asked somewhere else."""
    children = Path(f"/proc/{own_yivi.program.pid}/task/{own_yivi.program.pid}/children")
    [log_filter] = map(int, (await asyncio.to_thread(children.read_text)).split())
    await _kill(log_filter)
    with suppress(PeerError):
        await own_client.start(question(), TEL)
    async with asyncio.timeout(5):
        assert await own_yivi.program.wait() != 0


async def _kill(pid: int) -> None:
    """Kill what is no child of ours, and wait until it is dead."""
    dead = asyncio.Event()
    handle = os.pidfd_open(pid)
    asyncio.get_running_loop().add_reader(handle, dead.set)
    signal.pidfd_send_signal(handle, signal.SIGKILL)
    await dead.wait()
    asyncio.get_running_loop().remove_reader(handle)
    os.close(handle)
