"""A node that answers late, wrong, or as somebody else: what the client makes of it. On the double, which can."""

from __future__ import annotations

import asyncio

import pytest

from irmacall.ari.client import Node
from irmacall.core.commands import CreateLeg, HangUp, PrepareNode
from irmacall.core.events import CallerArrived, NodeLost, NodeSnapshot, PhoneRegistered
from irmacall.core.ids import CallId, ChannelId, DeskId, Endpoint, NodeName, leg_channel, talk_bridge, waiting_bridge
from irmacall.errors import PeerError, PeerUnavailable
from tests.ari.conftest import running, settings
from tests.ari.fake import FakeAsterisk, Fault

NODE = NodeName("north")
HANG_UP = HangUp(NODE, None, ChannelId("x"))


def node_of(fake: FakeAsterisk, timeout: float = 5.0) -> Node:
    """A client of the double, without a relay."""
    host, port = fake.address
    return Node(settings(fake, f"http://{host}:{port}", timeout), (Endpoint("agent1"),))


async def test_events_wait_for_the_snapshot(fake: FakeAsterisk) -> None:
    """Who arrives between the socket's opening and the snapshot is told after it, and not lost."""
    fake.holds[("GET", "channels")] = asyncio.Event()
    async with running(node_of(fake)) as heard:
        await fake.until_seen("GET", "channels")
        arrived = [await fake.arrive() for _ in range(3)]
        fake.holds[("GET", "channels")].set()
        snapshot = await heard.next(NodeSnapshot)
        assert heard.all[0] is snapshot
        assert [(await heard.next(CallerArrived)).channel for _ in range(3)] == arrived


async def test_the_order_of_a_beginning(fake: FakeAsterisk) -> None:
    """Filters and subscriptions are sent before the snapshot is read, on every connection anew."""
    async with running(node_of(fake)) as heard:
        for _ in range(2):
            fake.seen.clear()
            await heard.next(NodeSnapshot)
            paths = [path for _, path in fake.seen]
            assert paths[-5:] == [
                "applications/irmacall-dorp/eventFilter",
                "applications/irmacall-dorp/subscription",
                "channels",
                "bridges",
                "endpoints",
            ]
            await fake.drop()


async def test_what_is_heard_of_a_phone_is_newer_than_what_is_read(fake: FakeAsterisk) -> None:
    """It goes while we ask what it is: that it was there, as the answer says, is told no more."""
    phone = Endpoint(fake.desk_phone)
    asked = ("GET", f"endpoints/PJSIP/{phone}")
    fake.world.phones[phone] = "online"
    gone = {"technology": "PJSIP", "resource": phone, "state": "offline", "channel_ids": []}
    node = node_of(fake)
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        fake.holds[asked] = asyncio.Event()
        following = asyncio.create_task(node.follow((phone,)))
        await fake.until_seen(*asked)
        fake.emit(f"irmacall-{fake.desk}", {"type": "EndpointStateChange", "endpoint": gone})
        assert (await heard.next(PhoneRegistered)).online is False
        fake.holds[asked].set()
        await following
        assert [event.online for event in heard.all if isinstance(event, PhoneRegistered)] == [False]


async def test_a_phone_that_is_followed_is_asked_for_once_a_connection(fake: FakeAsterisk) -> None:
    """However often somebody wants to hear of it: what it is now was told, and what becomes of it will be."""
    known, more = Endpoint("agent1"), Endpoint(fake.desk_phone)
    subscribed, node = ("POST", "applications/irmacall-dorp/subscription"), node_of(fake)
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        fake.seen.clear()
        await node.follow((known,))
        assert fake.seen == []
        for _ in range(2):
            await node.follow((known, more))
        assert fake.seen == [subscribed, ("GET", f"endpoints/PJSIP/{more}")]
        assert (await heard.next(PhoneRegistered)).endpoint == more
        await fake.drop()
        fake.seen.clear()
        await heard.next(NodeLost)
        await heard.next(NodeSnapshot)
        assert fake.seen.count(subscribed) == 1


async def test_a_phone_that_asterisk_did_not_know_is_asked_for_again(fake: FakeAsterisk) -> None:
    """An agent of today: her phone was made known to Asterisk after somebody first wanted to hear of it."""
    subscribed, node, new = ("POST", "applications/irmacall-dorp/subscription"), node_of(fake), Endpoint("agent9")
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        await node.follow((new,))
        fake.world.phones[new] = "online"
        fake.seen.clear()
        await node.follow((new,))
        assert fake.seen.count(subscribed) == 1
        assert await heard.next(PhoneRegistered) == PhoneRegistered(node.name, new, online=True)


async def test_nobody_waits_for_a_node_that_is_away(fake: FakeAsterisk) -> None:
    """A phone that somebody wants to hear of meanwhile is asked for when the node is back."""
    node, more = node_of(fake), Endpoint(fake.desk_phone)
    async with node:
        await node.follow((more,))
    assert fake.seen == []
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        fake.seen.clear()
        await node.follow((more,))
        assert fake.seen == []


async def test_an_answer_that_does_not_come_leaves_the_phone_unfollowed(fake: FakeAsterisk) -> None:
    """Who asks next has it looked at again."""
    node, more = node_of(fake), Endpoint(fake.desk_phone)
    looked = ("GET", f"endpoints/PJSIP/{more}")
    async with running(node) as heard:
        await heard.next(NodeSnapshot)
        fake.faults[looked] = Fault(503, times=1)
        with pytest.raises(PeerError):
            await node.follow((more,))
        await node.follow((more,))
        assert (await heard.next(PhoneRegistered)).endpoint == more
        assert fake.seen.count(looked) == 2


