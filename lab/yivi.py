"""The real yivi server, with the demo schemes: requestors and apps each have their own port."""

from __future__ import annotations

import asyncio
import json
import secrets
import sys
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path

from lab import yivi_log
from lab.process import Program, answers, says

#: Minutes that it keeps the result of a session, and a session that an app has opened: its least, and ours.
RESULT_MINUTES, SESSION_MINUTES = 1, 5

# Seconds for the rest of its log to come through the filter.
_LOG_S = 20
# bash becomes the server, so that its pid is the server's; what the server writes goes through the filter.
_FILTERED = 'exec "$@" > >(exec "$PYTHON" -I "$FILTER") 2>&1'


@dataclass(frozen=True, slots=True)
class Address:
    """Where something listens."""

    host: str
    port: int


@dataclass(slots=True)
class YiviServer:
    """One server with its sessions in memory: whatever stops it makes it forget them.

    `schemes` holds the private keys too, so that it can issue. With `tls` (certificate, key) the app's side
    speaks https. The token lets a requestor start sessions; it stands in a file of `directory`, mode 0600.
    """

    binary: Path
    schemes: Path
    directory: Path
    requestors: Address
    apps: Address
    tls: tuple[Path, Path] | None = None
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)
    program: Program = field(init=False)

    def __post_init__(self) -> None:
        self.directory.mkdir(parents=True, exist_ok=True)
        self.program = Program(
            "yivi",
            ["bash", "-c", _FILTERED, "yivi", self.binary, *self._words()],
            self.log,
            ready=self._listens,
            env={"PYTHON": sys.executable, "FILTER": str(yivi_log.__file__), "HOME": str(self.directory)},
            cwd=self.directory,
        )

    @property
    def log(self) -> Path:
        """All that is kept of what it writes."""
        return self.directory / "yivi.log"

    @property
    def url(self) -> str:
        """Where a requestor starts its sessions."""
        return f"http://{self.requestors.host}:{self.requestors.port}"

    @property
    def app_url(self) -> str:
        """Where apps, and the citizen's page, follow a session: what `connect-src` needs."""
        return f"{'https' if self.tls else 'http'}://{self.apps.host}:{self.apps.port}"

    async def start(self) -> None:
        """Start it; it has forgotten every session of before. Raises LabError."""
        self._write_config()
        await self.program.start()

    async def stop(self) -> None:
        """Ask it to end, and wait until it has, and its log is whole."""
        await self._end(self.program.stop)

    async def kill(self) -> None:
        """`kill -9`, and wait likewise."""
        await self._end(self.program.kill)

    async def restart(self) -> None:
        """Stop and start; sessions are gone."""
        await self.stop()
        await self.start()

    def freeze(self) -> None:
        """It accepts connections and answers none of them."""
        self.program.freeze()

    def wake(self) -> None:
        """After `freeze`."""
        self.program.wake()

    async def _end(self, end: Callable[[], Awaitable[None]]) -> None:
        ran = self.program.running
        await end()
        if ran:
            async with asyncio.timeout(_LOG_S):
                await says(yivi_log.END)(self.program)

    def _write_config(self) -> None:
        """Not on the command line: everybody on a machine may read that."""
        requestor = {"auth_method": "token", "key": self.token}
        path = self._config
        path.touch(mode=0o600)
        path.write_text(json.dumps({"requestors": {"irmacall": requestor}, "no_auth": False}))

    @property
    def _config(self) -> Path:
        return self.directory / "yivi.json"

    def _words(self) -> list[str]:
        requestors, apps = self.requestors, self.apps
        words = ["irma", "server", "--config", str(self._config), "--schemes-path", str(self.schemes)]
        words += ["--schemes-update", "0", "--sse", "--url", self.app_url, "--no-tls"]
        words += ["--listen-addr", requestors.host, "--port", str(requestors.port)]
        words += ["--client-listen-addr", apps.host, "--client-port", str(apps.port)]
        words += ["--disclose-perms", "*", "--issue-perms", "*"]
        words += ["--session-result-lifetime", str(RESULT_MINUTES)]
        words += ["--max-session-lifetime", str(SESSION_MINUTES)]
        if self.tls is not None:
            words.remove("--no-tls")
            certificate, key = self.tls
            words += ["--client-tls-cert-file", str(certificate), "--client-tls-privkey-file", str(key)]
        return words

    async def _listens(self, program: Program) -> None:
        for side, address in (("Server", self.requestors), ("Client server", self.apps)):
            await says(f'msg="{side} listening')(program)  # the filter is at work
            await answers(address.host, address.port)(program)
