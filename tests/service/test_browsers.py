"""One browser that begins more than once, at once or after another: nothing is left that it cannot erase."""

from __future__ import annotations

import asyncio
import time

import pytest

from irmacall.core.code import Digits
from irmacall.core.events import CallerArrived, KeysPressed
from irmacall.core.ids import CallId, ChannelId
from irmacall.errors import PeerUnavailable
from irmacall.web.citizen_ports import Begun, PageToken
from tests.core.leader import NEAR, PASSPORT
from tests.service.counter import FAMILYNAME, Counter, citizens_of
from tests.service.house import within

COOKIE = PageToken("what-the-page-with-the-button-brought")


async def _twice(counter: Counter, cookie: PageToken | None = COOKIE) -> tuple[Begun, Begun]:
    """Two begins at once from one cookie, in the order in which they had their turn."""
    one, two = await within(asyncio.gather(*(counter.citizens.begin(PASSPORT, cookie) for _ in range(2))))
    tokens = [session.session_ptr for session in counter.irma.given]
    return (one, two) if one.session_ptr == tokens[0] else (two, one)


async def _empty(counter: Counter) -> None:
    """Nothing lies in the vault any more."""
    await counter.house.eventually(lambda: counter.in_vault() == 0)


async def test_of_two_begins_at_once_the_second_gives_the_first_up(counter: Counter) -> None:
    """What the app still says to the first is not believed; the second goes on."""
    first, second = await _twice(counter)
    assert counter.irma.cancelled == [counter.irma.given[0].token]
    assert (await counter.becomes(first, "failed")).reason == "refused"
    counter.discloses()
    assert (await counter.becomes(second, "sealed")).code is not None
    assert counter.in_vault() == 1


async def test_the_first_had_been_answered_when_the_second_began(counter: Counter) -> None:
    """It lies in the vault by then, or is on its way there: it is erased."""
    counter.house.vault.gate.hold()
    first = await counter.citizens.begin(PASSPORT, COOKIE)
    counter.discloses()
    await counter.house.vault.called.until(lambda called: called[0] == "seal")
    second = await counter.citizens.begin(PASSPORT, COOKIE)
    counter.house.vault.gate.release()
    await counter.becomes(first, "erased")
    await _empty(counter)
    counter.discloses()
    await counter.becomes(second, "sealed")
    third = await counter.citizens.begin(PASSPORT, COOKIE)
    assert (await counter.view(second)).state == "erased"
    await _empty(counter)
    assert (await counter.view(third)).state == "disclosing"


async def test_what_the_desk_had_just_heard_of_is_erased_before_the_second_begins(counter: Counter) -> None:
    """It was told and not saved yet: the second waits for that, and then for its end."""
    first = await counter.citizens.begin(PASSPORT, COOKIE)
    counter.house.store.gate.hold()
    counter.discloses()
    await counter.house.eventually(lambda: bool(counter.house.term.desk.disclosures))
    beginning = asyncio.create_task(counter.citizens.begin(PASSPORT, COOKIE))
    await counter.house.eventually(lambda: bool(counter.irma.cancelled))
    assert not beginning.done()
    counter.house.store.gate.release()
    await within(beginning)
    assert (await counter.view(first)).state == "erased"
    await _empty(counter)


@pytest.mark.parametrize("kept", ["cookie", "first", "second"])
async def test_whichever_secret_the_browser_kept_erases_what_there_is(counter: Counter, kept: str) -> None:
    """Two answers race to the browser, and the last cookie stays: it need not be the last page's."""
    first, second = await _twice(counter)
    counter.discloses()
    await counter.becomes(second, "sealed")
    await counter.citizens.erase({"cookie": COOKIE, "first": first.page, "second": second.page}[kept])
    assert (await counter.view(second)).state == "erased"
    await _empty(counter)


