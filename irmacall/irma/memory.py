"""A yivi server and its citizens in memory: for tests of whoever is given an IrmaClient.

It keeps the same contract as the real one (tests/irma/test_contract.py holds both to it), and has in addition
what the citizen and fate do: `disclose`, `refuse`, `lose`, `away`.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field

from irmacall.errors import PeerError, PeerUnavailable
from irmacall.irma.client import RESULT_S
from irmacall.irma.question import AttributeId, Question
from irmacall.irma.wire import PATIENCE_S, Disclosed, RequestorToken, Result, Session, Status


@dataclass(slots=True)
class _Standing:
    """One session as the server has it."""

    question: Question
    return_url: str
    status: Status = Status.INITIALIZED
    proof_status: str = ""
    disclosed: tuple[tuple[Disclosed, ...], ...] = ()
    ended: asyncio.Event = field(default_factory=asyncio.Event)

    def end(self, status: Status) -> None:
        if not self.status.ended:
            self.status = status
            self.ended.set()


class MemoryIrma:
    """Stands in for an IrmaClient and all that is behind it."""

    def __init__(self) -> None:
        self._sessions: dict[RequestorToken, _Standing] = {}
        self._numbers = 0
        self._there = asyncio.Event()
        self._there.set()

    # -- what an IrmaClient does

    async def close(self) -> None:
        """Nothing to give back."""

    async def known(self) -> None:
        """As IrmaClient.known."""
        self._answer()

    async def start(self, question: Question, return_url: str) -> Session:
        """As IrmaClient.start."""
        self._answer()
        self._numbers += 1
        token = RequestorToken(f"session{self._numbers:04d}")
        self._sessions[token] = _Standing(question, return_url)
        pointer = {"u": f"http://127.0.0.1:9/irma/session/{self._numbers}", "irmaqr": "disclosing"}
        versions = {"minProtocolVersion": "1.0", "maxProtocolVersion": "1.1"}
        return Session(token, pointer, {"authorization": f"page{self._numbers}", "pairingHint": True, **versions})

    async def follow(self, session: Session, *, within_s: float = PATIENCE_S) -> Status:
        """As IrmaClient.follow."""
        try:
            async with asyncio.timeout(within_s):
                await self._there.wait()
                standing = self._standing(session)
                await standing.ended.wait()
                await self._there.wait()
        except TimeoutError:
            self._answer()
            return Status.TIMEOUT
        return self._standing(session).status

    async def result(self, session: Session, *, within_s: float = RESULT_S) -> Result:
        """As IrmaClient.result."""
        try:
            async with asyncio.timeout(within_s):
                await self._there.wait()
        except TimeoutError:
            self._answer()
        standing = self._standing(session)
        return Result(session.token, standing.status, standing.proof_status, standing.disclosed)

    async def cancel(self, session: Session) -> None:
        """As IrmaClient.cancel."""
        self._answer()
        if session.token in self._sessions:
            self._sessions[session.token].end(Status.CANCELLED)

    # -- what the citizen and fate do

    def disclose(
        self, session: Session, values: Mapping[AttributeId, str], *, proof_status: str = "VALID", issued_at: int = 0
    ) -> str:
        """The citizen shares these; the answer is where her app goes next: the tel: link."""
        standing = self._sessions[session.token]
        standing.proof_status = proof_status
        standing.disclosed = (
            tuple(Disclosed(attribute, value, "PRESENT", issued_at) for attribute, value in values.items()),
        )
        standing.end(Status.DONE)
        return standing.return_url

    def refuse(self, session: Session) -> None:
        """The citizen refuses in her app."""
        self._sessions[session.token].end(Status.CANCELLED)

    def lose(self) -> None:
        """The server starts again, and has forgotten every session."""
        for standing in self._sessions.values():
            standing.ended.set()
        self._sessions.clear()

    def away(self, away: bool) -> None:
        """The server goes, or is there again with what it knew."""
        if away:
            self._there.clear()
        else:
            self._there.set()

    def _answer(self) -> None:
        if not self._there.is_set():
            raise PeerUnavailable("the yivi server: it is away")

    def _standing(self, session: Session) -> _Standing:
        if session.token not in self._sessions:
            raise PeerError("the yivi server: it has forgotten the session")
        return self._sessions[session.token]
