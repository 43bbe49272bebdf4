"""What a citizen's page sees, from her subject to the wiping of her data."""

from __future__ import annotations

import re
import time

import pytest

from irmacall.core.code import Digits, well_formed
from irmacall.core.events import CallerArrived, KeysPressed, LegAnswered, LegEntered, PhoneCalled, SeatReleased
from irmacall.core.ids import CallId, ChannelId, SubjectId, leg_channel
from irmacall.errors import LeaseLost, PeerError, PeerUnavailable, Refused
from irmacall.irma.question import AttributeId
from irmacall.web.citizen_ports import PageToken
from tests.core.leader import NEAR, PASSPORT, hash_of
from tests.core.plays import ELS, phone_of, seat_of
from tests.service.counter import FAMILYNAME, NUMBER, SHOWN, Counter, Irma, citizens_of
from tests.service.house import House, within


async def test_from_the_subject_to_a_code_that_the_link_dials(counter: Counter) -> None:
    """The code on the page, the one in the link and the one that yivi returns to are one and the same."""
    begun = await counter.citizens.begin(PASSPORT)
    assert (await counter.view(begun)).state == "disclosing"
    assert (await counter.view(begun)).code is None
    before = time.time()
    counter.discloses()
    seen = await counter.becomes(begun, "sealed")
    assert seen.code is not None
    assert seen.expires_at is not None
    assert well_formed(Digits(seen.code))
    assert seen.tel == f"tel:{NUMBER},,{seen.code}" == counter.irma.links[0]
    assert (seen.number, seen.subject, seen.reason) == (SHOWN, PASSPORT, None)
    assert before + 3590 < seen.expires_at < before + 3601
    assert counter.in_vault() == 1


async def test_nothing_of_the_requestors_token_goes_to_the_page(counter: Counter) -> None:
    """Whoever has it could read the result."""
    begun = await counter.citizens.begin(PASSPORT)
    assert counter.irma.given[0].token not in f"{begun.session_ptr} {begun.frontend_request} {begun!r}"
    assert begun.page not in repr(begun)


async def test_a_subject_that_there_is_not_is_refused(counter: Counter) -> None:
    """Before yivi hears of it."""
    with pytest.raises(Refused):
        await counter.citizens.begin(SubjectId("visakte"))
    assert counter.irma.given == []


async def test_each_page_sees_its_own_code_and_nobody_elses(counter: Counter) -> None:
    """Two citizens at once, and a stranger with a made-up page."""
    one, two = await counter.sealed(), await counter.sealed()
    codes = {(await counter.view(begun)).code for begun in (one, two)}
    assert len(codes) == 2
    assert None not in codes
    stranger = await counter.citizens.view(PageToken("made-up"))
    assert (stranger.state, stranger.code, stranger.tel) == ("unknown", None, None)


async def test_the_page_follows_the_call_and_its_code_is_used_up(counter: Counter) -> None:
    """Once keyed, the code is on no page any more."""
    begun = await counter.sealed()
    code = (await counter.view(begun)).code
    assert code is not None
    channel = ChannelId("near-1")
    await counter.house.happens(CallerArrived(NEAR, channel), KeysPressed(NEAR, channel, Digits(code)))
    seen = await counter.becomes(begun, "waiting")
    assert (seen.code, seen.tel, seen.code_expires_at) == (None, None, None)
    await counter.house.hangs_up(CallId(channel))
    assert (await counter.becomes(begun, "erased")).subject == PASSPORT
    await counter.house.eventually(lambda: counter.in_vault() == 0)


async def test_while_she_talks_the_page_knows_whether_anybody_sees_her(counter: Counter) -> None:
    """Whoever has her on the line does, until that one leaves her screen."""
    begun = await counter.sealed()
    code = (await counter.view(begun)).code
    assert code is not None
    house, channel = counter.house, ChannelId("near-1")
    await house.comes()
    await house.happens(CallerArrived(NEAR, channel), KeysPressed(NEAR, channel, Digits(code)))
    assert not (await counter.view(begun)).seen
    call = CallId(channel)
    leg = leg_channel(call, 1)
    await house.happens(PhoneCalled(NEAR, phone_of(ELS), leg), LegEntered(NEAR, leg), LegAnswered(NEAR, leg))
    await house.joins(call)
    seen = await counter.becomes(begun, "talking")
    assert (seen.seen, seen.detail) == (True, "plain")
    await house.happens(SeatReleased(seat_of(ELS)))
    seen = await counter.view(begun)
    assert (seen.state, seen.seen, seen.detail) == ("talking", False, "unseen")


