"""Decide, withdraw, save, act: what a term does with what it hears, and in which order."""

from __future__ import annotations

import ast
import asyncio
import dataclasses
from pathlib import Path

import pytest

import irmacall.core
from irmacall.core.call import Stage
from irmacall.core.commands import Connect, CreateLeg, HangUp, HoldInQueue, Say
from irmacall.core.events import (
    BridgeEntered,
    CallerArrived,
    ErasureAsked,
    PlaybackEnded,
    SeatClaimed,
    TimePassed,
)
from irmacall.core.ids import CallId, ChannelId, SealedId, SeatId, leg_channel, playback, talk_bridge
from irmacall.errors import PeerError, PeerUnavailable
from irmacall.service.screens import Mailbox
from irmacall.store.audit import AuditKind
from irmacall.web.ports import Nudge
from tests.core.leader import FAR, NEAR, PLAN
from tests.core.plays import BO, ELS, phone_of, seat_of
from tests.service.fakes import PATIENCE
from tests.service.house import House, within

ELSEWHERE = SeatId("another-browser")
SEALED = SealedId("sealed1")


async def _next(box: Mailbox) -> Nudge:
    return await within(anext(box))


async def _told_of_a_card(box: Mailbox) -> bool:
    async with asyncio.timeout(PATIENCE):
        async for nudge in box:
            if nudge.kind == "card":
                return True
    return False


async def _saved_as(house: House, call: CallId, stage: str) -> None:
    async with asyncio.timeout(PATIENCE):
        while f'"stage":"{stage}"'.encode() not in (await house.store.load(house.term.lease))[("call", call)]:
            await house.store.saved.number(len(house.store.saved.all) + 1)


async def _moves(house: House) -> None:
    """Els claims her seat in another browser."""
    await house.happens(SeatClaimed(ELS, ELSEWHERE, phone_of(ELS)))


async def test_a_withdrawal_acts_before_the_save_and_a_grant_only_after_it(house: House) -> None:
    """While the store keeps us waiting, the old screen is blank already and the new one has no card yet."""
    call, number = await house.talks()
    house.store.gate.hold()
    with house.screens.seats.mailbox(seat_of(ELS)) as old, house.screens.seats.mailbox(ELSEWHERE) as new:
        await _moves(house)
        assert await _next(old) == Nudge("blank", call, number)
        assert house.term.grants.held() == []
        house.store.gate.release()
        assert await _next(new) == Nudge("card", call, type(number)(number + 1))
    assert [held.seat for held in house.term.grants.held()] == [ELSEWHERE]


async def test_a_grant_withdrawn_while_its_save_was_under_way_never_comes_to_life(house: House) -> None:
    """The caller hangs up before it is saved who may see her: nobody ever may."""
    call, _ = await house.talks()
    house.store.gate.hold()
    with house.screens.seats.mailbox(ELSEWHERE) as box:
        await _moves(house)
        await house.hangs_up(call)
        house.store.gate.release()
        await house.node.asked_for(HangUp, call)
        assert house.term.grants.held() == []
        await house.eventually(lambda: "panel" in box._waiting)
        told = {nudge.kind for nudge in box._waiting.values()}
    assert told == {"blank", "panel"}


async def test_a_burn_does_not_wait_for_the_save(house: House) -> None:
    """What the citizen wiped is gone although nothing can be saved."""
    page = await house.discloses()
    house.store.gate.hold()
    await house.happens(ErasureAsked(page))
    await house.vault.called.until(lambda called: called == ("burn", frozenset({SEALED})))
    assert not await house.vault.holds(SEALED)


async def test_what_is_only_noted_is_saved_but_its_commands_do_not_wait(house: House) -> None:
    """That they talk is known to Asterisk too: the card is shown while it is being written down."""
    call = await house.connects()
    await house.node.asked_for(Connect, call)
    await _saved_as(house, call, "connecting")  # That too is only noted.
    house.store.gate.hold()
    with house.screens.seats.mailbox(seat_of(ELS)) as box:
        before = len(house.store.begun.all)
        await house.joins(call)
        await house.store.begun.number(before + 1)
        assert (await _next(box)).kind in ("card", "panel")
    [held] = house.term.grants.held()
    assert (held.call, held.seat) == (call, seat_of(ELS))
    assert b'"stage":"connecting"' in (await house.store.load(house.term.lease))[("call", call)]
    house.store.gate.release()
    await _saved_as(house, call, "talking")


