"""A yivi server with a citizen at hand: the real ones, and the double."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Protocol

from irmacall.irma.client import IrmaClient
from irmacall.irma.memory import MemoryIrma
from irmacall.irma.wire import Session
from lab.identity.parts import Parts
from lab.network import claim_network
from lab.wallet import CITIZEN, Wallet
from lab.yivi import Address, YiviServer
from tests.irma.asking import FIELDS, attribute


class House(Protocol):
    """A client, and a citizen who answers its sessions."""

    @property
    def client(self) -> IrmaClient | MemoryIrma: ...

    async def accept(self, session: Session) -> str: ...
    async def refuse(self, session: Session) -> None: ...


class RealHouse:
    """The yivi server and a wallet."""

    def __init__(self, yivi: YiviServer, wallet: Wallet) -> None:
        self.client = IrmaClient(yivi.url, yivi.token)
        self._wallet = wallet

    async def accept(self, session: Session) -> str:
        return (await self._wallet.disclose(session.session_ptr)).client_return_url

    async def refuse(self, session: Session) -> None:
        await self._wallet.disclose(session.session_ptr, accept=False)


class MemoryHouse:
    """The double."""

    def __init__(self) -> None:
        self.client = MemoryIrma()

    async def accept(self, session: Session) -> str:
        return self.client.disclose(session, {attribute(name): CITIZEN[name] for name in FIELDS})

    async def refuse(self, session: Session) -> None:
        self.client.refuse(session)


@asynccontextmanager
async def serve(parts: Parts, binary: Path, directory: Path) -> AsyncIterator[YiviServer]:
    """One server, with addresses of its own."""
    network = claim_network()
    host = network.address(80)
    server = YiviServer(binary, parts.schemes, directory, Address(host, 8088), Address(host, 8089))
    try:
        await server.start()
        yield server
    finally:
        await server.stop()
        network.release()
