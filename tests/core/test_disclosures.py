"""Plays of a disclosure: its code, its page, and its end, which always comes."""

from __future__ import annotations

from dataclasses import replace

import pytest

from irmacall.core import citizen_views
from irmacall.core.call import Stage
from irmacall.core.citizen_views import CitizenStage
from irmacall.core.code import Digits
from irmacall.core.commands import Burn, RefreshPage
from irmacall.core.disclosure import Seal
from irmacall.core.events import CodeRenewed, DisclosureSealed, ErasureAsked, IdentityLost, KeysPressed, PlanChanged
from irmacall.core.ids import ChannelId, PageId, SealedId
from irmacall.core.routes import ToCallback
from tests.core.leader import NEAR, PASSPORT, PLAN, hash_of
from tests.core.plays import ELS, HOUR, Play, code

SEALED = SealedId("sealed1")


def _page(play: Play, page: PageId) -> citizen_views.PageView:
    return citizen_views.page_view(play.desk, page, play.leader.now)


def test_a_page_follows_its_call_through_every_stage() -> None:
    """Sealed, being typed in, waiting, talking, erased: each is what the page shows."""
    play = Play()
    page = play.citizen_discloses(1)
    assert (_page(play, page).stage, _page(play, page).code_live) == (CitizenStage.SEALED, True)
    call = play.caller_waits(1)
    assert (_page(play, page).stage, _page(play, page).position) == (CitizenStage.WAITING, 1)
    assert _page(play, page).code_live is False
    play.agent_comes(ELS)
    play.leg_enters(call)
    assert _page(play, page).stage is CitizenStage.WAITING
    play.answers(call)
    play.joins(call)
    assert _page(play, page).stage is CitizenStage.TALKING
    play.hangs_up(call)
    assert _page(play, page).stage is CitizenStage.ERASED
    play.later(HOUR)
    assert _page(play, page).stage is CitizenStage.UNKNOWN


def test_a_renewed_code_opens_and_voids_the_old_one() -> None:
    """At any moment one code at most opens an identity."""
    play = Play()
    page = play.citizen_discloses(1)
    play.code_renewed(page, 2)
    assert play.call(play.caller_waits(2)).sealed == SEALED
    assert set(play.desk.sealed_of_code) == set()


def test_a_renewed_code_lives_anew() -> None:
    """A quarter of an hour from its renewal."""
    play = Play()
    page = play.citizen_discloses(1)
    play.later(PLAN.times.code + 60)
    assert _page(play, page).code_live is False
    play.code_renewed(page, 2)
    assert _page(play, page).code_live is True


def test_a_code_that_lives_already_is_given_to_nobody_else() -> None:
    """Two pages that drew the same code: the second has none until it asks again, and opens nothing."""
    play = Play()
    first = play.citizen_discloses(1)
    second = play.citizen_discloses(2)
    play.code_renewed(second, 1)
    assert (_page(play, first).code_live, _page(play, second).code_live) == (True, False)
    assert play.call(play.caller_waits(1)).sealed == SEALED
    play.code_renewed(second, 3)
    assert _page(play, second).code_live is True


def test_no_code_is_renewed_once_a_call_has_the_identity() -> None:
    """A second call with the same identity would be a second owner."""
    play = Play()
    page = play.citizen_discloses(1)
    play.caller_waits(1)
    play.code_renewed(page, 2)
    assert play.desk.sealed_of_code == {}


@pytest.mark.parametrize("stage", ["sealed", "waiting", "ringing", "connecting", "talking"])
@pytest.mark.parametrize("why", ["page", "vault", "hour"])
def test_an_identity_ends_in_every_stage_and_its_call_goes_on(stage: str, why: str) -> None:
    """The citizen's word, the vault's loss or the hour's end burns it, and no call ends because of it."""
    play = Play()
    page = play.citizen_discloses(1)
    call = None if stage == "sealed" else play.caller_waits(1)
    if call is not None and stage != "waiting":
        play.agent_comes(ELS)
        play.leg_enters(call)
        if stage != "ringing":
            play.answers(call)
        if stage == "talking":
            play.joins(call)
    before = None if call is None else play.stage(call)
    if why == "hour":
        play.leader.now = play.desk.disclosures[SEALED].expires_at
    play.tell(IdentityLost(SEALED) if why == "vault" else ErasureAsked(page if why == "page" else PageId("?")))
    assert Burn(SEALED) in play.urgent
    assert RefreshPage(page) in play.screens
    assert play.store.vault == set()
    if call is not None:
        assert (play.stage(call), play.call(call).sealed) == (before, None)


def test_an_erased_identity_opens_nothing() -> None:
    """Its code sounds as unknown as any other."""
    play = Play()
    play.tell(ErasureAsked(play.citizen_discloses(1)))
    call = play.caller_arrives()
    play.keys(call, code(1))
    assert play.stage(call) is Stage.ASKING


