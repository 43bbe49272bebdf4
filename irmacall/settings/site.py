"""The whole site: the tables of its file, and the frozen `Settings` that the program works with."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from irmacall.settings import values
from irmacall.settings.credentials import Credentials
from irmacall.settings.desks import DeskSettings
from irmacall.settings.nodes import NodeSettings
from irmacall.settings.reading import key, table, tables
from irmacall.settings.records import RecordsSettings
from irmacall.settings.servers import (
    IrmaSettings,
    LogSettings,
    OverloadSettings,
    PublicSettings,
    StaffSettings,
    StoreSettings,
    WatchdogSettings,
)


@dataclass(frozen=True, slots=True)
class SiteSettings:
    """The site itself."""

    data: Path = field(default=Path("/var/lib/irmacall"), metadata=key(values.path))
    demo: bool = field(default=False, metadata=key(values.switch))
    language: str = field(default="nl", metadata=key(values.one_of("nl")))


@dataclass(frozen=True, slots=True)
class SiteFile:
    """The site file's tables, from which `Settings` is made when nothing is wrong with them."""

    site: SiteSettings = field(metadata=table("site", SiteSettings))
    nodes: tuple[NodeSettings, ...] = field(metadata=tables("node", NodeSettings, least=1))
    desks: tuple[DeskSettings, ...] = field(metadata=tables("desk", DeskSettings, least=1))
    store: StoreSettings = field(metadata=table("store", StoreSettings))
    records: RecordsSettings = field(metadata=table("records", RecordsSettings))
    irma: IrmaSettings = field(metadata=table("irma", IrmaSettings))
    public: PublicSettings = field(metadata=table("public", PublicSettings))
    staff: StaffSettings = field(metadata=table("staff", StaffSettings))
    watchdog: WatchdogSettings = field(metadata=table("watchdog", WatchdogSettings))
    overload: OverloadSettings = field(metadata=table("overload", OverloadSettings))
    log: LogSettings = field(metadata=table("log", LogSettings))


@dataclass(frozen=True, slots=True)
class Settings:
    """One site, checked. Whoever holds it need check nothing of it again."""

    file: Path
    """The site file that it was read from."""
    desks: tuple[DeskSettings, ...]
    nodes: tuple[NodeSettings, ...]
    store: StoreSettings
    records: RecordsSettings
    irma: IrmaSettings
    public: PublicSettings
    staff: StaffSettings
    watchdog: WatchdogSettings
    overload: OverloadSettings
    log: LogSettings
    data: Path
    """Where users.sqlite, audit.sqlite and, with `records.database = "sqlite"`, records.sqlite are."""
    demo: bool
    language: str
    credentials: Credentials

    @property
    def users(self) -> Path:
        """The users, phones and sessions."""
        return self.data / "users.sqlite"

    @property
    def records_file(self) -> Path:
        """The facts of calls, where they are kept in SQLite."""
        return self.data / "records.sqlite"

    @property
    def audit(self) -> Path:
        """The audit log."""
        return self.data / "audit.sqlite"

    def control(self, desk: str) -> Path:
        """The socket at which the daemon of this desk takes its operator's word."""
        return self.data / f"control-{desk}.sock"
