"""The site's settings in the words of each room; and what `serve` refuses to begin with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from irmacall.core.code import Digits
from irmacall.core.ids import CodeHash, QueueId, SubjectId
from irmacall.core.plan import TransferRules
from irmacall.errors import SettingsError
from irmacall.irma.question import Wanted
from irmacall.service import plan, serve
from irmacall.service.directory import Line
from irmacall.service.in_force import rules
from irmacall.settings import AttributeSettings, Purpose, Settings, TransferSettings
from irmacall.web.entrance import Limits
from tests.settings.sample import make_sample


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """The example site."""
    return make_sample(Path(tmp_path_factory.mktemp("site"))).load(Purpose.SERVE)


def test_the_core_is_told_the_desk_its_queues_and_its_times(settings: Settings) -> None:
    """Every time of the site reaches the core under its own name."""
    desk = settings.desks[0]
    times = replace(desk.times, first_digit=1, next_digit=2, choice=2.5, prompt=3, code=50, identity=60, dropped=40)
    hashed = plan.code_hash(b"k" * 32)
    core = plan.core_plan(replace(desk, times=times), hashed)
    assert (core.desk, core.default_queue, core.hash_code) == (desk.id, desk.default_queue, hashed)
    for name in ("first_digit", "next_digit", "choice", "prompt", "code", "identity", "dropped"):
        assert getattr(core.times, name) == getattr(times, name), name
    assert core.queue_of(SubjectId("paspoort")) == QueueId("burgerzaken")
    assert core.queue_of(SubjectId("no such subject")) == desk.default_queue


def test_the_site_says_what_a_caller_can_be_passed_to(settings: Settings) -> None:
    """Its queues by their titles and extensions, and the numbers outside that it allows."""
    site = replace(settings.desks[0], transfer=TransferSettings(outside=("+3124",)))
    reach = rules(replace(settings, desks=(site,)), lambda digits: CodeHash(digits.plain())).reach
    assert reach.lines[:2] == (
        Line(QueueId("algemeen"), "Algemeen", "2100"),
        Line(QueueId("burgerzaken"), "Burgerzaken", "2200"),
    )
    assert (reach.number("0241234567"), reach.number("0201234567")) == ("+31241234567", None)


def test_the_core_is_told_how_callers_are_passed_on(settings: Settings) -> None:
    """Whether to a number outside at all; which ones is the service's to know."""
    said = TransferSettings(ring=9, hangup_completes=False, star_codes=True, outside=("+3124",))
    core = plan.core_plan(replace(settings.desks[0], transfer=said), plan.code_hash(b"k" * 32))
    assert core.transfers == TransferRules(ring=9, hang_up_completes=False, star_codes=True, outside=True)
    core = plan.core_plan(replace(settings.desks[0], transfer=TransferSettings()), plan.code_hash(b"k" * 32))
    assert core.transfers == TransferRules()


def test_a_code_is_hashed_under_the_desks_own_key() -> None:
    """The same code under another key is another hash, and neither shows the code."""
    code = Digits("1234567895")
    one, two = plan.code_hash(b"a" * 32), plan.code_hash(b"b" * 32)
    assert one(code) == one(Digits("1234567895"))
    assert one(code) != two(code)
    assert one(code) != one(Digits("1234567896"))
    assert "1234567895" not in one(code)


def test_a_subject_asks_one_credential_at_a_time(settings: Settings) -> None:
    """Attributes of one credential are one way to answer; each other credential is another."""
    desk = settings.desks[0]
    asked = (
        AttributeSettings("pbdf.gemeente.personalData.initials", "uw voorletters", "initials"),
        AttributeSettings("pbdf.pbdf.passport.lastName", "uw achternaam", "familyname"),
        AttributeSettings("pbdf.gemeente.personalData.familyname", "uw achternaam", "familyname"),
    )
    [subject] = plan.subjects(replace(desk, subjects=(replace(desk.subjects[0], attributes=asked),)), False)
    gemeente, passport = subject.question.ways
    assert [wanted.field for wanted in gemeente] == ["initials", "familyname"]
    assert passport == (Wanted(asked[1].id, "familyname"),)  # type: ignore[arg-type]
    assert tuple(subject.view.shares) == ("uw voorletters", "uw achternaam")
    assert (subject.view.id, subject.view.title) == ("paspoort", desk.subjects[0].title)


@pytest.mark.parametrize("demo", [True, False])
def test_a_demo_scheme_counts_on_a_demo_site_alone(settings: Settings, demo: bool) -> None:
    """Also where a real desk names it by mistake."""
    desk = replace(settings.desks[0], schemes=("pbdf", "irma-demo"))
    question = plan.subjects(desk, demo)[0].question
    assert question.allows("pbdf")
    assert question.allows("irma-demo") is demo
    assert not question.allows("elsewhere")


def test_screens_say_titles_and_labels(settings: Settings) -> None:
    """Queues, subjects, fields, and the way to the CRM."""
    desk = settings.desks[0]
    titles = plan.titles(desk)
    assert titles.queues == {queue.id: queue.title for queue in desk.queues}
    assert titles.subjects[SubjectId("afval")] == "Afval"
    assert titles.labels["familyname"] == "uw achternaam"
    assert titles.crm_url == desk.crm_url


def test_each_app_has_its_own_origin_and_limits(settings: Settings) -> None:
    """What is the public's is not the staff's."""
    desk = settings.desks[0]
    public, staff = plan.public_web(settings, desk), plan.staff_web(settings, desk)
    assert (public.origin, staff.origin) == (settings.public.origin, settings.staff.origin)
    assert public.irma_origins == (settings.irma.client_origin,)
    assert public.begins_per_minute == settings.public.begins_per_minute
    assert staff.logins_per_minute == settings.staff.logins_per_minute
    assert public.streams_per_address == settings.public.streams_per_address
    assert public.streams == settings.public.connections // 2
    assert plan.public_limits(settings) == Limits(4000, 256)
    assert plan.staff_limits(settings) == Limits(4000, 1000)
    assert (public.allow, staff.allow) == (settings.public.allow, settings.staff.allow)
    assert tuple(staff.pause_reasons) == tuple(desk.pause_reasons)


def test_a_node_is_reached_with_its_own_secret(settings: Settings) -> None:
    """Which is in no repr."""
    node = plan.ari(settings.nodes[0], settings.desks[0], settings)
    assert node.password == settings.credentials.text("ari-pbx1")
    assert node.password not in repr(node)
    assert (node.name, node.desk, node.app) == ("pbx1", settings.desks[0].id, f"irmacall-{settings.desks[0].id}")


@pytest.mark.parametrize("desks", [0, 2])
async def test_one_daemon_serves_one_desk(settings: Settings, desks: int, tmp_path: Path) -> None:
    """It says so before it opens anything: the site's directory need not even be there."""
    spoilt = replace(settings, desks=settings.desks[:1] * desks, data=tmp_path / "not there")
    with pytest.raises(SettingsError, match=f"{desks} are configured"):
        await serve(spoilt, lambda: spoilt)
