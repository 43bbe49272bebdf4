"""One lab: its own addresses and directories, Asterisk nodes, both redis roles, phones and a certificate authority.

    async with Lab(Path("var/mine")) as lab:
        node = lab.nodes[0]
        print(node.values.ari, lab.desk_redis.url)

Everything starts side by side and is gone when the block ends, whichever way. The daemon is not part of it.
"""

from __future__ import annotations

import asyncio
import secrets
import shutil
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self

from irmacall.ops.render import (
    Account,
    DeskValues,
    Listener,
    NodeValues,
    OutboundValues,
    PhoneValues,
    TrunkValues,
    ha1,
)
from lab.asterisk import MUSIC, Asterisk
from lab.browser import Browser
from lab.ca import Authority
from lab.network import SIP_PORT, Network, claim_network
from lab.phone import Phone, PhoneEverywhere
from lab.process import Program, Ready
from lab.rack import Rack
from lab.redisd import RedisServer, Role

#: The last number of each server's address in the lab's range.
_DESK_REDIS, _VAULT_REDIS, _FIRST_NODE, _LINES, _PHONES, _OFFICIALS, _OUTSIDE = 2, 3, 10, 100, 102, 106, 110
_MOST_RACKS, _MOST_OF_LINES = 4, 2

DESK = "gemeente"
NUMBER = "14020"
AGENTS = ("agent1", "agent2", "agent3", "agent4")
OFFICIALS = ("official1", "official2")
OUTSIDE = "outside"
"""The line by which the desk may call citizens back (`Lab.outsider`)."""
_CALLER_ID = "+31241234567"
LINES = ("citizen1", "citizen2", "citizen3", "citizen4")


