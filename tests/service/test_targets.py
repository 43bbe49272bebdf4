"""Whose an extension is that was keyed in on a phone: what the desk is told, and what is kept of a number."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from dataclasses import dataclass, field, replace
from unittest import mock

import pytest

from irmacall.core.call import Call, Leg, Stage
from irmacall.core.events import CallerArrived
from irmacall.core.ids import CallId, ChannelId, Endpoint, NodeName, NumberId, QueueId, UserId
from irmacall.core.state import Desk
from irmacall.core.transfer import Handover, ToLine, ToOutside, ToPerson
from irmacall.core.transfer_commands import FindTarget
from irmacall.core.transfer_events import TargetFound, TargetUnknown
from irmacall.errors import PeerError, PeerUnavailable
from irmacall.service.callbacks import Line, Numbers, needed
from irmacall.service.directory import Directory, Reach
from irmacall.service.directory import Line as Queue
from irmacall.service.targets import Targets
from irmacall.store.desk import Lease, MemoryDeskStore
from irmacall.store.users import Role, User
from irmacall.web.ports import PassOn
from tests.core.leader import FAR, GENERAL, NEAR, PASSPORTS, PLAN
from tests.core.plays import ELS, phone_of
from tests.service.fakes import FakePeople
from tests.service.house import House

WILLEM = UserId("willem")
CALL = CallId("near-1")
NUMBER = "+31241234567"
REACH = Reach((Queue(PASSPORTS, "Burgerzaken", "2200"), Queue(QueueId("weg"), "Weg", "2300")), ("+3124",))


class FakeLines:
    """A node whose lines may call these beginnings."""

    def __init__(self, *prefixes: str) -> None:
        self.prefixes = prefixes

    async def caller_number(self, channel: ChannelId) -> str | None:
        """See `Line.caller_number`: nobody asks here."""
        raise AssertionError(channel)

    def may_call(self, number: str) -> bool:
        """See `Line.may_call`."""
        return number.startswith(self.prefixes)


@dataclass
class Leader:
    """A term that leads a desk with one call, which Els has on the line, and keeps what is told."""

    desk: Desk = field(default_factory=lambda: Desk(PLAN))
    nodes: Mapping[NodeName, Line] = field(default_factory=lambda: {NEAR: FakeLines("+31"), FAR: FakeLines()})
    told: list[TargetFound | TargetUnknown] = field(default_factory=list)
    people: FakePeople = field(default_factory=FakePeople)
    store: MemoryDeskStore = field(default_factory=MemoryDeskStore)
    takes: bool = True
    """Whether the desk makes something of what it is told."""
    over: bool = False
    followed: list[Endpoint] = field(default_factory=list)
    works: list[asyncio.Task[None]] = field(default_factory=list)

    async def begins(self) -> Leader:
        """It has its lease."""
        lease = await self.store.acquire(PLAN.desk, "us", 30)
        assert lease is not None
        self.lease: Lease = lease
        self.numbers = Numbers(PLAN.desk, bytes(32), self.store, lambda: self.lease, lambda _: None, {})
        self.targets = Targets(self, Directory(self.people), lambda: REACH, self.numbers)
        self.call = Call(CALL, NEAR, ChannelId(CALL), GENERAL, 0.0, PLAN, stage=Stage.TALKING)
        self.call.legs = (Leg(ChannelId("leg"), ELS, phone_of(ELS), 0.0),)
        self.desk.calls[CALL] = self.call
        for user, extension in ((ELS, "4101"), (WILLEM, "4102")):
            self.people.has(
                User(user, user, user, Role.AGENT, phone_of(user), "", disabled=False, extension=extension)
            )
        return self

    def leads(self) -> bool:
        """See `targets.Leader`."""
        return not self.over

    async def follow_phone(self, endpoint: Endpoint) -> None:
        """See `targets.Leader`."""
        self.followed.append(endpoint)

    async def ask(self, event: TargetFound | TargetUnknown) -> None:
        """See `targets.Leader`."""
        if self.over:
            raise PeerUnavailable("over")
        self.told.append(event)
        if self.takes and isinstance(event, TargetFound) and isinstance(event.to, ToOutside):
            self.call.handover = Handover(ELS, (event.to,))

    def aside(self, work: Coroutine[object, object, None], name: str) -> None:
        """See `targets.Leader`."""
        self.works.append(asyncio.create_task(work, name=name))

    async def finds(self, extension: str, call: CallId = CALL) -> TargetFound | TargetUnknown | None:
        """What the desk is told, once everything is done."""
        await self.targets.find(FindTarget(call, extension, 3))
        await asyncio.gather(*self.works)
        return self.told[-1] if self.told else None

    async def kept(self) -> list[NumberId]:
        """The names of the numbers that are saved."""
        return [NumberId(name) for _, name in await self.store.load(self.lease)]


@pytest.fixture
async def leader() -> Leader:
    """Els has a caller on the line."""
    return await Leader().begins()


async def test_somebodys_extension(leader: Leader) -> None:
    """Her phone; whether it is there is found out before the desk hears of her."""
    assert await leader.finds("4102") == TargetFound(CALL, 3, ToPerson(WILLEM, phone_of(WILLEM)))
    assert leader.followed == [phone_of(WILLEM)]


async def test_somebody_of_the_list(leader: Leader) -> None:
    """The same for whom an owner picks on her screen."""
    wished = await leader.targets.wished(leader.call, ELS, PassOn(user=WILLEM))
    assert (wished, leader.followed) == (ToPerson(WILLEM, phone_of(WILLEM)), [phone_of(WILLEM)])


async def test_a_queues_extension(leader: Leader) -> None:
    """At her own place in it."""
    assert await leader.finds("2200") == TargetFound(CALL, 3, ToLine(PASSPORTS))


async def test_a_number_outside(leader: Leader) -> None:
    """Kept sealed under a name, which is all that the desk is told."""
    told = await leader.finds("0241234567")
    assert isinstance(told, TargetFound)
    assert isinstance(told.to, ToOutside)
    assert leader.numbers.number_of(told.to.number) == NUMBER
    assert await leader.kept() == [told.to.number]
    assert "1234567" not in repr(told)


@pytest.mark.parametrize(
    "extension",
    ["4101", "4103", "2300", "0201234567", "241234567", "112", "", "*1", "1" * 40],
    ids=[
        "her own",
        "nobody's",
        "a queue that is gone",
        "not allowed",
        "no 0",
        "112",
        "nothing",
        "a star",
        "too long",
    ],
)
async def test_what_leads_nowhere(leader: Leader, extension: str) -> None:
    """The desk is told so, and nothing is kept."""
    assert await leader.finds(extension) == TargetUnknown(CALL, 3)
    assert await leader.kept() == []


async def test_a_disabled_user_has_no_extension(leader: Leader) -> None:
    """Nor is it anybody else's."""
    leader.people.has(replace(leader.people.users[WILLEM], disabled=True))
    assert await leader.finds("4102") == TargetUnknown(CALL, 3)


