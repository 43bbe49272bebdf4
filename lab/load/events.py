"""Keys as a recording of telephone events (RFC 4733), which sipp can play: a pcap file of RTP packets.

sip-tester's own recordings, one a digit, were cut from one call, so that Asterisk takes a digit that was recorded
earlier than the one before it for an old packet: `90` arrives as `9`.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import Final

TYPE: Final = 101
"""The payload type, as the offer names it (caller.xml.j2)."""
PERIOD_MS: Final = 240
"""From key to key."""
_HELD_MS, _PACKET_MS, _TICKS = 160, 20, 8
"""How long each is held, how often it is told, and how many ticks of RTP's clock a millisecond has."""
_ALPHABET: Final = "0123456789*#"


def recording(keys: str) -> bytes:
    """A pcap file (libpcap's format, Ethernet) with these keys one after the other."""
    packets = [
        struct.pack("<IIII", ms // 1000, ms % 1000 * 1000, len(frame), len(frame)) + frame
        for number, (ms, payload) in enumerate(_events(keys))
        for frame in [_frame(number, payload)]
    ]
    return struct.pack("<IHHIIII", 0xA1B2C3D4, 2, 4, 0, 0, 65535, 1) + b"".join(packets)


def _events(keys: str) -> Iterator[tuple[int, bytes]]:
    """When each packet goes, in ms, and its RTP timestamp with the event."""
    for place, key in enumerate(keys):
        began = place * PERIOD_MS
        for ms in range(_PACKET_MS, _HELD_MS + 1, _PACKET_MS):
            over = ms == _HELD_MS
            event = struct.pack("!IIBBH", began * _TICKS, 0x1CE, _ALPHABET.index(key), 0x80 * over + 10, ms * _TICKS)
            for _ in range(3 if over else 1):  # the end is told three times (RFC 4733, 2.5.1.4)
                yield began + ms, event


def _frame(number: int, event: bytes) -> bytes:
    """An Ethernet frame; sipp puts its own addresses into it."""
    rtp = struct.pack("!BBH", 0x80, TYPE, number + 1) + event
    udp = struct.pack("!HHHH", 6000, 6000, 8 + len(rtp), 0) + rtp
    ip = struct.pack("!BBHHHBBH4s4s", 0x45, 0, 20 + len(udp), 0, 0, 64, 17, 0, b"\x7f\0\0\1", b"\x7f\0\0\1")
    return b"\0" * 12 + b"\x08\0" + ip + udp