class Lab:
    """What stands when the block is entered. Passwords are made anew for each lab."""

    def __init__(
        self,
        directory: Path,
        *,
        nodes: int = 1,
        agents: Sequence[str] = AGENTS,
        officials: Sequence[str] = OFFICIALS,
        lines: Sequence[str] = LINES,
        desk: str = DESK,
        number: str = NUMBER,
        racks: int = 1,
        phone_transfers: Collection[str] = (),
    ) -> None:
        """`agents` and `officials` are endpoints of their phones, `lines` those of citizens, who dial `number`.

        `racks`: on how many each of the three stand, in turn; one process of pjsua2 holds four calls at the most.
        `phone_transfers`: nodes ("node1") on which phones may pass callers on themselves.
        """
        assert 1 <= racks <= _MOST_RACKS, f"a lab has addresses for {_MOST_RACKS} racks"
        self.directory, self.logs = directory.resolve(), directory.resolve() / "log"
        self.desk, self.number = desk, number
        self.agents = {endpoint: secrets.token_hex(12) for endpoint in agents}
        self.officials = {endpoint: secrets.token_hex(12) for endpoint in officials}
        self.lines = {endpoint: secrets.token_hex(12) for endpoint in lines}
        self.nodes: list[Asterisk] = []
        self.phone_transfers = frozenset(phone_transfers)
        self._count, self._racks = nodes, racks
        self._phones: dict[tuple[str, int], Phone] = {}
        self._browser: Browser | None = None
        self._exit = AsyncExitStack()

    async def __aenter__(self) -> Self:
        self.logs.mkdir(parents=True, exist_ok=True)
        self.network: Network = claim_network()
        self._exit.callback(self.network.release)
        try:
            self.ca = Authority(self.directory / "ca")
            self.desk_redis = self._redis(Role.DESK, _DESK_REDIS)
            self.vault_redis = self._redis(Role.VAULT, _VAULT_REDIS)
            self._set_up_racks()
            self.nodes = [self._node(number) for number in range(self._count)]
            servers: list[RedisServer | Rack | Asterisk] = [self.desk_redis, self.vault_redis]
            servers += [*self._all_racks, *self.nodes]
            self._exit.push_async_callback(_together, [server.stop for server in servers])
            await _together([server.start for server in servers])
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    def phone(self, user: str, node: int = 0) -> Phone:
        """The telephone of one of the staff or of a line, at one node: the same each time. Not registered yet."""
        if (user, node) not in self._phones:
            password = {**self.staff, **self.lines}[user]
            sip = self.nodes[node].values.sip
            self._phones[user, node] = Phone(self._rack_of[user], user, password, sip.host, sip.port)
        return self._phones[user, node]

    def agent_phone(self, user: str) -> PhoneEverywhere:
        """An agent's or official's telephone with an account at every node. Not registered yet; made once."""
        first = self.phone(user)
        for number, node in enumerate(self.nodes[1:], 1):
            sip = node.values.sip
            assert (user, number) not in self._phones, f"{user} has a telephone at {node.name} already"
            self._phones[user, number] = Phone(
                self._rack_of[user], user, self.staff[user], sip.host, sip.port, rings_as=first
            )
        return PhoneEverywhere([self._phones[user, number] for number in range(len(self.nodes))])

    async def outsider(self, number: str) -> Phone:
        """The telephone of somebody whom the desk may call by the line OUTSIDE; `number` in E.164."""
        if (number, 0) not in self._phones:
            self._phones[number, 0] = Phone(self.rack, number, "", self.network.address(_LINES))
            await self._phones[number, 0].listen()
        return self._phones[number, 0]

    async def browser(self) -> Browser:
        """Chromium, started when it is first asked for. It trusts the lab's authority and knows no other host."""
        if self._browser is None:
            self._browser = Browser(self.ca.spki_hash)
            self._exit.push_async_callback(self._browser.stop)
            await self._browser.start()
        return self._browser

    @property
    def staff(self) -> Mapping[str, str]:
        """Endpoint → password, of everybody who works here."""
        return {**self.agents, **self.officials}

    def rack_of(self, user: str) -> Rack:
        """Where this telephone stands: with others, which are frozen and woken with it."""
        return self._rack_of[user]

    @property
    def outside(self) -> str:
        """The address from which whoever calls has come by the line OUTSIDE, and needs no password."""
        return self.network.address(_OUTSIDE)

    @property
    def way_out(self) -> dict[str, object]:
        """The line OUTSIDE, as the site file has it."""
        outbound = {"host": self.network.address(_LINES), "port": SIP_PORT, "caller_id": _CALLER_ID}
        return {"name": OUTSIDE, "addresses": [f"{self.outside}/32"], "outbound": outbound}

    def program(self, name: str, argv: Sequence[str | Path], *, ready: Ready | None = None) -> Program:
        """A program of the lab's user, not started yet. It logs beside the others and ends with the lab."""
        program = Program(name, argv, self.logs / f"{name}.log", ready=ready)
        self._exit.push_async_callback(program.stop)
        return program

    def _set_up_racks(self) -> None:
        """Of lines, of agents and of officials: four callers, and who talks with them, fit into no one process."""
        self._rack_of: dict[str, Rack] = {}
        self._all_racks: list[Rack] = []
        lines = self._shelf("lines", _LINES, list(self.lines), min(self._racks, _MOST_OF_LINES))
        agents = self._shelf("phones", _PHONES, list(self.agents), self._racks)
        self._shelf("officials", _OFFICIALS, list(self.officials), min(self._racks, len(self.officials)))
        self.rack, self.agents_rack = lines[0], agents[0]

    def _shelf(self, name: str, first: int, users: Sequence[str], count: int) -> Sequence[Rack]:
        names = [name, *(f"{name}{number}" for number in range(2, count + 1))][:count]
        racks = [Rack(self.network.address(first + at), self.directory / each) for at, each in enumerate(names)]
        self._all_racks += racks
        self._rack_of.update({user: racks[at % count] for at, user in enumerate(users)})
        return racks

    def _redis(self, role: Role, host: int) -> RedisServer:
        name = f"redis-{role.name.lower()}"
        address = self.network.address(host)
        shutil.rmtree(self.directory / name, ignore_errors=True)  # what an earlier lab left here had other secrets
        server = RedisServer(role, address, self.directory / name, self.logs / f"{name}.log")
        self._exit.callback(server.close)
        return server

    def _node(self, number: int) -> Asterisk:
        node = Asterisk(f"lab{self.network.index}", f"node{number + 1}")
        node.configure(self._values(node, self.network.address(_FIRST_NODE + number)))
        link = self.logs / node.name
        link.unlink(missing_ok=True) if link.is_symlink() else shutil.rmtree(link, ignore_errors=True)
        link.symlink_to(node.log)
        self._exit.callback(self._keep_logs, node, link)
        return node

    @staticmethod
    def _keep_logs(node: Asterisk, link: Path) -> None:
        """What a node wrote goes with it, but its logs stay to be read."""
        link.unlink()
        shutil.copytree(node.log, link)
        node.remove()

    def _values(self, node: Asterisk, address: str) -> NodeValues:
        return NodeValues(
            name=node.name,
            sip=Listener(address, 5060),
            media_host=address,
            rtp_first=10000,
            rtp_last=19999,
            ari=Listener(address, 8088),
            ari_account=Account("irmacall", secrets.token_hex(16)),
            ami=Listener(address, 5038),
            ami_account=Account("watchdog", secrets.token_hex(16)),
            directories=node.directories(),
            desks=(DeskValues(self.desk, (self.number,), tuple(self.staff), officials=frozenset(self.officials)),),
            phones=tuple(PhoneValues(user, ha1(user, password)) for user, password in self.staff.items()),
            trunks=(
                *(TrunkValues(user, ha1=ha1(user, password)) for user, password in self.lines.items()),
                self._outside(),
            ),
            music=MUSIC,
            phone_transfers=node.name in self.phone_transfers,
        )

    def _outside(self) -> TrunkValues:
        way_out = OutboundValues(self.network.address(_LINES), SIP_PORT, _CALLER_ID)
        return TrunkValues(OUTSIDE, (self.outside,), outbound=way_out)


async def _together(acts: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Do all of them side by side; fail when one does, after all have ended."""
    done = await asyncio.gather(*(act() for act in acts), return_exceptions=True)
    failures = [failure for failure in done if isinstance(failure, BaseException)]
    if failures:
        raise failures[0]
