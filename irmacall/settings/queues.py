"""Queues in the site file: who may answer, who is asked first, how long anybody waits, what she hears."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from irmacall.settings import values
from irmacall.settings.reading import key, table, tables
from irmacall.settings.routes import LANGUAGES, WaySettings, way
from irmacall.settings.values import Wrong, refuse

_LEVELS: Final = (1, 9)


def skills(value: object) -> Mapping[str, int]:
    """Skill → level."""
    wanted = "a table of skills with their levels, 1 to 9 ({ paspoort = 2, engels = 1 })"
    if not isinstance(value, dict) or len(value) > 50:
        refuse(wanted)
    try:
        return {values.slug(name): values.whole(*_LEVELS)(level) for name, level in value.items()}
    except Wrong:
        refuse(wanted)


def share(value: object) -> float:
    """A part of all."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 1:
        refuse("a share above 0 and at most 1 (0.8 is 80 %), without quotes")
    return float(value)


def interval(value: object) -> float:
    """Seconds between one and the next, or 0 for never."""
    if not isinstance(value, int | float) or isinstance(value, bool) or not (value == 0 or 5 <= value <= 3600):
        refuse("0 (never) or a number of seconds from 5 to 3600, without quotes")
    return float(value)


def music_class(value: object) -> str:
    """A class of music on hold, as Asterisk names it."""
    if not isinstance(value, str) or not re.fullmatch(r"[a-z0-9][a-z0-9_-]{0,39}", value):
        refuse('a class of music on hold: small letters, digits, hyphens and underscores ("default")')
    return value


@dataclass(frozen=True, slots=True)
class StepSettings:
    """What an agent must know, from so many seconds of waiting on."""

    after: float = field(metadata=key(values.seconds(0, 7200)))
    skills: Mapping[str, int] = field(default_factory=dict, metadata=key(skills))
    language: bool = field(default=True, metadata=key(values.switch))


@dataclass(frozen=True, slots=True)
class AnnounceSettings:
    """What a waiting caller hears, in seconds. `every` 0: nothing."""

    first: float = field(default=20.0, metadata=key(values.seconds(0, 3600)))
    every: float = field(default=0.0, metadata=key(interval))
    position: bool = field(default=True, metadata=key(values.switch))
    expected_wait: bool = field(default=True, metadata=key(values.switch))
    comfort: tuple[str, ...] = field(default=(), metadata=key(values.list_of(values.called, most=12)))


@dataclass(frozen=True, slots=True)
class ServiceLevelSettings:
    """So many of the calls answered within so many seconds."""

    share: float = field(default=0.8, metadata=key(share))
    seconds: float = field(default=20.0, metadata=key(values.seconds(1, 3600)))


_OVERFLOW: Final = key(way("queue", "message", "callback"))
_ELSEWHERE: Final = key(way("queue", "message"))


@dataclass(frozen=True, slots=True)
class QueueSettings:
    """One line of waiting callers. None where nothing is said: the default that docs/site.md tells."""

    id: str = field(metadata=key(values.slug))
    title: str = field(metadata=key(values.text(80)))
    extension: str | None = field(default=None, metadata=key(values.short_number))
    strategy: str = field(
        default="longest-idle", metadata=key(values.one_of("longest-idle", "round-robin", "ring-all"))
    )
    head_start: float = field(default=0.0, metadata=key(values.seconds(0, 3600)))
    ring: float | None = field(default=None, metadata=key(values.seconds(1, 300)))
    wrap_up: float = field(default=0.0, metadata=key(values.seconds(0, 3600)))
    most: int | None = field(default=None, metadata=key(values.whole(1, 10_000)))
    full: WaySettings | None = field(default=None, metadata=_OVERFLOW)
    patience: float | None = field(default=None, metadata=key(values.seconds(1, 7200)))
    impatient: WaySettings | None = field(default=None, metadata=_OVERFLOW)
    nobody: WaySettings | None = field(default=None, metadata=_ELSEWHERE)
    hours: str | None = field(default=None, metadata=key(values.called))
    closed: WaySettings | None = field(default=None, metadata=_ELSEWHERE)
    music: str = field(default="default", metadata=key(music_class))
    callback: bool = field(default=False, metadata=key(values.switch))
    steps: tuple[StepSettings, ...] = field(default=(), metadata=tables("steps", StepSettings, most=10))
    announce: AnnounceSettings = field(default=AnnounceSettings(), metadata=table("announce", AnnounceSettings))
    service_level: ServiceLevelSettings = field(
        default=ServiceLevelSettings(), metadata=table("service_level", ServiceLevelSettings)
    )


@dataclass(frozen=True, slots=True)
class CallbackSettings:
    """How callers who asked for it are called back; times in seconds."""

    tries: int = field(default=3, metadata=key(values.whole(1, 10)))
    interval: float = field(default=600.0, metadata=key(values.seconds(1, 86_400)))
    span: float = field(default=14400.0, metadata=key(values.seconds(60, 86_400)))
    ring: float = field(default=30.0, metadata=key(values.seconds(5, 120)))


@dataclass(frozen=True, slots=True)
class TransferSettings:
    """How callers are passed on. `outside`: the beginnings of numbers, in E.164, to which they may be."""

    ring: float = field(default=25.0, metadata=key(values.seconds(5, 120)))
    hangup_completes: bool = field(default=True, metadata=key(values.switch))
    star_codes: bool = field(default=False, metadata=key(values.switch))
    outside: tuple[str, ...] = field(default=(), metadata=key(values.list_of(values.prefix)))


@dataclass(frozen=True, slots=True)
class GroupSettings:
    """Agents who serve the same queues with the same skills."""

    id: str = field(metadata=key(values.slug))
    title: str = field(metadata=key(values.text(80)))
    queues: tuple[str, ...] = field(metadata=key(values.list_of(values.called, least=1)))
    skills: Mapping[str, int] = field(default_factory=dict, metadata=key(skills))


@dataclass(frozen=True, slots=True)
class LanguageSettings:
    """A language in which callers can be spoken to, and the skill that agents need for it, if any."""

    id: str = field(metadata=key(values.one_of(*LANGUAGES)))
    skill: str | None = field(default=None, metadata=key(values.slug))
    level: int = field(default=1, metadata=key(values.whole(*_LEVELS)))
