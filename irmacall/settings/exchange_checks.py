"""Whether the keys of one table of a desk's exchange fit together, where each of them is right by itself."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from irmacall.settings.queues import AnnounceSettings, QueueSettings
from irmacall.settings.reading import Problems, read
from irmacall.settings.references import tables
from irmacall.settings.routes import MenuSettings
from irmacall.settings.schedules import ScheduleSettings

Line = tuple[str, str]
"""A key, and what should be otherwise about it."""


def check_tables(raw: object, problems: Problems) -> None:
    """Every table that can be read, in whatever desk. `raw`: the file's tables `desk`."""
    for number, desk in enumerate(tables(raw), 1):
        for name, kind, check in _CHECKS:
            for at, table in enumerate(tables(desk.get(name)), 1):
                _check(kind, check, table, f"desk[{number}].{name}[{at}]", problems)


def _check(kind: type[Any], check: _Check, table: Mapping[str, Any], where: str, problems: Problems) -> None:
    unheard = Problems()  # reading the file has told these already
    found = read(kind, table, where, unheard)
    if found is not None:
        for key, wanted in check(found):
            problems.note(f"{where}{key}", wanted)


def _queue(queue: QueueSettings) -> Iterator[Line]:
    yield from _pair("most", queue.most, "full", queue.full, "where callers go when so many wait")
    yield from _pair("patience", queue.patience, "impatient", queue.impatient, "where callers go who waited so long")
    for key, way in (("full", queue.full), ("impatient", queue.impatient)):
        if way is not None and way.kind == "callback" and not queue.callback:
            yield f".{key}", "offers to call back: should have callback = true beside it, or lead elsewhere"
    yield from _steps(queue)
    if queue.announce != AnnounceSettings() and queue.announce.every == 0:
        yield ".announce.every", "is missing: should be the seconds between announcements, else nothing is said"


def _pair(one: str, first: object, other: str, second: object, meaning: str) -> Iterator[Line]:
    if first is not None and second is None:
        yield f".{other}", f"is missing: should say {meaning}, since {one} is there"
    if second is not None and first is None:
        yield f".{one}", f"is missing: should be a number, since {other} is there"


def _steps(queue: QueueSettings) -> Iterator[Line]:
    if queue.steps and queue.steps[0].after != 0:
        yield ".steps[1].after", f"is {queue.steps[0].after:g}: should be 0, where waiting begins"
    for at, (step, former) in enumerate(zip(queue.steps[1:], queue.steps, strict=False), 2):
        if step.after <= former.after:
            yield f".steps[{at}].after", f"is {step.after:g}: should be later than the step before ({former.after:g})"


def _menu(menu: MenuSettings) -> Iterator[Line]:
    first: dict[str, int] = {}
    for at, choice in enumerate(menu.choices, 1):
        where = f".choices[{at}]"
        if first.setdefault(choice.key, at) != at:
            yield f"{where}.key", f"is '{choice.key}': should be one of its own: choices[{first[choice.key]}] has it"
        if len(choice.ways) != 1:
            yield where, f"leads to {len(choice.ways)} places: should have one of the keys queue, menu and message"
        elif choice.key == "0" and choice.ways[0].kind != "queue":
            yield where, f"leads to {choice.ways[0]}: should lead to a queue, since 0 is to a person in every menu"


def _schedule(schedule: ScheduleSettings) -> Iterator[Line]:
    if schedule.never_opens:
        yield "", 'never opens: should have hours on some day (monday = ["09:00-17:00"])'
    seen: dict[object, int] = {}
    for at, each in enumerate(schedule.exceptions, 1):
        where = f".exceptions[{at}]"
        if each.until is not None and each.until < each.date:
            yield f"{where}.until", f"is {each.until}: should be {each.date} or later"
        elif each.too_long:
            yield f"{where}.until", f"is {each.until}: should be within a year of {each.date}"
        twice = [day for day in each.days if seen.setdefault(day, at) != at]
        if twice:
            yield f"{where}.date", f"is about {twice[0]}: should be another day: exceptions[{seen[twice[0]]}] has it"


_Check = Callable[[Any], Iterator[Line]]
_CHECKS: Final[tuple[tuple[str, type[Any], _Check], ...]] = (
    ("queue", QueueSettings, _queue),
    ("menu", MenuSettings, _menu),
    ("schedule", ScheduleSettings, _schedule),
)
