"""The site's menus, hours, queues and groups as the core is told them: every key, under its own name."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date, time
from pathlib import Path

import pytest

from irmacall.core.hours import ALWAYS
from irmacall.core.ids import GroupId, LanguageId, MenuId, QueueId, SkillId, SoundName
from irmacall.core.lines import Announcements, Group, Language, QueueRules, ServiceLevel, Step, Strategy
from irmacall.core.plan import CallbackRules, Plan, Times
from irmacall.core.routes import Choice, Menu, ToCallback, ToMenu, ToMessage, ToQueue
from irmacall.service import plan
from irmacall.settings import CallbackSettings, DeskSettings, Purpose, QueueSettings
from tests.settings.exchange import DESK, make_exchange

ALGEMEEN, BURGERZAKEN, BELASTINGEN = QueueId("algemeen"), QueueId("burgerzaken"), QueueId("belastingen")
GESLOTEN = ToMessage(SoundName("gesloten"))


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> DeskSettings:
    """A desk with everything."""
    return make_exchange(Path(tmp_path_factory.mktemp("site")), DESK).load(Purpose.FILE).desks[0]


def told(desk: DeskSettings) -> Plan:
    """What the core hears of it."""
    return plan.core_plan(desk, plan.code_hash(b"k" * 32))


def test_the_desk_itself(desk: DeskSettings) -> None:
    """Where callers begin, when it is open, and what is said out of hours."""
    core = told(desk)
    assert (core.start, core.closed, core.code_tries) == (ToMenu(MenuId("hoofd")), GESLOTEN, 4)
    assert (core.language, core.timezone, core.hours.timezone) == ("nl", "Europe/Amsterdam", "Europe/Amsterdam")
    assert core.times.choice == 1.5
    assert core.callbacks == CallbackRules(tries=2, interval=300.0, span=3600.0)


def test_hours_are_weeks_holidays_and_exceptions(desk: DeskSettings) -> None:
    """Spans that touch are one, 24:00 is the day's end, and a range of days is each of them."""
    core = told(desk)
    assert core.hours.week[:3] == (
        ((time(9), time(17)),),
        ((time(9), time(12)), (time(13), time(17))),
        (),
    )
    assert core.hours.holidays == "NL"
    assert core.hours.exceptions == {
        date(2026, 12, 24): ((time(9), time(12)),),
        **{date(2026, 12, day): () for day in (28, 29, 30, 31)},
    }
    evening = core.queues[BELASTINGEN].hours
    assert evening is not None
    assert (evening.week[4], evening.holidays) == (((time(18), time(0)),), None)


def test_each_queue_has_its_rules(desk: DeskSettings) -> None:
    """Whatever the site says of a queue, and the desk's own ring time where it says nothing."""
    core = told(desk)
    assert core.queues[ALGEMEEN] == QueueRules(
        ALGEMEEN, Strategy.RING_ALL, ring=15.0, most=50, full=ToMessage(SoundName("queue-full"))
    )
    assert core.queues[BURGERZAKEN] == QueueRules(
        BURGERZAKEN,
        Strategy.ROUND_ROBIN,
        steps=(Step(0.0, {SkillId("paspoort"): 2}), Step(60.0, {SkillId("paspoort"): 1}, language=False)),
        head_start=30.0,
        wrap_up=45.0,
        patience=180.0,
        impatient=ToQueue(ALGEMEEN),
        nobody=ToQueue(ALGEMEEN),
        announcements=Announcements(10.0, 30.0, True, False, (SoundName("rustig"), SoundName("comfort-1"))),
    )
    assert core.queues[BELASTINGEN] == QueueRules(
        BELASTINGEN,
        most=5,
        full=ToCallback(),
        hours=core.queues[BELASTINGEN].hours,
        closed=ToQueue(ALGEMEEN),
        callback=True,
        service_level=ServiceLevel(0.9, 30.0),
    )


def test_menus_lead_where_the_site_says(desk: DeskSettings) -> None:
    """And 0 leads to a person in each of them, whether the site says so or not."""
    core = told(desk)
    assert core.menus[MenuId("hoofd")] == Menu(
        MenuId("hoofd"),
        SoundName("keuze"),
        {
            "0": Choice(ToQueue(ALGEMEEN)),
            "1": Choice(ToQueue(BURGERZAKEN)),
            "2": Choice(ToMenu(MenuId("tarieven"))),
            "3": Choice(GESLOTEN),
            "9": Choice(ToMenu(MenuId("hoofd")), LanguageId("en")),
        },
        otherwise=ToQueue(ALGEMEEN),
        tries=2,
    )
    assert core.menus[MenuId("tarieven")].choices == {"0": Choice(ToQueue(BELASTINGEN))}
    assert core.menus[MenuId("tarieven")].otherwise == ToMenu(MenuId("hoofd"))


def test_groups_and_languages_have_their_skills(desk: DeskSettings) -> None:
    """Who serves what and knows what, and which skill a language asks."""
    core = told(desk)
    skills = {SkillId("paspoort"): 2, SkillId("engels"): 1}
    kcc = Group(GroupId("kcc"), frozenset({ALGEMEEN, BURGERZAKEN}), skills)
    assert core.groups == {
        kcc.id: kcc,
        GroupId("belasting"): Group(GroupId("belasting"), frozenset({BELASTINGEN}), {SkillId("engels"): 1}),
    }
    nl, en = LanguageId("nl"), LanguageId("en")
    assert core.languages == {nl: Language(nl), en: Language(en, SkillId("engels"), 1)}


def test_whoever_chose_no_language_hears_the_first(desk: DeskSettings) -> None:
    """Whichever that is."""
    assert told(replace(desk, languages=desk.languages[::-1])).language == "en"


def test_a_desk_that_says_nothing_is_one_line_for_everybody(desk: DeskSettings) -> None:
    """As it was before there were menus: always open, everybody waits, and everybody answers."""
    plain = replace(
        desk,
        queues=(QueueSettings("algemeen", "Algemeen"),),
        times=replace(desk.times, ring=12.0),
        schedules=(),
        languages=(),
        sounds=(),
        menus=(),
        groups=(),
        start=None,
        hours=None,
        closed=None,
    )
    core = told(plain)
    assert core.queues == {ALGEMEEN: QueueRules(ALGEMEEN, ring=12.0)}
    assert (core.start, core.menus, core.groups) == (None, {}, {})
    assert (core.hours, core.closed) == (ALWAYS, ToMessage(SoundName("closed")))
    assert (core.language, core.languages) == ("nl", {LanguageId("nl"): Language(LanguageId("nl"))})


def test_the_core_and_the_settings_have_the_same_defaults() -> None:
    """What a site leaves out is what the core's own plan would be."""
    rules, said = QueueRules(ALGEMEEN), QueueSettings("algemeen", "Algemeen")
    for name in ("head_start", "wrap_up", "most", "patience", "music", "callback"):
        assert getattr(said, name) == getattr(rules, name), name
    assert said.strategy == rules.strategy.value
    pairs = (
        (said.announce, rules.announcements),
        (said.service_level, rules.service_level),
        (CallbackSettings(), CallbackRules()),
    )
    for ours, core in pairs:
        assert [getattr(ours, each.name) for each in fields(ours)] == [
            getattr(core, each.name) for each in fields(core)
        ]


def test_every_time_has_the_core_default(desk: DeskSettings) -> None:
    """A desk without times has those that the core was tried with; and who is cut off has five minutes."""
    assert told(desk).times == Times(dropped=300.0)