def test_an_unused_identity_is_gone_after_its_hour_with_every_trace() -> None:
    """Not even that there was one is kept."""
    play = Play()
    play.citizen_discloses(1)
    play.later(HOUR)
    assert (play.desk.disclosures, play.desk.sealed_of_page, play.desk.sealed_of_code) == ({}, {}, {})
    assert (play.store.saved, play.store.vault) == ({}, set())


def test_a_disclosure_that_comes_after_its_own_hour_is_burned() -> None:
    """Whatever held it up, it is not kept."""
    play = Play()
    play.store.vault.add(SEALED)
    now = play.leader.now
    hashed = hash_of(Digits(code(1)))
    play.tell(DisclosureSealed(SEALED, PageId("p"), hashed, PASSPORT, now - HOUR - 1, now - 1))
    play.later(0)
    assert (play.store.vault, play.desk.disclosures) == (set(), {})


@pytest.mark.parametrize("bound", [False, True])
def test_a_second_disclosure_of_a_page_replaces_its_first(bound: bool) -> None:
    """A page has one disclosure, so that its word to wipe always reaches all that it gave."""
    play = Play()
    page = play.citizen_discloses(1)
    call = play.caller_waits(1) if bound else None
    play.citizen_discloses(2, page="page1")
    assert (play.store.vault, set(play.desk.disclosures)) == ({SealedId("sealed2")}, {SealedId("sealed2")})
    assert call is None or play.call(call).sealed is None
    assert _page(play, page).code_live is True


def test_a_repeated_disclosure_is_one() -> None:
    """Told twice, it has one code and one timer, and a bound one stays bound."""
    play = Play()
    play.citizen_discloses(1)
    call = play.caller_waits(1)
    play.citizen_discloses(1)
    assert (play.call(call).sealed, play.desk.disclosures[SEALED].seal) == (SEALED, Seal.BOUND)
    assert play.desk.sealed_of_code == {}


def test_what_is_asked_for_an_unknown_page_is_nothing() -> None:
    """A page from before the hour, or from nowhere."""
    play = Play()
    for event in (ErasureAsked(PageId("?")), CodeRenewed(PageId("?"), hash_of(Digits("1"))), IdentityLost(SEALED)):
        assert play.tell(event) == []
        assert play.urgent == []


def test_a_code_that_runs_out_is_void_and_its_page_is_told() -> None:
    """When the code's time is over the page says so by itself; the identity waits on, for another code."""
    play = Play()
    page = play.citizen_discloses(1)
    play.later(PLAN.times.code)
    assert (play.desk.sealed_of_code, RefreshPage(page) in play.screens) == ({}, True)
    assert play.desk.disclosures[SEALED].seal is Seal.OPEN


def test_a_page_knows_whether_its_call_goes_on_without_its_data() -> None:
    """Erased in mid-call it does, until she hangs up."""
    play = Play()
    page, call = PageId("page1"), play.talks(1)
    assert (_page(play, page).on_the_line, _page(play, page).callback) == (True, False)
    play.tell(ErasureAsked(page))
    assert (_page(play, page).stage, _page(play, page).on_the_line) == (CitizenStage.ERASED, True)
    play.hangs_up(call)
    assert (_page(play, page).stage, _page(play, page).on_the_line) == (CitizenStage.ERASED, False)


@pytest.mark.parametrize(
    "offers", [{"callback": True}, {"impatient": ToCallback(), "patience": 60.0}, {"full": ToCallback(), "most": 9}]
)
def test_a_page_says_that_a_callback_is_anonymous_where_her_queue_offers_one(offers: dict[str, object]) -> None:
    """While she waits in it, and once she has asked for it; not in a queue without, nor once she talks."""
    play = Play()
    page = play.citizen_discloses(1)
    other = play.caller_waits(1)
    assert _page(play, page).callback is False
    play.hangs_up(other)
    rules = {queue: replace(rule, **offers) for queue, rule in PLAN.queues.items()}  # type: ignore[arg-type]
    play.tell(PlanChanged(replace(PLAN, queues=rules)))
    page = play.citizen_discloses(2)
    assert _page(play, page).callback is False
    call = play.caller_waits(2)
    assert _page(play, page).callback is True
    play.tell(KeysPressed(NEAR, ChannelId(call), Digits("1")))
    play.later(PLAN.times.choice)
    if offers == {"callback": True}:
        assert play.stage(call) is Stage.CALLBACK
        assert _page(play, page).callback is True
        play.keys(call, "1")
        play.later(PLAN.times.choice)
        play.hangs_up(call)
        view = _page(play, page)
        assert (view.stage, view.on_the_line, view.callback) == (CitizenStage.ERASED, False, True)
    else:
        play.agent_comes(ELS)
        play.leg_enters(call)
        play.answers(call)
        play.joins(call)
        assert _page(play, page).callback is False
