"""Where a caller can be sent, and the menus in which she chooses: what a plan says, and nothing that changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from irmacall.core.ids import LanguageId, MenuId, QueueId, SoundName


@dataclass(frozen=True, slots=True)
class ToQueue:
    """She waits in this queue."""

    queue: QueueId


@dataclass(frozen=True, slots=True)
class ToMenu:
    """She chooses from this menu."""

    menu: MenuId


@dataclass(frozen=True, slots=True)
class ToMessage:
    """She hears this, and the call is over."""

    sound: SoundName


@dataclass(frozen=True, slots=True)
class ToCallback:
    """She is offered to be called back by the queue that she waits in; where she declines, she waits on."""


Destination = ToQueue | ToMenu | ToMessage | ToCallback


@dataclass(frozen=True, slots=True)
class Choice:
    """What one key of a menu does. `language`: everything is said in this language from now on."""

    to: Destination
    language: LanguageId | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """One menu. `choices` by key, "0" to "9"; `*` says it again.

    `otherwise`: where she goes who chose nothing, or nothing that there is, `tries` times.
    """

    id: MenuId
    sound: SoundName
    choices: Mapping[str, Choice]
    otherwise: Destination
    tries: int = 3
