"""Plays of callers who are cut off: what they disclosed waits for them alone, for a while."""

from __future__ import annotations

import dataclasses

import pytest

from irmacall.core.call import Stage
from irmacall.core.citizen_views import CitizenStage
from irmacall.core.code import Digits
from irmacall.core.commands import Burn, RefreshPage, Withdraw
from irmacall.core.events import (
    ErasureAsked,
    HangUpAsked,
    HangUpBegan,
    IdentityLost,
    KeysPressed,
    NodeSnapshot,
    PlanChanged,
)
from irmacall.core.ids import ChannelId, SealedId
from irmacall.core.lines import QueueRules
from irmacall.core.routes import ToMessage
from tests.core.cut_off import (
    KEEPS,
    KEPT,
    PAGE,
    SEALED,
    begun,
    cut_off,
    kept,
    page_of,
    with_rules,
)
from tests.core.exchange import FULL
from tests.core.leader import NEAR, PASSPORTS, PLAN
from tests.core.plays import ELS, HOUR, code, seat_of
from tests.core.transfer_plays import PASSED_ON

# -- what is kept, and for how long ------------------------------------------------------------------------------


@pytest.mark.parametrize("stage", ["waiting", "ringing", "connecting", "talking"])
def test_a_caller_who_is_cut_off_is_kept_sealed_and_shown_to_nobody(stage: str) -> None:
    """In every stage: nobody sees her from that instant, nothing is burned, and no code opens it."""
    play = begun()
    if stage == "waiting":
        play.citizen_discloses(1)
        call = play.caller_waits(1)
    else:
        call = {"ringing": play.rings, "connecting": play.connects, "talking": play.talks}[stage](1)
    seen = None if stage == "waiting" else play.sees(ELS)
    play.tell(HangUpBegan(NEAR, ChannelId(call)))
    assert (seen is not None) == (stage == "talking")
    assert [type(urgent) for urgent in play.urgent] == ([Withdraw] if seen else [])
    assert play.grants.held() == []
    assert play.desk.sealed_of_code == {}
    assert kept(play).kept_until == play.leader.now + KEPT
    assert play.store.vault == {SEALED}
    assert RefreshPage(PAGE) in play.screens
    page = page_of(play)
    assert (page.stage, page.code_live, page.expires_at) == (CitizenStage.DROPPED, False, play.leader.now + KEPT)


def test_an_identity_that_nobody_comes_back_to_is_erased_in_time_and_its_page_says_so() -> None:
    """Neither earlier nor later, and without anybody asking for it."""
    play = cut_off()
    play.later(KEPT - 1)
    assert play.store.vault == {SEALED}
    play.later(1)
    assert (play.store.vault, page_of(play).stage) == (set(), CitizenStage.ERASED)
    assert play.desk.disclosures[SEALED].dropped is None
    play.later(HOUR)
    assert play.desk.disclosures == {}


def test_it_is_never_kept_beyond_its_hour() -> None:
    """Cut off a minute before the end of the hour, she has a minute; a new code does not make it more."""
    play = begun()
    call = play.talks(1)
    ends = play.desk.disclosures[SEALED].expires_at
    play.later(ends - play.leader.now - 60)
    play.hangs_up(call)
    assert kept(play).kept_until == ends
    play.code_renewed(PAGE, 2)
    assert page_of(play).code_expires_at == ends
    play.later(60)
    assert (play.store.vault, play.desk.disclosures) == (set(), {})


@pytest.mark.parametrize("how", ["agent's screen", "agent's phone", "citizen before", "citizen after", "vault"])
def test_who_is_hung_up_on_or_wipes_is_erased_at_once(how: str) -> None:
    """The agent's end of the call, and the citizen's word at any moment, need no time to come back from."""
    play = begun()
    call = play.talks(1)
    if how == "agent's screen":
        play.tell(HangUpAsked(seat_of(ELS), call))
    elif how == "agent's phone":
        play.hangs_up(play.leg(call))
    elif how == "citizen before":
        play.tell(ErasureAsked(PAGE))
        play.hangs_up(call)
    else:
        play.hangs_up(call)
        play.code_renewed(PAGE, 2)
        play.tell(ErasureAsked(PAGE) if how == "citizen after" else IdentityLost(SEALED))
    assert (play.store.vault, play.desk.sealed_of_code) == (set(), {})
    assert (page_of(play).stage, play.desk.disclosures[SEALED].dropped) == (CitizenStage.ERASED, None)


