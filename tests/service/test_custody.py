"""The vault during a term: what must be erased is, what it lost is noticed, and no clock lengthens anybody's hour."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import pytest

from irmacall.core.ids import SealedId
from irmacall.errors import LeaseLost, PeerError, PeerUnavailable
from irmacall.service.custody import Custody
from irmacall.store.vault import LARGEST_SKEW
from tests.core.leader import PLAN
from tests.service.fakes import Heard, HeldVault
from tests.service.house import named, within

ONE, TWO = SealedId("sealed1"), SealedId("sealed2")
FENCE = 3


@dataclass
class Keeper:
    """Custody over two identities, with clocks that a test moves."""

    vault: HeldVault = field(default_factory=HeldVault)
    lost: Heard[SealedId] = field(default_factory=Heard)
    kept: list[SealedId] = field(default_factory=lambda: [ONE, TWO])
    wall: float = 1_000_000.0
    steady: float = 50.0

    def __post_init__(self) -> None:
        self.custody = Custody(
            self.vault,
            PLAN.desk,
            FENCE,
            lambda: self.kept,
            self.lost.add,
            wall=lambda: self.wall,
            steady=lambda: self.steady,
        )

    async def rounds(self, count: int = 2) -> None:
        """So many looks at the vault have begun."""
        before = self._looks()
        await self.vault.called.until(lambda _: self._looks() >= before + count)

    def _looks(self) -> int:
        return sum(method == "clock_skew" for method, _ in self.vault.called.all)


@pytest.fixture
async def keeper() -> Keeper:
    """Both identities lie in the vault, and this term has claimed it."""
    keeper = Keeper()
    for sealed in keeper.kept:
        await keeper.vault.seal(PLAN.desk, sealed, named(1), time.time() + 60, FENCE)
    await keeper.vault.claim(PLAN.desk, FENCE)
    return keeper


@asynccontextmanager
async def _working(work: Callable[[], Coroutine[Any, Any, None]]) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(work())
    yield task
    task.cancel()
    await asyncio.wait([task])


async def test_what_is_burned_is_gone(keeper: Keeper) -> None:
    """At once, and several in one request."""
    async with _working(keeper.custody.burn_all):
        keeper.custody.burn(ONE)
        keeper.custody.burn(TWO)
        await keeper.vault.called.until(lambda called: called == ("burn", frozenset({ONE, TWO})))
        assert [await keeper.vault.holds(sealed) for sealed in (ONE, TWO)] == [False, False]


async def test_what_was_burned_is_not_burned_again_with_the_next(keeper: Keeper) -> None:
    """A day's work does not grow with every call."""
    async with _working(keeper.custody.burn_all):
        keeper.custody.burn(ONE)
        await keeper.vault.called.until(lambda called: called == ("burn", frozenset({ONE})))
        await asyncio.sleep(0)
        keeper.custody.burn(TWO)
        await keeper.vault.called.until(lambda called: called == ("burn", frozenset({TWO})))


@pytest.mark.parametrize("error", [PeerUnavailable("away"), PeerError("READONLY")])
async def test_burning_is_tried_until_it_is_done_and_then_no_more(keeper: Keeper, error: PeerError) -> None:
    """A vault that is away does not save what it holds; what comes meanwhile burns along."""
    keeper.vault.faults.once["burn"] = [error] * 3
    async with _working(keeper.custody.burn_all):
        keeper.custody.burn(ONE)
        await keeper.vault.called.until(lambda called: called[0] == "burn")
        keeper.custody.burn(TWO)
        await keeper.vault.called.until(lambda called: called == ("burn", frozenset({ONE, TWO})))
        while await keeper.vault.holds(ONE) or await keeper.vault.holds(TWO):
            await keeper.vault.called.number(len(keeper.vault.called.all) + 1)
        burned = len(keeper.vault.called.all)
        for _ in range(20):
            await asyncio.sleep(0)
        assert len(keeper.vault.called.all) == burned


