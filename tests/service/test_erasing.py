"""Her word to erase or to stop, at whatever instant it comes: what was answered as done stays done."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import pytest

from irmacall.core.code import Digits
from irmacall.core.disclosure import Seal
from irmacall.core.events import CallerArrived, ErasureAsked, Event, HangUpBegan, KeysPressed
from irmacall.core.ids import ChannelId
from irmacall.errors import LeaseLost, PeerUnavailable
from irmacall.service.term import Term
from irmacall.web.citizen_ports import Begun
from tests.core.leader import NEAR, PASSPORT
from tests.service.counter import Counter, citizens_of
from tests.service.fakes import Gate, HeldVault
from tests.service.house import within

AWAY = PeerUnavailable("away")


async def _being_sealed(counter: Counter) -> Begun:
    """Her answer is on its way to the vault, which is held."""
    counter.house.vault.gate.hold()
    begun = await counter.citizens.begin(PASSPORT)
    counter.discloses()
    await counter.house.vault.called.until(lambda called: called[0] == "seal")
    return begun


async def _erasing(counter: Counter, begun: Begun) -> asyncio.Task[None]:
    """Her word is there, and waits."""
    asked = asyncio.create_task(counter.citizens.erase(begun.page))
    await asyncio.sleep(0)
    assert not asked.done()
    return asked


async def _nothing_left(counter: Counter) -> None:
    """Neither in the vault, nor a code that is alive."""
    codes = counter.house.term.desk.sealed_of_code
    await counter.house.eventually(lambda: counter.in_vault() == 0 and not codes)


async def _leads_no_longer(counter: Counter) -> None:
    """The term ends, and no other begins until the store is there again."""
    house, term = counter.house, counter.house.term
    house.store.faults.always["acquire"] = AWAY
    house.node.fail(LeaseLost("replaced"))
    await house.eventually(lambda: house.leadership._term is not term)


async def _leads_again(counter: Counter) -> None:
    del counter.house.store.faults.always["acquire"]
    await counter.house.confirmed()


def _refusing(monkeypatch: pytest.MonkeyPatch, kind: type[Event]) -> None:
    """The term is over for whoever asks this."""
    real = Term.ask

    async def ask(self: Term, event: Event) -> None:
        if isinstance(event, kind):
            raise PeerUnavailable("the term is over")
        await real(self, event)

    monkeypatch.setattr(Term, "ask", ask)


async def test_her_word_while_it_is_sealed_is_answered_when_it_is_erased(counter: Counter) -> None:
    """Not before: until then nobody can know that it will be."""
    begun = await _being_sealed(counter)
    asked = await _erasing(counter, begun)
    counter.house.vault.gate.release()
    await within(asked)
    assert (await counter.becomes(begun, "erased")).code is None
    await _nothing_left(counter)


async def test_what_she_gave_up_while_it_was_sealed_never_has_a_code_that_lives(counter: Counter) -> None:
    """The desk hears of it and of her word in one breath: what is saved is saved as erased."""
    begun = await _being_sealed(counter)
    asked = await _erasing(counter, begun)
    counter.house.store.gate.hold()
    counter.house.vault.gate.release()
    desk = counter.house.term.desk
    await counter.house.eventually(lambda: bool(desk.disclosures))
    assert [known.seal for known in desk.disclosures.values()] == [Seal.ERASED]
    assert not desk.sealed_of_code
    counter.house.store.gate.release()
    await within(asked)


async def test_an_erasure_that_the_desk_does_not_hear_of_is_burned_all_the_same(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk knows of the disclosure and not of her word: it lies nowhere, and its code opens nothing."""
    begun = await _being_sealed(counter)
    await counter.citizens.cancel(begun.page)
    _refusing(monkeypatch, ErasureAsked)
    counter.house.vault.faults.once["burn"] = [AWAY] * 3
    counter.house.vault.gate.release()
    assert (await counter.becomes(begun, "failed")).code is None
    await _nothing_left(counter)


async def test_her_word_after_the_desk_was_told_and_before_it_was_saved(counter: Counter) -> None:
    """It is decided after what it is about, and answered when both are saved."""
    begun = await counter.citizens.begin(PASSPORT)
    counter.house.store.gate.hold()
    counter.discloses()
    desk = counter.house.term.desk
    await counter.house.eventually(lambda: bool(desk.disclosures))
    asked = await _erasing(counter, begun)
    counter.house.store.gate.release()
    await within(asked)
    assert (await counter.becomes(begun, "erased")).code is None
    await _nothing_left(counter)


async def test_a_term_that_ends_under_an_erasure_burns_and_does_not_say_that_it_is_done(counter: Counter) -> None:
    """She gets an error; what was sealed is gone in spite of it, and the next term can say so."""
    begun = await _being_sealed(counter)
    asked = await _erasing(counter, begun)
    await _leads_no_longer(counter)
    counter.house.vault.gate.release()
    with pytest.raises(PeerUnavailable):
        await within(asked)
    assert counter.in_vault() == 0
    await _leads_again(counter)
    await counter.citizens.erase(begun.page)
    await _nothing_left(counter)