@pytest.mark.parametrize(
    ("proof", "attribute", "reason"),
    [
        ("INVALID", FAMILYNAME, "invalid"),
        ("EXPIRED", FAMILYNAME, "invalid"),
        ("VALID", AttributeId("irma-demo.gemeente.personalData.familyname"), "invalid"),
        ("VALID", AttributeId("pbdf.gemeente.personalData.gender"), "invalid"),
    ],
)
async def test_a_disclosure_that_proves_nothing_is_a_clear_page_and_nothing_is_kept(
    counter: Counter, proof: str, attribute: AttributeId, reason: str
) -> None:
    """Invalid, expired, of another scheme, or not what was asked."""
    begun = await counter.citizens.begin(PASSPORT)
    counter.discloses(attribute=attribute, proof=proof)
    seen = await counter.becomes(begun, "failed")
    assert (seen.reason, seen.code, seen.number) == (reason, None, SHOWN)
    assert counter.in_vault() == 0
    assert "seal" not in {method for method, _ in counter.house.vault.called.all}


async def test_a_refusal_in_the_app_is_said_as_one(counter: Counter) -> None:
    """It is her right."""
    begun = await counter.citizens.begin(PASSPORT)
    counter.irma.refuse(counter.irma.given[0])
    assert (await counter.becomes(begun, "failed")).reason == "refused"


async def test_a_session_that_ran_out_is_cancelled_at_yivi(counter: Counter) -> None:
    """The app could still disclose, and nobody would be listening."""
    begun = await counter.citizens.begin(PASSPORT)
    counter.irma.out_of_time.set()
    assert (await counter.becomes(begun, "failed")).reason == "expired"
    assert counter.irma.cancelled == [counter.irma.given[0].token]


async def test_a_yivi_server_that_is_away_starts_nothing(counter: Counter) -> None:
    """The page says so, and she can press again."""
    counter.irma.away(True)
    with pytest.raises(PeerUnavailable):
        await counter.citizens.begin(PASSPORT)
    assert counter.citizens._browsers.pages == {}


async def test_a_yivi_server_that_has_forgotten_the_session_is_said(counter: Counter) -> None:
    """It was restarted between the start and the answer."""
    begun = await counter.citizens.begin(PASSPORT)
    counter.irma.lose()
    assert (await counter.becomes(begun, "failed")).reason == "unavailable"


@pytest.mark.parametrize("error", [PeerUnavailable("away"), PeerError("OOM"), ZeroDivisionError("a defect")])
async def test_a_vault_that_does_not_seal_leaves_nothing_there(counter: Counter, error: Exception) -> None:
    """The answer may have been lost and not the seal: it is burned, until that is done."""
    counter.house.vault.faults.once["seal"] = [error]
    counter.house.vault.faults.once["burn"] = [PeerUnavailable("away")] * 3
    begun = await counter.citizens.begin(PASSPORT)
    counter.discloses()
    seen = await counter.becomes(begun, "failed")
    assert (seen.reason, seen.code) == ("unavailable", None)
    [sealed] = [sealed for method, sealed in counter.house.vault.called.all if method == "seal"]
    await counter.house.vault.called.until(lambda _: counter.house.vault.called.all.count(("burn", sealed)) >= 4)
    assert counter.in_vault() == 0


async def test_a_desk_that_does_not_hear_of_it_leaves_nothing_in_the_vault(counter: Counter) -> None:
    """Sealed, but the term ended before the desk knew: nobody could ever ask for it, so it is burned."""
    counter.house.vault.gate.hold()
    begun = await counter.citizens.begin(PASSPORT)
    counter.discloses()
    await counter.house.vault.called.until(lambda called: called[0] == "seal")
    house, term = counter.house, counter.house.term
    house.store.faults.always["acquire"] = PeerUnavailable("away")
    house.node.fail(LeaseLost("replaced"))
    await house.eventually(lambda: house.leadership._term is not term)
    counter.house.vault.gate.release()
    seen = await counter.becomes(begun, "failed")
    assert seen.reason == "unavailable"
    assert counter.in_vault() == 0


