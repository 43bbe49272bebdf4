"""The numbers of those who are to be called back: sealed where they are saved, and gone when they are done."""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field

import pytest

from irmacall.core.code import Digits
from irmacall.core.commands import KeepNumber, TryNumber
from irmacall.core.events import NumberKept, NumberRefused, NumberUnfit
from irmacall.core.ids import CallId, ChannelId, DeskId, NodeName, NumberId, RecordKey
from irmacall.errors import PeerError, PeerUnavailable
from irmacall.service.callbacks import KIND, Numbers
from irmacall.store.desk import Lease, MemoryDeskStore
from irmacall.store.numbers import numbers_key, open_number, seal_number

DESK = DeskId("nijmegen")
KEY = numbers_key(bytes(range(32)))
NEAR = NodeName("near")
OWN = KeepNumber(NEAR, CallId("anna"), ChannelId("anna"), None)
TRIED = TryNumber(NEAR, CallId("anna"), ChannelId("anna"), 7)
MOBILE = "+31612345678"


@dataclass
class FakeLine:
    """A node whose caller has a number, and whose lines call Dutch mobiles alone."""

    number: str | None = MOBILE
    away: bool = False

    async def caller_number(self, channel: ChannelId) -> str | None:
        """See `Line.caller_number`."""
        if self.away:
            raise PeerUnavailable("no answer")
        return self.number

    def may_call(self, number: str) -> bool:
        """See `Line.may_call`."""
        return number.startswith("+316")


@dataclass
class Office:
    """A term's numbers, and what they told."""

    store: MemoryDeskStore = field(default_factory=MemoryDeskStore)
    told: list[NumberKept | NumberRefused | NumberUnfit] = field(default_factory=list)

    async def opened(self) -> Numbers:
        """The numbers of a new term, on what was saved."""
        lease = await self.store.acquire(DESK, "us", 30)
        assert lease is not None
        self.lease: Lease = lease
        records = await self.store.load(lease)
        return Numbers(DESK, KEY, self.store, lambda: self.lease, self.told.append, records)

    async def saved(self) -> dict[tuple[str, str], bytes]:
        """Every record of the desk."""
        return await self.store.load(self.lease)


async def test_the_number_that_she_calls_with_is_kept_sealed_and_found_by_the_next_leader() -> None:
    """What is saved does not hold it; whoever leads next, with the same key, can call it."""
    office = Office()
    await (await office.opened()).keep(OWN, {NEAR: FakeLine()})
    [kept] = office.told
    assert isinstance(kept, NumberKept)
    [raw] = (await office.saved()).values()
    assert MOBILE.encode() not in raw
    assert (await office.opened()).number_of(kept.number) == MOBILE


@pytest.mark.parametrize("typed", ["0612345678", "0031612345678"])
async def test_a_number_that_she_keys_in_is_kept_as_the_world_writes_it(typed: str) -> None:
    """With or without a country: E.164."""
    office = Office()
    numbers = await office.opened()
    await numbers.keep(KeepNumber(NEAR, CallId("anna"), ChannelId("anna"), Digits(typed)), {NEAR: FakeLine()})
    [kept] = office.told
    assert isinstance(kept, NumberKept)
    assert numbers.number_of(kept.number) == MOBILE


@pytest.mark.parametrize(
    ("wanted", "line"),
    [
        (OWN, FakeLine(number=None)),
        (OWN, FakeLine(away=True)),
        (OWN, FakeLine(number="+31241234567")),
        (KeepNumber(NEAR, CallId("anna"), ChannelId("anna"), Digits("09001234567")), FakeLine()),
        (KeepNumber(NEAR, CallId("anna"), ChannelId("anna"), Digits("112")), FakeLine()),
    ],
    ids=["withheld", "node away", "no line may", "premium", "emergency"],
)
async def test_a_number_that_cannot_be_called_is_refused_and_not_kept(wanted: KeepNumber, line: FakeLine) -> None:
    """Nobody is promised a call that would never come."""
    office = Office()
    await (await office.opened()).keep(wanted, {NEAR: line})
    assert (office.told, await office.saved()) == ([NumberRefused(CallId("anna"))], {})


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (FakeLine(), []),
        (FakeLine(number=None), [NumberUnfit(CallId("anna"), 7)]),
        (FakeLine(away=True), [NumberUnfit(CallId("anna"), 7)]),
        (FakeLine(number="+31241234567"), [NumberUnfit(CallId("anna"), 7)]),
    ],
    ids=["fit", "withheld", "node away", "no line may"],
)
async def test_it_is_found_whether_her_own_number_can_be_offered(line: FakeLine, told: list[NumberUnfit]) -> None:
    """Nothing is said where it can, and nothing is kept."""
    office = Office()
    await (await office.opened()).find(TRIED, {NEAR: line})
    assert (office.told, await office.saved()) == (told, {})


async def test_a_telephone_that_is_promised_is_not_offered_once_more() -> None:
    """To ask for it would be refused."""
    office = Office()
    numbers = await office.opened()
    await numbers.keep(OWN, {NEAR: FakeLine()})
    await numbers.find(TRIED, {NEAR: FakeLine()})
    assert [type(told) for told in office.told] == [NumberKept, NumberUnfit]