def test_a_site_that_keeps_nothing_erases_at_once() -> None:
    """`dropped = 0`: as it was before there was anything to come back to."""
    play = begun(PASSED_ON)
    call = play.talks(1)
    play.hangs_up(call)
    assert Burn(SEALED) in play.urgent
    assert page_of(play).stage is CitizenStage.ERASED


def test_who_was_promised_a_callback_is_anonymous_from_when_she_hangs_up() -> None:
    """She was told so: nothing is kept of who she is."""
    play = begun(with_rules(QueueRules(PASSPORTS, callback=True)))
    play.citizen_discloses(1)
    call = play.caller_waits(1)
    play.tell(KeysPressed(NEAR, ChannelId(call), Digits("1")))
    play.later(PLAN.times.choice)
    play.keys(call, "1")
    play.later(PLAN.times.choice)
    play.hangs_up(call)
    assert (play.store.vault, page_of(play).stage) == (set(), CitizenStage.ERASED)


def test_who_hears_a_goodbye_is_not_cut_off() -> None:
    """She was sent away with a message, and hangs up before its end."""
    rules = QueueRules(PASSPORTS, patience=30.0, impatient=ToMessage(FULL))
    play = begun(with_rules(rules))
    play.citizen_discloses(1)
    call = play.caller_waits(1)
    play.later(30)
    assert play.stage(call) is Stage.LEAVING
    play.hangs_up(call)
    assert (play.store.vault, page_of(play).stage) == (set(), CitizenStage.ERASED)


def test_a_caller_who_is_lost_with_her_node_may_come_back() -> None:
    """Asterisk was restarted: that was no doing of hers."""
    play = begun()
    call = play.talks(1)
    play.tell(NodeSnapshot(NEAR))
    assert play.stage(call) is Stage.ENDED
    assert kept(play).dropped is not None


def test_another_disclosure_of_her_page_takes_the_place_of_what_was_kept() -> None:
    """A page has one."""
    play = cut_off()
    play.citizen_discloses(3, page=PAGE)
    assert (play.store.vault, page_of(play).stage) == ({SealedId("sealed3")}, CitizenStage.SEALED)


# -- her new code ------------------------------------------------------------------------------------------------


def test_a_new_code_gives_her_time_to_dial_and_voids_the_one_before() -> None:
    """Who asks for one says that she is coming back: her time begins anew; a code that runs out erases nothing."""
    play = cut_off(dataclasses.replace(KEEPS, times=dataclasses.replace(KEEPS.times, code=100.0)))
    play.later(KEPT - 10)
    play.code_renewed(PAGE, 2)
    now = play.leader.now
    assert (page_of(play).stage, page_of(play).code_live) == (CitizenStage.DROPPED, True)
    assert (page_of(play).code_expires_at, page_of(play).expires_at) == (now + 100, now + KEPT)
    play.code_renewed(PAGE, 3)
    play.keys(first := play.caller_arrives(), code(2))
    assert play.stage(first) is Stage.ASKING
    play.later(100)
    assert (page_of(play).stage, page_of(play).code_live) == (CitizenStage.DROPPED, False)
    play.later(KEPT - 100)
    assert (page_of(play).stage, play.store.vault) == (CitizenStage.ERASED, set())


def test_her_used_code_opens_nothing_once_she_is_cut_off() -> None:
    """It worked once: who overheard it gets nothing by it."""
    play = cut_off()
    play.keys(call := play.caller_arrives(), code(1))
    assert (play.stage(call), kept(play).call) == (Stage.ASKING, None)


def test_a_plan_that_keeps_nothing_any_more_takes_no_time_away() -> None:
    """The site was changed meanwhile: she has what she was told."""
    play = cut_off()
    play.tell(PlanChanged(PASSED_ON))
    play.code_renewed(PAGE, 2)
    assert kept(play).kept_until == play.leader.now + KEPT
