"""One site: its file and its secrets, checked in full before any socket opens. docs/site.md tells every key."""

from irmacall.settings.addresses import Network
from irmacall.settings.credentials import KEY_BYTES, KEYS, Credentials, weakness
from irmacall.settings.desks import (
    KNOWN_FIELDS,
    AttributeSettings,
    DeskSettings,
    SmsSettings,
    SubjectSettings,
    TimesSettings,
    is_demo_scheme,
)
from irmacall.settings.loading import Purpose, load, needed
from irmacall.settings.nodes import DirectoriesSettings, NodeSettings, OutboundSettings, TrunkSettings
from irmacall.settings.queues import (
    AnnounceSettings,
    CallbackSettings,
    GroupSettings,
    LanguageSettings,
    QueueSettings,
    ServiceLevelSettings,
    StepSettings,
    TransferSettings,
)
from irmacall.settings.records import RecordsSettings
from irmacall.settings.routes import ChoiceSettings, MenuSettings, WaySettings
from irmacall.settings.schedules import ExceptionSettings, ScheduleSettings
from irmacall.settings.servers import (
    IrmaSettings,
    LogSettings,
    PublicSettings,
    StaffSettings,
    StoreSettings,
    WatchdogSettings,
)
from irmacall.settings.site import Settings
from irmacall.settings.sounds import SoundSettings
from irmacall.settings.tls import server_context
from irmacall.settings.values import Address

__all__ = [
    "KEYS",
    "KEY_BYTES",
    "KNOWN_FIELDS",
    "Address",
    "AnnounceSettings",
    "AttributeSettings",
    "CallbackSettings",
    "ChoiceSettings",
    "Credentials",
    "DeskSettings",
    "DirectoriesSettings",
    "ExceptionSettings",
    "GroupSettings",
    "IrmaSettings",
    "LanguageSettings",
    "LogSettings",
    "MenuSettings",
    "Network",
    "NodeSettings",
    "OutboundSettings",
    "PublicSettings",
    "Purpose",
    "QueueSettings",
    "RecordsSettings",
    "ScheduleSettings",
    "ServiceLevelSettings",
    "Settings",
    "SmsSettings",
    "SoundSettings",
    "StaffSettings",
    "StepSettings",
    "StoreSettings",
    "SubjectSettings",
    "TimesSettings",
    "TransferSettings",
    "TrunkSettings",
    "WatchdogSettings",
    "WaySettings",
    "is_demo_scheme",
    "load",
    "needed",
    "server_context",
    "weakness",
]
