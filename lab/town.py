"""A municipality in the lab: its site file and secrets, agents, yivi server and daemon; and citizens' apps.

    async with Lab(directory) as lab, Town(lab) as town:
        agent = town.agents[0]                  # a login, a password, a phone
        await town.daemon.kill()                # `kill -9`; town.daemon.start() again

Everything is the real thing, started with the project's own files.
"""

from __future__ import annotations

import asyncio
import secrets
import sys
from collections.abc import Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from irmacall.core.ids import Endpoint
from irmacall.prompts.making import make
from irmacall.store.passwords import Hashing
from irmacall.store.users import Role, Users, open_users
from lab.exchange import PLAIN, Exchange
from lab.identity.build import build
from lab.identity.scheme import SCHEME, make_schemes, public_schemes
from lab.lab import Lab
from lab.paths import cache, rootfs, sounds
from lab.process import Notify, Program, Ready
from lab.site import ALONE, Site, write
from lab.wallet import Wallet
from lab.yivi import Address, YiviServer


@dataclass(frozen=True, slots=True)
class Agent:
    """Somebody of the municipality, made up: her login, and the endpoint of her phone. An official is one too.

    Who leads the team or administers has no phone: an empty endpoint.
    """

    name: str
    login: str
    password: str
    endpoint: str
    department: str = "KCC"
    extension: str | None = None
    """What colleagues dial to reach her."""
    role: Role = Role.AGENT


NAMES: Sequence[tuple[str, str]] = (
    ("Samira Bakker", "samira"),
    ("Willem Smit", "willem"),
    ("Nadia Visser", "nadia"),
    ("Joost Mulder", "joost"),
)
"""The agents of the lab: nobody. Their extensions are 1001 and on."""
OFFICIALS: Sequence[tuple[str, str, str]] = (
    ("Ingrid de Boer", "ingrid", "Vergunningen"),
    ("Karel Post", "karel", "Belastingen"),
)
"""Its officials, who serve no queue, with their departments. Their extensions are 2101 and on."""


