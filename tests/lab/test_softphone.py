"""The phones themselves, called by a peer that chooses its moments."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, cast

from lab.network import SIP_PORT, claim_network
from lab.phone import Phone, PhoneCall
from lab.rack import Rack
from lab.sound import Heard

PLACES = 4
"""Calls that one process of pjsua2 can hold, as its wheel is built (PJSUA_MAX_CALLS)."""


class Peer(asyncio.DatagramProtocol):
    """Whoever calls: sends what the test says, when it says so, and acknowledges each answer (RFC 3261, 13.2.2.4)."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Told by asyncio."""
        self.transport = cast(asyncio.DatagramTransport, transport)
        self.host, self.port = transport.get_extra_info("sockname")
        self.tags: dict[str, str] = {}

    def datagram_received(self, data: bytes, addr: tuple[str | Any, int]) -> None:
        """Told by asyncio, for each SIP message."""
        lines = data.decode().split("\r\n")
        named = dict(line.split(": ", 1) for line in lines[1:] if ": " in line)
        if lines[0] == "SIP/2.0 200 OK" and named["CSeq"] == "1 INVITE":
            self.tags[named["Call-ID"]] = named["To"].partition(";")[2]
            self.send("ACK", named["Call-ID"], addr[0], 1)

    def send(self, method: str, call: str, to: str, number: int, body: str = "") -> None:
        """One request of this call."""
        tag = f";{self.tags[call]}" if call in self.tags else ""
        lines = [
            f"{method} sip:agent@{to}:{SIP_PORT} SIP/2.0",
            f"Via: SIP/2.0/UDP {self.host}:{self.port};branch=z9hG4bK-{call}-{method}-{number}",
            f"From: <sip:peer@{self.host}>;tag={call}",
            f"To: <sip:agent@{to}>{tag}",
            f"Contact: <sip:peer@{self.host}:{self.port}>",
            f"Call-ID: {call}",
            f"CSeq: {number} {method}",
            "Max-Forwards: 70",
            *(["Content-Type: application/sdp"] if body else []),
            f"Content-Length: {len(body)}",
        ]
        self.transport.sendto("\r\n".join([*lines, "", body]).encode(), (to, SIP_PORT))

    def invite(self, call: str, to: str) -> None:
        """Call, with a voice in PCMA."""
        voice = "\r\n".join(["m=audio 4000 RTP/AVP 8", "a=rtpmap:8 PCMA/8000", ""])
        about = "\r\n".join(["v=0", f"o=- 1 1 IN IP4 {self.host}", "s=-", f"c=IN IP4 {self.host}", "t=0 0", ""])
        self.send("INVITE", call, to, 1, about + voice)


@asynccontextmanager
async def called(directory: Path) -> AsyncIterator[tuple[Peer, Rack, Phone]]:
    """A rack with one telephone, and who calls it."""
    network = claim_network()
    rack = Rack(network.address(102), directory)
    loop = asyncio.get_running_loop()
    transport, peer = await loop.create_datagram_endpoint(Peer, local_addr=(network.address(10), SIP_PORT))
    await rack.start()
    try:
        phone = Phone(rack, "agent", "", network.address(102))
        await phone.listen()
        yield peer, rack, phone
    finally:
        await rack.stop()
        transport.close()
        network.release()


async def answered(peer: Peer, phone: Phone, call: str, to: str) -> PhoneCall:
    """This call, taken off the hook."""
    peer.invite(call, to)
    ringing = await phone.rings()
    await ringing.answer()
    await ringing.connected.wait()
    return ringing


async def test_a_call_that_comes_in_the_instant_another_ends(tmp_path: Path) -> None:
    """Where an end and the next call come in at once, the next takes the place of the ended and is left alone."""
    async with called(tmp_path) as (peer, rack, phone):
        talks = [await answered(peer, phone, f"talk-{number}", rack.address) for number in range(PLACES)]
        rack.freeze()
        peer.send("BYE", "talk-3", rack.address, 2)
        peer.invite("next", rack.address)
        rack.wake()
        await talks[3].disconnected.wait()
        ringing = await phone.rings()
        await ringing.answer()
        await ringing.connected.wait()
        assert not any(call.disconnected for call in [*talks[:3], ringing])


async def test_a_listener_says_what_was_heard_over_time(tmp_path: Path) -> None:
    """One who speaks, falls silent, and speaks in another tone: each in turn, and the silence is measured."""
    network = claim_network()
    rack = Rack(network.address(102), tmp_path)
    await rack.start()
    try:
        caller, called = (Phone(rack, user, "", rack.address) for user in ("caller", "called"))
        await called.listen()
        call = await caller.call("called")
        ringing = await called.rings()
        assert ringing.source == f"{rack.address}:{SIP_PORT}"
        await ringing.answer()
        await ringing.speak(600)
        await call.hears(600)
        listening = call.listening(600, 750)
        await call.hears(600)
        await ringing.hush()
        await call.hears(Heard.SILENCE)
        await ringing.speak(750)
        await call.hears(750)
        await call.hang_up()
        await call.disconnected.wait()
        heard = await listening.timeline()
        assert [(stretch.what, set(stretch.tones)) for stretch in heard] == [
            (Heard.TONE, {600}),
            (Heard.SILENCE, set()),
            (Heard.TONE, {750}),
        ], heard
        assert 0.4 < await listening.longest_silence() < 2.0
    finally:
        await rack.stop()
        network.release()