@pytest.mark.parametrize("frame", ["", "{", "[]", '{"type": "StasisStart"}', '{"type": 5}', "\x00", "null"])
async def test_an_unreadable_frame(fake: FakeAsterisk, frame: str) -> None:
    """What cannot be read is passed over, and the next event is told."""
    async with running(node_of(fake)) as heard:
        await heard.next(NodeSnapshot)
        await fake.say_raw(frame)
        channel = await fake.arrive()
        assert (await heard.next(CallerArrived)).channel == channel
        assert NodeLost(NODE) not in heard.all


async def test_a_binary_frame_ends_the_connection(fake: FakeAsterisk) -> None:
    """Asterisk sends no binary frames: the connection is begun anew."""
    async with running(node_of(fake)) as heard:
        await heard.next(NodeSnapshot)
        await fake.say_bytes(b"\x00\x01")
        await heard.next(NodeLost)
        await heard.next(NodeSnapshot)


@pytest.mark.parametrize("body", ["", "[", "{}", '[{"id": 5}]', "[[]]"])
async def test_an_unreadable_snapshot(fake: FakeAsterisk, body: str) -> None:
    """Nothing is told of a node whose snapshot cannot be read, until it can."""
    fake.faults[("GET", "bridges")] = Fault(200, body, times=2)
    async with running(node_of(fake)) as heard:
        assert await heard.next(NodeSnapshot) is heard.all[0]
    assert [path for _, path in fake.seen].count("bridges") == 3


async def test_a_late_answer(fake: FakeAsterisk) -> None:
    """A command that is not answered in time is given up."""
    fake.faults[("DELETE", "channels/x")] = Fault(204, delay=30)
    async with node_of(fake, timeout=0.2) as node:
        with pytest.raises(PeerUnavailable, match=r"^DELETE channels/x: \w*Timeout\w*$"):
            await node.perform(HANG_UP)


async def test_slow_commands_do_not_hold_up_others(fake: FakeAsterisk) -> None:
    """While one command waits for its answer, others are done."""
    fake.holds[("DELETE", "channels/slow")] = asyncio.Event()
    async with node_of(fake) as node:
        slow = asyncio.create_task(node.perform(HangUp(NODE, None, ChannelId("slow"))))
        await fake.until_seen("DELETE", "channels/slow")
        await node.perform(HANG_UP)
        assert not slow.done()
        fake.holds[("DELETE", "channels/slow")].set()
        await slow


@pytest.mark.parametrize("status", [400, 401, 403, 412, 500, 503])
async def test_a_refusal(fake: FakeAsterisk, status: int) -> None:
    """Any status that does not mean done is a failure that names it."""
    fake.faults[("DELETE", "channels/x")] = Fault(status, "with content")
    async with node_of(fake) as node:
        with pytest.raises(PeerError, match=rf"^DELETE channels/x: {status}$"):
            await node.perform(HANG_UP)


async def test_nobody_there() -> None:
    """A port where nothing listens."""
    async with FakeAsterisk() as fake:
        node = node_of(fake)
    async with node:
        with pytest.raises(PeerUnavailable):
            await node.perform(HANG_UP)


async def test_an_id_that_bears_something_else(fake: FakeAsterisk) -> None:
    """A chosen id that exists already, but not as ours, is a failure."""
    call = CallId("c")
    fake.world.answer("POST", ["bridges", "irmacall.dorp.wait"], {"type": "mixing", "name": "other"})
    fake.world.answer(
        "POST",
        ["channels", "create"],
        {"channelId": "c.leg1", "endpoint": "PJSIP/agent1", "app": "other", "appArgs": "x"},
    )
    async with node_of(fake) as node:
        with pytest.raises(PeerError, match="409"):
            await node.perform(PrepareNode(NODE, waiting_bridge(DeskId("dorp"))))
        with pytest.raises(PeerError, match="409"):
            await node.perform(CreateLeg(NODE, call, leg_channel(call, 1), talk_bridge(call), Endpoint("agent2")))


@pytest.mark.parametrize("version", ["22.9.1", "21.11.0", "20.0", "GIT-master-12345", "certified/22.8-cert1", ""])
async def test_an_asterisk_that_is_too_old(version: str) -> None:
    """Below 22.10 the node is not used, and the reason is told."""
    async with FakeAsterisk(version=version) as fake, node_of(fake) as node:
        with pytest.raises(PeerError, match=r"Asterisk 22\.10 or newer is needed"):
            await node.check()


@pytest.mark.parametrize("version", ["22.10.0", "22.10.1+dfsg+~cs6.17-1", "23.0.0"])
async def test_an_asterisk_that_is_new_enough(version: str) -> None:
    """From 22.10 on it is."""
    async with FakeAsterisk(version=version) as fake, node_of(fake) as node:
        await node.check()


async def test_a_wrong_password(fake: FakeAsterisk) -> None:
    """The login is told to be wrong without telling the login."""
    host, port = fake.address
    fake.password = "changed"
    node = Node(settings(fake, f"http://{host}:{port}"))
    fake.password = "changed again"
    async with node:
        with pytest.raises(PeerError, match=r"^GET asterisk/info: 401$"):
            await node.check()


async def test_a_sink_that_fails_stops_the_source(fake: FakeAsterisk) -> None:
    """A fault of ours is not taken for a lost connection."""

    def sink(event: object) -> None:
        raise AssertionError("ours")

    async with node_of(fake) as node:
        with pytest.raises(AssertionError, match="ours"):
            async with asyncio.timeout(5):
                await node.run(sink)
