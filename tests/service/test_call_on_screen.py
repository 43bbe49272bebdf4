"""A call as one seat shows it: who passed her on, who is asked, and what who is asked is never shown."""

from __future__ import annotations

from dataclasses import replace

import pytest

from irmacall.core.call import Call, Consult, Granted, Leg, Stage
from irmacall.core.ids import CallId, ChannelId, GrantNumber, LanguageId, UserId
from irmacall.core.transfer import Asked, Failure, Returned
from irmacall.core.views import CallView, ConsultView, Part
from irmacall.service.call_on_screen import CallOnScreen, people
from irmacall.web.ports import ConsultingView, ReturnedView, RingingView, TalkingView
from tests.core.leader import NEAR, PASSPORT, PASSPORTS, PLAN
from tests.core.plays import BO, ELS, phone_of, seat_of
from tests.service.office import TITLES

WILLEM, NUMBER = UserId("willem"), GrantNumber(7)
NAMES = {ELS: "Els Smit", BO: "Bo Smit", WILLEM: "Willem Smit"}
CALL, NOW = CallId("near-1"), 1000.0
TALKING = CallView(
    call=CALL,
    stage=Stage.TALKING,
    queue=PASSPORTS,
    subject=PASSPORT,
    identified=True,
    waited=30.0,
    talking_since=800.0,
    granted=Granted(seat_of(ELS), ELS, NUMBER),
    joined_at=900.0,
    owner=ELS,
)
RINGING = replace(TALKING, stage=Stage.RINGING, talking_since=None, joined_at=None, granted=None)


def shown(call: CallView | None, user: UserId = ELS) -> CallOnScreen:
    """On this one's screen."""
    return CallOnScreen(call, user, NAMES, TITLES, NOW)


def talking(call: CallView, user: UserId = ELS) -> TalkingView:
    """Whom this one has on the line; nothing rings."""
    assert shown(call, user).ringing() is None
    found = shown(call, user).talking(NUMBER)
    assert found is not None
    return found


def ringing(call: CallView, user: UserId = ELS) -> RingingView:
    """What rings; nobody is on the line."""
    assert shown(call, user).talking(NUMBER) is None
    found = shown(call, user).ringing()
    assert found is not None
    return found


def test_no_call_shows_nothing() -> None:
    """And nobody's name is needed for it."""
    assert (shown(None).ringing(), shown(None).talking(None), people(None)) == (None, None, set())


def test_who_has_a_caller_who_was_passed_on_sees_by_whom_and_since_when_she_has_her() -> None:
    """Not since when the first one had her."""
    call = talking(replace(TALKING, passed_by=BO))
    assert (call.passed_by, call.passed_by_user, call.seconds) == ("Bo Smit", BO, 100.0)
    assert talking(replace(TALKING, joined_at=None)).seconds == 200.0


def test_a_caller_who_comes_back_was_passed_on_by_nobody() -> None:
    """There is nobody to give her back to."""
    call = talking(replace(TALKING, passed_by=ELS))
    assert (call.passed_by, call.passed_by_user) == (None, None)


def test_held_and_muted_are_shown() -> None:
    """Each by itself."""
    for name in ("held", "phone_held", "muted"):
        call = talking(replace(TALKING, **{name: True}))  # type: ignore[arg-type]
        assert [name for name in ("held", "phone_held", "muted") if getattr(call, name)] == [name]


@pytest.mark.parametrize("state", Asked)
def test_whom_she_asks_is_shown_by_name(state: Asked) -> None:
    """With what goes on and since when."""
    call = talking(replace(TALKING, consult=ConsultView(state, WILLEM, 990.0, by_phone=True, blind=True)))
    assert call.consult == ConsultingView(state.value, "Willem Smit", 10.0, by_phone=True, blind=True)
    assert call.grant == NUMBER


def test_a_number_outside_has_no_name() -> None:
    """Nobody of ours is there."""
    call = talking(replace(TALKING, consult=ConsultView(Asked.RINGING, None, 990.0)))
    assert call.consult == ConsultingView("ringing", None, 10.0)


