"""Where a call can be sent, and the menus in which a caller chooses, in the site file."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import Final

from irmacall.settings import values
from irmacall.settings.reading import key, tables
from irmacall.settings.values import Check, Wrong, refuse

LANGUAGES: Final = ("nl", "en")
"""Languages in which irmacall can speak to callers (ISO 639-1)."""


@dataclass(frozen=True, slots=True)
class WaySettings:
    """Where a call goes: `kind` is queue, menu, message or callback; `name` is whose (of a callback empty)."""

    kind: str
    name: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.name}".rstrip()


def way(*kinds: str) -> Check:
    """One of these ways, as a table with one key: `{ queue = "algemeen" }`."""
    shapes = [f"{kind} = true" if kind == "callback" else f'{kind} = "…"' for kind in kinds]
    wanted = "one of " + ", ".join(f"{{ {shape} }}" for shape in shapes)

    def check(value: object) -> WaySettings:
        if not isinstance(value, dict) or len(value) != 1:
            refuse(wanted)
        [(kind, name)] = value.items()
        if kind not in kinds:
            refuse(wanted)
        if kind == "callback":
            return WaySettings(kind) if name is True else refuse(wanted)
        return WaySettings(kind, _named(name, wanted))

    return check


def _named(name: object, wanted: str) -> str:
    try:
        return str(values.called(name))
    except Wrong:
        refuse(wanted)


def digit(value: object) -> str:
    """One key of a telephone that a menu can give a meaning."""
    if not isinstance(value, str) or not re.fullmatch("[0-9]", value):
        refuse('one digit in quotes, "0" to "9" (* always says the menu again)')
    return value


# Of their own, because inside the table the name `key` is the telephone's.
_NAMED: Final = key(values.called)
_LANGUAGE: Final = key(values.one_of(*LANGUAGES))


@dataclass(frozen=True, slots=True)
class ChoiceSettings:
    """What one key of a menu does: it leads to a queue, a menu or a message; `language` is spoken from then on."""

    key: str = field(metadata=key(digit))
    queue: str | None = field(default=None, metadata=_NAMED)
    menu: str | None = field(default=None, metadata=_NAMED)
    message: str | None = field(default=None, metadata=_NAMED)
    language: str | None = field(default=None, metadata=_LANGUAGE)

    @property
    def ways(self) -> list[WaySettings]:
        """Where it leads: in a site that is right, one place."""
        named = {"queue": self.queue, "menu": self.menu, "message": self.message}
        return [WaySettings(kind, name) for kind, name in named.items() if name is not None]


@dataclass(frozen=True, slots=True)
class MenuSettings:
    """One menu. `otherwise` is for who chose nothing that there is; None: the desk's default queue."""

    id: str = field(metadata=key(values.slug))
    sound: str = field(metadata=key(values.called))
    choices: tuple[ChoiceSettings, ...] = field(metadata=tables("choices", ChoiceSettings, least=1, most=10))
    tries: int = field(default=3, metadata=key(values.whole(1, 10)))
    otherwise: WaySettings | None = field(default=None, metadata=key(way("queue", "menu", "message")))

    @property
    def ways(self) -> list[WaySettings]:
        """Everywhere that it leads to."""
        chosen = [way for choice in self.choices for way in choice.ways]
        return [*chosen, self.otherwise] if self.otherwise else chosen