async def test_a_vault_that_knows_us_is_not_asked_what_it_holds(keeper: Keeper) -> None:
    """One small question a second, not one for each identity."""
    async with _working(keeper.custody.watch):
        await keeper.rounds(3)
    assert "missing" not in {method for method, _ in keeper.vault.called.all}
    assert keeper.lost.all == []


async def test_what_a_restarted_vault_lost_is_told_and_the_rest_is_kept(keeper: Keeper) -> None:
    """Seen by the claim that is gone; told once."""
    keeper.vault.restart()
    await keeper.vault.seal(PLAN.desk, TWO, named(2), time.time() + 60, FENCE)
    async with _working(keeper.custody.watch):
        assert await keeper.lost.number(1) == [ONE]
        await keeper.rounds(3)
    assert keeper.lost.all == [ONE]
    assert await keeper.vault.claimant(PLAN.desk) == FENCE


@pytest.mark.parametrize("method", ["missing", "claim", "clock_skew"])
@pytest.mark.parametrize("error", [PeerUnavailable("away"), PeerError("LOADING")])
async def test_a_vault_that_fails_in_between_is_asked_again(keeper: Keeper, method: str, error: PeerError) -> None:
    """It is not claimed before it is known what it lost."""
    keeper.vault.restart()
    keeper.vault.faults.once[method] = [error]
    async with _working(keeper.custody.watch) as watching:
        await keeper.lost.until(lambda sealed: sealed == TWO)
        await keeper.rounds(3)
        assert not watching.done()
    assert set(keeper.lost.all) == {ONE, TWO}
    assert await keeper.vault.claimant(PLAN.desk) == FENCE


async def test_a_vault_that_a_later_leader_claimed_ends_the_term(keeper: Keeper) -> None:
    """It refuses our fence: we lead no longer, whatever we believe."""
    await keeper.vault.claim(PLAN.desk, FENCE + 1)
    with pytest.raises(LeaseLost):
        await within(keeper.custody.watch())


@pytest.mark.parametrize("skew", [LARGEST_SKEW + 0.1, -LARGEST_SKEW - 0.1])
async def test_clocks_that_differ_end_the_term(keeper: Keeper, skew: float) -> None:
    """In both directions."""
    keeper.vault.skew = skew
    with pytest.raises(LeaseLost):
        await within(keeper.custody.watch())


@pytest.mark.parametrize("skew", [LARGEST_SKEW, -LARGEST_SKEW])
async def test_clocks_that_differ_a_little_are_borne(keeper: Keeper, skew: float) -> None:
    """NTP's everyday work."""
    keeper.vault.skew = skew
    async with _working(keeper.custody.watch) as watching:
        await keeper.rounds(3)
        assert not watching.done()


@pytest.mark.parametrize("vault", ["there", "away"])
async def test_a_clock_set_back_erases_what_there_is(keeper: Keeper, vault: str) -> None:
    """Every expiry lies further away than it was promised, whether or not the vault can be asked."""
    if vault == "away":
        keeper.vault.faults.always["clock_skew"] = PeerUnavailable("away")
    async with _working(keeper.custody.watch):
        await keeper.rounds()
        assert keeper.lost.all == []
        keeper.wall -= LARGEST_SKEW
        assert set(await keeper.lost.number(2)) == {ONE, TWO}
        await keeper.rounds(3)
    assert len(keeper.lost.all) == 2


@pytest.mark.parametrize(("wall", "steady"), [(600.0, 600.0), (600.0, 0.0), (-1.0, 0.0), (0.0, 0.0)])
async def test_time_that_passes_a_jump_ahead_and_a_small_step_back_erase_nothing(
    keeper: Keeper, wall: float, steady: float
) -> None:
    """A jump ahead only shortens what was promised, and the expiry itself sees to that."""
    async with _working(keeper.custody.watch):
        await keeper.rounds()
        keeper.wall += wall
        keeper.steady += steady
        await keeper.rounds(3)
    assert keeper.lost.all == []
