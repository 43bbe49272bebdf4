"""Term after term: the lease is taken, lost, given back, and taken again under a higher number."""

from __future__ import annotations

import asyncio

import pytest
from structlog.testing import capture_logs

from irmacall.core.desk import decide
from irmacall.core.events import Event, LeadershipBegan, SeatReleased
from irmacall.core.ids import ChannelId, leg_channel, talk_bridge
from irmacall.core.state import Decision, Desk
from irmacall.errors import LeaseLost, PeerError, PeerUnavailable
from irmacall.service import leadership, term
from irmacall.store.vault import LARGEST_SKEW
from tests.core.leader import NEAR, PLAN
from tests.core.plays import CALLER_SEEN, ELS, leg_seen, seat_of, snapshot
from tests.service.house import House, within


async def _is_free(house: House) -> bool:
    """Whether another daemon can lead at once."""
    return await house.store.acquire(PLAN.desk, "somebody else", 3.0) is not None


async def test_the_next_term_has_a_higher_fence_and_higher_grants(house: House) -> None:
    """The call is taken over, the card comes back, and a late answer to the first grant cannot be taken for it."""
    call, number = await house.talks()
    term, leg = house.term, leg_channel(call, 1)
    house.snapshots[NEAR] = snapshot(
        {call: CALLER_SEEN, leg: leg_seen()}, {talk_bridge(call): [ChannelId(call), leg]}
    )
    house.node.fail(LeaseLost("replaced"))
    again = await house.confirmed(term.lease.fence)
    await house.eventually(lambda: bool(again.grants.held()))
    [held] = again.grants.held()
    assert (held.seat, held.call) == (seat_of(ELS), call)
    assert held.grant > number
    assert again.lease.fence > term.lease.fence


async def test_nobody_sees_before_the_node_has_confirmed_the_call(house: House) -> None:
    """What was saved is no proof of who is on the line."""
    call, _ = await house.talks()
    term = house.term
    house.node.fail(LeaseLost("replaced"))  # The new snapshot is empty: there is no call any more.
    again = await house.confirmed(term.lease.fence)
    assert (again.grants.held(), call in again.desk.calls) == ([], False)


async def test_a_standby_answers_nobody_and_leads_when_the_lease_is_free() -> None:
    """Two daemons, one lease."""
    house = House()
    other = await house.store.acquire(PLAN.desk, "another", 30.0)
    assert other is not None
    running = asyncio.create_task(house.leadership.run())
    await house.store.called.number(3)
    with pytest.raises(PeerUnavailable):
        house.leadership.term()
    await house.store.release(other)
    assert (await house.confirmed()).lease.fence > other.fence
    running.cancel()
    await asyncio.wait([running])


async def test_a_stop_gives_the_lease_back() -> None:
    """The standby need not wait for it to lapse."""
    house = House()
    async with house.leads():
        assert not await _is_free(house)
    assert await _is_free(house)


