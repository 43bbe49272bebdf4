"""What a lab's desk does with its callers beside what every lab's does: keys for its queues, and tables of its own.

    Exchange(
        desk={"start": {"menu": "hoofd"}},
        queues={"burgerzaken": {"patience": 10, "impatient": {"queue": "publiekszaken"}}},
        tables={"menu": [{"id": "hoofd", "sound": "keuze", "choices": [{"key": "1", "queue": "burgerzaken"}]}]},
    )

Every value is written as the site file has it (docs/site.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from irmacall.core.ids import GroupId, LanguageId, SoundName
from irmacall.prompts.catalogue import shipped

Table = Mapping[str, object]
"""Keys with texts, numbers, truths, lists and tables."""

TITLES = {"publiekszaken": "Publiekszaken", "burgerzaken": "Burgerzaken"}
"""The queues that every lab's desk has."""


@dataclass(frozen=True, slots=True)
class Exchange:
    """`desk`: keys of [[desk]]. `queues`: by its id, keys of a queue; one that no lab has is made.

    `tables`: by its name ("menu", "schedule", "sound", "language", "group"), the desk's tables of that name.
    `transfer`: keys of [desk.transfer].
    `trunks`: the lines of each node, beside the one by which every lab's desk may call back.
    All labs have one folder of sounds: a "sound" has a name that none has with another text, nor irmacall itself.
    `members`: by a login, the groups of an agent; who is not named here is in all of them.
    """

    desk: Table = field(default_factory=dict)
    queues: Mapping[str, Table] = field(default_factory=dict)
    tables: Mapping[str, Sequence[Table]] = field(default_factory=dict)
    transfer: Table = field(default_factory=dict)
    trunks: Sequence[Table] = ()
    members: Mapping[str, Sequence[str]] = field(default_factory=dict)

    def groups_of(self, login: str) -> list[GroupId]:
        """The groups that an agent is in."""
        every = [str(group["id"]) for group in self.tables.get("group", ())]
        return [GroupId(group) for group in self.members.get(login, every)]

    def texts(self) -> dict[LanguageId, dict[SoundName, str]]:
        """What is said in its own words, by language and name."""
        found: dict[LanguageId, dict[SoundName, str]] = {}
        for sound in self.tables.get("sound", ()):
            for language in (LanguageId(key) for key in sound if key != "id"):
                name = SoundName(str(sound["id"]))
                assert name not in shipped(language), (
                    f"every lab would hear another {name}: give it a name of its own"
                )
                found.setdefault(language, {})[name] = str(sound[language])
        return found

    def keys(self) -> list[str]:
        """Lines for below [[desk]]."""
        return list(_lines(self.desk))

    def lines(self) -> list[str]:
        """The desk's tables: how callers are passed on, its queues, and its own."""
        found = ["[desk.transfer]", *_lines(self.transfer)] if self.transfer else []
        for name in dict.fromkeys((*TITLES, *self.queues)):
            queue = {"id": name, "title": TITLES.get(name, name.capitalize()), **self.queues.get(name, {})}
            found += ["[[desk.queue]]", *_lines(queue)]
        for kind, tables in self.tables.items():
            for table in tables:
                found += [f"[[desk.{kind}]]", *_lines(table)]
        return found


PLAIN: Final = Exchange()
"""Two queues, no menus, always open: each agent answers everybody."""


def trunk_lines(trunks: Iterable[Table]) -> list[str]:
    """Telephone lines, for below [[node]]."""
    return [line for trunk in trunks for line in ("[[node.trunk]]", *_lines(trunk))]


def _lines(table: Table) -> Iterator[str]:
    return (f"{name} = {toml(value)}" for name, value in table.items())


def toml(value: object) -> str:
    """A value as TOML writes it on one line; texts as JSON does."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_lines(value)) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    return json.dumps(str(value), ensure_ascii=False)
