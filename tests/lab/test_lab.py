"""Labs on real parts: several side by side, what a redis keeps, what a browser trusts, and that nothing is left."""

from __future__ import annotations

import asyncio
import os
import ssl
from pathlib import Path

import pytest
from aiohttp import ClientSession, encode_basic_auth, web
from playwright.async_api import Error
from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import AuthenticationError

from lab import paths
from lab.asterisk import Asterisk
from lab.ca import Authority
from lab.lab import Lab
from lab.sound import Heard


async def test_two_labs_and_two_nodes_side_by_side(tmp_path: Path) -> None:
    """Each lab's phones reach their own nodes, with the same names and numbers, and all is gone at the end."""
    async with Lab(tmp_path / "one", nodes=2) as one, Lab(tmp_path / "two") as two:
        assert {node.name for node in one.nodes} == {"node1", "node2"}
        calls = [
            await one.phone("citizen1", node=0).call(one.number),
            await one.phone("citizen1", node=1).call(one.number),
            await two.phone("citizen1").call(two.number),
        ]
        for call in calls:
            await call.connected.wait()
        await asyncio.gather(*(call.hears(Heard.SPEECH, 15) for call in calls))
        for node in (*one.nodes, *two.nodes):
            assert "1 active call" in await node.cli("core show channels")
        directories = [node.directory for node in (*one.nodes, *two.nodes)]
        for call in calls:
            await call.hang_up()
    assert not any(directory.exists() for directory in directories)
    assert (tmp_path / "one/log/node2/messages.log").is_file(), "logs stay to be read"


async def ring(node: Asterisk, endpoint: str) -> None:
    """Have this node call a phone."""
    ari, account = node.values.ari, node.values.ari_account
    login = {"Authorization": encode_basic_auth(account.user, account.password)}
    query = {"endpoint": f"PJSIP/{endpoint}", "context": "irmacall-from-phones", "extension": "s"}
    url = f"http://{ari.host}:{ari.port}/ari/channels"
    async with ClientSession(headers=login) as session, session.post(url, params=query) as answer:
        assert answer.ok, answer.status


async def test_one_telephone_on_every_node(tmp_path: Path) -> None:
    """An agent's telephone is registered at both nodes, and rings for either, as one."""
    async with Lab(tmp_path, nodes=2, agents=("agent1",), lines=()) as lab:
        phone = lab.agent_phone("agent1")
        await phone.register()
        for node in lab.nodes:
            await ring(node, "agent1")
            call = await phone.rings()
            assert "1 active channel" in await node.cli("core show channels count")
            await call.reject()
            await call.disconnected.wait()
        assert phone.silent
        await phone.unregister()


async def test_more_telephones_stand_on_more_racks(tmp_path: Path) -> None:
    """Two racks hold eight calls: agents and officials are rung at once, twice each, and one rack frozen is half."""
    async with Lab(tmp_path, racks=2) as lab:
        phones = [lab.phone(user) for user in lab.staff]
        assert len({id(lab.rack_of(user)) for user in lab.staff}) == 4
        await asyncio.gather(*(phone.register() for phone in phones))
        await asyncio.gather(*(ring(lab.nodes[0], phone.user) for phone in (*phones, *phones[:4])))
        calls = await asyncio.gather(*(phone.rings() for phone in (*phones, *phones[:4])))
        await asyncio.gather(*(call.answer() for call in calls))
        await asyncio.gather(*(call.connected.wait() for call in calls))
        await asyncio.gather(*(call.hang_up() for call in calls))


async def test_phones_may_pass_callers_on_where_the_node_lets_them(tmp_path: Path) -> None:
    """On that node a phone's REFER is heard of, and on no other."""
    async with Lab(tmp_path, nodes=2, phone_transfers={"node2"}) as lab:
        for node, allowed in zip(lab.nodes, (False, True), strict=True):
            shown = await node.cli("pjsip show endpoint official1")
            assert f"allow_transfer : {str(allowed).lower()}" in " ".join(shown.split())