async def test_a_page_that_was_left_says_that_there_is_something_and_never_the_code(counter: Counter) -> None:
    """So that she is not told that nothing is kept; whoever planted her cookie learns no code from it."""
    first, second = await _twice(counter)
    await counter.becomes(first, "failed")
    counter.discloses()
    expires = (await counter.becomes(second, "sealed")).expires_at
    seen = await counter.view(first)
    assert (seen.shown, seen.code, seen.tel, seen.subject) == ("codeless", None, None, PASSPORT)
    assert seen.expires_at == expires
    await counter.citizens.renew_code(first.page)
    assert (await counter.view(first)).code is None
    await counter.citizens.erase(first.page)
    assert (await counter.view(first)).state == "failed"


async def test_giving_up_gives_up_what_there_is(counter: Counter) -> None:
    """From the secret of the page that was left too."""
    first, second = await _twice(counter)
    await counter.citizens.cancel(first.page)
    assert counter.irma.cancelled[-1] == counter.irma.given[1].token
    assert (await counter.becomes(second, "failed")).reason == "refused"


async def test_what_was_sealed_is_erased_when_she_begins_again(counter: Counter) -> None:
    """One after another, each from the page before it."""
    page = COOKIE
    for _ in range(3):
        begun = await counter.citizens.begin(PASSPORT, page)
        counter.discloses()
        await counter.becomes(begun, "sealed")
        page = begun.page
    await counter.house.eventually(lambda: counter.in_vault() == 1)


async def test_a_call_that_goes_on_is_left_alone_and_can_still_be_wiped(counter: Counter) -> None:
    """She begins about something else while she waits: her place stays, and her wish to wipe is for both."""
    first = await counter.citizens.begin(PASSPORT, COOKIE)
    counter.discloses()
    code = (await counter.becomes(first, "sealed")).code
    assert code is not None
    channel = ChannelId("near-1")
    await counter.house.happens(CallerArrived(NEAR, channel), KeysPressed(NEAR, channel, Digits(code)))
    await counter.becomes(first, "waiting")
    second = await counter.citizens.begin(PASSPORT, first.page)
    assert (await counter.view(first)).state == "waiting"
    await counter.citizens.erase(second.page)
    assert (await counter.view(first)).state == "erased"
    await _empty(counter)
    assert CallId(channel) in counter.house.term.desk.calls


async def test_after_a_restart_a_page_that_lies_sealed_is_erased_when_she_begins_again(counter: Counter) -> None:
    """What this daemon never heard of, the desk still knows."""
    before = await counter.sealed()
    restarted = Counter(counter.house, counter.irma, citizens_of(counter.house, counter.irma))
    counter.irma.away(True)
    with pytest.raises(PeerUnavailable):
        await restarted.citizens.begin(PASSPORT, before.page)
    assert (await restarted.view(before)).state == "erased"
    await _empty(counter)


async def test_without_a_cookie_each_is_alone(counter: Counter) -> None:
    """Two visitors are not one browser."""
    await _twice(counter, None)
    assert counter.irma.cancelled == []


async def test_a_begin_that_fails_lets_the_next_one_begin(counter: Counter) -> None:
    """The turn is given back."""
    counter.irma.away(True)
    with pytest.raises(PeerUnavailable):
        await counter.citizens.begin(PASSPORT, COOKIE)
    counter.irma.away(False)
    begun = await within(counter.citizens.begin(PASSPORT, COOKIE))
    counter.irma.disclose(counter.irma.given[-1], {FAMILYNAME: "Vries1"})
    await counter.becomes(begun, "sealed")


async def test_a_browser_is_forgotten_with_its_pages(counter: Counter) -> None:
    """An hour later a made-up cookie has left nothing, and a page that begins just then is not forgotten."""
    begun = await counter.citizens.begin(PASSPORT, COOKIE)
    counter.irma.refuse(counter.irma.given[0])
    await counter.becomes(begun, "failed")
    for page in counter.citizens._browsers.pages.values():
        page.since = time.time() - 3601
    counter.citizens._browsers.from_page(counter.citizens._id(begun.page))
    counter.citizens._browsers.forget_old()
    assert list(counter.citizens._browsers.pages) == [counter.citizens._id(begun.page)]