async def test_who_waits_for_the_next_term_finds_its_desk_loaded(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And what he tells it then is decided after the take-over has begun."""
    decided: list[type] = []

    def noting(desk: Desk, event: Event, now: float) -> Decision:
        decided.append(type(event))
        return decide(desk, event, now)

    await house.comes()
    await house.store.saved.until(lambda keys: ("agent", ELS) in keys)
    monkeypatch.setattr(term, "decide", noting)
    fence, begins = house.term.lease.fence, house.leadership.next_term
    house.node.fail(LeaseLost("replaced"))
    await within(begins.wait())
    assert seat_of(ELS) in house.term.desk.agent_of_seat
    house.term.tell(SeatReleased(seat_of(ELS)))
    following = await house.confirmed(fence)
    assert following.desk.agents[ELS].seat is None
    assert decided[:2] == [LeadershipBegan, SeatReleased]
    assert not house.leadership.next_term.is_set()


async def test_a_record_that_cannot_be_read_is_said_and_the_lease_given_back() -> None:
    """A desk of another version is not guessed at: a daemon that can read it may lead at once."""
    house = House()
    lease = await house.store.acquire(PLAN.desk, "before", 3.0)
    assert lease is not None
    await house.store.save(lease, {("call", "near-1"): b'{"v":99}'})
    await house.store.release(lease)
    with capture_logs() as logged:
        running = asyncio.create_task(house.leadership.run())
        await house.store.called.until(lambda called: house.store.called.all.count("release") == 2)
        assert await _is_free(house)
        assert not house.leadership.leading.is_set()
        running.cancel()
        await asyncio.wait([running])
    [line] = [line for line in logged if line["event"] == "not leading: what was saved cannot be read"]
    assert line["errors"] == ["RecordError: the saved call near-1 cannot be read: ValueError"]


async def test_a_desk_that_cannot_be_loaded_is_tried_again() -> None:
    """A store that goes away between lease and load costs a moment."""
    house = House()
    house.store.faults.once["load"] = [PeerUnavailable("away"), LeaseLost("meanwhile")]
    async with house.leads():
        assert house.store.called.all[:7] == ["acquire", "load", "release"] * 2 + ["acquire"]


@pytest.mark.parametrize("method", ["clock_skew", "highest_fence"])
@pytest.mark.parametrize("error", [PeerUnavailable("away"), PeerError("NOPERM")])
async def test_a_vault_that_does_not_answer_keeps_nobody_from_leading(method: str, error: PeerError) -> None:
    """Without a vault nobody is identified, and everybody is served."""
    house = House()
    house.vault.faults.always[method] = error
    async with house.leads():
        assert house.term.leads()


async def test_a_clock_that_differs_from_the_vaults_keeps_us_from_leading() -> None:
    """No expiry could be trusted."""
    house = House()
    house.vault.skew = LARGEST_SKEW + 0.1
    running = asyncio.create_task(house.leadership.run())
    await house.vault.called.number(3)
    assert house.store.called.all == []
    house.vault.skew = -LARGEST_SKEW
    await house.confirmed()
    running.cancel()
    await asyncio.wait([running])


async def test_a_clock_that_begins_to_differ_ends_the_term(house: House) -> None:
    """An operator who sets a clock does not lengthen anybody's hour."""
    term = house.term
    house.vault.skew = LARGEST_SKEW + 0.1
    await house.eventually(lambda: not house.leadership.leading.is_set())
    assert not term.leads()


async def test_the_fence_is_above_what_the_vault_has_seen() -> None:
    """A desk's store that was set back must not give out a fence that the vault refuses."""
    house = House()
    await house.vault.claim(PLAN.desk, 41)
    async with house.leads():
        assert house.term.lease.fence == 42


@pytest.mark.parametrize("peer", ["node", "renew", "vault"])
async def test_a_stop_in_the_instant_in_which_a_peer_fails_is_still_a_stop(
    peer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A task group that fails while it is cancelled forgets the one or the other; the lease is given back."""
    monkeypatch.setattr(leadership, "STAND_BY_SECONDS", 5.0)  # Whoever rests after all is found out.
    house = House()
    running = asyncio.create_task(house.leadership.run())
    await house.confirmed()
    if peer == "node":
        house.node.fail(LeaseLost("replaced"))
    elif peer == "renew":
        house.store.faults.always["renew"] = LeaseLost("another leads")
        await house.store.called.until(lambda called: called == "renew")
    else:
        house.vault.skew = 60.0
        await house.vault.called.until(lambda called: called[0] == "clock_skew" and house.vault.skew == 60.0)
    await asyncio.sleep(0)
    running.cancel()
    done, _ = await asyncio.wait([running], timeout=1.0)
    assert done == {running}
    assert await _is_free(house)


@pytest.mark.parametrize("steps", range(12))
async def test_a_stop_at_any_moment_of_a_beginning_is_a_stop(steps: int) -> None:
    """However far the start has come, it ends, and no lease is left behind."""
    house = House()
    running = asyncio.create_task(house.leadership.run())
    for _ in range(steps):
        await asyncio.sleep(0)
    running.cancel()
    await within(asyncio.wait([running]))
    assert running.cancelled()
    assert await _is_free(house)


async def test_a_stop_between_two_terms_does_not_wait() -> None:
    """A daemon that failed again and again and rests is stopped at once."""
    house = House()
    house.store.faults.always["load"] = PeerUnavailable("away")
    running = asyncio.create_task(house.leadership.run())
    await house.store.called.until(lambda called: called == "release")
    running.cancel()
    await within(asyncio.wait([running]))
    assert running.cancelled()
    assert await _is_free(house)


async def test_a_lease_that_cannot_be_given_back_stops_nobody() -> None:
    """It lapses by itself."""
    house = House()
    async with house.leads():
        house.store.faults.always["release"] = PeerUnavailable("away")
    assert house.store.called.all[-1] == "release"