async def test_a_number_that_is_done_with_is_gone() -> None:
    """From memory and from what is saved."""
    office = Office()
    numbers = await office.opened()
    await numbers.keep(OWN, {NEAR: FakeLine()})
    [kept] = office.told
    assert isinstance(kept, NumberKept)
    await numbers.drop(kept.number)
    assert (numbers.number_of(kept.number), await office.saved()) == (None, {})


async def test_numbers_that_no_callback_needs_are_forgotten_at_a_take_over() -> None:
    """The daemon before us was gone between the number and the promise."""
    office = Office()
    for number in (MOBILE, "+31687654321"):
        await (await office.opened()).keep(OWN, {NEAR: FakeLine(number)})
    needed = office.told[1]
    assert isinstance(needed, NumberKept)
    await (await office.opened()).drop_all_but([needed.number])
    assert set(await office.saved()) == {(KIND, needed.number)}


def test_a_sealed_number_opens_nowhere_else() -> None:
    """Not under another name, for another desk, with another key, or altered; and all are of one length."""
    name = NumberId("one")
    sealed = seal_number(KEY, DESK, name, MOBILE)
    assert open_number(KEY, DESK, name, sealed) == MOBILE
    assert len(sealed) == len(seal_number(KEY, DESK, name, "+31104"))
    for key, desk, other, raw in (
        (KEY, DESK, NumberId("two"), sealed),
        (KEY, DeskId("arnhem"), name, sealed),
        (bytes(32), DESK, name, sealed),
        (KEY, DESK, name, sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ):
        with pytest.raises(PeerError, match="altered"):
            open_number(key, desk, other, raw)


async def test_no_telephone_is_promised_to_two_callers() -> None:
    """Who keys in somebody else's number again and again is refused from the second time on."""
    office = Office()
    numbers = await office.opened()
    for caller in ("anna", "bert"):
        wanted = KeepNumber(NEAR, CallId(caller), ChannelId(caller), Digits("0612345678"))
        await numbers.keep(wanted, {NEAR: FakeLine()})
    assert [type(told) for told in office.told] == [NumberKept, NumberRefused]


async def test_many_callers_are_passed_to_one_telephone() -> None:
    """Each under a name of its own; and the next leader promises a callback on it all the same."""
    office = Office()
    numbers = await office.opened()
    given = [await numbers.keep_given(MOBILE) for _ in range(2)]
    assert [numbers.number_of(name) for name in given] == [MOBILE, MOBILE]
    assert len(set(given)) == 2
    assert MOBILE.encode() not in b"".join((await office.saved()).values())
    numbers = await office.opened()
    await numbers.find(TRIED, {NEAR: FakeLine()})
    await numbers.keep(OWN, {NEAR: FakeLine()})
    [kept] = office.told
    assert isinstance(kept, NumberKept)
    assert set(await office.saved()) == {(KIND, name) for name in (*given, kept.number)}


async def test_a_number_that_may_have_been_saved_goes_with_the_next_save() -> None:
    """The store's answer was lost: who asked is told so at once, and nothing of the number stays."""

    class Deaf(MemoryDeskStore):
        """A store that saves, and whose first answer is lost."""

        lost = False

        async def save(
            self, lease: Lease, puts: Mapping[RecordKey, bytes], deletes: Collection[RecordKey] = ()
        ) -> None:
            """See `DeskStore.save`."""
            await super().save(lease, puts, deletes)
            if not self.lost:
                self.lost = True
                raise PeerUnavailable("no answer")

    office = Office(Deaf())
    numbers = await office.opened()
    with pytest.raises(PeerUnavailable):
        await numbers.keep_given(MOBILE)
    [(_, stray)] = await office.saved()
    assert numbers.number_of(NumberId(stray)) is None
    await numbers.drop(NumberId("another"))
    assert await office.saved() == {}


async def test_two_callers_who_key_in_one_telephone_at_once_are_one_promise() -> None:
    """The second asks while the first one's number is still being saved."""

    class Slow(MemoryDeskStore):
        """A store that lets others go on before it has saved."""

        async def save(
            self, lease: Lease, puts: Mapping[RecordKey, bytes], deletes: Collection[RecordKey] = ()
        ) -> None:
            """See `DeskStore.save`."""
            await asyncio.sleep(0)
            await super().save(lease, puts, deletes)

    office = Office(Slow())
    numbers = await office.opened()
    both = [KeepNumber(NEAR, CallId(caller), ChannelId(caller), Digits("0612345678")) for caller in ("anna", "bert")]
    await asyncio.gather(*(numbers.keep(wanted, {NEAR: FakeLine()}) for wanted in both))
    assert sorted(type(told).__name__ for told in office.told) == ["NumberKept", "NumberRefused"]


async def test_a_callback_is_made_where_a_line_may_call_it() -> None:
    """She came in on a node without a line to the outside: another one calls her."""

    class Silent(FakeLine):
        """A node whose lines call nobody."""

        def may_call(self, number: str) -> bool:
            """See `Line.may_call`."""
            return False

    office = Office()
    far = NodeName("far")
    await (await office.opened()).keep(OWN, {NEAR: Silent(), far: FakeLine()})
    [kept] = office.told
    assert isinstance(kept, NumberKept)
    assert kept.node == far
