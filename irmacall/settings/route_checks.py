"""Whether every call of a desk ends somewhere: its queues, menus, hours and groups together.

Each check gets a desk that is right by itself, with nothing that it has not.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from irmacall.settings.answerable import unanswerable
from irmacall.settings.desks import DeskSettings
from irmacall.settings.queues import QueueSettings
from irmacall.settings.reading import Problems
from irmacall.settings.routes import WaySettings


@dataclass(frozen=True, slots=True)
class _Edge:
    """Where calls go on by themselves, and the key that says so."""

    start: str
    end: str
    where: str


def check_routes(desk: DeskSettings, where: str, problems: Problems) -> None:
    """All that needs the whole desk."""
    for at, wanted in (
        *_hours(desk),
        *_overflow(desk),
        *_menus(desk),
        *_groups(desk),
        *unanswerable(desk),
        *_sounds(desk),
    ):
        problems.note(f"{where}.{at}", wanted)


def _overflow(desk: DeskSettings) -> Iterator[tuple[str, str]]:
    """Loops in which a call could go round without anybody's choice."""
    edges = [
        *_edges(desk),
        *(_Edge(queue.id, way.name, at) for queue, way, at in _closing(desk) if not _same_hours(queue, way, desk)),
    ]
    yield from _loops(edges, "in a message or in a queue that leads no further")


def _edges(desk: DeskSettings) -> Iterator[_Edge]:
    for at, queue in enumerate(desk.queues, 1):
        for key, way in (("full", queue.full), ("impatient", queue.impatient), ("nobody", queue.nobody)):
            if way is not None and way.kind == "queue":
                yield _Edge(queue.id, way.name, f"queue[{at}].{key}")


def _closing(desk: DeskSettings) -> Iterator[tuple[QueueSettings, WaySettings, str]]:
    """Queues that close and then lead to a queue; where that is said."""
    schedules = {schedule.id: schedule for schedule in desk.schedules}
    for at, queue in enumerate(desk.queues, 1):
        hours, way = queue.hours or desk.hours, queue.closed or desk.closed
        if hours is not None and not schedules[hours].never_closes and way is not None and way.kind == "queue":
            yield queue, way, f"queue[{at}].closed" if queue.closed else "closed"


def _same_hours(queue: QueueSettings, way: WaySettings, desk: DeskSettings) -> bool:
    """Whether the queue that it leads to is closed at the same time."""
    other = next(each for each in desk.queues if each.id == way.name)
    return (queue.hours or desk.hours) == (other.hours or desk.hours)


def _hours(desk: DeskSettings) -> Iterator[tuple[str, str]]:
    told = {at: way for queue, way, at in _closing(desk) if _same_hours(queue, way, desk)}
    for at, way in told.items():
        yield (
            at,
            f"leads to {way}, which is closed at the same time: should be a message, or a queue with other hours",
        )
    used = {desk.hours, *(queue.hours for queue in desk.queues)}
    for number, schedule in enumerate(desk.schedules, 1):
        if schedule.id not in used:
            yield (
                f"schedule[{number}].id",
                f"is '{schedule.id}', which nothing uses: should be the hours of something",
            )
    if desk.closed is not None and used == {None}:
        yield "hours", "is missing: should say when it is closed, since closed is there"
    for number, queue in enumerate(desk.queues, 1):
        if queue.closed is not None and queue.hours is None and desk.hours is None:
            yield f"queue[{number}].hours", "is missing: should say when it is closed, since closed is there"


def _menus(desk: DeskSettings) -> Iterator[tuple[str, str]]:
    edges = [
        _Edge(menu.id, menu.otherwise.name, f"menu[{at}].otherwise")
        for at, menu in enumerate(desk.menus, 1)
        if menu.otherwise is not None and menu.otherwise.kind == "menu"
    ]
    yield from _loops(edges, "in a queue or a message, for who presses nothing at all")
    reached = _reached(desk)
    for at, menu in enumerate(desk.menus, 1):
        if menu.id not in reached:
            yield (
                f"menu[{at}].id",
                f"is '{menu.id}', to which nothing leads: should be in the desk's start or a choice",
            )


def _reached(desk: DeskSettings) -> set[str]:
    """The menus to which callers can come."""
    found: set[str] = set()
    ways = [desk.start] if desk.start else []
    while ways:
        way = ways.pop()
        if way.kind == "menu" and way.name not in found:
            found.add(way.name)
            ways += [each for menu in desk.menus if menu.id == way.name for each in menu.ways]
    return found


def _groups(desk: DeskSettings) -> Iterator[tuple[str, str]]:
    served = {queue for group in desk.groups for queue in group.queues}
    for at, queue in enumerate(desk.queues, 1):
        if desk.groups and queue.id not in served:
            yield f"queue[{at}].id", f"is '{queue.id}', which no group serves: should be in a [[desk.group]]'s queues"


def _sounds(desk: DeskSettings) -> Iterator[tuple[str, str]]:
    for at, sound in enumerate(desk.sounds, 1):
        for language in desk.spoken:
            if sound.text(language) is None:
                yield (
                    f"sound[{at}].{language}",
                    f"is missing: should be its text in '{language}', which callers choose",
                )


def _loops(edges: list[_Edge], end: str) -> Iterator[tuple[str, str]]:
    """A line for each edge that closes a circle."""
    followed: list[_Edge] = []
    for edge in edges:
        way = _path(edge.end, edge.start, followed)
        if way is None:
            followed.append(edge)
        else:
            yield edge.where, f"goes round: {' → '.join([edge.start, *way])}: should end {end}"


def _path(start: str, end: str, edges: list[_Edge]) -> list[str] | None:
    """The names from one to the other, both with it; None: there is no way."""
    before: dict[str, str | None] = {start: None}
    waiting = [start]
    while waiting:
        at = waiting.pop()
        if at == end:
            return _back(at, before)
        for edge in edges:
            if edge.start == at and edge.end not in before:
                before[edge.end] = at
                waiting.append(edge.end)
    return None


def _back(end: str, before: Mapping[str, str | None]) -> list[str]:
    names = [end]
    while (former := before[names[-1]]) is not None:
        names.append(former)
    return names[::-1]