async def test_a_lab_that_cannot_start_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """When one part fails to start, the others are stopped before the error is told."""
    started: list[Asterisk] = []

    async def fail(node: Asterisk) -> None:
        started.append(node)
        raise RuntimeError("no Asterisk today")

    monkeypatch.setattr(Asterisk, "start", fail)
    lab = Lab(tmp_path)
    with pytest.raises(RuntimeError, match="no Asterisk today"):
        async with lab:
            pass
    assert not lab.desk_redis.program.running
    assert not lab.vault_redis.program.running
    assert not started[0].directory.exists()


async def test_a_killed_asterisk_comes_back(tmp_path: Path) -> None:
    """After a power cut the node starts again with the same configuration and serves."""
    async with Lab(tmp_path) as lab:
        node = lab.nodes[0]
        before = node.program.pid
        await node.kill()
        await node.start()
        assert node.program.pid != before
        assert "irmacall-gemeente" in await node.cli("queue show")
        assert os.stat(f"/proc/{node.program.pid}").st_uid != 0, "Asterisk does not run as root"
        assert os.readlink(f"/proc/{node.program.pid}/root") == str(paths.rootfs())


async def test_each_redis_keeps_what_its_role_keeps(tmp_path: Path) -> None:
    """After a restart the desk's redis has all it confirmed, the vault's nothing; neither lets a stranger in."""
    async with Lab(tmp_path) as lab:
        for server, kept in ((lab.desk_redis, b"1"), (lab.vault_redis, None)):
            async with Redis.from_url(server.url) as redis:
                await redis.set("x", "1")
            await server.kill()
            await server.start()
            async with Redis.from_url(server.url) as redis:
                assert await redis.get("x") == kept
            with pytest.raises(AuthenticationError):
                async with Redis(host=server.host, retry=Retry(NoBackoff(), 0)) as stranger:
                    await stranger.get("x")
        written = [path.name for path in lab.vault_redis.directory.rglob("*")]
        assert written == ["redis.conf"]


async def test_the_browser_trusts_the_lab_and_nobody_else(tmp_path: Path) -> None:
    """A page with the lab's certificate opens; one of another authority does not; other hosts are not known."""

    async def hello(_: web.Request) -> web.Response:
        return web.Response(text="<h1>Goedemorgen</h1>", content_type="text/html")

    app = web.Application()
    app.router.add_get("/", hello)
    runner = web.AppRunner(app)
    await runner.setup()
    async with Lab(tmp_path) as lab:
        for name, authority in (("good", lab.ca), ("bad", Authority(tmp_path / "other"))):
            certificate = authority.issue(name)
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate.certificate, certificate.key)
            await web.TCPSite(runner, "127.0.0.1", lab.network.port(name), ssl_context=context).start()
        person = await (await lab.browser()).person()
        for host in ("127.0.0.1", "localhost"):
            page = await person.new_page()
            await page.goto(f"https://{host}:{lab.network.port('good')}/")
            assert await page.inner_text("h1") == "Goedemorgen"
        with pytest.raises(Error, match="ERR_CERT_AUTHORITY_INVALID"):
            await (await person.new_page()).goto(f"https://127.0.0.1:{lab.network.port('bad')}/")
        with pytest.raises(Error, match="ERR_NAME_NOT_RESOLVED"):
            await (await person.new_page()).goto("https://irmacall.example/")
    await runner.cleanup()


async def test_phones_send_digits_and_hear_their_fate(tmp_path: Path) -> None:
    """A refused call tells its SIP status; phones without a network are missed by the node and come back."""
    async with Lab(tmp_path) as lab:
        agent = lab.phone("agent1")
        await agent.register()
        assert "Avail" in await lab.nodes[0].cli("pjsip show contacts")
        await agent.unregister()
        assert "agent1" not in await lab.nodes[0].cli("pjsip show contacts")
        refused = await lab.phone("citizen1").call("999")
        assert (await refused.disconnected.wait())["code"] == 404


async def test_a_lab_begins_with_empty_servers(tmp_path: Path) -> None:
    """What an earlier one left in the same directory is of other secrets, and of nobody who is there now."""
    kept = tmp_path / "redis-desk" / "appendonlydir" / "kept"
    kept.parent.mkdir(parents=True)
    kept.touch()
    async with Lab(tmp_path, agents=(), lines=()):
        assert not kept.exists()
