"""The network of one browser, as a cable that can be pulled: nobody is told, no byte comes through any more.

    async with Cable() as cable:
        screen = await AgentScreen.open(town, agent, cable=cable)
        cable.pull()

To the browser it is an HTTP proxy that knows CONNECT alone (RFC 9110, 9.3.6), which is all that https needs. It leads
to this machine and nowhere else: a Chromium that has a proxy leaves the resolving of names to it, so that the rule by
which the lab's browsers call nobody (lab/browser.py) is the cable's to keep.
"""

from __future__ import annotations

import asyncio
from typing import ClassVar

from lab.relay import Relay

_HERE = ("127.0.0.1", "localhost")


class Cable(Relay):
    """Listens on a free port of 127.0.0.1 for one browser, and passes its bytes on to the port that it asks for."""

    _greeting: ClassVar[bytes] = b"HTTP/1.1 200 Connected\r\n\r\n"

    def __init__(self) -> None:
        super().__init__("", 0)

    @property
    def proxy(self) -> str:
        """What the browser is given."""
        return self.url

    def pull(self) -> None:
        """From now on no byte comes through, while every connection still seems to stand."""
        self.freeze()

    def plug_in(self) -> None:
        """Connections from before are lost, new ones come through."""
        self.cut()
        self.thaw()

    async def _target(self, reader: asyncio.StreamReader) -> tuple[str, int]:
        head = await reader.readuntil(b"\r\n\r\n")
        method, target = head.decode(errors="replace").split()[:2]
        host, _, port = target.rpartition(":")
        if method != "CONNECT" or host not in _HERE:
            await self._flowing.wait()
            raise ConnectionRefusedError(f"{method} {target}: only CONNECT, and only to {' or '.join(_HERE)}")
        return host, int(port)