async def test_what_is_only_noted_is_saved_with_what_comes_next(house: House) -> None:
    """It waits a while for a save that must be made anyway."""
    call = await house.connects()
    await house.node.asked_for(Connect, call)
    before = len(house.store.begun.all)
    await house.joins(call)
    await house.happens(CallerArrived(NEAR, ChannelId("near-2")))
    await house.node.asked_for(Say, CallId("near-2"))
    assert house.store.begun.all[before:] == [{("call", call), ("call", "near-2")}]


async def test_what_is_decided_during_a_save_goes_into_one_later_save(house: House) -> None:
    """The cost of a burst is two round trips, not one for each call."""
    house.store.gate.hold()
    await house.happens(CallerArrived(NEAR, ChannelId("first")))
    await house.store.begun.until(lambda keys: keys == {("call", "first")})
    before = len(house.store.begun.all)
    for number in range(20):
        await house.happens(CallerArrived(NEAR, ChannelId(f"later{number}")))
    assert len(house.store.begun.all) == before
    house.store.gate.release()
    await house.node.asked_for(Say, CallId("later19"))
    assert house.store.begun.all[before:] == [frozenset(("call", f"later{number}") for number in range(20))]


async def test_nothing_is_asked_of_a_node_before_it_is_saved(house: House) -> None:
    """A phone that rang for a call that nobody remembers could not be hung up after a crash."""
    await house.comes()
    await house.term.ask(TimePassed())  # what was decided so far is saved
    house.store.gate.hold()
    await house.happens(CallerArrived(NEAR, ChannelId("near-1")))
    await house.store.begun.until(lambda keys: ("call", "near-1") in keys)
    assert not [command for command in house.node.asked.all if command.call == "near-1"]
    house.store.gate.release()
    await house.node.asked_for(Say, CallId("near-1"))


async def test_a_save_that_fails_is_tried_again(house: House) -> None:
    """A store that is away, or full for a moment, costs time and nothing else."""
    house.store.faults.once["save"] = [PeerUnavailable("away"), PeerError("OOM")]
    await house.happens(CallerArrived(NEAR, ChannelId("near-1")))
    await house.node.asked_for(Say)
    assert house.store.begun.all[-3:] == [{("call", "near-1")}] * 3
    assert ("call", "near-1") in await house.store.load(house.term.lease)


async def test_the_desk_is_woken_when_it_asked_to_be() -> None:
    """A caller who keys nothing is moved to the queue by the clock alone."""
    plan = dataclasses.replace(PLAN, times=dataclasses.replace(PLAN.times, first_digit=0.02))
    async with House(plan=plan).leads() as house:
        await house.happens(
            CallerArrived(NEAR, ChannelId("near-1")), PlaybackEnded(NEAR, playback(CallId("near-1"), 1))
        )
        await house.node.asked_for(HoldInQueue, CallId("near-1"))
        assert house.term.desk.calls[CallId("near-1")].stage is Stage.WAITING


async def test_a_refusal_of_a_node_is_told_to_the_desk(house: House) -> None:
    """A leg that cannot be made gives the caller her place back, and tells the agent."""
    house.node.refuses[CreateLeg] = PeerError("no such endpoint")
    await house.discloses()
    await house.comes()
    call = await house.calls()
    await house.node.asked_for(HangUp, call)
    await house.eventually(lambda: house.term.desk.calls[call].stage is Stage.WAITING)
    assert house.term.desk.agents[ELS].reason == "phone-failed"


async def test_an_unexpected_fault_breaks_the_call_that_it_was_in_and_no_other(house: House) -> None:
    """A defect of ours in one command is that call's bad luck; the desk goes on."""
    house.node.refuses[HoldInQueue] = ZeroDivisionError("a defect")
    await house.discloses()
    call = await house.calls()
    await house.eventually(lambda: call not in house.term.desk.calls)
    house.node.refuses.clear()
    await house.happens(CallerArrived(NEAR, ChannelId("near-2")))
    await house.node.asked_for(Say, CallId("near-2"))
    assert len(house.opened.all) == 1


async def test_each_node_is_shown_a_changing_beat_of_this_term() -> None:
    """The watchdog of a node sees a value that rises; a node that does not answer is shown it again later."""
    async with House(nodes=(NEAR, FAR)).leads() as house:
        for node in house.opened.all:
            assert (await node.beats.number(1))[0] == f"{house.term.lease.fence}.1"


async def test_the_beat_goes_on_when_a_node_does_not_answer(house: House) -> None:
    """A beat that got lost ends nothing, and the next one is another."""
    house.node.faults.always["show_leader"] = PeerUnavailable("silent")
    beats = await house.node.beats.number(4)
    assert len(set(beats)) == len(beats)
    assert house.term.leads()


