"""What the storm rages over: a municipality with two nodes, and what all its actors share."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import aiohttp

from bench.storm.judge import Shown
from bench.storm.script import Dice
from lab.errors import LabError
from lab.exchange import Exchange
from lab.lab import Lab
from lab.paths import VAR
from lab.phone import PhoneCall
from lab.process import says
from lab.relay import Relay
from lab.town import Town
from lab.wallet import Wallet

LINES: Final = ("citizen1", "citizen2", "citizen3", "citizen4", "citizen5", "citizen6")
FAMILIES: Final = ("Jansen", "Bos", "Mol", "Kuiper", "Dekker", "Vos")
"""Who calls on which line, so that a card tells whose it is."""
OUTSIDER: Final = "+31241110001"
TIMES: Final = {"ring": 5, "first_digit": 1.5, "next_digit": 1}
TRANSFER: Final = {"ring": 6, "star_codes": True, "outside": ["+3124"]}
REFERS: Final = "node2"
"""Where phones may pass callers on; on the other node is what is shipped."""
_MEANT: Final = (LabError, aiohttp.ClientError, TimeoutError)
"""How a thing fails that comes too late: a call that is over, a refusal, a server that is gone."""


@dataclass
class Ground:
    """All of it, and what happened on it."""

    lab: Lab
    town: Town
    relays: list[Relay]
    wallets: dict[str, Wallet]
    """Line → whose app."""
    seed: int
    done: Counter[tuple[str, str]] = field(default_factory=Counter)
    """(what, "done" or how it failed) → how often."""
    why: dict[tuple[str, str], str] = field(default_factory=dict)
    """Of what failed so: how it read the first time."""
    faults: list[tuple[str, float, float]] = field(default_factory=list)
    """What struck, and from when to when (monotonic clock)."""
    shown: list[Shown] = field(default_factory=list)
    muted: set[str] = field(default_factory=set)
    """Calls in which an owner muted herself."""
    keyed: list[tuple[str, float, float]] = field(default_factory=list)
    """Whose telephone sent keys and no voice, and from when to when (monotonic clock)."""
    control: list[float] = field(default_factory=list)
    """Seconds that a bare GET /panel took."""
    calls: dict[PhoneCall, str] = field(default_factory=dict)
    """Every call that stands on a telephone, and the address of its node."""
    over: asyncio.Event = field(default_factory=asyncio.Event)
    """Nothing new is begun any more."""

    def dice(self, who: str) -> Dice:
        """This actor's."""
        return Dice(self.seed, who)

    async def tried(self, what: str, act: Awaitable[object]) -> bool:
        """Whether this could be done; that it could not is ordinary in a storm, and counted by how it failed."""
        try:
            await act
        except aiohttp.ClientResponseError as refused:
            self.done[what, str(refused.status)] += 1
        except _MEANT as failed:
            self.done[what, type(failed).__name__] += 1
            self.why.setdefault((what, type(failed).__name__), str(failed))
        else:
            self.done[what, "done"] += 1
            return True
        return False

    async def rest(self, seconds: float) -> bool:
        """A while; false where the storm is over before."""
        try:
            async with asyncio.timeout(seconds):
                await self.over.wait()
        except TimeoutError:
            return True
        return False

    async def hang_up_everything(self, host: str | None = None) -> None:
        """All telephones, or those that talk with this node: a power cut tells no telephone that its call is over."""
        standing = [call for call, node in self.calls.items() if host in (None, node) and not call.disconnected]
        await asyncio.gather(*(self.tried("hang up", call.hang_up()) for call in standing))

    def stands(self, call: PhoneCall, host: str) -> PhoneCall:
        """Note that this call stands; those that are over are forgotten."""
        self.calls = {each: node for each, node in self.calls.items() if not each.disconnected}
        self.calls[call] = host
        return call

    async def left(self) -> list[str]:
        """Channels that are still there when all have hung up, after some seconds."""
        end = time.monotonic() + 20
        while (found := await self._channels()) and time.monotonic() < end:  # noqa: ASYNC110  # it tells if asked
            await asyncio.sleep(0.5)
        return found

    async def _channels(self) -> list[str]:
        found = []
        for node in self.lab.nodes:
            lines = (await node.cli("core show channels concise")).splitlines()
            found += [line.split("!")[0] for line in lines if line.startswith("PJSIP/")]
        return found


@asynccontextmanager
async def ground(seed: int) -> AsyncIterator[Ground]:
    """The municipality, its daemon serving both nodes."""
    directory: Path = VAR / "storm-lab"
    async with AsyncExitStack() as stack:
        lab = await stack.enter_async_context(Lab(directory, nodes=2, lines=LINES, racks=2, phone_transfers={REFERS}))
        relays = [
            await stack.enter_async_context(Relay(node.values.ari.host, node.values.ari.port)) for node in lab.nodes
        ]
        ari = {node.name: relay.url for node, relay in zip(lab.nodes, relays, strict=True)}
        exchange = Exchange(transfer=TRANSFER)
        town = await stack.enter_async_context(
            Town(lab, times=TIMES, log_level="info", ari=ari, exchange=exchange, patience=60)
        )
        await says("action=node.ready(.|\n)*action=node.ready")(town.daemon)
        wallets = {
            line: await town.wallet({"familyname": family, "prefix": ""})
            for line, family in zip(LINES, FAMILIES, strict=True)
        }
        yield Ground(lab, town, relays, wallets, seed)