async def test_a_new_code_voids_the_old_one(counter: Counter) -> None:
    """The old one opens nothing, the new one does."""
    begun = await counter.sealed()
    old = (await counter.view(begun)).code
    await counter.citizens.renew_code(begun.page)
    new = (await counter.view(begun)).code
    assert old is not None
    assert new is not None
    assert old != new
    codes = counter.house.term.desk.sealed_of_code
    assert (hash_of(Digits(old)) in codes, hash_of(Digits(new)) in codes) == (False, True)


async def test_a_page_that_has_nothing_to_open_gets_no_code_and_is_not_remembered(counter: Counter) -> None:
    """Anybody can make up a page: it must cost us nothing."""
    for number in range(50):
        await counter.citizens.renew_code(PageToken(f"made-up{number}"))
    assert counter.citizens._browsers.pages == {}


async def test_a_new_code_during_the_disclosure_changes_nothing(counter: Counter) -> None:
    """The link that the app will follow has been given out already."""
    begun = await counter.citizens.begin(PASSPORT)
    await counter.citizens.renew_code(begun.page)
    counter.discloses()
    assert (await counter.becomes(begun, "sealed")).tel == counter.irma.links[0]


async def test_wiping_is_wiping_twice_too(counter: Counter) -> None:
    """Her word is enough, and its repetition harmless."""
    begun = await counter.sealed()
    for _ in range(2):
        await counter.citizens.erase(begun.page)
        assert (await counter.view(begun)).state == "erased"
    await counter.house.eventually(lambda: counter.in_vault() == 0)


async def test_what_she_gave_up_while_her_answer_was_on_its_way_is_not_sealed(counter: Counter) -> None:
    """She leaves the page in the instant in which the app is done."""
    begun = await counter.citizens.begin(PASSPORT)
    counter.discloses()
    await counter.citizens.cancel(begun.page)
    assert (await counter.becomes(begun, "failed")).reason == "refused"
    assert "seal" not in {method for method, _ in counter.house.vault.called.all}


@pytest.mark.parametrize("fails", [False, True])
async def test_giving_up_cancels_at_yivi_whether_or_not_it_answers(counter: Counter, fails: bool) -> None:
    """And what is over already is not cancelled again."""
    counter.irma.cancel_fails = fails
    begun = await counter.citizens.begin(PASSPORT)
    await counter.citizens.cancel(begun.page)
    assert counter.irma.cancelled == [counter.irma.given[0].token]
    if fails:
        counter.irma.refuse(counter.irma.given[0])
    await counter.becomes(begun, "failed")
    await counter.citizens.cancel(begun.page)
    await counter.citizens.cancel(PageToken("made-up"))
    assert len(counter.irma.cancelled) == 1


async def test_after_a_restart_the_page_follows_but_its_code_must_be_renewed(counter: Counter) -> None:
    """The code in clear lived in the memory of the daemon that is gone; the desk knows its hash alone."""
    begun = await counter.sealed()
    restarted = Counter(counter.house, counter.irma, citizens_of(counter.house, counter.irma))
    seen = await restarted.view(begun)
    assert (seen.state, seen.code, seen.tel) == ("sealed", None, None)
    assert seen.code_expires_at is not None
    await restarted.citizens.renew_code(begun.page)
    again = await restarted.view(begun)
    assert again.code is not None
    assert re.fullmatch(r"[0-9]{10}", again.code)
    await restarted.citizens.erase(begun.page)
    assert (await restarted.view(begun)).state == "erased"


async def test_a_standby_answers_nobody() -> None:
    """It begins nothing, and shows nothing."""
    house, irma = House(), Irma()
    citizens = citizens_of(house, irma)
    for asked in (citizens.begin(PASSPORT), citizens.view(PageToken("p")), citizens.erase(PageToken("p"))):
        with pytest.raises(PeerUnavailable):
            await within(asked)
    assert irma.given == []


async def test_what_is_over_is_forgotten_and_what_goes_on_is_not(counter: Counter) -> None:
    """An hour later nothing of a page is left here; a session that is still followed is."""
    await counter.sealed()
    going_on = await counter.citizens.begin(PASSPORT)
    for page in counter.citizens._browsers.pages.values():
        page.since -= 3601
    counter.citizens._browsers.forget_old()
    assert list(counter.citizens._browsers.pages) == [counter.citizens._id(going_on.page)]
