"""The servers that the daemon talks to besides Asterisk, and the two that it is itself."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass, field
from pathlib import Path

from irmacall.settings import addresses, values
from irmacall.settings.addresses import Network
from irmacall.settings.reading import key
from irmacall.settings.values import Address

_HERE = (ipaddress.ip_network("127.0.0.0/8"), ipaddress.ip_network("::1/128"))


@dataclass(frozen=True, slots=True)
class StoreSettings:
    """Where the desk's records and the sealed identities are: each in a redis of its own, or in memory."""

    desk: str = field(default="memory://", metadata=key(addresses.store_url))
    vault: str = field(default="memory://", metadata=key(addresses.store_url))
    lease: float = field(default=3.0, metadata=key(values.seconds(1, 30)))
    timeout: float = field(default=1.0, metadata=key(values.seconds(0.1, 10)))
    ca_file: Path | None = field(default=None, metadata=key(values.path))

    @property
    def in_memory(self) -> bool:
        """Whether this is the one daemon without a redis."""
        return self.desk == "memory://"


@dataclass(frozen=True, slots=True)
class IrmaSettings:
    """The yivi server: `url` is its requestors' side, `client_url` the side of apps and browsers."""

    url: str = field(metadata=key(addresses.url("http", "https")))
    client_url: str = field(metadata=key(addresses.url("http", "https")))

    @property
    def client_origin(self) -> str:
        """What the citizen's browser must be allowed to connect to."""
        return addresses.origin_of(self.client_url)


@dataclass(frozen=True, slots=True)
class PublicSettings:
    """The citizens' listener. `tls_key` None: the credential `public-tls-key`."""

    origin: str = field(metadata=key(addresses.origin))
    tls_cert: Path = field(metadata=key(values.path))
    listen: Address = field(default=Address("127.0.0.1", 8443), metadata=key(addresses.address))
    tls_key: Path | None = field(default=None, metadata=key(values.path))
    allow: tuple[Network, ...] = field(default=(), metadata=key(values.list_of(addresses.network, least=1)))
    begins_per_minute: int = field(default=20, metadata=key(values.whole(1, 10_000)))
    streams_per_address: int = field(default=64, metadata=key(values.whole(1, 50_000)))
    connections: int = field(default=4000, metadata=key(values.whole(100, 50_000)))


@dataclass(frozen=True, slots=True)
class StaffSettings:
    """The staff's listener. Only addresses in `allow` are served. `tls_key` None: the credential `staff-tls-key`."""

    origin: str = field(metadata=key(addresses.origin))
    tls_cert: Path = field(metadata=key(values.path))
    listen: Address = field(default=Address("127.0.0.1", 8444), metadata=key(addresses.address))
    tls_key: Path | None = field(default=None, metadata=key(values.path))
    allow: tuple[Network, ...] = field(default=_HERE, metadata=key(values.list_of(addresses.network, least=1)))
    logins_per_minute: int = field(default=10, metadata=key(values.whole(1, 10_000)))
    connections: int = field(default=4000, metadata=key(values.whole(100, 50_000)))
    idle_minutes: int = field(default=15, metadata=key(values.whole(1, 60)))
    absolute_hours: int = field(default=12, metadata=key(values.whole(1, 24)))

    @property
    def idle(self) -> float:
        """Seconds after its last use that a login ends."""
        return self.idle_minutes * 60.0

    @property
    def absolute(self) -> float:
        """Seconds after its beginning that a login ends, used or not."""
        return self.absolute_hours * 3600.0


@dataclass(frozen=True, slots=True)
class WatchdogSettings:
    """How long a node may be without a leader, in seconds, before its waiting callers are sent to the dialplan."""

    patience: float = field(default=30.0, metadata=key(values.seconds(2, 600)))


def _cpu(value: object) -> float:
    """A part of a machine; 0: it does not matter."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        values.refuse("a share from 0 to 1 (0.85 is 85 %; 0: not looked at), without quotes")
    return float(value)


@dataclass(frozen=True, slots=True)
class OverloadSettings:
    """What a node may bear before new callers are refused. 0: that is not looked at.

    `calls` at once; `cpu`: the share of its machine's; `lag`: seconds by which its events are heard late.
    """

    calls: int = field(default=500, metadata=key(values.whole(0, 100_000)))
    cpu: float = field(default=0.85, metadata=key(_cpu))
    lag: float = field(default=0.5, metadata=key(values.seconds(0, 10)))


@dataclass(frozen=True, slots=True)
class LogSettings:
    """What is written to standard error. docs/site.md says what each level holds."""

    level: str = field(default="info", metadata=key(values.one_of("info", "debug")))
    format: str = field(default="logfmt", metadata=key(values.one_of("logfmt", "json")))
