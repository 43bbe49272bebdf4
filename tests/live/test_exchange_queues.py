"""Queues on real telephones: place in line, overflow, whose phone rings, and the time after a call."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack

import pytest
import pytest_asyncio

from irmacall.core.facts import Outcome
from lab.exchange import Exchange
from lab.phone import PhoneCall
from lab.sound import Heard
from lab.town import Town
from tests.live.exchange import Clerk, Kept, at_work, calls, municipality, over, talk

WRAP_UP_S, PATIENCE_S = 4.0, 3.0
TURN, ALL, FULL, SHORT, AFTER = "#1", "#2", "#3", "#4", "#5"
"""What a caller presses for each queue."""
EXCHANGE = Exchange(
    desk={"start": {"menu": "hoofd"}},
    queues={
        "publiekszaken": {"announce": {"first": 1, "every": 6}},
        "beurtelings": {"strategy": "round-robin"},
        "samen": {"strategy": "ring-all"},
        "vol": {"most": 1, "full": {"queue": "publiekszaken"}},
        "ongeduld": {"patience": PATIENCE_S, "impatient": {"message": "queue-full"}},
        "nawerk": {"wrap_up": WRAP_UP_S},
    },
    tables={
        "menu": [
            {
                "id": "hoofd",
                "sound": "please-hold",
                "choices": [
                    {"key": "1", "queue": "beurtelings"},
                    {"key": "2", "queue": "samen"},
                    {"key": "3", "queue": "vol"},
                    {"key": "4", "queue": "ongeduld"},
                    {"key": "5", "queue": "nawerk"},
                ],
            }
        ]
    },
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Town]:
    """A municipality with a queue of each kind."""
    async with municipality(tmp_path_factory.mktemp("queues"), EXCHANGE) as town:
        yield town


@pytest.fixture(scope="module")
def kept(town: Town) -> Kept:
    """Its records."""
    return Kept(town)


async def test_her_place_is_told_again_and_again(town: Town, kept: Kept) -> None:
    """The first and the second hear their places, music in between, and the second that she has become the first."""
    first, second = await calls(town, "citizen1", "#0"), await calls(town, "citizen2", "#0")
    await first.is_told("waiting-none")
    await second.is_told("waiting-one")
    await asyncio.gather(first.hears(Heard.MUSIC), second.hears(Heard.MUSIC))
    await over(first)
    await second.is_told("waiting-none")
    await second.hears(Heard.MUSIC)
    await over(second)
    await kept.outcomes(Outcome.ABANDONED, Outcome.ABANDONED)


async def test_a_full_queue_overflows(town: Town, kept: Kept) -> None:
    """One waits in it; who comes then waits in another, and keeps her place in the order of all."""
    first = await calls(town, "citizen1", FULL)
    await first.hears(Heard.MUSIC, 20)
    second = await calls(town, "citizen2", FULL)
    await second.is_told("waiting-none")
    async with at_work(town, 0) as clerk:
        for caller in (first, second):
            await talk(await clerk.answers(), caller)
            await over(caller)
    one, other = await kept.outcomes(Outcome.ANSWERED, Outcome.ANSWERED)
    assert (one.queues, other.queues) == (("vol",), ("publiekszaken",))


async def test_patience_ends_in_a_message(town: Town, kept: Kept) -> None:
    """She waits as long as the queue says, hears why she cannot be helped, and the line is closed."""
    call = await calls(town, "citizen1", SHORT)
    await call.is_told("queue-full", 20)
    await call.disconnected.wait(20)
    [facts] = await kept.outcomes(Outcome.TURNED_AWAY)
    assert facts.queues == ("ongeduld",)
    assert facts.queued_at is not None
    assert PATIENCE_S < facts.ended_at - facts.queued_at < PATIENCE_S + 15  # and the message


async def test_all_phones_ring(town: Town, kept: Kept) -> None:
    """The first who answers has her; the other's phone stops, and its agent stays available and is rung again."""
    async with at_work(town, 0) as quick, at_work(town, 1) as slow:
        call = await calls(town, "citizen1", ALL)
        missed, answered = await slow.phone.rings(20), await quick.answers()
        await missed.disconnected.wait()
        assert (await slow.seat.panel())["availability"] == "available"
        await talk(answered, call)
        second = await calls(town, "citizen2", ALL)
        await talk(await slow.answers(), second)
        await over(call, second)
    first, other = await kept.outcomes(Outcome.ANSWERED, Outcome.ANSWERED)
    assert (first.agent, other.agent) == (quick.seat.user, slow.seat.user)
    assert first.phones_rung == 2


async def test_phones_ring_in_turn(town: Town, kept: Kept) -> None:
    """Of three agents each gets one of three calls, and the fourth call comes to the first of them again."""
    async with AsyncExitStack() as stack:
        clerks = [await stack.enter_async_context(at_work(town, number)) for number in range(3)]
        order = [await _one_call(town, clerks) for _ in range(4)]
    assert set(order[:3]) == {clerk.seat.agent.login for clerk in clerks}
    assert order[3] == order[0]
    facts = await kept.outcomes(*[Outcome.ANSWERED] * 4)
    names = {clerk.seat.user: clerk.seat.agent.login for clerk in clerks}
    assert [names[each.agent] for each in facts if each.agent] == order


async def test_nobody_is_rung_after_a_call_until_she_is_done(town: Town, kept: Kept) -> None:
    """A caller waits while the only agent does what follows on her last call, and is hers when that time is over."""
    async with at_work(town, 0) as clerk:
        first = await calls(town, "citizen1", AFTER)
        await talk(await clerk.answers(), first)
        second = await calls(town, "citizen2", AFTER)
        await second.hears(Heard.MUSIC, 20)
        await over(first)
        await clerk.shows("wrap-up")
        ringing = await clerk.phone.rings(WRAP_UP_S + 5)
        assert WRAP_UP_S - 0.5 < ringing.ringing.at - first.disconnected.at < WRAP_UP_S + 2
        await ringing.answer()
        await talk(ringing, second)
        await over(second)
        await clerk.shows("wrap-up")
        third = await calls(town, "citizen1", AFTER)
        await third.hears(Heard.MUSIC, 20)
        await clerk.seat.available()  # She is done earlier, and says so.
        await talk(await clerk.answers(2), third)
        await over(third)
    await kept.outcomes(*[Outcome.ANSWERED] * 3)


async def _one_call(town: Town, clerks: list[Clerk]) -> str:
    """Whose phone rang for a caller; they talk, and hang up."""
    call = await calls(town, "citizen1", TURN)
    rings = {asyncio.create_task(clerk.phone.rings(20)): clerk for clerk in clerks}
    done, left = await asyncio.wait(rings, return_when=asyncio.FIRST_COMPLETED)
    for task in left:
        task.cancel()
    await asyncio.gather(*left, return_exceptions=True)
    [rang] = done
    await _answered(await rang, call)
    await rings[rang].shows("available")
    return rings[rang].seat.agent.login


async def _answered(ringing: PhoneCall, call: PhoneCall) -> None:
    await ringing.answer()
    await ringing.connected.wait()
    await talk(ringing, call)
    await over(call)
    await ringing.disconnected.wait()
