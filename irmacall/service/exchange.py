"""The site's menus, hours, queues and groups, in the words of the core."""

from __future__ import annotations

from irmacall.core.hours import ALWAYS, Hours
from irmacall.core.ids import GroupId, LanguageId, MenuId, QueueId, SkillId, SoundName
from irmacall.core.lines import Announcements, Group, Language, QueueRules, ServiceLevel, Step, Strategy
from irmacall.core.plan import CallbackRules
from irmacall.core.routes import Choice, Destination, Menu, ToCallback, ToMenu, ToMessage, ToQueue
from irmacall.settings import (
    AnnounceSettings,
    ChoiceSettings,
    DeskSettings,
    GroupSettings,
    MenuSettings,
    QueueSettings,
    ScheduleSettings,
    StepSettings,
    WaySettings,
)

CLOSED = ToMessage(SoundName("closed"))
"""Where callers go out of hours if the site says nothing else: the shipped message."""


def hours(desk: DeskSettings) -> Hours:
    """When the desk is open; a desk without hours always is."""
    return _hours(desk, desk.hours) or ALWAYS


def closed(desk: DeskSettings) -> Destination:
    """Where callers go out of hours."""
    return _way(desk.closed) or CLOSED


def start(desk: DeskSettings) -> Destination | None:
    """Where callers go who gave no code."""
    return _way(desk.start)


def queues(desk: DeskSettings) -> dict[QueueId, QueueRules]:
    """Every queue with its rules."""
    return {QueueId(queue.id): _queue(queue, desk) for queue in desk.queues}


def menus(desk: DeskSettings) -> dict[MenuId, Menu]:
    """Every menu; in each, 0 leads to a person."""
    return {MenuId(menu.id): _menu(menu, desk) for menu in desk.menus}


def callbacks(desk: DeskSettings) -> CallbackRules:
    """How callers are called back."""
    said = desk.callback
    return CallbackRules(tries=said.tries, interval=said.interval, span=said.span, ring=said.ring)


def groups(desk: DeskSettings) -> dict[GroupId, Group]:
    """Every group of agents."""
    return {GroupId(group.id): _group(group) for group in desk.groups}


def languages(desk: DeskSettings) -> dict[LanguageId, Language]:
    """Every language that callers can choose; Dutch alone if the site names none."""
    named = {
        LanguageId(each.id): Language(LanguageId(each.id), SkillId(each.skill) if each.skill else None, each.level)
        for each in desk.languages
    }
    return named or {LanguageId(each): Language(LanguageId(each)) for each in desk.spoken}


def _hours(desk: DeskSettings, name: str | None) -> Hours | None:
    schedule = next((each for each in desk.schedules if each.id == name), None)
    return None if schedule is None else _schedule(schedule, desk.timezone)


def _schedule(schedule: ScheduleSettings, timezone: str) -> Hours:
    exceptions = {day: each.open for each in schedule.exceptions for day in each.days}
    return Hours(timezone, schedule.week, schedule.holidays or None, exceptions)


def _way(way: WaySettings | None) -> Destination | None:
    return None if way is None else _to(way)


def _to(way: WaySettings) -> Destination:
    if way.kind == "callback":
        return ToCallback()
    if way.kind == "queue":
        return ToQueue(QueueId(way.name))
    return ToMenu(MenuId(way.name)) if way.kind == "menu" else ToMessage(SoundName(way.name))


def _queue(queue: QueueSettings, desk: DeskSettings) -> QueueRules:
    level = queue.service_level
    return QueueRules(
        id=QueueId(queue.id),
        strategy=Strategy(queue.strategy),
        steps=tuple(_step(step) for step in queue.steps) or (Step(),),
        head_start=queue.head_start,
        ring=desk.times.ring if queue.ring is None else queue.ring,
        wrap_up=queue.wrap_up,
        most=queue.most,
        full=_way(queue.full),
        patience=queue.patience,
        impatient=_way(queue.impatient),
        nobody=_way(queue.nobody),
        hours=_hours(desk, queue.hours),
        closed=_way(queue.closed),
        announcements=_announcements(queue.announce),
        music=queue.music,
        callback=queue.callback,
        service_level=ServiceLevel(level.share, level.seconds),
    )


def _step(step: StepSettings) -> Step:
    return Step(step.after, {SkillId(skill): level for skill, level in step.skills.items()}, step.language)


def _announcements(said: AnnounceSettings) -> Announcements:
    comfort = tuple(SoundName(sound) for sound in said.comfort)
    return Announcements(said.first, said.every, said.position, said.expected_wait, comfort)


def _menu(menu: MenuSettings, desk: DeskSettings) -> Menu:
    person = ToQueue(QueueId(desk.default_queue))
    choices = {"0": Choice(person)} | {choice.key: _choice(choice) for choice in menu.choices}
    otherwise = _way(menu.otherwise) or person
    return Menu(MenuId(menu.id), SoundName(menu.sound), choices, otherwise, menu.tries)


def _choice(choice: ChoiceSettings) -> Choice:
    [way] = choice.ways
    return Choice(_to(way), LanguageId(choice.language) if choice.language else None)


def _group(group: GroupSettings) -> Group:
    skills = {SkillId(skill): level for skill, level in group.skills.items()}
    return Group(GroupId(group.id), frozenset(QueueId(queue) for queue in group.queues), skills)
