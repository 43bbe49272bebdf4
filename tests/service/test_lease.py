"""A term ends when its lease does, at once and for good: nobody sees, nobody waits, nothing is asked of a node."""

from __future__ import annotations

import asyncio
import time
from dataclasses import replace
from types import SimpleNamespace
from typing import cast

import pytest

from irmacall.core.code import Digits
from irmacall.core.commands import HoldInQueue, Say, StopSaying
from irmacall.core.events import CallerArrived, Event, KeysPressed, TimePassed
from irmacall.core.ids import CallId, ChannelId
from irmacall.core.state import Desk
from irmacall.errors import LeaseLost, PeerError, PeerUnavailable
from irmacall.service import reveal
from irmacall.service import term as terms
from irmacall.service.term import Term
from irmacall.web.ports import Nudge
from tests.core.leader import NEAR, PLAN
from tests.core.plays import ELS, phone_of, seat_of
from tests.service.house import House, within


class Monotonic:
    """The monotonic clock as a term and its door see it; the event loop keeps its own."""

    def __init__(self) -> None:
        self.ahead = 0.0

    def __call__(self) -> float:
        return time.monotonic() + self.ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Monotonic:
    """A clock that a test can move, as a machine's does that was suspended."""
    clock = Monotonic()
    for module in (terms, reveal):
        monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=clock, time=time.time))
    return clock


async def _over(house: House, term: Term) -> None:
    """Wait until this term is not ours any more."""
    await house.eventually(lambda: house.leadership._term is not term)


async def test_a_lapsed_lease_shows_nobody(house: House, clock: Monotonic) -> None:
    """A daemon that slept past its lease refuses the card that it gave before."""
    call, number = await house.talks()
    door = house.term.door
    revealed = await door.reveal(seat_of(ELS), ELS, call, number)
    assert revealed.identity is not None
    assert revealed.identity.attributes["familyname"] == "Vries1"
    clock.ahead = 3.1
    with pytest.raises(LeaseLost):
        await door.reveal(seat_of(ELS), ELS, call, number)
    with pytest.raises(PeerUnavailable):
        house.leadership.term()


async def test_a_lease_that_lapses_while_the_vault_is_opened_shows_nobody(house: House, clock: Monotonic) -> None:
    """The last look at the lease is after the vault's answer."""
    call, number = await house.talks()
    house.vault.gate.hold()
    asked = asyncio.create_task(house.term.door.reveal(seat_of(ELS), ELS, call, number))
    await house.vault.called.until(lambda called: called[0] == "open")
    clock.ahead = 3.1
    house.vault.gate.release()
    with pytest.raises(LeaseLost):
        await within(asked)


async def test_a_lapsed_lease_decides_nothing_and_answers_everybody_who_waits(house: House, clock: Monotonic) -> None:
    """The event that finds the lease lapsed, and those behind it, change nothing."""
    term = house.term
    clock.ahead = 3.1
    asked = [asyncio.create_task(term.ask(CallerArrived(NEAR, ChannelId(f"late{n}")))) for n in range(3)]
    answers = await within(asyncio.gather(*asked, return_exceptions=True))
    assert [type(answer) for answer in answers] == [PeerUnavailable] * 3
    assert term.desk.calls == {}
    with pytest.raises(PeerUnavailable):
        await term.ask(TimePassed())


async def test_a_lapsed_lease_performs_no_command(house: House, clock: Monotonic) -> None:
    """A command that waited for the one before it is not sent any more."""
    node, term = house.node, house.term
    call = CallId("near-1")
    node.hangs[call].hold()
    await house.happens(CallerArrived(NEAR, ChannelId(call)), KeysPressed(NEAR, ChannelId(call), Digits("1")))
    await node.asked_for(Say, call)
    clock.ahead = 3.1
    node.hangs[call].release()
    await _over(house, term)
    assert not [command for command in node.asked.all if isinstance(command, StopSaying | HoldInQueue)]


async def test_a_save_that_fails_until_the_lease_lapses_ends_the_term() -> None:
    """What could not be saved is not acted on, and who leads next begins from what was saved."""
    async with House(ttl=0.3).leads() as house:
        term, node = house.term, house.node
        house.store.faults.always = {"save": PeerUnavailable("away")}
        house.store.renewing.hold()  # A renewal that hangs notices nothing: the save itself must.
        await house.happens(CallerArrived(NEAR, ChannelId("near-1")))
        await _over(house, term)
        assert house.store.begun.all.count(frozenset({("call", "near-1")})) > 1
        assert not [command for command in node.asked.all if isinstance(command, Say)]
        house.store.faults.always.clear()
        house.store.renewing.release()
        assert (await house.confirmed(term.lease.fence)).desk.calls == {}