class Town:
    """What a lab needs to be a municipality. Entered, its yivi server and its daemon run."""

    def __init__(
        self,
        lab: Lab,
        *,
        times: Mapping[str, float] | None = None,
        memory: bool = False,
        log_level: str = "debug",
        ari: Mapping[str, str] | None = None,
        patience: float = 30.0,
        exchange: Exchange = PLAIN,
        overload: Mapping[str, float] = ALONE,
    ) -> None:
        """`times`: keys of [desk.times] that differ from the shipped ones. `memory`: no redis, but memory://.

        `ari`: by a node's name, the URL at which the daemon finds its ARI, where that is not the node's own.
        `patience`: the watchdog's, in seconds. `exchange`: what its desk does beside what every lab's does.
        `overload`: keys of [overload]; without them, other work on this machine would refuse callers.
        """
        self.patience, self.exchange, self.overload = patience, exchange, overload
        self.ari = {node.name: f"http://{node.values.ari.host}:{node.values.ari.port}" for node in lab.nodes}
        self.ari.update(ari or {})
        self.lab, self.directory = lab, lab.directory / "town"
        self.times, self.memory, self.log_level = dict(times or {}), memory, log_level
        self.agents = [
            Agent(name, login, secrets.token_urlsafe(12), endpoint, extension=f"{1001 + at}")
            for at, ((name, login), endpoint) in enumerate(zip(NAMES, lab.agents, strict=False))
        ]
        self.officials = [
            Agent(name, login, secrets.token_urlsafe(12), endpoint, department, f"{2101 + at}", Role.OFFICIAL)
            for at, ((name, login, department), endpoint) in enumerate(zip(OFFICIALS, lab.officials, strict=False))
        ]
        self.leader = Agent("Marijke Hendriks", "marijke", secrets.token_urlsafe(12), "", role=Role.MANAGEMENT)
        self.administrator = Agent("Noor El Amrani", "noor", secrets.token_urlsafe(12), "", "ICT", role=Role.ADMIN)
        self._exit = AsyncExitStack()
        self._wallets = 0

    async def __aenter__(self) -> Self:
        try:
            self._build_yivi()
            self._described = self._description()
            self.site = write(self._described)
            await asyncio.to_thread(self._make_sounds)
            await self._add_users()
            self.daemon = self._program("daemon", "serve")
            await self.yivi.start()
            await self.daemon.start()
        except BaseException:
            await self._exit.aclose()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._exit.aclose()

    @property
    def public_url(self) -> str:
        """The citizens' origin."""
        return self._described.public_url

    @property
    def staff_url(self) -> str:
        """The staff's origin."""
        return self._described.staff_url

    @property
    def data(self) -> Path:
        """Users and audit."""
        return self._described.data

    def irmacall(self, name: str, *words: str, ready: Ready | None = None) -> Program:
        """A command of irmacall's on this site, not started yet. It ends with the town."""
        argv = [sys.executable, "-m", "irmacall", *words, "--site", str(self.site)]
        program = Program(name, argv, self.lab.logs / f"{name}.log", ready=ready, env=self._environment())
        self._exit.push_async_callback(program.stop)
        return program

    async def wallet(self, attributes: Mapping[str, str] | None = None, *, scheme: str = SCHEME) -> Wallet:
        """A new citizen's app, with personal data in it: the made-up citizen's, changed by `attributes`."""
        self._wallets += 1
        wallet = Wallet(
            self._binaries.wallet, public_schemes(self.schemes), self.directory / f"wallet{self._wallets}"
        )
        await wallet.start()
        self._exit.push_async_callback(wallet.stop)
        await wallet.issue(self.yivi, attributes, scheme=scheme)
        return wallet

    def _description(self) -> Site:
        return Site(
            self.directory,
            self.lab,
            self.yivi,
            self.ari,
            self.times,
            self.memory,
            self.log_level,
            self.patience,
            self.exchange,
            self.overload,
        )

    def _build_yivi(self) -> None:
        self._binaries = build(cache(), rootfs())
        self.schemes = make_schemes(self._binaries.yivi, cache())
        port = self.lab.network.port
        self.yivi = YiviServer(
            self._binaries.yivi,
            self.schemes,
            self.lab.logs / "yivi",
            Address("127.0.0.1", port("yivi")),
            Address("127.0.0.1", port("yivi-apps")),
        )
        self._exit.push_async_callback(self.yivi.stop)

    def _make_sounds(self) -> None:
        """What the site says in words of its own: beside the shipped sounds, in which nothing changes."""
        for language, texts in self.exchange.texts().items():
            make(sounds(), language, texts)

    async def _add_users(self) -> None:
        database = await open_users(self.directory / "data" / "users.sqlite")
        try:
            users = Users(database, Hashing())
            everybody = (*self.agents, *self.officials, self.leader, self.administrator)
            await asyncio.gather(*(self._add(users, person) for person in everybody))
        finally:
            await database.close()

    async def _add(self, users: Users, person: Agent) -> None:
        agent = person.role is Role.AGENT
        await users.add_user(
            person.login,
            person.name,
            person.role,
            person.password,
            endpoint=Endpoint(person.endpoint) if person.endpoint else None,
            function="medewerker Publiekszaken" if agent else f"medewerker {person.department}",
            groups=self.exchange.groups_of(person.login) if agent else (),
            department=person.department,
            extension=person.extension,
        )

    def _program(self, name: str, command: str) -> Program:
        notify = Notify(name)
        self._exit.callback(notify.close)
        program = self.irmacall(name, command, ready=notify)
        program.env.update(notify.env)
        return program

    def _environment(self) -> dict[str, str]:
        return {"CREDENTIALS_DIRECTORY": str(self.directory / "credentials"), "PYTHONUNBUFFERED": "1"}
