"""A citizen's Yivi app: the real client of irmago, in a process of its own, driven from here."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal

import aiohttp

from lab.errors import LabError
from lab.identity.scheme import CREDENTIAL, ISSUER, SCHEME
from lab.process import TIED
from lab.yivi import YiviServer

Answer = Literal["accept", "refuse", "ask"]
_ENDS: Final = frozenset({"success", "dismissed", "error"})
_ISSUANCE: Final = "https://irma.app/ld/request/issuance/v2"
_STEP_S: Final = 30.0

#: A synthetic citizen; tests and the demo change what they need.
CITIZEN: Final[Mapping[str, str]] = {
    "initials": "J.",
    "firstnames": "Johanna",
    "prefix": "de",
    "familyname": "Vries",
    "gender": "V",
    "surname": "de Vries",
    "dateofbirth": "01-02-1980",
    "cityofbirth": "Nijmegen",
    "countryofbirth": "Nederland",
    "over12": "yes",
    "over16": "yes",
    "over18": "yes",
    "over21": "yes",
    "over65": "no",
    "bsn": "999999990",
    "digidlevel": "Substantieel",
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a session ended in the app. `kind` says what sort of error it was, and is empty otherwise."""

    status: str
    client_return_url: str = ""
    kind: str = ""

    @property
    def succeeded(self) -> bool:
        return self.status == "success"


@dataclass(slots=True)
class AppSession:
    """A session that the app has open: what it shows, one report after the other."""

    number: int
    reports: asyncio.Queue[dict[str, Any]] = field(default_factory=asyncio.Queue)

    async def pairing_code(self) -> str:
        """The four digits that the app shows, to be typed on the page. Raises LabError when there are none."""
        return str((await self._until({"pairing"}))["pairing_code"])

    async def asked(self) -> list[str]:
        """The attributes that the app asks leave to share; with the answer "ask" it waits for `Wallet.answer`."""
        return list((await self._until({"permission"})).get("asked", []))

    async def outcome(self) -> Outcome:
        """How it ends."""
        report = await self._until(_ENDS)
        return Outcome(report["event"], report.get("client_return_url", ""), report.get("error", ""))

    async def _until(self, events: set[str] | frozenset[str]) -> dict[str, Any]:
        async with asyncio.timeout(_STEP_S):
            while True:
                report = await self.reports.get()
                if report["event"] in events:
                    return report
                if report["event"] in _ENDS:
                    raise LabError(f"wallet: the session ended: {report['event']} {report.get('error', '')}")


class Wallet:
    """One citizen's app. `schemes` holds no private key; `ca` is trusted for servers that speak https."""

    def __init__(self, binary: Path, schemes: Path, directory: Path, *, ca: Path | None = None) -> None:
        self._argv = [str(binary), "-storage", str(directory / "storage"), "-schemes", str(schemes)]
        self._directory, self._env = directory, {"HOME": str(directory)}
        if ca is not None:
            self._env["SSL_CERT_FILE"] = str(ca)
        self._process: asyncio.subprocess.Process | None = None
        self._reader: asyncio.Task[None] | None = None
        self._sessions: dict[int, AppSession] = {}
        self._numbers = 0
        self.log = directory / "wallet.log"

    async def start(self) -> None:
        """Open the app; a second start finds the credentials of the first. Raises LabError."""
        self._directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        with self.log.open("ab") as log:
            self._process = await asyncio.create_subprocess_exec(
                *TIED,
                *self._argv,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=log,
                env={**os.environ, **self._env},
                start_new_session=True,
            )
        assert self._process.stdout is not None
        try:
            async with asyncio.timeout(_STEP_S):
                first = await self._process.stdout.readline()
        except TimeoutError:
            first = b""
        if b"ready" not in first:
            ended = self._process.returncode
            await self.stop()
            why = f"it said {first!r}, ended with {ended}\n{self.log.read_text()[-2000:]}"
            raise LabError(f"wallet: it did not open: {why}")
        self._reader = asyncio.create_task(self._read(self._process.stdout), name="wallet reader")

    async def stop(self) -> None:
        """Close the app: it ends when its orders do, and has then put everything away."""
        if self._process is None:
            return
        assert self._process.stdin is not None
        self._process.stdin.close()
        try:
            async with asyncio.timeout(_STEP_S):
                await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
        if self._reader is not None:
            await self._reader
        self._process = self._reader = None

    async def __aenter__(self) -> Wallet:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    async def open(self, session_ptr: Mapping[str, Any], answer: Answer = "accept") -> AppSession:
        """Show the app a session pointer, as a scanned QR or a pressed button does."""
        self._numbers += 1
        session = self._sessions[self._numbers] = AppSession(self._numbers)
        await self._order({"id": session.number, "session": dict(session_ptr), "answer": answer})
        return session

    async def answer(self, session: AppSession, answer: Literal["accept", "refuse"]) -> None:
        """Answer a session that was opened with "ask"; "refuse" also closes one that still shows its digits."""
        await self._order({"id": session.number, "answer": answer})

    async def disclose(self, session_ptr: Mapping[str, Any], *, accept: bool = True) -> Outcome:
        """Scan, and accept or refuse what is asked."""
        session = await self.open(session_ptr, "accept" if accept else "refuse")
        return await session.outcome()

    async def issue(
        self,
        issuer: YiviServer,
        attributes: Mapping[str, str] | None = None,
        *,
        scheme: str = SCHEME,
        valid_until: int | None = None,
    ) -> None:
        """Get personal data from `issuer`: CITIZEN, changed by `attributes`. A singleton: the last one counts.

        `valid_until`: Unix time; the past only with a server made of `Binaries.lateissuer`. Raises LabError.
        """
        credential: dict[str, Any] = {
            "credential": f"{scheme}.{ISSUER}.{CREDENTIAL}",
            "attributes": {**CITIZEN, **(attributes or {})},
        }
        if valid_until is not None:
            credential["validity"] = valid_until
        request = {"@context": _ISSUANCE, "credentials": [credential]}
        outcome = await self.disclose(await _start_session(issuer, request))
        if not outcome.succeeded:
            raise LabError(f"wallet: nothing was issued: {outcome.status} {outcome.kind}")

    async def _order(self, order: dict[str, Any]) -> None:
        assert self._process is not None, "the wallet is closed"
        stdin = self._process.stdin
        assert stdin is not None
        stdin.write(json.dumps(order).encode() + b"\n")
        await stdin.drain()

    async def _read(self, stdout: asyncio.StreamReader) -> None:
        while line := await stdout.readline():
            report = json.loads(line)
            self._sessions[report["id"]].reports.put_nowait(report)
        for session in self._sessions.values():
            session.reports.put_nowait({"event": "error", "error": "the wallet was closed"})


async def _start_session(server: YiviServer, request: dict[str, Any]) -> dict[str, Any]:
    headers = {"Authorization": server.token}
    timeout = aiohttp.ClientTimeout(total=_STEP_S)
    async with (
        aiohttp.ClientSession(timeout=timeout) as http,
        http.post(f"{server.url}/session", json=request, headers=headers) as answer,
    ):
        if answer.status != 200:
            raise LabError(f"yivi: it starts no session: HTTP {answer.status}")
        return dict((await answer.json())["sessionPtr"])