@pytest.mark.parametrize("error", [PeerUnavailable("away"), PeerError("READONLY")])
async def test_a_renewal_that_fails_once_ends_nothing(error: PeerError) -> None:
    """As long as the lease stands, the store may mend."""
    async with House(ttl=0.3).leads() as house:
        term = house.term
        house.store.faults.once["renew"] = [error]
        before = len(house.store.called.all)
        await house.store.called.number(before + 4)
        assert house.store.called.all[before:] == ["renew"] * 4
        assert house.term is term


async def test_another_leader_ends_the_term(house: House) -> None:
    """A renewal that finds a later lease is the end, although ours has not lapsed."""
    term = house.term
    house.store.faults.once["renew"] = [LeaseLost("another leads")]
    await within(_over(house, term))
    assert not term.leads()


async def test_a_node_that_another_daemon_has_taken_ends_the_term(house: House) -> None:
    """The event socket was replaced: whoever did that leads."""
    term = house.term
    house.node.fail(LeaseLost("another socket has our application"))
    await _over(house, term)
    assert (await house.confirmed(term.lease.fence)).leads()


async def test_a_command_that_finds_the_lease_lost_ends_the_term(house: House) -> None:
    """LeaseLost is no refusal of one command: it is never told to the desk as one."""
    term = house.term
    house.node.refuses[Say] = LeaseLost("another socket has our application")
    await house.happens(CallerArrived(NEAR, ChannelId("near-1")))
    await _over(house, term)


async def test_the_end_blanks_every_card_and_closes_every_stream_before_a_slow_node_is_closed(house: House) -> None:
    """A node that takes its time to say goodbye keeps no name on a screen."""
    call, number = await house.talks()
    term = house.term
    for node in house.opened.all:
        node.closing.hold()
    with house.screens.seats.mailbox(seat_of(ELS)) as box, house.screens.seats.mailbox(seat_of(ELS)) as second:
        house.store.faults.once["renew"] = [LeaseLost("another leads")]
        await house.store.called.until(lambda called: called == "renew")
        await house.eventually(lambda: box._closed)
        assert box._waiting["blank"] == second._waiting["blank"] == Nudge("blank", call, number)
        assert [nudge async for nudge in box] == []
        assert term.grants.held() == []
        assert house.leadership._term is term  # Its nodes are still being closed.
        with pytest.raises(PeerUnavailable):
            house.leadership.term()
        with pytest.raises(PeerUnavailable):
            await term.ask(TimePassed())
    for node in house.opened.all:
        node.closing.release()


async def test_an_event_that_cannot_be_decided_ends_the_term_and_is_answered(house: House) -> None:
    """A defect of the desk: whoever asked hears of it, and the next term begins from what was saved."""
    await house.comes()
    term = house.term
    with pytest.raises(PeerUnavailable):
        await within(term.ask(cast(Event, object())))
    again = await house.confirmed(term.lease.fence)
    assert again.desk.agents[ELS].seat == seat_of(ELS)


async def test_a_term_that_never_had_its_nodes_ends_too() -> None:
    """Whatever fails first, nobody waits for an answer that cannot come."""
    house = House()
    lease = await house.store.acquire(PLAN.desk, "one", 3.0)
    assert lease is not None

    def broken() -> dict[object, object]:
        raise PeerUnavailable("no address")

    term = Term(Desk(PLAN), lease, replace(house.peers, nodes=broken))  # type: ignore[arg-type]
    asked = asyncio.create_task(term.ask(TimePassed()))
    await asyncio.sleep(0)
    with pytest.raises((PeerUnavailable, ExceptionGroup)):
        await term.run()
    with pytest.raises(PeerUnavailable):
        await within(asked)
    assert not term.leads()


async def test_a_seat_that_is_claimed_on_a_term_that_ended_is_refused(house: House) -> None:
    """Nothing is promised that nobody keeps."""
    term = house.term
    house.store.faults.once["renew"] = [LeaseLost("another leads")]
    await _over(house, term)
    with pytest.raises(PeerUnavailable):
        await term.follow_phone(phone_of(ELS))
    with pytest.raises(PeerUnavailable):
        await term.ask(TimePassed())
