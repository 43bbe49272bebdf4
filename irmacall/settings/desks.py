"""What a municipality's desk is: its number, exchange, subjects and what they ask, and its times."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass, field
from typing import Final

from irmacall.settings import addresses, values
from irmacall.settings.queues import (
    CallbackSettings,
    GroupSettings,
    LanguageSettings,
    QueueSettings,
    TransferSettings,
)
from irmacall.settings.reading import key, table, tables
from irmacall.settings.routes import LANGUAGES, MenuSettings, WaySettings, way
from irmacall.settings.schedules import ScheduleSettings
from irmacall.settings.sounds import SoundSettings

KNOWN_FIELDS: Final = ("initials", "firstnames", "prefix", "familyname", "fullname", "gender", "dateofbirth")
"""Fields that the card has a place for. Any other is shown as its label with its value."""

_PAUSES: Final = ("Pauze", "Overleg", "Training")
_REASONS: Final = values.list_of(values.text(40), least=1, most=12)


@dataclass(frozen=True, slots=True)
class TimesSettings:
    """How long this desk waits for people, in seconds."""

    first_digit: float = field(default=7.0, metadata=key(values.seconds(1, 60)))
    next_digit: float = field(default=4.0, metadata=key(values.seconds(1, 60)))
    choice: float = field(default=1.5, metadata=key(values.seconds(0.2, 10)))
    prompt: float = field(default=30.0, metadata=key(values.seconds(1, 300)))
    ring: float = field(default=20.0, metadata=key(values.seconds(1, 300)))
    code: float = field(default=900.0, metadata=key(values.seconds(10, 3600)))
    identity: float = field(default=3600.0, metadata=key(values.seconds(10, 3600)))
    dropped: float = field(default=300.0, metadata=key(values.seconds(0, 3600)))


@dataclass(frozen=True, slots=True)
class AttributeSettings:
    """One attribute that a subject asks for, the card's field that it becomes, and what people call it."""

    id: str = field(metadata=key(values.attribute_id))
    label: str = field(metadata=key(values.text(60)))
    field: str = dataclasses.field(metadata=key(values.slug))
    # From here on `field` is this one and no longer that of dataclasses.
    label_en: str | None = dataclasses.field(default=None, metadata=key(values.text(60)))

    @property
    def scheme(self) -> str:
        """The scheme that it comes from."""
        return self.id.partition(".")[0]

    @property
    def credential(self) -> str:
        """The credential type that it is part of: scheme.issuer.credential."""
        return self.id.rpartition(".")[0]


@dataclass(frozen=True, slots=True)
class SubjectSettings:
    """Something that citizens call about.

    Attributes of one credential are asked together; each other credential is another way to answer.
    """

    id: str = field(metadata=key(values.slug))
    title: str = field(metadata=key(values.text(80)))
    queue: str = field(metadata=key(values.called))
    explanation: str = field(metadata=key(values.text(500)))
    attributes: tuple[AttributeSettings, ...] = field(metadata=tables("attributes", AttributeSettings, least=1))
    more: tuple[AttributeSettings, ...] = field(default=(), metadata=tables("more", AttributeSettings, most=20))
    """Each of these may be asked besides, one at a time, of a caller who is on the line."""
    title_en: str | None = field(default=None, metadata=key(values.text(80)))
    explanation_en: str | None = field(default=None, metadata=key(values.text(500)))


@dataclass(frozen=True, slots=True)
class SmsSettings:
    """The gateway by which a pairing number can be sent to a caller's mobile telephone; `url` None: there is none."""

    url: str | None = field(default=None, metadata=key(addresses.service))
    sender: str = field(default="Gemeente", metadata=key(values.sms_sender))
    timeout: float = field(default=5.0, metadata=key(values.seconds(1, 30)))


@dataclass(frozen=True, slots=True)
class CrmSettings:
    """The CRM that is told of calls, by a reference that says nothing; `webhook` None: there is none.

    `origin`: whose pages may have a line of ours in a frame, and are told there; None: nobody's.
    """

    webhook: str | None = field(default=None, metadata=key(addresses.service))
    origin: str | None = field(default=None, metadata=key(addresses.origin))
    timeout: float = field(default=3.0, metadata=key(values.seconds(1, 30)))


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """One municipality's exchange."""

    id: str = field(metadata=key(values.slug))
    title: str = field(metadata=key(values.text(80)))
    number: str = field(metadata=key(values.service_number))
    default_queue: str = field(metadata=key(values.called))
    privacy_contact: str = field(metadata=key(values.text(200)))
    queues: tuple[QueueSettings, ...] = field(metadata=tables("queue", QueueSettings, least=1, most=100))
    subjects: tuple[SubjectSettings, ...] = field(metadata=tables("subject", SubjectSettings, least=1))
    schemes: tuple[str, ...] = field(metadata=key(values.list_of(values.account, least=1)))
    times: TimesSettings = field(metadata=table("times", TimesSettings))
    number_shown: str = field(default="", metadata=key(values.text(40)))
    extensions: tuple[str, ...] = field(default=(), metadata=key(values.list_of(values.extension, least=1)))
    crm_url: str | None = field(default=None, metadata=key(addresses.crm_template))
    break_glass: bool = field(default=False, metadata=key(values.switch))
    privacy_url: str | None = field(default=None, metadata=key(addresses.web_page))
    timezone: str = field(default="Europe/Amsterdam", metadata=key(values.timezone))
    pause_reasons: tuple[str, ...] = field(default=_PAUSES, metadata=key(_REASONS))
    code_tries: int = field(default=3, metadata=key(values.whole(1, 10)))
    start: WaySettings | None = field(default=None, metadata=key(way("queue", "menu", "message")))
    hours: str | None = field(default=None, metadata=key(values.called))
    closed: WaySettings | None = field(default=None, metadata=key(way("queue", "message")))
    callback: CallbackSettings = field(default=CallbackSettings(), metadata=table("callback", CallbackSettings))
    transfer: TransferSettings = field(default=TransferSettings(), metadata=table("transfer", TransferSettings))
    sms: SmsSettings = field(default=SmsSettings(), metadata=table("sms", SmsSettings))
    crm: CrmSettings = field(default=CrmSettings(), metadata=table("crm", CrmSettings))
    schedules: tuple[ScheduleSettings, ...] = field(
        default=(), metadata=tables("schedule", ScheduleSettings, most=50)
    )
    languages: tuple[LanguageSettings, ...] = field(
        default=(), metadata=tables("language", LanguageSettings, most=10)
    )
    sounds: tuple[SoundSettings, ...] = field(default=(), metadata=tables("sound", SoundSettings, most=500))
    menus: tuple[MenuSettings, ...] = field(default=(), metadata=tables("menu", MenuSettings, most=100))
    groups: tuple[GroupSettings, ...] = field(default=(), metadata=tables("group", GroupSettings, most=200))

    @property
    def shown_number(self) -> str:
        """The service number as people write it."""
        return self.number_shown or self.number

    @property
    def dialled(self) -> tuple[str, ...]:
        """What trunks may send for a call to this desk: `extensions`, or the number with and without its +."""
        return self.extensions or tuple(dict.fromkeys((self.number, self.number.removeprefix("+"))))

    @property
    def spoken(self) -> tuple[str, ...]:
        """The languages in which callers can be spoken to, the first of them to whoever has chosen none."""
        return tuple(language.id for language in self.languages) or LANGUAGES[:1]


def is_demo_scheme(scheme: str) -> bool:
    """Whether anybody can make credentials of this scheme: a real desk refuses it."""
    return scheme in ("irma-demo", "test", "test2") or scheme.endswith("-demo")