@pytest.mark.parametrize("why", Failure)
def test_what_became_of_her_last_wish_is_shown(why: Failure) -> None:
    """Why, and whom it was to be."""
    assert talking(replace(TALKING, returned=Returned(why, WILLEM))).returned == ReturnedView(
        why.value, "Willem Smit"
    )
    stayed = replace(TALKING, returned=Returned(why, stayed=True))
    assert talking(stayed).returned == ReturnedView(why.value, stayed=True)


def test_a_call_that_is_passed_to_her_says_by_whom() -> None:
    """With queue and subject, as any call that rings."""
    call = ringing(replace(RINGING, passed_by=BO, for_her=True))
    assert (call.passed_by, call.consult, call.recall) == ("Bo Smit", False, False)
    assert (call.queue, call.subject, call.waited) == ("Burgerzaken", "Paspoort", 30.0)


def test_a_call_that_waited_in_a_queue_says_nobody_while_it_rings() -> None:
    """It rings for whoever is free."""
    assert ringing(replace(RINGING, passed_by=BO)).passed_by is None


def test_a_caller_who_comes_back_rings_as_one() -> None:
    """To who passed her on herself."""
    call = ringing(replace(RINGING, passed_by=ELS, recall=True))
    assert (call.recall, call.passed_by) == (True, None)


def consulted(state: Asked, *, blind: bool = False) -> CallView:
    """As the one sees it who is asked: the desk's view of it holds more than she may be shown."""
    return replace(
        TALKING,
        part=Part.CONSULTED,
        language=LanguageId("en"),
        passed_by=BO,
        muted=True,
        returned=Returned(Failure.BUSY, BO),
        consult=ConsultView(state, WILLEM, 990.0, blind=blind),
    )


def test_to_who_is_asked_a_colleague_rings() -> None:
    """By name, and nothing is told of the caller."""
    call = ringing(consulted(Asked.RINGING), WILLEM)
    assert call == RingingView(CALL, "", None, 10.0, passed_by="Els Smit", consult=True)


def test_to_whom_a_caller_is_passed_by_a_phone_she_rings() -> None:
    """Her colleague keeps the caller until she answers."""
    call = ringing(consulted(Asked.RINGING, blind=True), WILLEM)
    assert call == RingingView(CALL, "", None, 10.0, passed_by="Els Smit", consult=False)


@pytest.mark.parametrize("state", [Asked.CONSULTED, Asked.ASIDE, Asked.TOGETHER])
def test_who_is_asked_is_shown_nothing_of_the_caller(state: Asked) -> None:
    """No grant, whatever the desk says; no queue, subject, language, nor what became of others' wishes."""
    assert talking(consulted(state), WILLEM) == TalkingView(
        CALL, None, identified=False, seconds=10.0, consulted_by="Els Smit", together=state is Asked.TOGETHER
    )


def test_a_colleague_whom_nobody_knows_is_no_fault() -> None:
    """The users' file could not be read."""
    found = CallOnScreen(consulted(Asked.CONSULTED), WILLEM, {}, TITLES, NOW).talking(None)
    assert found is not None
    assert found.consulted_by == ""


def test_the_names_that_a_screen_needs() -> None:
    """Of everybody of ours who has to do with the call."""
    call = Call(CALL, NEAR, ChannelId(CALL), PASSPORTS, 0.0, PLAN, stage=Stage.TALKING)
    assert people(call) - {None} == set()
    call.legs = (Leg(ChannelId("leg1"), ELS, phone_of(ELS), 0.0),)
    call.consult = Consult(Leg(ChannelId("leg2"), WILLEM, phone_of(WILLEM), 0.0), NEAR)
    call.passed_by, call.returned = BO, Returned(Failure.BUSY, UserId("joost"))
    assert people(call) == {ELS, BO, WILLEM, UserId("joost")}