async def test_a_number_that_no_line_of_her_node_may_call(leader: Leader) -> None:
    """Another node's lines are of no use to this call."""
    leader.call.node = FAR
    assert await leader.finds("0241234567") == TargetUnknown(CALL, 3)


async def test_a_call_that_is_gone(leader: Leader) -> None:
    """Nobody waits for the answer."""
    assert await leader.finds("4102", CallId("near-9")) == TargetUnknown(CallId("near-9"), 3)


async def test_a_users_file_that_fails(leader: Leader) -> None:
    """She hears that it cannot be now, and does not wait for ever."""
    leader.people.faults.always["list_users"] = PeerError("users.db: SQLITE_BUSY")
    assert await leader.finds("4102") == TargetUnknown(CALL, 3)


async def test_a_number_of_which_the_desk_made_nothing_is_forgotten(leader: Leader) -> None:
    """Her phone had hung up meanwhile."""
    leader.takes = False
    told = await leader.finds("0241234567")
    assert isinstance(told, TargetFound)
    assert await leader.kept() == []


async def test_a_term_that_ends_meanwhile_is_no_fault(leader: Leader) -> None:
    """Who leads next forgets the number (see `callbacks.needed`)."""
    leader.over = True
    assert await leader.finds("0241234567") is None
    assert len(await leader.kept()) == 1
    assert needed(leader.desk) == set()


async def test_the_numbers_that_are_needed_are_those_of_calls_and_callbacks(leader: Leader) -> None:
    """That rings or talks, and that will ring."""
    rung, next_ = NumberId("rung"), NumberId("next")
    leader.call.legs = (Leg(ChannelId("out"), None, Endpoint(""), 0.0, rung),)
    leader.call.handover = Handover(ELS, (ToPerson(WILLEM, phone_of(WILLEM)), ToOutside(next_)))
    assert needed(leader.desk) == {rung, next_}


async def test_a_term_finds_out_for_the_desk(house: House) -> None:
    """Beside everything else, and with the same answer."""
    house.people.has(
        User(WILLEM, "w", "Willem", Role.OFFICIAL, phone_of(WILLEM), "", disabled=False, extension="4102")
    )
    await house.happens(CallerArrived(NEAR, ChannelId(CALL)))
    with mock.patch.object(house.term, "ask") as ask:
        house.term._act(FindTarget(CALL, "4102", 1))
        await house.eventually(lambda: ask.await_count == 1)
    ask.assert_awaited_once_with(TargetFound(CALL, 1, ToPerson(WILLEM, phone_of(WILLEM))))
