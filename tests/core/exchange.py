"""A small exchange: menus, four queues that differ, groups, a language, and hours; and the same, rearranged."""

from __future__ import annotations

import dataclasses
from datetime import time

from irmacall.core.hours import Hours
from irmacall.core.ids import GroupId, LanguageId, MenuId, QueueId, SkillId, SoundName, UserId
from irmacall.core.lines import Announcements, Group, Language, QueueRules, Step, Strategy
from irmacall.core.plan import CallbackRules, TransferRules
from irmacall.core.routes import Choice, Menu, ToCallback, ToMenu, ToMessage, ToQueue
from tests.core.leader import GENERAL, PASSPORTS, PLAN

TAXES = QueueId("belastingen")
URGENT = QueueId("spoed")
MAIN = MenuId("hoofd")
MORE = MenuId("meer")
DEEP = MenuId("diep")
ENGLISH = LanguageId("en")
DUTCH = LanguageId("nl")
PASSPORT_SKILL = SkillId("paspoort")
ENGLISH_SKILL = SkillId("engels")
EVERYTHING = GroupId("alles")
NOVICES = GroupId("nieuw")
TAX_OFFICE = GroupId("belastingbalie")
FULL = SoundName("queue-full")
TIRED = SoundName("te-lang")
SHUT = SoundName("spoed-dicht")

OFFICE = Hours("Europe/Amsterdam", (((time(9), time(17)),),) * 5 + ((), ()))
"""Nine to five, Monday to Friday."""

MENUS = {
    MAIN: Menu(
        MAIN,
        SoundName("menu-hoofd"),
        {
            "1": Choice(ToQueue(PASSPORTS)),
            "2": Choice(ToMenu(MORE)),
            "3": Choice(ToMenu(MORE), ENGLISH),
            "0": Choice(ToQueue(GENERAL)),
        },
        ToQueue(GENERAL),
    ),
    MORE: Menu(
        MORE,
        SoundName("menu-meer"),
        {
            "1": Choice(ToQueue(TAXES)),
            "2": Choice(ToMenu(DEEP)),
            "3": Choice(ToMessage(SoundName("adres"))),
            "9": Choice(ToMenu(MAIN)),
            "0": Choice(ToQueue(GENERAL)),
        },
        ToQueue(GENERAL),
        tries=2,
    ),
    DEEP: Menu(
        DEEP,
        SoundName("menu-diep"),
        {"1": Choice(ToQueue(URGENT)), "0": Choice(ToQueue(GENERAL))},
        ToMessage(TIRED),
    ),
}

QUEUES = {
    GENERAL: QueueRules(GENERAL, announcements=Announcements(every=30.0, comfort=(SoundName("comfort-1"),))),
    PASSPORTS: QueueRules(
        PASSPORTS,
        steps=(Step(0.0, {PASSPORT_SKILL: 2}), Step(30.0, {PASSPORT_SKILL: 1}), Step(90.0, language=False)),
        wrap_up=30.0,
        patience=300.0,
        impatient=ToQueue(GENERAL),
        callback=True,
    ),
    TAXES: QueueRules(
        TAXES,
        strategy=Strategy.RING_ALL,
        most=1,
        full=ToCallback(),
        nobody=ToQueue(GENERAL),
        callback=True,
        music="rustig",
    ),
    URGENT: QueueRules(
        URGENT,
        strategy=Strategy.ROUND_ROBIN,
        head_start=120.0,
        most=2,
        full=ToQueue(TAXES),
        patience=60.0,
        impatient=ToMessage(TIRED),
        hours=OFFICE,
        closed=ToMessage(SHUT),
        callback=True,
    ),
}

GROUPS = {
    EVERYTHING: Group(EVERYTHING, frozenset(QUEUES), {PASSPORT_SKILL: 2, ENGLISH_SKILL: 1}),
    NOVICES: Group(NOVICES, frozenset({GENERAL, PASSPORTS}), {PASSPORT_SKILL: 1}),
    TAX_OFFICE: Group(TAX_OFFICE, frozenset({TAXES, URGENT})),
}
GROUPS_OF = {
    UserId("els"): frozenset({EVERYTHING}),
    UserId("bo"): frozenset({NOVICES}),
    UserId("cas"): frozenset({NOVICES, TAX_OFFICE}),
}

EXCHANGE = dataclasses.replace(
    PLAN,
    queues=QUEUES,
    start=ToMenu(MAIN),
    menus=MENUS,
    groups=GROUPS,
    languages={DUTCH: Language(DUTCH), ENGLISH: Language(ENGLISH, ENGLISH_SKILL)},
    callbacks=CallbackRules(tries=3, interval=60.0, span=900.0, ring=20.0),
    transfers=TransferRules(ring=20.0, hang_up_completes=False, star_codes=True, outside=True),
    break_glass=True,
)
"""It is open when plays begin: on a Monday at 14:46."""

SMALLER = dataclasses.replace(
    EXCHANGE,
    start=None,
    menus={},
    queues={
        GENERAL: QueueRules(GENERAL, strategy=Strategy.RING_ALL, callback=True),
        PASSPORTS: QueueRules(PASSPORTS, nobody=ToQueue(GENERAL), most=1, full=ToMessage(FULL)),
    },
    groups={EVERYTHING: Group(EVERYTHING, frozenset({GENERAL, PASSPORTS}), {ENGLISH_SKILL: 1})},
)
"""Two queues and all menus are gone, and most agents are in no group any more."""

CLOSED = dataclasses.replace(EXCHANGE, hours=Hours("Europe/Amsterdam", ((),) * 7))
"""Nobody is let in, save where a queue has hours of its own."""