async def test_a_phone_is_followed_on_every_node_that_answers() -> None:
    """A node that is away hears of the phone at its next connect, and the agent need not wait for that."""
    async with House(nodes=(NEAR, FAR)).leads() as house:
        near, far = house.opened.all
        near.faults.always["follow"] = PeerUnavailable("away")
        await house.term.follow_phone(phone_of(BO))
        assert (near.followed.all, far.followed.all) == ([phone_of(BO)], [phone_of(BO)])


async def test_what_is_withdrawn_and_a_third_in_the_bridge_stand_in_the_audit_log(house: House) -> None:
    """The security officer reads who lost the card, of which call and under which grant, and why."""
    call, number = await house.talks()
    members = frozenset({ChannelId(call), leg_channel(call, 1), ChannelId("stranger")})
    await house.happens(BridgeEntered(NEAR, talk_bridge(call), ChannelId("stranger"), members))
    line = await house.audit_log.lines.until(lambda line: line.kind is AuditKind.WITHDRAWN)
    assert (line.who, line.seat, line.call, line.grant, line.why) == (
        ELS,
        seat_of(ELS),
        call,
        number,
        "BridgeEntered",
    )
    foreign = await house.audit_log.lines.until(lambda line: line.kind is AuditKind.WITHDRAWN_FOREIGN_CHANNEL)
    assert (foreign.call, foreign.desk) == (call, PLAN.desk)


async def test_each_grant_that_stands_is_a_line_in_the_audit_log(house: House) -> None:
    """Who has which caller from when on, under which grant, and what brought it about; none that came to nothing."""
    call, number = await house.talks()
    line = await house.audit_log.lines.until(lambda line: line.kind is AuditKind.GRANTED)
    assert (line.who, line.seat, line.call, line.grant, line.why) == (
        ELS,
        seat_of(ELS),
        call,
        number,
        "BridgeEntered",
    )
    house.store.gate.hold()
    await _moves(house)
    await house.hangs_up(call)
    house.store.gate.release()
    await house.node.asked_for(HangUp, call)
    await house.term.ask(TimePassed())
    await house.audit_log.lines.until(lambda line: line.kind is AuditKind.WITHDRAWN and line.grant != number)
    assert [line.grant for line in house.audit_log.lines.all if line.kind is AuditKind.GRANTED] == [number]
    assert house.term._granted_by == {}


async def test_a_wrong_code_stands_in_the_audit_log(house: House) -> None:
    """Guessing is seen: a line with the call and the try, and nothing of what was keyed."""
    call = await house.calls()
    line = await house.audit_log.lines.until(lambda line: line.kind is AuditKind.CODE_WRONG)
    assert (line.call, line.why, line.who) == (call, "try 1", None)


def test_the_audit_log_knows_every_kind_that_the_core_asks_for() -> None:
    """An unknown kind would end the term in the middle of a call."""
    kinds = set()
    for path in Path(irmacall.core.__path__[0]).glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func).endswith("NoteForAudit"):
                kinds.add(ast.literal_eval(node.args[0]))
    pairing = {"pairing_asked", "pairing_taken", "pairing_stopped", "pairing_bound"}
    dropped = {"identity_kept", "identity_back"}
    assert kinds == {"withdrawn_foreign_channel", "code_wrong", "doubted"} | pairing | dropped
    assert kinds <= {kind.value for kind in AuditKind}


async def test_an_ask_is_answered_when_it_is_decided_and_not_when_it_is_saved(house: House) -> None:
    """A screen need not wait for the store to hear that its wish was understood."""
    house.store.gate.hold()
    async with asyncio.timeout(1):
        await house.comes()
    assert house.term.desk.agents[ELS].seat == seat_of(ELS)


async def test_an_erasure_outlives_the_term_in_which_it_was_asked() -> None:
    """Neither the vault nor the store could be reached in time: she is not told that it is done, and then it is."""
    async with House(ttl=0.3).leads() as house:
        page, term = await house.discloses(), house.term
        await term.ask(TimePassed())
        house.store.faults.always = {"save": PeerUnavailable("away"), "renew": PeerUnavailable("away")}
        house.vault.faults.always = {"burn": PeerUnavailable("away")}
        with pytest.raises(PeerUnavailable):
            await term.ask(ErasureAsked(page))
        house.store.faults.always.clear()
        house.vault.faults.always.clear()
        await house.confirmed(term.lease.fence)
        await house.eventually(lambda: not house.term.desk.sealed_of_code)
        await house.eventually(lambda: not house.peers.unburned)
