"""An address range and a few ports for one lab, so that several labs run side by side and never meet.

Each lab owns one 127.90.<index>.0/24, where every server keeps its well-known port. Browsers want
`127.0.0.1` and `localhost`, so twenty ports of 127.0.0.1 go with it.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass, field

from lab.errors import LabError

SIP_PORT = 5060
"""On which telephones are called that register nowhere."""
_LABS = 200
_PORTS = 20
_FIRST_PORT = 21000  # below net.ipv4.ip_local_port_range, so that no client's own port is in the way


@dataclass(slots=True)
class Network:
    """One lab's addresses. `index` is unique among the labs that run now on this machine."""

    index: int
    _claim: socket.socket = field(repr=False)
    _ports: dict[str, int] = field(default_factory=dict, repr=False)

    def address(self, host: int) -> str:
        """The lab's own address with this last number (1–254)."""
        return f"127.90.{self.index}.{host}"

    def port(self, name: str) -> int:
        """A port of 127.0.0.1 for the server of that name: the same each time it is asked."""
        if name not in self._ports:
            assert len(self._ports) < _PORTS, "a lab has twenty ports of 127.0.0.1"
            self._ports[name] = _FIRST_PORT + self.index * _PORTS + len(self._ports)
        return self._ports[name]

    def release(self) -> None:
        """Give the range back."""
        self._claim.close()


def claim_network() -> Network:
    """Take a free range. It is ours until `release`, or until this process ends, however it ends."""
    for index in range(1, _LABS):
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            # An abstract name is as wide as the network namespace, as loopback is, and dies with its holder.
            claim.bind(f"\0irmacall-lab-{index}")
        except OSError:
            claim.close()
            continue
        return Network(index, claim)
    raise LabError(f"all {_LABS} lab ranges on this machine are in use")
