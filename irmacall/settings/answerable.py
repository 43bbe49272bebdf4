"""Whether somebody can answer each caller: the skills that a queue asks for to the end, and who serves it.

An agent has the skills of all her groups, so each skill may come from another group; but only a group that serves the
queue counts: else the site would hang on who is in two groups at once, which no file tells.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from irmacall.settings.desks import DeskSettings
from irmacall.settings.queues import QueueSettings, StepSettings
from irmacall.settings.routes import MenuSettings, WaySettings

Line = tuple[str, str]
"""A key, and what should be otherwise about it."""

_ANYBODY: Final = StepSettings(after=0.0)


def unanswerable(desk: DeskSettings) -> Iterator[Line]:
    """A line for each skill for which callers of a queue would wait for ever. The desk's names are all its own."""
    if not desk.groups:
        return  # Everybody does everything.
    spoken = _spoken_in(desk)
    for at, queue in enumerate(desk.queues, 1):
        offers = _offers(desk, queue.id)
        if offers is not None and not _leads_away(queue):
            yield from _unskilled(queue, f"queue[{at}]", offers)
            yield from _speechless(desk, queue, f"queue[{at}]", offers, spoken[queue.id])


def _offers(desk: DeskSettings, queue: str) -> Mapping[str, int] | None:
    """What the groups that serve it know, each skill at its highest level; None: no group serves it."""
    serving = [group for group in desk.groups if queue in group.queues]
    if not serving:
        return None
    highest: dict[str, int] = {}
    for group in serving:
        for skill, level in group.skills.items():
            highest[skill] = max(level, highest.get(skill, 0))
    return highest


def _leads_away(queue: QueueSettings) -> bool:
    """Whether nobody waits here for ever. Who is offered to be called back and declines does, and so does who is."""
    return queue.impatient is not None and queue.impatient.kind != "callback"


def _last(queue: QueueSettings) -> StepSettings:
    return queue.steps[-1] if queue.steps else _ANYBODY


def _unskilled(queue: QueueSettings, where: str, offers: Mapping[str, int]) -> Iterator[Line]:
    for skill, level in _last(queue).skills.items():
        if level > offers.get(skill, 0):
            yield (
                f"{where}.steps[{len(queue.steps)}].skills",
                f"asks for {skill} = {level} to the end, and no [[desk.group]] that serves {queue.id} has it: "
                f"should be asked by an earlier step alone, or a group that has it should have {queue.id} in its "
                "queues, or patience and impatient should lead elsewhere",
            )


def _speechless(
    desk: DeskSettings, queue: QueueSettings, where: str, offers: Mapping[str, int], spoken: set[str]
) -> Iterator[Line]:
    for language in desk.languages:
        needed = language.skill is not None and language.id in spoken and _last(queue).language
        if needed and language.level > offers.get(language.skill or "", 0):
            yield (
                f"{where}.id",
                f"is '{queue.id}', where callers in '{language.id}' wait for ever: no [[desk.group]] that serves it "
                f"has {language.skill} = {language.level}: should be in the queues of one that has, or have a last "
                "step with language = false, or patience and impatient",
            )


# -- which languages are spoken in which queue -----------------------------------------------------------------


def _spoken_in(desk: DeskSettings) -> Mapping[str, set[str]]:
    """By queue, the languages of the callers who can come there."""
    found: dict[str, set[str]] = {queue.id: set() for queue in desk.queues}
    first, person = desk.spoken[0], WaySettings("queue", desk.default_queue)
    ways = [(desk.start or person, first), *([(desk.closed, first)] if desk.closed else [])]
    seen: set[tuple[WaySettings, str]] = set()
    while ways:
        way, language = ways.pop()
        if (way, language) in seen:
            continue
        seen.add((way, language))
        if way.kind == "menu":
            ways += _from_menu(next(menu for menu in desk.menus if menu.id == way.name), language, person)
        elif way.kind == "queue":
            found[way.name].add(language)
            ways += _overflow(next(queue for queue in desk.queues if queue.id == way.name), language, desk)
        # A code can be keyed in wherever she is.
        ways += [(WaySettings("queue", subject.queue), language) for subject in desk.subjects]
    return found


def _from_menu(menu: MenuSettings, language: str, person: WaySettings) -> Iterator[tuple[WaySettings, str]]:
    yield menu.otherwise or person, language
    if all(choice.key != "0" for choice in menu.choices):
        yield person, language
    for choice in menu.choices:
        yield from ((way, choice.language or language) for way in choice.ways)


def _overflow(queue: QueueSettings, language: str, desk: DeskSettings) -> Iterator[tuple[WaySettings, str]]:
    for way in (queue.full, queue.impatient, queue.nobody, queue.closed or desk.closed):
        if way is not None:
            yield way, language