async def test_what_could_not_be_burned_between_two_terms_is_burned_by_the_next(counter: Counter) -> None:
    """The vault is away in the instant in which no term is there to try again."""
    begun = await _being_sealed(counter)
    await _leads_no_longer(counter)
    counter.house.vault.faults.once["burn"] = [AWAY]
    with pytest.raises(PeerUnavailable):
        await counter.citizens.cancel(begun.page)
    counter.house.vault.gate.release()
    await counter.becomes(begun, "failed")
    assert counter.in_vault() == 1
    await _leads_again(counter)
    await _nothing_left(counter)


async def _sealed_and_not_answered(counter: Counter, monkeypatch: pytest.MonkeyPatch) -> tuple[Begun, Gate]:
    """It lies in the vault, whose answer is held."""
    real, answer = HeldVault.seal, Gate()

    async def seal(self: HeldVault, *sealed: Any) -> None:
        await real(self, *sealed)
        await answer.passed()

    monkeypatch.setattr(HeldVault, "seal", seal)
    answer.hold()
    begun = await counter.citizens.begin(PASSPORT)
    counter.discloses()
    await counter.house.eventually(lambda: counter.in_vault() == 1)
    return begun, answer


async def test_what_an_earlier_term_did_not_keep_is_burned_by_the_one_that_leads_now(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The vault's answer comes when that one has begun, and found nothing to burn."""
    begun, answer = await _sealed_and_not_answered(counter, monkeypatch)
    await _leads_no_longer(counter)
    await _leads_again(counter)
    counter.house.vault.faults.once["burn"] = [AWAY] * 2
    answer.release()
    await counter.becomes(begun, "failed")
    await _nothing_left(counter)


async def test_an_erasure_is_not_answered_as_done_while_the_vault_does_not_burn(
    counter: Counter, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The desk that leads now never heard of it, and would say yes; asked again, it is burned."""
    begun, answer = await _sealed_and_not_answered(counter, monkeypatch)
    asked = await _erasing(counter, begun)
    await _leads_no_longer(counter)
    await _leads_again(counter)
    counter.house.vault.faults.always["burn"] = AWAY
    answer.release()
    with pytest.raises(PeerUnavailable, match="away"):
        await within(asked)
    assert counter.in_vault() == 1
    del counter.house.vault.faults.always["burn"]
    await counter.citizens.erase(begun.page)
    assert counter.in_vault() == 0


async def test_stopping_erases_what_has_just_been_sealed(counter: Counter) -> None:
    """The app was done in the instant in which she pressed: she wanted none of it."""
    begun = await counter.sealed()
    await counter.citizens.cancel(begun.page)
    seen = await counter.view(begun)
    assert (seen.state, seen.code, seen.tel) == ("erased", None, None)
    await _nothing_left(counter)


async def test_stopping_while_it_is_sealed_erases_it(counter: Counter) -> None:
    """Stopping need not wait for the vault."""
    begun = await _being_sealed(counter)
    await within(counter.citizens.cancel(begun.page))
    counter.house.vault.gate.release()
    await counter.becomes(begun, "erased")
    await _nothing_left(counter)


async def test_stopping_after_a_restart_erases_what_is_sealed(counter: Counter) -> None:
    """The desk still knows the page that this daemon never heard of."""
    begun = await counter.sealed()
    restarted = Counter(counter.house, counter.irma, citizens_of(counter.house, counter.irma))
    await restarted.citizens.cancel(begun.page)
    assert (await restarted.view(begun)).state == "erased"
    await _nothing_left(counter)


async def test_stopping_leaves_a_call_that_goes_on_alone(counter: Counter) -> None:
    """She stops the second thing that she began: her call and who she is stay, and her page shows them, to wipe.

    The two words are for the page that her call has: an older secret of her browser may be somebody else's.
    """
    first = await counter.sealed()
    code = (await counter.view(first)).code
    assert code is not None
    channel = ChannelId("near-1")
    await counter.house.happens(CallerArrived(NEAR, channel), KeysPressed(NEAR, channel, Digits(code)))
    await counter.becomes(first, "waiting")
    second = await counter.citizens.begin(PASSPORT, first.page)
    await counter.citizens.cancel(second.page)
    shown = await counter.becomes(second, "waiting")
    theirs = await counter.view(first)
    assert (shown, shown.code) == (replace(theirs, live=replace(theirs.live, words=None)), None)
    assert theirs.live.words is not None
    assert counter.in_vault() == 1
    await counter.citizens.erase(second.page)
    assert (await counter.becomes(second, "erased")).on_the_line
    await _nothing_left(counter)
    await counter.house.happens(HangUpBegan(NEAR, channel))
    await counter.becomes(second, "failed")


async def test_a_vault_that_cannot_burn_one_of_hers_keeps_no_other_alive(counter: Counter) -> None:
    """She shares once more while she waits, and the vault goes away: her wish takes effect where it can."""
    first = await counter.sealed()
    code = (await counter.view(first)).code
    assert code is not None
    second = await counter.citizens.begin(PASSPORT, first.page)
    counter.house.vault.faults.always["seal"] = counter.house.vault.faults.always["burn"] = AWAY
    counter.discloses()
    await counter.becomes(second, "failed")
    with pytest.raises(PeerUnavailable):
        await counter.citizens.erase(second.page)
    assert (await counter.view(first)).state == "erased"
    assert not counter.house.term.desk.sealed_of_code
    counter.house.vault.faults.always.clear()
    await _nothing_left(counter)
