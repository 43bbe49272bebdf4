"""What the daemon, the watchdog and the rendered configuration must know of each Asterisk."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from irmacall.settings import addresses, values
from irmacall.settings.addresses import Network
from irmacall.settings.reading import key, table, tables
from irmacall.settings.values import Address

DUTCH: Final = (
    *("+3110", "+31111", "+31113", "+31114", "+31115", "+31117", "+31118"),
    *("+3113", "+3115", "+3116", "+3117", "+3118"),
    *("+312", "+313", "+314", "+315", "+317"),
    *("+3161", "+3162", "+3163", "+3164", "+3165", "+3168"),
)
"""Dutch subscribers at home, at work and on the move: geographic numbers and mobile ones, and no others."""


@dataclass(frozen=True, slots=True)
class OutboundSettings:
    """How a line takes our calls to those who asked to be called back. Without a `host` it takes none."""

    host: str | None = field(default=None, metadata=key(addresses.host))
    port: int = field(default=5060, metadata=key(values.whole(1, 65535)))
    caller_id: str | None = field(default=None, metadata=key(values.extension))
    prefixes: tuple[str, ...] = field(default=DUTCH, metadata=key(values.list_of(values.prefix, least=1)))


@dataclass(frozen=True, slots=True)
class TrunkSettings:
    """A line from outside: known by addresses that nothing else has, by a password, or by both."""

    name: str = field(metadata=key(values.slug))
    addresses: tuple[Network, ...] = field(default=(), metadata=key(values.list_of(addresses.network, least=1)))
    password: bool = field(default=False, metadata=key(values.switch))
    outbound: OutboundSettings = field(default=OutboundSettings(), metadata=table("outbound", OutboundSettings))

    @property
    def credential(self) -> str:
        """The credential with its password, where it has one."""
        return f"trunk-{self.name}"


@dataclass(frozen=True, slots=True)
class DirectoriesSettings:
    """Asterisk's own directories, as Asterisk sees them; the defaults are Debian's."""

    etc: str = field(default="/etc/asterisk", metadata=key(values.asterisk_path))
    modules: str = field(default="/usr/lib/asterisk/modules", metadata=key(values.asterisk_path))
    data: str = field(default="/usr/share/asterisk", metadata=key(values.asterisk_path))
    state: str = field(default="/var/lib/asterisk", metadata=key(values.asterisk_path))
    run: str = field(default="/run/asterisk", metadata=key(values.asterisk_path))
    log: str = field(default="/var/log/asterisk", metadata=key(values.asterisk_path))
    spool: str = field(default="/var/spool/asterisk", metadata=key(values.asterisk_path))


@dataclass(frozen=True, slots=True)
class NodeSettings:
    """One Asterisk. `name` becomes its systemname, which begins the id of every call."""

    name: str = field(metadata=key(values.system_name))
    sip_address: str = field(metadata=key(addresses.ip_address))
    trunks: tuple[TrunkSettings, ...] = field(metadata=tables("trunk", TrunkSettings))
    directories: DirectoriesSettings = field(metadata=table("directories", DirectoriesSettings))
    ari: str = field(default="http://127.0.0.1:8088", metadata=key(addresses.url("http", "https")))
    ari_user: str = field(default="irmacall", metadata=key(values.account))
    ami: Address = field(default=Address("127.0.0.1", 5038), metadata=key(addresses.address))
    ami_user: str = field(default="watchdog", metadata=key(values.account))
    sip_port: int = field(default=5060, metadata=key(values.whole(1, 65535)))
    sip_tls_port: int = field(default=5061, metadata=key(values.whole(1, 65535)))
    sip_tls_cert: str | None = field(default=None, metadata=key(values.asterisk_path))
    sip_tls_key: str | None = field(default=None, metadata=key(values.asterisk_path))
    media_address: str | None = field(default=None, metadata=key(addresses.ip_address))
    rtp_first: int = field(default=10000, metadata=key(values.whole(1024, 65535)))
    rtp_last: int = field(default=19999, metadata=key(values.whole(1024, 65535)))
    music: str = field(default="/usr/share/irmacall/music", metadata=key(values.asterisk_path))
    language: str = field(default="nl", metadata=key(values.one_of("nl")))
    phone_transfers: bool = field(default=False, metadata=key(values.switch))

    @property
    def ari_credential(self) -> str:
        """The credential with the password of `ari_user`."""
        return f"ari-{self.name}"

    @property
    def ami_credential(self) -> str:
        """The credential with the password of `ami_user`."""
        return f"ami-{self.name}"

    @property
    def media(self) -> str:
        """The address on which this node sends and hears voice."""
        return self.media_address or self.sip_address
